"""Words in names: which count, which do not, and what a company adds."""

from __future__ import annotations

import msgspec
import pytest

from nhiscan.classify.names import (
    DEFAULT_CONFIG,
    ClassifyConfig,
    KnownIdentity,
    NameRule,
    ai_word_in,
    service_word_in,
    signals_from_names,
    words_of,
)
from nhiscan.errors import UsageError
from nhiscan.model import Identity

ROLE = Identity(id="arn:aws:iam::1:role/x", provider="aws", kind="iam-role", name="x", scope="aws:1")


def named(name: str = "x", **fields: object) -> Identity:
    return msgspec.structs.replace(ROLE, name=name, **fields)


def signals(identity: Identity, config: ClassifyConfig = DEFAULT_CONFIG) -> set[str]:
    return {signal.name for signal in signals_from_names(identity, config)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SupportAgent-2", ["support", "agent", "2"]),
        ("LLMGateway", ["llm", "gateway"]),
        ("BedrockAPIKey-abcd", ["bedrock", "api", "key", "abcd"]),
        ("prod/ai_agent.v3", ["prod", "ai", "agent", "v", "3"]),
        ("agent", ["agent"]),
        ("", []),
    ],
)
def test_splits_names_into_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("support-agent", "agent"),
        ("SupportAgentRole", "agent"),
        ("reagent-stock", ""),
        ("agentur-muenchen", ""),
        ("ci-agents", ""),
        ("ci-linux-agents", ""),
        ("AmazonSSMAgent", ""),
        ("datadog-agent", ""),
        ("buildAgent", ""),
        ("gcp service agent", ""),
        ("service desk agent", "agent"),
        ("ci-openai-agent", "openai"),
        ("n8n-worker", "n8n"),
        ("claude-code", "claude"),
        ("storage", ""),
        ("fragment", ""),
        ("rag-index", "rag"),
        ("CrewAI", "crewai"),
        ("crew-ai", "crewai"),
        ("ａｇｅｎｔ", "agent"),  # full-width letters are the same word
        ("", ""),
    ],
)
def test_ai_words_are_whole_words(text: str, word: str) -> None:
    assert ai_word_in(text) == word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("svc-pay", "svc"),
        ("pay-svc", "svc"),
        ("svcpay", ""),
        ("cicero", ""),
        ("ci", "ci"),
        ("TerraformDeploy", "terraform"),
    ],
)
def test_service_words_are_whole_words(text: str, word: str) -> None:
    assert service_word_in(text) == word


def test_looks_at_name_path_description_and_tags() -> None:
    assert "ai-word" in signals(named(path="/agents/"))
    assert "ai-word" in signals(named(description="calls the LLM for support"))
    assert "ai-word" in signals(named(tags={"app": "chatbot"}))
    assert "ai-word" in signals(named(tags={"uses-bedrock": "yes"}))
    assert signals(named("x")) == set()
    assert signals(named(tags={"Owner": "claude.martin@example.com"})) == set()


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"ai:agent-id": "a-17"}, True),
        ({"AI_AGENT_ID": "a-17"}, True),
        ({"ai-agent": "true"}, True),
        ({"ai-agent": "False"}, False),
        ({"ai-agent": " "}, False),
        ({"nhi:class": "ai_persona"}, True),
        ({"nhi:class": "legacy"}, False),
        ({"team": "agents"}, False),
    ],
)
def test_tags_that_say_agent(tags: dict[str, str], expected: bool) -> None:
    assert ("tagged-as-agent" in signals(named(tags=tags))) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ann.lee@example.com", True),
        ("svc-pay@example.com", False),
        ("support-agent@example.com", False),
        ("build@proj.iam.gserviceaccount.com", False),
        ("ann.lee", False),
    ],
)
def test_names_that_look_like_a_person(name: str, expected: bool) -> None:
    assert ("person-name" in signals(named(name))) is expected


def test_huge_and_hostile_text_is_bounded() -> None:
    tags = {f"k{n}": "agent " * 1000 for n in range(2000)}
    found = list(signals_from_names(named("a" * 1_000_000, description="x " * 500_000, tags=tags), DEFAULT_CONFIG))
    assert len(found) <= 200
    assert all(len(signal.detail) < 300 for signal in found)


def test_evidence_stays_on_one_line() -> None:
    found = list(signals_from_names(named("agent\nx\x1b[31m"), DEFAULT_CONFIG))
    assert found
    assert all(signal.detail.isprintable() for signal in found)


def test_naming_rules_name_their_class() -> None:
    config = ClassifyConfig(
        names=(NameRule(pattern="usr-*", class_="human"), NameRule(pattern="re:z[0-9]+", class_="ai_persona"))
    )
    assert signals(named("usr-ann"), config) == {"naming-rule-human"}
    assert signals(named("z17"), config) == {"naming-rule-ai-persona"}


def test_the_first_known_entry_counts_whether_id_or_glob() -> None:
    exact = KnownIdentity(id=ROLE.id, class_="human", reason="ask Ann")
    glob = KnownIdentity(id="arn:aws:iam::*:role/*", class_="ai_persona", reason="our agents")
    assert ClassifyConfig(known=(exact, glob)).known_as(ROLE.id) is exact
    assert ClassifyConfig(known=(glob, exact)).known_as(ROLE.id) is glob
    assert ClassifyConfig(known=(exact, glob)).known_as("arn:aws:iam::1:role/y") is glob
    assert ClassifyConfig(known=(exact, glob)).known_as("arn:aws:iam::1:user/y") is None
    assert ClassifyConfig(known=(glob,)).known_as(ROLE.id.upper()) is None


def test_reads_from_the_configuration_file() -> None:
    raw = {
        "names": [{"pattern": "svc-*", "class": "legacy_service"}],
        "known": [{"id": ROLE.id, "class": "ai_persona", "reason": "the support agent"}],
    }
    config = msgspec.convert(raw, ClassifyConfig)
    assert signals(named("svc-x"), config) == {"naming-rule-legacy-service", "known-ai-persona", "service-word"}


@pytest.mark.parametrize(
    "raw",
    [
        {"names": [{"pattern": "re:(a+)+", "class": "human"}]},
        {"names": [{"pattern": "x", "class": "unknown"}]},
        {"known": [{"id": "x", "class": "unknown", "reason": "r"}]},
        {"known": [{"id": "x", "class": "human", "reason": " "}]},
        {"known": [{"id": "", "class": "human", "reason": "r"}]},
    ],
)
def test_refuses_a_configuration_that_cannot_be_used(raw: dict[str, object]) -> None:
    with pytest.raises(UsageError) as raised:
        msgspec.convert(raw, ClassifyConfig)
    assert raised.value.advice


def test_refuses_keys_that_nobody_reads() -> None:
    with pytest.raises(msgspec.ValidationError, match="patern"):
        msgspec.convert({"names": [{"patern": "x", "pattern": "x", "class": "human"}]}, ClassifyConfig)
