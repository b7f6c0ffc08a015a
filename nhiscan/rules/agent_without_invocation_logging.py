"""Agents in a place where nobody keeps what they ask models and what those answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nhiscan.agents import agents, hidden_agents
from nhiscan.governance import controls
from nhiscan.model import Resource, Workload
from nhiscan.places import scope_name
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import listed, plain, workload_name

LOGGING: Final = "model-invocation-logging"
"""Kind of the record of a region's logging.

Its attribute `on` is "true" or "false", and `data` is "none" where the log leaves out all that was said.
"""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each scope and region with agents by whether calls to models are logged there.

    The setting is one for all agents of a region, and so is the finding.
    """
    places: defaultdict[tuple[str, str], list[Workload]] = defaultdict(list)
    for agent in agents(context.inventory):
        places[agent.scope, agent.region].append(agent)
    settings = {(r.scope, r.region): r for r in context.inventory.resources.values() if r.kind == LOGGING}
    for (scope, region), found in context.examine(sorted(places.items())):
        setting = settings.get((scope, region))
        match setting.attributes.get("on") if setting else None:
            case "true" if setting is not None:
                if setting.attributes.get("data") == "none":
                    yield _finding(context, setting, found, "only as counts, without what was asked and answered")
            case "false" if setting is not None:
                yield _finding(context, setting, found)
            case _:
                where = f" in {plain(region)}" if region else ""
                yield RULE.unknown(scope, f"whether the calls of agents to models are logged{where} could not be read")
    yield from hidden_agents(context, RULE)


def _finding(context: RuleContext, setting: Resource, found: list[Workload], kept: str = "") -> Outcome:
    where = scope_name(context.inventory, setting.scope) + (f", {plain(setting.region)}" if setting.region else "")
    agents = "1 agent runs" if len(found) == 1 else f"{len(found)} agents run"
    return RULE.finding(
        setting.id,
        f"calls to models are {f'logged {kept}' if kept else 'not logged'} in {where}, where {agents}:"
        f" {listed(sorted(map(workload_name, found)))}",
        key=("empty",) if kept else (),
        severity="low" if kept else None,
        related=tuple(sorted(agent.id for agent in found)),
    )


RULE = Rule(
    id="agent_without_invocation_logging",
    title="Agents without a log of their model calls",
    severity="medium",
    why=(
        "After an agent has done harm, only what it was told and what the model answered show how it came to it."
        " Without that log nobody can say what left the company or whether it will happen again."
    ),
    remediation=(
        "Switch on the logging of model calls in each region where agents run, into a store that the agents cannot"
        " change, with a time to keep it that fits the data in it."
    ),
    references=(
        "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html",
        "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
    ),
    controls=controls.NO_AUDIT_TRAIL,
    risk="What AI agents ask and answer is not recorded, so no incident could be explained: {count} places.",
    check=check,
)
