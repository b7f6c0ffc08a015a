"""CodePipeline over a socket: roles of pipelines and actions, what they start, tokens and connections."""

from __future__ import annotations

import json
from pathlib import Path

from nhiscan.model import Secret
from nhiscan_connectors.aws.services import codepipeline
from nhiscan_connectors.aws.services.codepipeline import CONNECTIONS, PIPELINE, PIPELINES, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import trust_service
from tests.clouds.aws.seed_pipelines import action, connection, pipeline
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/pipe"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:openai-AbCdEf"
# Made up; in two parts, so that no scanner of secrets takes it for one.
GITHUB_TOKEN = "ghp_" + "a1B2c3D4e" * 4


def made(service: str, resource: str, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


def test_pipelines_their_roles_and_what_they_start(aws: Aws, tmp_path: Path) -> None:
    aws.account.role("pipe", trust_service("codepipeline.amazonaws.com"))
    link = connection(aws, REGION, "main")
    variables = [
        {"name": "OPENAI_API_KEY", "value": f"{SECRET}:key::", "type": "SECRETS_MANAGER"},
        {"name": "DB", "value": "prod/db:password", "type": "SECRETS_MANAGER"},
        {"name": "TOKEN", "value": GITHUB_TOKEN, "type": "PLAINTEXT"},
    ]
    build = {"ProjectName": "deploy", "EnvironmentVariables": json.dumps(variables)}
    arn = pipeline(
        aws,
        REGION,
        "ship",
        ROLE,
        [action("Source", "CodeStarSourceConnection", "src", {"ConnectionArn": link, "FullRepositoryId": "ex/app"})],
        [action("Build", "CodeBuild", "build", build, roleArn=f"{IAM}:role/action")],
        [
            action("Approval", "Manual", "ask", {}),
            action("Deploy", "CloudFormation", "stack", {"RoleArn": f"{IAM}:role/cfn", "StackName": "app"}),
            action("Invoke", "Lambda", "tell", {"FunctionName": "tell"}, region="us-east-1"),
        ],
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.name) == ("codepipeline-pipeline", "ship")
    assert workload.variables == ("OPENAI_API_KEY", "DB", "TOKEN")
    facts = workload.attributes
    assert facts["sources"] == "CodeStarSourceConnection ex/app"
    assert (facts["deploys"], facts["approval"], facts["named_secrets"]) == ("CloudFormation", "true", "prod/db")
    assert {(run.identity, run.detail) for run in inventory.runs_as} == {
        (ROLE, "service role"),
        (f"{IAM}:role/action", "role of action build"),
        (f"{IAM}:role/cfn", "role with which action stack deploys"),
    }
    assert {(link_.kind, link_.target) for link_ in inventory.links_from(arn)} == {
        ("connects_through", link),
        ("invokes_tool", made("codebuild", "project/deploy")),
        ("invokes_tool", made("lambda", "function:tell", "us-east-1")),
        ("reads_secret", SECRET),
        ("holds_key_of", "llm:openai"),
    }
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.detector, sighting.where) == ("github-token", "action build, EnvironmentVariables")
    resource = inventory.resources[link]
    assert (resource.kind, resource.name) == ("code-connection", "main")
    assert resource.attributes == {"provider": "GitHub", "status": "AVAILABLE", "owner_account": ACCOUNT}
    assert not inventory.gaps
    assert GITHUB_TOKEN.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_source_of_the_old_kind_keeps_a_token(aws: Aws, tmp_path: Path) -> None:
    aws.account.role("pipe", trust_service("codepipeline.amazonaws.com"))
    settings = {"Owner": "example", "Repo": "app", "Branch": "main", "OAuthToken": GITHUB_TOKEN}
    arn = pipeline(
        aws,
        REGION,
        "old",
        ROLE,
        [action("Source", "GitHub", "src", settings, owner="ThirdParty")],
        [action("Build", "CodeBuild", "build", {"ProjectName": "app"})],
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (secret,) = inventory.secrets.values()
    assert (secret.kind, secret.attributes["standing"]) == ("codepipeline-source-token", "true")
    assert ("reads_secret", secret.id) in {(link.kind, link.target) for link in inventory.links_from(arn)}
    assert inventory.workloads[arn].attributes["sources"] == "GitHub example/app"
    # AWS masks it; were it not masked, the redactor would find it.
    assert [sighting.where for sighting in inventory.sightings_in(arn)] == ["action src, OAuthToken"]
    assert GITHUB_TOKEN.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_an_empty_region_costs_two_calls(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("codepipeline") + aws.calls.count("codeconnections") == 2


def test_connections_come_by_the_page(aws: Aws, tmp_path: Path) -> None:
    for number in range(101):
        connection(aws, REGION, f"connection-{number}", status="PENDING")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.resources) == 101
    assert aws.calls.count("codeconnections", "ListConnections") == 2


def test_what_is_refused_is_told(aws: Aws, tmp_path: Path) -> None:
    aws.account.role("pipe", trust_service("codepipeline.amazonaws.com"))
    stages = [action("Source", "S3", "src", {"S3Bucket": "code"})], [action("Build", "CodeBuild", "build", {})]
    arn = pipeline(aws, REGION, "ship", ROLE, *stages)
    aws.faults.deny("codepipeline", "GetPipeline")
    aws.faults.deny("codeconnections", "ListConnections")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert arn in inventory.workloads
    assert not inventory.runs_as
    told = {gap.operation: gap for gap in inventory.gaps}
    assert told[PIPELINE.name].subjects == (arn,)
    assert told[CONNECTIONS.name].permission == "codeconnections:ListConnections"
    assert not inventory.knows(SCOPE, "secrets")


def test_a_refused_list_hides_workloads() -> None:
    inventory = parse(REGION_SHARD, [refused(PIPELINES)])
    assert not inventory.workloads  # the gap is the core's to tell


def test_secrets_that_are_told_by_name_are_found() -> None:
    variables = [{"name": "A", "value": "prod/db", "type": "SECRETS_MANAGER"}]
    body = {"pipeline": {"stages": [{"actions": [{"name": "x", "environmentVariables": variables}]}]}}
    found = [answer(PIPELINES, {"pipelines": [{"name": "p"}]}), answer(PIPELINE, body, name="p")]
    inventory = parse(REGION_SHARD, found)
    id = made("secretsmanager", "secret:prod/db-XyZxYz")
    inventory.add(Secret(id=id, provider="aws", kind="s", name="prod/db", scope=SCOPE, region=REGION))
    (link,) = codepipeline.join(inventory)
    assert (link.source, link.target) == (made("codepipeline", "p"), id)  # type: ignore[union-attr]


def test_damaged_pipelines_are_left_out_and_told() -> None:
    stages = [7, {"actions": [{"actionTypeId": 7}, "x"]}, {"actions": "x"}]
    found = [
        answer(PIPELINES, {"pipelines": [{"name": "p"}, {}, "x"]}),
        answer(PIPELINE, {"pipeline": {"roleArn": 7, "stages": stages}, "metadata": []}, name="p"),
        answer(CONNECTIONS, {"Connections": [{"ConnectionArn": ""}]}),
    ]
    inventory = parse(REGION_SHARD, found)
    assert set(inventory.workloads) == {made("codepipeline", "p")}
    assert not inventory.runs_as
    assert {gap.operation for gap in inventory.gaps} == {PIPELINES.name, PIPELINE.name, CONNECTIONS.name}
    assert {gap.subjects for gap in inventory.gaps if gap.operation == PIPELINE.name} == {(made("codepipeline", "p"),)}
