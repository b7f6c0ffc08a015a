"""The company's registry must know the agents that are at work."""

from __future__ import annotations

import msgspec

from nhiscan.rules.unregistered_agent import RULE
from tests.rules.support import ACCOUNT, SISTER, account, agent, estate, gap, link, resource

REGISTRY = resource("registry", "agent-registry")
EXAMPLE = estate(*agent("known"), *agent("shadow"), REGISTRY, link("known", "registry", "registered_in"))


def test_an_agent_that_the_registry_does_not_know_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity) == ("shadow", "medium")
    assert finding.evidence == (
        "agent runtime shadow stands in no registry, and the company keeps a registry of agents with this provider",
    )


def test_a_registry_may_stand_in_another_account() -> None:
    said = estate(account(SISTER), *agent("shadow", scope=SISTER), REGISTRY).run(RULE)
    assert said.found == ["shadow"]


def test_where_none_is_kept_it_is_told_once_and_softly() -> None:
    said = estate(*agent("a"), *agent("b")).run(RULE)
    assert (said.finding.subject, said.finding.severity, said.finding.related) == (ACCOUNT, "low", ("a", "b"))
    assert said.finding.evidence == (
        "no registry lists the agents of aws:111122223333: agent runtime a and agent runtime b",
    )


def test_another_providers_registry_is_none_of_ours() -> None:
    said = estate(*agent("a", provider="gcp"), REGISTRY).run(RULE)
    assert said.finding.severity == "low"


def test_what_could_not_be_read_is_unknown() -> None:
    assert set(estate(*agent("shadow"), REGISTRY, gap("agents")).run(RULE).unknown) == {"shadow", ACCOUNT}
    elsewhere = estate(account(SISTER), *agent("shadow", scope=SISTER), REGISTRY, gap("agents"))
    assert set(elsewhere.run(RULE).unknown) == {"shadow", ACCOUNT}
    no_registry = estate(account(SISTER), *agent("a"), gap("agents", scope=SISTER))
    assert set(no_registry.run(RULE).unknown) == {ACCOUNT, SISTER}
    assert not no_registry.run(RULE).found


def test_one_of_two_registries_that_was_not_read_may_be_the_one() -> None:
    other = msgspec.structs.replace(REGISTRY, id="other", scope=SISTER)
    some = estate(account(SISTER), *agent("shadow"), REGISTRY, other, gap("agents", scope=SISTER))
    assert set(some.run(RULE).unknown) == {"shadow", SISTER}


def test_an_agent_that_is_registered_stays_clean_whatever_is_hidden() -> None:
    some = estate(*agent("known"), REGISTRY, link("known", "registry", "registered_in"), gap("agents"))
    assert some.run(RULE).unknown == [ACCOUNT]
