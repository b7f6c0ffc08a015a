"""Secrets Manager: names, dates, owners and rotation of secrets, who outside may read those with LLM keys; no value.

Calls: one list for each 100 secrets of a region, deleted ones that can still be restored included, and one
GetResourcePolicy for each secret that seems to hold the key of an LLM provider. The other secrets' policies are not
asked for (2,000 secrets would be 2,000 calls); each of them carries a policy record without a document, so that
nobody takes "not asked" for "has none".

Times. `activity`: AWS tells the day, not the hour, on which a secret was last read in this region, and leaves it out
of the answer when it never was. `rotated_at`: the last rotation; without one, and where an older version shows that
somebody replaced the value by hand, the last change of any kind, which is the latest that this can have been.

Attributes of a secret:
    ai_evidence        what names the LLM provider: "name", "tag Provider", "type", "description" (anybody may write it)
    owning_service     the AWS service that made the secret and looks after it: "events", "rds"
    partner            kind of a managed external secret: who outside of AWS holds the credential
    rotated_by         "rotation", or "hand" where `rotated_at` is the latest that it can have been
    rotates_every      days, or the expression of the schedule
    rotation_function  ARN of the function that rotates it
    rotation_role      ARN of the role with which Secrets Manager rotates a managed external secret
    next_rotation_at, changed_at, deleted_at    times; a deleted secret cannot be read, but restored for some days
    kms_key            key of the customer that encrypts it; absent: the key that AWS manages
    primary_region     the region whose secret this one is a copy of
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.llm import llm_title
from nhiscan.model import Activity, AnyRecord, Link, Secret, llm_provider
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.llm_keys import key_provider
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, tags_of
from nhiscan_connectors.aws.resource_policies import asked_policy, unread_policy
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

SECRETS = call(
    "secretsmanager:ListSecrets",
    "lists secrets with their dates, tags and rotation; never a value",
    "which secrets exist, how old they are and whether anybody reads them",
    blinds=("secrets",),
    drop=("SecretString", "SecretBinary"),
)
POLICY = call(
    "secretsmanager:GetResourcePolicy",
    "reads the policy that a secret with an LLM key carries itself",
    "who may read the secret by its own policy",
    blinds=("policies",),
)
KIND = "secretsmanager-secret"

_NOT_ASKED = "nhiscan asks for the policies of secrets with LLM keys only"
_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}\Z", re.ASCII)
_ARN = re.compile(r"arn:aws[a-z-]{0,12}:secretsmanager:[a-z0-9-]{1,30}:\d{12}:secret:.{1,600}", re.ASCII)
_PARAMETER_OF_SECRET = re.compile(
    r"(arn:aws[a-z-]{0,12}:)ssm(:[a-z0-9-]{1,30}:\d{12}:)parameter/aws/reference/secretsmanager/(.{1,600})", re.ASCII
)
_BARE = re.compile(r"[\w/+=.@-]{1,512}", re.ASCII)
_REFERRING = ("reads_secret", "stored_in")


def collect(calls: Calls) -> None:
    """One list; then the policy of each secret that seems to hold an LLM key."""
    found = [item for item in calls.items(SECRETS, "SecretList", IncludePlannedDeletion=True) if isinstance(item, dict)]
    keys = [arn for item in found if (arn := text(item.get("ARN"))) and _wants_policy(item)]
    calls.each(lambda arn: calls.page(POLICY, SecretId=arn), keys)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One secret an entry, with its policy."""
    reading = Reading(shard, answers)
    asked: dict[str, tuple[str, str]] = {}
    for item in reading.items(SECRETS, "SecretList", "ARN", "Name"):
        yield from _secret(reading, item)
        if _wants_policy(item):
            asked[item["ARN"]] = (item["ARN"], item["Name"])
        else:
            yield from unread_policy(reading, item["ARN"], item["Name"], _NOT_ASKED)
    yield from asked_policy(reading, POLICY, "SecretId", "ResourcePolicy", asked)
    yield from reading.sightings(SECRETS, named_on_the_way("ARN", {"Name": "name", "Description": "description"}))
    yield from reading.gaps()


def _wants_policy(item: dict[str, Any]) -> bool:
    """Whether to ask who else may read a secret: not of a deleted one, of which AWS tells no policy."""
    return bool(_judged(item)[0]) and item.get("DeletedDate") is None


def _judged(item: dict[str, Any]) -> tuple[str, str]:
    """LLM provider whose key a secret seems to hold, and what says so."""
    # Types of managed external secrets are AWS's own words, and no customer can make one up.
    provider, _ = key_provider(text(item.get("Type")))
    if provider:
        return provider, "type"
    return key_provider(text(item.get("Name")), tags_of(item.get("Tags")), text(item.get("Description")))


