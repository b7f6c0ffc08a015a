"""An AI agent for which nobody answers."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.agents import acts_as, agents, has_owner, hidden_agents
from nhiscan.governance import controls
from nhiscan.judging import POWER
from nhiscan.model import Workload
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.wording import identity_name, plain, workload_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each agent by the owners of itself, of its entry in a registry, and of what it acts as."""
    grace = context.days("grace_days")
    for agent in context.examine(agents(context.inventory)):
        age = context.age(agent.created_at)
        if (age is not None and age <= grace) or has_owner(context, agent):
            continue
        if not _is_known(context, agent):
            yield RULE.unknown(agent.id, "who answers for it, or for what it acts as, could not be read")
            continue
        identities = acts_as(context.inventory, agent.id)
        names = [_name(context, id) for id in identities]
        powers = [f"{_name(context, id)} {word}" for id in identities if (word := POWER.get(context.admin(id)))]
        yield RULE.finding(
            agent.id,
            f"no tag, record or register names an owner of {workload_name(agent)}",
            *(f"it acts as {name}, which has no owner either" for name in names),
            *powers,
            related=tuple(identities),
        )
    yield from hidden_agents(context, RULE)


def _is_known(context: RuleContext, agent: Workload) -> bool:
    inventory = context.inventory
    own = inventory.knows(agent.scope, "owners", agent.id) and inventory.knows(agent.scope, "agents", agent.id)
    identities = (inventory.identities.get(id) for id in acts_as(inventory, agent.id))
    return own and all(identity is not None and context.knows(identity, "owners") for identity in identities)


def _name(context: RuleContext, id: str) -> str:
    identity = context.inventory.identities.get(id)
    return identity_name(identity) if identity else plain(id)


RULE = Rule(
    id="ownerless_agent",
    title="AI agent without an owner",
    severity="high",
    why=(
        "Agents are made in an afternoon and forgotten in a week. One that nobody answers for goes on reading,"
        " deciding and spending, and nobody notices when it is led astray."
    ),
    remediation=(
        "Name a person or a team as its owner, in a tag or in the company's registry of agents; switch off what nobody"
        " takes on."
    ),
    references=(
        "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/",
        "https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
    ),
    controls=controls.ORPHAN,
    thresholds=(
        Threshold(
            name="grace_days", default=7, unit="days", meaning="Age up to which an agent may be without an owner"
        ),
    ),
    risk="AI agents run that nobody in the company answers for: {count} of them.",
    check=check,
)
