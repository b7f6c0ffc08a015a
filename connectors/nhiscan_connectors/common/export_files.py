"""Files that people export: which there are, their text, and the JSON in them. Errors name the file and the place."""

from __future__ import annotations

import gzip
import io
import json
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec

from nhiscan.errors import InputError

LARGEST = 1_073_741_824
"""Bytes that one exported file or archive may have when unpacked; reading takes about three times as much memory."""
MOST_PACKED = 10_000
"""Files that one archive may hold."""
AGAIN = "The file may have been cut off; export it again."

_LONGEST_NUMBER = 32
"""Characters of the longest number; no provider writes one that has more."""
_PACKED = frozenset({".gz", ".zip"})
_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".txt", "", *_PACKED})


def texts(
    path: Path, limit: int = LARGEST, also: frozenset[str] = frozenset(), what: str = "JSON"
) -> Iterator[tuple[str, str]]:
    """Texts of a file, of an archive, or of the files of a directory, each with where it stands.

    `also`: suffixes of names beside those of JSON. `what`: what a directory without such files holds none of.
    Raises InputError for what cannot be read, and for a file or archive of more than `limit` bytes.
    """
    suffixes = _SUFFIXES | also
    for file in _files(path, suffixes, what):
        if file.suffix.lower() == ".zip":
            yield from _unzipped(file, limit, suffixes - _PACKED)
        else:
            yield str(file), _text(str(file), _bytes(file, limit))


def _files(path: Path, suffixes: frozenset[str], what: str) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = sorted(path.rglob("*"))
    files = [
        file
        for file in inside
        if not _is_hidden(file.relative_to(path)) and file.suffix.lower() in suffixes and file.is_file()
    ]
    if not files:
        raise InputError(f"{path} holds no {what} file.", "Name the directory that the exports were written to.")
    return files


def _is_hidden(file: Path) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in file.parts)


def _bytes(file: Path, limit: int) -> bytes:
    try:
        with file.open("rb") as source:
            raw = _limited(str(file), source, limit)
        if raw.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as unpacked:
                raw = _limited(str(file), unpacked, limit)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{file} cannot be unpacked: {error}.", AGAIN) from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}.") from error
    return raw


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _limited(place: str, source: _Source, limit: int, read: int = 0) -> bytes:
    raw = source.read(limit - read + 1)
    if read + len(raw) > limit:
        raise InputError(
            f"{place} is too large: of one file or archive, nhiscan reads up to {limit:,} bytes.",
            "Split it into several files.",
        )
    return raw


def _unzipped(file: Path, limit: int, suffixes: frozenset[str]) -> Iterator[tuple[str, str]]:
    read = 0
    try:
        with zipfile.ZipFile(file) as archive:
            for member in _members(file, archive, suffixes):
                place = f"{file}/{member.filename}"
                with archive.open(member) as source:
                    raw = _limited(place, source, limit, read)
                read += len(raw)
                yield place, _text(place, raw)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        # zipfile says with a RuntimeError that a member is encrypted, and with the one before that it is packed oddly.
        raise InputError(f"{file} cannot be unpacked: {error}.", AGAIN) from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}.") from error


def _members(file: Path, archive: zipfile.ZipFile, suffixes: frozenset[str]) -> list[zipfile.ZipInfo]:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not _is_hidden(Path(member.filename))
        and Path(member.filename).suffix.lower() in suffixes
    ]
    if not members or len(members) > MOST_PACKED:
        raise InputError(f"{file} holds {len(members) or 'no'} exports; from 1 to {MOST_PACKED:,} can be read.")
    return sorted(members, key=lambda member: member.filename)


def _text(place: str, raw: bytes) -> str:
    """Bytes as text: UTF-8 with or without a mark, or the UTF-16 that PowerShell writes."""
    encoding = "utf-8-sig"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif raw[1:2] == b"\x00":
        encoding = "utf-16-le"
    elif raw[:1] == b"\x00":
        encoding = "utf-16-be"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        name = "UTF-16" if encoding.startswith("utf-16") else "UTF-8"
        raise InputError(f"{place} is not text: at byte {error.start} it is not {name}.", AGAIN) from error
    if not text.strip():
        raise InputError(f"{place} is empty.", "Export it again; the command may have failed.")
    return text


def documents(place: str, text: str) -> Iterator[tuple[str, Any]]:
    """JSON documents of a text with their place: one, or one behind the other. Raises InputError."""
    decoder = json.JSONDecoder(
        parse_constant=_no_number, parse_int=_integer, parse_float=_float, object_pairs_hook=_object
    )
    blank = re.compile(r"[ \r\n\t,]*")
    halves = _HALF.search(text) is not None
    position = 0
    number = 0
    while (match := blank.match(text, position)) is not None and match.end() < len(text):
        position = match.end()
        number += 1
        here = f"{place}: document {number}"
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{place} is not whole JSON: {error.msg} at line {error.lineno}, column {error.colno}.", AGAIN
            ) from error
        except RecursionError as error:
            raise InputError(f"{here} is nested too deep to be an answer of an API.") from error
        except ValueError as error:
            raise InputError(f"{here} is not JSON that an API writes: {error}.") from error
        if halves and not _is_unicode(value):
            raise InputError(f"{here} holds text that is no Unicode.", "The file is damaged.")
        yield here, value


_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""Half of a character that takes two; without its other half no file can hold it."""


def _is_unicode(body: Any) -> bool:
    try:
        msgspec.json.encode(body)
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says nothing twice: of two values under one key, one would be lost without a word."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"an object has {twice[:40]!r} twice")
    return found


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
