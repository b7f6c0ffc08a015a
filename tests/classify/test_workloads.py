"""What workloads say of the identities that they run as."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan.classify.workloads import key_providers, workload_signals
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, RunsAs, Secret, Sighting, Workload, llm_provider

ROLE = "arn:aws:iam::123456789012:role/pay"


def workload(name: str, **fields: Any) -> Workload:
    return Workload(
        id=name, provider="aws", name=name, scope="aws:123456789012", **{"kind": "lambda-function", **fields}
    )


def runs(name: str, **fields: Any) -> RunsAs:
    return RunsAs(workload=name, identity=ROLE, **fields)


def sighting(subject: str, provider: str) -> Sighting:
    return Sighting(
        detector="x", fingerprint="f", last4="", subject=subject, where="", scope="aws:1", ai_provider=provider
    )


def said(*records: AnyRecord) -> dict[str, str]:
    return {signal.name: signal.detail for signal in workload_signals(Inventory(records)) if signal.subject == ROLE}


@pytest.mark.parametrize(
    ("fields", "signal"),
    [({}, "runs-workload"), ({"agent": True}, "runs-agent"), ({"machine_learning": True}, "runs-ml-workload")],
)
def test_what_runs_names_the_signal(fields: dict[str, bool], signal: str) -> None:
    assert said(workload("pay", **fields), runs("pay")) == {signal: "lambda function pay runs as it"}


def test_an_agent_that_also_trains_is_an_agent() -> None:
    assert set(said(workload("pay", agent=True, machine_learning=True), runs("pay"))) == {"runs-agent"}


def test_a_framework_for_agents_is_told() -> None:
    told = said(workload("pay", attributes={"frameworks": "langchain, mcp"}), runs("pay"))
    assert told["runs-agent-framework"] == "lambda function pay, built on langchain and mcp, runs as it"


def test_what_the_platform_does_for_a_workload_says_nothing() -> None:
    assert not said(workload("pay", agent=True), runs("pay", by_platform=True))


def test_a_workload_that_nobody_listed_says_nothing() -> None:
    assert not said(runs("gone"))


def test_many_workloads_are_one_signal_of_bounded_length() -> None:
    names = [f"f{number:04}" for number in range(500)]
    told = said(*[workload(name) for name in names], *[runs(name) for name in names])
    assert told == {
        "runs-workload": "lambda function f0000, lambda function f0001, lambda function f0002 and 497 more run as it"
    }


def test_a_workload_told_twice_counts_once() -> None:
    told = said(workload("pay"), runs("pay"), runs("pay", detail="again"))
    assert told == {"runs-workload": "lambda function pay runs as it"}


@pytest.mark.parametrize(
    "how",
    [
        (Link(source="pay", target=llm_provider("openai"), kind="holds_key_of", reason="r"),),
        (sighting("pay", "openai"),),
        (
            Link(source="pay", target="s", kind="reads_secret", reason="r"),
            Secret(id="s", provider="aws", kind="secret", name="s", scope="aws:1", ai_provider="openai"),
        ),
    ],
)
def test_a_key_is_held_in_the_open_by_name_or_by_a_secret(how: tuple[AnyRecord, ...]) -> None:
    told = said(workload("pay"), runs("pay"), *how)
    assert told["holds-llm-key"] == "lambda function pay runs as it with a key of OpenAI"


def test_a_secret_of_something_else_is_no_llm_key() -> None:
    link = Link(source="pay", target="s", kind="reads_secret", reason="r")
    secret = Secret(id="s", provider="aws", kind="secret", name="s", scope="aws:1")
    assert set(said(workload("pay"), runs("pay"), link, secret, sighting("pay", ""))) == {"runs-workload"}
    assert key_providers(Inventory([link, secret]), workload("pay")) == ()
