"""Exports as gcloud writes them, drawn from what the emulator holds, and what nhiscan reads in them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nhiscan import engine
from nhiscan.connector import Connector
from nhiscan.errors import InputError
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import parse
from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.exports import read_export
from nhiscan_connectors.gcp.service import Service
from nhiscan_connectors.gcp.services import api_keys, hierarchy, policies, roles, service_accounts
from tests.clouds.gcp.seed import NOW, Company
from tests.clouds.gcp.state import Asset, State
from tests.connectors.kept import Kept

SERVICES = (
    api_keys.SERVICE,
    hierarchy.SERVICE,
    policies.SERVICE,
    roles.SERVICE,
    service_accounts.SERVICE,
)
"""Those that these tests compare; exports are read for all services."""
ORGANIZATION = "//cloudresourcemanager.googleapis.com/organizations/123456789012"
PAY = "//cloudresourcemanager.googleapis.com/projects/pay-prod"
LAB = "//cloudresourcemanager.googleapis.com/projects/lab"
DEPLOY = "//iam.googleapis.com/projects/-/serviceAccounts/deploy@pay-prod.iam.gserviceaccount.com"
ACCOUNTS = "cloudasset:assets.list#service-accounts"
KEYS = "cloudasset:assets.list#service-account-keys"
SEARCH = "cloudasset:searchAllIamPolicies"


def kept(path: Path) -> Kept:
    """What an export gives to its sink."""
    sink = Kept()
    read_export(path, sink)
    return sink


def refusal_of(path: Path, sink: Kept) -> InputError | None:
    """Read an export; why it was refused, if it was."""
    try:
        read_export(path, sink)
    except InputError as error:
        return error
    return None


def read(directory: Path, export: Path, *services: Service) -> Inventory:
    """The records that services make of an export; all of them where none is named."""
    connector = GcpConnector()
    if services:
        vars(connector)["services"] = services
    connectors: dict[str, Connector] = {"gcp": connector}
    bundle = engine.begin(directory / "bundle", {"gcp": {}}, connectors, started=NOW)
    engine.import_exports(bundle, connector, export)
    return parse(open_bundle(directory / "bundle"), connectors).inventory


def write(directory: Path, name: str, content: str | bytes | list[Any] | dict[str, Any]) -> Path:
    """A file of an export."""
    path = directory / "export" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, list | dict):
        content = json.dumps(content, indent=2)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(rows: Iterable[dict[str, Any]]) -> str:
    """Rows as `gcloud asset export` writes them to a bucket."""
    return "".join(f"{json.dumps(row, separators=(',', ':'))}\n" for row in rows)


def resources(state: State) -> list[dict[str, Any]]:
    """`gcloud asset export --content-type=resource`."""
    return [{**_outer(asset), "resource": _resource(asset)} for asset in state.assets.values()]


def iam_policies(state: State) -> list[dict[str, Any]]:
    """`gcloud asset export --content-type=iam-policy`."""
    return [
        {**_outer(state.assets[name]), "iam_policy": {"etag": "BwX=", "bindings": bindings}}
        for name, bindings in state.policies.items()
        if name in state.assets
    ]


def listed(state: State) -> list[dict[str, Any]]:
    """`gcloud asset list --content-type=resource --format=json`."""
    return [
        {
            "name": asset.name,
            "assetType": asset.type,
            "ancestors": asset.ancestors,
            "updateTime": asset.updated,
            "resource": {**_resource(asset), "discoveryName": asset.type.rpartition("/")[2]},
        }
        for asset in state.assets.values()
    ]


def searched(state: State, *types: str) -> list[dict[str, Any]]:
    """`gcloud asset search-all-resources --format=json`."""
    return [
        {
            "name": asset.name,
            "assetType": asset.type,
            "createTime": asset.created,
            "organization": asset.ancestors[-1],
            "folders": [one for one in asset.ancestors if one.startswith("folders/")],
            **({"project": asset.ancestors[0]} if asset.ancestors[0].startswith("projects/") else {}),
            **asset.search,
        }
        for asset in state.assets.values()
        if asset.type in types or not types
    ]


def searched_policies(state: State) -> list[dict[str, Any]]:
    """`gcloud asset search-all-iam-policies --format=json`."""
    return [
        {
            "resource": name,
            "assetType": state.assets[name].type,
            "organization": state.assets[name].ancestors[-1],
            "policy": {"bindings": bindings},
        }
        for name, bindings in state.policies.items()
    ]


def predefined(state: State) -> list[dict[str, Any]]:
    """`gcloud iam roles describe` of all predefined roles, one behind the other."""
    return [state.roles[name] for name in sorted(state.roles)]


def activities(state: State) -> list[dict[str, Any]]:
    """`gcloud policy-intelligence query-activity`, of all projects and both kinds."""
    return [item for name, items in state.lists.items() if name.startswith("policyanalyzer ") for item in items]


def version_1(asset: dict[str, Any]) -> dict[str, Any]:
    """A project's asset as it was described before version 3 of Resource Manager."""
    data = asset["resource"]["data"]
    kind, _, id = data["parent"].partition("/")
    old = {
        "projectNumber": data["name"].removeprefix("projects/"),
        "projectId": data["projectId"],
        "lifecycleState": data["state"],
        "name": data["displayName"],
        "parent": {"type": kind.removesuffix("s"), "id": id},
        "labels": data.get("labels", {}),
    }
    number = f"//cloudresourcemanager.googleapis.com/{data['name']}"
    return {**asset, "name": number, "resource": {**asset["resource"], "version": "v1", "data": old}}


