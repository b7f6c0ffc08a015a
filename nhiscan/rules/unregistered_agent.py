"""An agent in use that stands in no registry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nhiscan.agents import agents, hidden_agents
from nhiscan.governance import controls
from nhiscan.model import Workload
from nhiscan.places import scope_name
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import listed, workload_name

REGISTRY: Final = "agent-registry"


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each agent by whether a registry lists it, once the company keeps one at that provider.

    Where it keeps none, there is one finding for each scope with agents, of little weight: the register is missing,
    and not the agents in it. A registry may stand in another scope of the provider than the agents that it lists.
    """
    registries: defaultdict[str, set[str]] = defaultdict(set)
    for resource in context.inventory.resources.values():
        if resource.kind == REGISTRY:
            registries[resource.provider].add(resource.scope)
    blind = {p: any(_is_hidden(context, scope) for scope in scopes) for p, scopes in registries.items()}
    missing: defaultdict[str, list[Workload]] = defaultdict(list)
    for agent in context.examine(agents(context.inventory)):
        if any(link.kind == "registered_in" for link in context.inventory.links_from(agent.id)):
            continue
        if _is_hidden(context, agent.scope, agent.id) or blind.get(agent.provider):
            yield RULE.unknown(agent.id, "what the registries of agents list could not be read in full")
        elif agent.provider in registries:
            yield RULE.finding(
                agent.id,
                f"{workload_name(agent)} stands in no registry, and the company keeps"
                f" {_counted(len(registries[agent.provider]))} of agents with this provider",
            )
        else:
            missing[agent.scope].append(agent)
    yield from _without_registry(context, missing)
    yield from hidden_agents(context, RULE)


def _without_registry(context: RuleContext, missing: dict[str, list[Workload]]) -> Iterator[Outcome]:
    unseen = {s.provider for s in context.inventory.scopes.values() if _is_hidden(context, s.id)}
    for scope, found in sorted(missing.items()):
        if found[0].provider in unseen:
            yield RULE.unknown(scope, "whether a registry of agents is kept in another scope could not be read")
            continue
        names = listed(sorted(map(workload_name, found)))
        yield RULE.finding(
            scope,
            f"no registry lists the agents of {scope_name(context.inventory, scope)}: {names}",
            key=("no registry",),
            severity="low",
            confidence="medium",
            related=tuple(sorted(agent.id for agent in found)),
        )


def _is_hidden(context: RuleContext, scope: str, subject: str = "") -> bool:
    return not context.inventory.knows(scope, "agents", subject)


def _counted(scopes: int) -> str:
    return "a registry" if scopes == 1 else f"registries in {scopes} accounts"


RULE = Rule(
    id="unregistered_agent",
    title="Agent in use that no registry lists",
    severity="medium",
    why=(
        "What stands in no register was approved by nobody, is in no review, and is missed when a model, a tool or a"
        " supplier must be stopped everywhere at once."
    ),
    remediation=(
        "Enter the agent with its owner and purpose and have it approved, or switch it off; let the pipeline that"
        " deploys agents enter them by itself."
    ),
    references=(
        "https://docs.aws.amazon.com/agent-registry/",
        "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/",
    ),
    controls=controls.SHADOW_AGENT,
    risk="AI agents are at work that the company's own register does not know: {count} findings.",
    check=check,
)
