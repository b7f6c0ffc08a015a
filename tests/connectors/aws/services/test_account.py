"""The account as a scope: its name, and what its name says of the environment."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan.connector import Evidence, Shard
from nhiscan.model import Scope
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.aws.services.account import ALIASES, SERVICE

SHARD = Shard(connector="aws", scope="aws:111122223333", part="account")


def scope(*evidence: Evidence) -> Scope:
    (found,) = SERVICE.parse(SHARD, Answers(evidence))
    assert isinstance(found, Scope)
    return found


def aliases(*names: Any) -> Evidence:
    return Evidence(operation=ALIASES.name, body={"AccountAliases": list(names)})


@pytest.mark.parametrize(
    ("alias", "environment"),
    [
        ("acme-prod", "production"),
        ("production-acme", "production"),
        ("acme-dev", "development"),
        ("acme-staging-eu", "staging"),
        ("acme", None),
        ("products", None),
        ("devices", None),
        ("acme-non-prod", "development"),
    ],
)
def test_the_alias_names_the_account_and_its_environment(alias: str, environment: str | None) -> None:
    found = scope(aliases(alias))
    assert (found.id, found.kind, found.provider) == ("aws:111122223333", "account", "aws")
    assert (found.name, found.environment) == (alias, environment)


@pytest.mark.parametrize(
    "evidence",
    [[], [aliases()], [Evidence(operation=ALIASES.name, problem="denied", detail="no")]],
    ids=["not asked", "no alias", "refused"],
)
def test_without_an_alias_the_account_is_called_by_its_number(evidence: list[Evidence]) -> None:
    assert (scope(*evidence).name, scope(*evidence).environment) == ("111122223333", None)
