"""Agents: which workloads are AI agents, what they run as, and where nobody could look for them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from nhiscan.inventory import Inventory
from nhiscan.model import Aspect, Workload
from nhiscan.rule import Rule, RuleContext, Unknown

_MOST_PARTS = 8
"""Parts of parts that are followed to the whole; a longer chain is a circle or somebody's joke."""


def whole_of(inventory: Inventory, workload: Workload) -> Workload:
    """The workload that this one is an endpoint, an alias or a version of; itself when it is part of none."""
    wholes = _wholes(inventory, len(inventory.links))
    here, seen = workload, {workload.id}
    for _ in range(_MOST_PARTS):
        above = wholes.get(here.id)
        if above is None or above in seen:
            break
        here = inventory.workloads[above]
        seen.add(above)
    return here


@lru_cache(maxsize=1)
def _wholes(inventory: Inventory, links: int) -> dict[str, str]:
    """What each part belongs to, in the inventory that was asked about last; `links` makes it anew when it has grown.

    Read once, for a whole with many links would be read through again for each of its parts.
    """
    found: dict[str, str] = {}
    for link in inventory.links:
        if link.kind == "part_of" and link.target in inventory.workloads:
            found[link.source] = min(link.target, found.get(link.source, link.target))
    return found


def is_whole(inventory: Inventory, workload: Workload) -> bool:
    """Whether it is no part of another workload, so that a fault of it is told once."""
    return whole_of(inventory, workload) is workload


def agents(inventory: Inventory) -> Iterator[Workload]:
    """Agents, and what they are made of, each once: an endpoint or a version of one is not told on its own."""
    return (w for w in inventory.workloads.values() if w.agent and is_whole(inventory, w))


def is_gateway(workload: Workload) -> bool:
    """Whether it hands calls on to tools, so that whoever reaches it reaches them."""
    return "gateway" in workload.kind.split("-")


def acts_as(inventory: Inventory, workload: str) -> list[str]:
    """Ids of the identities that the workload's own code holds."""
    return sorted({run.identity for run in inventory.identities_run_by(workload) if not run.by_platform})


def workloads_of(inventory: Inventory, identity: str) -> list[Workload]:
    """Whole workloads whose own code holds the identity, each once, by id."""
    found: dict[str, Workload] = {}
    for run in inventory.workloads_running_as(identity):
        workload = inventory.workloads.get(run.workload)
        if workload is not None and not run.by_platform:
            whole = whole_of(inventory, workload)
            found[whole.id] = whole
    return [found[id] for id in sorted(found)]


def agents_of(inventory: Inventory, identity: str) -> list[Workload]:
    """Agents that act as the identity."""
    return [workload for workload in workloads_of(inventory, identity) if workload.agent]


def belongs_to_agent(context: RuleContext, identity: str) -> bool | None:
    """Whether an AI agent acts as the identity, by its class or by what runs as it; None when nobody can tell."""
    class_ = context.class_of(identity)
    if class_ == "ai_persona" or agents_of(context.inventory, identity):
        return True
    return None if class_ == "unknown" else False


def has_owner(context: RuleContext, agent: Workload) -> bool:
    """Whether somebody answers for the agent, for its entry in a registry, or for an identity that it acts as."""
    entries = [link.target for link in context.inventory.links_from(agent.id) if link.kind == "registered_in"]
    subjects = [agent.id, *entries, *acts_as(context.inventory, agent.id)]
    return any(context.owners(subject) for subject in subjects)


def hidden_scopes(context: RuleContext, rule: Rule, why: str, *aspects: Aspect) -> Iterator[Unknown]:
    """An unknown for each scope of which an aspect is hidden as a whole: what is at fault there was not seen."""
    blind = {
        gap.scope for gap in context.inventory.gaps if not gap.subjects and not set(aspects).isdisjoint(gap.blinds)
    }
    for scope in sorted(blind):
        context.examined += 1
        yield rule.unknown(scope, why)


def hidden_subjects(context: RuleContext, rule: Rule, why: str, *aspects: Aspect) -> Iterator[Unknown]:
    """An unknown for each record of which an aspect is hidden, where what is not seen would pass for not there."""
    gaps = (gap for gap in context.inventory.gaps if not set(aspects).isdisjoint(gap.blinds))
    for subject in sorted({subject for gap in gaps for subject in gap.subjects}):
        context.examined += 1
        yield rule.unknown(subject, why)


def hidden_agents(context: RuleContext, rule: Rule) -> Iterator[Unknown]:
    """An unknown for each scope whose agents could not all be listed."""
    return hidden_scopes(context, rule, "which agents run there could not be read to the end", "agents", "workloads")


def hidden_workloads(context: RuleContext, rule: Rule) -> Iterator[Unknown]:
    """An unknown for each scope whose workloads could not all be listed, and for each that could not be read."""
    yield from hidden_scopes(context, rule, "which workloads run there could not be read to the end", "workloads")
    yield from hidden_subjects(context, rule, "what it runs as could not be read", "workloads")
