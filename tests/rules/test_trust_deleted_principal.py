"""A trust in somebody who is gone lets nobody in, and is a sign."""

from __future__ import annotations

from nhiscan.rules.trust_deleted_principal import RULE
from tests.rules.support import estate, gap, role, trust

EXAMPLE = estate(role("app"), trust("app", "AIDAEXAMPLE", "deleted", statement="trust policy, statement 2"))


def test_a_deleted_principal_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "low"
    assert finding.evidence == ("iam role app trusts AIDAEXAMPLE (trust policy, statement 2), which was deleted",)


def test_each_deleted_principal_is_its_own_finding() -> None:
    two = (trust("app", "AIDAEXAMPLE", "deleted"), trust("app", "AROAEXAMPLE", "deleted"))
    said = estate(role("app"), *two).run(RULE)
    assert len({finding.fingerprint for finding in said.findings}) == 2
    assert EXAMPLE.run(RULE).finding.fingerprint in {finding.fingerprint for finding in said.findings}


def test_a_trust_in_somebody_who_is_there_is_clean() -> None:
    assert estate(role("app"), trust("app", "arn:aws:iam::111122223333:role/x", "principal")).run(RULE).clean


def test_trusts_that_could_not_be_read_are_unknown() -> None:
    assert estate(role("app"), gap("trust")).run(RULE).unknown == ["app"]


def test_the_providers_own_is_left_out() -> None:
    assert estate(role("slr", managed_by_provider=True), trust("slr", "AIDAX", "deleted")).run(RULE).clean
