"""What a parser itself says of a refused call: it names the permission that is missing."""

from __future__ import annotations

import pytest

from nhiscan.connector import Evidence, Shard
from nhiscan.model import Gap
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services import find_services

TENANT = "11111111-2222-4333-8444-555555555555"
OBJECT = "99999999-2222-4333-8444-555555555555"
SUBSCRIPTION = "/subscriptions/aaaaaaaa-2222-4333-8444-555555555555"
SHARDS = {
    "tenant": Shard(connector="azure", scope=f"azure:{TENANT}", part="tenant", options={"tenant": TENANT}),
    "subscription": Shard(connector="azure", scope=SUBSCRIPTION, part="subscription", options={"tenant": TENANT}),
}
DENIED = [(service, operation) for service in find_services() for operation in service.operations]
TELLING = {
    "Microsoft.Authorization:roleDefinitions.listBuiltIn",
    "Microsoft.Authorization:roleAssignments.listAbove",
    "Microsoft.Authorization:roleEligibilityScheduleInstances.list",
    "graph:applications.federatedIdentityCredentials.list",
    "graph:roleManagement.directory.roleEligibilityScheduleInstances.list",
    "graph:users.authentication.methods.list",
}
"""Of these the core alone would not know what, or of whom, they hide."""


def told(service: Service, operation: Api, **params: str) -> list[Gap]:
    """Gaps that the parser makes of a call that was denied."""
    refused = Evidence(
        operation=operation.name, params=params, problem="denied", detail="you may not", at="2026-11-24T09:00:00Z"
    )
    found = service.parse(SHARDS[service.part], Answers([refused]))
    return [record for record in found if isinstance(record, Gap) and record.reason == "denied"]


@pytest.mark.parametrize(
    ("service", "operation"), DENIED, ids=[f"{service.name}-{operation.name}" for service, operation in DENIED]
)
def test_a_parser_names_the_permission_that_is_missing(service: Service, operation: Api) -> None:
    for params in ({}, {operation.about or "scope": OBJECT}):
        for gap in told(service, operation, **params):
            assert (gap.operation, gap.permission) == (operation.name, operation.permission)
            assert gap.permission
            assert gap.detail == "you may not"


def test_they_do_speak_of_some() -> None:
    named = {
        operation.name
        for service, operation in DENIED
        if told(service, operation) or told(service, operation, **{operation.about or "scope": OBJECT})
    }
    assert named >= TELLING


def test_a_refusal_that_names_nobody_is_about_everybody() -> None:
    for service, operation in DENIED:
        for gap in told(service, operation):
            assert gap.subjects == (), operation.name
