"""Glue: jobs and development endpoints, the roles that they run as, and the connections that they log in through.

Calls in a region: GetJobs, GetDevEndpoints and GetConnections, which tell all there is: three.

A connection is asked for without its password, and its properties are cut off all the same, for passwords stand in them
under other names too; what is left is the secret that it names.

Attributes of a job: command (glueetl, pythonshell ...), script, version, connections, role_name (a role told by name).
Its variables are its arguments. Attributes of an endpoint: status, public_address, version. Attributes of a connection
(a resource of kind "glue-connection"): type, authentication (BASIC, OAUTH2, CUSTOM, IAM), status.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, Resource, Workload
from nhiscan_connectors.aws.callees import stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, variables_of
from nhiscan_connectors.aws.role_names import bare_role, join_roles
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

JOBS = call(
    "glue:GetJobs",
    "lists jobs, their roles and the names of their arguments",
    "which jobs of Glue exist, what they run as and which keys they hold",
    # The token opens the repository that a job is kept in.
    drop=("CodeGenConfigurationNodes", "AuthToken"),
)
ENDPOINTS = call(
    "glue:GetDevEndpoints",
    "lists development endpoints and their roles",
    "which development endpoints exist and what they run as",
    drop=("Arguments",),
)
CONNECTIONS = call(
    "glue:GetConnections",
    "lists connections to data stores and the secrets that they name, without passwords",
    "which secrets connections of Glue read",
    blinds=("secrets",),
    drop=("ConnectionProperties", "SparkProperties", "AthenaProperties", "PythonProperties", "OAuth2Properties"),
)


def collect(calls: Calls) -> None:
    """Three lists."""
    for pages in (calls.pages(JOBS), calls.pages(ENDPOINTS), calls.pages(CONNECTIONS, HidePassword=True)):
        for _ in pages:
            pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a job and an endpoint, one resource a connection."""
    reading = Reading(shard, answers)
    secrets: dict[str, str] = {}
    for connection in reading.items(CONNECTIONS, "ConnectionList", "Name"):
        arn = _connection_arn(reading, connection["Name"])
        secret = reading.secret_id(table(connection.get("AuthenticationConfiguration")).get("SecretArn"))
        secrets[connection["Name"]] = secret
        yield _connection(reading, arn, connection)
        if secret:
            reason = f"connection {connection['Name']} logs in with {secret}"
            yield Link(source=arn, target=secret, kind="stored_in", reason=reason)
    for job in reading.items(JOBS, "Jobs", "Name"):
        yield from _job(reading, job, secrets)
    for endpoint in reading.items(ENDPOINTS, "DevEndpoints", "EndpointName"):
        yield from _endpoint(reading, endpoint)
    yield from reading.sightings(JOBS, _place_of_jobs(reading))
    yield from reading.gaps()


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """The roles that jobs tell by name."""
    return join_roles(inventory, ("glue-job",), {"role_name": "execution role"})


def _place_of_jobs(reading: Reading) -> Any:
    """Jobs have no ARN in the answer: their names are made into one."""
    named = named_on_the_way("Name")

    def place(item: Any, path: list[str | int]) -> tuple[str, str]:
        name, _ = named(item, path)
        return _job_arn(reading, name) if name else "", f"argument {path[-1]}" if path else ""

    return place


def _job_arn(reading: Reading, name: str) -> str:
    return reading.arn("glue", f"job/{name}")


def _connection_arn(reading: Reading, name: str) -> str:
    return reading.arn("glue", f"connection/{name}")


def _job(reading: Reading, job: dict[str, Any], secrets: dict[str, str]) -> Iterator[AnyRecord]:
    name = job["Name"]
    arn, command = _job_arn(reading, name), table(job.get("Command"))
    variables = [pair for key in ("DefaultArguments", "NonOverridableArguments") for pair in variables_of(job.get(key))]
    connections = list(reading.texts(JOBS, table(job.get("Connections")), "Connections", subject=arn))
    facts = {
        "command": text(command.get("Name")),
        "script": text(command.get("ScriptLocation")),
        "version": text(job.get("GlueVersion")),
        "connections": ", ".join(connections),
        "role_name": bare_role(job.get("Role")),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="glue-job",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(job.get("CreatedOn")),
        updated_at=moment(job.get("LastModifiedOn")),
        variables=tuple(dict.fromkeys(variable for variable, _ in variables)),
        attributes=stated(facts),
    )
    yield from reading.runs_as(arn, job.get("Role"))
    yield from reading.environment(arn, f"job {name}", variables, what="argument")
    for connection in dict.fromkeys(connections):
        reason = f"job {name} reaches data through connection {connection}"
        target = _connection_arn(reading, connection)
        yield Link(source=arn, target=target, kind="connects_through", reason=reason)
        if secrets.get(connection):
            reason = f"job {name} logs in through connection {connection} with {secrets[connection]}"
            yield Link(source=arn, target=secrets[connection], kind="reads_secret", reason=reason)


def _endpoint(reading: Reading, endpoint: dict[str, Any]) -> Iterator[AnyRecord]:
    name = endpoint["EndpointName"]
    arn = reading.arn("glue", f"devEndpoint/{name}")
    facts = {
        "status": text(endpoint.get("Status")),
        "public_address": text(endpoint.get("PublicAddress")),
        "version": text(endpoint.get("GlueVersion")),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="glue-dev-endpoint",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(endpoint.get("CreatedTimestamp")),
        updated_at=moment(endpoint.get("LastModifiedTimestamp")),
        attributes=stated(facts),
    )
    yield from reading.runs_as(arn, endpoint.get("RoleArn"))


def _connection(reading: Reading, arn: str, connection: dict[str, Any]) -> Resource:
    facts = {
        "type": text(connection.get("ConnectionType")),
        "authentication": text(table(connection.get("AuthenticationConfiguration")).get("AuthenticationType")),
        "status": text(connection.get("Status")),
    }
    return Resource(
        id=arn,
        provider="aws",
        kind="glue-connection",
        name=connection["Name"],
        scope=reading.scope,
        region=reading.region,
        created_at=moment(connection.get("CreationTime")),
        attributes=stated(facts),
    )


SERVICE = Service(
    name="glue",
    part="region",
    operations=(JOBS, ENDPOINTS, CONNECTIONS),
    collect=collect,
    parse=parse,
    join=join,
    # It has the password in it unless one asks for it to be left out.
    never=("glue:GetConnection",),
)
