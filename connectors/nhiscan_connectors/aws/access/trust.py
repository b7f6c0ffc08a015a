"""Trust policies: which roles exist, which services may take them on, and which identities may assume them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from nhiscan_connectors.aws.access.conditions import Test, Truth, holds
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.document import Document, Principals, Statement

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


def names(statement: Statement, arn: str, account: str, unique_id: str = "", bounded: bool = False) -> str:
    """How a statement of a resource policy names a principal: "itself", "account", "everyone", or "" not at all.

    `bounded`: the principal has a permissions boundary, against which no exception by NotPrincipal helps.
    """
    principals = statement.principals
    if principals is None:
        return ""
    if statement.not_principal:
        return "" if _excepted(statement, principals, arn, account, unique_id, bounded) else "everyone"
    if arn in principals.arns or (unique_id and unique_id in principals.arns):
        return "itself"
    if account in principals.accounts:
        return "account"
    return "everyone" if principals.everyone else ""


def _excepted(
    statement: Statement, principals: Principals, arn: str, account: str, unique_id: str, bounded: bool
) -> bool:
    """Whether NotPrincipal leaves a principal out.

    An account in it leaves out the root user and nobody else: the account is listed so that its users and roles which
    are listed too can be. Where it is not, AWS says that they might be denied; here they are not, for only a denial
    that is certain may take a power away.
    Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal".
    """
    if not statement.allow and bounded:
        return False
    if principals.everyone or arn in principals.arns or (unique_id and unique_id in principals.arns):
        return True
    root = arn.endswith(f"::{account}:root")
    return account in principals.accounts and (statement.allow or root)


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
