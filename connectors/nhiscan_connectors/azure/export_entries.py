"""Exported entries as the APIs tell them: az flattens what it prints, and one list may belong to several shards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from nhiscan.errors import InputError
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.export_found import account, subscription_in
from nhiscan_connectors.azure.export_kinds import Kind
from nhiscan_connectors.azure.ids import role_definition_id
from nhiscan_connectors.azure.plan import SUBSCRIPTIONS
from nhiscan_connectors.azure.rbac import operations as ops
from nhiscan_connectors.common.fields import table, text

Placed: TypeAlias = tuple[str, Api, dict[str, str], dict[str, Any]]
"""Subscription (empty: the tenant), the call that would have told it, its parameters, and the entry."""

_ABOVE = {
    ops.ASSIGNMENTS.name: ops.ASSIGNMENTS_ABOVE,
    ops.DENIALS.name: ops.DENIALS_ABOVE,
    ops.ELIGIBLE.name: ops.ELIGIBLE_ABOVE,
    ops.ACTIVE.name: ops.ACTIVE_ABOVE,
}
_OUTER = ("id", "name", "type")
_IDENTITY = "microsoft.managedidentity/userassignedidentities"
_BY_VIEW = frozenset({"principalName", "roleDefinitionName", "expandedProperties"})
"""Names that az looks up, in one listing with success and in another not."""


def placed(where: str, kind: Kind, entry: dict[str, Any]) -> Iterator[Placed]:
    """Where an entry belongs. Raises InputError for one that does not tell."""
    operation = kind.operation
    if operation.plane == "graph":
        yield "", operation, kind.params, entry
    elif operation is SUBSCRIPTIONS:
        if not _is_tenant_only(entry):
            yield "", operation, {}, account(entry)
    elif operation is ops.GROUPS:
        yield _management_group(entry)
    elif operation is ops.BUILT_IN:
        # az and Azure write one kind in two words; the parser wants that of Azure.
        wrapped = _wrapped(entry)
        properties = {"type": entry.get("roleType"), **wrapped["properties"]}
        yield "", operation, {}, {**wrapped, "properties": properties}
    elif operation is ops.ASSIGNMENTS and text(entry.get("id")).startswith("NA("):
        yield _classic(where, entry)
    else:
        yield _in_subscription(where, operation, entry)


def _in_subscription(where: str, operation: Api, entry: dict[str, Any]) -> Placed:
    subscription = subscription_in(operation, entry)
    above = _ABOVE.get(operation.name)
    if text(entry.get("type")).lower() == _IDENTITY and "principalId" in entry:
        # az prints the few properties of an identity beside its name.
        entry = {**entry, "properties": {key: entry.get(key) for key in ("principalId", "clientId", "tenantId")}}
    if above is None and operation is not ops.CLASSIC and not isinstance(entry.get("properties"), dict):
        raise InputError(
            f"{where} has no properties: it is not whole.", "Export with `az rest`, which prints what Azure answers."
        )
    if subscription:
        return subscription, operation, {}, _wrapped(entry)
    if above is None or not _tells_scope(entry):
        raise InputError(f"{where} does not tell in which subscription it is.", "The export is damaged.")
    return "", above, {}, _seen_from_anywhere(_wrapped(entry))


def _seen_from_anywhere(entry: dict[str, Any]) -> dict[str, Any]:
    """What is above subscriptions, without what depends on the subscription that it was seen from."""
    properties = {key: value for key, value in entry["properties"].items() if key not in _BY_VIEW}
    role = text(properties.get("roleDefinitionId"))
    if role:
        properties["roleDefinitionId"] = role_definition_id(role)
    return {**entry, "properties": properties}


def _tells_scope(entry: dict[str, Any]) -> bool:
    return bool(text(entry.get("scope")) or text(table(entry.get("properties")).get("scope")) or text(entry.get("id")))


def _classic(where: str, entry: dict[str, Any]) -> Placed:
    """An administrator from before roles, as az puts it among the role assignments."""
    subscription = subscription_in(ops.CLASSIC, entry)
    if not subscription:
        raise InputError(f"{where} does not tell in which subscription it is.", "The export is damaged.")
    told = {"emailAddress": entry.get("principalName"), "role": entry.get("roleDefinitionName")}
    return subscription, ops.CLASSIC, {}, {"properties": told}


def _management_group(entry: dict[str, Any]) -> Placed:
    wrapped = _wrapped(entry)
    properties, name = wrapped["properties"], text(entry.get("name"))
    if name and ("children" in properties or "details" in properties):
        return "", ops.GROUP, {"group": name}, wrapped
    return "", ops.GROUPS, {}, wrapped


def _wrapped(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with its properties in an object of their own, where az has none."""
    if isinstance(entry.get("properties"), dict):
        return entry
    inner = {key: value for key, value in entry.items() if key not in _OUTER}
    return {**{key: entry[key] for key in _OUTER if key in entry}, "properties": inner}


def _is_tenant_only(entry: dict[str, Any]) -> bool:
    """Whether an entry of `az account list` stands for a tenant without subscriptions."""
    return "subscriptionId" not in entry and text(entry.get("id")) == text(entry.get("tenantId"))
