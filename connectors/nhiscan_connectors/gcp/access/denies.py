"""Deny policies: what they take away, from whom, and where. They are judged before anything that allows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Policy
from nhiscan_connectors.common.cuts import Cut, cut
from nhiscan_connectors.common.deny_sets import DenySets
from nhiscan_connectors.gcp.access.conditions import facts_of, name_of
from nhiscan_connectors.gcp.access.expressions import judge, parse
from nhiscan_connectors.gcp.access.places import Places
from nhiscan_connectors.gcp.access.principals import EVERYONE, PEOPLE, UNTOLD, Principals
from nhiscan_connectors.gcp.access.universe import BIT, written_as

UNREAD = "a deny policy that could not be read does not apply"


MOST_TOLD_APART = 20
"""Places in a scope with rules under conditions that are judged apart from the scope; of more, rules of that kind are
left out of account inside of it."""


class Deny(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One rule of a deny policy at one place."""

    name: str
    scope: str
    principals: frozenset[str]
    """Canonical names of those whom it binds."""
    excluded: frozenset[str]
    """Of those whom it does not bind for all that."""
    permissions: tuple[str, ...]
    """As allow policies write permissions, in lower case; may hold wildcards."""
    exceptions: tuple[str, ...]
    condition: str = ""
    """Whole; empty where it always applies."""
    untold: str = ""
    """What is not known of it, as a condition; empty where all is."""

    def names(self, permission: str) -> bool:
        """Whether it is about a permission, in lower case."""
        return _any_fits(self.permissions, permission) and not _any_fits(self.exceptions, permission)

    def applies(self, permission: str) -> bool | None:
        """Whether its condition holds for a permission; None where that is open."""
        if self.untold:
            return None
        return judge(parse(self.condition), facts_of(permission)) if self.condition else True

    @property
    def tie(self) -> str:
        """The condition under which it takes nothing away."""
        if self.untold:
            return self.untold
        return f"deny rule {self.name} does not apply ({name_of(self.condition)})"


class Masks(msgspec.Struct, frozen=True, gc=False):
    """What deny rules take away for sure, and what perhaps."""

    sure: int = 0
    maybe: tuple[tuple[int, str], ...] = ()
    """Permissions, and the condition under which they are left."""


@lru_cache(maxsize=1 << 16)
def _fits(pattern: str, permission: str) -> bool:
    """Whether a permission fits a name with wildcards, piece by piece from the left."""
    if "*" not in pattern:
        return pattern == permission
    first, *middle, last = pattern.split("*")
    if not permission.startswith(first) or not permission.endswith(last):
        return False
    place, end = len(first), len(permission) - len(last)
    for piece in middle:
        found = permission.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return place <= end


def _any_fits(patterns: tuple[str, ...], permission: str) -> bool:
    return any(_fits(pattern, permission) for pattern in patterns)


def policies_of(inventory: Inventory) -> Iterator[tuple[Policy, str]]:
    """Deny policies and where they are attached."""
    for use in inventory.policy_uses:
        policy = inventory.policies.get(use.policy)
        if policy is not None and policy.provider == "gcp" and use.use == "organization-limit":
            yield policy, use.target


def unread(inventory: Inventory) -> dict[str, str]:
    """Place -> name of a deny policy at it of which nobody knows what it denies."""
    return {scope: policy.name for policy, scope in policies_of(inventory) if _rules(policy) is None}


def is_unread(policy: Policy) -> bool:
    """Whether nobody knows what a deny policy denies."""
    return _rules(policy) is None


def deny_rules(inventory: Inventory, places: Places, principals: Principals) -> Iterator[Deny]:
    """Every rule of every deny policy; one that cannot be read perhaps denies everything to everybody."""
    for policy, target in policies_of(inventory):
        scope = places.normal(target)
        rules = _rules(policy)
        if rules is None:
            everything = ("*",)
            untold = f"{UNREAD} ({policy.name} at {places.told(scope)})"
            yield Deny(policy.name, scope, frozenset((EVERYONE,)), frozenset(), everything, (), untold=untold)
            continue
        for place, rule in enumerate(rules, 1):
            name = f"{policy.name}, rule {place}" if len(rules) > 1 else policy.name
            yield from _rule(name, scope, rule, principals)


