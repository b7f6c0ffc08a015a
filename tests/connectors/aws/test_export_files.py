"""Files of exports: archives, pipes, and what is too large to be read."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nhiscan.connector import JSON, Operation, Params, Shard
from nhiscan.errors import InputError
from nhiscan_connectors.aws.export_files import texts
from nhiscan_connectors.aws.exports import read_export
from tests.connectors.aws.answers import ACCOUNT, IAM
from tests.connectors.aws.test_exports import (
    CSV,
    DETAILS,
    NAMES,
    PAGES,
    REPORT,
    WHOLE,
    names,
    operations_with_gaps,
    read,
    write,
)


def packed(members: dict[str, str | bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return into.getvalue()


def test_an_archive_is_read_like_a_directory(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {f"exports/page{n}.json": json.dumps(page) for n, page in enumerate(PAGES)}
    members |= {"exports/report.csv": CSV, "__MACOSX/._page.json": b"\x00\x05", "exports/notes.md": "no export"}
    inventory = read(tmp_path, write(tmp_path, "all.zip", packed(members)))
    assert names(inventory) == NAMES
    assert {DETAILS, REPORT}.isdisjoint(operations_with_gaps(inventory))


def encrypted() -> bytes:
    raw = bytearray(packed({"a.json": json.dumps(WHOLE)}))
    for at in (6, raw.index(b"PK\x01\x02") + 8):  # the flag that says so, in both headers
        raw[at] |= 1
    return bytes(raw)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK", "cannot be unpacked"),
        (packed({"a.json": json.dumps(WHOLE)})[:-30], "cannot be unpacked"),
        (packed({"notes.md": "no export"}), "holds no exports"),
        (packed({"inner.zip": packed({"a.json": "{}"})}), "holds no exports"),
        (encrypted(), "cannot be unpacked: .*encrypted"),
        (packed({"deep/a.json": '{"Buckets": []}'}), r"all\.zip/deep/a\.json: document 1 is not an export"),
    ],
)
def test_an_archive_that_is_none_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(tmp_path, write(tmp_path, "all.zip", content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("big.json", b" " * (2 << 20)),
        ("big.json.gz", gzip.compress(b" " * (64 << 20))),
        ("big.zip", packed({"big.json": b" " * (64 << 20)})),
        ("big.zip", packed({f"{number}.json": b"{}" + b" " * (400 << 10) for number in range(3)})),
    ],
)
def test_what_is_too_large_or_unpacks_without_end_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    export = write(tmp_path, name, content)
    with pytest.raises(InputError, match=rf"{name}.* is too large: .* up to 1,048,576 bytes"):
        list(texts(export, limit=1 << 20))


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(gzip.compress(json.dumps(WHOLE).encode())))
    writer.start()
    inventory = read(tmp_path, pipe)
    writer.join()
    assert names(inventory) == NAMES


KEYS = [
    "UserDetailList", "RoleDetailList", "GroupDetailList", "Policies", "IsTruncated", "NextToken", "Content",
    "Accounts", "Organization", "Policy", "PolicySummary", "Targets", "TargetId", "Id", "Arn", "UserName", "RoleName",
    "Type", "ParentId", "PolicyId", "Filter", "Roots", "OrganizationalUnits", "DelegatedAdministrators",
]  # fmt: skip
VALUES = st.sampled_from([f"{IAM}:user/ada", "SERVICE_CONTROL_POLICY", "p-abcdefgh", "r-abcd", ACCOUNT, "user,arn\n"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | VALUES | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=15,
)


class Kept:
    """An ExportSink that keeps what it is given."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.holes: list[str] = []

    def add(self, shard: Shard, operation: Operation, body: JSON, params: Params | None = None) -> None:
        """See `ExportSink.add`."""
        self.pages.append(operation.name)

    def missing(self, shard: Shard, operation: Operation, detail: str) -> None:
        """See `ExportSink.missing`."""
        self.holes.append(operation.name)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_file_is_read_or_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    export = write(tmp_path, "any.json", content)
    kept, refusal = Kept(), ""
    try:
        read_export(export, kept)
    except InputError as error:
        refusal = error.message
    assert (str(export) in refusal) if refusal else (kept.pages and kept.holes)
