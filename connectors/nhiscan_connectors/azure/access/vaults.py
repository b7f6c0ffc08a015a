"""Key vaults: which decide by access policies, and whom those let read, write and delete."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nhiscan.model import Capability, Grant, Policy
from nhiscan_connectors.azure.access.estate import Estate
from nhiscan_connectors.azure.ids import directory_object_id

KIND: Final = "azure-key-vault"
BY_POLICIES: Final = "access-policies"
_POLICY: Final = "/policy/access"
_GIVES: Final[tuple[tuple[Capability, str, frozenset[str]], ...]] = (
    ("read_secrets", "secrets", frozenset(("get", "backup", "all"))),
    ("write_data", "secrets", frozenset(("set", "restore", "all"))),
    ("destroy", "secrets", frozenset(("delete", "purge", "all"))),
    ("read_data", "keys", frozenset(("decrypt", "unwrapkey", "all"))),
)
"""Capability, what the permission is on, and the permissions of which any one gives it."""


class Entry(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What the access policies of one vault give one principal."""

    vault: str
    principal: str
    capability: Capability
    permission: str


class Vaults:
    """The vaults of an inventory."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._how = {
            resource.id: resource.attributes.get("authorization", "")
            for resource in estate.inventory.resources.values()
            if resource.kind == KIND
        }
        self._ids = sorted(self._how)
        self._answers: dict[str, bool | None] = {}

    def authorization(self, vault: str) -> str:
        """How a vault decides: "rbac", "access-policies", or empty where it is not known."""
        return self._how.get(vault, "")

    def some_by_policies(self, scope: str) -> bool | None:
        """Whether a vault in a scope decides by access policies; None where no vault in it is known."""
        if scope not in self._answers:
            self._answers[scope] = self._some(scope)
        return self._answers[scope]

    def _some(self, scope: str) -> bool | None:
        tree = self._estate.tree
        hows: set[str] = set()
        for place in (scope,) if scope.startswith("/subscriptions/") else tree.subscriptions(scope):
            start, end = bisect_left(self._ids, f"{place}/"), bisect_left(self._ids, f"{place}0")
            hows.update(self._how[id] for id in self._ids[start:end])
            hows.update([self._how[place]] if place in self._how else [])
        if BY_POLICIES in hows:
            return True
        return False if hows == {"rbac"} else None

    def entries(self, vault: str = "") -> Iterator[Entry]:
        """What access policies give, of one vault or of all."""
        policies = self._estate.inventory.policies
        if vault:
            found = [policies[f"{vault}{_POLICY}"]] if f"{vault}{_POLICY}" in policies else []
        else:
            found = [policy for policy in policies.values() if policy.id.endswith(_POLICY)]
        for policy in found:
            if policy.provider == "azure" and policy.document is not None and not policy.problem:
                for entry in _listed(policy.document):
                    yield from self._entry(policy.id.removesuffix(_POLICY), entry)

    def _entry(self, vault: str, entry: dict[str, Any]) -> Iterator[Entry]:
        object_id, permissions = entry.get("objectId"), entry.get("permissions")
        if not isinstance(object_id, str) or not isinstance(permissions, dict) or entry.get("applicationId"):
            return  # a policy with an application holds for a user within that application only
        for principal in self._estate.meant(directory_object_id(object_id)):
            for capability, what, enough in _GIVES:
                given = permissions.get(what)
                named = sorted(one for one in (given if isinstance(given, list) else ()) if isinstance(one, str))
                permission = next((one for one in named if one.lower() in enough), "")
                if permission:
                    yield Entry(vault, principal, capability, f"{what} {permission}")

    def grants(self) -> Iterator[Grant]:
        """What access policies give each identity, by itself or through groups."""
        members = Members(self._estate)
        for entry in self.entries():
            for identity in members.of(entry.principal):
                yield self.grant(entry, identity, entry.vault)

    def grant(self, entry: Entry, identity: str, resource: str) -> Grant:
        """One entry as a grant of an identity."""
        estate = self._estate
        through = "" if entry.principal == identity else f", through {estate.subject(entry.principal)}"
        return Grant(
            identity=identity,
            capability=entry.capability,
            resource=resource,
            answer="allowed",
            reason=f"{estate.subject(identity)} has permission {entry.permission} in"
            f" {estate.tree.told(entry.vault)} (its access policies{through})",
        )


class Members:
    """The identities behind a principal: itself, or all members of a group."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._by_group: dict[str, list[str]] | None = None

    def of(self, principal: str) -> list[str]:
        """Ids of identities, in order."""
        if principal in self._estate.inventory.identities:
            return [principal]
        if self._by_group is None:
            self._by_group = {}
            for identity in self._estate.identities():
                for group in self._estate.groups_of(identity.id):
                    self._by_group.setdefault(group, []).append(identity.id)
        return self._by_group.get(principal, [])


def unreadable(policy: Policy) -> bool:
    """Whether a policy is the access policies of a vault, and they could not be read."""
    return policy.id.endswith(_POLICY) and (policy.document is None or bool(policy.problem))


def _listed(document: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return []
    entries = found.get("accessPolicies") if isinstance(found, dict) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
