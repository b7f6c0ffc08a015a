"""Data that was promised to stay must not travel with a model call."""

from __future__ import annotations

import pytest

from nhiscan.model import Resource
from nhiscan.regions import UNTOLD
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


WEST = {"nhi:regions": "westeurope"}


def deployed(area: str = "", **facts: str) -> Resource:
    """A deployment of a model, as a connector tells of it whose regions' names do not begin with an area."""
    return resource("chat", "model-deployment", **facts, **({"area": area} if area else {}))


@pytest.mark.parametrize(
    ("tags", "deployment", "beyond"),
    [
        (WEST, deployed(regions="*"), "everywhere"),
        (WEST, deployed(regions="eu"), "eu"),
        (WEST, deployed("eu", regions="westeurope"), ""),
        (WEST, deployed("eu", regions="swedencentral"), "swedencentral"),
        ({"nhi:regions": "eu"}, deployed(regions="*"), "everywhere"),
        ({"nhi:regions": "eu"}, deployed(regions="eu"), ""),
        ({"nhi:regions": "eu"}, deployed(regions="us"), "us"),
        ({"nhi:regions": "eu"}, deployed("eu", regions="swedencentral"), ""),
        ({"nhi:regions": "us"}, deployed(regions="us-gov"), ""),
    ],
)
def test_a_deployment_may_answer_in_a_zone_or_anywhere(tags: dict[str, str], deployment: Resource, beyond: str) -> None:
    area = "eu" if "us" not in tags.values() else "us"
    some = agent("helper", tags=tags, region="westeurope", attributes={"area": area})
    said = estate(*some, deployment, link("helper", "chat", "uses_model")).run(RULE)
    if beyond:
        assert said.finding.related == ("chat",)
        assert said.finding.evidence[0] == (
            f"agent runtime helper calls models by model deployment chat, which may answer from {beyond}"
        )
    else:
        assert said.clean


def test_a_deployment_that_does_not_say_where_is_unknown() -> None:
    some = (*agent("helper", tags=EU), deployed(regions=UNTOLD), link("helper", "chat", "uses_model"))
    assert estate(*some).run(RULE).unknown == ["helper"]


def test_a_declaration_on_what_it_lives_in_counts() -> None:
    some = (
        *agent("helper", region="westeurope"),
        *workload("project"),
        *workload("account", tags=WEST),
        deployed(regions="*"),
        link("helper", "chat", "uses_model"),
        link("helper", "project", "lives_in"),
        link("project", "account", "lives_in"),
        link("account", "helper", "lives_in"),
    )
    assert estate(*some).run(RULE).found == ["helper"]
