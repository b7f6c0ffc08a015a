"""The evaluator against a slow one that asks for every identity, host and method, over made-up tenants."""

from __future__ import annotations

import fnmatch
import random
from typing import Any

import pytest

from nhiscan.model import CanBecome
from nhiscan_connectors.azure.access.methods import METHODS
from tests.connectors.azure.access.estates import MANAGEMENT_GROUP, OTHER_RG, PROD, RG, ROOT_GROUP, TEST, Estate

TEST_RG = f"{TEST}/resourcegroups/app"
ABOVE = {
    RG: (RG, PROD, MANAGEMENT_GROUP, ROOT_GROUP, "/"),
    OTHER_RG: (OTHER_RG, PROD, MANAGEMENT_GROUP, ROOT_GROUP, "/"),
    TEST_RG: (TEST_RG, TEST, ROOT_GROUP, "/"),
}
SCOPES = ("/", ROOT_GROUP, MANAGEMENT_GROUP, PROD, TEST, RG, OTHER_RG, TEST_RG)
KINDS = (
    "Microsoft.Web/sites",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Automation/automationAccounts",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.App/jobs",
)
FIRING = [
    method
    for method in METHODS
    if method.aim == "host" and not method.note and {*method.kinds} & {kind.lower() for kind in KINDS}
]
ACTIONS = sorted({action for method in FIRING for action in (*method.on, *(a for s in method.anywhere for a in s))})
# None that gives role assignments: whoever may write those gains more than by any method here.
WILD = (
    "Microsoft.Compute/*",
    "Microsoft.Web/*",
    "Microsoft.App/jobs/*",
    "Microsoft.Automation/*",
    "*/action",
    "Microsoft.ManagedIdentity/*/action",
)


class Made:
    """A tenant made of chance, and what the slow evaluator needs to know of it."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.estate = Estate()
        self.roles: dict[str, tuple[list[str], list[str]]] = {}
        for _ in range(5):
            given = chance.sample(ACTIONS, 3) + chance.sample(WILD, chance.random() < 0.4)
            taken = chance.sample([*ACTIONS, *WILD[1:]], chance.random() < 0.4)
            self.roles[self.estate.role(*given, notActions=taken)] = (given, taken)
        self.people = [self.estate.user(f"u{n}") for n in range(4)]
        self.groups: dict[str, list[str]] = {}
        for n in range(3):
            members = chance.sample([*self.people, *self.groups], 2)
            self.groups[self.estate.group(f"g{n}", *members)] = members
        self.assigned: list[tuple[str, str, str]] = []
        for _ in range(8):
            who, role = chance.choice([*self.people, *self.groups]), chance.choice([*self.roles])
            self.assigned.append((who, role, chance.choice(SCOPES)))
            self.estate.assign(*self.assigned[-1])
        self.hosts: list[tuple[str, str, str, str]] = []
        many = 12 if seed % 2 else 1
        for n in range(6 * many):
            kind, group = chance.choice(KINDS), chance.choice([*ABOVE])
            identity = self.estate.principal(f"h{n}")
            self.hosts.append((self.estate.host(kind, f"h{n}", identity, group), kind.lower(), group, identity))
        self.denied: list[tuple[str, str, list[str], list[str]]] = []
        if seed % 3:
            scope = chance.choice([*SCOPES, *(host[0] for host in self.hosts)])
            bound, spared = chance.sample(self.people, seed % 2), chance.sample(self.people, 1)
            pattern = chance.choice([*ACTIONS, *WILD])
            self.estate.deny(scope, pattern, principals=tuple(bound), excluded=tuple(spared))
            self.denied.append((scope, pattern, bound, spared))

    def everything(self, person: str) -> set[str]:
        found = {person}
        while more := {g for g, members in self.groups.items() if found & {*members}} - found:
            found |= more
        return found

    def may(self, person: str, action: str, place: tuple[str, ...]) -> bool:
        """Whether somebody may do an action where these scopes hold."""
        who = self.everything(person)
        for scope, pattern, bound, spared in self.denied:
            if scope in place and fits(pattern, action) and (not bound or person in bound) and person not in spared:
                return False
        return any(
            one in who
            and scope in place
            and any(fits(p, action) for p in self.roles[role][0])
            and not any(fits(p, action) for p in self.roles[role][1])
            for one, role, scope in self.assigned
        )

    def gained(self, person: str) -> set[str]:
        """Identities of the hosts that a person can take over, by asking for each."""
        found: set[str] = set()
        for id, kind, group, identity in self.hosts:
            for method in FIRING:
                here = (id, *ABOVE[group])
                on = kind in method.kinds and all(self.may(person, action, here) for action in method.on)
                if on and (not method.anywhere or any(self.somewhere(person, some) for some in method.anywhere)):
                    found.add(identity)
        return found

    def somewhere(self, person: str, actions: tuple[str, ...]) -> bool:
        places = [(*ABOVE[RG][ABOVE[RG].index(s) :],) for s in ABOVE[RG]]
        places += [(*ABOVE[TEST_RG][:2], *ABOVE[TEST_RG][2:]), ABOVE[TEST_RG][1:], ABOVE[OTHER_RG]]
        return all(any(self.may(person, action, place) for place in places) for action in actions)


def fits(pattern: str, action: str) -> bool:
    return fnmatch.fnmatchcase(action.lower(), pattern.lower())


def reached(edges: list[CanBecome], start: str) -> set[str]:
    out: dict[str, list[str]] = {}
    for edge in edges:
        if edge.answer == "allowed":
            out.setdefault(edge.identity, []).append(edge.target)
    seen, waiting = {start}, [start]
    while waiting:
        for target in out.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return {id for id in seen if id.startswith("/servicePrincipals/")}


@pytest.mark.parametrize("seeds", [range(start, start + 40) for start in range(0, 400, 40)], ids=str)
def test_both_find_the_same(seeds: Any) -> None:
    some = 0
    for seed in seeds:
        made = Made(seed)
        edges = made.estate.judged()[0].becomes
        for person in made.people:
            expected = made.gained(person)
            some += bool(expected)
            assert reached(edges, person) == expected, f"seed {seed}, {person}"
    assert some > 20
