"""Managed Airflow (MWAA): environments and the role that their workflows run as.

Calls in a region: ListEnvironments, and one GetEnvironment an environment, for the list has only names.

AWS answers under the name "Environment", which the redactor takes for variables: of everything in it only ARNs, hosts,
numbers and switches are kept. That drops passwords in Airflow's options, and the access mode of the web server too.

The variables of an environment are the names of its Airflow options. Attributes: bucket (where the workflows lie), url.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Workload
from nhiscan_connectors.aws.callees import stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, variables_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import text

ENVIRONMENTS = call(
    "mwaa:ListEnvironments",
    "lists environments of Airflow",
    "which environments of Airflow exist",
    permission="airflow:ListEnvironments",
)
ENVIRONMENT = call(
    "mwaa:GetEnvironment",
    "reads the role of an environment of Airflow and the names of its options",
    "what the workflows of Airflow run as",
    permission="airflow:GetEnvironment",
)


def collect(calls: Calls) -> None:
    """One list, and one call an environment."""
    names = [name for name in calls.items(ENVIRONMENTS, "Environments") if text(name)]
    calls.each(lambda name: calls.page(ENVIRONMENT, Name=name), names)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload an environment."""
    reading = Reading(shard, answers)
    details = reading.details(ENVIRONMENT, "Name", "Environment")
    arns: dict[str, str] = {}
    for body in reading.bodies(ENVIRONMENTS):
        for name in reading.texts(ENVIRONMENTS, body, "Environments"):
            detail = details.get(name, {})
            arns[name] = reading.arn("airflow", f"environment/{name}")
            yield from _environment(reading, arns[name], name, detail)

    def place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
        return arns.get(str(item.params.get("Name")), ""), f"option {path[-1]}" if path else ""

    yield from reading.sightings(ENVIRONMENT, place)
    yield from reading.gaps_of_details(ENVIRONMENT, "Name", arns)
    yield from reading.gaps()


def _environment(reading: Reading, arn: str, name: str, detail: dict[str, Any]) -> Iterator[AnyRecord]:
    options = variables_of(detail.get("AirflowConfigurationOptions"))
    facts = {"bucket": text(detail.get("SourceBucketArn")), "url": text(detail.get("WebserverUrl"))}
    yield Workload(
        id=arn,
        provider="aws",
        kind="mwaa-environment",
        name=name,
        scope=reading.scope,
        region=reading.region,
        variables=tuple(option for option, _ in options),
        attributes=stated({key: "" if value.startswith("[") else value for key, value in facts.items()}),
    )
    yield from reading.runs_as(arn, detail.get("ExecutionRoleArn"))
    yield from reading.runs_as(arn, detail.get("ServiceRoleArn"), "service role", by_platform=True)
    yield from reading.environment(arn, f"environment {name}", options, what="option")


SERVICE = Service(name="mwaa", part="region", operations=(ENVIRONMENTS, ENVIRONMENT), collect=collect, parse=parse)
