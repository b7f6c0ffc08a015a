"""How much a star lets in depends on what stands before it."""

from __future__ import annotations

import pytest

from nhiscan.model import Guard
from nhiscan.result import Severity
from nhiscan.rules.trust_oidc_wildcard_subject import RULE
from tests.rules.support import GITHUB, Estate, estate, gap, guard, role, subject, trust

EKS = "oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF"


def trusting(*guards: Guard, issuer: str = GITHUB) -> Estate:
    """A role that trusts an issuer under conditions."""
    return estate(role("deploy"), trust("deploy", f"oidc:{issuer}", "oidc", *guards))


EXAMPLE = trusting(subject("repo:acme/*"))


def test_all_repositories_of_one_organization_are_not_public_and_still_too_many() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "low"
    assert finding.evidence == (
        f"iam role deploy trusts repo:acme/* of {GITHUB}",
        "that lets in more than one repository of the organization",
    )


@pytest.mark.parametrize(
    ("pattern", "severity"),
    [
        ("repo:*", "critical"),
        ("re*", "critical"),
        ("repo:*/pay:ref:refs/heads/main", "critical"),
        ("repo:?cme/pay:ref:refs/heads/main", "critical"),
        ("*:ref:refs/heads/main", "critical"),
        ("repo:acme*", "high"),
        ("repo:acme*/pay:ref:refs/heads/main", "high"),
        ("repo:acme*/pay*:ref:refs/heads/main", "high"),
        ("repo:acme/*", "low"),
        ("repo:acme/pay*:ref:refs/heads/main", "low"),
        ("repo:acme@123456/*", "low"),
        ("repo:acme@*", "low"),
        ("repo:acme@123456/pay*:*", "low"),
        ("repository_owner:acme:*", "low"),
        ("repo:acme/pay:*", "info"),
        ("repo:acme/pay:ref:*", "info"),
        ("repo:acme/pay:ref:refs/heads/*", "info"),
        ("repo:acme@123456/pay@456789:*", "info"),
        ("repo:acme@*/pay@*:*", "info"),
        ("repo:acme@*/pay@*:ref:refs/heads/main", "info"),
        ("repository_id:456789:*", "info"),
        ("project_path:acme/pay:*", "info"),
        ("project_path:acme/*", "low"),
        ("organization:acme:project:*", "low"),
        ("org/1-2-3/project/*", "low"),
    ],
)
def test_every_place_of_a_star_has_its_weight(pattern: str, severity: Severity) -> None:
    assert trusting(subject(pattern)).run(RULE).finding.severity == severity


@pytest.mark.parametrize(
    "pattern",
    [
        "repo:acme/pay:ref:refs/heads/main",
        "repo:acme@123456/pay@456789:ref:refs/heads/main",
        "repo:acme/pay:environment:production",
        "repo:acme/pay:ref:refs/heads/release/*",
        "repo:acme/pay:ref:refs/tags/v*",
        "repo:acme@123456/pay@456789:environment:*-prod",
        "org/1-2-3/project/4-5-6/user/*",
        "organization:acme:project:p:workspace:w:run_phase:*",
    ],
)
def test_one_branch_or_one_environment_is_clean(pattern: str) -> None:
    assert trusting(subject(pattern)).run(RULE).clean


def test_the_owners_number_that_is_left_open_is_named() -> None:
    said = trusting(subject("repo:acme@*/pay@*:ref:refs/heads/main")).run(RULE)
    assert "whoever takes over the name of the organization or the repository" in said.text


def test_a_star_that_is_compared_exactly_is_only_a_star() -> None:
    assert trusting(subject("repo:acme/*", operator="StringEquals")).run(RULE).clean
    assert trusting(subject("repo:acme/*", operator="ForAnyValue:StringEqualsIgnoreCase")).run(RULE).clean


def test_the_widest_of_several_patterns_counts() -> None:
    said = trusting(subject("repo:acme/pay:ref:refs/heads/main", "repo:acme*/x:*", "repo:acme/*")).run(RULE)
    assert said.finding.severity == "high"
    assert "repo:acme*/x:*" in said.text


def test_of_several_conditions_the_narrowest_counts() -> None:
    assert trusting(subject("repo:*"), subject("repo:acme/pay:ref:refs/heads/main")).run(RULE).clean
    owner = guard("other", "123456", key=f"{GITHUB}:repository_owner_id")
    assert trusting(subject("repo:*"), owner).run(RULE).finding.severity == "low"
    starred = guard("other", "acme/*", key=f"{GITHUB}:repository", operator="StringLike")
    assert trusting(subject("repo:*"), starred).run(RULE).finding.severity == "low"
    branch = guard("other", "refs/heads/main", key=f"{GITHUB}:ref")
    assert trusting(subject("repo:*"), branch).run(RULE).finding.severity == "critical"


@pytest.mark.parametrize(
    ("claim", "operator", "value", "clean"),
    [
        ("ref", "StringEquals", "refs/heads/main", True),
        ("ref", "StringLike", "refs/heads/main", True),
        ("environment", "equals", "production", True),
        ("workflow_ref", "equals", "acme/pay/.github/workflows/ship.yml@refs/heads/main", True),
        ("ref", "StringLike", "refs/heads/*", False),
        ("ref", "StringNotEquals", "refs/heads/main", False),
        ("actor", "StringEquals", "ada", False),
    ],
)
def test_one_branch_of_one_repository_is_one_subject(claim: str, operator: str, value: str, clean: bool) -> None:
    pin = guard("other", value, key=f"{GITHUB}:{claim}", operator=operator)
    assert trusting(subject("repo:acme/pay:*"), pin).run(RULE).clean is clean
    # Who may take over the name has a branch called main too, and so has every other repository.
    assert trusting(subject("repo:acme@*/pay@*:*"), pin).run(RULE).finding.severity == "info"
    assert trusting(subject("repo:acme/*"), pin).run(RULE).finding.severity == "low"


def test_a_pattern_in_the_name_of_the_principal_counts() -> None:
    said = estate(role("deploy"), trust("deploy", f"oidc:{GITHUB}#repo:acme/*", "oidc")).run(RULE)
    assert said.finding.severity == "low"


@pytest.mark.parametrize(
    ("pattern", "severity"),
    [
        ("system:serviceaccount:*:*", "high"),
        ("system:serviceaccount:prod-*:app", "low"),
        ("system:serviceaccount:prod:*", "low"),
    ],
)
def test_in_the_companys_own_cluster_a_star_weighs_less(pattern: str, severity: Severity) -> None:
    assert trusting(subject(pattern, issuer=EKS), issuer=EKS).run(RULE).finding.severity == severity


def test_a_form_that_is_not_known_is_unknown() -> None:
    said = trusting(subject("tenant=7;job=*", issuer="ci.example.com"), issuer="ci.example.com").run(RULE)
    assert said.unknown == ["deploy"]
    assert not said.findings


def test_no_subject_at_all_is_for_another_rule() -> None:
    assert trusting(subject("*")).run(RULE).clean
    assert trusting().run(RULE).clean


def test_trusts_that_could_not_be_read_are_unknown() -> None:
    assert estate(role("deploy"), gap("trust")).run(RULE).unknown == ["deploy"]


def test_a_hostile_pattern_costs_no_more_than_its_length() -> None:
    assert trusting(subject("repo:" + "*a" * 50_000)).run(RULE).finding.severity == "critical"
    assert trusting(subject("repo:" + "a@" * 50_000 + "*")).run(RULE).findings
