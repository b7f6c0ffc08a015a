"""Exports that nhiscan does not know or cannot trust are refused, with the file and the place."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from nhiscan.errors import InputError
from nhiscan_connectors.gcp import export_lines
from tests.connectors.gcp.exported import kept, lines, read, refusal_of, write
from tests.connectors.kept import Kept

ORGANIZATION = "organizations/123456789012"
RM = "//cloudresourcemanager.googleapis.com"
ACCOUNT_TYPE = "iam.googleapis.com/ServiceAccount"


def account(unique: str = "1", email: str = "a@p-1.iam.gserviceaccount.com", **data: Any) -> dict[str, Any]:
    """A service account, as an export has it."""
    return {
        "name": f"//iam.googleapis.com/projects/p-1/serviceAccounts/{unique}",
        "asset_type": ACCOUNT_TYPE,
        "resource": {"data": {"email": email, "uniqueId": unique, "projectId": "p-1", **data}},
        "ancestors": ["projects/11", ORGANIZATION],
        "update_time": "2026-11-01T00:00:00Z",
    }


def project(number: str, id: str) -> dict[str, Any]:
    """A project, as gcloud lists it."""
    return {"projectId": id, "projectNumber": number, "lifecycleState": "ACTIVE", "name": id}


WHOLE = [account("1"), account("2", "b@p-1.iam.gserviceaccount.com")]
TEXT = lines(WHOLE)
FIRST, SECOND, _ = TEXT.split("\n")

REFUSED: dict[str, tuple[Any, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\t \n", "is empty"),
    "the first line cut off": (FIRST[:80], "not whole JSON"),
    "a line in the middle cut off": (f"{FIRST}\n{SECOND[:80]}\n{FIRST}\n", "line 2 is not whole JSON"),
    "a list cut off": (json.dumps(WHOLE)[:300], "not whole JSON: .* line 1, column"),
    "binary": (b"\x7fELF\x8b\xff\xfe\xfd", "it is not UTF-8"),
    "binary behind lines": (TEXT.encode() + b"{\xff\xfe\x00\x00\n", "line 3 is not text: at byte 1 it is not UTF-8"),
    "no packing at all": (b"\x1f\x8b\xff", "cannot be unpacked"),
    "nested too deep for the parser": ("[" * 100_000, "nested too deep"),
    "a line nested too deep for the parser": (f"{TEXT}{'[' * 100_000}\n", "line 3.* nested too deep"),
    "nested too deep for an answer": (
        lines([WHOLE[0], account("3", x=json.loads("[" * 300 + "]" * 300))]),
        r"line 2 cannot be taken in: .*nested",
    ),
    "a key that stands twice": (TEXT.replace('"uniqueId":"2"', '"uniqueId":"2","uniqueId":"3"'), "line 2.*twice"),
    "not a number": (TEXT.replace('"uniqueId":"2"', '"uniqueId":NaN'), "line 2.*NaN"),
    "text that is no Unicode": (TEXT.replace('"uniqueId":"2"', r'"uniqueId":"\ud800"'), "no Unicode"),
    "prose": ("ERROR: (gcloud.auth) run gcloud auth login", "not whole JSON"),
    "a number": ("7", "document 1 is a number"),
    "a list of numbers": ([1], r"document 1\[0\] is a number, not an object"),
    "a list with null": ([WHOLE[0], None], r"document 1\[1\] is null, not an object"),
    "a page with null": ({"assets": [None]}, r"assets\[0\] is null, not an object"),
    "an object where a list should be": ({"assets": {}}, r"not an export .*\(it has assets\)"),
    "an error of Google": ({"error": {"code": 403}}, r"not an export .*\(it has error\)"),
    "nothing that is known": ({"UserDetailList": []}, r"not an export .*\(it has UserDetailList\)"),
    "no keys": ("{}", "no keys"),
    "nothing at all": ("[]", "holds nothing that nhiscan reads"),
    "a second entry of the wrong kind": ([WHOLE[0], {"Arn": "x"}], r"document 1\[1\] is not an export"),
    "an asset without a name": (lines([WHOLE[0], {**WHOLE[1], "name": "x"}]), "line 2 is an asset without a full name"),
    "two that differ": (lines([WHOLE[0], account("1", disabled=True)]), "line 2 tells of .* otherwise than"),
    "one project of two numbers": ([project("11", "p-1"), project("12", "p-1")], r"document 1\[1\] takes p-1 for"),
    "two projects of one number": ([project("11", "p-1"), project("11", "p-2")], r"document 1\[1\] takes p-2 for"),
    "a policy of nobody": ({"bindings": [], "etag": "BwX="}, "does not tell whose it is"),
    "an asset of nowhere": (
        lines([{**WHOLE[0], "name": "//iam.googleapis.com/x", "ancestors": []}]),
        "line 1 does not tell in which organization",
    ),
    "a key that is a command to the terminal": ('{"\\u001b[2J": 1}', "not an export"),
    "a name that is a command to the terminal": (
        lines([WHOLE[0], {**account("\x1b[2J")}, {**account("\x1b[2J", disabled=True)}]),
        "otherwise",
    ),
    "the role of nobody": ({"name": "roles/x", "includedPermissions": []}, "nothing tells of an organization"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_export_is_refused_with_file_and_place(tmp_path: Path, case: str) -> None:
    content, why = REFUSED[case]
    export = write(tmp_path, "damaged.json", content)
    with pytest.raises(InputError, match=why) as caught:
        read(tmp_path, export)
    assert str(export) in caught.value.message
    assert len(caught.value.diagnostics()) < 1000
    assert "\x1b" not in caught.value.message


def test_a_directory_without_exports_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "notes.md", "x")
    with pytest.raises(InputError, match="holds no JSON file"):
        kept(tmp_path / "export")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        kept(tmp_path / "nothing.json")


@pytest.mark.parametrize("to", ["outside.json", "nothing.json", "export/link.json"])
def test_links_out_of_the_directory_are_refused(tmp_path: Path, to: str) -> None:
    write(tmp_path, "inside.json", TEXT)
    (tmp_path / "outside.json").write_text(TEXT)
    (tmp_path / "export" / "link.json").symlink_to(tmp_path / to)
    with pytest.raises(InputError, match=r"link\.json is a link that leads out of"):
        kept(tmp_path / "export")


def test_links_within_the_directory_are_read(tmp_path: Path) -> None:
    write(tmp_path, "inside.json", TEXT)
    (tmp_path / "export" / "link.json").symlink_to("inside.json")
    sink = kept(tmp_path / "export")
    assert sum(len(body.get("assets", ())) for _, _, body in sink.pages) == 2


def test_lines_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_lines, "LONGEST_LINE", 10_000)
    long = account("3", description="x" * 20_000)
    with pytest.raises(InputError, match="line 3 goes beyond"):
        kept(write(tmp_path, "long.json", lines([*WHOLE, long])))
    bomb = gzip.compress(lines(WHOLE).encode() + b'{"asset_type":"x","name":"' + b"x" * 5_000_000)
    with pytest.raises(InputError, match="line 3 goes beyond"):
        kept(write(tmp_path, "bomb.json", bomb))
    monkeypatch.setattr(export_lines, "LARGEST", 500)
    with pytest.raises(InputError, match="line 2 goes beyond"):
        kept(write(tmp_path, "many.json", lines(WHOLE)))


def test_damage_in_an_asset_is_a_gap_of_its_reader(tmp_path: Path) -> None:
    sink = Kept()
    odd = {**account("3"), "resource": {"data": []}, "ancestors": {"x": 1}, "iam_policy": [7]}
    assert refusal_of(write(tmp_path, "odd.json", lines([*WHOLE, odd])), sink) is None
    rows = [row for _, _, body in sink.pages for row in body.get("assets", ())]
    assert len(rows) == 3
    (policy,) = [row for _, name, body in sink.pages if name.endswith("IamPolicies") for row in body["results"]]
    assert "policy" not in policy
