"""A gateway to an agent's tools that asks nobody who they are."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.agents import acts_as, agents, hidden_agents, is_gateway
from nhiscan.governance import controls
from nhiscan.judging import POWER, is_powerful
from nhiscan.model import Workload
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import listed, plain, workload_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each gateway of agents by whether it answers callers from the internet without authorisation."""
    for gateway in context.examine(agent for agent in agents(context.inventory) if is_gateway(agent)):
        if gateway.public is None:
            yield RULE.unknown(gateway.id, "whether it asks its callers for authorisation could not be read")
        elif gateway.public:
            identities = acts_as(context.inventory, gateway.id)
            yield RULE.finding(
                gateway.id,
                f"{workload_name(gateway)} answers callers from the internet without authorisation",
                *_tools(context, gateway),
                *_powers(context, identities),
                severity="critical" if any(is_powerful(context, id) for id in identities) else None,
                related=tuple(identities),
            )
    yield from hidden_agents(context, RULE)


def _tools(context: RuleContext, gateway: Workload) -> Iterator[str]:
    targets = {link.target for link in context.inventory.links_from(gateway.id) if link.kind == "invokes_tool"}
    if targets:
        yield f"it calls {listed(sorted(context.graph.name_of(target) for target in targets))} for them"


def _powers(context: RuleContext, identities: list[str]) -> Iterator[str]:
    for id in identities:
        name = plain(context.graph.name_of(id))
        power = POWER.get(context.admin(id))
        yield f"it acts as {name}, which {power}" if power else f"it acts as {name}"


RULE = Rule(
    id="gateway_without_authorization",
    title="Agent gateway without authorization",
    severity="high",
    why=(
        "A gateway calls tools with rights of its own. When it asks nobody who they are, anyone on the internet calls"
        " them, agents or not, and the log shows only the gateway."
    ),
    remediation=(
        "Set an authorizer that takes tokens of your own issuer or signed requests, and put a policy on what each"
        " caller may have the gateway do."
    ),
    references=(
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html",
        "https://owasp.org/www-project-mcp-top-10/",
    ),
    controls=controls.OPEN_AGENT,
    risk="Anyone on the internet can use the tools that were built for the company's AI agents: {count} open gateways.",
    check=check,
)
