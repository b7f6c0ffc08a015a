"""Scopes of Azure RBAC, their ids in lower case: a scope covers what lies under it, segment by segment."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from nhiscan.inventory import Inventory

ROOT: Final = "/"
GROUPS: Final = "/providers/microsoft.management/managementgroups/"
TENANT: Final = "azure:"
"""Stands before the id of a tenant."""
_SUBSCRIPTION_PARTS: Final = 3
_PROVIDERS: Final = "/providers/"


@lru_cache(maxsize=1 << 17)
def levels(scope: str) -> tuple[str, ...]:
    """A scope and what it lies in by its own name: resource, resource group, subscription. The nearest first."""
    found: list[str] = []
    here = scope
    while here and here != ROOT and not here.startswith(GROUPS):
        found.append(here)
        here = _above(here)
    if here.startswith(GROUPS):
        found.append(here)
    return tuple(found)


def _above(scope: str) -> str:
    head, provided, tail = scope.rpartition(_PROVIDERS)
    if provided:
        parts = tail.split("/")  # namespace, type, name, and a type and a name for each child
        if len(parts) > _SUBSCRIPTION_PARTS:
            return f"{head}{_PROVIDERS}{'/'.join(parts[:-2])}"
        return head
    parts = scope.split("/")
    return "/".join(parts[:_SUBSCRIPTION_PARTS]) if len(parts) > _SUBSCRIPTION_PARTS else ""


@lru_cache(maxsize=1 << 17)
def type_of(scope: str) -> str:
    """Type of a resource: "microsoft.compute/virtualmachines"; empty for what is no resource."""
    if scope.startswith(GROUPS):
        return ""
    _, provided, tail = scope.rpartition(_PROVIDERS)
    parts = tail.split("/")
    if not provided or len(parts) < _SUBSCRIPTION_PARTS:
        return ""
    return "/".join((parts[0], *parts[1::2]))


def is_wide(scope: str) -> bool:
    """Whether a scope is a subscription, a management group or the root: something that holds identities' estates."""
    return scope == ROOT or scope.startswith(GROUPS) or (scope.startswith("/subscriptions/") and scope.count("/") == 2)


class Tree:
    """The scopes of a tenant, management groups above subscriptions included."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._parent: dict[str, str] = {}
        self.children: dict[str, list[str]] = {}
        """Management group, or the root -> subscriptions and management groups that lie directly in it."""
        self._known: set[str] = set()
        scopes = [scope for scope in inventory.scopes.values() if scope.provider == "azure"]
        self.tenants = sorted(scope.id for scope in scopes if scope.id.startswith(TENANT))
        for scope in sorted(scopes, key=lambda scope: scope.id):
            if is_wide(scope.id) and scope.id != ROOT:
                self._known.add(scope.id)
                self._parent[scope.id] = self._above(scope.id, scope.parent or "")
                self.children.setdefault(self._parent[scope.id], []).append(scope.id)
        self._subscriptions: dict[str, list[str]] = {}
        self._told: dict[str, str] = {}
        self._chains: dict[str, tuple[str, ...]] = {}

    def _above(self, scope: str, parent: str) -> str:
        """The scope above one; below a tenant that is the management group named as the tenant."""
        if parent.startswith(GROUPS) and parent != scope:
            return parent
        tenant = parent if parent.startswith(TENANT) else next(iter(self.tenants), "") if len(self.tenants) == 1 else ""
        top = f"{GROUPS}{tenant.removeprefix(TENANT)}"
        return top if tenant and scope != top else ROOT

    def chain(self, scope: str) -> tuple[str, ...]:
        """A scope and everything above it, the nearest first, the root last."""
        found = self._chains.get(scope)
        if found is None:
            found = self._chains[scope] = self._chain(scope)
        return found

    def _chain(self, scope: str) -> tuple[str, ...]:
        found = list(levels(scope))
        here = self._parent.get(found[-1]) or self._above(found[-1], "") if found else ROOT
        while here != ROOT and here not in found:
            found.append(here)
            here = self._parent.get(here) or self._above(here, "")
        return (*found, ROOT)

    def covers(self, scope: str, resource: str) -> bool:
        """Whether what holds at `scope` holds for `resource`."""
        return scope in self.chain(resource)

    def knows(self, scope: str) -> bool:
        """Whether it is known what lies in a scope; of a management group that nobody listed it is not."""
        return not scope.startswith(GROUPS) or scope in self._known or scope in self.children

    def below(self, scope: str) -> list[str]:
        """Subscriptions and management groups that lie directly in a wide scope."""
        if scope == ROOT:
            tops = [f"{GROUPS}{tenant.removeprefix(TENANT)}" for tenant in self.tenants]
            return sorted({*self.children.get(ROOT, ()), *(top for top in tops if top in self.children)})
        return self.children.get(scope, [])

    def subscriptions(self, scope: str) -> list[str]:
        """Subscriptions that lie in a scope, or the one that it lies in."""
        if not (scope == ROOT or scope.startswith(GROUPS)):
            return [levels(scope)[-1]] if scope.startswith("/subscriptions/") else []
        known = self._subscriptions.get(scope)
        if known is None:
            known = self._subscriptions[scope] = self._all_in(scope)
        return known

    def _all_in(self, scope: str) -> list[str]:
        found: list[str] = []
        waiting = [scope]
        seen: set[str] = set()
        while waiting:
            here = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            if here.startswith("/subscriptions/"):
                found.append(here)
            else:
                waiting += self.below(here)
        return sorted(found)

    def told(self, scope: str) -> str:
        """What sentences call a scope."""
        found = self._told.get(scope)
        if found is None:
            found = self._told[scope] = self._name(scope)
        return found

    def _name(self, scope: str) -> str:
        known = self._inventory.scopes.get(scope)
        if scope == ROOT:
            return "the root of all scopes"
        if known is not None:
            return f"{known.kind.replace('-', ' ')} {known.name}"
        if scope.startswith(GROUPS):
            return f"management group {scope.removeprefix(GROUPS)}"
        name = scope.rpartition("/")[2]
        if type_ := type_of(scope):
            return f"{type_.rpartition('/')[2]} {name}"
        return f"{'subscription' if is_wide(scope) else 'resource group'} {name}"
