"""Who can read a secret or data: principals whose roles open one resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.inventory import Inventory
from nhiscan.model import Capability, Grant
from nhiscan_connectors.gcp.access.capabilities import CAPABILITIES
from nhiscan_connectors.gcp.access.estate import Assigned, Estate
from nhiscan_connectors.gcp.access.grants import by_mask
from nhiscan_connectors.gcp.access.on_resource import on_resource
from nhiscan_connectors.gcp.access.places import is_wide, possible
from nhiscan_connectors.gcp.access.universe import BIT
from nhiscan_connectors.gcp.names import PRINCIPALS

_READING: Final[tuple[Capability, ...]] = ("read_secrets", "read_data")


def readers(inventory: Inventory, resource: str) -> Iterator[Grant]:
    """Grants of every principal of Google Cloud that can read the thing with this full resource name.

    Nothing for a name of no resource of Google, or of one whose service holds neither secrets nor data.
    """
    if not resource.startswith("//") or resource.startswith(PRINCIPALS) or is_wide(resource):
        return
    estate = Estate(inventory)
    place = estate.places.normal(resource)
    can = possible(place)
    wanted = {
        capability: tuple(one for one in CAPABILITIES[capability] if BIT[one.lower()] & can) for capability in _READING
    }
    bits = 0
    for permissions in wanted.values():
        for permission in permissions:
            bits |= BIT[permission.lower()]
    if not bits:
        return
    chain = frozenset(estate.places.chain(place))
    near = {
        principal: [
            one for one in held if one.scope in chain and (one.role is None or by_mask(one) & bits or one.condition)
        ]
        for principal, held in estate.assigned.items()
    }
    near = {principal: held for principal, held in near.items() if held}
    for holder in estate.holders():
        held = [one for some in (holder, *estate.groups_of(holder)) for one in near.get(some, ())]
        if held:
            yield from _grants(holder, wanted, place, held, estate)


def _grants(
    holder: str,
    wanted: dict[Capability, tuple[str, ...]],
    place: str,
    held: list[Assigned],
    estate: Estate,
) -> Iterator[Grant]:
    """A grant for each capability, by the permission that depends on least."""
    limits = estate.binding(holder)
    for capability, permissions in wanted.items():
        best: tuple[tuple[bool, int], Grant] | None = None
        for permission in permissions:
            found = on_resource(permission, place, held, limits, estate)
            if found is None:
                continue
            by, ties = found
            rank = (by.allowed is None, len(ties))
            if best is None or rank < best[0]:
                best = (rank, _grant(holder, capability, permission, place, by.by, by.allowed, ties, estate))
            if rank == (False, 0):
                break
        if best is not None:
            yield best[1]


def _grant(
    holder: str,
    capability: Capability,
    permission: str,
    place: str,
    by: Assigned,
    allowed: bool | None,
    ties: tuple[str, ...],
    estate: Estate,
) -> Grant:
    where, who = estate.places.told(place), estate.subject(holder)
    when = f" when {' and '.join(ties)}" if ties else ""
    if allowed is None:
        reason = (
            f"whether {who} may use {permission} on {where} is not known: the definition of"
            f" {estate.source(by, holder)} was not read"
        )
    else:
        reason = f"{who} may use {permission} on {where}{when} ({estate.source(by, holder)})"
    return Grant(
        identity=holder,
        capability=capability,
        resource=place,
        answer="unknown" if allowed is None else "conditional" if ties else "allowed",
        conditions=ties if allowed else (),
        reason=reason,
    )
