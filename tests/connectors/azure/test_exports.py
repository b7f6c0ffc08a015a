"""Exports: every form that az and Graph give is read, and what they do not tell is a gap."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nhiscan import engine
from nhiscan.connector import Connector
from nhiscan.evidence import open_bundle
from tests.connectors.azure.exported import (
    ABOVE,
    ACCOUNTS,
    ACME,
    ADA,
    ASSIGNMENTS,
    DEPLOY,
    LAB,
    LAB_ROLES,
    LAB_SCOPE,
    OTHER,
    OWNER,
    PROD,
    PROD_SCOPE,
    ROLES,
    ROOT_GROUP,
    SCOPE,
    SERVICES,
    START,
    WHOLE,
    account,
    assignment,
    definition,
    lacking,
    names,
    page,
    principal,
    read,
    told,
    user,
    write,
)
from tests.connectors.azure.parts import connector_of


def test_a_directory_of_what_az_prints(tmp_path: Path) -> None:
    write(tmp_path, "accounts.json", [*ACCOUNTS, account(OTHER, "N/A(tenant level account)", OTHER)])
    write(tmp_path, "deep/lab.json", LAB_ROLES)
    seen = {"seen_from": PROD, "principalName": ""}
    inherited = [assignment("a3", ROOT_GROUP, **seen), assignment("a4", "/", **seen)]
    write(tmp_path, "deep/prod.json", [assignment("b1", f"{PROD_SCOPE}/resourceGroups/x", condition="@X"), *inherited])
    write(tmp_path, "roles.json", [definition(), definition("Narrow", ADA, "CustomRole")])
    write(tmp_path, "sps.json", [principal(DEPLOY, "deploy")])
    write(tmp_path, "users.json", [user(ADA, "Ada")])
    write(tmp_path, "README.md", "not an export")
    write(tmp_path, ".git/config", "not an export")
    found = read(tmp_path, tmp_path / "export")
    owner = ROLES + OWNER
    assert told(found) == {
        ("dd", owner, LAB_SCOPE),
        ("aa", owner, f"{LAB_SCOPE}/resourcegroups/rg"),
        ("dd", owner, ROOT_GROUP.lower()),
        ("dd", owner, "/"),
        ("dd", owner, f"{PROD_SCOPE}/resourcegroups/x"),
    }
    assert len(found.assignments) == 5
    assert {item.condition for item in found.assignments} == {"", "@X"}
    assert {item.created_at for item in found.assignments} == {datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}
    assert names(found) == {"deploy", "Ada"}
    assert {scope.name: scope.parent for scope in found.scopes.values() if scope.kind == "subscription"} == {
        "lab": SCOPE,
        "shop-prod": SCOPE,
    }
    assert found.policies[owner].managed_by_provider
    assert json.loads(found.policies[owner].document or "")["permissions"][0]["actions"] == ["*"]
    assert found.policies[ROLES + ADA].attributes == {"type": "CustomRole"}
    for scope, operation in ((LAB_SCOPE, ASSIGNMENTS), (PROD_SCOPE, ASSIGNMENTS), (SCOPE, ABOVE)):
        assert operation not in lacking(found, scope)
    assert {"graph:users.list", "graph:servicePrincipals.list"}.isdisjoint(lacking(found))
    assert "Microsoft.Resources:subscriptions.list" not in lacking(found)


def test_what_was_not_exported_is_not_known(tmp_path: Path) -> None:
    write(tmp_path, "accounts.json", ACCOUNTS)
    write(tmp_path, "lab.json", LAB_ROLES)
    found = read(tmp_path, tmp_path / "export")
    assert {
        "graph:users.list",
        "graph:applications.list",
        "graph:organization.list",
        "Microsoft.Management:managementGroups.list",
        "Microsoft.Authorization:roleDefinitions.listBuiltIn",
        "Microsoft.Authorization:roleEligibilityScheduleInstances.listAbove",
    } <= lacking(found)
    assert ASSIGNMENTS in lacking(found, PROD_SCOPE)
    assert {
        "Microsoft.Authorization:denyAssignments.list",
        "Microsoft.Authorization:roleEligibilityScheduleInstances.list",
    } <= lacking(found, LAB_SCOPE)
    assert not found.knows(SCOPE, "identities")
    assert not found.knows(SCOPE, "policies", LAB_SCOPE)
    assert not found.knows(PROD_SCOPE, "policies")
    assert {gap.reason for gap in found.gaps} == {"unsupported"}


FORMS: dict[str, Callable[[], str | bytes]] = {
    "a list of az": lambda: json.dumps(WHOLE, indent=2),
    "a page of Graph": lambda: json.dumps(page("servicePrincipals", *WHOLE)),
    "a page of chosen fields": lambda: json.dumps(page("servicePrincipals(id,appId,owners())", *WHOLE)),
    "a page of beta": lambda: json.dumps(page("servicePrincipals", *WHOLE, version="beta")),
    "a page without context": lambda: json.dumps({"value": WHOLE}),
    "pages in a list": lambda: json.dumps([page("servicePrincipals", item) for item in WHOLE]),
    "pages one behind the other": lambda: "\r\n".join(
        json.dumps(page("servicePrincipals", item, more=item is WHOLE[0]), indent=1) for item in WHOLE
    ),
    "pages that overlap": lambda: json.dumps(page("servicePrincipals", *WHOLE)) + json.dumps(WHOLE),
    "with a byte order mark": lambda: b"\xef\xbb\xbf" + json.dumps(WHOLE).encode(),
    "as PowerShell writes it": lambda: json.dumps(WHOLE).encode("utf-16"),
    "UTF-16 without a mark": lambda: json.dumps(WHOLE).encode("utf-16-le"),
    "packed": lambda: gzip.compress(json.dumps(WHOLE).encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_list_is_read(tmp_path: Path, form: str) -> None:
    found = read(tmp_path, write(tmp_path, "sps.json", FORMS[form]()))
    assert names(found) == {"deploy", "billing"}
    assert "graph:servicePrincipals.list" not in lacking(found, "azure:unknown")
    assert "graph:users.list" in lacking(found, "azure:unknown")


def test_an_archive_is_read(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("sps.json", json.dumps(WHOLE))
        archive.writestr("__MACOSX/sps.json", "x")
        archive.writestr("notes.docx", "x")
        archive.writestr("account.json", json.dumps(ACCOUNTS))
    found = read(tmp_path, write(tmp_path, "all.zip", raw.getvalue()))
    assert names(found) == {"deploy", "billing"}
    assert LAB_SCOPE in found.scopes


def test_a_page_of_graph_tells_of_whom_it_is(tmp_path: Path) -> None:
    app = "00000000-0000-4000-9000-0000000000ab"
    grant = {"id": "g", "principalId": DEPLOY, "resourceId": ADA, "appRoleId": LAB}
    write(tmp_path, "granted.json", page(f"servicePrincipals('{ADA}')/appRoleAssignedTo", grant))
    trusted = {"id": "f", "name": "ci", "issuer": "https://x.example", "subject": "s", "audiences": ["a"]}
    write(tmp_path, "trusted.json", page(f"applications('{app}')/federatedIdentityCredentials", trusted))
    write(tmp_path, "groups.json", page("groups"))
    connectors: dict[str, Connector] = {"azure": connector_of(*SERVICES)}
    bundle = engine.begin(tmp_path / "bundle", {"azure": {}}, connectors, started=START)
    engine.import_exports(bundle, connectors["azure"], tmp_path / "export")
    (shard,) = open_bundle(tmp_path / "bundle").manifest.shards
    evidence = {item.operation: item for item in open_bundle(tmp_path / "bundle").read(shard)[0]}
    assert evidence["graph:servicePrincipals.appRoleAssignedTo.list"].params == {"principal": ADA}
    assert evidence["graph:applications.federatedIdentityCredentials.list"].params == {"application": app}
    assert evidence["graph:applications.federatedIdentityCredentials.list"].body["value"][0]["name"] == "ci"
    assert evidence["graph:groups.list"].body == {"value": []}  # none, and that is known


def test_what_a_page_expands_is_told_too(tmp_path: Path) -> None:
    trusted = {"id": "f", "name": "ci", "issuer": "https://x.example", "subject": "s", "audiences": ["a"]}
    app = {"id": ADA, "appId": DEPLOY, "displayName": "ci", "signInAudience": "AzureADMyOrg"}
    sweep = "graph:applications.federatedIdentityCredentials.sweep"
    write(tmp_path, "apps.json", page("applications(id,federatedIdentityCredentials())", app))
    assert sweep in lacking(read(tmp_path, tmp_path / "export"), "azure:unknown")
    whole = {**app, "federatedIdentityCredentials": [trusted]}
    export = write(tmp_path / "again", "apps.json", page("applications(id,federatedIdentityCredentials())", whole))
    found = read(tmp_path / "again", export)
    assert sweep not in lacking(found, "azure:unknown")
    assert [trust.kind for trust in found.trusts] == ["oidc"]


def test_agents_among_the_service_principals_are_told_as_agents(tmp_path: Path) -> None:
    more = {"servicePrincipalType": "ServiceIdentity", "agentIdentityBlueprintId": LAB}
    agent = principal(ADA, "helper", **{"@odata.type": "#microsoft.graph.agentIdentity"}, **more)
    export = write(tmp_path, "sps.json", [principal(DEPLOY, "deploy"), agent])
    listed = "graph:servicePrincipals.agentIdentity.list"
    assert listed not in lacking(read(tmp_path, export), "azure:unknown")
    bundle = open_bundle(tmp_path / "bundle")
    (shard,) = [shard for shard in bundle.manifest.shards if shard.part == "tenant"]
    (body,) = [item.body for item in bundle.read(shard)[0] if item.operation == listed]
    assert [entry["displayName"] for entry in body["value"]] == ["helper"]
    # None is an answer as well.
    again = write(tmp_path / "again", "sps.json", [principal(DEPLOY, "deploy")])
    assert listed not in lacking(read(tmp_path / "again", again), "azure:unknown")
    assert "graph:applications.agentIdentityBlueprint.list" in lacking(read(tmp_path / "b", again), "azure:unknown")


def test_pages_of_azure_resource_manager_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    properties = {"principalId": ADA, "principalType": "User", "roleDefinitionId": ROLES + OWNER}
    raw = {**assignment("a1", LAB_SCOPE), "properties": {**properties, "scope": LAB_SCOPE}}
    denied = {"denyAssignmentName": "no", "permissions": [], "principals": [], "scope": LAB_SCOPE}
    ends = {**properties, "scope": LAB_SCOPE, "endDateTime": "2027-01-01T00:00:00Z"}
    kind = "Microsoft.Authorization"
    entries = [
        {"id": raw["id"], "name": "a1", "type": f"{kind}/roleAssignments", "properties": raw["properties"]},
        {"id": f"{LAB_SCOPE}/d", "name": "d", "type": f"{kind}/denyAssignments", "properties": denied},
        {"id": f"{LAB_SCOPE}/e", "name": "e", "type": f"{kind}/roleEligibilityScheduleInstances", "properties": ends},
    ]
    for number, entry in enumerate(entries):
        write(tmp_path, f"{number}.json", {"value": [entry]})
    found = read(tmp_path, tmp_path / "export")
    assert {(item.eligible, item.expires_at is not None) for item in found.assignments} == {
        (False, False),
        (True, True),
    }
    assert [use.target for use in found.policy_uses] == [LAB_SCOPE]
    assert lacking(found, LAB_SCOPE) >= {"Microsoft.Authorization:roleAssignmentScheduleInstances.list"}
    assert "Microsoft.Authorization:denyAssignments.list" not in lacking(found, LAB_SCOPE)


def test_management_groups_put_subscriptions_in_their_place(tmp_path: Path) -> None:
    write(tmp_path, "accounts.json", ACCOUNTS)
    kind = "Microsoft.Management/managementGroups"
    child = {"children": None, "displayName": "shop-prod", "id": PROD_SCOPE, "name": PROD, "type": "/subscriptions"}
    shop = {"children": [child], "displayName": "Shop", "id": f"/x/{kind}/shop", "name": "shop", "type": kind}
    root = {
        "children": [shop],
        "details": {"parent": None, "version": 1},
        "displayName": "Tenant Root Group",
        "id": ROOT_GROUP,
        "name": ACME,
        "tenantId": ACME,
        "type": kind,
    }
    write(tmp_path, "tree.json", root)
    found = read(tmp_path, tmp_path / "export")
    groups = "/providers/microsoft.management/managementgroups"
    assert found.scopes[PROD_SCOPE].parent == f"{groups}/shop"
    assert found.scopes[f"{groups}/shop"].parent == ROOT_GROUP.lower()
    assert "Microsoft.Management:managementGroups.list" not in lacking(found)


def test_user_assigned_identities_are_read_as_az_prints_them(tmp_path: Path) -> None:
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    id = f"{LAB_SCOPE}/resourcegroups/RG/providers/{kind}/ci"
    held = {"clientId": PROD, "principalId": DEPLOY, "tenantId": ACME, "isolationScope": None, "systemData": None}
    place = {"location": "westeurope", "resourceGroup": "RG", "tags": {}}
    found = read(tmp_path, write(tmp_path, "ids.json", [{"id": id, "name": "ci", "type": kind, **held, **place}]))
    operation = "Microsoft.ManagedIdentity:userAssignedIdentities.list"
    assert operation not in lacking(found, LAB_SCOPE)
    bundle = open_bundle(tmp_path / "bundle")
    shard = next(shard for shard in bundle.manifest.shards if shard.part == "subscription")
    (body,) = [item.body for item in bundle.read(shard)[0] if item.operation == operation]
    assert body["value"][0]["properties"] == {"principalId": DEPLOY, "clientId": PROD, "tenantId": ACME}


def test_classic_administrators_among_the_assignments_are_read(tmp_path: Path) -> None:
    odd = "NA(classic admins)"
    old = {"id": odd, "name": odd, "principalName": "old@live.example", "roleDefinitionName": "CoAdministrator"}
    write(tmp_path, "lab.json", [*LAB_ROLES, {**old, "scope": LAB_SCOPE}])
    found = read(tmp_path, tmp_path / "export")
    assert [item.scope for item in found.assignments_of("/users/old@live.example")] == [LAB_SCOPE]


@pytest.mark.parametrize(
    ("content", "operation", "scope", "why"),
    [
        (
            [principal(f"00000000-0000-4000-9000-{number:012}", "x") for number in range(100)],
            "graph:servicePrincipals.list",
            "azure:unknown",
            "as many as az ad sp list gives without --all",
        ),
        (page("users", user(ADA, "Ada"), more=True), "graph:users.list", "azure:unknown", "there are more pages"),
        (principal(DEPLOY, "deploy"), "graph:servicePrincipals.list", "azure:unknown", "holds one entry only"),
        ([assignment("a1", LAB_SCOPE)], ASSIGNMENTS, LAB_SCOPE, "az gives those with --all only"),
        ([assignment("a1", LAB_SCOPE), assignment("a2", "/")], ASSIGNMENTS, LAB_SCOPE, "with --all only"),
        (
            [definition("Narrow", ADA, "CustomRole")],
            "Microsoft.Authorization:roleDefinitions.listBuiltIn",
            "azure:unknown",
            "custom roles only",
        ),
        (account(LAB, "lab"), "Microsoft.Resources:subscriptions.list", SCOPE, "holds one entry only"),
    ],
)
def test_what_is_not_whole_is_read_and_the_rest_is_not_known(
    tmp_path: Path, content: Any, operation: str, scope: str, why: str
) -> None:
    found = read(tmp_path, write(tmp_path, "part.json", content))
    (gap,) = [gap for gap in found.gaps if (gap.operation, gap.scope) == (operation, scope)]
    assert why in gap.detail
    assert gap.reason == "unsupported"


def test_the_last_page_makes_a_list_whole(tmp_path: Path) -> None:
    write(tmp_path, "1.json", page("users", user(ADA, "Ada"), more=True))
    write(tmp_path, "2.json", page("users", user(DEPLOY, "Ben")))
    found = read(tmp_path, tmp_path / "export")
    assert names(found) == {"Ada", "Ben"}
    assert "graph:users.list" not in lacking(found, "azure:unknown")


def test_the_tenant_is_that_of_the_directory_or_of_where_az_works(tmp_path: Path) -> None:
    accounts = [account(LAB, "lab", isDefault=True), account(PROD, "a customer's", OTHER)]
    write(tmp_path, "accounts.json", accounts)
    found = read(tmp_path, tmp_path / "export")
    assert set(found.scopes) == {SCOPE, LAB_SCOPE}
    organization = {"id": OTHER, "displayName": "Customer", "verifiedDomains": []}
    write(tmp_path, "organization.json", page("organization", organization))
    found = read(tmp_path / "again", tmp_path / "export")
    assert found.scopes[f"azure:{OTHER}"].name == "Customer"
    assert PROD_SCOPE in found.scopes
