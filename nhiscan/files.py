"""Files that nhiscan writes: whole or not at all, and for the owner's eyes only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from nhiscan.errors import NhiscanError


def write_atomically(path: Path, content: bytes | Iterable[str]) -> None:
    """Write a file with mode 0600 beside its place and then move it there. Pieces of text are written as UTF-8.

    Raises NhiscanError when the disk or the directory does not take it; then the old file still stands.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:  # mkstemp gives mode 0600
            if isinstance(content, bytes):
                file.write(content)
            else:
                for piece in content:
                    file.write(piece.encode("utf-8", "surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise NhiscanError(
            f"{path} could not be written: {error.strerror or error}.", "Give another place, or make room."
        ) from error
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
