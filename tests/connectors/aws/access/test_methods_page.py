"""The table of methods in the documentation. `python -m tests.connectors.aws.access.test_methods_page` renews it."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.aws.access.methods import METHODS

PAGE = Path(__file__).parents[4] / "docs" / "access.md"
START, END = "<!-- methods -->\n", "<!-- end of methods -->"


def table() -> str:
    """The rows, as the table of methods has them."""
    rows = ["| method | permissions | what it gives |", "|---|---|---|"]
    for method in METHODS:
        permissions = ", ".join(f"`{permission}`" for permission in sorted(method.permissions))
        rows.append(f"| `{method.id}` | {permissions} | {method.aim} |")
    return "\n".join(rows) + "\n"


def test_the_page_lists_every_method_as_the_table_has_it() -> None:
    assert PAGE.read_text().partition(START)[2].partition(END)[0] == table()


if __name__ == "__main__":
    before, _, rest = PAGE.read_text().partition(START)
    PAGE.write_text(f"{before}{START}{table()}{END}{rest.partition(END)[2]}")
