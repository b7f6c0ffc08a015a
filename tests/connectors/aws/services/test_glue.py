"""Glue over a socket: roles by ARN and by name, arguments, connections without passwords."""

from __future__ import annotations

from pathlib import Path

from nhiscan.model import Identity, RunsAs
from nhiscan_connectors.aws.services import glue
from nhiscan_connectors.aws.services.glue import CONNECTIONS, ENDPOINTS, JOBS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/service-role/etl"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
# Made up; in two parts, so that no scanner of secrets takes it for one.
GITHUB_TOKEN = "ghp_" + "a1B2c3D4e" * 4


def made(resource: str) -> str:
    return f"arn:aws:glue:{REGION}:{ACCOUNT}:{resource}"


def test_jobs_endpoints_and_connections(aws: Aws, tmp_path: Path) -> None:
    client = aws.client("glue", REGION)
    client.create_job(
        Name="nightly",
        Role=ROLE,
        Command={"Name": "glueetl", "ScriptLocation": "s3://code/nightly.py"},
        DefaultArguments={"--OPENAI_API_KEY": "short", "--TOKEN": GITHUB_TOKEN, "--DB_SECRET_ARN": SECRET},
        Connections={"Connections": ["warehouse"]},
    )
    client.create_job(Name="named", Role="etl", Command={"Name": "pythonshell"})
    client.create_dev_endpoint(EndpointName="lab", RoleArn=ROLE, Arguments={"--key": "a-value-that-must-not-stay"})
    properties = {"USERNAME": "u", "PASSWORD": "a-value-that-must-not-stay", "KAFKA_SASL": "a-value-that-must-not-stay"}
    client.create_connection(
        ConnectionInput={"Name": "warehouse", "ConnectionType": "JDBC", "ConnectionProperties": properties}
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    job = inventory.workloads[made("job/nightly")]
    assert (job.kind, job.name) == ("glue-job", "nightly")
    assert job.variables == ("--OPENAI_API_KEY", "--TOKEN", "--DB_SECRET_ARN")
    assert job.attributes["script"] == "s3://code/nightly.py"
    assert inventory.workloads[made("job/named")].attributes["role_name"] == "etl"
    assert inventory.workloads[made("devEndpoint/lab")].kind == "glue-dev-endpoint"
    assert inventory.runs_as == [
        RunsAs(workload=id, identity=ROLE, detail="execution role") for id in (job.id, made("devEndpoint/lab"))
    ]
    assert {(link.kind, link.target) for link in inventory.links_from(job.id)} == {
        ("holds_key_of", "llm:openai"),
        ("reads_secret", SECRET),
        ("connects_through", made("connection/warehouse")),
    }
    assert inventory.resources[made("connection/warehouse")].kind == "glue-connection"
    assert [(sighting.subject, sighting.where) for sighting in inventory.sightings] == [(job.id, "argument --TOKEN")]
    assert not inventory.gaps
    (call,) = [call for call in aws.calls if call.operation == "GetConnections"]
    assert call.params["HidePassword"] is True
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert GITHUB_TOKEN.encode() not in kept
    assert b"a-value-that-must-not-stay" not in kept


def test_an_empty_region_costs_three_calls(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("glue") == 3


def test_a_refused_list_hides_no_other(aws: Aws, tmp_path: Path) -> None:
    aws.client("glue", REGION).create_dev_endpoint(EndpointName="lab", RoleArn=ROLE)
    aws.faults.deny("glue", "GetJobs")
    aws.faults.deny("glue", "GetConnections")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == {made("devEndpoint/lab")}
    assert {gap.operation for gap in inventory.gaps} == {JOBS.name, CONNECTIONS.name}
    assert not inventory.knows(SCOPE, "workloads")
    assert not inventory.knows(SCOPE, "secrets")


def test_roles_that_are_told_by_name_are_found_in_the_same_account() -> None:
    inventory = parse(REGION_SHARD, [answer(JOBS, {"Jobs": [{"Name": "a", "Role": "service-role/etl"}]})])
    assert not inventory.runs_as
    for scope, id in ((SCOPE, ROLE), ("aws:999999999999", ROLE.replace(ACCOUNT, "999999999999"))):
        inventory.add(Identity(id=id, provider="aws", kind="iam-role", name="etl", scope=scope))
    assert list(glue.join(inventory)) == [RunsAs(workload=made("job/a"), identity=ROLE, detail="execution role")]


def test_the_secret_of_a_connection_is_read_by_its_jobs() -> None:
    connection = {
        "Name": "crm",
        "ConnectionType": "SALESFORCE",
        "AuthenticationConfiguration": {"AuthenticationType": "OAUTH2", "SecretArn": SECRET},
    }
    job = {"Name": "a", "Connections": {"Connections": ["crm", "crm", "gone"]}}
    found = [answer(CONNECTIONS, {"ConnectionList": [connection]}), answer(JOBS, {"Jobs": [job]})]
    inventory = parse(REGION_SHARD, found)
    facts = inventory.resources[made("connection/crm")].attributes
    assert facts == {"type": "SALESFORCE", "authentication": "OAUTH2"}
    links = [(link.kind, link.target) for link in inventory.links_from(made("job/a"))]
    assert links == [
        ("connects_through", made("connection/crm")),
        ("reads_secret", SECRET),
        ("connects_through", made("connection/gone")),
    ]


def test_damaged_lists_are_left_out_and_told() -> None:
    jobs = [{"Name": "a", "Role": [], "Command": 7, "Connections": {"Connections": "x"}, "DefaultArguments": 7}, 7]
    found = [
        answer(JOBS, {"Jobs": jobs}),
        answer(ENDPOINTS, {"DevEndpoints": "x"}),
        answer(CONNECTIONS, {"ConnectionList": [None]}),
    ]
    inventory = parse(REGION_SHARD, found)
    assert set(inventory.workloads) == {made("job/a")}
    told = {(gap.operation, gap.subjects) for gap in inventory.gaps}
    assert told == {(JOBS.name, ()), (JOBS.name, (made("job/a"),)), (ENDPOINTS.name, ()), (CONNECTIONS.name, ())}


def test_refused_lists() -> None:
    assert not parse(REGION_SHARD, [refused(JOBS), refused(ENDPOINTS)]).workloads  # the gaps are the core's to tell
