"""Documents that were read and cannot be used: a gap each, naming who is unknown because of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nhiscan.model import Gap
from nhiscan_connectors.common.gaps import unusable
from nhiscan_connectors.gcp.access import boundaries, denies
from nhiscan_connectors.gcp.access.estate import Estate


def gaps(estate: Estate) -> Iterator[Gap]:
    """Roles that somebody holds, deny policies and boundaries. What a call did not show has the gap of the call."""
    holders: dict[str, list[str]] = defaultdict(list)
    for principal, assigned in estate.assigned.items():
        for one in assigned:
            if one.role is None:
                holders[one.role_id].append(principal)
    for id, principals in sorted(holders.items()):
        policy = estate.inventory.policies.get(id)
        if policy is not None:
            yield unusable(policy, f"what role {policy.name} allows", tuple(sorted({*principals})))
    told: set[str] = set()
    for policy, _ in denies.policies_of(estate.inventory):
        if denies.is_unread(policy) and policy.id not in told:
            told.add(policy.id)
            yield unusable(policy, f"what deny policy {policy.name} takes away", ())
    for policy, _ in boundaries.policies_of(estate.inventory):
        if boundaries.is_unread(policy) and policy.id not in told:
            told.add(policy.id)
            yield unusable(policy, f"where principal access boundary {policy.name} lets act", ())
