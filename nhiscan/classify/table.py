"""The table of signals: for each fact, the classes that it speaks for and against, and how loudly.

This is the whole of what nhiscan believes about the classes; `nhiscan.classify.verdict` only adds it up.
A weight is the probability that the class is right if the fact were all that is known. What speaks for a class stays
within the range of its tier; what speaks against one takes that share away from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from nhiscan.result import IdentityClass, Tier


class TierRange(msgspec.Struct, frozen=True, kw_only=True):
    """How much a kind of evidence can be worth."""

    lowest: float
    highest: float
    """Also the most that all evidence of the tier together can give a class."""
    meaning: str


TIERS: Final[Mapping[Tier, TierRange]] = {
    "authoritative": TierRange(
        lowest=0.95, highest=1.0, meaning="The platform, or the company itself, says what the identity is."
    ),
    "structural": TierRange(
        lowest=0.8, highest=0.95, meaning="How the identity is built leaves little room for doubt."
    ),
    "usage": TierRange(lowest=0.6, highest=0.8, meaning="What the identity was really seen to do."),
    "capability": TierRange(lowest=0.3, highest=0.6, meaning="What the identity could do, or holds."),
    "lexical": TierRange(lowest=0.0, highest=0.25, meaning="Words that anybody may write: names, descriptions, tags."),
}
"""Strongest first."""


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """What a signal says about one class."""

    class_: IdentityClass
    weight: float
    """0 to 1 for the class; -1 to 0 against it."""


class SignalKind(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table."""

    name: str
    tier: Tier
    voices: tuple[Voice, ...]
    meaning: str
    """Why the fact says so, one sentence."""
    family: str
    """Signals of one family are one fact seen from several sides: only the loudest of them counts for a class."""
    internal: bool = False
    """Raised by the classification itself, from the record or the configuration; refused from a connector."""


def _kind(
    name: str,
    tier: Tier,
    meaning: str,
    *,
    human: float = 0.0,
    legacy: float = 0.0,
    ai: float = 0.0,
    family: str = "",
    internal: bool = False,
) -> SignalKind:
    weights: tuple[tuple[IdentityClass, float], ...] = (
        ("human", human),
        ("legacy_service", legacy),
        ("ai_persona", ai),
    )
    return SignalKind(
        name=name,
        tier=tier,
        voices=tuple(Voice(class_=class_, weight=weight) for class_, weight in weights if weight),
        meaning=meaning,
        family=family or name,
        internal=internal,
    )


_PEOPLE: Final = (
    _kind(
        "root-user",
        "authoritative",
        "The account's own first user belongs to the people who opened the account.",
        human=0.95,
    ),
    _kind(
        "identity-center-user",
        "structural",
        "People are kept in the company's directory; automation rarely is.",
        human=0.9,
        legacy=-0.3,
    ),
    _kind(
        "identity-center-role",
        "structural",
        "The role is handed out by the single sign-on portal, which only people go through.",
        human=0.9,
        legacy=-0.5,
        ai=-0.3,
        family="sign-on-role",
    ),
    _kind(
        "saml-trust",
        "structural",
        "Only a SAML sign-on leads into the role, and SAML needs somebody at a browser.",
        human=0.85,
        legacy=-0.4,
        ai=-0.3,
        family="sign-on-role",
    ),
    _kind(
        "door-for-people",
        "structural",
        "The provider set the identity up as a way in for people.",
        human=0.85,
        legacy=-0.4,
        ai=-0.3,
        family="sign-on-role",
        internal=True,
    ),
    _kind(
        "directory-person",
        "structural",
        "The directory holds what only a person has: an employee number, a manager, a job title.",
        human=0.9,
        legacy=-0.5,
        ai=-0.4,
    ),
    _kind(
        "person-account-object",
        "structural",
        "The provider keeps accounts of people apart from those of programs, and this is one for a person.",
        human=0.85,
        legacy=-0.3,
        ai=-0.3,
    ),
    _kind(
        "mfa-device",
        "structural",
        "A second factor is held by somebody who can answer it.",
        human=0.85,
        legacy=-0.5,
        ai=-0.3,
    ),
    _kind(
        "recent-console-sign-in",
        "usage",
        "Somebody signed in with a password at the console not long ago.",
        human=0.75,
        legacy=-0.3,
        ai=-0.2,
        family="interactive-sign-in",
    ),
    _kind(
        "interactive-sign-in",
        "usage",
        "The provider recorded sign-ins that a person made.",
        human=0.75,
        legacy=-0.3,
        ai=-0.2,
    ),
    _kind(
        "console-password",
        "capability",
        "A password for the console was made for somebody who types it; many services were given one without need.",
        human=0.55,
    ),
    _kind(
        "console-password-never-used",
        "capability",
        "The password for the console was never used, so it says little about who uses the identity.",
        human=-0.4,
    ),
)

