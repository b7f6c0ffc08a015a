"""Exports: what people save with the AWS command line, read as the evidence that an API would have given.

Known are the JSON of `aws iam get-account-authorization-details` (whole, or a page a file), the credential report (CSV,
base64 of it, or the JSON around it), and the answers of `aws organizations` (see `organizations.recognise`). A file may
hold one document, a list of them, or one behind the other; a directory may hold files of several accounts.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from nhiscan.connector import ExportSink, Operation, Shard
from nhiscan.errors import InputError, NhiscanError
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.report import rows
from nhiscan_connectors.aws.plan import ACCOUNTS
from nhiscan_connectors.aws.services import find_services
from nhiscan_connectors.aws.services import organizations as org

LARGEST = 1_073_741_824
"""Bytes that one exported file may have; the details of 100,000 identities are about a third of that."""
_LONGEST_NUMBER = 32
"""Characters of the longest number; AWS writes none that has more."""

_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_REQUIRED = {"UserDetailList": "UserName", "RoleDetailList": "RoleName", "GroupDetailList": "GroupName"}
_ACCOUNT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):")
_SUFFIXES = {".json", ".jsonl", ".ndjson", ".csv", ".txt", ".b64", ""}
_ENCODED = "dXNlcixhcm4"
"""What base64 makes of the first words of a credential report."""
_AGAIN = "The file may have been cut off; export it again."


class _Page(msgspec.Struct, frozen=True):
    """One document, and where it stood."""

    place: str
    body: dict[str, Any]
    params: dict[str, Any] = {}


class _Account(msgspec.Struct):
    """What was found of one account."""

    details: list[_Page] = []
    report: _Page | None = None
    open: str = ""
    """A page that says that there are more behind it."""
    whole: bool = False
    """Some page says, or does not deny, that it is the last one."""


class _Found(msgspec.Struct):
    accounts: dict[str, _Account] = {}
    organization: dict[Operation, list[_Page]] = {}

    def account(self, id: str) -> _Account:
        """What was found of an account, to add to."""
        return self.accounts.setdefault(id, _Account())


def read_export(path: Path, sink: ExportSink) -> None:
    """See `nhiscan.connector.Connector.read_export`."""
    found = _Found()
    for file in _files(path):
        _read(file, found)
    # The organization first, for it knows the accounts by name and place; then page after page of one call.
    for operation, pages in found.organization.items():
        for page in sorted(pages, key=lambda page: json.dumps(page.params, sort_keys=True)):
            _add(sink, _organization(found), operation, page)
    for id, account in sorted(found.accounts.items()):
        for page in account.details:
            _add(sink, _shard(id), ops.DETAILS, page)
        if account.report is not None:
            _add(sink, _shard(id), ops.REPORT, account.report)
    _missing(sink, found)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = sorted(path.rglob("*"))
    hidden = [any(part.startswith(".") for part in file.relative_to(path).parts) for file in inside]
    files = [
        file
        for file, is_hidden in zip(inside, hidden, strict=True)
        if not is_hidden and file.suffix.lower() in _SUFFIXES and file.is_file()
    ]
    if not files:
        raise InputError(
            f"{path} holds no JSON and no CSV file.", "Export with `aws iam get-account-authorization-details`."
        )
    return files


def _shard(account: str) -> Shard:
    return Shard(connector="aws", scope=f"aws:{account}", part="account")


def _organization(found: _Found) -> Shard:
    first = min(found.accounts) if found.accounts else "organization"
    return Shard(connector="aws", scope=f"aws:{first}", part="organization")


def _add(sink: ExportSink, shard: Shard, operation: Operation, page: _Page) -> None:
    try:
        sink.add(shard, operation, page.body, page.params)
    except NhiscanError as error:
        raise InputError(f"{page.place} cannot be taken in: {error.message}", "The file is damaged.") from error


def _text(file: Path) -> str:
    """A file as text: UTF-8 with or without a mark, or the UTF-16 that PowerShell writes."""
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise InputError(
                f"{file} has {size:,} bytes; nhiscan reads exports of up to {LARGEST:,}.", "Split it by account."
            )
        raw = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}.") from error
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        name = "UTF-16" if encoding == "utf-16" else "UTF-8"
        raise InputError(f"{file} is not text: at byte {error.start} it is not {name}.", _AGAIN) from error
    if not text.strip():
        raise InputError(f"{file} is empty.", "Export it again; the command may have failed.")
    return text


def _read(file: Path, found: _Found) -> None:
    text = _text(file)
    begins = text.lstrip()[: len(_ENCODED) + 1]
    if begins.startswith(("{", "[")):
        for place, body in _bodies(file, text):
            _json(place, body, found)
    elif begins.lstrip('"').startswith(_ENCODED):
        _report(str(file), {"Content": _unpacked(str(file), text.strip().strip('"'))}, found)
    else:
        _report(str(file), {"Content": text}, found)


def _bodies(file: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """JSON objects of a file with their place: one, a list of them, or one behind the other."""
    decoder = json.JSONDecoder(parse_constant=_no_number, parse_int=_integer, parse_float=_float)
    blank = re.compile(r"[ \r\n\t,]*")
    halves = _HALF.search(text) is not None
    position = 0
    number = 0
    while (match := blank.match(text, position)) is not None and match.end() < len(text):
        position = match.end()
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{file} is not whole JSON: {error.msg} at line {error.lineno}, column {error.colno}.", _AGAIN
            ) from error
        except RecursionError as error:
            raise InputError(f"{file}: document {number + 1} is nested too deep to be an answer of AWS.") from error
        except ValueError as error:
            raise InputError(f"{file}: document {number + 1} is not JSON that AWS writes: {error}.") from error
        for body in value if isinstance(value, list) else [value]:
            number += 1
            place = f"{file}: document {number}"
            if not isinstance(body, dict):
                raise InputError(f"{place} is {_kind(body)}, not an object.")
            if halves and not _is_unicode(body):
                raise InputError(f"{place} holds text that is no Unicode.", "The file is damaged.")
            yield place, body
    if number == 0:
        raise InputError(f"{file} holds an empty list.", "Export it again; the command may have failed.")


_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""Half of a character that takes two; without its other half no file can hold it."""


