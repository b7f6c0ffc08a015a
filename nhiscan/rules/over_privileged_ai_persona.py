"""An AI agent that is no administrator and may do far more than an agent should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.agents import belongs_to_agent
from nhiscan.governance import controls
from nhiscan.inventory import Inventory
from nhiscan.judging import is_powerful, judged_identities
from nhiscan.model import Capability, Grant
from nhiscan.powers import WORDS, by_capability, covers_everything, surest, told
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed

ANYWHERE: Final[frozenset[Capability]] = frozenset({"administer_identities", "change_guardrails"})
"""Too much for an agent on whatever it covers: with these it changes its own limits."""
EVERYWHERE: Final[frozenset[Capability]] = frozenset({"read_secrets", "destroy", "run_code", "write_data", "read_data"})
"""Too much when it covers everything; on a bucket of its own an agent may need it."""
_GRAVE: Final[frozenset[Capability]] = frozenset({"administer_identities", "read_secrets", "destroy"})
"""Guardrails are not among them: the provider's own policy for users of models lets each of them change those."""

_MOST_REASONS: Final = 4


class _Excess(msgspec.Struct, frozen=True, kw_only=True):
    """Capabilities that an agent should not have, by how sure they are."""

    sure: dict[Capability, Grant]
    conditional: dict[Capability, Grant]
    unread: bool
    """Whether a document that would decide about one could not be read."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each AI persona by what it may do. Those that administer are told by `administrator_agent`."""
    for identity in context.examine(i for i in judged_identities(context) if not i.human_access):
        agent = belongs_to_agent(context, identity.id)
        if agent is False or is_powerful(context, identity.id):
            continue
        excess = _excess(context.inventory, identity.id)
        found = excess.sure or excess.conditional
        if not context.knows(identity, "policies") or (excess.unread and not found):
            yield RULE.unknown(identity.id, "what it may do could not be read in full")
        elif agent is None and found:
            yield RULE.unknown(
                identity.id, "it may do more than an AI agent should, and whether it is one is not known"
            )
        elif found:
            words = [WORDS[capability] for capability in found]
            on_condition = "" if excess.sure else " if a condition holds"
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} belongs to an AI agent and may {listed(words)}{on_condition}",
                *[told(grant) for grant in found.values()][:_MOST_REASONS],
                key=tuple(sorted(found)),
                severity=_severity(excess),
                confidence=None if excess.sure else "medium",
            )


def _excess(inventory: Inventory, identity: str) -> _Excess:
    sure: dict[Capability, Grant] = {}
    conditional: dict[Capability, Grant] = {}
    unread = False
    for capability, grants in by_capability(inventory.grants_of(identity)).items():
        if capability in EVERYWHERE:
            grants = [grant for grant in grants if covers_everything(inventory, grant.resource)]
        elif capability not in ANYWHERE:
            continue
        grant = surest(grants)
        if grant is not None and grant.answer == "unknown":
            unread = True
        elif grant is not None:
            (sure if grant.answer == "allowed" else conditional)[capability] = grant
    return _Excess(sure=sure, conditional=conditional, unread=unread)


def _severity(excess: _Excess) -> Severity:
    if not _GRAVE.isdisjoint(excess.sure):
        return "high"
    return "medium" if excess.sure or not _GRAVE.isdisjoint(excess.conditional) else "low"


RULE = Rule(
    id="over_privileged_ai_persona",
    title="AI persona with more power than an agent should have",
    severity="high",
    why=(
        "Whoever can write what an agent reads can have it use its permissions. One that may read every secret, change"
        " identities or delete data turns a clever e-mail into a break-in."
    ),
    remediation=(
        "Name the resources that the agent works on in its policy, take away what changes identities, guardrails and"
        " logs, and let a person confirm what cannot be undone."
    ),
    references=(
        "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ),
    controls=controls.OVER_PRIVILEGED,
    risk=(
        "AI agents may do more than their work needs, up to reading all secrets, changing identities or deleting data,"
        " so a text that misleads one can do great harm: {count} of them."
    ),
    check=check,
)
