"""Bundles: nothing that was written is lost, and nothing that was not written is believed."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from nhiscan.connector import Evidence, Shard
from nhiscan.errors import InputError
from nhiscan.evidence import FORMAT, Bundle, Manifest, create, open_bundle

SHARD = Shard(connector="fake", scope="fake:1", part="all")


def new(directory: Path) -> Bundle:
    manifest = Manifest(
        format=FORMAT,
        nhiscan_version="0",
        started=datetime(2026, 11, 24, tzinfo=UTC),
        connectors=[],
        shards=[SHARD],
    )
    return create(directory, manifest)


def write(bundle: Bundle, pages: int, *, end: bool = True) -> Path:
    writer = bundle.writer(SHARD)
    for number in range(pages):
        writer.add(Evidence(operation="fake:List", page=number, body={"items": [number]}, next=str(number + 1)))
    if end:
        writer.end()
    writer.close()
    return bundle.path_of(SHARD)


def test_a_shard_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    bundle = new(tmp_path)
    write(bundle, 3)
    evidence, ended = open_bundle(tmp_path).read(SHARD)
    assert ended
    assert [item.body for item in evidence] == [{"items": [0]}, {"items": [1]}, {"items": [2]}]


def test_a_shard_that_was_never_asked_is_empty_and_has_no_end(tmp_path: Path) -> None:
    assert new(tmp_path).read(SHARD) == ([], False)


@pytest.mark.parametrize("lost", [1, 5, 30])
def test_a_torn_last_page_is_left_out_and_overwritten(tmp_path: Path, lost: int) -> None:
    bundle = new(tmp_path)
    path = write(bundle, 3, end=False)
    path.write_bytes(path.read_bytes()[:-lost])
    evidence, ended = bundle.read(SHARD)
    assert not ended
    assert [item.page for item in evidence] == [0, 1]
    writer = bundle.writer(SHARD)
    writer.add(Evidence(operation="fake:List", page=2, body={"items": ["again"]}))
    writer.end()
    writer.close()
    evidence, ended = bundle.read(SHARD)
    assert ended
    assert [item.body["items"][0] for item in evidence] == [0, 1, "again"]


def test_every_length_of_a_file_is_either_read_or_refused(tmp_path: Path) -> None:
    bundle = new(tmp_path)
    path = write(bundle, 4)
    whole = path.read_bytes()
    seen = set()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        evidence, ended = bundle.read(SHARD)
        assert not ended
        seen.add(len(evidence))
    assert seen == {0, 1, 2, 3, 4}


def test_a_changed_page_is_refused(tmp_path: Path) -> None:
    bundle = new(tmp_path)
    path = write(bundle, 2)
    pack = zstandard.ZstdCompressor().compress
    with path.open("rb") as file:
        lines = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True).read().split(b"\n")
    forged = [lines[0].replace(b"[0]", b"[9]"), *lines[1:3]]
    path.write_bytes(b"".join(pack(line + b"\n") for line in forged))
    with pytest.raises(InputError, match="digest differs"):
        bundle.read(SHARD)


def test_rubbish_is_refused_with_the_page(tmp_path: Path) -> None:
    bundle = new(tmp_path)
    path = write(bundle, 1)
    path.write_bytes(path.read_bytes() + b"not a frame at all, and long enough to tell")
    with pytest.raises(InputError, match=r"page 3 is not a zstd frame"):
        bundle.read(SHARD)


def test_a_frame_that_hides_its_size_is_refused(tmp_path: Path) -> None:
    """A few kilobytes can unpack to terabytes; a frame of ours always says how much it holds."""
    bundle = new(tmp_path)
    path = write(bundle, 0, end=False)
    bomb = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    path.write_bytes(bomb.compress(b"\0" * 10_000_000) + bomb.flush())
    with pytest.raises(InputError, match="does not state a size"):
        bundle.read(SHARD)


def test_a_page_that_is_not_evidence_is_refused(tmp_path: Path) -> None:
    bundle = new(tmp_path)
    path = write(bundle, 0, end=False)
    for hostile in (b"[]", b'{"operation": 3}', b"{", b"[" * 100_000):
        path.write_bytes(zstandard.ZstdCompressor().compress(hostile))
        with pytest.raises(InputError, match="page 1 is not evidence"):
            bundle.read(SHARD)


def test_a_later_answer_overtakes_an_earlier_refusal(tmp_path: Path) -> None:
    bundle = new(tmp_path)
    writer = bundle.writer(SHARD)
    writer.add(Evidence(operation="fake:List", problem="throttled", detail="slow down"))
    writer.end()
    writer.close()
    writer = bundle.writer(SHARD)
    writer.add(Evidence(operation="fake:List", body={"items": []}))
    writer.end()
    writer.close()
    evidence, ended = bundle.read(SHARD)
    assert ended
    assert [item.problem for item in evidence] == [None]


def test_nobody_else_may_read_a_bundle(tmp_path: Path) -> None:
    bundle = new(tmp_path)
    path = write(bundle, 1)
    for file in (path, tmp_path / "manifest.json", tmp_path / "fingerprint.key"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_second_bundle_does_not_replace_the_first(tmp_path: Path) -> None:
    new(tmp_path)
    with pytest.raises(InputError, match="already holds"):
        new(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": "x"}', "[" * 200_000])
def test_a_broken_manifest_is_one_clear_error(tmp_path: Path, text: str) -> None:
    new(tmp_path)
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=r"manifest\.json is not a manifest"):
        open_bundle(tmp_path)


def test_a_bundle_of_another_format_is_said_so(tmp_path: Path) -> None:
    new(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(InputError, match="format 99"):
        open_bundle(tmp_path)


def test_a_directory_that_is_no_bundle_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not an evidence bundle: manifest\.json is not there"):
        open_bundle(tmp_path)
