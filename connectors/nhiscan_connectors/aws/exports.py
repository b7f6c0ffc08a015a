"""Exports: what people save with the AWS command line, read as the evidence that an API would have given.

Known are the JSON of `aws iam get-account-authorization-details` (whole, or a page a file), the credential report (CSV,
base64 of it, or the JSON around it), and the answers of `aws organizations` (see `organizations.recognise`). A file may
hold one document, a list of them, or one behind the other; a directory or an archive may hold several accounts.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nhiscan.connector import ExportSink, Operation, Shard
from nhiscan.errors import InputError, NhiscanError
from nhiscan.wording import plain
from nhiscan_connectors.aws.export_files import bodies, texts
from nhiscan_connectors.aws.export_found import LISTS, Found, Page, account_shard
from nhiscan_connectors.aws.export_holes import tell
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.report import rows
from nhiscan_connectors.aws.services import organizations as org
from nhiscan_connectors.common.export_files import AGAIN
from nhiscan_connectors.common.fields import kind_of

_REQUIRED = {"UserDetailList": "UserName", "RoleDetailList": "RoleName", "GroupDetailList": "GroupName"}
_ACCOUNT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):")
_ENCODED = "dXNlcixhcm4"
"""What base64 makes of the first words of a credential report."""


def read_export(path: Path, sink: ExportSink) -> None:
    """See `nhiscan.connector.Connector.read_export`."""
    found = Found()
    for place, text in texts(path):
        _read(place, text, found)
    # The organization first, for it knows the accounts by name and place; then page after page of one call.
    for operation, pages in found.organization.items():
        for page in sorted(pages, key=lambda page: json.dumps(page.params, sort_keys=True)):
            _add(sink, found.shard(), operation, page)
    for id, account in sorted(found.accounts.items()):
        for page in account.details:
            _add(sink, account_shard(id), ops.DETAILS, page)
        if account.report is not None:
            _add(sink, account_shard(id), ops.REPORT, account.report)
    tell(sink, found)


def _add(sink: ExportSink, shard: Shard, operation: Operation, page: Page) -> None:
    try:
        sink.add(shard, operation, page.body, page.params)
    except NhiscanError as error:
        raise InputError(f"{page.place} cannot be taken in: {error.message}", "The file is damaged.") from error


def _read(place: str, text: str, found: Found) -> None:
    begins = text.lstrip()[: len(_ENCODED) + 1]
    if begins.startswith(("{", "[")):
        name = re.split(r"[/\\]", place)[-1]
        for here, body in bodies(place, text):
            _json(here, name, body, found)
    elif begins.lstrip('"').startswith(_ENCODED):
        _report(place, {"Content": _unpacked(place, text.strip().strip('"'))}, found)
    else:
        _report(place, {"Content": text}, found)


def _json(place: str, name: str, body: dict[str, Any], found: Found) -> None:
    if any(key in body for key in ("UserDetailList", "RoleDetailList", "GroupDetailList")):
        _details(place, body, found)
    elif "Content" in body and isinstance(body["Content"], str):
        _report(place, {**body, "Content": _unpacked(place, body["Content"])}, found)
    elif (known := org.recognise(body, name)) is not None:
        operation, params = known
        found.organization.setdefault(operation, []).append(Page(place, body, params))
    elif isinstance(body.get("Targets"), list):
        raise InputError(
            f"{place} does not tell of which policy these are the targets.",
            "Put the id of the policy into the name of the file (targets-p-examplepolicy.json), or add a key PolicyId.",
        )
    else:
        keys = ", ".join(plain(key[:40]) for key in list(body)[:6]) or "no keys"
        raise InputError(
            f"{place} is not an export that nhiscan knows (it has {keys}).",
            "Known are get-account-authorization-details, get-credential-report and answers of aws organizations.",
        )


def _details(place: str, body: dict[str, Any], found: Found) -> None:
    accounts: set[str] = set()
    for name in LISTS:
        items = body.get(name, [])
        if not isinstance(items, list):
            raise InputError(f"{place}, {name} is {kind_of(items)}, not a list.", "The export is damaged.")
        for number, item in enumerate(items):
            accounts.update(_account_of(f"{place}, {name}[{number}]", item, _REQUIRED.get(name)))
    if len(accounts) > 1:
        raise InputError(f"{place} mixes the accounts {', '.join(sorted(accounts))}.", "Keep one document an account.")
    if not accounts:
        raise InputError(f"{place} names no account: it has no user, role, group or policy of one.")
    account = found.account(accounts.pop())
    if body.get("IsTruncated") is True or body.get("NextToken"):
        account.open = place
    else:
        account.whole = True
    account.lists.update(name for name in LISTS if name in body)
    told = {
        name: [
            item for number, item in enumerate(body.get(name, [])) if account.new(f"{place}, {name}[{number}]", item)
        ]
        for name in LISTS
    }
    # Each document is a call of its own, so that a gap in the account does not take the place of one of them.
    account.details.append(Page(place, told, {"@document": len(account.details) + 1}))


def _account_of(where: str, item: object, required: str | None) -> Iterator[str]:
    """The account of an entry, unless it is of AWS. Raises InputError for an entry that is none."""
    if not isinstance(item, dict):
        raise InputError(f"{where} is {kind_of(item)}, not an object.", "The export is damaged.")
    for field in ("Arn", *([required] if required else [])):
        if not isinstance(item.get(field), str):
            raise InputError(f"{where} has no {field}.", "The export is damaged.")
    if match := _ACCOUNT.match(item["Arn"]):
        yield match[1]


def _unpacked(place: str, content: str) -> str:
    if content.startswith("user,"):
        return content
    try:
        return base64.b64decode("".join(content.split()), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{place}, Content is neither CSV nor base64 of it: {error}.", AGAIN) from error


def _report(place: str, body: dict[str, Any], found: Found) -> None:
    try:
        arns = [row.arn for row in rows(body["Content"])]
        written = sum(1 for line in csv.reader(io.StringIO(body["Content"])) if line) - 1
    except (ValueError, csv.Error) as error:
        raise InputError(f"{place} is neither JSON nor a credential report: {error}.") from error
    if len(arns) != written:
        raise InputError(f"{place}: {written - len(arns)} of {written} rows of the report are cut off.", AGAIN)
    accounts = {match[1] for arn in arns if (match := _ACCOUNT.match(arn))}
    if len(accounts) != 1:
        names = ", ".join(sorted(accounts)) or "none"
        raise InputError(f"{place}: a credential report tells of one account; this one of {names}.")
    account = found.account(accounts.pop())
    if account.report is not None:
        raise InputError(
            f"{place} is a second credential report of one account; {account.report.place} is the first.",
            "Keep the newer one: a report shows one moment.",
        )
    account.report = Page(place, body)
