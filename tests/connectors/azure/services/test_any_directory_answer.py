"""Whatever Graph answers, the parsers of the directory do not raise, and tell the same each time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.connector import Evidence
from nhiscan.model import Gap
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services import (
    administrative_units,
    agent_identities,
    app_roles,
    applications,
    authentication_methods,
    conditional_access,
    directory_roles,
    groups,
    owners,
    privileged_groups,
    service_principals,
    sign_ins,
    users,
)
from tests.connectors.azure.asking import SHARD

SERVICES: tuple[Service, ...] = tuple(
    module.SERVICE
    for module in (
        administrative_units,
        agent_identities,
        app_roles,
        applications,
        authentication_methods,
        conditional_access,
        directory_roles,
        groups,
        owners,
        privileged_groups,
        service_principals,
        sign_ins,
        users,
    )
)
OPERATIONS = tuple(dict.fromkeys(operation for service in SERVICES for operation in service.operations))
IDS = ("a", "A", "00000000-0000-4000-9000-000000000001", "/", "")
FIELDS = (
    "id", "appId", "displayName", "owners", "members", "federatedIdentityCredentials", "passwordCredentials",
    "keyCredentials", "keyId", "usage", "endDateTime", "startDateTime", "customKeyIdentifier", "appRoles", "value",
    "allowedMemberTypes", "tags", "alternativeNames", "verifiedPublisher", "issuer", "subject", "audiences", "name",
    "claimsMatchingExpression", "principalId", "appRoleId", "clientId", "resourceId", "scope", "consentType",
    "roleDefinitionId", "directoryScopeId", "rolePermissions", "principal", "@odata.type", "signInActivity",
    "lastSignInDateTime", "lastSignInActivity", "applicationAuthenticationClientSignInActivity", "conditions",
    "clientApplications", "includeServicePrincipals", "servicePrincipalFilter", "methodsRegistered", "identityParentId",
    "groupId", "accessId", "isAssignableToRole", "isMemberManagementRestricted", "visibility",
    "agentIdentityBlueprintId", "isMfaRegistered", "accountEnabled", "appOwnerOrganizationId",
)  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**40),
    st.sampled_from([*IDS, "Application", "sign", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "https://x/y", "*"]),
    st.sampled_from(["#microsoft.graph.user", "#microsoft.graph.agentIdentity", "claims['sub'] matches '*'"]),
    st.text(max_size=8),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)),
    max_leaves=25,
)
ITEMS = st.fixed_dictionaries(
    {"id": st.one_of(st.sampled_from(IDS), LEAVES)}, optional=dict.fromkeys(FIELDS[1:], VALUES)
)
BODIES = st.one_of(VALUES, st.fixed_dictionaries({"value": st.lists(st.one_of(ITEMS, VALUES), max_size=3)}))


@st.composite
def pages(draw: st.DrawFn) -> list[Evidence]:
    """Pages and refusals of some operations."""
    found: list[Evidence] = []
    for operation in draw(st.lists(st.sampled_from(OPERATIONS), min_size=1, max_size=6, unique=True)):
        found.append(_page(draw, operation))
    return found


def _page(draw: st.DrawFn, operation: Api) -> Evidence:
    params: dict[str, Any] = {field: draw(st.sampled_from(IDS)) for field in operation.fields}
    if draw(st.integers(0, 5)) == 0:
        return Evidence(operation=operation.name, params=params, problem="denied", code="403", at="not a time")
    at = draw(st.sampled_from(["2026-11-24T09:00:00Z", "", "0001-01-01T00:00:00Z"]))
    return Evidence(operation=operation.name, params=params, body=draw(BODIES), at=at)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
@given(evidence=pages())
@settings(max_examples=60, deadline=None)
def test_no_answer_makes_a_parser_raise(service: Service, evidence: list[Evidence]) -> None:
    first = list(service.parse(SHARD, Answers(evidence)))
    assert first == list(service.parse(SHARD, Answers(reversed(evidence))))
    for record in first:
        if isinstance(record, Gap):
            assert record.operation in {operation.name for operation in OPERATIONS}
