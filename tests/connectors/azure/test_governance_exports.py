"""Exports of administrative units, of memberships that may be activated, and of delegations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nhiscan import engine
from nhiscan.connector import Connector
from nhiscan.evidence import open_bundle
from nhiscan.parse import parse
from nhiscan_connectors.azure import AzureConnector
from tests.connectors.azure.exported import ACCOUNTS, ADA, LAB_SCOPE, OWNER, START, user, write

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
GROUP = "00000000-0000-4000-9000-0000000000bb"
UNIT = "00000000-0000-4000-9000-0000000000cc"
ANN = "00000000-0000-4000-9000-0000000000ee"


def page(context: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"@odata.context": GRAPH + context, "value": list(items)}


def test_what_az_and_graph_tell_of_governance(tmp_path: Path) -> None:
    write(tmp_path, "accounts.json", ACCOUNTS)
    write(tmp_path, "users.json", [user(ADA, "Ada")])
    write(tmp_path, "units.json", page("directory/administrativeUnits", {"id": UNIT, "displayName": "North"}))
    entry = {"principalId": ADA, "groupId": GROUP, "accessId": "member", "id": "x"}
    context = "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
    write(tmp_path, "eligible.json", page(context, entry))
    kind = "Microsoft.ManagedServices/registrationAssignments"
    authorizations = [{"principalId": ANN, "roleDefinitionId": OWNER, "principalIdDisplayName": "Operations"}]
    definition = {"properties": {"managedByTenantId": "t2", "authorizations": authorizations}}
    delegated = {"id": f"{LAB_SCOPE}/providers/{kind}/1", "name": "1", "type": kind}
    write(tmp_path, "lab.json", json.dumps([{**delegated, "properties": {"registrationDefinition": definition}}]))
    connectors: dict[str, Connector] = {"azure": AzureConnector()}
    bundle = engine.begin(tmp_path / "bundle", {"azure": {}}, connectors, started=START)
    engine.import_exports(bundle, connectors["azure"], tmp_path / "export")
    found = parse(open_bundle(tmp_path / "bundle"), connectors).inventory
    assert {(a.principal, a.role.rpartition("/")[2], a.scope.rpartition("/")[2]) for a in found.assignments} == {
        (f"/users/{ADA}", GROUP, f"azure:{next(iter(ACCOUNTS))['tenantId']}"),
        (f"/directoryObjects/{ANN}", OWNER, LAB_SCOPE.rpartition("/")[2]),
    }
    assert found.resources[f"/administrativeUnits/{UNIT}"].name == "North"
    tenant = next(scope.id for scope in found.scopes.values() if scope.kind == "tenant")
    assert not found.knows(tenant, "policies", f"/administrativeUnits/{UNIT}")
