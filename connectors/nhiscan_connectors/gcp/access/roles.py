"""Roles of Google Cloud: what a role allows, as bits, and exactly for one permission."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from nhiscan.model import Policy
from nhiscan_connectors.gcp.access.reference_roles import REFERENCE
from nhiscan_connectors.gcp.access.universe import BIT, mask_of, written_as


class Role(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A role of which something is known."""

    id: str
    name: str
    mask: int
    """The permissions of interest that it allows; with `by_reference` at least these."""
    custom: bool = False
    by_reference: bool = False
    """Known from Google's documentation, for its definition was not read."""


def role_of(id: str, policy: Policy | None) -> Role | None:
    """A role by its definition, or else by reference; None where nobody knows what it allows."""
    permissions = included(policy)
    if permissions is not None and policy is not None:
        custom = not policy.managed_by_provider and not id.startswith("roles/")
        return Role(id, short_name(id), mask_of(permissions), custom)
    mask = REFERENCE.get(id)
    return Role(id, short_name(id), mask, by_reference=True) if mask is not None else None


def short_name(id: str) -> str:
    """What sentences call a role: "roles/owner" without its beginning; a custom role with its own name."""
    return id.rpartition("roles/")[2] or id


def included(policy: Policy | None) -> list[str] | None:
    """The permissions in the definition of a role; None where it was not read or is malformed."""
    if policy is None or policy.document is None or policy.problem:
        return None
    try:
        found: Any = json.loads(policy.document)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("deleted") is True:
        return [] if isinstance(found, dict) else None
    if found.get("stage") == "DISABLED":
        return []
    permissions = found.get("includedPermissions", [])
    if not isinstance(permissions, list) or not all(isinstance(one, str) for one in permissions):
        return None
    return permissions


def allows(id: str, policy: Policy | None, permission: str) -> bool | None:
    """Whether a role allows a permission; None where that is not known."""
    permissions = included(policy)
    wanted = written_as(permission)
    if permissions is not None:
        return any(written_as(one) == wanted for one in permissions)
    mask = REFERENCE.get(id)
    if mask is None:
        return None
    # By reference at least these: of any other permission nobody knows.
    return True if mask & BIT.get(wanted, 0) else None
