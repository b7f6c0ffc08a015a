"""Evidence bundles: what the APIs said, on disk, page by page, as it arrived.

A bundle is a directory:

    manifest.json      what was scanned: settings without secrets, and the planned shards
    fingerprint.key    the key of the fingerprints, so that one secret has one fingerprint within a bundle
    shards/*.jsonl.zst one file a shard: a zstd frame of one JSON line for each page, and an end line with a digest

Each page is a frame of its own, flushed as it is written: a scan that is killed loses at most the page in the air, and
`zstdcat` reads what is there.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from nhiscan.connector import Evidence, Params, Shard
from nhiscan.errors import InputError, NhiscanError
from nhiscan.files import write_atomically

FORMAT = 1
LARGEST_PAGE = 512 * 1024 * 1024
"""Bytes that one page may have when unpacked; a frame that claims more is hostile or broken."""

_MANIFEST = "manifest.json"
_KEY = "fingerprint.key"
_END = b'{"end":'


class ShardEnd(msgspec.Struct, frozen=True, kw_only=True):
    """The last line of a shard that was collected to its end."""

    end: bool
    pages: int
    sha256: str
    """Over the lines before it."""


class ConnectorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a connector was asked with."""

    name: str
    settings: dict[str, Any]
    """Without secret options."""
    planned: bool = False
    """Whether `plan` ran to its end."""
    failure: str = ""
    """Why the connector could not start at all."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle holds."""

    format: int
    nhiscan_version: str
    started: datetime
    connectors: list[ConnectorSettings]
    shards: list[Shard]
    """In the order in which they are read."""
    finished: datetime | None = None
    demo: bool = False


def create(directory: Path, manifest: Manifest, key: bytes | None = None) -> Bundle:
    """Make a new bundle. Raises InputError where one is already."""
    if (directory / _MANIFEST).exists():
        raise InputError(
            f"{directory} already holds an evidence bundle.",
            "Go on with it (--resume), or give another directory.",
        )
    (directory / "shards").mkdir(parents=True, exist_ok=True, mode=0o700)
    bundle = Bundle(directory, manifest, key or secrets.token_bytes(32))
    write_atomically(directory / _KEY, bundle.key)
    bundle.save(manifest)
    return bundle


def open_bundle(directory: Path) -> Bundle:
    """Open a bundle. Raises InputError naming the file and what is wrong with it."""
    path = directory / _MANIFEST
    try:
        raw = path.read_bytes()
        key = (directory / _KEY).read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            f"{directory} is not an evidence bundle: {Path(error.filename).name} is not there.",
            "Give the directory that `nhiscan collect --evidence` or `nhiscan scan` made.",
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise InputError(f"{path} is not a manifest of nhiscan: {error}.") from error
    if manifest.format != FORMAT:
        raise InputError(
            f"{path} has format {manifest.format}; this version of nhiscan reads format {FORMAT}.",
            "Use the version of nhiscan that made it, or scan again.",
        )
    return Bundle(directory, manifest, key)


class Bundle:
    """A directory of evidence."""

    def __init__(self, directory: Path, manifest: Manifest, key: bytes) -> None:
        self.directory = directory
        self.manifest = manifest
        self.key = key

    def save(self, manifest: Manifest) -> None:
        """Replace the manifest, atomically."""
        self.manifest = manifest
        text = msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"))
        write_atomically(self.directory / _MANIFEST, text + b"\n")

    def path_of(self, shard: Shard) -> Path:
        """The file of a shard: readable, and unique even where names differ only in odd characters."""
        slug = re.sub(r"[^A-Za-z0-9._-]+", "-", shard.id).strip("-")[:80]
        digest = hashlib.sha256(shard.id.encode()).hexdigest()[:8]
        return self.directory / "shards" / f"{slug}-{digest}.jsonl.zst"

    def read(self, shard: Shard) -> tuple[list[Evidence], bool]:
        """The evidence of a shard, and whether it was collected to its end.

        A tail that was cut off in the middle of a page is left out; the shard then has no end. A page that was refused
        once and answered when a resumed scan asked again is given with its last answer only.
        Raises InputError for anything else that is not as it was written.
        """
        path = self.path_of(shard)
        if not path.exists():
            return [], False
        evidence: list[Evidence] = []
        digest = hashlib.sha256()
        ended = False
        for number, (line, _) in enumerate(_frames(path), start=1):
            if line.startswith(_END):
                end = _decoded(line, ShardEnd, path, number)
                if end.pages != len(evidence) or end.sha256 != digest.hexdigest():
                    raise InputError(
                        f"{path}: the pages are not those that were written (digest differs).",
                        "The bundle was changed or damaged; scan again.",
                    )
                ended = True
            else:
                ended = False
                digest.update(line)
                evidence.append(_decoded(line, Evidence, path, number))
        return _last_answers(evidence), ended

    def writer(self, shard: Shard) -> ShardWriter:
        """A writer that appends to what a shard already has."""
        return ShardWriter(self.path_of(shard))


