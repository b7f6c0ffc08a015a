"""What a layer answers, by what was gathered of it."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan_connectors.common.layers import Said


@pytest.mark.parametrize(
    ("gathered", "allows", "denies"),
    [
        ({}, "denied", "allowed"),
        ({"sure": True, "missing": ["a role"], "tied": [("x",)]}, "allowed", "denied"),
        ({"missing": ["a role"], "tied": [("x",)]}, "unknown", "unknown"),
        ({"tied": [("x",)]}, "conditional", "conditional"),
    ],
)
def test_what_is_sure_counts_before_what_is_missing(gathered: dict[str, Any], allows: str, denies: str) -> None:
    said = Said("roles", **gathered)
    assert said.layer().answer == allows
    assert said.layer(denies=True).answer == denies


def test_a_layer_keeps_what_was_said() -> None:
    layer = Said("roles", sentences=["it does"], missing=["a role"]).layer()
    assert (layer.name, layer.statements, layer.missing) == ("roles", ("it does",), ("a role",))
    assert Said("roles").sentences is not Said("roles").sentences
