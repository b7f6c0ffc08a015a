"""The account itself: its alias, and the environment that the alias speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Scope
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.environment import environment_of
from nhiscan_connectors.common.fields import Fields

ALIASES = Operation(
    name="iam:ListAccountAliases",
    permission="iam:ListAccountAliases",
    purpose="reads the account's alias, for its name",
    hides="the account's alias",
)


def collect(calls: Calls) -> None:
    """Ask for the alias."""
    calls.page(ALIASES)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """The account as a scope."""
    account = shard.scope.removeprefix("aws:")
    fields = Fields(shard, answers)
    aliases = [alias for body in fields.bodies(ALIASES) for alias in fields.texts(ALIASES, body, "AccountAliases")]
    name = aliases[0] if aliases else account
    yield Scope(id=shard.scope, provider="aws", kind="account", name=name, environment=environment_of(name))
    yield from fields.gaps()


SERVICE = Service(name="account", part="account", operations=(ALIASES,), collect=collect, parse=parse)
