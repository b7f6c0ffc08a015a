"""An outside account needs an external id; an own one does not."""

from __future__ import annotations

import pytest

from nhiscan.model import GuardKind
from nhiscan.rules.trust_account_without_external_id import RULE
from tests.rules.support import (
    ACCOUNT,
    SISTER,
    STRANGER,
    account,
    estate,
    gap,
    guard,
    organization,
    role,
    trust,
    user,
)

VENDOR_ROLE = "arn:aws:iam::999900001111:role/vendor"

EXAMPLE = estate(organization(), role("audit"), trust("audit", STRANGER, "account"))


def test_a_stranger_outside_the_organization_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "high"
    assert finding.confidence == "high"
    assert finding.related == (STRANGER,)
    assert finding.evidence == (
        f"iam role audit trusts {STRANGER} without an external id",
        "the trusted account is not one of the organization acme",
    )


def test_a_strangers_role_is_found_as_well() -> None:
    said = estate(organization(), role("audit"), trust("audit", VENDOR_ROLE, "principal")).run(RULE)
    assert said.finding.severity == "high"


@pytest.mark.parametrize("kind", ["external-id", "organization", "mfa"])
def test_a_condition_that_a_deputy_cannot_be_talked_past_is_enough(kind: GuardKind) -> None:
    assert estate(organization(), role("audit"), trust("audit", STRANGER, "account", guard(kind, "x"))).run(RULE).clean


@pytest.mark.parametrize("kind", ["network", "session-name", "tag"])
def test_another_condition_is_not(kind: GuardKind) -> None:
    said = estate(organization(), role("audit"), trust("audit", STRANGER, "account", guard(kind, "x"))).run(RULE)
    assert said.found == ["audit"]


def test_an_external_id_that_may_be_absent_is_none() -> None:
    loose = guard("external-id", "x", operator="StringEqualsIfExists", confines=False)
    said = estate(organization(), role("audit"), trust("audit", STRANGER, "account", loose)).run(RULE)
    assert said.found == ["audit"]
    assert "keeps nobody out" in said.text


def test_the_same_account_is_clean_however_it_is_named() -> None:
    inside = (
        trust("audit", ACCOUNT, "account"),
        trust("audit", "arn:aws:iam::111122223333:user/deleted-or-unlisted", "principal"),
        trust("audit", "ann", "principal"),
    )
    assert estate(organization(), role("audit"), user("ann"), *inside).run(RULE).clean


@pytest.mark.parametrize(
    "principal",
    [
        "arn:aws:iam::999900001111:role/111122223333/vendor",
        "arn:aws:iam::999900001111:role/:111122223333:/vendor",
        "arn:aws:iam::999900001111:user/aws:111122223333",
    ],
)
def test_a_stranger_cannot_pass_for_one_of_us_by_its_name(principal: str) -> None:
    said = estate(organization(), role("audit"), trust("audit", principal, "principal")).run(RULE)
    assert said.finding.severity == "high"


def test_a_sister_account_of_the_organization_is_clean_however_deep_it_lies() -> None:
    unit = account("aws:ou-1", kind="organizational-unit")
    sister = account(SISTER, parent="aws:ou-1")
    for principal, kind in ((SISTER, "account"), ("arn:aws:iam::444455556666:role/x", "principal")):
        said = estate(organization(), unit, sister, role("audit"), trust("audit", principal, kind)).run(RULE)
        assert said.clean


def test_an_account_that_was_scanned_and_is_of_no_shared_organization_weighs_little() -> None:
    other = account(SISTER, parent=None)
    said = estate(organization(), other, role("audit"), trust("audit", SISTER, "account")).run(RULE)
    assert said.finding.severity == "low"
    assert said.finding.confidence == "medium"


@pytest.mark.parametrize("known", [False, True])
def test_without_the_organizations_accounts_nobody_can_say_whose_it_is(known: bool) -> None:
    records = (organization(), gap("organization")) if known else ()
    finding = estate(*records, role("audit"), trust("audit", STRANGER, "account")).run(RULE).finding
    assert (finding.severity, finding.confidence) == ("medium", "low")


def test_a_chain_of_scopes_that_bites_its_tail_ends() -> None:
    loop = (account("aws:a", parent="aws:b"), account("aws:b", parent="aws:a"))
    said = estate(*loop, role("audit", scope="aws:a"), trust("audit", STRANGER, "account")).run(RULE)
    assert said.finding.confidence == "low"


def test_trusts_that_could_not_be_read_are_unknown() -> None:
    assert estate(role("audit"), gap("trust", subjects=("audit",))).run(RULE).unknown == ["audit"]


def test_two_accounts_are_two_findings() -> None:
    both = (trust("audit", STRANGER, "account"), trust("audit", VENDOR_ROLE, "principal"))
    said = estate(organization(), role("audit"), *both).run(RULE)
    assert len({finding.fingerprint for finding in said.findings}) == 2
