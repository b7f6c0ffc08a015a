"""Deny assignments as they stand in the inventory: a policy each, tied to its scope as a limit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nhiscan.inventory import Inventory
from nhiscan.model import Policy
from nhiscan_connectors.azure.access.denies import EVERYONE, Deny
from nhiscan_connectors.azure.access.roles import compile_blocks
from nhiscan_connectors.azure.ids import is_guid, principal_id

TYPE = "deny-assignment"
"""Attribute `type` of the policy that a deny assignment is."""

_EVERYBODY = "00000000-0000-0000-0000-000000000000"


def deny_assignments(inventory: Inventory) -> Iterator[Deny]:
    """Every deny assignment that can be read. Those that cannot are told by `unread`."""
    for policy, scope in _policies(inventory):
        deny = _deny(policy, scope)
        if deny is not None:
            yield deny


def unread(inventory: Inventory) -> dict[str, str]:
    """Scope -> name of a deny assignment at it of which nobody knows what it denies."""
    return {scope: policy.name for policy, scope in _policies(inventory) if _deny(policy, scope) is None}


def is_unread(policy: Policy) -> bool:
    """Whether a policy is a deny assignment of which nobody knows what it denies."""
    return policy.provider == "azure" and policy.attributes.get("type") == TYPE and _deny(policy, "") is None


def _policies(inventory: Inventory) -> Iterator[tuple[Policy, str]]:
    for use in inventory.policy_uses:
        policy = inventory.policies.get(use.policy)
        if policy is not None and policy.provider == "azure" and policy.attributes.get("type") == TYPE:
            yield policy, use.target


def _deny(policy: Policy, scope: str) -> Deny | None:
    blocks = compile_blocks(policy.document) if policy.document is not None and not policy.problem else None
    if blocks is None or policy.document is None:
        return None
    document = json.loads(policy.document)
    principals = _principals(document.get("principals"))
    excluded = _principals(document.get("excludePrincipals") or [])
    if principals is None or excluded is None:
        return None
    condition = document.get("condition")
    return Deny(
        name=policy.name,
        scope=scope,
        principals=principals,
        excluded=excluded,
        blocks=blocks,
        below=policy.attributes.get("children") != "false",
        condition=condition if isinstance(condition, str) else "",
    )


def _principals(value: Any) -> frozenset[str] | None:
    """Ids of principals; None for what is no list of them."""
    if not isinstance(value, list):
        return None
    found: set[str] = set()
    for entry in value:
        id = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(id, str) or not is_guid(id):
            return None
        kind = entry.get("type")
        found.add(EVERYONE if id == _EVERYBODY else principal_id(id, kind if isinstance(kind, str) else ""))
    return frozenset(found)
