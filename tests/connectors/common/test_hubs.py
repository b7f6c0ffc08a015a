"""Hubs over a small tree of scopes: shared, led on from, and without what is denied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiscan_connectors.common.cuts import Cut, cut
from nhiscan_connectors.common.hubs import DIRECT, ScopeHubs


@dataclass
class Thing:
    """Something in a scope, that acts as an identity."""

    id: str
    identity: str


class Tree:
    """Scopes by their paths: "/a/b" lies in "/a"."""

    def chain(self, scope: str) -> tuple[str, ...]:
        """See `Scopes`."""
        parts = scope.split("/")
        return tuple("/".join(parts[:end]) for end in range(len(parts), 1, -1))

    def told(self, scope: str) -> str:
        """See `Scopes`."""
        return f"scope {scope}"


class Machines(ScopeHubs[Thing]):
    """Machines in scopes, two levels deep."""

    prefix = "any-of:test:"
    all_kinds = ("vm", "job")

    def __init__(self, things: dict[str, list[str]]) -> None:
        super().__init__(Tree())
        self.things = {kind: [Thing(id, f"as{id}") for id in ids] for kind, ids in things.items()}

    def count(self, kind: str, scope: str) -> int:
        return sum(1 for _ in self.within(kind, scope))

    def within(self, kind: str, scope: str) -> Iterable[Thing]:
        return (thing for thing in self.things.get(kind, ()) if thing.id.startswith(f"{scope}/"))

    def parts(self, kind: str, scope: str) -> tuple[list[str], list[Thing]]:
        things = list(self.within(kind, scope))
        depth = scope.count("/") + 1
        inner = {"/".join(t.id.split("/")[: depth + 1]): None for t in things if t.id.count("/") > depth}
        return list(inner), [thing for thing in things if thing.id.count("/") == depth]

    def plural(self, kind: str) -> str:
        return f"{kind}s"

    def membership(self, host: Thing) -> str:
        return f"{host.id} acts"


def reached(hubs: Machines, hub: str) -> set[str]:
    """What a hub leads to in the end."""
    edges = [(edge.identity, edge.target) for edge in hubs.edges()]
    found, waiting = set[str](), [hub]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [target for source, target in edges if source == one]
    return {one.removeprefix("as") for one in found if one.startswith("as")}


def denied(*scopes: str) -> dict[str, Cut]:
    found = cut(scopes)
    assert found is not None
    return {"vm": found}


def test_a_hub_leads_to_all_of_its_scope() -> None:
    hubs = Machines({"vm": ["/a/x/1", "/a/y/2", "/a/3", "/b/4"], "job": ["/a/x/5"]})
    assert reached(hubs, hubs.of(["vm", "job"], "/a", {})) == {"/a/x/1", "/a/y/2", "/a/3", "/a/x/5"}


def test_what_is_denied_inside_is_left_out() -> None:
    hubs = Machines({"vm": ["/a/x/1", "/a/x/2", "/a/y/3", "/a/4"], "job": ["/a/y/5"]})
    hub = hubs.of(["vm", "job"], "/a", denied("/a/x/1", "/a/y"))
    assert reached(hubs, hub) == {"/a/x/2", "/a/4", "/a/y/5"}


def test_whoever_controls_as_much_shares_the_hub() -> None:
    hubs = Machines({"vm": ["/a/x/1"], "job": ["/a/x/2"]})
    whole = hubs.of(["vm", "job"], "/a", {})
    assert whole == hubs.of(["vm", "job"], "/a", {}) == "any-of:test:hosts:all:/a"
    assert hubs.of(["vm", "nothing"], "/a", {}) == "any-of:test:vm:/a"
    assert hubs.of(["vm"], "/a", denied("/a/x")) != hubs.of(["vm"], "/a", {})
    first = list(hubs.edges())
    hubs.of(["vm", "job"], "/a", {})
    assert first
    assert list(hubs.edges()) == []


def test_few_are_named_one_by_one() -> None:
    hubs = Machines({"vm": [f"/a/{number}" for number in range(DIRECT)]})
    few = hubs.few(["vm"], "/a", denied("/a/1", "/a/2"))
    assert few is not None
    assert len(few) == DIRECT - 2
    hubs.things["vm"].append(Thing("/a/more", "as/a/more"))
    assert hubs.few(["vm"], "/a", {}) is None
