"""Data zones: where a model that Azure serves may work on what it is sent.

A deployment answers in the location of its account, somewhere in the data zone that the location lies in, or anywhere;
the name of its SKU says which. Source: Microsoft's list of deployment types, and its list of Azure's locations.
"""

from __future__ import annotations

from typing import Final, Literal

from nhiscan.regions import UNTOLD

Width = Literal["global", "data-zone", "region", ""]

EU: Final = frozenset({
    "austriaeast", "belgiumcentral", "denmarkeast", "finlandcentral", "francecentral", "francesouth", "germanynorth",
    "germanywestcentral", "greececentral", "italynorth", "northeurope", "polandcentral", "spaincentral",
    "swedencentral", "swedensouth", "westeurope",
})  # fmt: skip
US: Final = frozenset({
    "centralus", "eastus", "eastus2", "eastus3", "northcentralus", "southcentralus", "westcentralus", "westus",
    "westus2", "westus3",
})  # fmt: skip
_GOVERNMENT: Final = ("usgov", "usdod")
_REGIONAL: Final = frozenset({"standard", "provisioned", "provisionedmanaged"})


def zone_of(location: str) -> str:
    """The data zone that a location ("westeurope") lies in: "eu", "us", "us-gov"; empty where Azure has none."""
    if location in EU:
        return "eu"
    if location.startswith(_GOVERNMENT):
        return "us-gov"
    return "us" if location in US else ""


def width_of(sku: str) -> Width:
    """How far what is sent to a deployment may travel, by the name of its SKU; empty where that is not told."""
    name = sku.lower()
    # The tier for trying out fine-tuned models promises no place.
    if name.startswith(("global", "developer")):
        return "global"
    if name.startswith("datazone"):
        return "data-zone"
    return "region" if name in _REGIONAL else ""


def regions_of(sku: str, location: str) -> str:
    """Where a deployment works on what it is sent, as `nhiscan.regions.regions_of` reads it."""
    match width_of(sku):
        case "global":
            return "*"
        case "data-zone":
            return zone_of(location) or UNTOLD
        case "region":
            return location or UNTOLD
        case _:
            return UNTOLD
