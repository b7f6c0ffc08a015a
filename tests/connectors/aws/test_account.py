"""The account itself: its name, and the environment that its name speaks of."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan_connectors.aws.services.account import ALIASES
from tests.connectors.aws.answers import ACCOUNT, ACCOUNT_SHARD, SCOPE, answer, parse, refused


def test_the_alias_names_the_account() -> None:
    scope = parse(ACCOUNT_SHARD, [answer(ALIASES, {"AccountAliases": ["acme-prod"]})]).scopes[SCOPE]
    assert (scope.name, scope.kind, scope.environment) == ("acme-prod", "account", "production")


@pytest.mark.parametrize("evidence", [[], [answer(ALIASES, {"AccountAliases": []})], [refused(ALIASES)]])
def test_without_an_alias_it_is_named_by_its_number(evidence: Any) -> None:
    scope = parse(ACCOUNT_SHARD, evidence).scopes[SCOPE]
    assert (scope.name, scope.environment) == (ACCOUNT, None)


@pytest.mark.parametrize("body", [[], 7, {"AccountAliases": "acme"}, {"AccountAliases": [7]}])
def test_a_damaged_answer_is_told(body: Any) -> None:
    inventory = parse(ACCOUNT_SHARD, [answer(ALIASES, body)])
    assert inventory.scopes[SCOPE].name == ACCOUNT
    assert ALIASES.name in {gap.operation for gap in inventory.gaps}
