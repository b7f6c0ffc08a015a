"""The evaluator against a slow one that asks for every identity, thing and method, over made-up organizations."""

from __future__ import annotations

import fnmatch
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.access.question import Question
from nhiscan.inventory import Inventory
from nhiscan.model import CanBecome, administrator_of
from nhiscan_connectors.gcp.access import decide, readers
from nhiscan_connectors.gcp.access.method import ACCOUNT, ACT_AS, Method
from nhiscan_connectors.gcp.access.methods import METHODS
from tests.connectors.gcp.access.estates import BUCKET, DEV, FOLDER, ORG, PAY, SECRET, Estate

PARENT = {FOLDER: ORG, PAY: FOLDER, DEV: ORG}
RUNTIMES = (
    "google-cloud-run-service",
    "google-compute-instance",
    "google-cloud-run-job",
    "google-composer-environment",
)
FIRING = [m for m in METHODS if m.aim == "host" and not m.note and {*m.kinds} & {ACCOUNT, *RUNTIMES}]
SCOPED = {m.level: m for m in METHODS if m.aim == "scope" and not m.note}
LEVELS = {ORG: "organization", FOLDER: "folder", PAY: "project", DEV: "project"}
ADMIN = {scope: SCOPED[level].on[0] for scope, level in LEVELS.items()}  # type: ignore[index]
READ = ("secretmanager.versions.access", "storage.objects.get")
BUNDLES = [
    *(method.permissions for method in FIRING),
    *((permission,) for method in FIRING for permission in method.permissions),
    *((permission,) for permission in {*ADMIN.values()}),
    *((permission,) for permission in READ),
]
DENIED = (
    "iam.googleapis.com/serviceAccounts.*",
    "run.googleapis.com/*",
    "compute.googleapis.com/instances.setMetadata",
    "iam.googleapis.com/serviceAccounts.actAs",
    "cloudresourcemanager.googleapis.com/projects.setIamPolicy",
    "*",
    "secretmanager.googleapis.com/versions.access",
)


class Thing(msgspec.Struct, frozen=True):
    """What can be taken over."""

    kind: str
    id: str
    place: str
    identity: str


