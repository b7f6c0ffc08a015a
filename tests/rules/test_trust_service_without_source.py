"""A service that acts for others must be told for whom."""

from __future__ import annotations

import pytest

from nhiscan.model import GuardKind
from nhiscan.rules.trust_service_without_source import RULE, SAME_ACCOUNT
from tests.rules.support import estate, gap, guard, role, trust

EXAMPLE = estate(role("agent"), trust("agent", "service:bedrock.amazonaws.com", "service"))


def test_a_service_without_a_source_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.severity, finding.confidence) == ("low", "medium")
    assert finding.evidence == (
        "iam role agent trusts the service bedrock.amazonaws.com whatever resource it acts for",
    )


@pytest.mark.parametrize("kind", ["source-account", "source-arn", "organization"])
def test_a_source_is_enough(kind: GuardKind) -> None:
    guarded = trust("agent", "service:bedrock.amazonaws.com", "service", guard(kind, "111122223333"))
    assert estate(role("agent"), guarded).run(RULE).clean


def test_a_source_that_may_be_anything_is_none() -> None:
    loose = guard("source-account", "*", operator="StringLike", confines=False)
    said = estate(role("agent"), trust("agent", "service:bedrock.amazonaws.com", "service", loose)).run(RULE)
    assert said.found == ["agent"]


def test_a_service_that_acts_for_its_own_account_only_needs_none() -> None:
    own = guard("other", key=SAME_ACCOUNT)
    assert estate(role("run"), trust("run", "service:lambda.amazonaws.com", "service", own)).run(RULE).clean
    claimed = guard("other", key=SAME_ACCOUNT, confines=False)
    assert estate(role("run"), trust("run", "service:x", "service", claimed)).run(RULE).found == ["run"]


def test_an_administrator_weighs_more() -> None:
    powerful = trust("agent", "service:bedrock.amazonaws.com", "service")
    assert estate(role("agent"), powerful, admins={"agent": "is"}).run(RULE).finding.severity == "medium"


def test_trusts_that_could_not_be_read_are_unknown() -> None:
    assert estate(role("agent"), gap("trust")).run(RULE).unknown == ["agent"]


def test_other_trusts_and_the_providers_own_are_clean() -> None:
    assert estate(role("r"), trust("r", "aws:111122223333", "account")).run(RULE).clean
    slr = role("slr", managed_by_provider=True)
    assert estate(slr, trust("slr", "service:x.amazonaws.com", "service")).run(RULE).clean
