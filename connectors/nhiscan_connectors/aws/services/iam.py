"""IAM: users, roles, groups, policies, credentials and federation of one account."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Identity
from nhiscan_connectors.aws.iam.collect import collect
from nhiscan_connectors.aws.iam.credentials import parse_credentials
from nhiscan_connectors.aws.iam.federation import parse_federation
from nhiscan_connectors.aws.iam.operations import DETAILS, NEVER, OPERATIONS
from nhiscan_connectors.aws.iam.principals import Principals, answered_at
from nhiscan_connectors.aws.service import Answers, Service


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Everything that IAM told of an account."""
    principals = Principals(shard, answered_at(item.at for item in answers.of(DETAILS)))
    users: dict[str, str] = {}
    for body in answers.bodies(DETAILS):
        for record in principals.page(body):
            if isinstance(record, Identity) and record.kind == "iam-user":
                users[record.name] = record.id
            yield record
    yield from principals.rest()
    yield from parse_credentials(shard, answers, users)
    yield from parse_federation(shard, answers)


SERVICE = Service(name="iam", part="account", operations=OPERATIONS, collect=collect, parse=parse, never=NEVER)
