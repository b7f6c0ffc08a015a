"""Roles and the permissions that they hold: IAM's predefined ones, the custom ones of the organization and projects.

The administration client of google-cloud-iam gives predefined roles with all their permissions in a few pages.

Attributes of a role: "basic" (own, write, read: Owner, Editor and Viewer), "acts_as" (tokens, keys, workloads: how who
holds it acts as service accounts), "deleted" ("true": it stays in policies for a while and gives nobody anything).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation, Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Policy
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.gcp.api import rpc
from nhiscan_connectors.gcp.assets import Reading, sweep
from nhiscan_connectors.gcp.bindings import role_name
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import container
from nhiscan_connectors.gcp.service import Answers, Service

TYPE = "iam.googleapis.com/Role"
_BASIC = {"roles/owner": "own", "roles/editor": "write", "roles/viewer": "read", "roles/admin": "own",
          "roles/writer": "write", "roles/reader": "read"}  # fmt: skip
_WAYS = {
    "tokens": frozenset(
        f"iam.serviceAccounts.{verb}" for verb in ("getAccessToken", "signBlob", "signJwt", "implicitDelegation")
    ),
    "keys": frozenset({"iam.serviceAccountKeys.create"}),
    "workloads": frozenset({"iam.serviceAccounts.actAs"}),
}
_KNOWN = {
    "roles/iam.serviceAccountTokenCreator": "tokens",
    "roles/iam.serviceAccountKeyAdmin": "keys",
    "roles/iam.serviceAccountUser": "workloads",
}
"""What is told of roles whose permissions could not be read."""
_FULL = (("view", "FULL"), ("page_size", 1000))
PREDEFINED = rpc(
    "iam:roles.list",
    "list_roles",
    request=_FULL,
    permission="iam.roles.list",
    purpose="tells which permissions Google's predefined roles hold",
    hides="what predefined roles allow",
    blinds=("policies",),
    below=True,
    there=True,
)
OF_ORGANIZATION = rpc(
    "iam:organizations.roles.list",
    "list_roles",
    request=(*_FULL, ("show_deleted", True)),
    permission="iam.roles.list",
    purpose="tells which permissions the organization's custom roles hold",
    hides="what the organization's custom roles allow",
    blinds=("policies",),
    below=True,
    there=True,
)
OF_PROJECT = rpc(
    "iam:projects.roles.list",
    "list_roles",
    request=(*_FULL, ("show_deleted", True)),
    permission="iam.roles.list",
    purpose="tells which permissions a project's custom roles hold, where Cloud Asset Inventory may not be read",
    hides="what the project's custom roles allow",
    blinds=("policies",),
    there=True,
)
CUSTOM = sweep("custom-roles", TYPE, hides="what custom roles allow", blinds=("policies",))


def collect(calls: Calls) -> None:
    """Predefined roles once; custom ones by the sweep, or from each that may have some."""
    place = calls.place
    if place.part == "project":
        if not place.swept:
            calls.ask(OF_PROJECT, parent=f"projects/{place.project}")
        return
    calls.ask(PREDEFINED)
    if place.swept:
        calls.ask(CUSTOM)
    elif place.root.startswith("organizations/"):
        calls.ask(OF_ORGANIZATION, parent=place.root)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Roles as policies; document: {"includedPermissions": [...], "stage": "GA"}."""
    reading = Reading(shard, answers)
    for item in reading.items(PREDEFINED, "roles", "name"):
        yield _role(reading, PREDEFINED, item, predefined=True)
    for asset in reading.assets(CUSTOM, TYPE):
        yield _role(reading, CUSTOM, {**asset.data, "name": text(asset.data.get("name")) or asset.name})
    for operation in (OF_ORGANIZATION, OF_PROJECT):
        for item in reading.items(operation, "roles", "name"):
            yield _role(reading, operation, item)
    yield from reading.gaps()


def _role(reading: Reading, operation: Operation, item: dict[str, Any], *, predefined: bool = False) -> Policy:
    name = role_name(reading, item["name"].removeprefix("//iam.googleapis.com/"))
    problem = ""
    deleted = item.get("deleted") is True
    permissions = [] if deleted else item.get("includedPermissions", [])
    if not isinstance(permissions, list) or not all(isinstance(one, str) for one in permissions):
        problem = "its permissions are no list of names"
        reading.leave_out(operation, f"{name[:200]}: {problem}")
    document = {"includedPermissions": permissions, "stage": text(item.get("stage"))}
    return Policy(
        id=name,
        provider="gcp",
        kind="role-definition",
        name=text(item.get("title")) or name,
        scope=container(name.partition("/roles/")[0]) or reading.top,
        document=None if problem else json.dumps(document, separators=(",", ":")),
        problem=problem,
        managed_by_provider=predefined,
        attributes={"deleted": "true"} if deleted else _facts(name, frozenset(() if problem else permissions)),
    )


def _facts(name: str, permissions: frozenset[str]) -> dict[str, str]:
    facts = {"basic": _BASIC.get(name, "")}
    if not facts["basic"]:  # what an owner may do is more than to act as accounts
        told = _KNOWN.get(name, "")
        facts["acts_as"] = told or next((way for way, names in _WAYS.items() if permissions & names), "")
    return {key: value for key, value in facts.items() if value}


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Roles that somebody holds and of which nothing was read, by what is known of them without."""
    for name in sorted({one.role for one in inventory.assignments} - inventory.policies.keys()):
        if name.startswith(("roles/", "projects/", "organizations/")):
            yield Policy(
                id=name,
                provider="gcp",
                kind="role-definition",
                name=name,
                scope=container(name.partition("/roles/")[0]),
                problem="its permissions were not read",
                managed_by_provider=name.startswith("roles/"),
                attributes=_facts(name, frozenset()),
            )


SERVICE = Service(
    name="roles",
    part="any",
    operations=(PREDEFINED, OF_ORGANIZATION, OF_PROJECT, CUSTOM),
    collect=collect,
    parse=parse,
    join=join,
)
