"""AWS Security Agent over a socket: spaces, what they were given, what is set up in them, integrations."""

from __future__ import annotations

from pathlib import Path

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.security_agent import (
    APPLICATION,
    APPLICATIONS,
    INTEGRATED,
    INTEGRATIONS,
    PENTEST,
    PENTESTS,
    REVIEWS,
    SERVICE,
    SPACE,
    SPACES,
)
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.security_agent import SecurityAgent
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_assistants import SecuritySpace, security_application
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "us-east-1"
VAULT = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
FUNCTIONS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
SPACE_ARN = f"arn:aws:securityagent:eu-west-1:{ACCOUNT}:agent-space/s1"


def role(name: str) -> str:
    return f"{IAM}:role/{name}"


def all_files(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_a_space_and_all_that_it_was_given(aws: Aws, tmp_path: Path) -> None:
    space = SecuritySpace(
        aws.account,
        "shop",
        iamRoles=[role("given")],
        secretArns=[f"{VAULT}:given-AbCdEf"],
        lambdaFunctionArns=[f"{FUNCTIONS}:helper"],
        s3Buckets=["arn:aws:s3:::plans"],
    )
    actors = [
        {"identifier": "a", "authentication": {"providerType": "SECRETS_MANAGER", "value": f"{VAULT}:user-AbCdEf"}},
        {"identifier": "b", "authentication": {"providerType": "AWS_IAM_ROLE", "value": role("tester")}},
        {"identifier": "c", "authentication": {"providerType": "AWS_LAMBDA", "value": f"{FUNCTIONS}:login:1"}},
    ]
    certificate = {"name": "mtls", "secretArn": f"{VAULT}:cert-AbCdEf", "origins": ["https://shop.example.com"]}
    space.pentest(
        "web",
        role("attack"),
        {"actors": actors, "clientCertificates": [certificate]},
        networkTrafficConfig={"customHeaders": [{"name": "x-key", "value": "open-sesame-4711"}]},
    )
    space.pentest("api", role("attack"))
    space.review("pull requests", role("review"), codeRemediationStrategy="AUTOMATIC")
    space.model("design", role("threats"))
    integration = space.repository("shop", {"leaveComments": True, "remediateCode": False})
    space.repository("cart", {"leaveComments": True})
    aws.emulator.store.get(SecurityAgent, aws.account.id, REGION).page = 1
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[space.arn]
    assert (workload.kind, workload.name, workload.agent) == ("security-agent-space", "shop", True)
    assert workload.public is False
    assert (workload.created_at, workload.updated_at) == (ago(40), ago(4))
    assert workload.attributes == {
        "pentests": "2",
        "code_reviews": "1",
        "threat_models": "1",
        "code_remediation": "AUTOMATIC",
        "test_identities": "3",
        "buckets": "1",
        "integrations": "GITHUB",
    }
    # Two attacks with one role are one fact.
    assert inventory.runs_as == [
        RunsAs(workload=space.arn, identity=role("attack"), detail="pentest role"),
        RunsAs(workload=space.arn, identity=role("tester"), detail="test identity role"),
        RunsAs(workload=space.arn, identity=role("review"), detail="code review role"),
        RunsAs(workload=space.arn, identity=role("threats"), detail="threat model role"),
        RunsAs(workload=space.arn, identity=role("given"), detail="resource role"),
    ]
    assert {(link.kind, link.target) for link in inventory.links_from(space.arn)} == {
        ("reads_secret", f"{VAULT}:given-AbCdEf"),
        ("reads_secret", f"{VAULT}:user-AbCdEf"),
        ("reads_secret", f"{VAULT}:cert-AbCdEf"),
        ("invokes_tool", f"{FUNCTIONS}:helper"),
        ("invokes_tool", f"{FUNCTIONS}:login"),
        ("invokes_tool", integration),
    }
    reasons = {link.target: link.reason for link in inventory.links_from(space.arn)}
    assert reasons[integration] == "security agent space shop works in acme on GitHub (leaveComments)"
    assert reasons[f"{FUNCTIONS}:login"] == "pentest web gets its login from function login"
    assert inventory.resources[integration].attributes == {
        "provider": "GITHUB",
        "provider_type": "SOURCE_CODE",
        "server": "https://github.com",
    }
    assert not inventory.gaps
    held = all_files(tmp_path)
    assert b"open-sesame" not in held
    assert b"hooks.example.com" not in held


def test_many_attacks_are_asked_about_in_batches(aws: Aws, tmp_path: Path) -> None:
    space = SecuritySpace(aws.account, "shop")
    for number in range(23):
        space.pentest(f"attack {number}", role(f"r{number}"))
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.runs_as) == 23
    assert aws.calls.count("securityagent", "BatchGetPentests") == 3
    assert not inventory.gaps


