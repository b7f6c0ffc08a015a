"""Amazon Bedrock models of an account's own: inference profiles, provisioned throughput, marketplace endpoints.

Attributes of an inference profile: `type` (APPLICATION: made in the account; SYSTEM_DEFINED: by AWS), `profile_id` (by
which a workload's `model` may name it), `status`, `regions` ("eu-central-1,eu-west-1": where its models run, and
prompts are sent; "*" among them: where AWS likes), `geography` ("eu", "us", "global": the beginning of the id of a
profile that AWS defined), `models`. Profiles that AWS defined are told only where something in the same account and
region names one.
Of provisioned throughput: `model`, `status`, `units`, `commitment`. Of a marketplace endpoint, which is a workload:
`status`, `instance_type`, `source` (the model's id in the marketplace); it is part of the SageMaker endpoint under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Resource, Workload
from nhiscan_connectors.aws.bedrock.models_in_use import named_in
from nhiscan_connectors.aws.bedrock.names import short
from nhiscan_connectors.aws.bedrock.profiles import APPLICATION, PROFILES, SYSTEM, Profiles, geography_of, regions_of
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

THROUGHPUT: Final = call(
    "bedrock:ListProvisionedModelThroughputs",
    "lists models with throughput that the account pays for",
    "which models have throughput of their own",
    blinds=(),
    optional=True,  # not offered in every region that has Bedrock
)
ENDPOINTS: Final = call(
    "bedrock:ListMarketplaceModelEndpoints",
    "lists endpoints of models from the marketplace",
    "which endpoints of marketplace models exist",
    optional=True,
)
ENDPOINT: Final = call(
    "bedrock:GetMarketplaceModelEndpoint",
    "reads the role that the endpoint of a marketplace model runs as",
    "what endpoints of marketplace models run as",
)


def collect(calls: Calls) -> None:
    """Three lists; AWS tells profiles of either type only when it is asked for that type."""
    for kind in (APPLICATION, SYSTEM):
        for _ in calls.pages(PROFILES, typeEquals=kind):
            pass
    for _ in calls.pages(THROUGHPUT):
        pass
    found = (item for item in calls.items(ENDPOINTS, "marketplaceModelEndpoints") if isinstance(item, dict))
    arns = [arn for item in found if (arn := text(item.get("endpointArn")))]
    calls.each(lambda arn: calls.page(ENDPOINT, endpointArn=arn), arns)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One resource a profile and a throughput, one workload an endpoint."""
    reading = Reading(shard, answers)
    yield from _profiles(reading)
    for item in reading.items(THROUGHPUT, "provisionedModelSummaries", "provisionedModelArn", "provisionedModelName"):
        yield _throughput(reading, item)
    ids: dict[str, str] = {}
    details = reading.details(ENDPOINT, "endpointArn", "marketplaceModelEndpoint")
    for item in reading.items(ENDPOINTS, "marketplaceModelEndpoints", "endpointArn"):
        arn = item["endpointArn"]
        ids[arn] = reading.arn("bedrock", f"marketplace-model-endpoint/{short(arn)}")
        yield from _endpoint(reading, ids[arn], item, details.get(arn, {}))
    yield from reading.gaps_of_details(ENDPOINT, "endpointArn", ids)
    yield from reading.gaps()


def _profiles(reading: Reading) -> Iterator[Resource]:
    listed = Profiles(reading).listed
    of_aws = [item for item in listed if item.get("type") == SYSTEM]
    named = named_in(reading, {item[key] for item in of_aws for key in ("inferenceProfileId", "inferenceProfileArn")})
    for item in listed:
        id, arn = item["inferenceProfileId"], item["inferenceProfileArn"]
        if item.get("type") == SYSTEM and id not in named and arn not in named:
            continue
        models = reading.within(PROFILES, item, "models", "modelArn", subject=arn)
        facts = {
            "type": text(item.get("type")),
            "profile_id": id,
            "status": text(item.get("status")),
            "regions": ",".join(regions_of(reading, item)),
            "geography": geography_of(id) if item.get("type") == SYSTEM else "",
            "models": ", ".join(sorted({short(model["modelArn"]) for model in models})),
        }
        yield Resource(
            id=arn,
            provider="aws",
            kind="inference-profile",
            name=text(item.get("inferenceProfileName")) or id,
            scope=reading.scope,
            region=reading.region,
            node="model",
            created_at=moment(item.get("createdAt")),
            attributes={key: value for key, value in facts.items() if value},
        )


def _throughput(reading: Reading, item: dict[str, Any]) -> Resource:
    units = item.get("modelUnits")
    facts = {
        "model": text(item.get("modelArn")),
        "status": text(item.get("status")),
        "units": str(units) if isinstance(units, int) else "",
        "commitment": text(item.get("commitmentDuration")),
    }
    return Resource(
        id=item["provisionedModelArn"],
        provider="aws",
        kind="provisioned-throughput",
        name=item["provisionedModelName"],
        scope=reading.scope,
        region=reading.region,
        node="model",
        created_at=moment(item.get("creationTime")),
        attributes={key: value for key, value in facts.items() if value},
    )


def _endpoint(reading: Reading, id: str, item: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
    arn = item["endpointArn"]
    machine = table(table(detail.get("endpointConfig")).get("sageMaker"))
    source = text(item.get("modelSourceIdentifier"))
    facts = {
        "status": text(detail.get("endpointStatus")) or text(item.get("status")),
        "source": source,
        "instance_type": text(machine.get("instanceType")),
    }
    yield Workload(
        id=id,
        provider="aws",
        kind="bedrock-marketplace-endpoint",
        name=short(arn),
        scope=reading.scope,
        region=reading.region,
        machine_learning=True,
        ai_platform="Bedrock Marketplace",
        model=source.partition("/Model/")[2] or source,
        created_at=moment(item.get("createdAt")),
        updated_at=moment(item.get("updatedAt")),
        public=False,  # every call of an endpoint is signed
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(id, machine.get("executionRole"))
    reason = f"Bedrock offers endpoint {short(arn)} of SageMaker as a model"
    yield Link(source=id, target=arn, kind="part_of", reason=reason)


SERVICE = Service(
    name="bedrock-models",
    part="region",
    operations=(PROFILES, THROUGHPUT, ENDPOINTS, ENDPOINT),
    collect=collect,
    parse=parse,
)
