"""A right over one account that was given over all of them."""

from __future__ import annotations

from nhiscan.rules.scope_wide_impersonation import RULE
from tests.rules.projects import group, service_account
from tests.rules.support import ACCOUNT, assigned, estate, gap, role_definition

TOKENS = role_definition("roles/tokens", name="Token Creator", attributes={"acts_as": "tokens"})
RUNS = role_definition("roles/runs", name="Account User", attributes={"acts_as": "workloads"})
EXAMPLE = estate(service_account("ci"), TOKENS, assigned("ci", "roles/tokens"))


def test_the_right_on_a_whole_scope_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("ci", "high", (ACCOUNT,))
    assert finding.evidence == (
        f"google service account ci may make tokens of every service account of account {ACCOUNT}, those to come too"
        " (role Token Creator)",
    )


def test_on_one_account_it_is_what_it_should_be() -> None:
    assert estate(service_account("ci"), TOKENS, assigned("ci", "roles/tokens", "account-x")).run(RULE).clean


def test_a_group_may_hold_it_and_the_most_direct_way_is_told() -> None:
    said = estate(group("ops"), TOKENS, RUNS, assigned("ops", "roles/tokens"), assigned("ops", "roles/runs")).run(RULE)
    assert "group ops may make tokens of" in said.text
    assert "run programs as" in estate(group("ops"), RUNS, assigned("ops", "roles/runs")).run(RULE).text


def test_what_must_be_activated_or_is_conditional_is_less_bad() -> None:
    for one in (assigned("ci", "roles/tokens", eligible=True), assigned("ci", "roles/tokens", condition="x == y")):
        assert estate(service_account("ci"), TOKENS, one).run(RULE).finding.severity == "medium"


def test_administrators_and_the_providers_own_are_left_out_and_hidden_policies_are_not() -> None:
    assert estate(service_account("ci"), TOKENS, assigned("ci", "roles/tokens"), admins={"ci": "is"}).run(RULE).clean
    agent = service_account("agent", managed_by_provider=True)
    assert estate(agent, TOKENS, assigned("agent", "roles/tokens")).run(RULE).clean
    assert estate(gap("policies")).run(RULE).unknown == [ACCOUNT]
