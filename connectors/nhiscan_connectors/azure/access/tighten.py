"""A narrower role for an identity: not proposed, and why not."""

from __future__ import annotations

from nhiscan.access.proposal import Proposal, Window
from nhiscan.inventory import Inventory

_WHY = (
    "nothing is proposed: Azure and Microsoft Graph keep no record of which permissions an identity used, short of the"
    " activity log of each subscription, which is not read"
)


def tighten(inventory: Inventory, identity: str, window: Window) -> Proposal:
    """See `Connector.tighten`. There are no usage data to write a role from."""
    return Proposal(identity=identity, document="", unknown=(_WHY,))
