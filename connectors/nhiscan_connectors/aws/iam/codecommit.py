"""Whether a policy could open CodeCommit: an SSH key opens nothing else, so nobody else is asked for one."""

from __future__ import annotations

from typing import Any

from nhiscan.access.names import fits
from nhiscan_connectors.aws.documents import document_text, listed, statements

_SERVICE = "codecommit"


def could_open(document: Any) -> bool:
    """Whether a document may allow a CodeCommit action. Errs to the wide side: one that cannot be read may."""
    text, _ = document_text(document)
    if text is None:
        return True
    return any(_allows(statement) for _, statement in statements(text))


def _allows(statement: dict[str, Any]) -> bool:
    if statement.get("Effect") != "Allow":
        return False
    if "NotAction" in statement:
        return True
    return any(fits(action.lower().partition(":")[0], _SERVICE) for action in listed(statement.get("Action")))
