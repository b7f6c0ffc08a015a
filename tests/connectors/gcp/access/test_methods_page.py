"""The table of methods in the documentation. `python -m tests.connectors.gcp.access.test_methods_page` prints it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan_connectors.gcp.access.method import ACT_AS, Method
from nhiscan_connectors.gcp.access.methods import METHODS

PAGES = tuple(Path(__file__).parents[4].joinpath("docs").glob("*.md"))
START, END = "<!-- methods of gcp -->\n", "<!-- end of methods of gcp -->"
_AIMS = {
    "delegate": "what a service account may get tokens of",
    "role": "where a custom role that it holds is bound",
    "grant": "",
}


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _gives(method: Method) -> str:
    if method.aim == "scope":
        return f"administration of the {method.level}"
    if method.aim == "grant":
        return f"`{method.capability}`"
    return _AIMS.get(method.aim) or ", ".join(kind.removeprefix("google-") for kind in method.kinds)


def _row(method: Method) -> str:
    on = _quoted(method.on)
    there = f"; in its project {_quoted(method.there)}" if method.there else ""
    beside = f"; beside a {method.requires.removeprefix('google-')}" if method.requires else ""
    return f"| `{method.id}`{' *' if method.note else ''} | {on}{there}{beside} | {_gives(method)} |"


def table() -> str:
    """The rows, as the methods have them."""
    return "\n".join(("| method | permissions | what it gives |", "|---|---|---|", *map(_row, METHODS))) + "\n"


def test_each_method_has_a_row_with_all_that_it_needs() -> None:
    rows = table().splitlines()[2:]
    for method, row in zip(METHODS, rows, strict=True):
        assert all(f"`{permission}`" in row for permission in method.permissions)
        assert row.count("|") == 4
        assert (" * |" in row) is bool(method.note)
        assert not method.there or method.on == (ACT_AS,)


def test_the_page_lists_every_method_as_the_table_has_it() -> None:
    pages = [text for page in PAGES if START in (text := page.read_text())]
    if not pages:
        pytest.skip("no page has the table")
    assert [text.partition(START)[2].partition(END)[0] for text in pages] == [table()]


if __name__ == "__main__":
    print(f"{START}{table()}{END}")
