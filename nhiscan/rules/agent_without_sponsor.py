"""An agent identity that has an administrator and no sponsor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import is_powerful, judged_identities, power_of
from nhiscan.model import Identity
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.wording import identity_name, listed

AGENT: Final = "entra-agent-identity"
AGENT_USER: Final = "entra-agent-user"
HAVE_SPONSORS: Final = frozenset({AGENT, AGENT_USER})
"""Kinds of identities for which a directory keeps sponsors, apart from owners."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity of an agent for which the directory could name a sponsor and names somebody else.

    One for which it names nobody at all is told by `ownerless_identity`, and the user account of an agent with the
    agent, whose sponsor answers for both.
    """
    grace = context.days("grace_days")
    for identity in context.examine(i for i in judged_identities(context) if i.kind in HAVE_SPONSORS):
        age = context.age(identity.created_at)
        agent = _agent_of(context, identity)
        if (age is not None and age <= grace) or _sponsors(context, identity) or _sponsors(context, agent):
            continue
        if not context.knows(identity, "owners") or (agent is not None and not context.knows(agent, "owners")):
            yield RULE.unknown(identity.id, "who sponsors it could not be read")
        elif agent is None and (others := sorted({one.owner for one in context.owners(identity.id)})):
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} has no sponsor, who would answer for what it does and how long it lives",
                f"only its technical side is answered for, by {listed(map(context.graph.name_of, others), 3)}",
                *power_of(context, identity),
                severity="high" if is_powerful(context, identity.id) else None,
            )


def _agent_of(context: RuleContext, identity: Identity) -> Identity | None:
    """The agent whose user account this is; None when it is none, or when the agent was not listed."""
    if identity.kind != AGENT_USER:
        return None
    for link in context.inventory.links_from(identity.id):
        agent = context.inventory.identities.get(link.target)
        if link.kind == "part_of" and agent is not None:
            return agent
    return None


def _sponsors(context: RuleContext, identity: Identity | None) -> bool:
    return identity is not None and any(one.kind == "sponsor" for one in context.owners(identity.id))


RULE = Rule(
    id="agent_without_sponsor",
    title="Agent identity without a sponsor",
    severity="medium",
    why=(
        "An owner keeps an agent running; a sponsor says what it is for, renews it and ends it. Without one nobody is"
        " asked when it should go, and nobody in the business answers for what it did."
    ),
    remediation=(
        "Name a person or a group of the business as its sponsor, and have sponsorship passed on when that person"
        " leaves; switch off the agent that nobody sponsors."
    ),
    references=(
        "https://learn.microsoft.com/en-us/graph/api/resources/agentidentity",
        "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/",
    ),
    controls=controls.ORPHAN,
    thresholds=(
        Threshold(
            name="grace_days", default=7, unit="days", meaning="Age up to which an agent may be without a sponsor"
        ),
    ),
    risk="AI agents act that nobody in the business has vouched for: {count} of them.",
    check=check,
)