def test_the_web_application(aws: Aws, tmp_path: Path) -> None:
    arn = security_application(aws.account, "security", role("app"))
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.workloads[arn].kind == "security-agent-application"
    assert inventory.workloads[arn].attributes["identity_center"] == "yes"
    assert inventory.runs_as == [RunsAs(workload=arn, identity=role("app"), detail="application role")]
    assert not inventory.gaps


def test_an_empty_region_costs_two_calls(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("securityagent") == 2


def test_denied_calls(aws: Aws, tmp_path: Path) -> None:
    space = SecuritySpace(aws.account, "shop")
    space.pentest("web", role("attack"))
    aws.faults.deny("securityagent", "BatchGetPentests")
    inventory = collected(SERVICE, tmp_path / "one", endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.operation, gap.subjects) == (PENTEST.name, (space.arn,))
    assert not inventory.runs_as
    aws.faults.deny("securityagent", "ListAgentSpaces")
    inventory = collected(SERVICE, tmp_path / "all", endpoint=aws.endpoint, region=REGION)
    assert not inventory.knows(SCOPE, "agents")


def test_damaged_and_hostile_answers() -> None:
    given = {"iamRoles": [1, "admin"], "secretArns": "x", "lambdaFunctionArns": ["arn:aws:s3:::bucket"]}
    assets = {"actors": ["x", {"authentication": {"providerType": "AWS_LAMBDA", "value": 4}}], "clientCertificates": 1}
    inventory = parse(
        REGION_SHARD,
        [
            answer(APPLICATIONS, {"applicationSummaries": [{"applicationId": "p", "domain": 1}, {}]}),
            refused(APPLICATION, applicationId="p"),
            answer(SPACES, {"agentSpaceSummaries": [{"agentSpaceId": "s1", "name": []}, "x"]}),
            answer(SPACE, {"agentSpaces": [{"agentSpaceId": "s1", "awsResources": given}, 1]}, agentSpaceIds=["s1"]),
            answer(REVIEWS, {"codeReviewSummaries": [{}]}, agentSpaceId="s1"),
            answer(PENTEST, {"pentests": [{"assets": assets, "serviceRole": {}}]}, agentSpaceId="s1", pentestIds=["p"]),
            answer(INTEGRATIONS, {"integrationSummaries": [{"provider": "GITHUB"}]}),
            answer(INTEGRATED, {"integratedResourceSummaries": [{"integrationId": "i"}, {}]}, agentSpaceId="s1"),
            refused(PENTESTS, agentSpaceId="s1"),
        ],
    )
    assert not inventory.runs_as
    assert inventory.workloads[SPACE_ARN].name == "s1"
    assert [link.kind for link in inventory.links] == ["invokes_tool"]
    assert {gap.subjects for gap in inventory.gaps if gap.reason == "denied"} == {
        (SPACE_ARN,),
        (f"arn:aws:securityagent:eu-west-1:{ACCOUNT}:application/p",),
    }
    told = " ".join(gap.detail for gap in inventory.gaps)
    for words in (
        "applicationSummaries[1] has no applicationId",
        "agentSpaceSummaries[1] is text",
        "agentSpaces[1] is a number",
        "codeReviewSummaries[0] has no codeReviewId",
        "iamRoles[0] is a number",
        "secretArns is text",
        "actors[0] is text",
        "clientCertificates is a number",
        "integrationSummaries[0] has no integrationId",
        "integratedResourceSummaries[1] has no integrationId",
    ):
        assert words in told
