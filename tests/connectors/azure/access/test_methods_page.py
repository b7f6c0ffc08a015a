"""The tables of methods in the documentation. `python -m tests.connectors.azure.access.test_methods_page` renews them.

See `tests.connectors.aws.access.test_methods_page` for the other table of the page.
"""

from __future__ import annotations

import pytest

from nhiscan_connectors.azure.access.directory_methods import DIRECTORY_METHODS, DirectoryMethod
from nhiscan_connectors.azure.access.method import Method
from nhiscan_connectors.azure.access.methods import METHODS
from nhiscan_connectors.azure.access.names import ROLE_NAMES
from tests.connectors.aws.access.test_methods_page import PAGE

NAMES = ("entra", "azure")


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _entra(method: DirectoryMethod) -> str:
    roles = ", ".join(sorted(ROLE_NAMES[role] for role in method.roles))
    enough = "; ".join(part for part in (roles, _quoted(method.permissions), _quoted(method.actions)) if part)
    return f"| `{method.id}`{' *' if method.note else ''} | {enough} | {method.aim} |"


def _azure(method: Method) -> str:
    actions = _quoted(method.on)
    if method.anywhere:
        actions += "; anywhere " + " or ".join(_quoted(some) for some in method.anywhere)
    aim = "scope" if method.aim == "scope" else ", ".join(kind.rpartition("/")[2] for kind in method.kinds)
    return f"| `{method.id}`{' *' if method.note else ''} | {actions} | {aim} |"


def table(name: str) -> str:
    """The rows of one of `NAMES`, as its methods have them."""
    if name == "entra":
        head, rows = "enough is", [_entra(method) for method in DIRECTORY_METHODS]
    else:
        head, rows = "actions", [_azure(method) for method in METHODS]
    return "\n".join((f"| method | {head} | what it gives |", "|---|---|---|", *rows)) + "\n"


def marks(name: str) -> tuple[str, str]:
    """What stands before and after a table."""
    return f"<!-- methods of {name} -->\n", f"<!-- end of methods of {name} -->"


@pytest.mark.parametrize("name", NAMES)
def test_the_page_lists_every_method_as_the_table_has_it(name: str) -> None:
    start, end = marks(name)
    assert PAGE.read_text().partition(start)[2].partition(end)[0] == table(name)


if __name__ == "__main__":
    for each in NAMES:
        first, last = marks(each)
        before, _, rest = PAGE.read_text().partition(first)
        PAGE.write_text(f"{before}{first}{table(each)}{last}{rest.partition(last)[2]}")
