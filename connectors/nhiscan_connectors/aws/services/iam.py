"""IAM: users, roles, groups, policies, credentials and federation of one account."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.iam.collect import collect
from nhiscan_connectors.aws.iam.credentials import parse_credentials
from nhiscan_connectors.aws.iam.delegation import parse_delegations
from nhiscan_connectors.aws.iam.factors import parse_factors
from nhiscan_connectors.aws.iam.federation import parse_federation
from nhiscan_connectors.aws.iam.known import Known
from nhiscan_connectors.aws.iam.operations import NEVER, OPERATIONS
from nhiscan_connectors.aws.iam.principals import parse_principals
from nhiscan_connectors.aws.iam.root import parse_root
from nhiscan_connectors.aws.iam.sightings import parse_sightings
from nhiscan_connectors.aws.iam.usage import parse_usage
from nhiscan_connectors.aws.service import Answers, Service


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Everything that IAM told of an account."""
    known = Known(shard, answers)
    yield from parse_principals(known)
    yield from parse_root(known)
    yield from parse_credentials(known)
    yield from parse_factors(known)
    yield from parse_federation(known)
    yield from parse_delegations(known)
    yield from parse_sightings(known)
    yield from parse_usage(known)
    yield from known.fields.gaps()


SERVICE = Service(name="iam", part="account", operations=OPERATIONS, collect=collect, parse=parse, never=NEVER)
