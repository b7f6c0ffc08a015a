"""The hand-worked cases of all tables together: enough of them, and each with its page."""

from __future__ import annotations

from tests.connectors.aws.access import (
    test_conditions,
    test_cross_account,
    test_layers,
    test_organization_limits,
    test_resource_policies,
    test_statements,
)

LEAST = 300
TABLES = (
    test_statements.CASES,
    test_layers.CASES,
    test_organization_limits.CASES,
    test_resource_policies.CASES,
    test_cross_account.CASES,
    test_conditions.CASES,
    test_conditions.BLOCKS,
)


def test_there_are_enough_cases() -> None:
    assert sum(len(table) for table in TABLES) >= LEAST
