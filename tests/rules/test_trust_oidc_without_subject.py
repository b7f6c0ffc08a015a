"""An issuer vouches for everybody; the subject says for whom."""

from __future__ import annotations

import pytest

from nhiscan.model import Guard
from nhiscan.rules.trust_oidc_without_subject import RULE
from tests.rules.support import GITHUB, Estate, estate, gap, guard, role, subject, trust

EKS = "oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF"


def trusting(issuer: str, *guards: Guard, pattern: str = "*") -> Estate:
    """A role that trusts an issuer under conditions."""
    return estate(role("deploy"), trust("deploy", f"oidc:{issuer}#{pattern}", "oidc", *guards))


AUDIENCE = guard("audience", "sts.amazonaws.com", key=f"{GITHUB}:aud")
EXAMPLE = trusting(GITHUB, AUDIENCE)


def test_an_audience_alone_lets_in_every_repository() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "critical"
    assert finding.evidence == (
        f"iam role deploy trusts the issuer {GITHUB} for every subject",
        "that lets in anybody who has an account with it",
    )


@pytest.mark.parametrize("principal", [f"oidc:{GITHUB}", f"oidc:https://{GITHUB}/#*", f"oidc:{GITHUB}#"])
def test_an_issuer_is_the_same_however_it_is_written(principal: str) -> None:
    said = estate(role("deploy"), trust("deploy", principal, "oidc")).run(RULE)
    assert said.finding.severity == "critical"
    assert said.finding.fingerprint == EXAMPLE.run(RULE).finding.fingerprint


def test_a_subject_is_enough_whether_it_stands_in_the_condition_or_in_the_name() -> None:
    assert trusting(GITHUB, subject("repo:acme/pay:ref:refs/heads/main")).run(RULE).clean
    assert trusting(GITHUB, pattern="repo:acme/pay:ref:refs/heads/main").run(RULE).clean


def test_a_star_that_is_compared_letter_by_letter_is_a_subject() -> None:
    assert trusting(GITHUB, subject("*", operator="equals"), pattern="%2A").run(RULE).clean
    assert trusting(GITHUB, subject("", operator="equals")).run(RULE).finding.severity == "critical"


@pytest.mark.parametrize(
    "loose",
    [
        subject("*"),
        subject("repo:acme/pay:*", "*"),
        subject("repo:acme/pay:*", operator="ForAllValues:StringLike", confines=False),
        subject("repo:evil/x:*", operator="StringNotLike"),
        guard("other", "refs/heads/main", key=f"{GITHUB}:ref"),
        guard("other", "octocat", key=f"{GITHUB}:actor"),
    ],
)
def test_a_condition_that_strangers_meet_too_is_none(loose: Guard) -> None:
    assert trusting(GITHUB, AUDIENCE, loose).run(RULE).finding.severity == "critical"


def test_a_subject_in_the_name_does_not_mend_a_condition_that_keeps_nobody_out() -> None:
    loose = subject("repo:acme/pay:*", operator="ForAllValues:StringLike", confines=False)
    said = trusting(GITHUB, loose, pattern="repo:acme/pay:*").run(RULE)
    assert said.finding.severity == "critical"
    assert f"its condition on {GITHUB}:sub keeps nobody out" in said.text


@pytest.mark.parametrize("claim", ["repository", "repository_id", "repository_owner_id", "job_workflow_ref"])
def test_a_claim_that_says_whose_job_it_is_does_as_well(claim: str) -> None:
    assert trusting(GITHUB, guard("other", "acme/pay", key=f"{GITHUB}:{claim}")).run(RULE).clean


def test_an_issuer_of_the_companys_own_weighs_less() -> None:
    finding = trusting(EKS).run(RULE).finding
    assert finding.severity == "high"
    assert finding.evidence[1] == "that lets in everything that it gives tokens to"


def test_an_audience_is_enough_where_the_issuer_sets_it() -> None:
    pool = guard("audience", "eu-west-1:pool", key="cognito-identity.amazonaws.com:aud")
    assert trusting("cognito-identity.amazonaws.com", pool).run(RULE).clean
    assert trusting("cognito-identity.amazonaws.com").run(RULE).finding.severity == "critical"


def test_trusts_that_could_not_be_read_are_unknown() -> None:
    assert estate(role("deploy"), gap("trust")).run(RULE).unknown == ["deploy"]


def test_other_trusts_are_clean() -> None:
    assert estate(role("r"), trust("r", "saml:provider", "saml")).run(RULE).clean
