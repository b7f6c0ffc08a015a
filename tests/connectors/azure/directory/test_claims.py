"""Expressions over claims: chains, quoted texts, and what is not read."""

from __future__ import annotations

import pytest

from nhiscan_connectors.azure.directory.claims import conjuncts

SUB = "claims['sub'] eq 'x'"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (SUB, [("sub", "equals", "x")]),
        (
            "claims['sub'] matches 'repo:acme/*' and claims['ref'] eq 'y'",
            [("sub", "like", "repo:acme/*"), ("ref", "equals", "y")],
        ),
        (
            f"claims['ref'] eq 'salt and pepper' and {SUB}",
            [("ref", "equals", "salt and pepper"), ("sub", "equals", "x")],
        ),
        ("claims['sub'] eq 'it''s and that'", [("sub", "equals", "it's and that")]),
        ("claims['sub'] eq ''' and '''", [("sub", "equals", "' and '")]),
        (f"claims['ref'] startswith 'a' and {SUB}", [("ref", "", "a"), ("sub", "equals", "x")]),
        (f"  {SUB}\n", [("sub", "equals", "x")]),
        ("claims['sub'] eq ''", [("sub", "equals", "")]),
    ],
)
def test_a_chain_is_read(expression: str, expected: list[tuple[str, str, str]]) -> None:
    found = conjuncts(expression)
    assert found is not None
    assert [(one.claim, one.operator, one.value) for one in found] == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        f"{SUB} or claims['ref'] eq 'y'",
        f"{SUB} and (claims['ref'] eq 'y' or claims['ref'] eq 'z')",
        f"{SUB} and ",
        f"{SUB} and{SUB}",
        f"{SUB} {SUB}",
        f"not {SUB}",
        "claims['sub'] eq 'x",
        "claims['sub'] eq 'x''",
        r"claims['sub'] eq 'a\' and claims['ref'] eq 'y'",
        "claims['sub'] eq 'x'' and claims['ref'] eq 'y'",
        f"claims['sub'] eq '{'x' * 601}'",
        " and ".join([SUB] * 1000),
    ],
)
def test_nothing_counts_of_what_is_not_read_to_its_end(expression: str) -> None:
    assert conjuncts(expression) is None