def company(made: Company) -> None:
    """Two projects, one in a folder; accounts, keys of both kinds, API keys, roles and conditions."""
    folder = made.folder("Production")
    pay = made.project("pay-prod", folder, services=("run", "iam", "apikeys"), labels={"env": "prod"})
    lab = made.project("lab", services=("generativelanguage", "apikeys"))
    deploy = made.service_account(pay, "deploy", days=700)
    helper = made.service_account(lab, "helper", days=30, disabled=True)
    key = made.key(deploy, days=500)
    made.key(deploy, days=3, lasts=14, system=True)
    made.used(deploy, 2)
    made.used(deploy, 40, key=key)
    made.used(helper, None)
    made.api_key(lab, "Maps")
    made.api_key(lab, "Gemini", services=("generativelanguage",), account=helper)
    made.role(made.organization, "narrow", "storage.objects.get")
    made.role(pay, "deployer", "run.services.update")
    made.bind(pay, "editor", deploy, condition='request.time < timestamp("2027-01-01T00:00:00Z")')
    made.bind(pay, "organizations/123456789012/roles/narrow", helper)
    made.bind(deploy, "iam.serviceAccountTokenCreator", "user:Ada@acme.example")
    made.bind(made.organization, "resourcemanager.organizationAdmin", "group:admins@acme.example")


def lacking(inventory: Inventory, scope: str = ORGANIZATION) -> dict[str, str]:
    """Details of gaps by the name of the call."""
    return {gap.operation: gap.detail for gap in inventory.gaps if gap.scope == scope}


def held(inventory: Inventory) -> set[tuple[str, str, str, str]]:
    """Who holds what where, under which condition."""
    return {(one.principal, one.role, one.scope, one.condition) for one in inventory.assignments}


def _outer(asset: Asset) -> dict[str, Any]:
    return {
        "name": asset.name,
        "asset_type": asset.type,
        "ancestors": asset.ancestors,
        "update_time": asset.updated,
    }


def _resource(asset: Asset) -> dict[str, Any]:
    parent = asset.ancestors[1] if asset.type.startswith("cloudresourcemanager.") and asset.ancestors[1:] else ""
    return {
        "version": "v1",
        "discovery_name": asset.type.rpartition("/")[2],
        "parent": f"//cloudresourcemanager.googleapis.com/{parent or asset.ancestors[0]}",
        "data": asset.data,
        "location": asset.location,
    }
