"""Documents that were read and cannot be used: a gap each, naming who is unknown because of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nhiscan.model import Gap
from nhiscan_connectors.azure.access.deny_records import is_unread
from nhiscan_connectors.azure.access.directory import Directory
from nhiscan_connectors.azure.access.estate import Estate
from nhiscan_connectors.azure.access.vaults import unreadable
from nhiscan_connectors.common.gaps import unusable


def gaps(estate: Estate, directory: Directory) -> Iterator[Gap]:
    """Roles that somebody holds, deny assignments, and access policies of vaults.

    What a call did not show at all has the gap of the call.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    for principal, assigned in estate.assigned.items():
        for one in assigned:
            if one.role is None:
                holders[one.role_id].append(principal)
    for principal, held in estate.directory.items():
        for other in held:
            if not directory.meaning(other.role).known:
                holders[other.role].append(principal)
    for id, principals in sorted(holders.items()):
        policy = estate.inventory.policies.get(id)
        if policy is not None:
            yield unusable(policy, f"what role {policy.name} allows", tuple(sorted({*principals})))
    for policy in estate.inventory.policies.values():
        if policy.provider != "azure":
            continue
        if is_unread(policy):
            yield unusable(policy, f"what deny assignment {policy.name} takes away", ())
        elif unreadable(policy):
            yield unusable(policy, f"whom the {policy.name} let in", ())
