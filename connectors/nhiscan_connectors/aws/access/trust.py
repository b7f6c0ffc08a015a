"""Trust policies: which roles exist, which services may take them on, and which identities may assume them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from nhiscan_connectors.aws.access.conditions import Test, Truth, holds
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.document import Document, Statement

ASSUME = "sts:assumerole"


class Trusting(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A role with its trust policy."""

    role: str
    account: str
    policy: str
    """Name of the trust policy, for sentences."""
    document: Document

    def allows(self) -> Iterator[Statement]:
        """Statements that let somebody assume the role by sts:AssumeRole."""
        for statement in self.document.statements:
            if statement.allow and statement.has_action(ASSUME):
                yield statement

    def denies(self) -> Iterator[Statement]:
        """Statements that keep somebody from it."""
        for statement in self.document.statements:
            if not statement.allow and statement.has_action(ASSUME):
                yield statement


def names(statement: Statement, arn: str, account: str, unique_id: str = "") -> str:
    """How a statement of a resource policy names a principal: "itself", "account", "everyone", or "" not at all."""
    principals = statement.principals
    if principals is None:
        return ""
    if statement.not_principal:
        named = arn in principals.arns or (unique_id and unique_id in principals.arns) or principals.everyone
        # The account of a principal counts in NotPrincipal like the principal itself.
        return "" if named or account in principals.accounts else "everyone"
    if arn in principals.arns or (unique_id and unique_id in principals.arns):
        return "itself"
    if account in principals.accounts:
        return "account"
    return "everyone" if principals.everyone else ""


def met(tests: tuple[Test, ...], context: Context) -> Truth:
    """Whether the conditions of a trust statement hold."""
    return holds(tests, context)


def denied(trusting: Trusting, arn: str, account: str, unique_id: str, context: Context) -> Truth:
    """Whether a trust policy refuses a principal outright."""
    keys: frozenset[str] = frozenset()
    for statement in trusting.denies():
        if not names(statement, arn, account, unique_id):
            continue
        truth = holds(statement.tests, context)
        if truth is True:
            return True
        if truth is not False:
            keys |= truth
    return keys or False
