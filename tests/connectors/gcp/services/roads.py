"""The two ways in which workloads are found: one sweep, and each project's own lists."""

from __future__ import annotations

from pathlib import Path

import pytest
import zstandard

from tests.clouds.gcp.fixtures import Gcp

ROADS = pytest.mark.parametrize("swept", [True, False], ids=["swept", "project by project"])


def close(gcp: Gcp, *, swept: bool) -> None:
    """Leave only the lists of single projects open, unless the sweep is to be used."""
    if not swept:
        gcp.faults.add("deny", service="cloudasset")


def everything_written(directory: Path) -> bytes:
    """All that a bundle holds, to look for what must not be there."""
    found = b""
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if content[:4] == b"\x28\xb5\x2f\xfd":
                with zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True) as reader:
                    content = reader.read()
            found += content
    return found
