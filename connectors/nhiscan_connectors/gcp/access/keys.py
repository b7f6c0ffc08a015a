"""Which principals may read the keys of LLM providers in Secret Manager, as links: the step from role to key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from nhiscan.model import Link, Secret
from nhiscan_connectors.common.cuts import Cut
from nhiscan_connectors.gcp.access.denies import DenySet
from nhiscan_connectors.gcp.access.effective import Level
from nhiscan_connectors.gcp.access.estate import Estate
from nhiscan_connectors.gcp.access.places import is_wide
from nhiscan_connectors.gcp.access.universe import mask_of

FEW: Final = 8
"""Up to so many keys are told one by one; whoever reads more gets one link to their hub."""
_WAYS: Final = (
    (mask_of(("secretmanager.versions.access",)), "may read"),
    (mask_of(("secretmanager.secrets.setIamPolicy",)), "can let itself read"),
)
_HUB: Final = "any-of:gcp:llm-keys:"


class Keys:
    """The keys of LLM providers in the secrets of an inventory."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._places = estate.places
        self._secrets: dict[str, Secret] = {}
        self._by_project: dict[str, list[str]] = defaultdict(list)
        self._counts: dict[str, int] = defaultdict(int)
        for secret in sorted(estate.inventory.secrets.values(), key=lambda secret: secret.id):
            if secret.provider == "gcp" and secret.ai_provider:
                self._secrets[secret.id] = secret
                project = self._places.container_of(secret.id)
                self._by_project[project].append(secret.id)
                for above in self._places.chain(project) if project else ():
                    self._counts[above] += 1
        self._made: set[str] = set()
        self._waiting: list[tuple[str, str, Cut | None]] = []

    def of(self, principal: str, found: Sequence[Level], denies: DenySet) -> Iterator[Link]:
        """Links from a principal to each key that its roles open, or to the hub of them."""
        if not self._secrets:
            return
        told: set[str] = set()
        for level in found:
            for bits, does in _WAYS:
                if any(above in told for above in self._places.chain(level.scope)):
                    break
                tier = next((tier for tier in level.tiers if tier.mask & bits), None)
                by = next((one for one in level.own for layer in one.layers if layer.mask & bits), None)
                if tier is None or by is None:
                    continue
                if not tier.conditions:
                    told.add(level.scope)
                when = f" when {' and '.join(tier.conditions)}" if tier.conditions else ""
                source = f"{when} ({self._estate.source(by, principal)})"
                closed = denies.cut(level.scope, (bits,)) if is_wide(level.scope) else None
                yield from self._links(principal, level.scope, does, source, closed)
                break

    def _links(self, principal: str, scope: str, does: str, source: str, closed: Cut | None) -> Iterator[Link]:
        subject = self._estate.subject(principal)
        if self._count(scope) > FEW:
            reason = f"{subject} {does} keys of LLM providers in {self._places.told(scope)}{source}"
            yield Link(source=principal, target=self._hub(scope, closed), kind="may_read_secret", reason=reason)
            return
        for id in self._within(scope):
            if not self._is_closed(id, closed):
                reason = f"{subject} {does} {self._secrets[id].name}{source}"
                yield Link(source=principal, target=id, kind="may_read_secret", reason=reason)

    def _count(self, scope: str) -> int:
        return self._counts.get(scope, 0) if is_wide(scope) else int(scope in self._secrets)

    def _within(self, scope: str) -> Iterator[str]:
        if not is_wide(scope):
            yield from (scope,) if scope in self._secrets else ()
            return
        yield from self._by_project.get(scope, ())
        for inner in self._places.below(scope):
            if self._counts.get(inner):
                yield from self._within(inner)

    def _is_closed(self, place: str, closed: Cut | None) -> bool:
        return closed is not None and not closed.scopes.isdisjoint(self._places.chain(place))

    def _hub(self, scope: str, closed: Cut | None) -> str:
        hub = f"{_HUB}{scope}" + (f":but:{closed.digest}" if closed is not None else "")
        if hub not in self._made:
            self._made.add(hub)
            self._waiting.append((hub, scope, closed))
        return hub

    def members(self) -> Iterator[Link]:
        """From each hub to the keys, and to the hubs of the scopes in it."""
        while self._waiting:
            hub, scope, closed = self._waiting.pop()
            where = self._places.told(scope)
            for id in self._by_project.get(scope, ()):
                if not self._is_closed(id, closed):
                    reason = f"{self._secrets[id].name} is one of the keys of LLM providers in {where}"
                    yield Link(source=hub, target=id, kind="may_read_secret", reason=reason)
            for inner in self._places.below(scope):
                if self._counts.get(inner) and not self._is_closed(inner, closed):
                    reason = f"keys in {self._places.told(inner)} are among those in {where}"
                    yield Link(source=hub, target=self._hub(inner, closed), kind="may_read_secret", reason=reason)
