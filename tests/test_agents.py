"""What counts as an agent, what it acts as, and where nobody could look for agents."""

from __future__ import annotations

import pytest

from nhiscan.agents import (
    acts_as,
    agents,
    agents_of,
    belongs_to_agent,
    has_owner,
    hidden_agents,
    hidden_subjects,
    hidden_workloads,
    is_gateway,
    whole_of,
    workloads_of,
)
from nhiscan.inventory import Inventory
from nhiscan.model import Gap, RunsAs, Workload
from nhiscan.result import IdentityClass
from nhiscan.rules.ownerless_agent import RULE
from tests.rules.support import ACCOUNT, SISTER, agent, estate, gap, link, owner, role, workload


def inventory(*records: object) -> Inventory:
    """An inventory of these records and no account."""
    return Inventory(records)  # type: ignore[arg-type]


def test_a_version_belongs_to_its_whole_and_is_no_agent_of_its_own() -> None:
    chain = (link("v1-alias", "v1", "part_of"), link("v1", "bot", "part_of"))
    found = inventory(*agent("bot"), *agent("v1"), *agent("v1-alias"), *workload("pay"), *chain)
    assert [a.id for a in agents(found)] == ["bot"]
    assert whole_of(found, found.workloads["v1-alias"]).id == "bot"


def test_parts_in_a_circle_and_parts_of_nothing_end() -> None:
    circle = inventory(*agent("a"), *agent("b"), link("a", "b", "part_of"), link("b", "a", "part_of"))
    assert whole_of(circle, circle.workloads["a"]).id == "b"
    lost = inventory(*agent("a"), link("a", "vault", "part_of"))
    assert [a.id for a in agents(lost)] == ["a"]


def test_what_only_the_platform_uses_is_not_acted_as() -> None:
    pull = RunsAs(workload="bot", identity="puller", by_platform=True)
    found = inventory(*agent("bot", runs_as="bot-role"), pull)
    assert acts_as(found, "bot") == ["bot-role"]
    assert workloads_of(found, "puller") == []
    assert [a.id for a in agents_of(found, "bot-role")] == ["bot"]


@pytest.mark.parametrize(
    ("class_", "expected"), [("ai_persona", True), ("unknown", None), ("legacy_service", False), ("human", False)]
)
def test_an_identity_is_an_agents_by_its_class(class_: IdentityClass, *, expected: bool | None) -> None:
    assert belongs_to_agent(estate(role("r"), classes={"r": class_}).context(RULE), "r") is expected


def test_an_identity_is_an_agents_by_what_runs_as_it() -> None:
    context = estate(role("r"), *agent("bot", runs_as="r"), classes={"r": "legacy_service"}).context(RULE)
    assert belongs_to_agent(context, "r") is True


def test_only_a_word_of_the_kind_makes_a_gateway() -> None:
    def kind(name: str) -> Workload:
        return Workload(id="x", provider="p", kind=name, name="x", scope="s")

    assert is_gateway(kind("agentcore-gateway"))
    assert not is_gateway(kind("gatewaylike-runtime"))


def test_an_owner_of_the_agent_of_its_entry_or_of_its_identity_counts() -> None:
    for subject in ("bot", "entry", "r"):
        context = estate(
            *agent("bot", runs_as="r"), role("r"), link("bot", "entry", "registered_in"), owner(subject)
        ).context(RULE)
        assert has_owner(context, context.inventory.workloads["bot"])


def test_each_scope_that_was_not_read_is_told_once_even_one_that_nobody_knows() -> None:
    context = estate(gap("agents"), gap("workloads"), gap("agents", scope=SISTER), gap("owners")).context(RULE)
    assert [unknown.subject for unknown in hidden_agents(context, RULE)] == [ACCOUNT, SISTER]
    assert context.examined == 2


def test_a_record_that_was_not_read_does_not_hide_its_scope() -> None:
    context = estate(gap("agents", "workloads", subjects=("bot",))).context(RULE)
    assert not list(hidden_agents(context, RULE))
    assert [unknown.subject for unknown in hidden_workloads(context, RULE)] == ["bot"]
    assert [unknown.subject for unknown in hidden_subjects(context, RULE, "x", "agents")] == ["bot"]


def test_a_gap_that_hides_nothing_of_this_kind_is_not_told() -> None:
    other = Gap(connector="aws", scope=ACCOUNT, operation="x", reason="denied", blinds=("mfa",), subjects=("ann",))
    context = estate(other).context(RULE)
    assert not [*hidden_agents(context, RULE), *hidden_workloads(context, RULE)]
