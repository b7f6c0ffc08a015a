"""A narrower custom role for a principal, from what usage data say of its permissions or of services as a whole.

Google Cloud keeps no log of uses for this; what a scan has are insights of the Recommender, where it had any. Without
them nothing is proposed.
"""

from __future__ import annotations

import json
from typing import Final

from nhiscan.access.proposal import Proposal, Window
from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.access.estate import Assigned, Estate
from nhiscan_connectors.gcp.access.roles import included

_WHY: Final = (
    "nothing is proposed: Google Cloud does not tell which permissions a principal used, short of insights of the"
    " Recommender, of which none was read for it"
)
_MOST_IN_ROLE: Final = 3000
"""Permissions that a custom role may have."""
_SHOWN: Final = 12


def tighten(inventory: Inventory, identity: str, window: Window) -> Proposal:
    """See `Connector.tighten`. The proposal is a custom role in place of all roles whose definitions were read."""
    usages = inventory.usages_of(identity)
    if not usages:
        return Proposal(identity=identity, document="", unknown=(_WHY,))
    estate = Estate(inventory)
    assigned = [one for some in (identity, *estate.groups_of(identity)) for one in estate.assigned.get(some, ())]
    held, unread = _held(estate, assigned, identity)
    used = {use.action for use in usages if use.action and window.holds(use.last_used_at)}
    services = {use.service for use in usages if not use.action and window.holds(use.last_used_at)}
    told = {use.service for use in usages if use.action}
    kept = sorted(
        one for one in held if one in used or (one.partition(".")[0] in services and one.partition(".")[0] not in told)
    )
    complete = (
        inventory.knows(inventory.identities[identity].scope, "usage", identity)
        if (identity in inventory.identities)
        else False
    )
    unknown = [f"{source} stays as it is: its definition was not read" for source in unread]
    if not complete:
        unknown.append("usage data of it are incomplete, so what seems unused may be used")
    unknown += [
        f"of {service} only the use as a whole is known, so all of it stays" for service in sorted(services - told)
    ]
    if not kept or len(kept) > _MOST_IN_ROLE:
        why = "no permission that its roles give was used" if not kept else "a custom role cannot hold so many"
        return Proposal(identity=identity, document="", unknown=(f"nothing is proposed: {why}", *unknown))
    role = {"title": f"What {estate.name(identity)} used"[:100], "includedPermissions": kept, "stage": "GA"}
    dropped = sorted(set(held) - set(kept))
    return Proposal(
        identity=identity,
        document=json.dumps(role, indent=2),
        kept=tuple(_listed(kept, "used, or of a service that was")),
        dropped=tuple(_listed(dropped, f"not used in {window.unused.days} days")),
        unknown=tuple(unknown),
    )


def _held(estate: Estate, assigned: list[Assigned], identity: str) -> tuple[dict[str, None], list[str]]:
    """Permissions of the roles that were read, and the others."""
    held: dict[str, None] = {}
    unread: list[str] = []
    for one in assigned:
        permissions = included(estate.inventory.policies.get(one.role_id))
        if permissions is None:
            unread.append(estate.source(one, identity))
        else:
            held.update(dict.fromkeys(permissions))
    return held, unread


def _listed(permissions: list[str], why: str) -> list[str]:
    """One sentence a permission; beyond some they are counted."""
    found = [f"{one}: {why}" for one in permissions[:_SHOWN]]
    if len(permissions) > _SHOWN:
        found.append(f"{len(permissions) - _SHOWN} more: {why}")
    return found
