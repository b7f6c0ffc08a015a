"""Verdicts: what known situations amount to, and the laws that hold for all of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiscan.classify import ClassifyConfig, KnownIdentity, NameRule, Verdict, classify
from nhiscan.classify.table import TABLE
from nhiscan.model import Identity, Signal
from nhiscan.result import EvidenceItem, IdentityClass

ID = "arn:aws:iam::1:role/x"
ROLE = Identity(id=ID, provider="aws", kind="iam-role", name="x", scope="aws:1")

NAMES = sorted(name for name, kind in TABLE.items() if not kind.internal)
LEXICAL = sorted(name for name in NAMES if TABLE[name].tier == "lexical")


def signal(name: str, detail: str = "", subject: str = ID) -> Signal:
    return Signal(subject=subject, name=name, detail=detail or f"says {name}", source="test:Call")


def verdict(*names: str, config: ClassifyConfig | None = None, **fields: Any) -> Verdict:
    identity = msgspec.structs.replace(ROLE, **fields)
    return classify(identity, [signal(name) for name in names], config or ClassifyConfig())


def item(verdict: Verdict, name: str, class_: IdentityClass | None = None) -> EvidenceItem:
    return next(e for e in verdict.evidence if e.signal == name and class_ in (None, e.class_))


@pytest.mark.parametrize(
    ("signals", "fields", "class_"),
    [
        (["console-password", "mfa-device", "recent-console-sign-in"], {}, "human"),
        (["identity-center-role"], {"human_access": True, "name": "AWSReservedSSO_Admin_1"}, "human"),
        (["saml-trust"], {}, "human"),
        (["root-user", "mfa-device"], {}, "human"),
        (["access-keys-only"], {"name": "jenkins"}, "legacy_service"),
        (["trusted-by-compute-service", "runs-workload"], {}, "legacy_service"),
        (["trusted-by-ci-oidc"], {}, "legacy_service"),
        (["service-linked-role", "trusted-by-ai-service"], {"managed_by_provider": True}, "legacy_service"),
        (["trusted-by-ml-service", "runs-ml-workload"], {}, "legacy_service"),
        (["trusted-by-ai-service"], {}, "ai_persona"),
        (["runs-agent", "trusted-by-compute-service", "runs-workload"], {}, "ai_persona"),
        (["ai-service-credential", "access-keys-only"], {}, "ai_persona"),
        (["bedrock-console-user", "console-password", "console-password-never-used"], {}, "ai_persona"),
        (["trusted-by-compute-service", "holds-llm-key", "granted-ai-invoke"], {}, "ai_persona"),
        # An agent in the shape of a person: the platform's word counts for more than the shape.
        (["agent-user-account", "mfa-device", "interactive-sign-in", "directory-person"], {}, "ai_persona"),
        # Not enough, or as much for one as for another.
        ([], {}, "unknown"),
        (["cross-account-trust"], {}, "unknown"),
        (["granted-ai-invoke"], {}, "unknown"),
        (["tagged-as-agent"], {"name": "support-agent"}, "unknown"),
        (["trusted-by-compute-service", "holds-llm-key"], {}, "unknown"),
        (["console-password", "access-keys-only"], {}, "unknown"),
    ],
)
def test_situations(signals: list[str], fields: dict[str, Any], class_: IdentityClass) -> None:
    assert verdict(*signals, **fields).class_ == class_


def test_a_person_named_agent_stays_a_person_and_the_word_is_kept_without_weight() -> None:
    found = verdict("console-password", name="smith-agent")
    assert found.class_ == "human"
    word = item(found, "ai-word")
    assert word.weight == 0
    assert "not counted" in word.detail
    # The word would count if nothing spoke of a person.
    assert item(verdict(name="smith-agent"), "ai-word").weight > 0


def test_unknown_says_where_it_leans_and_what_would_settle_it() -> None:
    found = verdict(name="support-agent")
    assert (found.class_, found.confidence, found.leaning) == ("unknown", 0.0, "ai_persona")
    assert "agent that runs as it" in found.settle
    assert verdict().leaning is None
    assert "ask whoever made it" in verdict().settle
    tie = verdict("trusted-by-compute-service", "holds-llm-key")
    assert "a legacy service (0.52) is about equally strong" in tie.settle
    assert tie.leaning == "ai_persona"


def test_a_known_class_needs_no_settling() -> None:
    found = verdict("trusted-by-ai-service")
    assert (found.leaning, found.settle, found.confidence) == (None, "", 0.95)


@pytest.mark.parametrize(
    ("signals", "mixed"),
    [
        (["mfa-device", "ai-service-credential"], True),
        (["console-password", "recent-console-sign-in", "ai-service-credential"], True),
        (["runs-agent", "trusted-by-compute-service"], True),
        (["saml-trust", "trusted-by-compute-service"], True),
        (["root-user", "runs-workload"], True),
        (["mfa-device", "access-keys-only"], False),
        (["trusted-by-compute-service", "ai-service-last-used"], False),
        (["agent-user-account", "mfa-device", "interactive-sign-in"], False),
        (["service-linked-role", "trusted-by-ai-service"], False),
        (["console-password", "tagged-as-agent"], False),
        (["runs-agent", "trusted-by-ai-service"], False),
    ],
)
def test_strong_evidence_for_two_classes_is_mixed(signals: list[str], mixed: bool) -> None:
    assert verdict(*signals).mixed is mixed


def test_what_the_company_knows_decides_and_contradiction_shows() -> None:
    config = ClassifyConfig(known=(KnownIdentity(id=ID, class_="human", reason="break-glass, ask Ann"),))
    assert verdict("trusted-by-compute-service", config=config).class_ == "human"
    against_platform = verdict("runs-agent", config=config)
    assert against_platform.class_ == "human"
    assert against_platform.mixed
    assert "break-glass, ask Ann" in item(against_platform, "known-human", "human").detail
    assert item(against_platform, "runs-agent", "ai_persona").weight > 0


def test_naming_rules_help_and_do_not_decide() -> None:
    config = ClassifyConfig(names=(NameRule(pattern="*", class_="legacy_service"),))
    assert verdict(config=config).class_ == "unknown"
    assert verdict("oidc-trust", config=config).class_ == "legacy_service"
    assert verdict("oidc-trust").class_ == "unknown"


@pytest.mark.parametrize("name", ["no-such-signal", "known-human", "managed-by-provider", "ai-word"])
def test_signals_that_may_not_be_raised_stay_without_weight(name: str) -> None:
    found = verdict(name)
    assert found.class_ == "unknown"
    assert dict(found.scores) == {"human": 0, "legacy_service": 0, "ai_persona": 0}
    assert [e.weight for e in found.evidence] == [0]
    assert f"says {name}" in found.evidence[0].detail
    assert "not counted" in found.evidence[0].detail


def test_signals_about_something_else_stay_without_weight() -> None:
    found = classify(ROLE, [signal("runs-agent", subject="another")])
    assert found.class_ == "unknown"
    assert "it is about something else" in found.evidence[0].detail


def test_evidence_names_what_speaks_against() -> None:
    found = verdict("mfa-device", "access-keys-only")
    assert item(found, "mfa-device", "legacy_service").weight < 0
    assert item(found, "mfa-device", "human").weight > 0
    assert item(found, "mfa-device").source == "test:Call"


def test_a_fact_told_a_thousand_times_is_one_fact() -> None:
    many = classify(ROLE, [signal("runs-workload", f"function f{n:04} runs as it") for n in range(1000)])
    assert many.scores == verdict("runs-workload").scores
    told = item(many, "runs-workload", "legacy_service").detail
    assert "function f0000 runs as it" in told
    assert told.endswith("(and 997 more)")


def test_one_family_counts_once() -> None:
    assert verdict("granted-ai-invoke", "ai-managed-policy").scores == verdict("granted-ai-invoke").scores


def test_the_record_itself_speaks() -> None:
    assert verdict(managed_by_provider=True).class_ == "legacy_service"
    assert verdict(human_access=True).class_ == "human"


@given(st.lists(st.sampled_from([*NAMES, "no-such-signal"]), max_size=12), st.randoms(use_true_random=False))
def test_order_does_not_matter(names: list[str], random: object) -> None:
    signals = [signal(name, f"detail {place}") for place, name in enumerate(names)]
    shuffled = list(signals)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert classify(ROLE, signals) == classify(ROLE, shuffled)
    assert classify(ROLE, signals) == classify(ROLE, [*signals, *signals])


@given(
    st.sets(st.sampled_from(NAMES), max_size=10),
    st.sampled_from(NAMES),
    st.sampled_from(["x", "support-agent", "svc-a"]),
)
def test_one_more_signal_moves_each_class_as_it_says(names: set[str], more: str, name: str) -> None:
    before = dict(verdict(*names, name=name).scores)
    after = dict(verdict(*names, more, name=name).scores)
    voices = {voice.class_: voice.weight for voice in TABLE[more].voices}
    veto = voices.get("human", 0) > 0
    for class_ in before:
        if voices.get(class_, 0) >= 0 and not (class_ == "ai_persona" and veto):
            assert after[class_] >= before[class_] - 1e-4
        if voices.get(class_, 0) <= 0:
            assert after[class_] <= before[class_] + 1e-4


@given(st.sets(st.sampled_from(NAMES), max_size=8), st.sampled_from(NAMES))
def test_support_for_the_class_that_was_given_does_not_unsettle_it(names: set[str], more: str) -> None:
    before = verdict(*names)
    positive = {voice.class_ for voice in TABLE[more].voices if voice.weight > 0}
    if before.class_ != "unknown" and positive == {before.class_}:
        after = verdict(*names, more)
        assert after.class_ == before.class_
        assert after.confidence >= before.confidence


@given(
    st.sets(st.sampled_from(LEXICAL)),
    st.text(max_size=60),
    st.text(max_size=60),
    st.dictionaries(st.text(max_size=12), st.sampled_from(["agent", "svc", "claude", "true"]), max_size=5),
    st.sampled_from(["agent-claude-mcp-n8n-", "svc-ci-jenkins-", "ann@example.com"]),
)
def test_words_alone_never_decide(
    names: set[str], name: str, description: str, tags: dict[str, str], prefix: str
) -> None:
    rules = tuple(NameRule(pattern="*", class_=class_) for class_ in ("human", "legacy_service", "ai_persona"))
    tags = {"ai:agent-id": "17", **tags}
    found = verdict(*names, name=prefix + name, description=description, tags=tags, config=ClassifyConfig(names=rules))
    assert found.class_ == "unknown"
    assert not found.mixed
    assert all(score <= 0.25 for _, score in found.scores)


@given(st.sets(st.sampled_from(NAMES)), st.sampled_from(["human", "legacy_service", "ai_persona"]), st.booleans())
def test_what_the_company_knows_always_decides(names: set[str], class_: IdentityClass, managed: bool) -> None:
    config = ClassifyConfig(known=(KnownIdentity(id=ID, class_=class_, reason="we know"),))
    found = verdict(*names, config=config, managed_by_provider=managed)
    assert (found.class_, found.confidence) == (class_, 1.0)


@given(st.sets(st.sampled_from(NAMES), max_size=12))
def test_verdicts_hold_together(names: set[str]) -> None:
    found = verdict(*names)
    scores = dict(found.scores)
    assert all(0 <= score <= 1 for score in scores.values())
    assert {e.signal for e in found.evidence} == names
    if found.class_ == "unknown":
        assert found.settle
        assert found.confidence == 0
    else:
        assert found.confidence == scores[found.class_] >= 0.5
        assert found.leaning is None
        others = [score for class_, score in scores.items() if class_ != found.class_]
        assert found.confidence - max(others) >= 0.15 - 1e-3
        # A class is never given without evidence that a person could check.
        assert any(e.class_ == found.class_ and e.weight > 0 and e.tier != "lexical" for e in found.evidence)