def _rule(name: str, scope: str, rule: dict[str, Any], principals: Principals) -> Iterator[Deny]:
    named = {principals.canonical(one) for one in _texts(rule.get("deniedPrincipals"))}
    excepted = {principals.canonical(one) for one in _texts(rule.get("exceptionPrincipals"))}
    condition = rule.get("denialCondition")
    text = condition.get("expression", "") if isinstance(condition, dict) else ""
    vague = named & {PEOPLE, UNTOLD}
    unclear = excepted & {PEOPLE, UNTOLD}

    def deny(bound: set[str], excluded: set[str], untold: str) -> Deny:
        return Deny(
            name=name,
            scope=scope,
            principals=frozenset(bound),
            excluded=frozenset(excluded),
            permissions=tuple(written_as(one) for one in _texts(rule.get("deniedPermissions"))),
            exceptions=tuple(written_as(one) for one in _texts(rule.get("exceptionPermissions"))),
            condition=text if isinstance(text, str) else "",
            untold=untold,
        )

    if named - vague:
        untold = f"it is among the exceptions of deny rule {name}" if unclear else ""
        if unclear == {PEOPLE}:
            yield deny(named - vague, (excepted - unclear) | {PEOPLE}, "")
            untold = f"it is among the people who are exceptions of deny rule {name}"
            if EVERYONE in named:
                yield deny({PEOPLE}, excepted - unclear, untold)
        else:
            yield deny(named - vague, excepted - unclear, untold)
    if vague:
        bound = {EVERYONE} if UNTOLD in vague else {PEOPLE}
        yield deny(bound, excepted - unclear, f"it is not among those whom deny rule {name} is about")


def _rules(policy: Policy) -> list[dict[str, Any]] | None:
    """The deny rules of a policy; None where it does not have the form of one."""
    if policy.document is None or policy.problem:
        return None
    try:
        found = json.loads(policy.document)
    except (ValueError, RecursionError):
        return None
    entries = found.get("rules", []) if isinstance(found, dict) else None
    if not isinstance(entries, list):
        return None
    rules: list[dict[str, Any]] = []
    for entry in entries:
        rule = entry.get("denyRule") if isinstance(entry, dict) else None
        if not isinstance(rule, dict) or not all(_is_texts(rule.get(key)) for key in _LISTS):
            return None
        condition = rule.get("denialCondition")
        if condition is not None and not isinstance(condition, dict):
            return None
        rules.append(rule)
    return rules


_LISTS = ("deniedPrincipals", "exceptionPrincipals", "deniedPermissions", "exceptionPermissions")


