"""Reading a result.json that an earlier scan wrote."""

from __future__ import annotations

from pathlib import Path

import msgspec

from nhiscan.errors import InputError
from nhiscan.result import SCHEMA_VERSION, ScanResult


class _Version(msgspec.Struct):
    schema_version: str


def read_result(path: Path) -> ScanResult:
    """The result in a file, or in the report directory that a scan made. Raises InputError naming what is wrong."""
    file = path / "result.json" if path.is_dir() else path
    try:
        raw = file.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{file} does not exist.", "Scan first, or name a result.json.") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    try:
        version = msgspec.json.decode(raw, type=_Version).schema_version
        if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
            raise InputError(
                f"{file} has schema version {version}; this version of nhiscan reads {SCHEMA_VERSION}.",
                "Judge its evidence again with `nhiscan analyze`.",
            )
        return msgspec.json.decode(raw, type=ScanResult)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise InputError(f"{file} is not a result of nhiscan: {error}.") from error
