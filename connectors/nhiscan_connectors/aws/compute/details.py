"""Answers that tell of one thing, read so that a damaged one becomes a gap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation
from nhiscan_connectors.aws.regional import Reading


def thing_in(
    reading: Reading, operation: Operation, body: dict[str, Any], key: str, *required: str, subject: str = ""
) -> Iterator[dict[str, Any]]:
    """The object under `key` of an answer; nothing, and a gap about `subject`, where it is none."""
    # Read like a list of one.
    yield from reading.within(operation, {key: [body.get(key)]}, key, *required, subject=subject)


def described(reading: Reading, operation: Operation, param: str, key: str) -> dict[str, dict[str, Any]]:
    """The objects under `key` of calls that were made once for each thing, by the parameter that named it."""
    return {
        name: thing
        for name, bodies in reading.by_param(operation, param).items()
        for thing in thing_in(reading, operation, bodies[0], key)
    }
