"""The AI census: agents by platform, owner, model, privilege and standing credentials, and where LLM keys live."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from nhiscan.result import (
    ROSTER,
    AdminVerdict,
    AgentItem,
    AiCensus,
    CredentialResult,
    EdgeResult,
    IdentityResult,
    KeyPlace,
    PlatformCensus,
    SecretResult,
    Share,
    WorkloadResult,
)

MOST_NAMED: Final = 10
"""Owners and models that the census names."""

_SEEN: Final = "sighting:"
_GRAVEST: Final[tuple[AdminVerdict, ...]] = ("is", "can_become", "conditional", "unknown", "latent", "no")


class _Agent(msgspec.Struct, frozen=True, kw_only=True):
    """A workload that is an agent, with the identities that its code acts as."""

    workload: WorkloadResult
    identities: list[IdentityResult]


def take_census(
    identities: Sequence[IdentityResult],
    credentials: Sequence[CredentialResult],
    workloads: Sequence[WorkloadResult],
    secrets: Sequence[SecretResult],
    edges: Iterable[EdgeResult],
    unseen: Iterable[str] = (),
) -> AiCensus:
    """Count. A share's `of` is the agents of the platform; what nobody could tell is its `unknown`."""
    by_id = {identity.id: identity for identity in identities}
    agents = [agent for workload in workloads if (agent := _agent(workload, by_id)) is not None]
    readers: dict[str, set[str]] = defaultdict(set)
    exposing: set[str] = set()
    for edge in edges:
        if edge.kind == "reads_secret":
            readers[edge.target].add(edge.source)
        elif edge.kind == "exposes":
            exposing.add(edge.source)
    long_lived = {c.holder for c in credentials if c.long_lived and c.status in ("active", None)}

    def standing(agent: _Agent) -> bool:
        return agent.workload.id in exposing or any(identity.id in long_lived for identity in agent.identities)

    groups: dict[str, list[_Agent]] = defaultdict(list)
    for agent in agents:
        groups[_platform_of(agent)].append(agent)
    acting = {identity.id for agent in agents for identity in agent.identities}
    personas = [identity for identity in identities if identity.class_ == "ai_persona"]
    return AiCensus(
        agents=len(agents),
        personas=len(personas),
        personas_without_agent=sum(identity.id not in acting for identity in personas),
        platforms=[
            _platform(name, group, standing)
            for name, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        ],
        models=_most(Counter(agent.workload.model for agent in agents if agent.workload.model)),
        owners=_most(Counter(owner for agent in agents for owner in _owners(agent))),
        keys=_keys(credentials, secrets, {workload.id: workload.kind for workload in workloads}, readers),
        roster=_roster(agents, standing),
        unseen=sorted(set(unseen)),
    )


def _agent(workload: WorkloadResult, identities: Mapping[str, IdentityResult]) -> _Agent | None:
    acting = [identities[id] for id in workload.runs_as if id in identities]
    if not workload.agent and all(identity.class_ != "ai_persona" for identity in acting):
        return None
    return _Agent(workload=workload, identities=acting)


def _owners(agent: _Agent) -> list[str]:
    """Owners of an agent or of who it acts as, without those known to have left."""
    owners = [*agent.workload.owners, *(owner for identity in agent.identities for owner in identity.owners)]
    return list(dict.fromkeys(owner.owner for owner in owners if owner.exists is not False))


def _platform_of(agent: _Agent) -> str:
    return agent.workload.ai_platform or agent.workload.kind


def _roster(agents: list[_Agent], standing: Callable[[_Agent], bool]) -> list[AgentItem]:
    items = [
        AgentItem(
            id=agent.workload.id,
            name=agent.workload.name,
            platform=_platform_of(agent),
            model=agent.workload.model,
            scope=agent.workload.scope,
            acts_as=[identity.id for identity in agent.identities],
            owners=_owners(agent),
            admin=min((identity.admin for identity in agent.identities), key=_GRAVEST.index, default="unknown"),
            standing=standing(agent),
            public=agent.workload.public,
        )
        for agent in agents
    ]
    items.sort(key=lambda item: (_GRAVEST.index(item.admin), not item.public, not item.standing, item.name, item.id))
    return items[:ROSTER]


def _platform(name: str, agents: list[_Agent], standing: Callable[[_Agent], bool]) -> PlatformCensus:
    return PlatformCensus(
        platform=name,
        agents=len(agents),
        owned=_share(agents, lambda agent: bool(_owners(agent))),
        administrators=_share(agents, _administers),
        standing=_share(agents, standing),
        public=_share(agents, lambda agent: agent.workload.public),
    )


def _administers(agent: _Agent) -> bool | None:
    """None where who it acts as was not seen, or what that one may do could not be told."""
    verdicts = {identity.admin for identity in agent.identities}
    if verdicts & {"is", "can_become"}:
        return True
    return None if not verdicts or verdicts & {"unknown", "conditional"} else False


def _share(agents: Iterable[_Agent], judge: Callable[[_Agent], bool | None]) -> Share:
    judged = Counter(judge(agent) for agent in agents)
    return Share(count=judged[True], of=judged.total(), unknown=judged[None])


def _most(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMED])


def _keys(
    credentials: Iterable[CredentialResult],
    secrets: Iterable[SecretResult],
    kinds: Mapping[str, str],
    readers: Mapping[str, set[str]],
) -> list[KeyPlace]:
    """One row for each LLM provider and kind of place."""
    counted: Counter[tuple[bool, str, str]] = Counter()
    shared: Counter[tuple[bool, str, str]] = Counter()
    for secret in secrets:
        if not secret.ai_provider:
            continue
        seen = secret.id.startswith(_SEEN)
        places = {kinds.get(id, "") for id in secret.seen_in} if seen else {secret.kind}
        users = set(secret.seen_in) if seen else readers.get(secret.id, set())
        for place in places:
            counted[seen or secret.in_clear, secret.ai_provider, place] += 1
            shared[seen or secret.in_clear, secret.ai_provider, place] += len(users) > 1
    for credential in credentials:
        if credential.ai_provider and credential.status in ("active", None):
            counted[False, credential.ai_provider, credential.kind] += 1
    return [
        KeyPlace(provider=provider, place=place, in_clear=clear, keys=number, shared=shared[clear, provider, place])
        for (clear, provider, place), number in sorted(
            counted.items(), key=lambda item: (not item[0][0], -item[1], item[0][1], item[0][2])
        )
    ]
