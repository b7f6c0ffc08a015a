"""Cost and shape on large and on hostile estates."""

from __future__ import annotations

import time

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.inventory import Inventory
from nhiscan.model import CanBecome, Policy, PolicyUse
from nhiscan_connectors.aws.access import access
from nhiscan_connectors.aws.access.aims import AimClass, Item
from nhiscan_connectors.aws.access.hubs import Hubs, Reached
from nhiscan_connectors.aws.access.patterns import matches, meet
from tests.connectors.aws.access.estates import (
    ACCOUNT,
    Estate,
    Stmt,
    allow,
    deny,
    document,
    role_arn,
    trusts,
    user_arn,
)

SHARED = {
    "power": [{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}],
    "deploy": [allow(["lambda:*", "iam:PassRole"])],
    "keys": [allow("iam:CreateAccessKey")],
    "self": [allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}")],
    "read": [allow(["s3:Get*", "ec2:Describe*"])],
    "admin": [allow("*")],
}


def managed(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def mixed(count: int) -> Inventory:
    """Users and roles with policies of their own, shared ones, self-service, trust and passable roles."""
    estate = Estate()
    scope = estate.scope()
    for name, statements in SHARED.items():
        text = document(*statements)
        estate.add(Policy(id=managed(name), provider="aws", kind="managed", name=name, scope=scope, document=text))
    names = list(SHARED)
    for n in range(count):
        mine = [allow("s3:GetObject", f"arn:aws:s3:::b-{n}/*"), allow("sts:AssumeRole", role_arn(f"app-{n}-*"))]
        if n % 2:
            identity = estate.user(f"app-{n}-x", *mine)
        else:
            trust = [trusts({"AWS": ACCOUNT} if n % 4 else {"Service": "lambda.amazonaws.com"})]
            identity = estate.role(f"app-{n}-x", *mine, trust=trust)
        estate.add(PolicyUse(policy=managed(names[n % len(names)]), target=identity, use="permission"))
    return estate.inventory()


def each(*statements: Stmt) -> list[Stmt]:
    return list(statements)


def different(count: int, shape: str) -> Inventory:
    """Identities that all have statements of their own, of a kind that invites looking at every pair."""
    estate = Estate()
    for n in range(count):
        wide = ["iam:CreateAccessKey", "sts:AssumeRole"]
        statements = {
            "own deny": each(allow(wide), deny("*", user_arn(f"n{n}"))),
            "wide and own": each(allow(wide, [f"arn:aws:iam::{ACCOUNT}:*", f"arn:aws:s3:::b{n}"])),
            "infix": each(allow(wide, f"arn:aws:iam::*:*/*{n}*")),
            "own tag": each(allow(wide, Condition={"StringEquals": {"aws:ResourceTag/t": "${aws:username}"}})),
        }[shape]
        if n % 2:
            estate.user(f"n{n}", *statements)
        else:
            estate.role(f"n{n}", *statements, trust=[trusts({"AWS": ACCOUNT})])
    return estate.inventory()


def seconds(inventory: Inventory) -> tuple[float, int]:
    """CPU time of `access`, and number of records."""
    started = time.process_time()
    derived = sum(1 for _ in access(inventory))
    return time.process_time() - started, derived


def test_cost_grows_with_the_estate_and_not_with_its_square() -> None:
    seconds(mixed(100))
    small, few = min(seconds(mixed(500)) for _ in range(2))
    large, many = seconds(mixed(4_000))
    assert many < 8.5 * few
    assert large < small * 8**1.6


@pytest.mark.parametrize("shape", ["own deny", "wide and own", "infix", "own tag"])
def test_different_statements_for_everyone(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Up to the bound every pair is looked at; beyond it, cost must follow the number of identities.
    monkeypatch.setattr("nhiscan_connectors.aws.access.hubs._LEAST", 1_000)
    monkeypatch.setattr("nhiscan_connectors.aws.access.hubs._EACH", 20)
    small = min(seconds(different(250, shape))[0] for _ in range(2))
    large = min(seconds(different(1_000, shape))[0] for _ in range(2))
    assert large < max(small, 0.1) * 4**1.7


def test_sets_that_are_too_many_to_tell_apart_are_unknown() -> None:
    hubs = Hubs(0)
    assert hubs.afford(400_000)
    assert not hubs.afford(400_000)
    assert hubs.afford(10)  # what few targets match is always looked at
    hub = hubs.untold(ACCOUNT)
    assert hubs.untold(ACCOUNT) == hub
    (edge,) = hubs.edges()
    assert (edge.identity, edge.target, edge.answer) == (hub, f"administrator:aws:{ACCOUNT}", "unknown")


def test_untold_reach_makes_a_verdict_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    for bound, value in (("_ALWAYS", 2), ("_LEAST", 0), ("_EACH", 0)):
        monkeypatch.setattr(f"nhiscan_connectors.aws.access.hubs.{bound}", value)
    estate = Estate()
    alice = estate.user("alice", allow("iam:CreateAccessKey"))
    for n in range(5):
        estate.user(f"u{n}")
    inventory, derived = estate.judged()
    assert [e.answer for e in derived if isinstance(e, CanBecome)] == ["allowed", "unknown"]
    assert admin_verdicts(inventory)[alice][0] == "unknown"


def test_hubs_are_shared_by_content() -> None:
    hubs = Hubs()
    members = [Reached(gains=f"r{n}", name=f"role r{n}") for n in range(20)]
    one, shared = hubs.hub(ACCOUNT, "role", "role", members, True)
    other, _ = hubs.hub(ACCOUNT, "role", "role", list(members), True)
    fewer, _ = hubs.hub(ACCOUNT, "role", "role", members[:-1], False)
    assert one == other != fewer
    assert shared == frozenset()
    assert len(list(hubs.edges())) == 39
    assert not list(hubs.edges())


@pytest.mark.parametrize(
    "pattern",
    ["*", "arn:aws:iam::1:role/a-1*", "*-77", "arn:*:role/*-5?", "*a-12*", "arn:aws:iam::1:role/a-3", "*zz*", "?rn:*"],
)
def test_index_finds_what_a_scan_finds(pattern: str) -> None:
    items = [Item(arn=f"arn:aws:iam::1:role/a-{n}", gains=str(n), name=str(n), known={}) for n in range(500)]
    found = AimClass("role", "role", items).matching(pattern)
    assert {item.gains for item in found} == {i.gains for i in items if matches(pattern, i.arn, "resource")}


def test_hostile_patterns_cost_little() -> None:
    started = time.process_time()
    estate = Estate()
    estate.user("alice", allow("*", "arn:aws:iam::*:role/" + "*a" * 400 + "b"), allow("iam:*", "arn:*" + ":*a" * 300))
    estate.user("bob", allow("s3:" + "*e" * 300 + "x"), allow("s3:GetObject", "arn:aws:s3:::" + "*a*" * 300))
    estate.role("a" * 60, trust=[trusts({"AWS": ACCOUNT})])
    estate.judged()
    assert not matches("*a" * 40 + "b", "a" * 2000, "text")
    meet("*a" * 300 + "b", "*b" * 300 + "a")
    assert time.process_time() - started < 10
