"""What names say: words in names, paths, descriptions and tags, and the company's own naming rules.

Anybody may name a thing as they like, so nothing here can decide a class: every signal is of the lexical tier.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import Final

import msgspec

from nhiscan.classify.patterns import Matches, compile_pattern
from nhiscan.errors import UsageError
from nhiscan.model import Identity, Signal
from nhiscan.result import IdentityClass

_MOST_TEXT: Final = 512
"""Characters of one text that are looked at."""
_MOST_TAGS: Final = 64

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_GLOB_SIGNS: Final = frozenset("*?[")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


AI_WORDS: Final = _set(
    """copilot llm llms gpt chatgpt openai anthropic claude gemini bedrock agentcore rag mcp chatbot assistant genai
    langchain langgraph llamaindex crewai autogen agentic"""
)
"""Words that mean AI wherever they stand."""

AI_PHRASES: Final = (" n 8 n ", " ai agent ", " ai agents ", " gen ai ", " crew ai ", " lang chain ")
"""Runs of words that mean AI; `n8n` is three words to the splitter."""

SERVICE_WORDS: Final = _set(
    """svc robot ci cd cicd deploy deployer deployment deployments backup backups terraform jenkins datadog ansible
    circleci buildkite gitlab cron batch etl pipeline runner monitoring prometheus grafana splunk"""
)
"""Words that services are named with."""

AGENT_WORDS: Final = _set("agent agents")

OTHER_AGENTS: Final = _set(
    """ci cd cicd build builds deploy backup backups jenkins datadog ansible circleci buildkite gitlab runner teamcity
    azp vsts ssm cloudwatch log logs logging metrics telemetry monitoring prometheus grafana splunk otel fluent newrelic
    dynatrace zabbix puppet chef datasync mgn dms guardduty inspector qualys crowdstrike falcon wazuh sensor"""
)
"""Words that, one or two places before `agent`, make it a program of the old kind: a build or monitoring agent."""

OTHER_AGENTS_NEXT: Final = _set("service user management node update discovery replication")
"""Words that do so only right before it: a provider's `service agent`, but not a `service desk agent`."""

_AGENT_TAGS: Final = frozenset(
    {
        "ai:agent-id",
        "ai:agent",
        "ai-agent",
        "ai-agent-id",
        "ai_agent",
        "ai_agent_id",
        "agent-id",
        "agent_id",
        "nhi:agent-id",
    }
)
"""Keys, lower-cased, of tags that companies put on what belongs to an AI agent."""

_CLASS_TAGS: Final = frozenset({"nhi:class", "nhi:type", "identity-class", "identity_class", "identity-type"})
_AGENT_VALUES: Final = frozenset({"ai", "ai_persona", "ai-persona", "ai-agent", "ai_agent", "agent", "llm-agent"})
_NO: Final = frozenset({"", "false", "no", "none", "0", "n/a"})

_EMAIL: Final = re.compile(r"[a-z0-9._+-]{1,64}@[a-z0-9.-]{3,190}")
_MACHINE_MAIL: Final = ("gserviceaccount.com", "noreply.github.com")

_NAMING: Final[dict[IdentityClass, str]] = {
    "human": "naming-rule-human",
    "legacy_service": "naming-rule-legacy-service",
    "ai_persona": "naming-rule-ai-persona",
}
_KNOWN: Final[dict[IdentityClass, str]] = {
    "human": "known-human",
    "legacy_service": "known-legacy-service",
    "ai_persona": "known-ai-persona",
}


class NameRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A naming habit of the company: names that match are, as a rule, of one class. It never decides alone."""

    pattern: str
    """A glob over the whole name, case ignored ("svc-*"), or an expression after "re:"."""
    class_: IdentityClass = msgspec.field(name="class")


class KnownIdentity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the company knows for sure about an identity. It decides."""

    id: str
    """The identity's id, or a glob over ids: "arn:aws:iam::*:role/agents/*". Case counts."""
    class_: IdentityClass = msgspec.field(name="class")
    reason: str
    """Why it is known, for whoever reads the evidence."""


