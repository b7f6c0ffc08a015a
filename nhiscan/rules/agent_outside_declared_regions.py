"""An agent that works, or has its model work, outside the regions that were declared for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.agents import acts_as, hidden_workloads, is_whole
from nhiscan.governance import controls
from nhiscan.inventory import Inventory
from nhiscan.model import Resource, Workload
from nhiscan.regions import AREA, allows, declared, regions_of
from nhiscan.rule import Listing, Outcome, Rule, RuleContext
from nhiscan.wording import listed, plain, workload_name

PROFILE: Final = "inference-profile"
_DEPTH: Final = 4
"""How far up from an agent its declaration is looked for: in its project, its account, and no end of them."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each workload for which regions are declared: by its tags, those of what it acts as or lives in, or all.

    Without a declaration there is nothing to go against.
    """
    for workload in context.inventory.workloads.values():
        if not (workload.agent or workload.machine_learning or _models(context, workload)):
            continue
        allowed = _declared(context, workload)
        if allowed is None or not is_whole(context.inventory, workload):
            continue
        context.examined += 1
        yield from _judge(context, workload, allowed)
    yield from hidden_workloads(context, RULE)


def _declared(context: RuleContext, workload: Workload) -> frozenset[str] | None:
    identities = (context.inventory.identities.get(id) for id in acts_as(context.inventory, workload.id))
    own = (identity.tags for identity in identities if identity is not None)
    tagged = declared(workload.tags, *own, *(place.tags for place in _places(context.inventory, workload)))
    if tagged is not None:
        return tagged
    return frozenset(region.casefold() for region in context.listing("regions")) or None


def _places(inventory: Inventory, workload: Workload) -> Iterator[Workload]:
    """What a workload lives in, the nearest first."""
    here, seen = workload, {workload.id}
    for _ in range(_DEPTH):
        above = sorted(link.target for link in inventory.links_from(here.id) if link.kind == "lives_in")
        found = next((inventory.workloads[id] for id in above if id in inventory.workloads and id not in seen), None)
        if found is None:
            return
        seen.add(found.id)
        here = found
        yield found


def _models(context: RuleContext, workload: Workload) -> list[Resource]:
    """What it calls models by that may have them answered in another region."""
    targets = {link.target for link in context.inventory.links_from(workload.id) if link.kind == "uses_model"}
    found = (context.inventory.resources.get(target) for target in sorted(targets))
    return [one for one in found if one is not None and (one.kind == PROFILE or "regions" in one.attributes)]


def _judge(context: RuleContext, workload: Workload, allowed: frozenset[str]) -> Iterator[Outcome]:
    evidence: list[str] = []
    outside: set[str] = set()
    models: list[str] = []
    unread: list[str] = []
    if workload.region and not allows(allowed, workload.region, workload.attributes.get(AREA, "")):
        evidence.append(f"{workload_name(workload)} itself runs in {plain(workload.region)}")
        outside.add(workload.region)
    for model in _models(context, workload):
        regions, area = regions_of(model), model.attributes.get(AREA, "")
        name = f"{model.kind.replace('-', ' ')} {plain(model.name or model.id)}"
        if regions is None:
            unread.append(name)
        elif beyond := sorted(region for region in regions if not allows(allowed, region, area)):
            evidence.append(f"{workload_name(workload)} calls models by {name}, which may answer from {listed(beyond)}")
            outside.update(beyond)
            models.append(model.id)
    if outside:
        yield RULE.finding(
            workload.id,
            *evidence,
            f"{listed(sorted(allowed))} {'is' if len(allowed) == 1 else 'are'} declared for it, and nothing else",
            key=tuple(sorted(outside)),
            related=tuple(models),
        )
    elif unread:
        yield RULE.unknown(workload.id, f"where {listed(unread)} sends requests could not be read")


RULE = Rule(
    id="agent_outside_declared_regions",
    title="Agent or its model outside the declared regions",
    severity="medium",
    why=(
        "A profile or deployment that spreads requests over regions sends what the agent read along with them. Data"
        " that was promised to stay in one place is then worked on in another, under another law."
    ),
    remediation=(
        "Let the agent call a profile or deployment that stays within the declared regions, or the model in its own"
        " region; if the wider use is meant, change the declaration with those who answer for the data."
    ),
    references=(
        "https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html",
        "https://learn.microsoft.com/azure/ai-foundry/foundry-models/concepts/deployment-types",
        "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    ),
    controls=controls.OUTSIDE_POLICY,
    listings=(
        Listing(
            name="regions",
            meaning='Regions, or their beginnings ("eu"), that hold for everything whose tags declare none',
        ),
    ),
    risk="AI agents have data worked on outside the regions that were promised for it: {count} of them.",
    check=check,
)