def _is_unicode(body: dict[str, Any]) -> bool:
    try:
        msgspec.json.encode(body)
    except UnicodeEncodeError:
        return False
    return True


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:_LONGEST_NUMBER]} is too large")
    return value


def _json(place: str, body: dict[str, Any], found: _Found) -> None:
    if any(key in body for key in ("UserDetailList", "RoleDetailList", "GroupDetailList")):
        _details(place, body, found)
    elif "Content" in body and isinstance(body["Content"], str):
        _report(place, {**body, "Content": _unpacked(place, body["Content"])}, found)
    elif (known := org.recognise(body)) is not None:
        operation, params = known
        found.organization.setdefault(operation, []).append(_Page(place, body, params))
    else:
        keys = ", ".join(key[:40] for key in list(body)[:6]) or "no keys"
        raise InputError(
            f"{place} is not an export that nhiscan knows (it has {keys}).",
            "Known are get-account-authorization-details, get-credential-report and answers of aws organizations.",
        )


def _details(place: str, body: dict[str, Any], found: _Found) -> None:
    accounts: set[str] = set()
    for name in _LISTS:
        items = body.get(name, [])
        if not isinstance(items, list):
            raise InputError(f"{place}, {name} is {_kind(items)}, not a list.", "The export is damaged.")
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
    account.details.append(_Page(place, {name: body.get(name, []) for name in _LISTS}))


def _account_of(where: str, item: object, required: str | None) -> Iterator[str]:
    """The account of an entry, unless it is of AWS. Raises InputError for an entry that is none."""
    if not isinstance(item, dict):
        raise InputError(f"{where} is {_kind(item)}, not an object.", "The export is damaged.")
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
        raise InputError(f"{place}, Content is neither CSV nor base64 of it: {error}.", _AGAIN) from error


def _report(place: str, body: dict[str, Any], found: _Found) -> None:
    try:
        arns = [row.arn for row in rows(body["Content"])]
        written = sum(1 for line in csv.reader(io.StringIO(body["Content"])) if line) - 1
    except (ValueError, csv.Error) as error:
        raise InputError(f"{place} is neither JSON nor a credential report: {error}.") from error
    if len(arns) != written:
        raise InputError(f"{place}: {written - len(arns)} of {written} rows of the report are cut off.", _AGAIN)
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
    account.report = _Page(place, body)


_TOLD_ELSEWHERE = (
    ops.ROLES, ops.SPECIFIC, ops.SSH_KEYS, ops.SIGNING, ops.SERVER_CERTIFICATES, ops.VIRTUAL_MFA, ops.OIDC_LIST,
    ops.SAML_LIST, ops.OUTBOUND, ops.DELEGATION,
)  # fmt: skip


def _missing(sink: ExportSink, found: _Found) -> None:
    """Say what the exports of each account, and of the organization, do not tell."""
    regional = [service.operations[0] for service in find_services() if service.part == "region"]
    for id, account in sorted(found.accounts.items()):
        shard = _shard(id)
        if not account.details:
            sink.missing(shard, ops.DETAILS, "the export holds no authorization details")
        elif not account.whole:
            sink.missing(shard, ops.DETAILS, f"{account.open} says that there are more pages, and they are not there")
        if account.report is None:
            sink.missing(shard, ops.REPORT, "the export holds no credential report")
        elif account.details:
            sink.missing(shard, ops.KEYS, "the credential report gives no ids of access keys")
        for operation in _TOLD_ELSEWHERE:
            sink.missing(shard, operation, "exports of authorization details and credential reports do not tell")
        for operation in regional:
            sink.missing(shard, operation, "exports tell nothing of what is in the regions")
    lacking = [o for o in (org.DESCRIBE, ACCOUNTS, org.POLICIES, org.POLICY, org.TARGETS) if not _has(found, o)]
    if found.organization:
        for operation in lacking:
            sink.missing(_organization(found), operation, "the export of the organization does not hold it")
    elif found.accounts:
        sink.missing(_organization(found), org.DESCRIBE, "the export holds nothing of the organization")


def _has(found: _Found, operation: Operation) -> bool:
    return operation in found.organization


def _kind(value: object) -> str:
    """What JSON calls it."""
    names: dict[type, str] = defaultdict(
        lambda: "an object", {bool: "a truth value", int: "a number", float: "a number", str: "text", list: "a list"}
    )
    return "null" if value is None else names[type(value)]
