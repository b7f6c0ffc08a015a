"""Who administers, who can come to, and with what certainty: graphs made by hand."""

from __future__ import annotations

import gc
import itertools
import time
from typing import Any, Literal

import pytest

from nhiscan.access.names import fits, is_pattern, literal
from nhiscan.access.reach import Goal, Reach, admin_verdicts
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, CanBecome, Gap, Grant, Identity, Scope, administrator_of

SCOPE = "aws:1"
Sure = Literal["allowed", "conditional", "latent", "unknown"]


def identity(name: str, scope: str = SCOPE) -> Identity:
    return Identity(id=name, provider="aws", kind="iam-role", name=name, scope=scope)


def admin(name: str, answer: Literal["allowed", "conditional", "unknown"] = "allowed") -> Grant:
    return Grant(
        identity=name, capability="administer", resource="*", answer=answer, reason=f"{name} administers {SCOPE}"
    )


def edge(source: str, target: str, answer: Sure = "allowed", **fields: Any) -> CanBecome:
    fields.setdefault("reason", f"{source} can become {target}")
    return CanBecome(identity=source, target=target, method="m", answer=answer, **fields)


def verdicts(*records: AnyRecord, names: str = "abcdef") -> dict[str, str]:
    inventory = Inventory([*map(identity, names), *records])
    return {name: verdict for name, (verdict, _) in admin_verdicts(inventory).items()}


def test_is() -> None:
    assert verdicts(admin("a"), names="ab") == {"a": "is", "b": "no"}


def test_can_become_over_several_steps() -> None:
    found = verdicts(admin("c"), edge("a", "b"), edge("b", "c"), names="abcd")
    assert found == {"a": "can_become", "b": "can_become", "c": "is", "d": "no"}


def test_direction_counts() -> None:
    assert verdicts(admin("a"), edge("a", "b"), names="ab")["b"] == "no"


def test_power_to_administer_a_scope() -> None:
    assert verdicts(edge("a", administrator_of(SCOPE)), names="a") == {"a": "can_become"}


def test_scope_of_another_cloud_counts() -> None:
    assert verdicts(edge("a", administrator_of("azure:t")), names="a") == {"a": "can_become"}


def test_a_path_is_as_sure_as_its_least_sure_step() -> None:
    found = verdicts(admin("c"), edge("a", "b"), edge("b", "c", "conditional"), names="abc")
    assert found == {"a": "conditional", "b": "conditional", "c": "is"}


def test_the_surest_path_counts_though_longer() -> None:
    records = (admin("d"), edge("a", "d", "conditional"), edge("a", "b"), edge("b", "c"), edge("c", "d"))
    assert verdicts(*records, names="abcd")["a"] == "can_become"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("allowed", "latent", "latent"),
        ("latent", "allowed", "latent"),
        ("conditional", "latent", "latent"),
        ("unknown", "conditional", "unknown"),
        ("unknown", "latent", "latent"),
        ("allowed", "unknown", "unknown"),
    ],
)
def test_mixed_steps(first: Sure, second: Sure, expected: str) -> None:
    assert verdicts(admin("c"), edge("a", "b", first), edge("b", "c", second), names="abc")["a"] == expected


def test_conditional_administrator() -> None:
    found = verdicts(admin("b", "conditional"), edge("a", "b"), names="ab")
    assert found == {"a": "conditional", "b": "conditional"}


def test_unknown_grant_makes_unknown() -> None:
    assert verdicts(admin("a", "unknown"), names="a") == {"a": "unknown"}


def test_unknown_grant_does_not_hide_what_is_proved() -> None:
    records = (admin("a", "unknown"), edge("a", "b"), admin("b"), admin("b", "unknown"))
    assert verdicts(*records, names="ab") == {"a": "can_become", "b": "is"}


def test_unknown_grant_outweighs_a_condition() -> None:
    assert verdicts(admin("a", "unknown"), admin("a", "conditional"), names="a")["a"] in ("unknown", "conditional")
    records = (admin("a", "unknown"), edge("a", "b", "conditional"), admin("b"))
    assert verdicts(*records, names="ab")["a"] == "unknown"


def test_unread_policies_make_unknown() -> None:
    gap = Gap(connector="aws", scope=SCOPE, operation="o", reason="denied", blinds=("policies",), subjects=("a",))
    found = verdicts(gap, edge("b", "a"), names="abc")
    assert found == {"a": "unknown", "b": "unknown", "c": "no"}


def test_unread_scope_makes_all_unknown_but_the_proved() -> None:
    gap = Gap(connector="aws", scope=SCOPE, operation="o", reason="denied", blinds=("policies",))
    assert verdicts(gap, admin("a"), names="ab") == {"a": "is", "b": "unknown"}


def test_other_capabilities_make_no_administrator() -> None:
    grant = Grant(identity="a", capability="administer_identities", resource="*", answer="allowed")
    assert verdicts(grant, names="a") == {"a": "no"}


def test_cycles_end() -> None:
    assert verdicts(edge("a", "b"), edge("b", "a"), names="ab") == {"a": "no", "b": "no"}


def test_nodes_that_are_no_identities_pass_on() -> None:
    records = (admin("c"), edge("a", "any-of:aws:1:role"), edge("any-of:aws:1:role", "c"))
    assert verdicts(*records, names="ac")["a"] == "can_become"


def test_reason_tells_the_way() -> None:
    inventory = Inventory([*map(identity, "abc"), admin("c"), edge("a", "b"), edge("b", "c")])
    assert admin_verdicts(inventory)["a"][1] == "a can become b; b can become c; c administers aws:1"


