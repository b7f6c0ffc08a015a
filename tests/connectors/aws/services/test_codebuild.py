"""CodeBuild over a socket: roles, variables and where their values are kept, tokens of source hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan.inventory import Inventory
from nhiscan.model import RunsAs, Secret
from nhiscan_connectors.aws.services import codebuild
from nhiscan_connectors.aws.services.codebuild import DETAILS, PROJECTS, SERVICE, SOURCE_CREDENTIALS
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import trust_service
from tests.clouds.aws.seed_pipelines import build_project, source_credential
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/build"
ARN = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:openai-AbCdEf"
# Made up; in two parts, so that no scanner of secrets takes it for one.
GITHUB_TOKEN = "ghp_" + "a1B2c3D4e" * 4


def project(name: str, **fields: Any) -> dict[str, Any]:
    """A project as BatchGetProjects describes it."""
    return {"name": name, "arn": ARN + name, "serviceRole": ROLE, "source": {"type": "GITHUB"}, **fields}


def links(inventory: Inventory, name: str) -> set[tuple[str, str]]:
    return {(link.kind, link.target) for link in inventory.links_from(ARN + name)}


def test_projects_their_roles_and_their_keys(aws: Aws, tmp_path: Path) -> None:
    aws.account.role("build", trust_service("codebuild.amazonaws.com"))
    arn = build_project(
        aws,
        REGION,
        "deploy",
        ROLE,
        [
            {"name": "GITHUB_TOKEN", "value": GITHUB_TOKEN, "type": "PLAINTEXT"},
            {"name": "OPENAI_API_KEY", "value": f"{SECRET}:key::", "type": "SECRETS_MANAGER"},
            {"name": "DB", "value": "prod/db:password", "type": "SECRETS_MANAGER"},
            {"name": "LICENSE", "value": "/app/license", "type": "PARAMETER_STORE"},
        ],
    )
    token = source_credential(aws, REGION)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.name, workload.kind, workload.region) == ("deploy", "codebuild-project", REGION)
    assert workload.variables == ("GITHUB_TOKEN", "OPENAI_API_KEY", "DB", "LICENSE")
    assert workload.attributes["named_secrets"] == "prod/db"
    assert workload.attributes["repository"] == "https://github.com/example/deploy.git"
    assert inventory.runs_as == [RunsAs(workload=arn, identity=ROLE, detail="service role")]
    assert links(inventory, "deploy") == {
        ("reads_secret", SECRET),
        ("holds_key_of", "llm:openai"),
        ("reads_secret", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/license"),
        ("reads_secret", token),
    }
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.detector, sighting.where) == ("github-token", "environment variable GITHUB_TOKEN")
    secret = inventory.secrets[token]
    assert (secret.kind, secret.attributes) == (
        "codebuild-source-credential",
        {"server": "GITHUB", "auth_type": "PERSONAL_ACCESS_TOKEN", "standing": "true"},
    )
    assert not inventory.gaps
    assert GITHUB_TOKEN.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_hundred_projects_a_call(aws: Aws, tmp_path: Path) -> None:
    aws.account.role("build", trust_service("codebuild.amazonaws.com"))
    for number in range(101):
        build_project(aws, REGION, f"project-{number:03}", ROLE)
    aws.calls.clear()
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.workloads) == 101
    assert len(inventory.runs_as) == 101
    assert aws.calls.count("codebuild", "ListProjects") == 2
    assert aws.calls.count("codebuild", "BatchGetProjects") == 2


def test_an_empty_region_costs_two_calls(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.secrets
    assert not inventory.gaps
    assert aws.calls.count("codebuild") == 2


def test_what_is_refused_is_told(aws: Aws, tmp_path: Path) -> None:
    aws.account.role("build", trust_service("codebuild.amazonaws.com"))
    arn = build_project(aws, REGION, "deploy", ROLE)
    aws.faults.deny("codebuild", "BatchGetProjects")
    aws.faults.deny("codebuild", "ListSourceCredentials")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.workloads[arn].public is None
    told = {gap.operation: gap for gap in inventory.gaps}
    assert told[DETAILS.name].subjects == (arn,)
    assert told[DETAILS.name].permission == "codebuild:BatchGetProjects"
    assert set(told) == {DETAILS.name, SOURCE_CREDENTIALS.name}
    assert not inventory.knows(SCOPE, "secrets")


def test_a_refused_list_hides_workloads(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("codebuild", "ListProjects")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.knows(SCOPE, "workloads")
    assert [gap.permission for gap in inventory.gaps] == ["codebuild:ListProjects"]


def test_who_may_start_a_build_and_who_may_read_it() -> None:
    hook = {
        "filterGroups": [
            [{"type": "EVENT", "pattern": "PUSH"}],
            [
                {"type": "EVENT", "pattern": "PULL_REQUEST_CREATED"},
                {"type": "ACTOR_ACCOUNT_ID", "pattern": "755743"},
                7,
            ],
            "x",
        ],
        "pullRequestBuildPolicy": {"requiresCommentApproval": "DISABLED"},
        "secret": "[dropped]",
    }
    body = {
        "projects": [
            project("open", webhook=hook, projectVisibility="PUBLIC_READ", resourceAccessRole=f"{IAM}:role/reader"),
            project("any", webhook={"url": "https://api.github.com/hooks/1"}),
        ]
    }
    inventory = parse(REGION_SHARD, [answer(DETAILS, body, names=["open", "any"])])
    assert inventory.workloads[ARN + "open"].attributes == {
        "source": "GITHUB",
        "visibility": "PUBLIC_READ",
        "webhook": "PUSH, PULL_REQUEST_CREATED",
        "webhook_actors": "755743",
        "comment_approval": "DISABLED",
    }
    assert inventory.workloads[ARN + "any"].attributes["webhook"] == "every event"
    by_platform = {run.identity for run in inventory.runs_as if run.by_platform}
    assert by_platform == {f"{IAM}:role/reader"}


def test_how_a_project_logs_in_where_its_source_is() -> None:
    connection = f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/1"
    token = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:token/github"
    stored = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:token/gitlab"
    tokens = [
        {"arn": token, "serverType": "GITHUB", "authType": "OAUTH"},
        {"arn": stored, "serverType": "GITLAB", "authType": "SECRETS_MANAGER", "resource": SECRET},
    ]
    projects = [
        project("own", source={"type": "GITHUB", "auth": {"type": "CODECONNECTIONS", "resource": connection}}),
        project("kept", source={"type": "GITHUB", "auth": {"type": "SECRETS_MANAGER", "resource": SECRET}}),
        project(
            "two", source={"type": "S3"}, secondarySources=[{"type": "GITHUB"}, {"type": "GITLAB"}, {"type": "S3"}]
        ),
    ]
    inventory = parse(
        REGION_SHARD,
        [answer(SOURCE_CREDENTIALS, {"sourceCredentialsInfos": tokens}), answer(DETAILS, {"projects": projects})],
    )
    assert links(inventory, "own") == {("connects_through", connection)}
    assert links(inventory, "kept") == {("reads_secret", SECRET)}
    assert links(inventory, "two") == {("reads_secret", token), ("reads_secret", stored)}
    assert [(link.kind, link.target) for link in inventory.links_from(stored)] == [("stored_in", SECRET)]
    assert "standing" not in inventory.secrets[stored].attributes


def test_secrets_that_are_told_by_name_are_found_in_the_same_region() -> None:
    variables = [{"name": "A", "value": "prod/db:password:AWSCURRENT", "type": "SECRETS_MANAGER"}]
    found = [answer(DETAILS, {"projects": [project("a", environment={"environmentVariables": variables})]})]
    inventory = parse(REGION_SHARD, found)
    here = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-XyZxYz"
    for id, region in ((here, REGION), (here.replace(REGION, "us-east-1"), "us-east-1")):
        inventory.add(Secret(id=id, provider="aws", kind="s", name="prod/db", scope=SCOPE, region=region))
    (link,) = codebuild.join(inventory)
    assert (link.source, link.target) == (ARN + "a", here)  # type: ignore[union-attr]


def test_damaged_projects_are_left_out_and_told() -> None:
    body = {"projects": ["x", {"name": "nameless"}, project("b", environment={"environmentVariables": [7, {}]})]}
    listed = answer(PROJECTS, {"projects": ["b", "c", None, "gone"]})
    inventory = parse(REGION_SHARD, [listed, answer(DETAILS, {**body, "projectsNotFound": ["gone"]})])
    assert set(inventory.workloads) == {ARN + "b", ARN + "c"}
    details = [gap for gap in inventory.gaps if gap.operation == DETAILS.name]
    assert any(gap.subjects == (ARN + "c",) for gap in details)
    assert any("projects[0] is text" in gap.detail and "projects[1] has no arn" in gap.detail for gap in details)
    assert any("environmentVariables[0] is a number" in gap.detail for gap in details)
    assert any("projects[2] is null" in gap.detail for gap in inventory.gaps if gap.operation == PROJECTS.name)


def test_a_refused_description_is_told_once() -> None:
    inventory = parse(REGION_SHARD, [answer(PROJECTS, {"projects": ["a"]}), refused(DETAILS, names=["a"])])
    (gap,) = inventory.gaps
    assert (gap.reason, gap.subjects) == ("denied", (ARN + "a",))
