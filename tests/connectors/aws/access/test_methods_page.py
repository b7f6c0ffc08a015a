"""The table of methods in the documentation."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.aws.access.methods import METHODS

PAGE = Path(__file__).parents[4] / "docs" / "access.md"


def test_the_page_lists_every_method_as_the_table_has_it() -> None:
    table = PAGE.read_text().partition("<!-- methods -->\n")[2].partition("<!-- end of methods -->")[0]
    rows = ["| method | permissions | what it gives |", "|---|---|---|"]
    for method in METHODS:
        permissions = ", ".join(f"`{permission}`" for permission in sorted(method.permissions))
        rows.append(f"| `{method.id}` | {permissions} | {method.aim} |")
    assert table.splitlines() == rows
