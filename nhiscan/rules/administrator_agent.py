"""An AI agent that administers, or can make itself an administrator."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan import climb
from nhiscan.access.reach import Reach
from nhiscan.agents import agents_of, belongs_to_agent, hidden_agents
from nhiscan.governance import controls
from nhiscan.judging import judged_identities
from nhiscan.model import Identity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, workload_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity that an agent acts as, or that is an AI persona's by its class.

    Ways that hang on a condition, or on something that is not there yet, are told by `can_become_administrator`.
    """
    reach = Reach(context.inventory)
    for identity in context.examine(i for i in judged_identities(context) if not i.human_access):
        admin = context.admin(identity.id)
        agent = belongs_to_agent(context, identity.id)
        if agent is False or admin in ("no", "conditional", "latent"):
            continue
        if admin == "unknown":
            yield RULE.unknown(identity.id, "its permissions could not be evaluated")
        elif agent is None:
            yield RULE.unknown(identity.id, "it administers or can come to, and whether it is an agent's is not known")
        else:
            yield from _found(context, reach, identity, administers=admin == "is")
    yield from hidden_agents(context, RULE)


def _found(context: RuleContext, reach: Reach, identity: Identity, *, administers: bool) -> Iterator[Outcome]:
    agents = agents_of(context.inventory, identity.id)
    who = f"{listed((workload_name(agent) for agent in agents), 3)} acts as it" if agents else "it is an AI agent's"
    name = identity_name(identity)
    if administers:
        yield RULE.finding(
            identity.id,
            f"{name} is an administrator, and {who}",
            *climb.reasons(context.inventory.grants_of(identity.id)),
            key=("is",),
            severity="critical",
            related=tuple(agent.id for agent in agents),
        )
        return
    way = reach.way(identity.id, "allowed") or []
    yield RULE.finding(
        identity.id,
        f"{name} can make itself an administrator, and {who}",
        *climb.told(way),
        *climb.end(reach, identity.id, way),
        key=("can_become",),
        severity="high",
        related=(*(agent.id for agent in agents), *(step.target for step in way)),
    )


RULE = Rule(
    id="administrator_agent",
    title="AI agent with administrator rights",
    severity="critical",
    why=(
        "An agent does what the texts that it reads lead it to do. One that administers hands the account to whoever"
        " can put a sentence into its mailbox, its tickets or its search results."
    ),
    remediation=(
        "Give the agent an identity of its own with only the actions of its tools, on the resources they work on; let"
        " rare tasks pass through a person."
    ),
    references=(
        "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ),
    controls=controls.join(controls.OVER_PRIVILEGED, controls.ESCALATION),
    risk=(
        "AI agents administer accounts or can come to, so whoever misleads one of them owns everything in its account:"
        " {count} of them."
    ),
    check=check,
)
