"""Amazon Bedrock's record of what models were asked and what they answered: whether it is kept, and where.

One Resource of kind "model-invocation-logging" for each region that answered, with the id
`arn:aws:bedrock:<region>:<account>:model-invocation-logging`. Attributes: `on` ("true", "false": the region was asked,
and nothing is kept), `s3` (bucket and prefix), `cloudwatch` (name of the log group), `data` (what is kept: "embedding,
image, text"; "none" when every kind is switched off). A region without the Resource did not answer: not known, as its
gap says, or there is no Bedrock in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Resource
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text

LOGGING: Final = call(
    "bedrock:GetModelInvocationLoggingConfiguration",
    "reads whether prompts and answers of models are logged, and where",
    "whether anybody could look up what agents asked of models",
    # What an agent does is not hidden by this; that it would be found out is.
    blinds=(),
)
_DATA: Final = ("audio", "embedding", "image", "text", "video")


def collect(calls: Calls) -> None:
    """One call; AWS answers with nothing where nothing is logged."""
    calls.page(LOGGING)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """The configuration of the region, or that there is none."""
    reading = Reading(shard, answers)
    for body in reading.bodies(LOGGING):
        given = body.get("loggingConfig")
        # A configuration that is no object is damage, not the absence of one.
        for settings in reading.within(LOGGING, {"loggingConfig": [{} if given is None else given]}, "loggingConfig"):
            yield from _records(reading, settings)
    yield from reading.gaps()


def _records(reading: Reading, settings: dict[str, Any]) -> Iterator[AnyRecord]:
    id = reading.arn("bedrock", "model-invocation-logging")
    name = f"model invocation logging in {reading.region}"
    s3, cloudwatch = table(settings.get("s3Config")), table(settings.get("cloudWatchConfig"))
    bucket, group = text(s3.get("bucketName")), text(cloudwatch.get("logGroupName"))
    on = bool(bucket or group)
    kinds = [kind for kind in _DATA if settings.get(f"{kind}DataDeliveryEnabled") is True]
    facts = {
        "on": "true" if on else "false",
        "s3": "/".join(filter(None, (bucket, text(s3.get("keyPrefix"))))) if bucket else "",
        "cloudwatch": group,
        "data": (", ".join(kinds) or "none") if on else "",
    }
    yield Resource(
        id=id,
        provider="aws",
        kind="model-invocation-logging",
        name=name,
        scope=reading.scope,
        region=reading.region,
        attributes={key: value for key, value in facts.items() if value},
    )
    if group:
        reason = f"{name} writes to log group {group}"
        target = reading.arn("logs", f"log-group:{group}")
        yield Link(source=id, target=target, kind="logs_to", reason=reason)
    if bucket:
        reason = f"{name} writes to bucket {bucket}"
        yield Link(source=id, target=f"arn:{reading.partition}:s3:::{bucket}", kind="logs_to", reason=reason)
    yield from reading.runs_as(id, cloudwatch.get("roleArn"), "log delivery role", by_platform=True)


SERVICE = Service(name="bedrock-logging", part="region", operations=(LOGGING,), collect=collect, parse=parse)
