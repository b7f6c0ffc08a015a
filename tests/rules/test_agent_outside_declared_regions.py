"""Data that was promised to stay must not travel with a model call."""

from __future__ import annotations

from nhiscan.rules.agent_outside_declared_regions import RULE
from tests.rules.support import ACCOUNT, agent, estate, gap, link, resource, role, workload

EU = {"geo_restrictions": "eu-west-1 eu-central-1"}
GLOBAL = resource("global.claude", "inference-profile", regions="*")
AT_HOME = resource("eu.claude", "inference-profile", regions="eu-west-1,eu-central-1")
AWAY = resource("us.claude", "inference-profile", regions="eu-west-1,us-east-1")

EXAMPLE = estate(*agent("helper", tags=EU), AWAY, link("helper", "us.claude", "uses_model"))


def test_a_profile_that_leaves_the_declared_regions_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.severity, finding.related) == ("medium", ("us.claude",))
    assert finding.evidence == (
        "agent runtime helper calls models by inference profile us.claude, which may answer from us-east-1",
        "eu-central-1 and eu-west-1 are declared for it, and nothing else",
    )


def test_a_global_profile_leaves_them_too() -> None:
    said = estate(*agent("helper", tags=EU), GLOBAL, link("helper", "global.claude", "uses_model")).run(RULE)
    assert "may answer from everywhere" in said.text


def test_a_declaration_on_what_it_acts_as_counts() -> None:
    some = (*agent("helper", runs_as="bot"), role("bot", tags=EU), AWAY, link("helper", "us.claude", "uses_model"))
    assert estate(*some).run(RULE).found == ["helper"]


def test_an_agent_that_itself_runs_elsewhere_is_found() -> None:
    said = estate(*agent("helper", tags=EU, region="us-east-1")).run(RULE)
    assert said.finding.evidence[0] == "agent runtime helper itself runs in us-east-1"


def test_what_stays_within_or_declares_nothing_is_clean() -> None:
    assert estate(*agent("helper", tags=EU), AT_HOME, link("helper", "eu.claude", "uses_model")).run(RULE).clean
    assert estate(*agent("helper"), AWAY, link("helper", "us.claude", "uses_model")).run(RULE).clean
    assert estate(*agent("helper", tags=EU), link("helper", "claude", "uses_model")).run(RULE).clean


def test_a_function_is_asked_about_once_it_calls_models_by_a_profile() -> None:
    plain = workload("pay", tags=EU, region="us-east-1")
    assert estate(*plain).run(RULE).examined == 0
    assert estate(*plain, AWAY, link("pay", "us.claude", "uses_model")).run(RULE).found == ["pay"]
    training = workload("train", tags=EU, region="us-east-1", machine_learning=True)
    assert estate(*training).run(RULE).found == ["train"]


def test_what_could_not_be_read_is_unknown() -> None:
    silent = resource("p", "inference-profile")
    assert estate(*agent("helper", tags=EU), silent, link("helper", "p", "uses_model")).run(RULE).unknown == ["helper"]
    assert estate(gap("workloads")).run(RULE).unknown == [ACCOUNT]


def test_regions_of_the_configuration_hold_where_no_tag_declares_any() -> None:
    company = {"regions": ("EU",)}
    untagged = estate(*agent("helper"), AWAY, link("helper", "us.claude", "uses_model"))
    said = untagged.run(RULE, listings=company)
    assert said.found == ["helper"]
    assert "eu is declared for it, and nothing else" in said.text
    american = estate(*agent("helper", tags={"nhi:regions": "us-east-1 eu-west-1"}), AWAY)
    assert american.run(RULE, listings=company).clean
    assert (
        estate(*agent("helper"), AT_HOME, link("helper", "eu.claude", "uses_model")).run(RULE, listings=company).clean
    )
