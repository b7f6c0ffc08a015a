"""An agent on a platform that its maker only keeps alive."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.agents import agents, hidden_agents
from nhiscan.governance import controls
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import plain, workload_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each agent by what its connector knows of its platform."""
    for agent in context.examine(agents(context.inventory)):
        if agent.attributes.get("maintenance_mode") == "true":
            platform = plain(agent.ai_platform) or "its platform"
            yield RULE.finding(
                agent.id, f"{workload_name(agent)} runs on {platform}, which its maker has put into maintenance mode"
            )
    yield from hidden_agents(context, RULE)


RULE = Rule(
    id="agent_on_maintenance_platform",
    title="Agent on a platform in maintenance mode",
    severity="low",
    why=(
        "A platform in maintenance mode gets no new controls and one day ends. What protects agents elsewhere, such as"
        " identities of their own and policies on tools, will not come to it."
    ),
    remediation="Plan the move to the platform that the maker names as its successor, and make no new agents here.",
    references=("https://docs.aws.amazon.com/bedrock/latest/userguide/agents-classic-maintenance-mode.html",),
    controls=controls.UNSUPPORTED_PLATFORM,
    risk="AI agents run on a platform that is being wound down: {count} of them.",
    check=check,
)
