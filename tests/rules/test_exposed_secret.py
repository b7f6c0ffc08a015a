"""A secret value must stand nowhere in the open."""

from __future__ import annotations

import pytest

from nhiscan.result import Severity
from nhiscan.rules.exposed_secret import RULE
from tests.rules.support import ACCOUNT, access_key, estate, gap, secret, sighting, user, workload

EXAMPLE = estate(*workload("pay"), sighting("pay", ai_provider="openai"))


def test_a_key_in_a_variable_is_found_with_what_it_opens() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.confidence) == ("pay", "high", "high")
    assert finding.evidence == (
        "a secret value (openai project key, ending in 9xYz) stands in environment variable OPENAI_API_KEY of lambda"
        " function pay",
        "it opens OpenAI, by its form or by the name that it stands under",
    )


@pytest.mark.parametrize(
    ("detector", "severity"), [("openai-admin-key", "critical"), ("openai-project-key", "high"), ("own", "high")]
)
def test_the_kind_of_secret_decides_how_much_it_weighs(detector: str, severity: Severity) -> None:
    assert estate(*workload("pay"), sighting("pay", detector)).run(RULE).finding.severity == severity


def test_a_key_that_is_known_is_weighed_by_whom_it_belongs_to() -> None:
    seen = sighting("pay", "aws-access-key", decoded={"access_key_id": "AKIA-ci"})
    some = (*workload("pay"), user("ci"), seen)
    admin = estate(*some, access_key("ci"), admins={"ci": "is"}).run(RULE).finding
    assert (admin.severity, admin.related) == ("critical", ("AKIA-ci", "ci"))
    assert admin.evidence[1:] == (
        "it is access key AKIA-ci of iam user ci",
        "iam user ci is an administrator",
    )
    off = estate(*some, access_key("ci", status="inactive"), admins={"ci": "is"}).run(RULE)
    assert off.finding.severity == "low"
    assert "which no longer works" in off.text


def test_each_place_is_found_once_whatever_stands_in_it() -> None:
    rotated = sighting("pay", fingerprint="other", last4="0000", ai_provider="openai")
    both = estate(*workload("pay"), sighting("pay", ai_provider="openai"), rotated).run(RULE)
    assert both.finding.fingerprint == EXAMPLE.run(RULE).finding.fingerprint
    elsewhere = estate(*workload("pay"), sighting("pay"), sighting("pay", where="tag Note")).run(RULE)
    assert elsewhere.found == ["pay", "pay"]


def test_what_is_seen_outside_workloads_counts_as_well() -> None:
    said = estate(secret("db"), sighting("db"), sighting("nobody")).run(RULE)
    assert said.found == ["db", "nobody"]


def test_names_of_others_cannot_break_a_line() -> None:
    said = estate(*workload("pay", name="a\nb"), sighting("pay", where="variable X\x1b[2J\ny")).run(RULE)
    assert "\n" not in said.finding.evidence[0]
    assert "\x1b" not in said.finding.evidence[0]


def test_what_could_not_be_looked_at_is_unknown() -> None:
    assert estate(gap("workloads")).run(RULE).unknown == [ACCOUNT]
    assert estate(*workload("pay"), gap("workloads", subjects=("pay",))).run(RULE).unknown == ["pay"]


def test_a_workload_without_sightings_is_clean() -> None:
    assert estate(*workload("pay", variables=("OPENAI_API_KEY",))).run(RULE).clean
