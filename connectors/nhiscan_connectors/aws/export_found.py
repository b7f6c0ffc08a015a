"""What exports were found to hold, by account."""

from __future__ import annotations

from typing import Any

import msgspec

from nhiscan.connector import Operation, Shard
from nhiscan.errors import InputError

LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
"""Lists of the authorization details."""


class Page(msgspec.Struct, frozen=True):
    """One document, and where it stood."""

    place: str
    body: dict[str, Any]
    params: dict[str, Any] = {}


class Account(msgspec.Struct):
    """What was found of one account."""

    details: list[Page] = []
    report: Page | None = None
    open: str = ""
    """A page that says that there are more behind it."""
    whole: bool = False
    """Some page says, or does not deny, that it is the last one."""
    lists: set[str] = set()
    """Lists that some page has, empty or not."""
    entries: dict[str, tuple[str, Any]] = {}
    """ARN -> where it was first told of, and what."""

    def new(self, where: str, entry: dict[str, Any]) -> bool:
        """Whether an entry tells something that no page before did.

        Raises InputError where two pages tell different things of the same: which of them is true, nobody can say.
        """
        first, known = self.entries.setdefault(entry["Arn"], (where, entry))
        if known is entry:
            return True
        try:
            same = known == entry
        except RecursionError:
            same = False
        if not same:
            raise InputError(
                f"{where} tells of {entry['Arn'][:120]} otherwise than {first}.",
                "Keep the newer export of the account: two of them cannot be added up.",
            )
        return False


class Found(msgspec.Struct):
    """Everything that was found."""

    accounts: dict[str, Account] = {}
    organization: dict[Operation, list[Page]] = {}

    def account(self, id: str) -> Account:
        """What was found of an account, to add to."""
        return self.accounts.setdefault(id, Account())

    def shard(self) -> Shard:
        """The shard of the organization; it is named after an account, as any that is collected."""
        return organization_shard(min(self.accounts) if self.accounts else "organization")


def account_shard(account: str) -> Shard:
    """The shard of an account."""
    return Shard(connector="aws", scope=f"aws:{account}", part="account")


def organization_shard(account: str) -> Shard:
    """What an account knows of its organization."""
    return Shard(connector="aws", scope=f"aws:{account}", part="organization")
