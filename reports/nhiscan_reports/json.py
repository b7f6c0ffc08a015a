"""result.json: the whole result, as `nhiscan schema` describes it, written in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from nhiscan.result import ScanResult

CHUNK: Final = 1_000
"""Items of a list that are encoded at a time; a million identities never stand in one string."""


class JsonReport:
    """The result as JSON, for programs, and for nhiscan itself to read again."""

    name = "json"
    suffix = ".json"
    title = "The whole result for programs, as its JSON Schema (nhiscan schema) describes it"

    def render(self, result: ScanResult) -> Iterator[str]:
        """See `Report.render`. The same result gives the same text: keys of mappings are sorted."""
        encoder = msgspec.json.Encoder(order="deterministic")
        separator = "{"
        for field in msgspec.structs.fields(result):
            value = getattr(result, field.name)
            yield f'{separator}"{field.encode_name}":'
            if isinstance(value, list):
                yield from _array(value, encoder)
            else:
                yield encoder.encode(value).decode()
            separator = ",\n"
        yield "}\n"


def _array(items: Sequence[Any], encoder: msgspec.json.Encoder) -> Iterator[str]:
    yield "["
    for start in range(0, len(items), CHUNK):
        text = encoder.encode(items[start : start + CHUNK]).decode()
        yield ("," if start else "") + "\n" + text[1:-1]
    yield "]"
