"""Conditions of assignments: which actions they bind."""

from __future__ import annotations

import time

import pytest

from nhiscan_connectors.azure.access.conditions import binds, bound, name_of
from nhiscan_connectors.azure.access.universe import mask_of

WRITE = "Microsoft.Authorization/roleAssignments/write"
DELETE = "Microsoft.Authorization/roleAssignments/delete"
BLOB = "data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
RUN = "Microsoft.Compute/virtualMachines/runCommand/action"

ONE = "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[a:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {x, y}))"  # noqa: E501
BOTH = ONE + "\nAND\n" + ONE.replace("/write", "/delete")
BLOBS = (
    "(\n (\n  !(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'}"
    " AND NOT SubOperationMatches{'Blob.List'})\n )\n OR\n"
    " (\n  @Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'a) OR (b'\n )\n)"
)
TWO = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})"
    " AND !(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR (@Request[x] StringEquals 'y'))"
)
WILD = "((!(ActionMatches{'Microsoft.Authorization/*'})) OR (@Request[x] StringEquals 'y'))"


@pytest.mark.parametrize(
    ("condition", "tied", "free"),
    [
        (ONE, (WRITE,), (DELETE, BLOB, RUN)),
        (BOTH, (WRITE, DELETE), (BLOB, RUN)),
        (TWO, (WRITE, DELETE), (BLOB, RUN)),
        (WILD, (WRITE, DELETE), (BLOB, RUN)),
        (BLOBS, (BLOB,), (WRITE, RUN)),
        (ONE.replace("OR", "||").replace("actionmatches", "ActionMatches"), (WRITE,), (RUN,)),
        # Not of the form that the portal writes: everything is bound.
        ("@Request[x] StringEquals 'y'", (WRITE, RUN, BLOB), ()),
        ("(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})", (WRITE, RUN), ()),
        (ONE + " AND (@Environment[utcNow] DateTimeLessThan '2030')", (WRITE, RUN), ()),
        (ONE + " OR (@Request[x] StringEquals 'y')", (WRITE, RUN), ()),
        ("((ActionMatches{'a'}) OR (@Request[x] StringEquals 'y'))", (WRITE, RUN), ()),
        (ONE.replace("!(Action", "!(@Request[b] StringEquals 'c' AND Action"), (WRITE, RUN), ()),
        ("(" * 3000, (WRITE,), ()),
        ("x" * 20_000, (WRITE,), ()),
        (
            "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[x] StringEquals 'y')",
            (WRITE, RUN),
            (),
        ),
    ],
)
def test_what_is_bound(condition: str, tied: tuple[str, ...], free: tuple[str, ...]) -> None:
    found = bound(condition)
    assert not found.free & mask_of(tied)
    assert found.free & mask_of(free) == mask_of(free)
    for action in (*tied, *free):
        assert binds(condition, action.lower().removeprefix("data:")) is (action in tied)


def test_names_are_short_and_on_one_line() -> None:
    assert name_of("a\n  b\tc") == "a b c"
    assert len(name_of("x" * 5000)) == 240
    assert bound(ONE).name.startswith("((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR")


def test_hostile_conditions_cost_little() -> None:
    begun = time.process_time()
    for text in ("(" * 8000, "!(ActionMatches{'" * 500, " AND " * 1600, "(a) OR " * 1100, "'" * 8000, "!( " * 2700):
        bound(text)
    bound("(" * 4000 + ")" * 4000)
    assert time.process_time() - begun < 5
