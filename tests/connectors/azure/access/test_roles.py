"""Role definitions: wildcards, what is taken away again, data and control, and damaged documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiscan.model import Policy
from nhiscan_connectors.azure.access.patterns import matches
from nhiscan_connectors.azure.access.roles import compile_role
from nhiscan_connectors.azure.access.universe import ACTIONS, BIT, mask_of, pattern_mask, possible_on


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "microsoft.compute/virtualmachines/read", True),
        ("*/read", "microsoft.compute/virtualmachines/read", True),
        ("*/read", "microsoft.compute/virtualmachines/write", False),
        ("microsoft.compute/*", "microsoft.compute/virtualmachines/runcommand/action", True),
        ("microsoft.compute/*", "microsoft.computes/virtualmachines/read", False),
        ("microsoft.compute/*/action", "microsoft.compute/virtualmachines/runcommand/action", True),
        ("microsoft.compute/*/action", "microsoft.compute/action", False),
        ("microsoft.*/write", "microsoft.web/sites/write", True),
        ("microsoft.web/sites/write", "microsoft.web/sites/write", True),
        ("microsoft.web/sites/write", "microsoft.web/sites/writes", False),
        ("a*b*b", "ab", False),
        ("a*b*b", "abb", True),
        ("a*a", "a", False),
        ("a*bc*cd", "abcd", False),
        ("microsoft.web/site?/write", "microsoft.web/sites/write", False),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_patterns(pattern: str, action: str, expected: bool) -> None:
    assert matches(pattern, action) is expected


def policy(document: object, **more: Any) -> Policy:
    text = document if isinstance(document, str) or document is None else json.dumps(document)
    facts = {"id": "r", "provider": "azure", "kind": "role-definition", "name": "r", "scope": "t", **more}
    return Policy(document=text, **facts)


def mask_for(*permissions: dict[str, Any]) -> int:
    role = compile_role(policy({"permissions": list(permissions)}))
    assert role is not None
    return role.mask


RUN = "Microsoft.Compute/virtualMachines/runCommand/action"
ASSIGN = "Microsoft.Authorization/roleAssignments/write"
GET = "data:Microsoft.KeyVault/vaults/secrets/getSecret/action"


@pytest.mark.parametrize(
    ("permission", "has", "lacks"),
    [
        ({"actions": ["*"]}, (RUN, ASSIGN), (GET,)),
        ({"dataActions": ["*"]}, (GET,), (RUN, ASSIGN)),
        ({"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"]}, (RUN,), (ASSIGN, GET)),
        ({"actions": ["MICROSOFT.COMPUTE/*"]}, (RUN,), (ASSIGN,)),
        ({"actions": ["*"], "notActions": ["microsoft.compute/virtualmachines/runcommand/ACTION"]}, (ASSIGN,), (RUN,)),
        ({"actions": ["*"], "notDataActions": ["*"]}, (RUN, ASSIGN), (GET,)),
        ({"dataActions": ["*"], "notActions": ["*"]}, (GET,), (RUN,)),
        ({"dataActions": ["Microsoft.KeyVault/*"], "notDataActions": ["*/getSecret/action"]}, (), (GET,)),
        ({"actions": ["Microsoft.KeyVault/vaults/secrets/getSecret/action"]}, (), (GET,)),
        ({"actions": None, "dataActions": None}, (), (RUN, GET)),
        ({}, (), (RUN, GET)),
    ],
)
def test_what_a_permission_allows(permission: dict[str, Any], has: tuple[str, ...], lacks: tuple[str, ...]) -> None:
    mask = mask_for(permission)
    assert mask & mask_of(has) == mask_of(has)
    assert not mask & mask_of(lacks)


def test_what_one_permission_takes_away_another_may_give() -> None:
    assert mask_for({"actions": ["*"], "notActions": [RUN]}, {"actions": [RUN]}) & mask_of([RUN])


def test_permission_with_a_condition_of_its_own() -> None:
    role = compile_role(policy({"permissions": [{"actions": [ASSIGN], "condition": "@Request[x] StringEquals 'y'"}]}))
    assert role is not None
    assert not role.mask
    assert role.bound == ((mask_of([ASSIGN]), "@Request[x] StringEquals 'y'"),)


@pytest.mark.parametrize(
    "document",
    [
        None,
        "",
        "{",
        "[]",
        "[" * 100_000,
        {"permissions": {}},
        {"permissions": ["*"]},
        {"permissions": [{"actions": "*"}]},
        {"permissions": [{"actions": [1]}]},
        {},
    ],
)
def test_damaged_definitions_are_not_read(document: object) -> None:
    assert compile_role(policy(document)) is None


def test_definition_with_a_problem_is_not_read() -> None:
    assert compile_role(policy({"permissions": [{"actions": ["*"]}]}, problem="cut")) is None


def test_bits_are_those_of_the_patterns_one_by_one() -> None:
    for pattern in (
        "*",
        "*/write",
        "microsoft.web/*",
        "*/virtualmachines/*",
        "microsoft.storage/storageaccounts/*key*",
    ):
        for data in (False, True):
            named = [
                a
                for a in ACTIONS
                if a.startswith("data:") is data and matches(pattern, a.lower().removeprefix("data:"))
            ]
            assert pattern_mask(pattern.upper(), data) == mask_of(named)
    assert all(bit.bit_count() == 1 for bit in BIT.values())


@pytest.mark.parametrize(
    ("type_", "can", "cannot"),
    [
        ("microsoft.compute/virtualmachines", RUN, GET),
        ("microsoft.keyvault/vaults", GET, RUN),
        ("microsoft.keyvault/vaults/secrets", GET, "Microsoft.KeyVault/vaults/write"),
        ("microsoft.compute/virtualmachines", ASSIGN, "Microsoft.Compute/disks/delete"),
        (
            "microsoft.cognitiveservices/accounts/projects",
            "data:Microsoft.CognitiveServices/accounts/AIServices/agents/write",
            "Microsoft.CognitiveServices/accounts/listKeys/action",
        ),
    ],
)
def test_what_can_be_done_to_a_type(type_: str, can: str, cannot: str) -> None:
    assert possible_on(type_) & mask_of([can])
    assert not possible_on(type_) & mask_of([cannot])
