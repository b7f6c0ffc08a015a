"""Names in lists of services that give an address of the API in place of a resource name."""

from __future__ import annotations

import msgspec

from nhiscan_connectors.gcp.assets import Asset, location_in


def by_link(asset: Asset, service: str) -> Asset:
    """An asset whose name was taken from "https://…/v1/projects/…": with the full resource name that it means."""
    _, found, rest = asset.name.partition("/projects/")
    name = f"//{service}.googleapis.com/projects/{rest}" if found else asset.name
    return msgspec.structs.replace(asset, name=name, location=asset.location or location_in(name))
