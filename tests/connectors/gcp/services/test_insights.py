"""Insights and recommendations of Google's recommender."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.model import Gap
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.service import Answers
from nhiscan_connectors.gcp.services import insights, roles, service_accounts
from nhiscan_connectors.gcp.services.insights import ACCOUNT, LATERAL, POLICY, RECOMMENDATIONS, SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW
from tests.clouds.gcp.seed_guardrails import insight, recommendation
from tests.connectors.gcp.scanning import inventory_by

RM = "//cloudresourcemanager.googleapis.com"
HOST = "//recommender.googleapis.com"
ACCOUNTS = "//iam.googleapis.com/projects/-/serviceAccounts/"
BINDING: dict[str, Any] = {
    "exercisedPermissions": [{"permission": "storage.objects.get"}, "storage.objects.list"],
    "inferredPermissions": [{"permission": "storage.buckets.get"}],
    "currentTotalPermissionsCount": "5069",
}


@pytest.mark.parametrize("swept", [True, False])
def test_what_is_used_and_what_lies_idle(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    company = gcp.company
    lab = company.project("lab", services=("recommender",))
    company.project("quiet")
    bot = company.service_account(lab, "bot")
    role = company.role(company.organization, "both", "storage.objects.get", "storage.objects.list", "run.services.get")
    content = {**BINDING, "role": role, "member": f"serviceAccount:{bot}"}
    insight(company, lab, "google.iam.policy.Insight", "i1", content)
    insight(company, lab, "google.iam.policy.Insight", "old", content, stateInfo={"state": "ACCEPTED"})
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    gcp.emulator.page_size = 1

    found = inventory_by(gcp, tmp_path / "b", SERVICE, roles.SERVICE, service_accounts.SERVICE, joined=True)

    id = f"{ACCOUNTS}{bot}"
    lines = {(one.service, one.action): one for one in found.usages_of(id)}
    assert set(lines) == {
        ("storage", "storage.objects.get"),
        ("storage", "storage.objects.list"),
        ("storage", ""),
        ("run", ""),
    }
    assert lines["storage", ""].last_used_at == NOW - timedelta(days=1)
    assert lines["run", ""].last_used_at is None
    assert lines["run", ""].observed_since == NOW - timedelta(days=91)
    (told,) = [one for one in found.resources.values() if one.kind == "google-policy-insight"]
    assert told.id == f"{HOST}/projects/lab/locations/global/insightTypes/google.iam.policy.Insight/insights/i1"
    assert (told.attributes["permissions"], told.attributes["used"], told.attributes["role"]) == ("5069", "2", role)
    assert told.attributes["resource"] == f"{RM}/projects/lab"
    assert [(link.target, link.kind) for link in found.links if link.source == told.id] == [(id, "about")]
    assert gcp.calls.count("v1/projects/*", "recommender") == 4 if swept else 8


def test_a_service_is_as_long_idle_as_the_shortest_memory_tells(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    lab = company.project("lab", services=("recommender",))
    bot = company.service_account(lab, "bot")
    first = company.role(company.organization, "first", "run.services.get")
    second = company.role(company.organization, "second", "run.services.list", "pubsub.topics.get")
    for number, (role, days) in enumerate([(first, 200), (second, 90)]):
        content = {"role": role, "member": f"serviceAccount:{bot}"}
        insight(company, lab, "google.iam.policy.Insight", f"i{number}", content, observationPeriod=f"{days * 86400}s")
    found = inventory_by(gcp, tmp_path / "b", SERVICE, roles.SERVICE, service_accounts.SERVICE, joined=True)
    since = {one.service: one.observed_since for one in found.usages_of(f"{ACCOUNTS}{bot}")}
    assert since == {"run": NOW - timedelta(days=91), "pubsub": NOW - timedelta(days=91)}


def test_accounts_lateral_movement_and_recommendations(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    lab = company.project("lab", services=("recommender",))
    bot, other = "bot@lab.iam.gserviceaccount.com", "other@elsewhere.iam.gserviceaccount.com"
    insight(
        company,
        lab,
        "google.iam.serviceAccount.Insight",
        "a1",
        {"email": bot, "serviceAccountId": "1", "lastAuthenticatedTime": "2025-10-11T07:00:00Z"},
    )
    insight(
        company,
        lab,
        "google.iam.policy.LateralMovementInsight",
        "l1",
        {
            "impersonator": {"serviceAccount": other, "isGoogleManaged": False},
            "targetServiceAccounts": [bot],
            "impersonationPolicy": {"resource": f"{RM}/projects/lab", "role": "roles/editor"},
        },
    )
    recommendation(company, lab, "r1", f"serviceAccount:{bot}", "roles/editor", ("roles/run.viewer",))
    recommendation(company, company.organization, "r2", "group:admins@acme.example", "roles/owner")
    found = inventory_by(gcp, tmp_path / "b", SERVICE, joined=True)
    kinds = {one.kind: one for one in found.resources.values()}
    assert kinds["google-account-insight"].attributes["last_authenticated"] == "2025-10-11T07:00:00+00:00"
    assert kinds["google-lateral-movement-insight"].attributes["targets"] == "1"
    links = {(link.source, link.target) for link in found.links}
    assert (f"{ACCOUNTS}{other}", f"{ACCOUNTS}{bot}") in links
    advice = {
        one.attributes["member"]: one.attributes
        for one in found.resources.values()
        if one.kind == "google-iam-recommendation"
    }
    assert set(advice) == {f"{ACCOUNTS}{bot}", "group:admins@acme.example"}
    assert advice[f"{ACCOUNTS}{bot}"]["role"] == "roles/editor"
    assert advice[f"{ACCOUNTS}{bot}"]["suggested"] == "roles/run.viewer"
    assert advice["group:admins@acme.example"]["subtype"] == "REMOVE_ROLE"
    assert found.gaps == []


def test_a_refusal_does_not_lower_coverage_and_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    gcp.company.project("lab", services=("recommender",))
    gcp.faults.add("deny", "v1/projects/*", service="recommender")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert {gap.permission for gap in found.gaps} == {one.permission for one in SERVICE.operations}
    assert all(one.optional for one in SERVICE.operations)
    assert len(found.gaps) == 4


def test_damage_is_told() -> None:
    place = Place(part="project", root="organizations/1", project="lab", number="7")
    items: list[Any] = [
        3,
        {"name": "i", "content": "none"},
        {"name": "j", "content": {"member": "serviceAccount:a@b", "role": "roles/x", "exercisedPermissions": {"a": 1}},
         "lastRefreshTime": "soon", "observationPeriod": "999999999s", "targetResources": [4]},
        {"name": "k", "content": {"email": "x"}, "lastRefreshTime": "0001-01-02T00:00:00Z",
         "observationPeriod": "999999999s"},
    ]  # fmt: skip
    advice = [{"name": "r", "content": {"operationGroups": ["a", {"operations": [7, {"pathFilters": 8}]}]}}]
    answers = Answers(
        [
            *(Evidence(operation=one.name, body={"insights": items}) for one in (POLICY, ACCOUNT, LATERAL)),
            Evidence(operation=RECOMMENDATIONS.name, body={"recommendations": advice}),
        ]
    )
    found = list(insights.parse(place.shard(), answers))
    assert {gap.operation for gap in found if isinstance(gap, Gap)} == {POLICY.name, ACCOUNT.name, LATERAL.name}
