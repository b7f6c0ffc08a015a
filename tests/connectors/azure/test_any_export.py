"""Damaged exports are read, or refused in one sentence that names the place; nothing else comes of them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from nhiscan.errors import InputError
from nhiscan_connectors.azure.exports import read_export
from tests.connectors.azure import exported as given
from tests.connectors.azure.damage import damaged
from tests.connectors.kept import Kept

DOCUMENTS: list[Any] = [
    given.ACCOUNTS,
    given.LAB_ROLES,
    [given.definition(), given.definition("Narrow", given.ADA, "CustomRole")],
    given.WHOLE,
    [given.user(given.ADA, "Ada")],
    given.page("servicePrincipals", *given.WHOLE, more=True),
    given.page("users", given.user(given.ADA, "Ada")),
    given.page("organization", {"id": given.ACME, "verifiedDomains": []}),
    {"value": [{"id": f"{given.LAB_SCOPE}/d", "type": "Microsoft.Authorization/denyAssignments", "properties": {}}]},
    {"name": "x", "type": "Microsoft.Management/managementGroups", "children": [], "details": {}},
]
ROUNDS = 300


def refusal_of(path: Path, sink: Kept) -> InputError | None:
    """Read an export; why it was refused, if it was."""
    try:
        read_export(path, sink, given.SERVICES)
    except InputError as error:
        return error
    return None


def test_a_damaged_export_is_read_or_refused(tmp_path: Path) -> None:
    read, refused = 0, 0
    for number in range(ROUNDS):
        chance = random.Random(number)
        path = tmp_path / f"{number}.json"
        chosen = [damaged(chance.choice(DOCUMENTS), chance, share=0.02) for _ in range(2)]
        text = "\n".join(json.dumps(item) for item in chosen)
        path.write_text(text if chance.random() < 0.9 else text[: chance.randrange(len(text))])
        sink = Kept()
        error = refusal_of(path, sink)
        if error is None:
            read += 1
            assert sink.pages
            assert sink.lacking
        else:
            refused += 1
            assert "\x1b" not in error.message
            assert str(path) in error.message or "The exports" in error.message
            assert len(error.diagnostics()) < 1000
    assert read > ROUNDS / 10
    assert refused > ROUNDS / 10
