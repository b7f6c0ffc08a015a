"""ECS over a socket: task definitions that can be started, the services that run them, the roles of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.ecs import DEFINITION, FAMILIES, SERVICE, SERVICE_DETAILS
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.services.test_lambda_functions import OPENAI_KEY
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:anthropic-AbCdEf"


def register(aws: Aws, family: str, *containers: dict[str, Any], **more: Any) -> str:
    """A task definition in the emulator; its ARN."""
    made = aws.client("ecs", REGION).register_task_definition(
        family=family, containerDefinitions=[{"memory": 128, "image": "app", **one} for one in containers], **more
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def serve(aws: Aws, name: str, definition: str, **more: Any) -> str:
    """A service of cluster main; its ARN."""
    ecs = aws.client("ecs", REGION)
    ecs.create_cluster(clusterName="main")
    made = ecs.create_service(cluster="main", serviceName=name, taskDefinition=definition, desiredCount=1, **more)
    return str(made["service"]["serviceArn"])


def test_a_task_definition_its_roles_and_its_keys(aws: Aws, tmp_path: Path) -> None:
    arn = register(
        aws,
        "agent",
        {
            "name": "app",
            "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/langgraph-agent:1",
            "environment": [{"name": "OPENAI_API_KEY", "value": OPENAI_KEY}, {"name": "STAGE", "value": "prod-x"}],
            "secrets": [
                {"name": "ANTHROPIC_API_KEY", "valueFrom": f"{SECRET}:key::"},
                {"name": "DB_PASSWORD", "valueFrom": "/prod/db"},
            ],
        },
        {"name": "proxy", "image": "envoy", "environment": [{"name": "STAGE", "value": "prod-x"}]},
        taskRoleArn=f"{IAM}:role/agent",
        executionRoleArn=f"{IAM}:role/pull",
        tags=[{"key": "Owner", "value": "ada@example.com"}],
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.name, workload.region) == ("ecs-task-definition", "agent:1", REGION)
    assert workload.variables == ("OPENAI_API_KEY", "STAGE", "ANTHROPIC_API_KEY", "DB_PASSWORD")
    assert workload.tags == {"Owner": "ada@example.com"}
    assert workload.attributes["frameworks"] == "langgraph"
    assert workload.attributes["image app"].endswith("/langgraph-agent:1")
    assert workload.attributes["image proxy"] == "envoy"
    assert inventory.identities_run_by(arn) == [
        RunsAs(workload=arn, identity=f"{IAM}:role/agent", detail="task role"),
        RunsAs(workload=arn, identity=f"{IAM}:role/pull", detail="execution role", by_platform=True),
    ]
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("holds_key_of", "llm:openai"),
        ("holds_key_of", "llm:anthropic"),
        ("reads_secret", SECRET),
        ("reads_secret", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/prod/db"),
    }
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.ai_provider, sighting.where) == ("openai", "environment variable OPENAI_API_KEY")
    assert not inventory.gaps
    assert OPENAI_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_service_acts_as_the_role_of_the_revision_that_it_runs(aws: Aws, tmp_path: Path) -> None:
    old = register(aws, "pay", {"name": "app"}, taskRoleArn=f"{IAM}:role/old")
    new = register(aws, "pay", {"name": "app"}, taskRoleArn=f"{IAM}:role/new")
    unused = register(aws, "pay", {"name": "app"}, taskRoleArn=f"{IAM}:role/newest")
    service = serve(aws, "pay", old)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == {old, unused, service}  # revision 2 is neither the latest nor in use
    assert new not in inventory.workloads
    assert inventory.identities_run_by(service) == [
        RunsAs(workload=service, identity=f"{IAM}:role/old", detail="task role")
    ]
    (link,) = inventory.links_from(service)
    assert (link.kind, link.target, link.reason) == ("runs", old, "service pay runs tasks of pay:1")
    assert aws.calls.count("ecs", "DescribeTaskDefinition") == 2


def test_a_deregistered_definition_is_told_only_where_a_service_runs_it(aws: Aws, tmp_path: Path) -> None:
    used, gone = register(aws, "used", {"name": "app"}), register(aws, "gone", {"name": "app"})
    serve(aws, "still", used)
    for arn in (used, gone):
        aws.client("ecs", REGION).deregister_task_definition(taskDefinition=arn)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert gone not in inventory.workloads
    assert inventory.workloads[used].attributes["status"] == "INACTIVE"


def start(aws: Aws, definition: str, **more: Any) -> list[str]:
    """Tasks in cluster main; their ARNs."""
    ecs = aws.client("ecs", REGION)
    ecs.create_cluster(clusterName="main")
    network = {"awsvpcConfiguration": {"subnets": [subnet(aws)]}}
    made = ecs.run_task(
        cluster="main", taskDefinition=definition, launchType="FARGATE", networkConfiguration=network, **more
    )
    return [task["taskArn"] for task in made["tasks"]]


def subnet(aws: Aws) -> str:
    ec2 = aws.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"])


def test_a_task_that_was_given_another_role_and_a_key(aws: Aws, tmp_path: Path) -> None:
    old = register(aws, "job", {"name": "app"}, taskRoleArn=f"{IAM}:role/job", executionRoleArn=f"{IAM}:role/pull")
    register(aws, "job", {"name": "app"})
    plain = start(aws, old)
    given = {
        "taskRoleArn": f"{IAM}:role/other",
        "containerOverrides": [{"name": "app", "environment": [{"name": "OPENAI_API_KEY", "value": OPENAI_KEY}]}],
    }
    (arn,) = start(aws, old, overrides=given, startedBy="ada")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert old in inventory.workloads  # not the latest, but it runs
    assert not set(plain) & set(inventory.workloads)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.variables) == ("ecs-task", ("OPENAI_API_KEY",))
    assert workload.attributes["started_by"] == "ada"
    assert [(run.identity, run.by_platform) for run in inventory.identities_run_by(arn)] == [
        (f"{IAM}:role/other", False),
        (f"{IAM}:role/pull", True),
    ]
    (sighting,) = inventory.sightings_in(arn)
    assert sighting.where == "environment variable OPENAI_API_KEY"
    assert not inventory.gaps
    assert OPENAI_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_services_are_described_ten_at_a_time_and_lists_are_paged(aws: Aws, tmp_path: Path) -> None:
    definition = register(aws, "pay", {"name": "app"})
    for number in range(105):
        register(aws, f"family-{number}", {"name": "app"})
        serve(aws, f"service-{number}", definition)
    aws.calls.clear()
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.workloads) == 106 + 105
    counts = aws.calls.names()
    assert counts["ecs:ListTaskDefinitionFamilies"] == counts["ecs:ListServices"] == 2
    assert counts["ecs:DescribeServices"] == 11
    assert counts["ecs:DescribeTaskDefinition"] == 106


def test_an_empty_region_costs_two_calls(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("ecs") == 2


def test_a_refused_definition_leaves_workloads_unknown(aws: Aws, tmp_path: Path) -> None:
    pay, hidden = register(aws, "pay", {"name": "app"}), register(aws, "hidden", {"name": "app"})
    aws.faults.deny("ecs", "DescribeTaskDefinition", params={"taskDefinition": "hidden"})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert pay in inventory.workloads
    assert hidden not in inventory.workloads
    (gap,) = inventory.gaps
    assert (gap.reason, gap.permission) == ("denied", "ecs:DescribeTaskDefinition")
    assert not inventory.knows(SCOPE, "workloads")


def test_damaged_definitions_and_services() -> None:
    arn = f"{ARN}:task-definition/pay:1"
    definition = {"taskDefinitionArn": arn, "containerDefinitions": ["x", {"name": 7, "secrets": "none"}]}
    services = [
        {"serviceArn": f"{ARN}:service/main/a"},
        7,
        {"serviceArn": f"{ARN}:s", "serviceName": "s", "deployments": 3},
    ]
    inventory = parse(
        REGION_SHARD,
        [
            answer(FAMILIES, {"families": ["pay", 7]}),
            answer(DEFINITION, {"taskDefinition": definition}, taskDefinition="pay"),
            answer(DEFINITION, {"taskDefinition": 3}, taskDefinition="odd"),
            answer(DEFINITION, [], taskDefinition="odder"),
            answer(SERVICE_DETAILS, {"services": services}, cluster="c", services=["a"]),
        ],
    )
    assert set(inventory.workloads) == {arn, f"{ARN}:s"}
    details = {gap.operation: gap.detail for gap in inventory.gaps if not gap.subjects}
    assert "services[0] has no serviceName" in details["ecs:DescribeServices"]
    assert "taskDefinition[0] is a number" in details["ecs:DescribeTaskDefinition"]
    assert any(gap.subjects == (arn,) and "containerDefinitions[0] is text" in gap.detail for gap in inventory.gaps)
    assert sum(gap.operation == "ecs:DescribeTaskDefinition" for gap in inventory.gaps) == 2