class ClassifyConfig(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    """What the company adds to the table. Raises UsageError for a pattern or class that cannot be used."""

    names: tuple[NameRule, ...] = ()
    known: tuple[KnownIdentity, ...] = ()
    """Of several that match an identity, the first counts."""

    def __post_init__(self) -> None:
        for rule in self.names:
            compile_pattern(rule.pattern)
            _refuse_unknown(rule.class_, f"the naming rule {rule.pattern!r}")
        for known in self.known:
            _refuse_unknown(known.class_, f"the known identity {known.id!r}")
            if not known.id:
                raise UsageError("a known identity has no id", "Give the id, or a glob over ids.")
            if not known.reason.strip():
                raise UsageError(f"the known identity {known.id!r} has no reason", "Say how it is known.")

    @cached_property
    def _rules(self) -> tuple[tuple[NameRule, Matches], ...]:
        return tuple((rule, compile_pattern(rule.pattern)) for rule in self.names)

    @cached_property
    def _exact(self) -> dict[str, int]:
        """Places of the entries by their text, so that a long list of ids costs nothing per identity."""
        places: dict[str, int] = {}
        for place, known in enumerate(self.known):
            places.setdefault(known.id, place)
        return places

    @cached_property
    def _globs(self) -> tuple[tuple[int, re.Pattern[str]], ...]:
        return tuple(
            (place, re.compile(fnmatch.translate(known.id)))
            for place, known in enumerate(self.known)
            if _GLOB_SIGNS & set(known.id)
        )

    def known_as(self, id: str) -> KnownIdentity | None:
        """The first entry that names this identity."""
        place = self._exact.get(id)
        for other, glob in self._globs:
            if place is not None and other > place:
                break
            if glob.match(id):
                return self.known[other]
        return None if place is None else self.known[place]

    def rules_for(self, name: str) -> Iterator[NameRule]:
        """The naming rules that a name follows."""
        return (rule for rule, matches in self._rules if matches(name))


def _refuse_unknown(class_: IdentityClass, what: str) -> None:
    if class_ not in _KNOWN:
        raise UsageError(f"{what} has the class {class_!r}", "Use human, legacy_service or ai_persona.")


DEFAULT_CONFIG: Final = ClassifyConfig()


def words_of(text: str) -> list[str]:
    """The words of a name in lower case, split at every sign, at digits and at capitals: `SupportAgent-2` is three."""
    plain = unicodedata.normalize("NFKC", text[:_MOST_TEXT])
    return [word.lower() for word in _WORD.findall(plain)]


def ai_word_in(text: str) -> str:
    """The first word that is of the AI trade; empty when there is none.

    `agent` counts unless its neighbourhood tells of another kind of agent, as in `ci-agents` or `ssm-agent`.
    """
    return _ai_word(words_of(text))


def service_word_in(text: str) -> str:
    """The first word that services are named with; empty when there is none."""
    return _service_word(words_of(text))


def _ai_word(words: list[str]) -> str:
    for word in words:
        if word in AI_WORDS:
            return word
    run = f" {' '.join(words)} "
    for phrase in AI_PHRASES:
        if phrase in run:
            return phrase.replace(" ", "")
    for at, word in enumerate(words):
        before = words[max(0, at - 2) : at]
        if word in AGENT_WORDS and OTHER_AGENTS.isdisjoint(before) and OTHER_AGENTS_NEXT.isdisjoint(before[-1:]):
            return word
    return ""


def _service_word(words: list[str]) -> str:
    return next((word for word in words if word in SERVICE_WORDS), "")


def signals_from_names(identity: Identity, config: ClassifyConfig) -> Iterator[Signal]:
    """What the names of an identity and the configuration say about it."""
    known = config.known_as(identity.id)
    if known is not None:
        yield Signal(
            subject=identity.id,
            name=_KNOWN[known.class_],
            detail=f"the configuration names it: {known.reason}",
            source="configuration",
        )
    for rule in config.rules_for(identity.name):
        yield Signal(
            subject=identity.id,
            name=_NAMING[rule.class_],
            detail=f"its name {_shown(identity.name)} follows the company's rule {rule.pattern}",
            source="configuration",
        )
    for where, text in _texts(identity):
        words = words_of(text)
        if word := _ai_word(words):
            yield Signal(subject=identity.id, name="ai-word", detail=f"{where} holds the word {word!r}")
        if word := _service_word(words):
            yield Signal(subject=identity.id, name="service-word", detail=f"{where} holds the word {word!r}")
    if _looks_like_a_person(identity):
        yield Signal(
            subject=identity.id, name="person-name", detail=f"its name {_shown(identity.name)} is an e-mail address"
        )
    for key, value in _tags(identity):
        if _says_agent(key, value):
            yield Signal(
                subject=identity.id,
                name="tagged-as-agent",
                detail=f"tag {_shown(key)} is {_shown(value)}",
                source="tags",
            )


def _texts(identity: Identity) -> Iterator[tuple[str, str]]:
    yield f"its name {_shown(identity.name)}", identity.name
    if identity.path:
        yield f"its path {_shown(identity.path)}", identity.path
    if identity.description:
        yield "its description", identity.description
    for key, value in _tags(identity):
        # A mail address names a person who answers for it, and people are called Claude.
        if "@" not in value:
            yield f"its tag {_shown(key)}", f"{key} {value}"


def _tags(identity: Identity) -> list[tuple[str, str]]:
    """The tags, sorted so that the same ones are looked at whatever order the provider gave them in."""
    return sorted(identity.tags.items())[:_MOST_TAGS]


def _says_agent(key: str, value: str) -> bool:
    key, value = key.strip().lower(), value.strip().lower()
    if key in _AGENT_TAGS:
        return value not in _NO
    return key in _CLASS_TAGS and value in _AGENT_VALUES


def _looks_like_a_person(identity: Identity) -> bool:
    name = identity.name[:_MOST_TEXT].lower()
    return (
        _EMAIL.fullmatch(name) is not None
        and not name.endswith(_MACHINE_MAIL)
        and not ai_word_in(name)
        and not service_word_in(name)
    )


def _shown(text: str) -> str:
    """A text as evidence shows it: quoted, on one line, short."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
