"""Which principals may read the keys of LLM providers that lie in key vaults, as links: the step from role to key."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

from nhiscan.model import Link, Secret
from nhiscan_connectors.azure.access.denies import DenySet
from nhiscan_connectors.azure.access.effective import Level
from nhiscan_connectors.azure.access.estate import Estate
from nhiscan_connectors.azure.access.scopes import GROUPS, ROOT, levels, type_of
from nhiscan_connectors.azure.access.universe import BIT
from nhiscan_connectors.azure.access.vaults import BY_POLICIES, Vaults
from nhiscan_connectors.common.cuts import Cut

FEW: Final = 8
"""Up to so many keys are told one by one; whoever reads more gets one link to their hub."""

_VAULT: Final = "microsoft.keyvault/vaults"
_GET: Final = BIT["data:microsoft.keyvault/vaults/secrets/getsecret/action"]
_WRITE: Final = BIT["microsoft.keyvault/vaults/write"] | BIT["microsoft.keyvault/vaults/accesspolicies/write"]
_Way: TypeAlias = Literal["roles", "access-policies"]
_ACTION: Final[dict[_Way, tuple[int, str]]] = {
    "roles": (_GET, "may read"),
    "access-policies": (_WRITE, "can write itself an access policy that opens"),
}


class Keys:
    """The keys of LLM providers in the vaults of an inventory."""

    def __init__(self, estate: Estate, vaults: Vaults) -> None:
        self._estate = estate
        self._tree = estate.tree
        self._vaults = vaults
        self._ids: dict[_Way, list[str]] = {"roles": [], "access-policies": []}
        self._secrets: dict[str, Secret] = {}
        for secret in estate.inventory.secrets.values():
            if secret.provider == "azure" and secret.ai_provider and _vault_of(secret.id):
                self._secrets[secret.id] = secret
                by_policies = vaults.authorization(_vault_of(secret.id)) == BY_POLICIES
                self._ids["access-policies" if by_policies else "roles"].append(secret.id)
        for ids in self._ids.values():
            ids.sort()
        self._made: set[str] = set()
        self._found: dict[tuple[_Way, str, str], tuple[str, ...]] = {}
        self._some: list[tuple[str, str, tuple[str, ...]]] = []
        self._waiting: list[tuple[str, _Way, str]] = []

    def of(self, principal: str, found: Sequence[Level], denies: DenySet) -> Iterator[Link]:
        """Links from a principal to each key that its roles open, or to the hub of them."""
        if not self._secrets:
            return
        told: set[tuple[_Way, str]] = set()
        for level in found:
            for way, (bits, does) in _ACTION.items():
                if any((way, above) in told for above in self._tree.chain(level.scope)):
                    continue
                tier = next((tier for tier in level.tiers if tier.mask & bits), None)
                by = next((a for a in level.own for mask, _ in a.layers if mask & bits), None)
                if tier is None or by is None:
                    continue
                if not tier.conditions:
                    told.add((way, level.scope))
                when = f" when {' and '.join(tier.conditions)}" if tier.conditions else ""
                source = f"{when} ({self._estate.source(by, principal)})"
                closed = denies.cut(level.scope, (bits,))
                yield from self._links(principal, way, level.scope, does, source, closed)

    def by_policies(self) -> Iterator[Link]:
        """Links from principals to the keys that access policies of vaults open."""
        if not self._secrets:
            return
        for entry in self._vaults.entries():
            if entry.capability == "read_secrets":
                source = f" (access policies of {self._tree.told(entry.vault)})"
                yield from self._links(entry.principal, "access-policies", entry.vault, "may read", source, None)

    def _links(
        self, principal: str, way: _Way, scope: str, does: str, source: str, closed: Cut | None
    ) -> Iterator[Link]:
        subject = self._estate.subject(principal)
        found = self._open(way, scope, closed)
        if len(found) > FEW:
            reason = f"{subject} {does} {len(found)} keys of LLM providers in {self._tree.told(scope)}{source}"
            some = len(found) < self._count(way, scope)
            hub = self._hub_of(way, scope, closed, found) if some and closed is not None else self._hub(way, scope)
            yield Link(source=principal, target=hub, kind="may_read_secret", reason=reason)
            return
        for id in found:
            reason = f"{subject} {does} {self._secrets[id].name}{source}"
            yield Link(source=principal, target=id, kind="may_read_secret", reason=reason)

    def _open(self, way: _Way, scope: str, closed: Cut | None) -> tuple[str, ...]:
        """Keys in a scope, but for what is closed; gathered once."""
        key = (way, scope, closed.digest if closed is not None else "")
        found = self._found.get(key)
        if found is None:
            ids = (id for start, end in self._spans(way, scope) for id in self._ids[way][start:end])
            found = self._found[key] = tuple(
                id for id in ids if closed is None or closed.scopes.isdisjoint(self._tree.chain(id))
            )
        return found

    def _hub_of(self, way: _Way, scope: str, closed: Cut, found: tuple[str, ...]) -> str:
        """The hub of what a deny assignment leaves open; it has a link to each key of its own."""
        hub = f"any-of:azure:llm-keys:{way}:{scope}:but:{closed.digest}"
        if hub not in self._made:
            self._made.add(hub)
            self._some.append((hub, scope, found))
        return hub

    def _spans(self, way: _Way, scope: str) -> Iterator[tuple[int, int]]:
        ids = self._ids[way]
        wide = scope == ROOT or scope.startswith(GROUPS)
        for place in self._tree.subscriptions(scope) if wide else (scope,):
            yield bisect_left(ids, place), bisect_right(ids, place)
            yield bisect_left(ids, f"{place}/"), bisect_left(ids, f"{place}0")

    def _count(self, way: _Way, scope: str) -> int:
        return sum(end - start for start, end in self._spans(way, scope))

    def _hub(self, way: _Way, scope: str) -> str:
        hub = f"any-of:azure:llm-keys:{way}:{scope}"
        if hub not in self._made:
            self._made.add(hub)
            self._waiting.append((hub, way, scope))
        return hub

    def members(self) -> Iterator[Link]:
        """From each hub to the keys, or to the hubs of the scopes in it."""
        while self._waiting:
            hub, way, scope = self._waiting.pop()
            for part in self._parts(way, scope):
                if part in self._secrets:
                    yield self._member(hub, part, scope)
                else:
                    reason = f"keys in {self._tree.told(part)} are among those in {self._tree.told(scope)}"
                    yield Link(source=hub, target=self._hub(way, part), kind="may_read_secret", reason=reason)
        for hub, scope, found in self._some:
            for id in found:
                yield self._member(hub, id, scope)

    def _member(self, hub: str, id: str, scope: str) -> Link:
        reason = f"{self._secrets[id].name} is one of the keys of LLM providers in {self._tree.told(scope)}"
        return Link(source=hub, target=id, kind="may_read_secret", reason=reason)

    def _parts(self, way: _Way, scope: str) -> list[str]:
        """Scopes directly inside of one that hold keys; below a subscription, vaults, and then keys."""
        if scope == ROOT or scope.startswith(GROUPS):
            return [part for part in self._tree.below(scope) if self._count(way, part)]
        ids = [id for start, end in self._spans(way, scope) for id in self._ids[way][start:end]]
        if type_of(scope) == _VAULT:
            return ids
        if scope.count("/") > 2:
            return list(dict.fromkeys(_vault_of(id) for id in ids))
        return list(dict.fromkeys(levels(id)[-2] for id in ids))


def _vault_of(secret: str) -> str:
    return next((scope for scope in levels(secret) if type_of(scope) == _VAULT), "")
