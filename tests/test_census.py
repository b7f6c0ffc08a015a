"""The AI census: which workloads are agents, how they stand, and where keys live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from nhiscan.census import take_census
from nhiscan.result import ROSTER, AiCensus, EdgeResult, OwnerItem, SecretResult, Share, WorkloadResult
from tests import results
from tests.results import credential, identity


def workload(id: str, *roles: str, **fields: Any) -> WorkloadResult:
    return results.workload(id, roles, **fields)


def secret(id: str, **fields: Any) -> SecretResult:
    return results.secret(id, **{"kind": "secretsmanager-secret", "ai_provider": "openai", **fields})


def edge(source: str, kind: str, target: str) -> EdgeResult:
    return results.edge(source, target, kind)


def taken(
    *,
    identities: Sequence[Any] = (),
    credentials: Sequence[Any] = (),
    workloads: Sequence[WorkloadResult] = (),
    secrets: Sequence[SecretResult] = (),
    edges: Sequence[EdgeResult] = (),
    unseen: Sequence[str] = (),
) -> AiCensus:
    return take_census(identities, credentials, workloads, secrets, edges, unseen)


RUNTIME = {"agent": True, "ai_platform": "Bedrock AgentCore"}


def test_agents_are_what_a_platform_says_and_what_runs_as_an_ai_persona() -> None:
    census = taken(
        identities=[identity("bot", class_="ai_persona"), identity("plain", class_="legacy_service")],
        workloads=[workload("a", "plain", **RUNTIME), workload("b", "bot"), workload("c", "plain"), workload("d")],
    )
    assert census.agents == 2
    assert [(row.platform, row.agents) for row in census.platforms] == [
        ("Bedrock AgentCore", 1),
        ("lambda-function", 1),
    ]
    assert (census.personas, census.personas_without_agent) == (1, 0)


def test_a_persona_that_nothing_runs_as_is_told_apart() -> None:
    census = taken(identities=[identity("key-user", class_="ai_persona")])
    assert (census.agents, census.personas, census.personas_without_agent) == (0, 1, 1)


def test_owners_of_the_workload_or_of_its_identity_count_unless_they_left() -> None:
    def owner(name: str, exists: bool | None = None) -> OwnerItem:
        return OwnerItem(owner=name, kind="owner", source="tag", exists=exists)

    census = taken(
        identities=[identity("role", owners=[owner("ann")]), identity("other", owners=[owner("gone", exists=False)])],
        workloads=[
            workload("a", "role", **RUNTIME),
            workload("b", "other", **RUNTIME),
            workload("c", owners=[owner("bob")], **RUNTIME),
        ],
    )
    assert census.platforms[0].owned == Share(count=2, of=3)
    assert census.owners == {"ann": 1, "bob": 1}


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["is"], Share(count=1, of=1)),
        (["can_become"], Share(count=1, of=1)),
        (["no"], Share(count=0, of=1)),
        (["latent"], Share(count=0, of=1)),
        (["conditional"], Share(count=0, of=1, unknown=1)),
        (["unknown"], Share(count=0, of=1, unknown=1)),
        (["no", "unknown"], Share(count=0, of=1, unknown=1)),
        (["unknown", "is"], Share(count=1, of=1)),
        ([], Share(count=0, of=1, unknown=1)),
    ],
)
def test_privilege_of_an_agent_is_that_of_all_it_acts_as(verdicts: list[Any], expected: Share) -> None:
    names = [f"r{number}" for number in range(len(verdicts))]
    census = taken(
        identities=[identity(name, admin=admin) for name, admin in zip(names, verdicts, strict=True)],
        workloads=[workload("a", *names, **RUNTIME)],
    )
    assert census.platforms[0].administrators == expected


def test_standing_secrets_are_long_lived_credentials_and_values_in_the_open() -> None:
    census = taken(
        identities=[identity("user"), identity("role"), identity("off")],
        credentials=[
            credential("k", "user", long_lived=True, status="active"),
            credential("x", "off", long_lived=True, status="inactive"),
        ],
        workloads=[
            workload("a", "user", **RUNTIME),
            workload("b", "role", **RUNTIME),
            workload("c", "role", **RUNTIME),
            workload("d", "off", **RUNTIME),
        ],
        edges=[edge("c", "exposes", "sighting:1")],
    )
    assert census.platforms[0].standing == Share(count=2, of=4)


def test_what_nobody_says_about_the_internet_is_unknown() -> None:
    agents = [workload(str(public), public=public, **RUNTIME) for public in (True, False, None)]
    assert taken(workloads=agents).platforms[0].public == Share(count=1, of=3, unknown=1)


def test_keys_by_provider_and_place_in_the_open_first() -> None:
    census = taken(
        credentials=[
            credential("abc", "user", kind="service-specific", ai_provider="bedrock", status="active"),
            credential("old", "user", kind="service-specific", ai_provider="bedrock", status="inactive"),
        ],
        workloads=[workload("f"), workload("g")],
        secrets=[
            secret("s"),
            secret("other", ai_provider=""),
            secret("p", kind="ssm-parameter", in_clear=True),
            secret("sighting:1", kind="openai-project-key", seen_in=["f", "g"], in_clear=True),
        ],
        edges=[edge("f", "reads_secret", "s"), edge("g", "reads_secret", "s")],
    )
    assert [(row.provider, row.place, row.in_clear, row.keys, row.shared) for row in census.keys] == [
        ("openai", "lambda-function", True, 1, 1),
        ("openai", "ssm-parameter", True, 1, 0),
        ("bedrock", "service-specific", False, 1, 0),
        ("openai", "secretsmanager-secret", False, 1, 1),
    ]


def test_models_and_scopes_that_could_not_be_seen() -> None:
    census = taken(
        workloads=[workload("a", model="nova", **RUNTIME), workload("b", **RUNTIME)], unseen=["aws:2", "aws:1", "aws:2"]
    )
    assert census.models == {"nova": 1}
    assert census.unseen == ["aws:1", "aws:2"]


def test_the_roster_lists_agents_gravest_first() -> None:
    census = taken(
        identities=[identity("boss", admin="is"), identity("plain"), identity("maybe", admin="unknown")],
        workloads=[
            workload("a", "plain", **RUNTIME),
            workload("b", "boss", "plain", **RUNTIME),
            workload("c", "maybe", **RUNTIME),
            workload("d", "plain", public=True, **RUNTIME),
            workload("e", "gone", **RUNTIME),
            workload("f", "plain"),
        ],
    )
    told = [(item.id, item.admin, item.acts_as) for item in census.roster]
    assert told == [
        ("b", "is", ["boss", "plain"]),
        ("c", "unknown", ["maybe"]),
        ("e", "unknown", []),
        ("d", "no", ["plain"]),
        ("a", "no", ["plain"]),
    ]


def test_the_roster_ends_somewhere() -> None:
    census = taken(workloads=[workload(f"w{number}", **RUNTIME) for number in range(ROSTER + 5)])
    assert len(census.roster) == ROSTER
    assert census.agents == ROSTER + 5
