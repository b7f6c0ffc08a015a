"""CloudWatch investigations: groups, the role that their assistant looks around with, and who may use them.

Attributes of an investigation group: `cloudtrail_history` ("true": it reads who did what), `source_accounts` (other
accounts that it looks into), `retention_days`, `kms_key` (of the customer's own, where it has one). AWS lets only
signed calls in, so `public` is False.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Ownership, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, role_arn
from nhiscan_connectors.aws.resource_policies import policy_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "CloudWatch investigations"

LIST = call(
    "aiops:ListInvestigationGroups",
    "lists the groups in which CloudWatch's assistant investigates",
    "which investigation groups exist",
    blinds=("agents", "workloads"),
)
GET = call(
    "aiops:GetInvestigationGroup",
    "tells the role that an investigation group gathers data with",
    "the role of the investigation group and the accounts that it looks into",
    blinds=("agents", "workloads"),
)
POLICY = call(
    "aiops:GetInvestigationGroupPolicy",
    "reads the policy that an investigation group carries itself",
    "who else may use the investigation group",
    blinds=("policies",),
)

_MILLISECONDS: Final = 100_000_000_000
"""A number of seconds as large as this would be in the year 5138: it counts milliseconds."""


def collect(calls: Calls) -> None:
    """One call in a region without groups; two for each group."""
    arns = [arn for item in calls.items(LIST, "investigationGroups") if (arn := text(item.get("arn")))]
    calls.each(lambda arn: calls.page(GET, identifier=arn), arns)
    calls.each(lambda arn: calls.page(POLICY, identifier=arn), arns)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a group."""
    reading = Reading(shard, answers)
    details = reading.details(GET, "identifier")
    policies = reading.details(POLICY, "identifier")
    arns: dict[str, str] = {}
    for item in reading.items(LIST, "investigationGroups", "arn"):
        arn = item["arn"]
        arns[arn] = arn
        name = text(item.get("name")) or arn.rpartition("/")[2]
        yield from _group(reading, arn, name, details.get(arn, {}))
        yield from policy_of(reading, arn, name, policies.get(arn, {}).get("policy") or None)
    yield from reading.gaps_of_details(GET, "identifier", arns)
    yield from reading.gaps_of_details(POLICY, "identifier", arns)
    yield from reading.gaps()


def _group(reading: Reading, arn: str, name: str, body: dict[str, Any]) -> Iterator[AnyRecord]:
    sources = [
        role
        for item in reading.within(GET, body, "crossAccountConfigurations", subject=arn)
        if (role := role_arn(item.get("sourceRoleArn")))
    ]
    days = body.get("retentionInDays")
    history = body.get("isCloudTrailEventHistoryEnabled")
    facts = {
        "cloudtrail_history": str(history).lower() if isinstance(history, bool) else "",
        "source_accounts": ", ".join(dict.fromkeys(role.split(":")[4] for role in sources)),
        "retention_days": str(days) if isinstance(days, int) else "",
        "kms_key": text(table(body.get("encryptionConfiguration")).get("kmsKeyId")),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="investigation-group",
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform=PLATFORM,
        created_at=moment(_seconds(body.get("createdAt"))),
        updated_at=moment(_seconds(body.get("lastModifiedAt"))),
        public=False,
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, body.get("roleArn"), "investigation role")
    for role in dict.fromkeys(sources):
        yield from reading.runs_as(arn, role, "source account role")
    if creator := text(body.get("createdBy")):
        yield Ownership(subject=arn, owner=creator, kind="creator", source=GET.name)


def _seconds(value: object) -> object:
    """The model calls these times whole numbers and does not say of what; both have been seen in AWS's own APIs."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= _MILLISECONDS:
        return value // 1000
    return value


SERVICE = Service(name="aiops", part="region", operations=(LIST, GET, POLICY), collect=collect, parse=parse)
