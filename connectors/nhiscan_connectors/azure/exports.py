"""Exports: JSON that `az` and Graph give, read as the evidence that the calls themselves would have left.

Known are lists of `az` (role assignments and definitions, applications, service principals, users, groups,
subscriptions, management groups), pages of Graph, which name what they are in "@odata.context", and pages of Azure
Resource Manager as `az rest` gives them, which are known by the type of what stands in them. A file may hold one
document or one behind the other; a directory or an archive may hold many files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nhiscan.connector import ExportSink, Operation, Shard
from nhiscan.errors import InputError, NhiscanError
from nhiscan.wording import plain
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.export_entries import placed
from nhiscan_connectors.azure.export_found import Found, Told, subscription_shard, tenant_shard
from nhiscan_connectors.azure.export_holes import tell
from nhiscan_connectors.azure.export_kinds import OLD, Kind, Kinds, expanded
from nhiscan_connectors.azure.rbac import operations as ops
from nhiscan_connectors.azure.service import Service
from nhiscan_connectors.common.export_files import documents, texts
from nhiscan_connectors.common.fields import kind_of, text

_LINKS = ("@odata.nextLink", "nextLink", "odata.nextLink")
_CAPPED = {"/servicePrincipals": "az ad sp list", "/applications": "az ad app list"}
"""Lists of which az gives the first hundred, unless it is asked for all."""
_CAP = 100
_BASE_TYPES = frozenset(f"#microsoft.graph.{word}" for word in ("user", "group", "application", "servicePrincipal"))
"""Types that Graph names only in lists of mixed objects: owners, members."""
_KNOWN = (
    "Known are lists of az (role assignment, role definition, ad sp, ad app, ad user, ad group, account) and pages."
)


def read_export(path: Path, sink: ExportSink, services: tuple[Service, ...]) -> None:
    """See `nhiscan.connector.Connector.read_export`."""
    found, reader = Found(), _Reader(Kinds(services))
    for place, content in texts(path):
        for here, value in documents(place, content):
            reader.document(here, value, found)
    tenant = found.tenant()
    # The tenant first: its scopes are above those of the subscriptions.
    for (subscription, _, _), told in sorted(found.told.items(), key=lambda item: item[0]):
        shard = subscription_shard(subscription, tenant) if subscription else tenant_shard(tenant)
        for page in told.pages:
            _add(sink, shard, told.operation, page, told)
    tell(sink, found, tenant, services)


def _add(sink: ExportSink, shard: Shard, operation: Operation, page: dict[str, Any], told: Told) -> None:
    try:
        sink.add(shard, operation, page, told.params)
    except NhiscanError as error:
        raise InputError(f"{told.place} cannot be taken in: {error.message}", "The file is damaged.") from error


class _Reader:
    """Takes documents apart."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def document(self, here: str, value: Any, found: Found) -> None:
        """Take in one document. Raises InputError for what nhiscan does not know."""
        match value:
            case []:
                raise InputError(f"{here} is an empty list, which does not tell of what.", "Leave the file out.")
            case [*entries] if all(isinstance(entry, dict) and _is_page(entry) for entry in entries):
                for number, page in enumerate(entries, 1):
                    self._page(f"{here}, page {number}", page, found)
            case [*entries]:
                why = self._capped(entries)
                self._entries(here, entries, None, found, why)
            case {"value": list()}:
                self._page(here, value, found)
            case dict():
                context = text(value.get("@odata.context"))
                kind = self._kinds.of_context(context) if context else None
                self._entries(here, [value], kind, found, f"{here} holds one entry only")
            case _:
                raise InputError(f"{here} is {kind_of(value)}, not an object or a list.", _KNOWN)

    def _page(self, here: str, page: dict[str, Any], found: Found) -> None:
        context = text(page.get("@odata.context"))
        kind = self._kinds.of_context(context) if context else None
        if context and kind is None:
            what = plain(context.partition("#")[2][:80]) or "something"
            raise InputError(
                f"{here} is a page of {what}, which nhiscan does not read.",
                "Leave the file out. Lists of owners and members do not tell whose they are.",
            )
        if kind is None and not page["value"]:
            raise InputError(f"{here} is an empty page, which does not tell of what.", "Leave the file out.")
        more = any(text(page.get(link)) for link in _LINKS)
        why = f"{here} says that there are more pages, and they are not there" if more else ""
        self._entries(f"{here}, value", page["value"], kind, found, why)

    def _entries(self, here: str, entries: list[Any], kind: Kind | None, found: Found, why: str) -> None:
        """Take in entries of one document. `why`: why there may be more; empty when it is whole."""
        touched: dict[int, tuple[Told, list[dict[str, Any]]]] = {}

        def bodies_of(told: Told) -> list[dict[str, Any]]:
            return touched.setdefault(id(told), (told, []))[1]

        if kind is not None and not entries:
            _touch(found, kind, here, bodies_of)
        for number, entry in enumerate(entries):
            where = f"{here}[{number}]"
            known = kind or self._kind(where, entry)
            if not isinstance(entry, dict):
                raise InputError(f"{where} is {kind_of(entry)}, not an object.", "The export is damaged.")
            for subscription, operation, params, body in placed(where, known, entry):
                told = found.of(subscription, operation, params, where)
                bodies = bodies_of(told)
                if not subscription:
                    _touch(found, known, where, bodies_of)
                if told.new(where, body):
                    bodies.append(body)
                    for other in _others(known, entry):
                        bodies_of(found.of("", other, params, where)).append(body)
        for told, bodies in touched.values():
            self._take(told, bodies, why)

    def _take(self, told: Told, bodies: list[dict[str, Any]], why: str) -> None:
        if told.operation is ops.GROUP:
            told.pages.extend(bodies)
        else:
            told.pages.append({"value": bodies})
        told.open = why or told.open
        told.whole = told.whole or not why

    def _kind(self, where: str, entry: Any) -> Kind:
        if not isinstance(entry, dict):
            raise InputError(f"{where} is {kind_of(entry)}, not an object.", "The export is damaged.")
        if OLD in entry and "id" not in entry:
            raise InputError(
                f"{where} is of Azure AD Graph, which Microsoft has retired: it has {OLD} and no id.",
                "Export again with az 2.37 or newer.",
            )
        if text(entry.get("@odata.type")) in _BASE_TYPES and "@odata.context" not in entry:
            raise InputError(
                f"{where} is one of the owners or members of something; the list does not tell of what.",
                "Leave the file out.",
            )
        kind = self._kinds.of_entry(entry)
        if kind is None:
            keys = ", ".join(plain(str(key)[:40]) for key in list(entry)[:6]) or "no keys"
            raise InputError(f"{where} is not an export that nhiscan knows (it has {keys}).", _KNOWN)
        return kind

    def _capped(self, entries: list[Any]) -> str:
        """Why a list of az may not be whole."""
        first = entries[0] if isinstance(entries[0], dict) else {}
        kind = self._kinds.of_entry(first)
        command = _CAPPED.get(kind.operation.path) if kind else None
        if command and len(entries) == _CAP:
            return f"it has {_CAP} entries, as many as {command} gives without --all"
        if kind and kind.operation is ops.ASSIGNMENTS and not any(map(_is_below_subscription, entries)):
            return "no assignment is below a subscription; az gives those with --all only"
        return ""


def _touch(found: Found, kind: Kind, place: str, bodies_of: Callable[[Told], list[dict[str, Any]]]) -> None:
    """Note that a list was told, and with it the lists of each type of its objects, be they empty."""
    for operation in (kind.operation, *kind.casts.values()) if kind.operation.plane == "graph" else ():
        bodies_of(found.of("", operation, kind.params, place))


def _others(kind: Kind, entry: dict[str, Any]) -> Iterator[Api]:
    """Other calls that would have told an entry too."""
    for operation in kind.also:
        if expanded(operation) and expanded(operation) in entry:
            yield operation
    cast = kind.casts.get(text(entry.get("@odata.type")))
    if cast is not None:
        yield cast


def _is_page(entry: dict[str, Any]) -> bool:
    return isinstance(entry.get("value"), list)


def _is_below_subscription(entry: Any) -> bool:
    scope = text(entry.get("scope")) if isinstance(entry, dict) else ""
    return scope.lower().startswith("/subscriptions/") and scope.strip("/").count("/") > 1
