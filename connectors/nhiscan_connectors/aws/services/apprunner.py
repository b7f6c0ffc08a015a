"""App Runner: services, their roles, their variables and secrets, and whether they answer the internet.

Calls in an account and region: one for the list, and two a service (itself, and its tags, which the tagging API does
not know). An account has ten or so.

`public` is what the platform does: a service that it lets the internet reach is asked without authorisation, whatever
the code behind it demands. Attributes: "image" or "repository", "source" ("ECR", "ECR_PUBLIC", "repository"),
"frameworks" (of agents, by the image's name), "url", "status".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.compute.containers import place_of
from nhiscan_connectors.aws.compute.details import described
from nhiscan_connectors.aws.compute.frameworks import frameworks_in
from nhiscan_connectors.aws.regional import Reading, call, tags_of, variables_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

SERVICES = call("apprunner:ListServices", "lists services", "which App Runner services exist")
SERVICE_DETAILS = call(
    "apprunner:DescribeService",
    "reads the roles of a service, the names of its variables and whether it answers the internet",
    "what an App Runner service runs as, which keys it holds and who can reach it",
)
TAGS = call("apprunner:ListTagsForResource", "reads the tags of a service", "who owns a service", blinds=("owners",))


def collect(calls: Calls) -> None:
    """The list has no roles: each service is described."""

    def ask(arn: str) -> None:
        calls.page(SERVICE_DETAILS, ServiceArn=arn)
        calls.page(TAGS, ResourceArn=arn)

    listed = (table(item) for item in calls.items(SERVICES, "ServiceSummaryList"))
    calls.each(ask, [arn for item in listed if (arn := text(item.get("ServiceArn"))) and not _gone(item)])


def _gone(service: dict[str, Any]) -> bool:
    return service.get("Status") in ("DELETED", "CREATE_FAILED")


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a service, whether or not it could be described."""
    reading = Reading(shard, answers)
    details = described(reading, SERVICE_DETAILS, "ServiceArn", "Service")
    tags = reading.details(TAGS, "ResourceArn")
    listed = {item["ServiceArn"]: item for item in reading.items(SERVICES, "ServiceSummaryList", "ServiceArn")}
    ids: dict[str, str] = {}
    for arn in sorted({**listed, **details}):
        service = {**listed.get(arn, {}), **details.get(arn, {})}
        if arn and not _gone(service):
            ids[arn] = arn
            yield from _service(reading, arn, service, tags_of(tags.get(arn, {}).get("Tags")))
    yield from reading.sightings(SERVICE_DETAILS, place_of("ServiceArn"))
    yield from reading.gaps_of_details(SERVICE_DETAILS, "ServiceArn", ids)
    yield from reading.gaps_of_details(TAGS, "ResourceArn", ids)
    yield from reading.gaps()


def _service(reading: Reading, arn: str, service: dict[str, Any], tags: dict[str, str]) -> Iterator[AnyRecord]:
    name = text(service.get("ServiceName")) or arn.rpartition(":service/")[2].partition("/")[0]
    source = table(service.get("SourceConfiguration"))
    image, repository = table(source.get("ImageRepository")), table(source.get("CodeRepository"))
    settings = table(image.get("ImageConfiguration")) or table(
        table(repository.get("CodeConfiguration")).get("CodeConfigurationValues")
    )
    variables = variables_of(settings.get("RuntimeEnvironmentVariables"))
    secrets = variables_of(settings.get("RuntimeEnvironmentSecrets"))
    ingress = table(table(service.get("NetworkConfiguration")).get("IngressConfiguration"))
    public = ingress.get("IsPubliclyAccessible")
    facts = {
        "image": text(image.get("ImageIdentifier")),
        "repository": text(repository.get("RepositoryUrl")),
        "source": text(image.get("ImageRepositoryType")) or ("repository" if repository else ""),
        "frameworks": frameworks_in([text(image.get("ImageIdentifier"))]),
        "url": text(service.get("ServiceUrl")),
        "status": text(service.get("Status")),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="apprunner-service",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(service.get("CreatedAt")),
        updated_at=moment(service.get("UpdatedAt")),
        public=public if isinstance(public, bool) else None,
        variables=tuple(dict.fromkeys(variable for variable, _ in (*variables, *secrets))),
        tags=tags,
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, table(service.get("InstanceConfiguration")).get("InstanceRoleArn"), "instance role")
    access = table(source.get("AuthenticationConfiguration")).get("AccessRoleArn")
    yield from reading.runs_as(arn, access, "access role", by_platform=True)
    yield from reading.environment(arn, f"service {name}", variables)
    stored = [(variable, reading.secret_id(value, bare="parameter")) for variable, value in secrets]
    yield from reading.environment(arn, f"service {name}", stored, what="secret")


SERVICE = Service(
    name="apprunner",
    part="region",
    operations=(SERVICES, SERVICE_DETAILS, TAGS),
    collect=collect,
    parse=parse,
)
