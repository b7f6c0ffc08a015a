"""App Runner over a socket: roles, variables, secrets, and services that answer the internet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.apprunner import SERVICE, SERVICE_DETAILS, SERVICES, TAGS
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_compute import apprunner_service
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.services.test_lambda_functions import OPENAI_KEY
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:anthropic-AbCdEf"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/prod/db"


def image(**settings: Any) -> dict[str, Any]:
    """The source of a service that runs an image."""
    return {
        "ImageRepository": {
            "ImageIdentifier": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/crewai-desk:2",
            "ImageRepositoryType": "ECR",
            "ImageConfiguration": settings,
        },
        "AuthenticationConfiguration": {"AccessRoleArn": f"{IAM}:role/pull"},
    }


def code(**settings: Any) -> dict[str, Any]:
    """The source of a service that is built from a repository."""
    return {
        "CodeRepository": {
            "RepositoryUrl": "https://github.com/example/desk",
            "SourceCodeVersion": {"Type": "BRANCH", "Value": "main"},
            "CodeConfiguration": {
                "ConfigurationSource": "API",
                "CodeConfigurationValues": {"Runtime": "PYTHON_311", **settings},
            },
        }
    }


def test_a_service_its_roles_and_its_keys(aws: Aws, tmp_path: Path) -> None:
    source = image(
        RuntimeEnvironmentVariables={"OPENAI_API_KEY": OPENAI_KEY, "STAGE": "prod-x"},
        RuntimeEnvironmentSecrets={"ANTHROPIC_API_KEY": SECRET, "DB_PASSWORD": PARAMETER},
    )
    tags = {"Owner": "ada"}
    arn = apprunner_service(aws.account, "desk", source, f"{IAM}:role/desk", region=REGION, tags=tags)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.name, workload.public) == ("apprunner-service", "desk", True)
    assert workload.variables == ("OPENAI_API_KEY", "STAGE", "ANTHROPIC_API_KEY", "DB_PASSWORD")
    assert workload.tags == tags
    assert workload.attributes["frameworks"] == "crewai"
    assert inventory.identities_run_by(arn) == [
        RunsAs(workload=arn, identity=f"{IAM}:role/desk", detail="instance role"),
        RunsAs(workload=arn, identity=f"{IAM}:role/pull", detail="access role", by_platform=True),
    ]
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("holds_key_of", "llm:openai"),
        ("holds_key_of", "llm:anthropic"),
        ("reads_secret", SECRET),
        ("reads_secret", PARAMETER),
    }
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.ai_provider, sighting.where) == ("openai", "environment variable OPENAI_API_KEY")
    assert not inventory.gaps
    assert OPENAI_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_private_service_from_a_repository(aws: Aws, tmp_path: Path) -> None:
    source = code(RuntimeEnvironmentVariables={"GEMINI_API_KEY": "[value]"})
    arn = apprunner_service(aws.account, "desk", source, public=False, region=REGION)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert workload.public is False
    assert workload.attributes["repository"] == "https://github.com/example/desk"
    assert workload.attributes["source"] == "repository"
    assert workload.variables == ("GEMINI_API_KEY",)
    assert not inventory.runs_as


def test_pages_deleted_services_and_empty_regions(aws: Aws, tmp_path: Path) -> None:
    assert not collected(SERVICE, tmp_path / "empty", endpoint=aws.endpoint, region=REGION).gaps
    assert aws.calls.count("apprunner") == 1
    arns = {apprunner_service(aws.account, f"service-{number}", image(), region=REGION) for number in range(21)}
    apprunner_service(aws.account, "gone", image(), region=REGION, Status="DELETED")
    aws.calls.clear()
    inventory = collected(SERVICE, tmp_path / "full", endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == arns
    assert aws.calls.count("apprunner", "ListServices") == 2
    assert aws.calls.count("apprunner", "DescribeService") == 21


def test_a_service_that_may_not_be_described_is_known_by_name_only(aws: Aws, tmp_path: Path) -> None:
    arn = apprunner_service(aws.account, "desk", image(), region=REGION)
    aws.faults.deny("apprunner", "DescribeService")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.workloads[arn].public is None
    assert not inventory.knows(SCOPE, "workloads", arn)
    (gap,) = inventory.gaps
    assert (gap.permission, gap.subjects) == ("apprunner:DescribeService", (arn,))


def test_damaged_services() -> None:
    arn = f"arn:aws:apprunner:{REGION}:{ACCOUNT}:service/desk/0123"
    odd = {"ServiceArn": arn, "SourceConfiguration": 7, "NetworkConfiguration": {"IngressConfiguration": "x"}}
    inventory = parse(
        REGION_SHARD,
        [
            answer(SERVICES, {"ServiceSummaryList": [7, {"ServiceName": "x"}]}),
            answer(SERVICE_DETAILS, {"Service": odd}, ServiceArn=arn),
            answer(SERVICE_DETAILS, {"Service": None}, ServiceArn=f"{arn}4"),
            answer(TAGS, {"Tags": 7}, ResourceArn=arn),
        ],
    )
    workload = inventory.workloads[arn]
    assert (workload.name, workload.public) == ("desk", None)
    details = {gap.operation: gap.detail for gap in inventory.gaps}
    assert "ServiceSummaryList[1] has no ServiceArn" in details["apprunner:ListServices"]
    assert "Service[0] is null" in details["apprunner:DescribeService"]
