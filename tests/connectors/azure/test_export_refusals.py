"""Exports that nhiscan does not know or cannot trust are refused, with the file and the place."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from nhiscan.errors import InputError
from nhiscan.evidence import open_bundle
from nhiscan_connectors.common import export_files
from tests.connectors.azure.exported import (
    ADA,
    DEPLOY,
    LAB,
    LAB_SCOPE,
    OTHER,
    PROD,
    WHOLE,
    account,
    assignment,
    page,
    principal,
    read,
    user,
    write,
)

REFUSED: dict[str, tuple[Any, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\t \n", "is empty"),
    "cut off in the middle": (json.dumps(WHOLE)[:300], "not whole JSON: .* line 1, column"),
    "cut off second document": (json.dumps(WHOLE) + json.dumps(WHOLE)[:100], "not whole JSON"),
    "binary": (b"\x7fELF\x8b\xff\xfe\xfd", "at byte 4 it is not UTF-8"),
    "packed and cut off": (gzip.compress(json.dumps(WHOLE).encode())[:-20], "cannot be unpacked"),
    "no packing at all": (b"\x1f\x8b\xff", "cannot be unpacked"),
    "half a character": (json.dumps(WHOLE).encode("utf-16")[:-1], "it is not UTF-16"),
    "nested too deep for the parser": ("[" * 100_000, "document 1 is nested too deep"),
    "nested too deep objects": ('{"a":' * 100_000, "document 1 is nested too deep"),
    "nested too deep for an answer": (
        [principal(DEPLOY, "x", tags=json.loads("[" * 300 + "]" * 300))],
        r"document 1\[0\] cannot be taken in: .*nested",
    ),
    "a key that stands twice": ('[{"id": "a", "id": "b"}]', "an object has 'id' twice"),
    "not a number": ('[{"id": NaN}]', "document 1 .*NaN"),
    "a number that is too large": ('[{"id": 1e999}]', "1e999 is too large"),
    "a number without end": (f'[{{"id": {"9" * 9000}}}]', "number of 9000 digits"),
    "text that is no Unicode": (json.dumps(WHOLE).replace("deploy", r"\ud800"), "holds text that is no Unicode"),
    "prose": ("Please run 'az login' to setup account.", "not whole JSON"),
    "an empty list": ([], "document 1 is an empty list"),
    "an empty page": ({"value": []}, "document 1 is an empty page"),
    "a number": ("7", "document 1 is a number"),
    "a list of numbers": ([1], r"document 1\[0\] is a number, not an object"),
    "a list with null": ([principal(DEPLOY, "x"), None], r"document 1\[1\] is null, not an object"),
    "a page with null": (page("users", None), r"document 1, value\[0\] is null, not an object"),
    "nothing that is known": ({"UserDetailList": []}, r"document 1\[0\] is not an export .*\(it has UserDetailList\)"),
    "no keys": ("{}", "no keys"),
    "a second entry of the wrong kind": ([principal(DEPLOY, "x"), {"Arn": "x"}], r"document 1\[1\] is not an export"),
    "owners of something": (page("directoryObjects", user(ADA, "Ada")), "is a page of directoryObjects"),
    "owners of something, of az": (
        [{"@odata.type": "#microsoft.graph.user", **user(ADA, "Ada")}],
        "owners or members of something",
    ),
    "of the retired directory": (
        [{"objectId": ADA, "servicePrincipalNames": []}],
        r"document 1\[0\] is of Azure AD Graph",
    ),
    "two that differ": (
        json.dumps([principal(DEPLOY, "x")]) + json.dumps([principal(DEPLOY, "y")]),
        rf"document 2\[0\] tells of {DEPLOY} otherwise than .*document 1\[0\]",
    ),
    "tenants without end": ([account(LAB, "a"), account(PROD, "b", OTHER)], "name 2 tenants"),
    "an assignment of nowhere": ([assignment("a", "", id="")], "does not tell in which subscription"),
    "a resource that az has flattened": (
        [{"id": f"{LAB_SCOPE}/x", "type": "Microsoft.KeyVault/vaults", "name": "x"}],
        "has no properties",
    ),
    "a key that is a command to the terminal": ('{"\\u001b[2J": 1}', "not an export"),
    "a context that is a command to the terminal": (page("\x1b[2J", 1), "is a page of"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_export_is_refused_with_file_and_place(tmp_path: Path, case: str) -> None:
    content, why = REFUSED[case]
    export = write(tmp_path, "damaged.json", content)
    with pytest.raises(InputError, match=why) as caught:
        read(tmp_path, export)
    assert str(export) in caught.value.message or case == "tenants without end"
    assert len(caught.value.diagnostics()) < 1000
    assert "\x1b" not in caught.value.message


def test_a_directory_without_exports_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "notes.md", "x")
    with pytest.raises(InputError, match="holds no JSON file"):
        read(tmp_path, tmp_path / "export")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path, tmp_path / "nothing.json")


def test_what_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    bomb = write(tmp_path, "bomb.json", gzip.compress(b"[" + b" " * 5_000_000))
    with pytest.raises(InputError, match="is too large"):
        list(export_files.texts(bomb, limit=1_000_000))
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.json", b"[" + b" " * 400_000)
    with pytest.raises(InputError, match="is too large"):
        list(export_files.texts(write(tmp_path, "bomb.zip", raw.getvalue()), limit=1_000_000))


def test_an_archive_of_nothing_or_of_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.json", "[]")
    export = write(tmp_path, "many.zip", raw.getvalue())
    monkeypatch.setattr(export_files, "MOST_PACKED", 2)
    with pytest.raises(InputError, match="holds 3 exports"):
        list(export_files.texts(export))
    with pytest.raises(InputError, match="cannot be unpacked"):
        list(export_files.texts(write(tmp_path, "cut.zip", raw.getvalue()[:-30])))


def test_no_secret_of_an_export_is_kept(tmp_path: Path) -> None:
    value = "q8Q~" + "Zk3" * 12
    held = {
        "keyId": LAB,
        "displayName": "ci",
        "hint": "q8Q",
        "secretText": value,
        "endDateTime": "2027-01-01T00:00:00Z",
    }
    write(tmp_path, "sps.json", [principal(DEPLOY, "deploy", passwordCredentials=[held])])
    read(tmp_path, tmp_path / "export")
    bundle = open_bundle(tmp_path / "bundle")
    for shard in bundle.manifest.shards:
        assert value not in json.dumps([item.body for item in bundle.read(shard)[0]])
