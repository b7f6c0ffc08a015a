"""Documents, times and environments, in every way in which AWS and people write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from nhiscan_connectors.aws.documents import document_text, listed, statements, values_of
from nhiscan_connectors.common.environment import environment_of
from nhiscan_connectors.common.times import moment
from tests.connectors.aws.answers import allow, document, encoded

DOCUMENT = document(allow("s3:Get*"), allow("iam:Pass%20Role"))


@pytest.mark.parametrize("value", [DOCUMENT, json.dumps(DOCUMENT), encoded(DOCUMENT), json.dumps(DOCUMENT, indent=4)])
def test_equal_documents_have_equal_texts(value: Any) -> None:
    text, problem = document_text(value)
    assert problem == ""
    assert text == json.dumps(DOCUMENT, separators=(",", ":"))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "was not returned"),
        (7, "is int, not a document"),
        ([], "is list, not a document"),
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("%7B%22a", "is not JSON"),
        ("[]", "is JSON, but not an object"),
        ("null", "is JSON, but not an object"),
        ("[" * 100_000, "is not JSON"),
        ('{"a":' * 100_000, "is not JSON"),
        ('{"a": 1e999}', "is not JSON"),
        ('{"a": "\ud800"}', "is not JSON"),
        ({"a": "\ud800"}, "cannot be written as JSON"),
    ],
)
def test_what_is_no_document_says_why(value: Any, problem: str) -> None:
    text, found = document_text(value)
    assert text is None
    assert problem in found


@pytest.mark.parametrize("count", [500, 100_000])
def test_a_document_that_is_nested_too_deep_is_refused_or_read_whole(count: int) -> None:
    nested: dict[str, Any] = {}
    for _ in range(count):
        nested = {"a": nested}
    text, problem = document_text(nested)
    assert (text is None) == bool(problem)
    assert text is None or text.count("{") == count + 1
    while nested:  # taken apart by hand: Python's own way of freeing it is as deep as the document
        nested = nested["a"]


def test_statements_are_numbered_as_they_are_written() -> None:
    assert list(statements('{"Statement": {"Sid": "x"}}')) == [(1, {"Sid": "x"})]
    assert list(statements('{"Statement": [7, {"Sid": "x"}, null]}')) == [(2, {"Sid": "x"})]
    assert list(statements("{}")) == []
    assert list(statements('{"Statement": "x"}')) == []


def test_lists_and_values() -> None:
    assert listed("a") == ["a"]
    assert listed(["a", 7, None, "b"]) == ["a", "b"]
    assert listed({"a": 1}) == listed(None) == []
    assert values_of([True, "x", 7]) == ("true", "x", "7")
    assert values_of(False) == ("false",)


@pytest.mark.parametrize(
    ("value", "when"),
    [
        ("2026-11-24T08:00:00Z", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("2026-11-24T08:00:00+00:00", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("2026-11-24T10:00:00.999+02:00", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("2026-11-24T08:00:00", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        (1795507200, datetime(2026, 11, 24, 8, tzinfo=UTC)),
        (1795507200.75, datetime(2026, 11, 24, 8, tzinfo=UTC)),
    ],
)
def test_times(value: Any, when: datetime) -> None:
    assert moment(value) == when


@pytest.mark.parametrize(
    "value",
    [
        None, True, "", "N/A", "no_information", "yesterday", [], {}, 1e300, float("nan"), float("inf"), -(10**30),
        "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "12026-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(value: Any) -> None:
    assert moment(value) is None


@pytest.mark.parametrize(
    ("texts", "environment"),
    [
        (("acme-prod",), "production"),
        (("acme-prd-01",), "production"),
        (("PRODUCTION",), "production"),
        (("web live",), "production"),
        (("non-prod",), "development"),
        (("nonprod",), "development"),
        (("not production",), "development"),
        (("pre-prod",), "staging"),
        (("pre_production",), "staging"),
        (("uat2",), "staging"),
        (("sandbox", "prod"), "development"),
        (("acme", "Production"), "production"),
        (("product", "produce", "latest", "devops"), None),
        (("", "123456789012"), None),
        (("x" * 600 + " prod",), None),
    ],
)
def test_environments(texts: tuple[str, ...], environment: str | None) -> None:
    assert environment_of(*texts) == environment
