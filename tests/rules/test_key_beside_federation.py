"""A key that was left behind when its user moved to tokens."""

from __future__ import annotations

from nhiscan.rules.key_beside_federation import RULE
from tests.rules.support import GITHUB, access_key, estate, gap, subject, trust, user, workload

TRUST = trust("ci", f"oidc:{GITHUB}#repo:acme/app:*", "oidc", subject("repo:acme/app:*"))
EXAMPLE = estate(user("ci"), access_key("ci"), TRUST)


def test_a_key_beside_a_trust_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("AKIA-ci", "medium", ("ci",))
    assert finding.evidence == (
        f"access key AKIA-ci of iam user ci is a standing secret, and the identity already trusts tokens of {GITHUB}",
    )


def test_power_makes_it_worse_and_a_workload_is_evidence() -> None:
    said = estate(user("ci"), access_key("ci"), TRUST, *workload("pay", "ci"), admins={"ci": "is"}).run(RULE)
    assert said.finding.severity == "high"
    assert "lambda function pay runs as it without the key" in said.text


def test_without_trust_or_with_a_dead_key_it_is_clean_and_hidden_keys_are_not() -> None:
    assert estate(user("ci"), access_key("ci")).run(RULE).clean
    assert estate(user("ci"), access_key("ci", status="inactive"), TRUST).run(RULE).clean
    assert estate(user("ci"), access_key("ci"), trust("ci", "aws:1", "account")).run(RULE).clean
    assert estate(user("ci"), gap("credentials")).run(RULE).unknown == ["ci"]