_SERVICES: Final = (
    _kind(
        "service-linked-role",
        "authoritative",
        "The provider made the role for one of its own services and nobody else can take it on.",
        legacy=0.97,
        human=-0.9,
        ai=-0.8,
        family="provider-managed",
    ),
    _kind(
        "managed-by-provider",
        "authoritative",
        "The provider made the identity and runs it.",
        legacy=0.97,
        human=-0.9,
        ai=-0.8,
        family="provider-managed",
        internal=True,
    ),
    _kind(
        "trusted-by-compute-service",
        "structural",
        "A compute or automation service of the provider takes the role on to run code.",
        legacy=0.8,
        human=-0.5,
        family="compute",
    ),
    _kind(
        "runs-workload",
        "structural",
        "A workload was found that runs as the identity.",
        legacy=0.8,
        human=-0.5,
        family="compute",
    ),
    _kind(
        "platform-default-account",
        "structural",
        "The provider gives the identity to every workload that names no other one.",
        legacy=0.8,
        human=-0.6,
        family="compute",
    ),
    _kind(
        "trusted-by-ci-oidc",
        "structural",
        "The jobs of a build platform take the identity on.",
        legacy=0.85,
        human=-0.5,
    ),
    _kind(
        "trusted-by-cluster-oidc",
        "structural",
        "Pods of a Kubernetes cluster take the identity on.",
        legacy=0.8,
        human=-0.5,
        family="compute",
    ),
    _kind(
        "roles-anywhere-subject",
        "structural",
        "A machine outside the cloud proves itself with an X.509 certificate.",
        legacy=0.85,
        human=-0.5,
    ),
    _kind(
        "machine-managed-identity",
        "structural",
        "The provider keeps the identity's credential and gives it only to a resource that runs code.",
        legacy=0.8,
        human=-0.7,
        family="compute",
    ),
    _kind(
        "bot-account",
        "structural",
        "The platform marks the account as a bot or an installed app.",
        legacy=0.8,
        human=-0.8,
    ),
    _kind(
        "automation-only-sign-in",
        "usage",
        "Every sign-in that was recorded came from a program.",
        legacy=0.7,
        human=-0.5,
    ),
    _kind(
        "access-keys-only",
        "capability",
        "It has keys for programs and no password, so nobody can sign in with it by hand.",
        legacy=0.55,
        human=-0.2,
    ),
    _kind(
        "machine-account-object",
        "capability",
        "The provider calls it an account for programs; which kind of program is not said.",
        legacy=0.55,
        human=-0.8,
    ),
    _kind(
        "oidc-trust",
        "capability",
        "An outside issuer vouches for whoever takes the role on; it may vouch for programs or for people.",
        legacy=0.45,
    ),
    _kind(
        "cross-account-trust",
        "capability",
        "Another account takes the role on, mostly from automation or as a vendor's service.",
        legacy=0.35,
    ),
)

