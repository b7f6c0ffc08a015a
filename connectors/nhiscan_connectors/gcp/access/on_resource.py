"""What bindings and deny rules come to on one resource, whose name and type settle many of their conditions."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from nhiscan_connectors.gcp.access.conditions import facts_of, holds, name_of
from nhiscan_connectors.gcp.access.denies import Deny
from nhiscan_connectors.gcp.access.estate import Assigned, Estate, Limits
from nhiscan_connectors.gcp.access.expressions import judge, parse
from nhiscan_connectors.gcp.access.places import is_wide, possible
from nhiscan_connectors.gcp.access.roles import allows
from nhiscan_connectors.gcp.access.universe import BIT, service_of, written_as

_DEEPER = {
    "secretmanager.versions.": "/versions/",
    "storage.objects.": "/objects/",
    "bigquery.tables.": "/tables/",
    "cloudkms.cryptokeyversions.": "/cryptoKeyVersions/",
}


class Given(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What one binding says of a permission on a resource."""

    by: Assigned
    allowed: bool | None
    """None: nobody knows what the role allows."""
    ties: tuple[str, ...] = ()
    """All that it depends on."""


def is_exact(permission: str, place: str) -> bool:
    """Whether a resource is the thing that a permission is asked on, and not one that holds such things."""
    lowered = permission.lower()
    inner = next((part for begin, part in _DEEPER.items() if lowered.startswith(begin)), "")
    return not inner or inner in place


def usable(permission: str, scope: str) -> bool:
    """Whether a binding at a place can give a permission at all."""
    bit = BIT.get(written_as(permission))
    if bit is not None:
        return bool(bit & possible(scope))
    return is_wide(scope) or service_of(permission) == scope[2:].partition("/")[0]


def given(one: Assigned, permission: str, place: str, estate: Estate) -> Given | None:
    """What a binding that holds for a place says of a permission on it; None for nothing."""
    if not usable(permission, one.bound_at) or not usable(permission, place):
        return None
    allowed = allows(one.role_id, estate.inventory.policies.get(one.role_id), permission)
    if allowed is False:
        return None
    ties = [one.activation] if one.activation else []
    ties += one.ties
    if one.condition:
        held = holds(one.condition, permission, estate.places.names(place), is_exact(permission, place))
        if held is False:
            return None
        if held is None:
            ties.append(name_of(one.condition))
    return Given(one, allowed, tuple(sorted(ties)))


def denied(deny: Deny, permission: str, place: str, estate: Estate) -> bool | None:
    """Whether a deny rule takes a permission away on a resource; None where that is open."""
    if deny.scope not in estate.places.chain(place) or not deny.names(written_as(permission)):
        return False
    if deny.untold:
        return None
    if not deny.condition:
        return True
    exact = is_exact(permission, place)
    return judge(parse(deny.condition), facts_of(permission, estate.places.names(place), exact=exact))


def on_resource(
    permission: str, place: str, held: Sequence[Assigned], limits: Limits, estate: Estate
) -> tuple[Given, tuple[str, ...]] | None:
    """The binding that gives a permission on a resource on the fewest conditions, and those; None where none does."""
    more: list[str] = []
    for deny in limits.denies.denies:
        taken = denied(deny, permission, place, estate)
        if taken:
            return None
        if taken is None:
            more.append(deny.tie)
    bounds = estate.boundaries.ties(limits.boundary, place)
    if bounds is None:
        return None
    found = [one for one in (given(one, permission, place, estate) for one in held) if one is not None]
    if not found:
        return None
    best = min(found, key=lambda one: (one.allowed is None, len(one.ties), one.ties))
    return best, tuple(sorted({*best.ties, *more, *bounds}))
