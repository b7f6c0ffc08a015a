"""No parser of Azure RBAC breaks on damage, wherever it stands; and without any, nothing is missing."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from nhiscan.connector import Evidence, Operation, Shard
from nhiscan.model import AnyRecord, Assignment, Gap, Policy, Scope
from nhiscan_connectors.azure.plan import ORGANIZATION, SUBSCRIPTION, SUBSCRIPTIONS
from nhiscan_connectors.azure.rbac import operations as ops
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services.role_assignments import SERVICE as ROLE_ASSIGNMENTS
from nhiscan_connectors.azure.services.tenant import SERVICE as TENANT
from tests.connectors.azure.damage import damaged

ACME = "7e57ab1e-0000-4000-8000-000000000001"
LAB = "/subscriptions/00000000-0000-4000-9000-00000000001a"
GROUPS = "/providers/Microsoft.Management/managementGroups"
KIND = "/providers/Microsoft.Authorization"
TENANT_SHARD = Shard(connector="azure", scope=f"azure:{ACME}", part="tenant", options={"tenant": ACME})
LAB_SHARD = Shard(connector="azure", scope=LAB, part="subscription", options={"tenant": ACME})
ROUNDS = 150


def held(what: str, scope: str, **more: Any) -> dict[str, Any]:
    properties = {
        "principalId": "00000000-0000-4000-9000-0000000000aa",
        "principalType": "User",
        "roleDefinitionId": f"{LAB}{KIND}/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "scope": scope,
        "createdOn": "2026-01-01T00:00:00Z",
        "condition": "@X",
        **more,
    }
    return {"id": f"{scope.rstrip('/')}{KIND}/{what}/1", "name": "1", "properties": properties}


def lists(scope: str) -> dict[str, dict[str, Any]]:
    assigned = held("roleAssignments", scope)
    timed = held("x", scope, originRoleAssignmentId=assigned["id"], endDateTime="2027-01-01T00:00:00Z")
    denied = {"denyAssignmentName": "d", "permissions": [{"actions": ["*"]}], "principals": [], "scope": scope}
    return {
        "assignments": {"value": [assigned]},
        "active": {"value": [timed]},
        "eligible": {"value": [held("e", scope, endDateTime="2027-01-01T00:00:00Z")]},
        "denials": {"value": [{"id": f"{scope}{KIND}/denyAssignments/1", "properties": denied}]},
    }


ROLE = {
    "id": f"{KIND}/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "properties": {"roleName": "Owner", "type": "BuiltInRole", "permissions": [{"actions": ["*"]}]},
}
CHAIN = [{"name": "shop", "displayName": "Shop"}, {"name": ACME, "displayName": "Root"}]
TREE = {
    "name": ACME,
    "properties": {
        "displayName": "Root",
        "children": [{"type": "Microsoft.Management/managementGroups", "name": "shop", "children": []}],
    },
}
ABOVE = lists(f"{GROUPS}/shop")
HERE = lists(LAB)
TOLD_OF_TENANT: list[tuple[Operation, dict[str, Any], dict[str, str]]] = [
    (ORGANIZATION, {"value": [{"id": ACME, "displayName": "Acme", "verifiedDomains": []}]}, {}),
    (SUBSCRIPTIONS, {"value": [{"subscriptionId": LAB[15:], "displayName": "lab", "tenantId": ACME}]}, {}),
    (
        ops.CONTAINERS,
        {
            "data": [
                {"id": LAB, "type": "x", "properties": {"managementGroupAncestorsChain": CHAIN}},
                {"id": "x", "name": "shop", "type": "microsoft.management/managementgroups", "properties": {}},
            ]
        },
        {},
    ),
    (ops.ROLES, {"data": [ROLE]}, {}),
    (ops.BUILT_IN, {"value": [ROLE]}, {}),
    (ops.GROUPS, {"value": [{"name": "shop", "properties": {"displayName": "Shop"}}]}, {}),
    (ops.GROUP, TREE, {"group": ACME}),
    (ops.ASSIGNMENTS_ABOVE, ABOVE["assignments"], {"scope": f"{GROUPS}/shop".lower()}),
    (ops.ACTIVE_ABOVE, ABOVE["active"], {"scope": f"{GROUPS}/shop".lower()}),
    (ops.ELIGIBLE_ABOVE, ABOVE["eligible"], {"scope": f"{GROUPS}/shop".lower()}),
    (ops.DENIALS_ABOVE, ABOVE["denials"], {"scope": f"{GROUPS}/shop".lower()}),
]
CLASSIC = {"value": [{"properties": {"emailAddress": "a@b.example", "role": "CoAdministrator"}}]}
TOLD_OF_LAB: list[tuple[Operation, dict[str, Any], dict[str, str]]] = [
    (SUBSCRIPTION, {"displayName": "lab"}, {}),
    (ops.DEFINITIONS, {"value": [ROLE]}, {"scope": LAB}),
    (ops.ASSIGNMENTS, HERE["assignments"], {}),
    (ops.ACTIVE, HERE["active"], {"scope": LAB}),
    (ops.ELIGIBLE, HERE["eligible"], {"scope": LAB}),
    (ops.DENIALS, HERE["denials"], {}),
    (ops.CLASSIC, CLASSIC, {}),
]
CASES = [(TENANT, TENANT_SHARD, TOLD_OF_TENANT), (ROLE_ASSIGNMENTS, LAB_SHARD, TOLD_OF_LAB)]


def parsed(service: Service, shard: Shard, evidence: list[Evidence]) -> list[AnyRecord]:
    return list(service.parse(shard, Answers(evidence)))


@pytest.mark.parametrize(("service", "shard", "told"), CASES, ids=["tenant", "subscription"])
def test_whole_answers_leave_nothing_out(service: Service, shard: Shard, told: Any) -> None:
    records = parsed(
        service, shard, [Evidence(operation=op.name, body=body, params=params) for op, body, params in told]
    )
    assert not [record for record in records if isinstance(record, Gap)]
    found = [record for record in records if isinstance(record, Assignment)]
    assert {(item.eligible, item.expires_at is not None) for item in found if item.id} == {(False, True), (True, True)}
    assert {type(record) for record in records} >= {Scope, Policy, Assignment}


@pytest.mark.parametrize(("service", "shard", "told"), CASES, ids=["tenant", "subscription"])
def test_damage_breaks_no_parser(service: Service, shard: Shard, told: Any) -> None:
    for number in range(ROUNDS):
        chance = random.Random(number)
        evidence = [
            Evidence(operation=op.name, body=damaged(body, chance), params=params)
            if chance.random() > 0.1
            else Evidence(operation=op.name, problem="denied", detail="no", params=params)
            for op, body, params in told
        ]
        records = parsed(service, shard, evidence)
        assert records, number
        msgspec.json.encode(records)
        assert all(record.scope == shard.scope for record in records if isinstance(record, Gap)), number
