"""Deny policies of the organization, folders and projects, and what is said where they cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.inventory import Inventory
from nhiscan.model import Gap, Policy
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.rounds import HOPELESS
from nhiscan_connectors.gcp.service import Answers
from nhiscan_connectors.gcp.services.deny_policies import GET, LIST, SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import ORGANIZATION_ID
from tests.clouds.gcp.seed_guardrails import deny, deny_policy
from tests.connectors.gcp.scanning import inventory_by

RM = "//cloudresourcemanager.googleapis.com"
ORGANIZATION = f"{RM}/organizations/{ORGANIZATION_ID}"
KEYS = "iam.googleapis.com/serviceAccountKeys.create"


def limits(found: Inventory) -> dict[str, Any]:
    """Documents of deny policies by where they are attached."""
    return {
        use.target: json.loads(found.policies[use.policy].document or "null")
        for use in found.policy_uses
        if use.use == "organization-limit"
    }


def told(gaps: list[Gap]) -> list[tuple[str, str, int]]:
    return [(gap.operation, gap.reason, len(gap.subjects)) for gap in gaps if gap.operation.startswith("iam:")]


@pytest.mark.parametrize("swept", [True, False])
def test_each_container_tells_its_own(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    company = gcp.company
    folder = company.folder("Production")
    inner = company.folder("Payments", folder)
    company.project("pay-prod", inner)
    company.project("lab")
    rule = deny((KEYS,), but_for=("principalSet://goog/group/admins@acme.example",), condition="resource.matchTag()")
    deny_policy(company, company.organization, "no-keys", rule, displayName="No keys")
    deny_policy(company, inner, "no-owners", deny(("*",)))
    deny_policy(company, "projects/pay-prod", "no-tokens", deny((KEYS,)), deny(("iam.googleapis.com/*",)))
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    gcp.emulator.page_size = 1

    found = inventory_by(gcp, tmp_path / "b", SERVICE)

    assert set(limits(found)) == {ORGANIZATION, f"{RM}/{inner}", f"{RM}/projects/pay-prod"}
    assert limits(found)[ORGANIZATION] == {"displayName": "No keys", "rules": [rule]}
    id = "//iam.googleapis.com/policies/cloudresourcemanager.googleapis.com/projects/pay-prod/denypolicies/no-tokens"
    assert found.policies[id].scope == f"{RM}/projects/pay-prod"
    assert found.policies[id].kind == "organization"
    assert len(limits(found)[f"{RM}/projects/pay-prod"]["rules"]) == 2
    assert told(found.gaps) == []
    assert gcp.calls.count("v2/policies/*/denypolicies", "iam") == 5
    assert gcp.calls.count("v2/policies/*/denypolicies/*", "iam") == 3


def test_rules_that_cannot_be_read_are_known_to_be_there(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.project("lab")
    deny_policy(company, "projects/lab", "no-keys", deny((KEYS,)))
    gcp.faults.add("deny", "v2/policies/*/denypolicies/*", service="iam")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (policy,) = found.policies.values()
    assert (policy.document, policy.problem) == (None, "its rules could not be read")
    (gap,) = found.gaps
    assert (gap.operation, gap.permission, gap.subjects) == (GET.name, GET.permission, (f"{RM}/projects/lab",))


def test_a_container_that_refuses_hides_its_own_only(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    folder = company.folder("Production")
    company.project("lab")
    deny_policy(company, company.organization, "no-keys", deny((KEYS,)))
    gcp.faults.add("deny", f"v2/policies/*{folder.replace('/', '%2F')}/denypolicies", service="iam")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = found.gaps
    assert (gap.reason, gap.permission, gap.subjects) == ("denied", "iam.denypolicies.list", (f"{RM}/{folder}",))
    assert set(limits(found)) == {ORGANIZATION}
    assert found.knows(ORGANIZATION, "organization", f"{RM}/projects/lab")
    assert not found.knows(ORGANIZATION, "organization", f"{RM}/{folder}")


def test_where_everybody_refuses_only_a_few_are_asked_and_all_are_unknown(gcp: Gcp, tmp_path: Path) -> None:
    for number in range(HOPELESS + 30):
        gcp.company.project(f"p-{number}")
    gcp.faults.add("deny", "v2/policies/*", service="iam")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    # A few more than that may be on their way already.
    assert HOPELESS <= gcp.calls.count("v2/policies/*", "iam") < HOPELESS + 10
    (gap,) = found.gaps
    assert (gap.reason, gap.subjects) == ("denied", ())
    assert not found.knows(ORGANIZATION, "organization")
    assert "were not asked" in gap.detail


def test_a_used_up_quota_is_told_for_each_project_that_was_not_asked(gcp: Gcp, tmp_path: Path) -> None:
    for number in range(40):
        gcp.company.project(f"p-{number:02}")
    deny_policy(gcp.company, gcp.company.organization, "no-keys", deny((KEYS,)))
    gcp.faults.add("quota", "v2/policies/*/denypolicies", service="iam", after=5)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = found.gaps
    assert gap.reason == "throttled"
    assert len(gap.subjects) == 36
    assert set(limits(found)) == {ORGANIZATION}
    assert gcp.calls.count("v2/policies/*/denypolicies", "iam") < 120


def test_folders_wait_for_the_quota_one_after_the_other(gcp: Gcp, tmp_path: Path) -> None:
    folders = [gcp.company.folder(f"f-{number}") for number in range(10)]
    gcp.company.project("lab")
    for folder in folders:
        deny_policy(gcp.company, folder, "no-keys", deny((KEYS,)))
    # Three of each four are refused: asked together, some would run out of attempts.
    for number in range(21):
        gcp.faults.add("quota", "v2/policies/*", service="iam", times=3, after=number + 1)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert set(limits(found)) == {f"{RM}/{folder}" for folder in folders}
    assert None not in limits(found).values()
    assert found.gaps == []
    assert gcp.calls.count("v2/policies/*", "iam") > 70


def test_a_project_by_itself_says_that_it_does_not_know_what_lies_above(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.project("lab")
    deny_policy(company, "projects/lab", "no-keys", deny((KEYS,)))
    found = inventory_by(gcp, tmp_path / "b", SERVICE, scope=("lab",))
    assert set(limits(found)) == {f"{RM}/projects/lab"}
    assert told(found.gaps) == [(LIST.name, "unsupported", 0)]
    assert gcp.calls.count("v2/policies/*/denypolicies", "iam") == 1


@pytest.mark.parametrize(
    "body",
    [
        {"policies": "none"},
        {"policies": [7, {"name": ""}, {"name": "policies/x"}, {"name": "policies//denypolicies/y"}]},
        {"policies": [{"name": "policies/cloudresourcemanager.googleapis.com%2Fprojects%2F1/denypolicies/"}]},
    ],
)
def test_a_damaged_list_is_told(body: dict[str, Any]) -> None:
    shard = Place(part="estate", root="organizations/1").shard()
    answers = Answers([Evidence(operation=LIST.name, params={"attachment": "x"}, body=body)])
    found = list(SERVICE.parse(shard, answers))
    assert {gap.reason for gap in found if isinstance(gap, Gap)} == {"failed"}
    assert not [record for record in found if isinstance(record, Policy)]


@pytest.mark.parametrize("rules", [None, [], "all", 3])
def test_a_policy_without_rules_may_deny_anything(rules: Any) -> None:
    shard = Place(part="estate", root="organizations/1").shard()
    name = "policies/cloudresourcemanager.googleapis.com%2Forganizations%2F1/denypolicies/p"
    where = {"attachment": "cloudresourcemanager.googleapis.com/organizations/1"}
    answers = Answers(
        [
            Evidence(operation=LIST.name, params=where, body={"policies": [{"name": name}]}),
            Evidence(operation=GET.name, params={**where, "policy": "p"}, body={"name": name, "rules": rules}),
        ]
    )
    found = list(SERVICE.parse(shard, answers))
    (policy,) = [record for record in found if isinstance(record, Policy)]
    assert (policy.document, policy.problem) == (None, "it tells no rules")
    assert [record.subjects for record in found if isinstance(record, Gap)] == [(f"{RM}/organizations/1",)]
