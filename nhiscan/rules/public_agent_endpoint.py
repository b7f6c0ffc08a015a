"""An AI agent that anybody on the internet can talk to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nhiscan.agents import acts_as, agents, hidden_agents, is_gateway, whole_of
from nhiscan.governance import controls
from nhiscan.judging import is_powerful, power_of
from nhiscan.model import Workload
from nhiscan.powers import WORDS, by_capability
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, workload_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each agent by its own door and those of its endpoints. Gateways are another rule's."""
    parts = _parts(context)
    for agent in context.examine(agent for agent in agents(context.inventory) if not is_gateway(agent)):
        doors = [agent, *parts.get(agent.id, ())]
        open_ = [door for door in doors if door.public]
        if open_:
            identities = acts_as(context.inventory, agent.id)
            by = "" if open_[0] is agent else f" by {listed(workload_name(door) for door in open_)}"
            yield RULE.finding(
                agent.id,
                f"{workload_name(agent)} answers callers from the internet without authorisation{by}",
                *(sentence for id in identities for sentence in _may(context, id)),
                severity="critical" if any(is_powerful(context, id) for id in identities) else None,
                related=(*(door.id for door in open_ if door is not agent), *identities),
            )
        elif any(door.public is None for door in doors):
            yield RULE.unknown(agent.id, "whether it answers callers without authorisation could not be read")
    yield from hidden_agents(context, RULE)


def _parts(context: RuleContext) -> dict[str, list[Workload]]:
    """Endpoints, aliases and versions by the id of the agent that they belong to."""
    found: defaultdict[str, list[Workload]] = defaultdict(list)
    for workload in context.inventory.workloads.values():
        whole = whole_of(context.inventory, workload)
        if whole is not workload and whole.agent:
            found[whole.id].append(workload)
    return found


def _may(context: RuleContext, id: str) -> Iterator[str]:
    identity = context.inventory.identities.get(id)
    if identity is None:
        return
    if powers := power_of(context, identity):
        yield from powers
    elif held := by_capability(g for g in context.inventory.grants_of(id) if g.answer == "allowed"):
        yield f"it acts as {identity_name(identity)}, which may {listed(WORDS[capability] for capability in held)}"


RULE = Rule(
    id="public_agent_endpoint",
    title="AI agent open to the internet",
    severity="high",
    why=(
        "Whoever can talk to an agent can try to talk it into something, as often as it takes and at the company's"
        " cost. Without a sign-in there is nobody to stop and nobody to ask."
    ),
    remediation=(
        "Ask callers for a token of your own issuer or a signed request; where the agent must be public, put a limit on"
        " calls before it and take from its identity all that strangers need not have done."
    ),
    references=(
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html",
        "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/",
    ),
    controls=controls.join(controls.OPEN_AGENT, controls.MODEL_ABUSE),
    risk="Strangers on the internet can give orders to AI agents without signing in: {count} agents.",
    check=check,
)
