from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from nhiscan.result import ScanResult
from nhiscan_reports.json import CHUNK, JsonReport
from tests.reports.hostile import planted
from tests.reports.sample import sample
from tests.results import result


@pytest.fixture(scope="module")
def estate() -> ScanResult:
    """An estate that is more than one chunk."""
    return sample(CHUNK + 17)


def rendered(value: ScanResult) -> str:
    """The whole text."""
    return "".join(JsonReport().render(value))


def test_the_text_is_the_result(estate: ScanResult) -> None:
    text = rendered(estate)
    assert json.loads(text) == json.loads(msgspec.json.encode(estate))
    assert msgspec.json.decode(text, type=ScanResult) == estate
    assert text.endswith("}\n")


def test_no_piece_holds_more_than_a_chunk(estate: ScanResult) -> None:
    pieces = list(JsonReport().render(estate))
    largest = max(len(piece) for piece in pieces)
    one_chunk = len(msgspec.json.encode(estate.identities[:CHUNK]))
    assert largest <= 1.05 * one_chunk
    assert sum(map(len, pieces)) > 2 * largest


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1])
def test_every_length_of_a_list_is_valid(size: int) -> None:
    from tests.results import identity

    value = result(identities=[identity(str(number)) for number in range(size)])
    assert msgspec.json.decode(rendered(value), type=ScanResult) == value


def test_the_published_schema_describes_it() -> None:
    schema = msgspec.json.schema(ScanResult)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(json.loads(rendered(sample(40))))
    broken = json.loads(rendered(sample(40)))
    broken["identities"][0]["class"] = "robot"
    assert not validator.is_valid(broken)


def test_attacks_come_back_as_they_were() -> None:
    value = planted(sample(12))
    assert msgspec.json.decode(rendered(value), type=ScanResult) == value


def test_the_order_of_tags_does_not_matter() -> None:
    from tests.results import identity

    one = result(identities=[identity("a", tags={"x": "1", "y": "2"})])
    other = result(identities=[identity("a", tags={"y": "2", "x": "1"})])
    assert rendered(one) == rendered(other)


def test_an_empty_scan_is_an_object() -> None:
    assert json.loads(rendered(result()))["identities"] == []
