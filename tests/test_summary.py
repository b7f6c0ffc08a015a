"""The figures of the executive page: what is counted, what is kept apart, and which risk comes first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiscan.census import take_census
from nhiscan.result import (
    AdminVerdict,
    CredentialResult,
    FindingResult,
    IdentityResult,
    OwnerItem,
    Risk,
    Share,
    Summary,
    UnknownItem,
)
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.summary import summarise
from tests.results import credential, finding, identity, scope


def _nothing(context: RuleContext) -> Iterator[Outcome]:
    yield from ()


def rule(id: str, risk: str = "") -> Rule:
    return Rule(
        id=id,
        title=f"Title of {id}",
        severity="high",
        why=f"Why {id} matters.",
        remediation=f"Mend {id}.",
        controls={},
        risk=risk,
        check=_nothing,
    )


def summary(
    *identities: IdentityResult,
    credentials: tuple[CredentialResult, ...] = (),
    findings: tuple[FindingResult, ...] = (),
    rules: tuple[Rule, ...] = (),
) -> Summary:
    scopes = [scope("aws:1"), scope("aws:2")]
    census = take_census(identities, credentials, (), (), ())
    return summarise(identities, credentials, findings, scopes, {rule.id: rule for rule in rules}, census)


def risks(
    *findings: FindingResult, identities: tuple[IdentityResult, ...] = (), rules: tuple[Rule, ...] = ()
) -> list[Risk]:
    return summary(*identities, findings=findings, rules=rules).risks


def test_nothing_gives_zeros_for_every_word() -> None:
    empty = summary()
    assert empty.classes == {"human": 0, "legacy_service": 0, "ai_persona": 0, "unknown": 0}
    assert list(empty.findings) == ["critical", "high", "medium", "low", "info"]
    assert empty.owned == Share(count=0, of=0)
    assert empty.risks == []
    assert empty.scopes == 2


def test_counts_by_class_provider_and_severity() -> None:
    made = summary(
        identity("a", class_="human"),
        identity("b", provider="gcp"),
        identity("c", managed_by_provider=True),
        findings=(finding("x", "a"), finding("x", "b", severity="low")),
    )
    assert made.classes == {"human": 1, "legacy_service": 2, "ai_persona": 0, "unknown": 0}
    assert made.providers == {"aws": 2, "gcp": 1}
    assert made.managed_by_provider == 1
    assert made.findings == {"critical": 0, "high": 1, "medium": 0, "low": 1, "info": 0}


def owner(exists: bool | None) -> OwnerItem:
    return OwnerItem(owner="ann", kind="owner", source="tag Owner", exists=exists)


def test_owned_leaves_out_people_and_the_providers_own_and_keeps_unknown_apart() -> None:
    made = summary(
        identity("person", class_="human"),
        identity("linked", managed_by_provider=True),
        identity("owned", owners=[owner(None)]),
        identity("left", owners=[owner(False)]),
        identity("both", owners=[owner(False), owner(True)]),
        identity("bare", class_="unknown"),
        identity("blind", unknowns=[UnknownItem(rule="unowned_identity", why="tags were not read")]),
        identity("other", unknowns=[UnknownItem(rule="stale_identity", why="no last use")]),
    )
    assert made.owned == Share(count=2, of=6, unknown=1)


@pytest.mark.parametrize(
    ("admin", "is_", "can"),
    [
        ("is", (1, 0), (0, 0)),
        ("can_become", (0, 0), (1, 0)),
        ("conditional", (0, 0), (0, 1)),
        ("latent", (0, 0), (0, 0)),
        ("no", (0, 0), (0, 0)),
        ("unknown", (0, 1), (0, 1)),
    ],
)
def test_administrators(admin: AdminVerdict, is_: tuple[int, int], can: tuple[int, int]) -> None:
    made = summary(identity("a", admin=admin), identity("p", class_="human", admin="is"))
    assert made.administrators == Share(count=is_[0], of=1, unknown=is_[1])
    assert made.can_become_administrator == Share(count=can[0], of=1, unknown=can[1])


def test_long_lived_counts_working_credentials_of_non_humans() -> None:
    made = summary(
        identity("svc"),
        identity("ann", class_="human"),
        credentials=(
            credential("1", "svc"),
            credential("2", "svc", long_lived=False),
            credential("3", "svc", status="inactive"),
            credential("4", "svc", status="expired"),
            credential("5", "svc", status=None),
            credential("6", "ann"),
            credential("7", "not in the result"),
        ),
    )
    assert made.long_lived == Share(count=1, of=3, unknown=1)


def test_stale_is_what_the_rules_found_and_unknown_what_nobody_told() -> None:
    made = summary(
        identity("old"),
        identity("fresh", last_use="used"),
        identity("dark", last_use="unknown"),
        identity("unjudged", last_use="used", unknowns=[UnknownItem(rule="stale_identity", why="too young a window")]),
        identity("unowned", last_use="used", unknowns=[UnknownItem(rule="no_owner", why="tags were not read")]),
        findings=(finding("stale_identity", "old"), finding("old_key", "fresh")),
    )
    assert made.stale == Share(count=1, of=5, unknown=2)


def test_a_risk_is_a_rule_in_plain_words() -> None:
    made = risks(
        finding("old_key", "b"),
        finding("old_key", "a", severity="critical"),
        rules=(rule("old_key", risk="{count} keys {never} change."),),
    )
    assert made == [
        Risk(
            title="Title of old_key",
            severity="critical",
            count=2,
            sentence="2 keys {never} change.",
            action="Mend old_key.",
            rule="old_key",
            subjects=["a", "b"],
        )
    ]


def test_a_rule_without_a_sentence_or_without_a_rule_still_speaks() -> None:
    assert risks(finding("x", "a"), rules=(rule("x"),))[0].sentence == "Why x matters."
    bare = risks(finding("gone", "a"))[0]
    assert (bare.title, bare.sentence, bare.action) == ("Title of gone", "Title of gone", "mend gone")


def test_the_worst_risk_comes_first() -> None:
    made = risks(
        *(finding("many_low", f"s{n}", severity="low") for n in range(200)),
        finding("one_critical", "a", severity="critical"),
        *(finding("some_high", f"s{n}") for n in range(3)),
        *(finding("more_high", f"s{n}") for n in range(5)),
        finding("unsure", "a", confidence="low"),
        finding("note", "a", severity="info"),
    )
    assert [risk.rule for risk in made] == ["one_critical", "more_high", "some_high", "unsure", "many_low"]


def test_an_ai_persona_outweighs_a_service_also_through_its_credential() -> None:
    identities = (identity("svc"), identity("bot", class_="ai_persona"))
    assert [r.rule for r in risks(finding("a", "svc"), finding("b", "bot"), identities=identities)] == ["b", "a"]
    made = summary(
        *identities, credentials=(credential("k", "bot"),), findings=(finding("a", "svc"), finding("b", "k"))
    )
    assert [risk.rule for risk in made.risks] == ["b", "a"]


def test_at_most_ten_risks_of_at_most_five_subjects_each() -> None:
    made = risks(*(finding(f"r{rule:02}", f"s{n}") for rule in range(15) for n in range(8)))
    assert [risk.rule for risk in made] == [f"r{n:02}" for n in range(10)]
    assert all(risk.count == 8 and risk.subjects == ["s0", "s1", "s2", "s3", "s4"] for risk in made)


@given(
    st.lists(st.builds(finding, rule=st.sampled_from("abc"), subject=st.sampled_from(["svc", "bot", "x"])), max_size=8),
    st.randoms(use_true_random=False),
)
def test_order_does_not_matter(findings: list[FindingResult], random: Any) -> None:
    identities = [identity("svc"), identity("bot", class_="ai_persona"), identity("ann", class_="human")]
    before = summary(*identities, findings=tuple(findings))
    random.shuffle(findings)
    random.shuffle(identities)
    assert summary(*identities, findings=tuple(findings)) == before
