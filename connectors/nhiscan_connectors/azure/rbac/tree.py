"""The tree above resources: tenant, management groups, subscriptions; and where to ask for what is assigned in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from nhiscan.model import Scope
from nhiscan_connectors.azure.ids import is_guid, management_group_scope, subscription_scope, tenant_scope
from nhiscan_connectors.common.environment import environment_of
from nhiscan_connectors.common.fields import table, text

_GROUP_TYPE = "microsoft.management/managementgroups"
_SUBSCRIPTION_TYPES = ("/subscriptions", "microsoft.resources/subscriptions", "subscriptions")
_DEEPEST = 32
"""Groups on a branch that are followed; Azure allows six, and an answer may be made up."""


class Place(msgspec.Struct, frozen=True):
    """Where to ask for what is assigned above subscriptions: at the first scope that answers."""

    asked: tuple[str, ...]
    """A management group, or subscriptions of a group that the scanner may not read."""
    covers: tuple[str, ...] = ()
    """Subscriptions of which the answer tells what they inherit."""


class Tree:
    """Management groups and subscriptions with what is above them, as far as it is told."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.names: dict[str, str] = {}
        """Scope of a management group -> name for people."""
        self.readable: set[str] = set()
        """Management groups that the scanner may read."""
        self.parents: dict[str, str] = {}
        """Scope of a management group or subscription -> scope above it."""

    def add_row(self, row: dict[str, Any]) -> None:
        """Take in a row of Resource Graph: a subscription with the chain above it, or a management group.

        Who serves customers sees their subscriptions too; those stand in trees of their own.
        """
        if text(row.get("tenantId")).lower() not in ("", self.tenant):
            return
        properties, name = table(row.get("properties")), text(row.get("name"))
        if text(row.get("type")).lower() == _GROUP_TYPE and name:
            self._readable(name, text(properties.get("displayName")))
            details = table(properties.get("details"))
            parent = text(table(details.get("parent")).get("name"))
            chain = details.get("managementGroupAncestorsChain")
            if parent:
                self._put(management_group_scope(name), parent, text(table(details.get("parent")).get("displayName")))
            self._chain(management_group_scope(name), chain)
        elif text(row.get("id")):
            chain = properties.get("managementGroupAncestorsChain")
            if chain == []:  # a tenant that never had groups
                self.parents[text(row["id"]).lower()] = tenant_scope(self.tenant)
            self._chain(text(row["id"]).lower(), chain)

    def add_group(self, group: dict[str, Any]) -> None:
        """Take in a management group of Azure's own list, or one with all that is under it."""
        properties, name = table(group.get("properties")), text(group.get("name"))
        if not name:
            return
        self._readable(name, text(properties.get("displayName")))
        parent = table(table(properties.get("details")).get("parent"))
        if text(parent.get("name")):
            self._put(management_group_scope(name), text(parent["name"]), text(parent.get("displayName")))
        self._children(name, properties.get("children"))

    def knows(self, scope: str) -> bool:
        """Whether it is told what is above a subscription or management group."""
        return scope in self.parents

    def above(self, scope: str) -> str:
        """The scope above one: a management group, or the tenant."""
        return self.parents.get(scope, tenant_scope(self.tenant))

    def groups(self) -> Iterator[Scope]:
        """The management groups."""
        for id, name in sorted(self.names.items()):
            root = id == management_group_scope(self.tenant)
            yield Scope(
                id=id,
                provider="azure",
                kind="management-group",
                name=name,
                parent=self.above(id),
                environment=environment_of(name),
                attributes={"root": "true"} if root else {},
            )

    def close(self) -> None:
        """Cut what goes in circles: who follows the tree upwards must arrive."""
        for start in sorted(self.parents):
            seen, here = {start}, start
            while here in self.parents:
                above = self.parents[here]
                if above in seen or len(seen) > _DEEPEST:
                    del self.parents[here]
                    break
                seen.add(above)
                here = above

    def places(self, subscriptions: Iterable[str]) -> list[Place]:
        """Where to ask so that everything above these subscriptions, and every group without any, is told of."""
        below: dict[str, list[str]] = defaultdict(list)
        alone: list[str] = []
        for subscription in sorted(subscriptions):
            (below[self.parents[subscription]] if self.knows(subscription) else alone).append(subscription)
        inner = {self.parents[id] for id in self.names if id in self.parents}
        for leaf in self.readable - inner:
            below.setdefault(leaf, [])
        places = []
        for group, covered in sorted(below.items()):
            asked = (group,) if group in self.readable else tuple(covered)
            places.append(Place(asked, tuple(covered)))
        return [*places, *(Place((subscription,), (subscription,)) for subscription in alone)]

    def _readable(self, name: str, shown: str) -> None:
        id = management_group_scope(name)
        self.readable.add(id)
        self._name(id, name, shown)

    def _name(self, id: str, name: str, shown: str) -> None:
        if shown or id not in self.names:
            self.names[id] = shown or name

    def _put(self, below: str, parent: str, shown: str) -> None:
        id = management_group_scope(parent)
        self._name(id, parent, shown)
        if id != below:
            self.parents[below] = id

    def _chain(self, below: str, chain: object) -> None:
        """The groups above a scope, the nearest first."""
        for entry in (chain if isinstance(chain, list) else ())[:_DEEPEST]:
            name = text(table(entry).get("name"))
            if not name:
                return
            self._put(below, name, text(table(entry).get("displayName")))
            below = management_group_scope(name)

    def _children(self, name: str, children: object) -> None:
        """What is under a group. Without recursion: an answer may be nested as deep as it likes."""
        todo: list[tuple[str, object]] = [(name, children)]
        while todo:
            parent, listed = todo.pop()
            for entry in listed if isinstance(listed, list) else ():
                child = table(entry)
                kind, own = text(child.get("type")).lower(), text(child.get("name"))
                if kind == _GROUP_TYPE and own:
                    self._readable(own, text(child.get("displayName")))
                    self._put(management_group_scope(own), parent, "")
                    todo.append((own, child.get("children")))
                elif kind in _SUBSCRIPTION_TYPES and is_guid(own):
                    self._put(subscription_scope(own), parent, "")