_AI: Final = (
    _kind(
        "runs-agent",
        "authoritative",
        "An agent platform runs an agent, a harness, a runtime or a gateway as the identity.",
        ai=0.98,
        human=-0.3,
        legacy=-0.3,
    ),
    _kind(
        "agent-identity-object",
        "authoritative",
        "The platform's own object type says that the identity belongs to an AI agent.",
        ai=0.99,
        human=-0.9,
        legacy=-0.6,
    ),
    _kind(
        "agent-user-account",
        "authoritative",
        "The account has the shape of a person's, and the platform says that an AI agent uses it.",
        ai=0.98,
        human=-0.95,
        legacy=-0.3,
    ),
    _kind(
        "registered-agent",
        "authoritative",
        "The platform's registry of agents names it as what an AI agent runs as.",
        ai=0.97,
        human=-0.3,
        legacy=-0.3,
        family="runs-agent",
    ),
    _kind(
        "runs-agent-framework",
        "structural",
        "The code of a workload that runs as it is built on a framework for AI agents.",
        ai=0.85,
        legacy=-0.4,
        human=-0.3,
    ),
    _kind(
        "trusted-by-ai-service",
        "structural",
        "An AI service of the provider takes the role on.",
        ai=0.95,
        human=-0.3,
        legacy=-0.3,
    ),
    _kind(
        "managed-identity-of-ai-resource",
        "structural",
        "The provider made the identity for an AI resource and gives it to nothing else.",
        ai=0.9,
        human=-0.6,
        legacy=-0.4,
    ),
    _kind(
        "ai-service-credential",
        "structural",
        "It holds an active API key that opens nothing but an AI service.",
        ai=0.9,
        legacy=-0.4,
    ),
    _kind(
        "bedrock-console-user",
        "structural",
        "The console made the user to carry an API key of an AI service.",
        ai=0.85,
        legacy=-0.4,
        family="ai-service-credential",
    ),
    _kind(
        "bound-to-llm-key",
        "structural",
        "An API key that opens an AI service is bound to it and acts as it.",
        ai=0.9,
        legacy=-0.4,
        family="ai-service-credential",
    ),
    _kind(
        "ai-vendor-application",
        "structural",
        "A verified publisher that sells AI made the application.",
        ai=0.85,
        legacy=-0.3,
    ),
    _kind(
        "mcp-server-credential",
        "structural",
        "An MCP server's configuration uses the identity, and MCP exists to give tools to models.",
        ai=0.85,
        legacy=-0.3,
    ),
    _kind(
        "ai-service-last-used",
        "usage",
        "The last call that was recorded went to an AI service.",
        ai=0.75,
        legacy=-0.3,
    ),
    _kind(
        "uses-ai-service",
        "usage",
        "The provider recorded that it used an AI service.",
        ai=0.7,
        legacy=-0.2,
        family="ai-service-last-used",
    ),
    _kind(
        "acted-for-user",
        "usage",
        "The platform's broker of agents' credentials recorded that it acted for a user.",
        ai=0.75,
        human=-0.3,
        legacy=-0.3,
    ),
    _kind(
        "holds-llm-key",
        "capability",
        "A workload that runs as it is set up with the key of an LLM provider.",
        ai=0.55,
        legacy=-0.35,
    ),
    _kind(
        "granted-ai-invoke",
        "capability",
        "A policy names actions that call models or agents; a bare wildcard does not count.",
        ai=0.45,
        legacy=-0.15,
        family="ai-permission",
    ),
    _kind(
        "ai-managed-policy",
        "capability",
        "It carries a managed policy that the provider wrote for users of AI services.",
        ai=0.45,
        legacy=-0.15,
        family="ai-permission",
    ),
    _kind(
        "ai-roles-only",
        "capability",
        "Every role that it holds is one for users of AI services, and nothing that was listed runs as it.",
        ai=0.4,
        legacy=-0.15,
        family="ai-permission",
    ),
    _kind(
        "ai-studio-project",
        "capability",
        "It lives in a project that is named as Google AI Studio names those that it makes for keys of Gemini.",
        ai=0.45,
    ),
    _kind(
        "trusted-by-ml-service",
        "capability",
        "A machine-learning service takes the role on: a job that trains or serves, which may or may not be an agent.",
        legacy=0.55,
        ai=0.35,
        human=-0.3,
        family="ml",
    ),
    _kind(
        "runs-ml-workload",
        "capability",
        "A machine-learning job, notebook or endpoint runs as it, which may or may not be an agent.",
        legacy=0.55,
        ai=0.35,
        human=-0.2,
        family="ml",
    ),
)

_WORDS: Final = (
    _kind(
        "tagged-as-agent",
        "lexical",
        "A tag says that it belongs to an AI agent; whoever may tag it may write so.",
        ai=0.25,
    ),
    _kind(
        "ai-word", "lexical", "Its name, path, description or tags hold a word of the AI trade.", ai=0.2, internal=True
    ),
    _kind(
        "service-word",
        "lexical",
        "Its name, path, description or tags hold a word that services are named with.",
        legacy=0.2,
        internal=True,
    ),
    _kind(
        "person-name", "lexical", "Its name looks like a person's or is an e-mail address.", human=0.2, internal=True
    ),
)

_COMPANY: Final = (
    _kind("naming-rule-human", "lexical", "A naming rule of the company marks people.", human=0.25, internal=True),
    _kind(
        "naming-rule-legacy-service",
        "lexical",
        "A naming rule of the company marks services.",
        legacy=0.25,
        internal=True,
    ),
    _kind(
        "naming-rule-ai-persona",
        "lexical",
        "A naming rule of the company marks AI personas.",
        ai=0.25,
        internal=True,
    ),
    _kind(
        "known-human",
        "authoritative",
        "The configuration says that it is a person's.",
        human=1.0,
        legacy=-0.9,
        ai=-0.9,
        internal=True,
    ),
    _kind(
        "known-legacy-service",
        "authoritative",
        "The configuration says that it is a service's.",
        legacy=1.0,
        human=-0.9,
        ai=-0.9,
        internal=True,
    ),
    _kind(
        "known-ai-persona",
        "authoritative",
        "The configuration says that it is an AI agent's.",
        ai=1.0,
        human=-0.9,
        legacy=-0.9,
        internal=True,
    ),
)

TABLE: Final[Mapping[str, SignalKind]] = {kind.name: kind for kind in (*_PEOPLE, *_SERVICES, *_AI, *_WORDS, *_COMPANY)}
"""Every signal by name."""
