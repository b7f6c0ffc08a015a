"""Conditions of bindings: what they do to the permissions of a role, wherever the binding holds and on one resource."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Final

import msgspec

from nhiscan_connectors.gcp.access.expressions import MOST_READ, Facts, judge, only_of, parse
from nhiscan_connectors.gcp.access.universe import BIT, SET_POLICY, service_of

_LONGEST: Final = 240
_TYPES: Final = {
    "secretmanager.secrets": "Secret",
    "secretmanager.versions": "SecretVersion",
    "storage.buckets": "Bucket",
    "storage.objects": "Object",
    "resourcemanager.projects": "Project",
    "compute.instances": "Instance",
    "compute.disks": "Disk",
    "cloudkms.cryptokeys": "CryptoKey",
    "cloudkms.cryptokeyversions": "CryptoKeyVersion",
    "iam.serviceaccounts": "ServiceAccount",
}
"""Beginning of a permission, in lower case -> type of the resource that it is asked on."""
_INSIDE: Final = ("secretmanager.versions.", "storage.objects.", "bigquery.tables.", "cloudkms.cryptokeyversions.")
"""Permissions that are asked on a thing inside of the one that has a policy."""


class Split(msgspec.Struct, frozen=True, gc=False):
    """What a condition does to the permissions of interest; those that are in none of the masks it rules out."""

    free: int
    """Permissions for which it holds, whatever the resource."""
    tied: int
    """Permissions for which it depends."""
    limited: int
    """Permissions to write policies that are left for some roles only."""
    roles: tuple[str, ...]
    """Those roles."""
    name: str
    """The condition as text, shortened."""


def name_of(condition: str) -> str:
    """A condition as a report shows it: on one line, shortened."""
    text = " ".join(condition[:4096].split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def type_of(permission: str) -> str | None:
    """Type of the resource that a permission is asked on; None where that is not told here."""
    found = _TYPES.get(permission.lower().rpartition(".")[0])
    return f"{service_of(permission)}/{found}" if found is not None else None


def facts_of(permission: str, names: tuple[str, ...] | None = None, *, exact: bool = False) -> Facts:
    """What is known of a request for a permission, on a resource that may have any of some names.

    `exact`: the names are those of the very thing that is asked for, not of what it lies in.
    """
    lowered = permission.lower()
    return Facts(
        names=names,
        inside=not exact and lowered.startswith(_INSIDE),
        type=type_of(permission),
        service=service_of(permission),
        # Without a change to a policy there is no role that is changed, and nothing is all that is.
        only=None if lowered.endswith(SET_POLICY) else True,
    )


@lru_cache(maxsize=1)
def _classes() -> tuple[tuple[Facts, int], ...]:
    """Permissions by what conditions can tell of them without knowing the resource."""
    found: dict[Facts, int] = defaultdict(int)
    for permission, bit in BIT.items():
        found[msgspec.structs.replace(facts_of(permission), inside=False)] |= bit
    return tuple(found.items())


def split(condition: str) -> Split:
    """What a condition does to each permission of interest."""
    return _split(condition[: MOST_READ + 1])  # what is longer is not read, and not kept either


@lru_cache(maxsize=1 << 12)
def _split(condition: str) -> Split:
    node = parse(condition)
    roles = only_of(node)
    free = tied = limited = 0
    for facts, mask in _classes():
        result = judge(node, facts)
        if result:
            free |= mask
        elif result is None and roles is not None and facts.only is None:
            # With a change to another role it may still hold; then what it is limited to says nothing.
            if judge(node, msgspec.structs.replace(facts, only=False)) is False:
                limited |= mask
            else:
                tied |= mask
        elif result is None:
            tied |= mask
    return Split(free, tied, limited, roles or (), name_of(condition))


def holds(condition: str, permission: str, names: tuple[str, ...], exact: bool) -> bool | None:
    """Whether a condition holds for a permission on one resource; None where that is open."""
    return judge(parse(condition), facts_of(permission, names, exact=exact))
