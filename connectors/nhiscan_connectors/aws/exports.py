"""Exports: what people save with the AWS command line, read as the evidence that an API would have given.

Known are the JSON of `aws iam get-account-authorization-details` (whole, or a page a file), the credential report (CSV,
or the JSON around it), and the answers of `aws organizations` (list-accounts, list-policies, describe-policy,
list-targets-for-policy, describe-organization). A directory may hold files of several accounts.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from nhiscan.connector import ExportSink, Operation, Shard
from nhiscan.errors import InputError
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.report import rows
from nhiscan_connectors.aws.services import organizations as org

LARGEST = 1_073_741_824
"""Bytes that one exported file may have; the details of 100,000 identities are about a third of that."""

_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_REQUIRED = {"UserDetailList": "UserName", "RoleDetailList": "RoleName", "GroupDetailList": "GroupName", "Policies": ""}
_ACCOUNT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):")
_SUFFIXES = {".json", ".jsonl", ".csv", ".txt", ""}


class _Account(msgspec.Struct):
    details: bool = False
    report: bool = False
    truncated: str = ""


def read_export(path: Path, sink: ExportSink) -> None:
    """See `nhiscan.connector.Connector.read_export`."""
    files = (
        sorted(f for f in path.rglob("*") if f.is_file() and not f.name.startswith(".")) if path.is_dir() else [path]
    )
    files = [file for file in files if file.suffix.lower() in _SUFFIXES or len(files) == 1]
    if not files:
        raise InputError(
            f"{path} holds no JSON and no CSV file.", "Export with `aws iam get-account-authorization-details`."
        )
    accounts: dict[str, _Account] = {}
    organization: list[tuple[Operation, dict[str, Any], dict[str, Any]]] = []
    for file in files:
        text = _text(file)
        if text.lstrip("\ufeff \r\n\t").startswith(("{", "[")):
            for place, body in _bodies(file, text):
                _json(file, place, body, sink, accounts, organization)
        else:
            _report(file, text, sink, accounts)
    for operation, body, params in organization:
        sink.add(_organization(accounts), operation, body, params)
    _missing(sink, accounts, bool(organization))


def _shard(account: str) -> Shard:
    return Shard(connector="aws", scope=f"aws:{account}", part="account")


def _organization(accounts: dict[str, _Account]) -> Shard:
    first = min(accounts) if accounts else "organization"
    return Shard(connector="aws", scope=f"aws:{first}", part="organization")


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
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    if not raw.strip():
        raise InputError(f"{file} is empty.", "Export it again; the command may have failed.")
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not text: byte {error.start} cannot be {encoding}.") from error


def _bodies(file: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """JSON objects of a file with their place: one, a list of them, or one behind the other."""
    decoder = json.JSONDecoder()
    position = 0
    number = 0
    while True:
        while position < len(text) and text[position] in " \r\n\t,\x00":
            position += 1
        if position >= len(text):
            return
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{file} is not whole JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
                "The file may have been cut off; export it again.",
            ) from error
        except (RecursionError, ValueError) as error:
            raise InputError(
                f"{file} holds JSON that nhiscan does not read: {type(error).__name__}: {error}."
            ) from error
        for index, body in enumerate(value if isinstance(value, list) else [value]):
            number += 1
            if not isinstance(body, dict):
                raise InputError(f"{file}: document {number} (item {index}) is {type(body).__name__}, not an object.")
            yield f"document {number}", body


def _json(
    file: Path,
    place: str,
    body: dict[str, Any],
    sink: ExportSink,
    accounts: dict[str, _Account],
    organization: list[tuple[Operation, dict[str, Any], dict[str, Any]]],
) -> None:
    if any(key in body for key in ("UserDetailList", "RoleDetailList", "GroupDetailList")):
        _details(file, place, body, sink, accounts)
    elif "Content" in body and isinstance(body["Content"], str):
        _report(file, _unpacked(file, place, body["Content"]), sink, accounts)
    elif (known := org.recognise(body)) is not None:
        operation, params = known
        organization.append((operation, body, params))
    else:
        keys = ", ".join(map(str, list(body)[:6])) or "no keys"
        raise InputError(
            f"{file}: {place} is not an export that nhiscan knows (it has {keys}).",
            "Known are get-account-authorization-details, get-credential-report and answers of aws organizations.",
        )


def _details(file: Path, place: str, body: dict[str, Any], sink: ExportSink, accounts: dict[str, _Account]) -> None:
    found: set[str] = set()
    for name in _LISTS:
        items = body.get(name, [])
        if not isinstance(items, list):
            raise InputError(f"{file}: {place}, {name} is {type(items).__name__}, not a list.")
        for number, item in enumerate(items):
            where = f"{file}: {place}, {name}[{number}]"
            if not isinstance(item, dict):
                raise InputError(f"{where} is {type(item).__name__}, not an object.")
            arn = item.get("Arn")
            if not isinstance(arn, str) or (_REQUIRED[name] and not isinstance(item.get(_REQUIRED[name]), str)):
                raise InputError(f"{where} has no Arn or no {_REQUIRED[name] or 'Arn'}.", "The export is damaged.")
            match = _ACCOUNT.match(arn)
            if match:
                found.add(match[1])
    if len(found) > 1:
        raise InputError(f"{file}: {place} mixes the accounts {', '.join(sorted(found))}.", "Keep one file an account.")
    if not found:
        raise InputError(f"{file}: {place} names no account: it has no user, role, group or policy of one.")
    account = found.pop()
    state = accounts.setdefault(account, _Account())
    state.details = True
    more = body.get("IsTruncated") is True or bool(body.get("NextToken"))
    state.truncated = str(file) if more else ""
    sink.add(_shard(account), ops.DETAILS, {name: body.get(name, []) for name in _LISTS})


def _unpacked(file: Path, place: str, content: str) -> str:
    if content.startswith("user,"):
        return content
    try:
        return base64.b64decode(content, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"{file}: {place}, Content is neither CSV nor base64 of it: {error}.") from error


def _report(file: Path, text: str, sink: ExportSink, accounts: dict[str, _Account]) -> None:
    try:
        arns = [row.arn for row in rows(text)]
    except ValueError as error:
        raise InputError(f"{file} is neither JSON nor a credential report: {error}.") from error
    found = {match[1] for arn in arns if (match := _ACCOUNT.match(arn))}
    if len(found) != 1:
        names = ", ".join(sorted(found)) or "none"
        raise InputError(f"{file}: a credential report tells of one account; this one of {names}.")
    account = found.pop()
    accounts.setdefault(account, _Account()).report = True
    sink.add(_shard(account), ops.REPORT, {"Content": text})


_TOLD_ELSEWHERE = (ops.SPECIFIC, ops.OIDC_LIST, ops.SAML_LIST, ops.VIRTUAL_MFA)


def _missing(sink: ExportSink, accounts: dict[str, _Account], organization: bool) -> None:
    """Say what the exports of each account do not tell."""
    for account, state in sorted(accounts.items()):
        shard = _shard(account)
        if not state.details:
            sink.missing(shard, ops.DETAILS, "the export holds no authorization details")
        elif state.truncated:
            sink.missing(
                shard, ops.DETAILS, f"{state.truncated} says that there are more pages, and they are not there"
            )
        if not state.report:
            sink.missing(shard, ops.REPORT, "the export holds no credential report")
        elif state.details:
            sink.missing(shard, ops.KEYS, "the credential report gives no ids of access keys")
        for operation in _TOLD_ELSEWHERE:
            sink.missing(shard, operation, "exports of authorization details and credential reports do not tell")
    if accounts and not organization:
        sink.missing(_organization(accounts), org.DESCRIBE, "the export holds nothing of the organization")
