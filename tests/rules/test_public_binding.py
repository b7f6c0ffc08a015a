"""A role in the hands of everybody."""

from __future__ import annotations

from nhiscan.rules.public_binding import RULE
from tests.rules.support import ACCOUNT, assigned, estate, gap, may

EXAMPLE = estate(assigned("*", "roles/storage.objectViewer", "bucket"))


def test_a_role_of_everybody_is_found_where_it_is_given() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity) == ("bucket", "high")
    assert finding.evidence == ("everybody on the internet holds storage.objectViewer on bucket",)


def test_whoever_has_any_account_is_everybody() -> None:
    said = estate(assigned("allAuthenticatedUsers", "roles/viewer")).run(RULE)
    assert "everybody with an account of the provider holds viewer" in said.text


def test_what_it_allows_makes_it_worse() -> None:
    said = estate(assigned("*", "roles/owner"), may("*", "administer", ACCOUNT)).run(RULE)
    assert said.finding.severity == "critical"


def test_a_condition_is_told_and_makes_it_no_better_than_it_is() -> None:
    one = assigned("*", "roles/owner", condition="request.time < timestamp('2027-01-01T00:00:00Z')")
    said = estate(one, may("*", "administer", ACCOUNT)).run(RULE)
    assert said.finding.severity == "high"
    assert "under the condition request.time" in said.text


def test_two_kinds_of_everybody_are_two_findings() -> None:
    said = estate(assigned("*", "roles/a", "b"), assigned("allAuthenticatedUsers", "roles/a", "b")).run(RULE)
    assert said.found == ["b", "b"]


def test_others_are_clean_and_hidden_policies_are_not() -> None:
    assert estate(assigned("user:ada", "roles/viewer")).run(RULE).clean
    assert estate(gap("policies")).run(RULE).unknown == [ACCOUNT]