class ShardWriter:
    """Appends pages to a shard's file. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._compressor = zstandard.ZstdCompressor(level=3)
        self._digest = hashlib.sha256()
        self._pages = 0
        for line in _cut_torn_tail(path):
            if not line.startswith(_END):
                self._count(line)
        self._file = open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab", buffering=0)  # noqa: SIM115

    def add(self, evidence: Evidence) -> bytes:
        """Write one page; gives its JSON text. Raises NhiscanError when the disk does not take it."""
        line = msgspec.json.encode(evidence)
        with self._lock:
            self._write(self._frame(line))
        return line

    def end(self) -> None:
        """Say that the shard is complete."""
        with self._lock:
            line = msgspec.json.encode(ShardEnd(end=True, pages=self._pages, sha256=self._digest.hexdigest()))
            self._write(self._compressor.compress(line + b"\n"))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _count(self, line: bytes) -> None:
        self._digest.update(line)
        self._pages += 1

    def _frame(self, line: bytes) -> bytes:
        self._count(line)
        return self._compressor.compress(line + b"\n")

    def _write(self, frame: bytes) -> None:
        try:
            written = self._file.write(frame)
            while written < len(frame):
                written += self._file.write(frame[written:])
        except OSError as error:
            raise NhiscanError(
                f"The evidence could not be written to {self._path}: {error.strerror}.",
                "Make room, then go on with `nhiscan scan --resume`.",
            ) from error


def _last_answers(evidence: list[Evidence]) -> list[Evidence]:
    """Leave out refusals that a later answer to the same page overtook."""
    if not any(item.problem for item in evidence):
        return evidence
    last = {page_key(item.operation, item.params, item.page): item for item in evidence}
    return [item for item in evidence if last[page_key(item.operation, item.params, item.page)] is item]


def page_key(operation: str, params: Params, page: int) -> tuple[str, bytes, int]:
    """What tells one page of a bundle from another."""
    return operation, msgspec.json.encode(params, order="deterministic"), page


def _decoded(line: bytes, type_: type[Any], path: Path, number: int) -> Any:
    try:
        return msgspec.json.decode(line, type=type_)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise InputError(f"{path}: page {number} is not evidence of nhiscan: {error}.") from error


def _cut_torn_tail(path: Path) -> Iterator[bytes]:
    """Yield the whole pages; then take away one that was being written when the scan was killed."""
    if not path.exists():
        return
    good = 0
    for line, offset in _frames(path):
        yield line
        good = offset
    if good != path.stat().st_size:
        os.truncate(path, good)


def _frames(path: Path) -> Iterator[tuple[bytes, int]]:
    """Yield the text of each whole frame without its line end, and the offset behind it; a torn last one is left out.

    Raises InputError where the file is not what a ShardWriter writes.
    """
    unpack = zstandard.ZstdDecompressor()
    number = 0
    try:
        with path.open("rb") as file:
            current: Any = None
            parts: list[bytes] = []
            rest = b""
            while chunk := rest + file.read(8192):
                rest = b""
                if current is None:
                    if len(chunk) < 18 and (more := file.read(8192)):
                        chunk += more
                    if not _begins(chunk, path, number + 1):
                        return
                    current = unpack.decompressobj()
                parts.append(current.decompress(chunk))
                if current.eof:
                    rest = current.unused_data
                    number += 1
                    yield b"".join(parts).rstrip(b"\n"), file.tell() - len(rest)
                    current, parts = None, []
    except zstandard.ZstdError as error:
        raise InputError(
            f"{path}: page {number + 1} cannot be unpacked: {error}.", "The bundle is damaged; scan again."
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _begins(chunk: bytes, path: Path, number: int) -> bool:
    """Whether a whole frame header stands at the start. A header that is cut short is a torn tail."""
    try:
        size = zstandard.get_frame_parameters(chunk).content_size
    except zstandard.ZstdError as error:
        if len(chunk) < 18 and b"\x28\xb5\x2f\xfd".startswith(chunk[:4]):
            return False
        raise InputError(f"{path}: page {number} is not a zstd frame: {error}.") from error
    # A frame of ours always states its size; one that states none, or too much, would unpack without bound.
    if size in (zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR) or size > LARGEST_PAGE:
        raise InputError(f"{path}: page {number} does not state a size that nhiscan would write.")
    return True
