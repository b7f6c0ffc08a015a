"""The risk score: bounded, deterministic, and never lower for one more reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Credential, Gap, Identity, RunsAs, Scope, Trust, Workload
from nhiscan.result import AdminVerdict, Confidence, IdentityClass, Severity
from nhiscan.risk import (
    ADMIN_PRESSURE,
    ADMIN_WEIGHT,
    CLASS_PRESSURE,
    CONFIDENCE_FACTOR,
    OUTSIDE_WEIGHT,
    PUBLIC_WEIGHT,
    SEVERITY_WEIGHT,
    STANDING_WEIGHT,
    Exposure,
    exposure_of,
    risk_score,
)
from nhiscan.rule import Finding

ROLE = Identity(id="r", provider="aws", kind="iam-role", name="r", scope="aws:1")


def finding(rule: str = "a", severity: Severity = "high", confidence: Confidence = "high") -> Finding:
    return Finding(
        rule=rule,
        subject="r",
        severity=severity,
        confidence=confidence,
        evidence=("x",),
        fingerprint=f"{rule}{severity}",
    )


FINDINGS = st.lists(
    st.builds(
        finding,
        rule=st.sampled_from("abcd"),
        severity=st.sampled_from(get_args(Severity)),
        confidence=st.sampled_from(get_args(Confidence)),
    ),
    max_size=12,
)
ADMINS = st.sampled_from(get_args(AdminVerdict))
CLASSES = st.sampled_from(get_args(IdentityClass))
EXPOSURES = st.builds(
    Exposure, public=st.sampled_from([None, False, True]), outside=st.sampled_from([None, False, True])
)


def test_the_page_shows_the_tables() -> None:
    page = Path(__file__).parents[1] / "docs" / "risk-score.md"
    rows = set(re.findall(r"^\| (\w+) \| ([\d.]+) \|(?: ([\d.]+) \|)?$", page.read_text(), re.M))
    assert rows == {
        *((word, f"{weight:.2f}", "") for word, weight in SEVERITY_WEIGHT.items()),
        *((word, f"{factor:.1f}", "") for word, factor in CONFIDENCE_FACTOR.items()),
        *((word, f"{pressure:.2f}", f"{ADMIN_WEIGHT[word]:.2f}") for word, pressure in ADMIN_PRESSURE.items()),
        *((word, f"{pressure:.2f}", "") for word, pressure in CLASS_PRESSURE.items()),
    }
    shares = re.findall(r"^\| (?:something|somebody|it holds).* \| ([\d.]+) \|$", page.read_text(), re.M)
    assert [float(share) for share in shares] == [PUBLIC_WEIGHT, OUTSIDE_WEIGHT, STANDING_WEIGHT]


def test_the_tables_know_every_word() -> None:
    assert set(SEVERITY_WEIGHT) == set(get_args(Severity))
    assert set(CONFIDENCE_FACTOR) == set(get_args(Confidence))
    assert set(ADMIN_WEIGHT) == set(ADMIN_PRESSURE) == set(get_args(AdminVerdict))
    assert set(CLASS_PRESSURE) == set(get_args(IdentityClass))


@pytest.mark.parametrize(
    ("findings", "admin", "class_", "score"),
    [
        ([], "no", "legacy_service", 0),
        ([], "unknown", "legacy_service", 5),
        ([], "is", "legacy_service", 20),
        ([finding()], "no", "legacy_service", 35),
        ([finding(severity="critical")], "no", "human", 60),
        ([finding(severity="critical")], "is", "ai_persona", 85),
        ([finding(severity="low")] * 50, "no", "human", 10),
        ([finding(severity="info")] * 50, "no", "human", 0),
        # The example of docs/risk-score.md.
        ([finding("a"), finding("a"), finding("b", "medium", "medium")], "can_become", "ai_persona", 76),
    ],
)
def test_scores(findings: list[Finding], admin: AdminVerdict, class_: IdentityClass, score: int) -> None:
    assert risk_score(findings, admin, class_) == score


@given(
    FINDINGS,
    st.builds(finding, rule=st.sampled_from("abcd"), severity=st.sampled_from(get_args(Severity))),
    ADMINS,
    CLASSES,
    EXPOSURES,
)
def test_one_more_finding_never_lowers_it(
    findings: list[Finding], more: Finding, admin: AdminVerdict, class_: IdentityClass, exposure: Exposure
) -> None:
    before = risk_score(findings, admin, class_, exposure)
    assert 0 <= before <= risk_score([*findings, more], admin, class_, exposure) <= 100


@given(FINDINGS.filter(len), ADMINS, CLASSES)
def test_a_worse_finding_never_lowers_it(findings: list[Finding], admin: AdminVerdict, class_: IdentityClass) -> None:
    worse = [msgspec.structs.replace(findings[0], severity="critical", confidence="high"), *findings[1:]]
    assert risk_score(worse, admin, class_) >= risk_score(findings, admin, class_)


@given(FINDINGS, ADMINS, CLASSES, EXPOSURES)
def test_power_class_and_exposure_never_lower_it(
    findings: list[Finding], admin: AdminVerdict, class_: IdentityClass, exposure: Exposure
) -> None:
    score = risk_score(findings, admin, class_, exposure)
    assert risk_score(findings, "no", class_, exposure) <= score <= risk_score(findings, "is", class_, exposure)
    assert (
        risk_score(findings, admin, "human", exposure) <= score <= risk_score(findings, admin, "ai_persona", exposure)
    )
    assert risk_score(findings, admin, class_) <= score
    assert score <= risk_score(findings, admin, class_, Exposure(public=True, outside=True, standing_secret=True))


@given(FINDINGS, ADMINS, st.randoms(use_true_random=False))
def test_order_does_not_matter(findings: list[Finding], admin: AdminVerdict, random: Any) -> None:
    shuffled = list(findings)
    random.shuffle(shuffled)
    assert risk_score(findings, admin, "unknown") == risk_score(shuffled, admin, "unknown")


def exposure(*records: AnyRecord) -> Exposure:
    return exposure_of(Inventory([Scope(id="aws:1", provider="aws", kind="account", name="a"), ROLE, *records]), ROLE)


def trust(kind: Any, principal: str) -> Trust:
    return Trust(identity="r", principal=principal, kind=kind)


def key(**fields: Any) -> Credential:
    return Credential(id="k", provider="aws", kind="access-key", holder="r", scope="aws:1", **fields)


def runs(public: bool | None) -> tuple[AnyRecord, ...]:
    workload = Workload(id="w", provider="aws", kind="lambda-function", name="w", scope="aws:1", public=public)
    return workload, RunsAs(workload="w", identity="r")


@pytest.mark.parametrize(
    ("record", "outside"),
    [
        (trust("everyone", "*"), True),
        (trust("account", "aws:1"), False),
        (trust("account", "aws:2"), True),
        (trust("principal", "r"), False),
        (trust("principal", "arn:aws:iam::2:role/x"), True),
        (trust("oidc", "oidc:https://ci#x"), True),
        (trust("service", "service:lambda"), False),
        (trust("saml", "saml:x"), False),
        (trust("unknown", "?"), None),
    ],
)
def test_exposed_to_the_outside_by_trust(record: Trust, outside: bool | None) -> None:
    assert exposure(record).outside is outside


def test_one_public_workload_is_enough_and_one_unknown_spoils_certainty() -> None:
    assert exposure(*runs(True)).public is True
    assert exposure(*runs(False)).public is False
    assert exposure(*runs(None)).public is None
    assert exposure(RunsAs(workload="not-seen", identity="r")).public is None
    assert exposure().public is False


def test_a_standing_secret_counts_unless_it_is_switched_off() -> None:
    assert exposure(key(long_lived=True, status="active")).standing_secret is True
    assert exposure(key(long_lived=True)).standing_secret is True
    assert exposure(key(long_lived=True, status="inactive")).standing_secret is False
    assert exposure(key(long_lived=False, status="active")).standing_secret is False


def test_what_could_not_be_read_is_unknown_and_costs_something() -> None:
    gap = Gap(
        connector="aws", scope="aws:1", operation="x", reason="denied", blinds=("credentials", "trust", "workloads")
    )
    blind = exposure(gap)
    assert blind == Exposure(public=None, outside=None, standing_secret=None)
    clear = Exposure()
    assert risk_score([], "no", "human", blind) > risk_score([], "no", "human", clear)