class Made:
    """An organization made of chance, and what the slow evaluator needs to know of it."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.strict = True
        """Whether what perhaps is denied counts as denied."""
        self.estate = Estate()
        self.roles: dict[str, tuple[str, ...]] = {}
        for _ in range(5):
            bundle = tuple(one for some in chance.sample(BUNDLES, chance.randint(1, 2)) for one in some)
            self.roles[self.estate.role(*bundle)] = bundle
        self.people = [self.estate.user(f"u{n}") for n in range(3)]
        self.home: dict[str, str] = {}
        for n in range(chance.choice((2, 3, 12))):
            project = chance.choice((PAY, DEV))
            self.home[self.estate.account(f"a{n}", project)] = project
        accounts = list(self.home)
        self.groups: dict[str, list[str]] = {}
        for n in range(3):
            members = chance.sample([*self.people, *self.groups, *accounts[:2]], 2)
            self.groups[self.estate.group(f"g{n}", *members)] = members
        self.things = [Thing(ACCOUNT, account, account, account) for account in accounts]
        self.workloads: list[Thing] = []
        for n in range(chance.choice((0, 3, 12))):
            account = chance.choice(accounts)
            kind = chance.choice(RUNTIMES)
            id = self.estate.workload(kind, f"w{n}", account, self.home[account])
            self.workloads.append(Thing(kind, id, id, account))
            self.home[id] = self.home[account]
        self.home |= {SECRET: PAY, BUCKET: DEV}
        self.estate.bucket()
        self.estate.secret()
        places = [*LEVELS, *LEVELS, *(thing.id for thing in (*self.things, *self.workloads)), SECRET, BUCKET]
        self.bound: list[tuple[str, str, str]] = []
        for _ in range(9):
            one = (chance.choice([*self.people, *self.groups, *accounts[:3]]), chance.choice([*self.roles]))
            self.bound.append((*one, chance.choice(places)))
            self.estate.bind(*self.bound[-1])
        self.denied: list[tuple[str, str, str, set[str], set[str], bool]] = []
        if seed % 2:
            scope, pattern = chance.choice([*LEVELS]), chance.choice(DENIED)
            spares = chance.choice(("", "iam.googleapis.com/serviceAccounts.actAs"))
            who = {chance.choice([*self.people, *self.groups, "all", DEV, "accounts"])}
            spared = {*chance.sample([*self.people, *self.groups], seed % 3)}
            perhaps = chance.random() < 0.4
            self.denied.append((scope, pattern, spares, who, spared, perhaps))
            self.estate.deny(
                scope,
                pattern,
                principals=map(v2, who),
                spared=map(v2, spared),
                spares=(spares,) if spares else (),
                condition="resource.matchTag('1/env', 'prod')" if perhaps else "",
            )
        self.bounds: list[tuple[str, list[str]]] = []
        if seed % 5 == 0:
            whom = chance.choice((ORG, DEV, PAY))
            lets = chance.sample([*LEVELS], chance.randint(1, 2))
            self.bounds.append((whom, lets))
            self.estate.boundary(whom, *lets)

    def chain(self, place: str) -> list[str]:
        """A place and all that it lies in."""
        found = [place]
        here = self.home.get(place, "") or PARENT.get(place, "")
        while here:
            found.append(here)
            here = PARENT.get(here, "")
        return found

    def everything(self, who: str) -> set[str]:
        """Somebody, and all groups."""
        found = {who}
        while more := {g for g, members in self.groups.items() if found & {*members}} - found:
            found |= more
        return found

    def _is_meant(self, who: str, names: set[str]) -> bool:
        everything = self.everything(who)
        project = self.home.get(who, "")
        return bool(
            everything & names
            or "all" in names
            or (project and ((DEV in names and project == DEV) or "accounts" in names))
        )

    def may(self, who: str, permission: str, place: str) -> bool:
        """Whether somebody may use a permission on a thing."""
        chain = self.chain(place)
        for scope, pattern, spares, names, spared, perhaps in self.denied:
            if perhaps and not self.strict:
                continue
            about = scope in chain and fits(pattern, permission) and not (spares and fits(spares, permission))
            if about and self._is_meant(who, names) and not self._is_meant(who, spared):
                return False
        for whom, lets in self.bounds:
            if self.home.get(who) and whom in self.chain(who) and not {*lets} & {*chain}:
                return False
        mine = self.everything(who)
        return any(one in mine and scope in chain and permission in self.roles[role] for one, role, scope in self.bound)

    def gained(self, who: str) -> set[str]:
        """What somebody can take over, by asking for each thing and each method; and what it administers."""
        found = {administrator_of(scope) for scope, permission in ADMIN.items() if self.may(who, permission, scope)}
        for thing in (*self.things, *self.workloads):
            if any(thing.kind in method.kinds and self._fires(who, method, thing) for method in FIRING):
                found.add(thing.identity)
        return found - {who}

    def _fires(self, who: str, method: Method, thing: Thing) -> bool:
        project = self.home[thing.identity]
        if method.requires and not any(
            w.kind == method.requires and self.home[w.id] == project for w in self.workloads
        ):
            return False
        on = all(self.may(who, one, thing.identity if one == ACT_AS else thing.place) for one in method.on)
        return on and all(self.may(who, one, project) for one in method.there)


def v2(name: str) -> str:
    """A principal as deny policies write it."""
    if name == "all":
        return "principalSet://goog/public:all"
    if name == "accounts":
        return "principalSet://cloudresourcemanager.googleapis.com/organizations/1/type/ServiceAccount"
    if name == DEV:
        return "principalSet://cloudresourcemanager.googleapis.com/projects/43"
    form, _, address = name.partition(":")
    return f"principalSet://goog/group/{address}" if form == "group" else f"principal://goog/subject/{address}"


def fits(pattern: str, permission: str) -> bool:
    """Whether a permission of a deny policy stands for one of allow policies."""
    service, _, rest = pattern.partition("/")
    prefix = {"cloudresourcemanager": "resourcemanager"}.get(service.split(".")[0], service.split(".")[0])
    return fnmatch.fnmatchcase(permission, f"{prefix}.{rest}" if rest else pattern)


def first_steps(edges: list[CanBecome], start: str, groups: set[str], *, strict: bool = True) -> set[str]:
    """What is gained by the powers of one principal: through groups and hubs, but through nobody else.

    `strict`: for sure; else on condition, too, that deny rules do not apply.
    """
    out: dict[str, list[str]] = {}
    for edge in edges:
        perhaps = edge.answer == "conditional" and all("does not apply" in one for one in edge.conditions)
        if edge.answer == "allowed" or (perhaps and not strict):
            out.setdefault(edge.identity, []).append(edge.target)
    seen, waiting = {start}, [start]
    while waiting:
        for target in out.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                if target in groups or target.startswith("any-of:"):
                    waiting.append(target)
    return {id for id in seen if not id.startswith("any-of:") and id not in groups} - {start}


def widened(found: set[str], made: Made) -> set[str]:
    """With all that administration of scopes gives."""
    scopes = {scope for scope in LEVELS if administrator_of(scope) in found}
    inner = {scope for scope in LEVELS if scopes & {*made.chain(scope)}}
    return {
        *found,
        *(administrator_of(scope) for scope in inner),
        *(thing.identity for thing in (*made.things, *made.workloads) if made.home[thing.identity] in inner),
    }


def check(seed: int) -> int:
    made = Made(seed)
    edges = made.estate.judged()[0].becomes
    some = 0
    for who in [*made.people, *list(made.home)[:3]]:
        if who not in made.home and who not in made.people:
            continue
        for strict in (True, False):
            made.strict = strict
            expected = widened(made.gained(who), made) - {who}
            found = widened(first_steps(edges, who, {*made.groups}, strict=strict), made) - {who}
            some += bool(expected)
            told = f"seed {seed}, {who}, {strict}: too many {found - expected}, too few {expected - found}"
            assert found == expected, told
    return some


@given(st.integers(min_value=0, max_value=10_000_000))
@settings(max_examples=120, deadline=None)
def test_both_find_the_same(seed: int) -> None:
    check(seed)


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_fixed_organizations_find_the_same_and_enough(start: int) -> None:
    assert sum(check(seed) for seed in range(start, start + 50)) > 100


@given(st.integers(min_value=0, max_value=10_000_000), st.data())
@settings(max_examples=80, deadline=None)
def test_questions_are_answered_alike(seed: int, data: st.DataObject) -> None:
    made = Made(seed)
    inventory = Inventory(made.estate.records)
    permissions = sorted({one for some in made.roles.values() for one in some})
    who = data.draw(st.sampled_from([*made.people, made.things[0].id]))
    place = data.draw(st.sampled_from([*LEVELS, made.things[0].id, SECRET, BUCKET]))
    wanted = [one for one in permissions if place in LEVELS or one.startswith(_service(place))]
    for permission in wanted or ["iam.serviceAccounts.get"]:
        decision = decide(inventory, Question(identity=who, action=permission, resource=place))
        assert decision.answer == _expected(made, who, permission, place), f"seed {seed}: {decision}"


def _expected(made: Made, who: str, permission: str, place: str) -> str:
    made.strict = False
    if not made.may(who, permission, place) or not _is_known_there(permission, place):
        return "denied"
    made.strict = True
    return "allowed" if made.may(who, permission, place) else "conditional"


def _service(place: str) -> str:
    return {SECRET: "secretmanager.", BUCKET: "storage.objects."}.get(place, "iam.serviceAccounts.")


def _is_known_there(permission: str, place: str) -> bool:
    """Policies of organizations are not written from projects."""
    if permission == ADMIN[ORG]:
        return place == ORG
    return place in (ORG, FOLDER) if permission == ADMIN[FOLDER] else True


@given(st.integers(min_value=0, max_value=10_000_000))
@settings(max_examples=80, deadline=None)
def test_readers_are_those_who_may(seed: int) -> None:
    made = Made(seed)
    inventory = Inventory(made.estate.records)
    for place, permission in zip((SECRET, BUCKET), READ, strict=True):
        found = {grant.identity for grant in readers(inventory, place) if grant.answer == "allowed"}
        accounts = [thing.id for thing in made.things]
        assert found == {who for who in [*made.people, *accounts] if made.may(who, permission, place)}, f"seed {seed}"
