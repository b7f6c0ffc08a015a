"""What exports were found to hold, by the call that would have told it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.connector import Shard
from nhiscan.errors import InputError
from nhiscan.wording import plain
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.ids import is_guid, subscription_of, subscription_scope, tenant_scope
from nhiscan_connectors.azure.plan import ORGANIZATION, SUBSCRIPTIONS, TENANT
from nhiscan_connectors.common.fields import table, text

UNKNOWN = "unknown"
"""The tenant of exports that do not name one."""


class Told(msgspec.Struct):
    """What was told of one call."""

    operation: Api
    params: dict[str, str]
    pages: list[dict[str, Any]] = []
    place: str = ""
    """Where it was first told of."""
    open: str = ""
    """Why more may be missing; empty when nothing says so."""
    whole: bool = False
    """Some document of it has nothing behind it."""
    entries: dict[str, tuple[str, Any]] = {}
    """Id -> where it was first told of, and what."""

    def new(self, where: str, entry: dict[str, Any]) -> bool:
        """Whether an entry tells something that none before did.

        Raises InputError where two tell different things of the same: which of them is true, nobody can say.
        """
        id = text(entry.get("id")).lower()
        if not id:
            return True  # the parser tells of it as damage
        first, known = self.entries.setdefault(id, (where, entry))
        if known is entry:
            return True
        if not _same(known, entry):
            raise InputError(
                f"{where} tells of {plain(id[:120])} otherwise than {first}.",
                "Keep the newer of the two exports: they cannot be added up.",
            )
        return False


class Found(msgspec.Struct):
    """Everything that was found."""

    told: dict[tuple[str, str, str], Told] = {}
    """By subscription (empty: the tenant), name of the call, and its parameters."""
    subscriptions: set[str] = set()
    """Scopes of subscriptions that something was told of."""

    def of(self, subscription: str, operation: Api, params: dict[str, str], place: str) -> Told:
        """What was told of a call, to add to."""
        if subscription:
            self.subscriptions.add(subscription)
        key = (subscription, operation.name, msgspec.json.encode(params, order="deterministic").decode())
        return self.told.setdefault(key, Told(operation, params, place=place))

    def items(self, operation: Api) -> Iterator[dict[str, Any]]:
        """Entries of a call of the tenant."""
        for (subscription, name, _), told in self.told.items():
            if not subscription and name == operation.name:
                for page in told.pages:
                    yield from page["value"]

    def tenant(self) -> str:
        """Id of the tenant: what the directory says, else that of the subscription that az works in, else the only one.

        Raises InputError where exports of several tenants are mixed.
        """
        named = {text(item.get("id")).lower() for item in self.items(ORGANIZATION)} - {""}
        if len(named) > 1:
            raise InputError(
                f"The exports mix the tenants {', '.join(sorted(plain(name[:40]) for name in named))}.",
                "Read the exports of one tenant at a time.",
            )
        accounts = list(self.items(SUBSCRIPTIONS))
        ours = {text(item.get("tenantId")).lower() for item in accounts if item.get("isDefault") is True} - {""}
        all_ = {text(item.get("tenantId")).lower() for item in accounts} - {""}
        for known in (named, ours, all_):
            if len(known) == 1 and is_guid(next(iter(known))):
                return next(iter(known))
        if all_:
            raise InputError(
                f"The exports name {len(all_)} tenants, and do not tell which of them they are of.",
                "Add the answer of Graph to /organization, or keep the subscriptions of one tenant.",
            )
        return UNKNOWN


def tenant_shard(tenant: str) -> Shard:
    """The shard of the tenant."""
    return Shard(connector="azure", scope=tenant_scope(tenant), part="tenant", options={TENANT: tenant})


def subscription_shard(subscription: str, tenant: str) -> Shard:
    """The shard of a subscription. `subscription`: its scope."""
    return Shard(connector="azure", scope=subscription, part="subscription", options={TENANT: tenant})


def subscription_in(operation: Api, entry: dict[str, Any]) -> str:
    """The subscription that an entry of Azure Resource Manager belongs to; empty for what stands above them."""
    properties = table(entry.get("properties"))
    scope = text(properties.get("scope")) or text(entry.get("scope")) or text(entry.get("id"))
    found = subscription_of(scope) or subscription_of(text(entry.get("id")))
    return found if found.startswith("/subscriptions/") and operation is not SUBSCRIPTIONS else ""


def account(entry: dict[str, Any]) -> dict[str, Any]:
    """A subscription as Azure Resource Manager tells it, from what `az account` gives."""
    if "subscriptionId" in entry:
        return entry
    id = text(entry.get("id"))
    return {**entry, "id": subscription_scope(id), "subscriptionId": id, "displayName": entry.get("name")}


def _same(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except RecursionError:
        return False