def test_long_ways_are_shortened() -> None:
    names = [f"n{i}" for i in range(20)]
    steps = [edge(one, other) for one, other in itertools.pairwise(names)]
    inventory = Inventory([*map(identity, names), admin("n19"), *steps])
    reason = admin_verdicts(inventory)["n0"][1]
    assert reason.count(";") <= 7
    assert "further steps" in reason
    assert reason.startswith("n0 can become n1")
    assert reason.endswith("n19 administers aws:1")


ISSUER = "oidc:https://token.example#"


def test_patterns_of_a_trusting_side_meet_subjects_of_another_provider() -> None:
    workflow, other = f"{ISSUER}repo:acme/web:ref:main", f"{ISSUER}repo:evil/web:ref:main"
    records = (admin("a"), edge(f"{ISSUER}repo:acme/*", "a"))
    inventory = Inventory([identity("a"), identity(workflow, "github:acme"), identity(other, "github:evil"), *records])
    found = admin_verdicts(inventory)
    assert found[workflow][0] == "can_become"
    assert found[other][0] == "no"
    assert "fits" in found[workflow][1]


def test_exact_subject() -> None:
    subject = f"{ISSUER}repo:acme/web"
    inventory = Inventory([identity("a"), identity(subject, "github:acme"), admin("a"), edge(subject, "a")])
    assert admin_verdicts(inventory)[subject][0] == "can_become"


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("oidc:i#a*", "oidc:i#abc", True),
        ("oidc:i#a?c", "oidc:i#abc", True),
        ("oidc:i#a?c", "oidc:i#ac", False),
        ("oidc:i#*x*", "oidc:i#axb", True),
        ("oidc:i#*x", "oidc:i#axb", False),
        ("oidc:i#[a]", "oidc:i#a", False),
        ("oidc:i#a.c", "oidc:i#abc", False),
    ],
)
def test_pattern(pattern: str, name: str, expected: bool) -> None:
    assert fits(pattern, name) is expected


def test_hostile_pattern_costs_little() -> None:
    started = time.process_time()
    assert not fits("oidc:i#" + "*a" * 30 + "b", "oidc:i#" + "a" * 2000)
    assert time.process_time() - started < 1


def test_cost_is_linear() -> None:
    def seconds(count: int) -> float:
        names = [f"n{i}" for i in range(count)]
        records: list[AnyRecord] = [*map(identity, names), admin("n0")]
        records += [edge(name, "hub") for name in names] + [edge("hub", name) for name in names]
        inventory = Inventory(records)
        gc.collect()
        gc.disable()  # what is measured is the search, not what the collector makes of the test's own records
        try:
            started = time.process_time()
            Reach(inventory)
            return time.process_time() - started
        finally:
            gc.enable()

    small, large = min(seconds(4_000) for _ in range(3)), min(seconds(32_000) for _ in range(3))
    assert large < 8**1.4 * max(small, 0.002)


def reads(name: str, answer: Literal["allowed", "conditional", "unknown"] = "allowed") -> Grant:
    return Grant(identity=name, capability="read_secrets", resource="s", answer=answer, reason=f"{name} reads s")


def surest(goal: Goal, *records: AnyRecord, names: str = "abcdef") -> dict[str, str]:
    reach = Reach(Inventory([*map(identity, names), *records]), goal)
    found = {name: reach.surest(name) for name in names}
    return {name: way[0] for name, way in found.items() if way is not None}


def test_a_goal_may_be_an_identity() -> None:
    found = surest(Goal(nodes=("c",)), edge("a", "b"), edge("b", "c", "conditional"), edge("d", "e"), admin("f"))
    assert found == {"a": "conditional", "b": "conditional", "c": "allowed"}


def test_a_goal_may_be_what_somebody_reads() -> None:
    found = surest(Goal(grants=(reads("b"), reads("c", "conditional"))), edge("a", "b"), edge("d", "c"))
    assert found == {"a": "allowed", "b": "allowed", "c": "conditional", "d": "conditional"}


def test_who_administers_the_scope_of_a_goal_has_arrived() -> None:
    power = edge("a", administrator_of(SCOPE))
    elsewhere = edge("b", administrator_of("aws:2"))
    assert surest(Goal(nodes=("c",), scope=SCOPE), power, elsewhere, admin("d")) == {
        "a": "allowed",
        "c": "allowed",
        "d": "allowed",
    }
    assert surest(Goal(nodes=("c",)), power, elsewhere, admin("d")) == {"c": "allowed"}


def test_an_administrator_of_another_scope_has_not_arrived() -> None:
    inventory = Inventory([identity("a", "aws:2"), admin("a")])
    assert Reach(inventory, Goal(nodes=("x",), scope=SCOPE)).surest("a") is None


def test_administering_what_a_goal_lies_in_counts_and_what_lies_beside_it_does_not() -> None:
    scopes = [
        Scope(id="tenant", provider="azure", kind="tenant", name="t"),
        Scope(id="prod", provider="azure", kind="subscription", name="p", parent="tenant"),
        Scope(id="dev", provider="azure", kind="subscription", name="d", parent="tenant"),
    ]

    def over(name: str, where: str) -> Grant:
        return Grant(identity=name, capability="administer", resource=where, answer="allowed", reason="r")

    records = [identity(name, "tenant") for name in "abcd"]
    grants = [over("a", "*"), over("b", "prod"), over("c", "dev")]
    reach = Reach(Inventory([*scopes, *records, *grants, edge("d", administrator_of("tenant"))]), Goal(scope="prod"))
    assert {name for name in "abcd" if reach.surest(name) is not None} == {"a", "b", "d"}


def test_a_subject_that_is_compared_letter_by_letter_makes_no_pattern() -> None:
    assert is_pattern("oidc:i#repo:acme/*")
    assert not is_pattern(f"oidc:i#{literal('repo:acme/*?')}")
    assert literal("repo:acme/shop") == "repo:acme/shop"
