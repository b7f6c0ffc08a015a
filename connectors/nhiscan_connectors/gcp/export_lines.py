"""What stands in exported files, document by document, with its place.

An export of Cloud Asset Inventory is one asset on each line and may be larger than memory: it is read line by line,
and lines that nobody wants are passed over without being taken apart. All other files are read whole.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from nhiscan.errors import InputError
from nhiscan.wording import plain
from nhiscan_connectors.common.export_files import AGAIN, documents, texts

LONGEST_LINE: Final = 67_108_864
"""Bytes that one asset may have; Google's largest are a few hundred kilobytes."""
LARGEST: Final = 34_359_738_368
"""Bytes that one export of an inventory may have when unpacked."""
_SUFFIXES: Final = frozenset({".json", ".jsonl", ".ndjson", ".txt", "", ".gz", ".zip"})
_MARK: Final = b"\xef\xbb\xbf"


class Head(msgspec.Struct):
    """As much of an asset as decides whether it is wanted."""

    asset_type: Any = None
    other_type: Any = msgspec.field(default=None, name="assetType")
    resource: msgspec.Raw = msgspec.Raw(b"")
    iam_policy: msgspec.Raw = msgspec.Raw(b"")
    other_policy: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="iamPolicy")

    @property
    def has_policy(self) -> bool:
        """Whether it comes with an allow policy."""
        return bool(self.iam_policy or self.other_policy)

    @property
    def type(self) -> str:
        """Type of the asset; empty for what is none."""
        told = self.asset_type if isinstance(self.asset_type, str) else self.other_type
        return told if isinstance(told, str) else ""


class Document(msgspec.Struct, frozen=True):
    """One JSON document."""

    file: str
    place: str
    value: Any = None
    cut: str = ""
    """Why the file ends here too early; there is no value then."""


Wanted = Callable[[Head], bool]
_HEAD: Final = msgspec.json.Decoder(Head)


def read(path: Path, wanted: Wanted) -> Iterator[Document]:
    """Everything in a file, an archive or a directory. `wanted`: asked of each asset that stands on a line.

    Raises InputError for what cannot be read, naming the file and the place.
    """
    for file in _files(path):
        if file.is_file() and file.suffix.lower() != ".zip" and _has_lines(file):
            yield from _lines_of(file, wanted)
            continue
        for place, content in texts(file):
            first = content.lstrip().partition("\n")[0].encode("utf-8", "replace")
            if _is_asset(first):
                yield from _lines(place, io.BytesIO(content.encode()), wanted)
            else:
                for here, value in documents(place, content):
                    yield Document(place, here, value)


def _files(path: Path) -> list[Path]:
    """Files to read. Raises InputError for a link that leads out of the directory: it is not what was named."""
    if not path.is_dir():
        return [path]
    top = path.resolve()
    found: list[Path] = []
    for file in sorted(path.rglob("*")):
        inside = file.relative_to(path)
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in inside.parts)
        if hidden or file.suffix.lower() not in _SUFFIXES:
            continue
        if not _stays_in(file, top):
            raise InputError(f"{file} is a link that leads out of {path}, or nowhere.", "Put the file itself there.")
        if file.is_file():
            found.append(file)
    if not found:
        raise InputError(f"{path} holds no JSON file.", "Name the directory that the exports were written to.")
    return found


def _stays_in(file: Path, top: Path) -> bool:
    try:
        return file.resolve(strict=True).is_relative_to(top)
    except (OSError, RuntimeError):  # a link to nothing, or in a circle
        return False


def _opened(file: Path) -> gzip.GzipFile | io.BufferedReader:
    with file.open("rb") as source:
        packed = source.read(2) == b"\x1f\x8b"
    return gzip.open(file, "rb") if packed else file.open("rb")


def _has_lines(file: Path) -> bool:
    """Whether a file holds one asset on each line. What cannot be opened is told by whoever reads it whole."""
    try:
        with _opened(file) as source:
            first = source.readline(LONGEST_LINE)
            while first and not first.removeprefix(_MARK).strip():
                first = source.readline(LONGEST_LINE)
    except (OSError, EOFError, zlib.error):
        return False
    return _is_asset(first)


def _is_asset(line: bytes) -> bool:
    try:
        return bool(_HEAD.decode(line.removeprefix(_MARK)).type)
    except (msgspec.DecodeError, RecursionError):
        return False


def _lines_of(file: Path, wanted: Wanted) -> Iterator[Document]:
    try:
        with _opened(file) as source:
            yield from _lines(str(file), source, wanted)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}.") from error


def _lines(file: str, source: gzip.GzipFile | io.BufferedIOBase, wanted: Wanted) -> Iterator[Document]:
    number, size = 0, 0
    while True:
        number += 1
        place = f"{file}, line {number}"
        try:
            line = source.readline(LONGEST_LINE + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            yield Document(file, place, cut=f"{place} is where it cannot be unpacked any further ({error})")
            return
        if not line:
            return
        size += len(line)
        if len(line) > LONGEST_LINE or size > LARGEST:
            raise InputError(f"{place} goes beyond what nhiscan reads of one asset or one file.", "Split the export.")
        whole = line.endswith(b"\n")
        line = line.removeprefix(_MARK).strip()
        if line and _is_wanted(line, wanted):
            try:
                yield from [Document(file, place, value) for value in _values(place, line)]
            except InputError as error:
                if whole:
                    raise
                why = plain(error.message.removeprefix(place)[:200])
                yield Document(file, place, cut=f"{place}, the last one, is cut off:{why}")
                return


def _is_wanted(line: bytes, wanted: Wanted) -> bool:
    try:
        head = _HEAD.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return True  # what is wrong with it is told by the parser that takes it apart
    return not head.type or wanted(head)


def _values(place: str, line: bytes) -> Iterator[Any]:
    try:
        content = line.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{place} is not text: at byte {error.start} it is not UTF-8.", AGAIN) from error
    for _, value in documents(place, content):
        yield value
