"""What exports do not tell: each is a gap, so that nothing that was not exported looks as if it were not there."""

from __future__ import annotations

from nhiscan.connector import ExportSink
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.export_found import UNKNOWN, Found, Told, subscription_shard, tenant_shard
from nhiscan_connectors.azure.ids import subscription_scope
from nhiscan_connectors.azure.plan import ORGANIZATION, SUBSCRIPTIONS
from nhiscan_connectors.azure.rbac import operations as ops
from nhiscan_connectors.azure.service import Service
from nhiscan_connectors.common.fields import table, text

_SCHEDULES = (ops.ELIGIBLE, ops.ACTIVE, ops.ELIGIBLE_ABOVE, ops.ACTIVE_ABOVE)
"""Extras that a scan may do without, and an export that does not hold them leaves open."""
_NOT_HELD = "the export does not hold it"


def tell(sink: ExportSink, found: Found, tenant: str, services: tuple[Service, ...]) -> None:
    """Say what the exports do not tell of the tenant and of its subscriptions."""
    _tell_of_tenant(sink, found, tenant, [service for service in services if service.part == "tenant"])
    here = [service for service in services if service.part == "subscription"]
    for subscription in sorted(found.subscriptions | _listed(found, tenant)):
        _tell_of_subscription(sink, found, subscription, tenant, here)


def _tell_of_tenant(sink: ExportSink, found: Found, tenant: str, services: list[Service]) -> None:
    shard, told = tenant_shard(tenant), _told(found, "")
    for operation in dict.fromkeys((ORGANIZATION, *(item for service in services for item in service.operations))):
        if _counts(operation) and operation is not ops.GROUP and not _is_told(operation, told):
            sink.missing(shard, operation, _NOT_HELD)
    for name, parts in told.items():
        if name == ops.BUILT_IN.name and not any(_built_in(part) for part in parts):
            sink.missing(shard, ops.BUILT_IN, "the export holds custom roles only")
        for why in _open(parts):
            sink.missing(shard, parts[0].operation, why)


def _tell_of_subscription(
    sink: ExportSink, found: Found, subscription: str, tenant: str, services: list[Service]
) -> None:
    shard, told = subscription_shard(subscription, tenant), _told(found, subscription)
    for service in services:
        wanted = [operation for operation in service.operations if _counts(operation)]
        if ops.ASSIGNMENTS in wanted:
            # What a role allows stands with the tenant, wherever it was exported.
            wanted = [operation for operation in wanted if operation is not ops.DEFINITIONS]
            for operation in wanted:
                if operation.name not in told:
                    sink.missing(shard, operation, _NOT_HELD)
        elif wanted and not any(operation.name in told for operation in wanted):
            sink.missing(shard, wanted[0], "exports tell nothing of what is in the subscription")
    for parts in told.values():
        for why in _open(parts):
            sink.missing(shard, parts[0].operation, why)


def _counts(operation: Api) -> bool:
    """Whether an export should hold what a call would have told; Resource Graph's answers stand elsewhere too."""
    return operation.method == "GET" and (not operation.optional or operation in _SCHEDULES)


def _is_told(operation: Api, told: dict[str, list[Told]]) -> bool:
    # A group with what is under it tells more than the list.
    return operation.name in told or (operation is ops.GROUPS and ops.GROUP.name in told)


def _told(found: Found, subscription: str) -> dict[str, list[Told]]:
    """What was told, by the name of the call."""
    names: dict[str, list[Told]] = {}
    for (where, name, _), told in found.told.items():
        if where == subscription:
            names.setdefault(name, []).append(told)
    return names


def _open(parts: list[Told]) -> list[str]:
    return list(dict.fromkeys(part.open for part in parts if part.open and not part.whole))[:3]


def _built_in(told: Told) -> bool:
    entries = (entry for page in told.pages for entry in page["value"])
    return any(text(table(entry.get("properties")).get("type")) == "BuiltInRole" for entry in entries)


def _listed(found: Found, tenant: str) -> set[str]:
    """Subscriptions of the tenant that the export names."""
    return {
        subscription_scope(text(item.get("subscriptionId")))
        for item in found.items(SUBSCRIPTIONS)
        if text(item.get("subscriptionId"))
        and (tenant == UNKNOWN or text(item.get("tenantId")).lower() in ("", tenant))
    }
