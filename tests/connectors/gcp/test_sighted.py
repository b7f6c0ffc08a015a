"""Where a secret value stood: in a variable, in a field, or nowhere that the path leads to."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan_connectors.gcp.sighted import where_in

LISTED = {"spec": {"env": [{"name": "PLAIN", "value": "x"}, {"name": "KEY", "value": "y"}], "token": "z"}}
MAPPED = {"config": {"variables": {"KEY": "y"}}}


@pytest.mark.parametrize(
    ("entry", "path", "expected"),
    [
        (LISTED, ["spec", "env", 1, "value"], "environment variable KEY"),
        (LISTED, ["spec", "token"], "field token"),
        (LISTED, ["spec", "gone", "value"], "field spec"),
        (LISTED, ["spec", "env", 9], "field env"),
        (MAPPED, ["config", "variables", "KEY"], "environment variable KEY"),
        (MAPPED, ["config", "variables"], "field variables"),
        (None, ["spec"], ""),
        (LISTED, [], ""),
    ],
)
def test_where_a_value_stood(entry: Any, path: list[str | int], expected: str) -> None:
    assert where_in(entry, path, frozenset({"variables"})) == expected


def test_names_of_variables_are_told_of_fields_that_hold_them_alone() -> None:
    assert where_in(MAPPED, ["config", "variables", "KEY"]) == "field KEY"
