"""Principal access boundaries: where whoever they bind may act at all."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Policy
from nhiscan_connectors.gcp.access.conditions import name_of
from nhiscan_connectors.gcp.access.expressions import Facts, judge, parse
from nhiscan_connectors.gcp.access.places import Places
from nhiscan_connectors.gcp.access.principals import EVERYONE, PEOPLE, UNTOLD, Principals


class Bound(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One binding of a boundary."""

    name: str
    target: str
    """Canonical name of whom it binds."""
    scopes: frozenset[str] | None
    """Where they may act; None where that could not be read."""
    condition: str
    """Whole; empty where it binds everybody in the set."""
    told: str
    """The boundary, for sentences."""


class Maybe(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A boundary of which it is open whether it binds, or where it lets act."""

    scopes: frozenset[str] | None
    """Where it lets act; None where that could not be read."""
    lets: str
    """What must hold so that a principal may act where another boundary does not let it."""
    spares: str
    """What must hold so that a principal may act outside."""


class Boundary(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What bounds one identity: the boundaries that bind it for sure, taken together, and those that may."""

    scopes: frozenset[str] | None = None
    """Where it may act; None: everywhere."""
    names: tuple[str, ...] = ()
    """The boundaries that say so."""
    maybe: tuple[Maybe, ...] = ()

    @property
    def mentioned(self) -> frozenset[str]:
        """Every place that one of them names."""
        found = self.scopes or frozenset()
        return found.union(*(one.scopes or frozenset() for one in self.maybe))


FREE = Boundary()


def policies_of(inventory: Inventory) -> Iterator[tuple[Policy, str]]:
    """Bindings of boundaries, and whom they bind, as written."""
    for use in inventory.policy_uses:
        policy = inventory.policies.get(use.policy)
        if policy is not None and policy.provider == "gcp" and use.use == "boundary":
            yield policy, use.target


def is_unread(policy: Policy) -> bool:
    """Whether nobody knows where a boundary lets act."""
    return _scopes(policy) is None


class Boundaries:
    """All boundaries, by whom they bind."""

    def __init__(self, inventory: Inventory, places: Places, principals: Principals) -> None:
        self._principals = principals
        self._places = places
        self._by_target: dict[str, list[Bound]] = defaultdict(list)
        for policy, target in policies_of(inventory):
            read = _scopes(policy)
            bound = Bound(
                name=policy.name,
                target=principals.canonical(target),
                scopes=frozenset(places.normal(one) for one in read) if read is not None else None,
                condition=_condition(policy),
                told=f"principal access boundary {policy.name}",
            )
            self._by_target[bound.target].append(bound)
        self._made: dict[tuple[object, ...], Boundary] = {}

    def of(self, principal: str, sets: Iterable[str]) -> Boundary:
        """What bounds a principal. The same object for the same boundaries."""
        if not self._by_target:
            return FREE
        bounds = [one for name in (*sets, EVERYONE, UNTOLD) for one in self._by_target.get(name, ())]
        if not bounds:
            return FREE
        facts = Facts(
            principal_type=self._principals.type_of(principal) or None,
            principal_subject=self._principals.subject_of(principal) or None,
        )
        sure: list[Bound] = []
        maybe: list[Bound] = []
        for one in bounds:
            binds = judge(parse(one.condition), facts) if one.condition else True
            if binds is False:
                continue
            vague = binds is None or one.scopes is None or one.target in (UNTOLD, PEOPLE)
            (maybe if vague else sure).append(one)
        return self._one(sure, maybe) if sure or maybe else FREE

    def _one(self, sure: list[Bound], maybe: list[Bound]) -> Boundary:
        key = (frozenset(map(id, sure)), frozenset(map(id, maybe)))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Boundary(
                # Of several boundaries each lets act where it says, and the others do not take that away.
                scopes=frozenset(scope for one in sure for scope in one.scopes or ()) if sure else None,
                names=tuple(one.told for one in sure),
                maybe=tuple(_maybe(one) for one in maybe),
            )
        return found

    def ties(self, boundary: Boundary, place: str) -> tuple[str, ...] | None:
        """On what acting on something depends as far as boundaries go: nothing is empty, None is closed."""
        if boundary is FREE:
            return ()
        chain = self._places.chain(place)
        if boundary.scopes is not None:
            if not boundary.scopes.isdisjoint(chain):
                return ()
            ways = [one.lets for one in boundary.maybe if one.scopes is None or not one.scopes.isdisjoint(chain)]
            return (ways[0],) if ways else None
        if any(one.scopes is not None and not one.scopes.isdisjoint(chain) for one in boundary.maybe):
            outside = [one.spares for one in boundary.maybe if one.scopes is None or one.scopes.isdisjoint(chain)]
            # Where one that may bind lets act, another matters only if the first does not bind.
            return tuple(sorted(outside)) if outside else ()
        return tuple(sorted(one.spares for one in boundary.maybe))


def _maybe(bound: Bound) -> Maybe:
    why = f" ({name_of(bound.condition)})" if bound.condition else ""
    if bound.scopes is None:
        text = f"{bound.told}, which could not be read, lets it"
        return Maybe(None, text, text)
    return Maybe(bound.scopes, f"{bound.told} binds it{why}", f"{bound.told} does not bind it{why}")


def _document(policy: Policy) -> dict[str, Any]:
    if policy.document is None:
        return {}
    try:
        found = json.loads(policy.document)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _scopes(policy: Policy) -> list[str] | None:
    """Where a boundary lets act; None where that is not known."""
    details = _document(policy).get("details") if not policy.problem else None
    rules = details.get("rules") if isinstance(details, dict) else None
    if not isinstance(rules, list):
        return None
    found: list[str] = []
    for rule in rules:
        resources = rule.get("resources") if isinstance(rule, dict) else None
        if not isinstance(resources, list) or not all(isinstance(one, str) for one in resources):
            return None
        found += resources
    return found


def _condition(policy: Policy) -> str:
    condition = _document(policy).get("condition")
    expression = condition.get("expression", "") if isinstance(condition, dict) else ""
    return expression if isinstance(expression, str) else ""
