"""Exports: what gcloud gives as JSON, read as the evidence that the calls themselves would have left.

Known are exports and lists of Cloud Asset Inventory (`gcloud asset export`, `asset list`, `asset search-all-resources`,
`asset search-all-iam-policies`), lists of gcloud of projects, service accounts and their keys, roles, services and what
runs in a project, bare IAM policies whose file is named after what they are on, and pages of the APIs.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from nhiscan.connector import ExportSink
from nhiscan.errors import InputError
from nhiscan.wording import plain
from nhiscan_connectors.common.fields import kind_of, table, text
from nhiscan_connectors.gcp.export_containers import TYPES
from nhiscan_connectors.gcp.export_found import Estate, Found
from nhiscan_connectors.gcp.export_holes import tell
from nhiscan_connectors.gcp.export_items import Items, whose_policy
from nhiscan_connectors.gcp.export_kinds import entries_of, form_of, page_list
from nhiscan_connectors.gcp.export_lines import Head, read
from nhiscan_connectors.gcp.export_reads import Reads
from nhiscan_connectors.gcp.names import container
from nhiscan_connectors.gcp.services import find_services

log = logging.getLogger(__name__)

_KNOWN = "Known are gcloud asset export, list and search, lists of gcloud as JSON, and pages of Google's APIs."
ACTIVITIES_OF_GCLOUD = 1000
"""As many as `gcloud policy-intelligence query-activity` gives without --limit=unlimited."""
_TOKENS = ("nextPageToken", "next_page_token")


def read_export(path: Path, sink: ExportSink) -> None:
    """See `nhiscan.connector.Connector.read_export`."""
    found = Found(sink, Reads(find_services()))
    items = Items(found)
    _Reader(found, items).read(path)
    if not found.estates and items.empty:
        raise InputError(f"{path} holds nothing that nhiscan reads.", _KNOWN)
    found.settle()
    items.settle()
    found.finish()
    items.write()
    tell(sink, found, items)
    if found.unread:
        most = ", ".join(f"{plain(type[:80])} ({count})" for type, count in found.unread.most_common(20))
        log.info("types of assets that no service reads: %d, such as %s", len(found.unread), most)


class _Reader:
    """Takes documents apart."""

    def __init__(self, found: Found, items: Items) -> None:
        self._found = found
        self._items = items
        self._capped = False
        """Whether the list at hand may have been cut off by gcloud, if it is one of activities."""
        self._of_file: set[str] = set()
        """Estates that the file at hand tells of."""
        self._open: dict[str, str] = {}
        """Lists of the file at hand that have more pages, and where that is said."""

    def read(self, path: Path) -> None:
        """Read all files."""
        file = ""
        for document in read(path, self._is_wanted):
            if document.file != file:
                self._end_file()
                file = document.file
            if document.cut:
                self._found.cuts.append((frozenset(self._of_file), document.cut))
            else:
                self._document(document.file, document.place, document.value)
        self._end_file()

    def _end_file(self) -> None:
        for why in self._open.values():
            self._found.cuts.append((frozenset(self._of_file), why))
        self._open = {}
        self._of_file = set()

    def _is_wanted(self, head: Head) -> bool:
        """Whether an asset on a line is read. What is not is counted, and only that."""
        reads, type = self._found.reads, head.type
        if head.has_policy or type in TYPES or type in reads.sweeps or type in reads.searches:
            return True
        if head.resource:
            self._found.unread[type[:200]] += 1
            return False
        return True

    def _document(self, file: str, here: str, value: Any) -> None:
        """Take in one document. Raises InputError for what nhiscan does not know."""
        match value:
            case list():
                self._capped = len(value) == ACTIVITIES_OF_GCLOUD
                for number, entry in enumerate(value):
                    self._entry(file, f"{here}[{number}]", entry)
            case dict():
                self._capped = False
                self._entry(file, here, value)
            case _:
                raise InputError(f"{here} is {kind_of(value)}, not an object or a list.", _KNOWN)

    def _page(self, file: str, here: str, field: str, page: dict[str, Any]) -> None:
        for number, entry in enumerate(entries_of(page, field)):
            self._entry(file, f"{here}, {field}[{number}]", entry)
        if any(text(page.get(token)) for token in _TOKENS):
            self._open[field] = f"{here} says that there are more pages, and they are not there"
        else:
            self._open.pop(field, None)

    def _entry(self, file: str, where: str, entry: Any) -> None:
        if not isinstance(entry, dict):
            raise InputError(f"{where} is {kind_of(entry)}, not an object.", "The export is damaged.")
        if field := page_list(entry, self._found.reads.keys - {"bindings"}):
            self._page(file, where, field, entry)
            return
        found, items = self._found, self._items
        estate: Estate | None = None
        match form_of(entry):
            case "asset":
                estate = found.asset(where, entry)
            case "result":
                estate = found.result(where, entry)
            case "policy-result":
                estate = found.policy_result(where, entry)
            case "activity":
                items.take_activity(where, entry, whole=not self._capped)
            case "policy":
                items.take_policy(where, whose_policy(where, file), entry)
            case "ancestor-policy":
                name = container(f"{text(entry['type'])}s/{text(entry.get('id'))}")
                if not name:
                    raise InputError(f"{where} does not tell whose policy it is.", "The export is damaged.")
                items.take_policy(where, name, table(entry.get("policy")))
            case "item":
                items.take(where, entry)
            case None if items.known(entry) is not None:
                items.take(where, entry)
            case _:
                keys = ", ".join(plain(str(key)[:40]) for key in list(entry)[:6]) or "no keys"
                raise InputError(f"{where} is not an export that nhiscan knows (it has {keys}).", _KNOWN)
        if estate is not None:
            self._of_file.add(estate.key)
