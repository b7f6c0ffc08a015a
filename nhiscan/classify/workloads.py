"""Signals of workloads: what runs as an identity says who the identity is, in every cloud alike."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.inventory import Inventory
from nhiscan.model import RunsAs, Signal, Workload, llm_provider
from nhiscan.wording import workload_name

_LLM = llm_provider("")


def workload_signals(inventory: Inventory) -> Iterator[Signal]:
    """For each identity that something runs as: a signal for what runs, and one for the LLM keys that it holds.

    What only the platform uses for a workload, such as the role that pulls its image, says nothing of the code.
    """
    for run in inventory.runs_as:
        workload = inventory.workloads.get(run.workload)
        if workload is None or run.by_platform:
            continue
        how = f" ({run.detail})" if run.detail else ""
        yield Signal(
            subject=run.identity,
            name=_name(workload),
            detail=f"{workload_name(workload)} runs as it{how}",
            source=workload.kind,
        )
        yield from _keys(inventory, run, workload)


def _name(workload: Workload) -> str:
    if workload.agent:
        return "runs-agent"
    return "runs-ml-workload" if workload.machine_learning else "runs-workload"


def _keys(inventory: Inventory, run: RunsAs, workload: Workload) -> Iterator[Signal]:
    providers = {sighting.ai_provider for sighting in inventory.sightings_in(workload.id)}
    for link in inventory.links_from(workload.id):
        if link.kind == "holds_key_of" and link.target.startswith(_LLM):
            providers.add(link.target.removeprefix(_LLM))
        elif link.kind == "reads_secret" and (secret := inventory.secrets.get(link.target)) is not None:
            providers.add(secret.ai_provider)
    for provider in sorted(providers - {""}):
        yield Signal(
            subject=run.identity,
            name="holds-llm-key",
            detail=f"{workload_name(workload)} runs as it with a key of {provider}",
            source=workload.kind,
        )