def _secret(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = item["ARN"], item["Name"]
    provider, evidence = _judged(item)
    rotated, by = _rotated(item)
    rules = table(item.get("RotationRules"))
    every = rules.get("AutomaticallyAfterDays")
    enabled = item.get("RotationEnabled")
    facts = {
        "ai_evidence": evidence,
        "owning_service": text(item.get("OwningService")),
        "partner": text(item.get("Type")),
        "rotated_by": by,
        "rotates_every": text(rules.get("ScheduleExpression")) or (f"{every} days" if isinstance(every, int) else ""),
        "rotation_function": text(item.get("RotationLambdaARN")),
        "rotation_role": text(item.get("ExternalSecretRotationRoleArn")),
        "next_rotation_at": _written(item.get("NextRotationDate")),
        "changed_at": _written(item.get("LastChangedDate")),
        "deleted_at": _written(item.get("DeletedDate")),
        "kms_key": text(item.get("KmsKeyId")),
        "primary_region": text(item.get("PrimaryRegion")),
    }
    yield Secret(
        id=arn,
        provider="aws",
        kind=KIND,
        name=name,
        scope=reading.scope,
        region=reading.region,
        encrypted=True,
        ai_provider=provider,
        created_at=moment(item.get("CreatedDate")),
        rotated_at=rotated,
        # Left out of the answer when rotation was never set up.
        rotation=enabled if isinstance(enabled, bool) else False if enabled is None else None,
        activity=_activity(reading, item.get("LastAccessedDate")),
        description=text(item.get("Description")),
        tags=tags_of(item.get("Tags")),
        attributes={key: value for key, value in facts.items() if value},
    )
    if provider:
        reason = f"secret {name} seems to hold a key of {llm_title(provider)}, by its {evidence}"
        yield Link(source=arn, target=llm_provider(provider), kind="holds_key_of", reason=reason)


def _activity(reading: Reading, value: object) -> Activity | None:
    """Absent: never read here. Anything that is no time: not known."""
    read = moment(value)
    if read is None and value is not None:
        return None
    return Activity(last_used_at=read, detail=f"in {reading.region}, to the day" if read else "", source=SECRETS.name)


def _rotated(item: dict[str, Any]) -> tuple[datetime | None, str]:
    rotated = moment(item.get("LastRotatedDate"))
    if rotated:
        return rotated, "rotation"
    stages = [stage for names in table(item.get("SecretVersionsToStages")).values() for stage in _texts(names)]
    changed = moment(item.get("LastChangedDate"))
    return (changed, "hand") if changed and "AWSPREVIOUS" in stages else (None, "")


def _texts(value: object) -> Iterable[str]:
    return (item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _written(value: object) -> str:
    """A time as RFC 3339."""
    at = moment(value)
    return at.isoformat().replace("+00:00", "Z") if at else ""


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Links to the secrets that others name without the six characters that AWS puts behind each name, or bare.

    A bare name means the secret of that name in the account and region of whatever names it.
    """
    by_base: dict[str, str] = {}
    for id, secret in sorted(inventory.secrets.items()):
        if secret.kind == KIND and _SUFFIX.search(id):
            by_base.setdefault(_SUFFIX.sub("", id), id)
    for link in list(inventory.links):
        if link.kind not in _REFERRING or link.target in inventory.secrets:
            continue
        target = by_base.get(_meant(inventory, link))
        if target is not None and target != link.source:
            yield Link(source=link.source, target=target, kind=link.kind, reason=link.reason)


def _meant(inventory: Inventory, link: Link) -> str:
    """ARN, without the six characters, of the secret that a link means; empty when it means none."""
    if _ARN.fullmatch(link.target):
        return link.target
    if match := _PARAMETER_OF_SECRET.fullmatch(link.target):
        return f"{match[1]}secretsmanager{match[2]}secret:{match[3]}"
    source = (
        inventory.workloads.get(link.source)
        or inventory.resources.get(link.source)
        or inventory.secrets.get(link.source)
    )
    if source is None or source.provider != "aws" or not source.region or not _BARE.fullmatch(link.target):
        return ""
    parts = source.id.split(":")
    partition = parts[1] if parts[0] == "arn" and len(parts) > 1 else "aws"
    return f"arn:{partition}:secretsmanager:{source.region}:{source.scope.removeprefix('aws:')}:secret:{link.target}"


SERVICE = Service(
    name="secretsmanager",
    part="region",
    operations=(SECRETS, POLICY),
    collect=collect,
    parse=parse,
    join=join,
)