def _is_texts(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


class _Base:
    """All deny rules by place, and what they take from whoever is neither named nor excluded by any."""

    def __init__(self, denies: tuple[Deny, ...], places: Places) -> None:
        self.denies = denies
        self.places = places
        self.sure: list[int] = []
        self.maybe: list[int] = []
        for deny in denies:
            sure = maybe = 0
            for permission, bit in BIT.items():
                if deny.names(permission):
                    applies = deny.applies(permission)
                    sure |= bit if applies else 0
                    maybe |= bit if applies is None else 0
            self.sure.append(sure)
            self.maybe.append(maybe)
        self.everyone = frozenset(n for n, deny in enumerate(denies) if EVERYONE in deny.principals)
        self.by_scope: dict[str, list[int]] = defaultdict(list)
        for number, deny in enumerate(denies):
            self.by_scope[deny.scope].append(number)
        self.at = {scope: self.of(numbers, self.everyone) for scope, numbers in self.by_scope.items()}
        self._inside: dict[str, tuple[str, ...]] = {}

    def of(self, numbers: Iterable[int], bound: Container[int]) -> Masks:
        """What some rules take away together, as far as they bind."""
        sure = 0
        maybe: list[tuple[int, str]] = []
        for number in numbers:
            if number in bound:
                sure |= self.sure[number]
                if self.maybe[number]:
                    maybe.append((self.maybe[number], self.denies[number].tie))
        return Masks(sure, tuple(maybe))

    def inside(self, scope: str) -> tuple[str, ...]:
        """Places inside of one that have rules."""
        found = self._inside.get(scope)
        if found is None:
            found = tuple(sorted(one for one in self.by_scope if one != scope and self.places.covers(scope, one)))
            self._inside[scope] = found
        return found


_NONE = Masks()


class DenySet:
    """The deny rules that bind one set of principals: those for everybody, but for a few differences."""

    def __init__(self, base: _Base, added: frozenset[int], removed: frozenset[int]) -> None:
        self._base = base
        self._bound = (base.everyone | added) - removed if added or removed else base.everyone
        touched = {base.denies[number].scope for number in (*added, *removed)}
        self._other = {scope: base.of(base.by_scope[scope], self._bound) for scope in touched}
        self._cuts: dict[tuple[str, tuple[int, ...]], Cut | None] = {}
        self._at: dict[str, Masks] = {}
        self._perhaps: dict[str, tuple[str, ...]] = {}

    @property
    def denies(self) -> tuple[Deny, ...]:
        """Each of them."""
        return tuple(self._base.denies[number] for number in sorted(self._bound))

    def _own(self, scope: str) -> Masks:
        other = self._other.get(scope)
        return self._base.at.get(scope, _NONE) if other is None else other

    def at(self, place: str) -> Masks:
        """Permissions that are denied at a place."""
        if not self._base.at:
            return _NONE
        found = self._at.get(place)
        if found is None:
            sure = 0
            maybe: list[tuple[int, str]] = []
            for above in self._base.places.chain(place):
                own = self._own(above)
                sure |= own.sure
                maybe += own.maybe
            found = self._at[place] = Masks(sure, tuple(maybe)) if sure or maybe else _NONE
        return found

    def bind_inside(self, scope: str) -> bool:
        """Whether anything inside of a scope may be closed by rules of its own."""
        return bool(self._base.at) and bool(self._base.inside(scope))

    def cut(self, scope: str, needed: tuple[int, ...]) -> Cut | None:
        """What lies in a scope and is closed to every one of some methods, each given as what it needs."""
        key = (scope, needed)
        if key not in self._cuts:
            told_apart = self.perhaps_inside(scope)
            self._cuts[key] = cut(
                inner
                for inner in self._base.inside(scope)
                if all(self._closes(inner, permissions, inner in told_apart) for permissions in needed)
            )
        return self._cuts[key]

    def _closes(self, place: str, permissions: int, told_apart: bool) -> bool:
        """Whether some of what is needed is denied at a place, for sure or, where it is told apart, perhaps."""
        masks = self.at(place)
        if masks.sure & permissions:
            return True
        return told_apart and any(mask & permissions for mask, _ in masks.maybe)

    def perhaps_inside(self, scope: str) -> tuple[str, ...]:
        """Places inside of one with rules that perhaps bind, which are judged on their own; none where too many are."""
        found = self._perhaps.get(scope)
        if found is None:
            inner = tuple(one for one in self._base.inside(scope) if self._own(one).maybe)
            found = self._perhaps[scope] = inner if len(inner) <= MOST_TOLD_APART else ()
        return found


class Denies(DenySets[DenySet]):
    """All deny rules, by whom they bind."""

    def __init__(self, denies: Iterable[Deny], places: Places) -> None:
        base = _Base(tuple(denies), places)
        super().__init__(base.denies, EVERYONE, lambda added, removed: DenySet(base, added, removed))
