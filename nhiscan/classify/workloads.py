"""Signals of workloads: what runs as an identity says who the identity is, in every cloud alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nhiscan.inventory import Inventory
from nhiscan.llm import llm_title
from nhiscan.model import Signal, Workload, llm_provider
from nhiscan.wording import listed, workload_name

_LLM = llm_provider("")
_MOST_NAMED = 3
"""Workloads that a signal names; of more, it tells the number."""


def workload_signals(inventory: Inventory) -> Iterator[Signal]:
    """For each identity that something runs as: a signal for what runs, and one for the LLM keys that it holds.

    What only the platform uses for a workload, such as the role that pulls its image, says nothing of the code.
    """
    running: dict[tuple[str, str], dict[str, Workload]] = defaultdict(dict)
    for run in inventory.runs_as:
        workload = inventory.workloads.get(run.workload)
        if workload is not None and not run.by_platform:
            running[run.identity, _name(workload)][workload.id] = workload
    held: dict[str, tuple[str, ...]] = {}
    for (identity, signal), workloads in sorted(running.items()):
        names = listed((workload_name(workload) for _, workload in sorted(workloads.items())), _MOST_NAMED)
        verb = "runs" if len(workloads) == 1 else "run"
        sources = sorted({workload.kind for workload in workloads.values()})
        yield Signal(subject=identity, name=signal, detail=f"{names} {verb} as it", source=listed(sources))
        built = {framework for workload in workloads.values() for framework in frameworks_of(workload)}
        if built:
            detail = f"{names}, built on {listed(sorted(built))}, {verb} as it"
            yield Signal(subject=identity, name="runs-agent-framework", detail=detail, source=listed(sources))
        by_provider: dict[str, list[str]] = defaultdict(list)
        for id, workload in sorted(workloads.items()):
            if id not in held:
                held[id] = key_providers(inventory, workload)
            for provider in held[id]:
                by_provider[provider].append(workload_name(workload))
        for provider, holders in sorted(by_provider.items()):
            verb = "runs" if len(holders) == 1 else "run"
            yield Signal(
                subject=identity,
                name="holds-llm-key",
                detail=f"{listed(holders, _MOST_NAMED)} {verb} as it with a key of {llm_title(provider)}",
                source=listed(sources),
            )


def key_providers(inventory: Inventory, workload: Workload) -> tuple[str, ...]:
    """LLM providers whose keys a workload holds: in the open, by a variable's name, or by a secret that it reads."""
    providers = {sighting.ai_provider for sighting in inventory.sightings_in(workload.id)}
    for link in inventory.links_from(workload.id):
        if link.kind == "holds_key_of" and link.target.startswith(_LLM):
            providers.add(link.target.removeprefix(_LLM))
        elif link.kind == "reads_secret" and (secret := inventory.secrets.get(link.target)) is not None:
            providers.add(secret.ai_provider)
    return tuple(sorted(providers - {""}))


def frameworks_of(workload: Workload) -> list[str]:
    """Frameworks for AI agents that a workload's code is built on, where its layers or image name them."""
    return [name for name in workload.attributes.get("frameworks", "").split(", ") if name]


def _name(workload: Workload) -> str:
    if workload.agent:
        return "runs-agent"
    return "runs-ml-workload" if workload.machine_learning else "runs-workload"
