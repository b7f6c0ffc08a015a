"""Lambda functions over a socket: roles, keys in environments, URLs that let everyone in, what starts them, tags."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.model import RunsAs
from nhiscan_connectors.aws.compute.function_exposure import POLICY, URLS, lets_everyone
from nhiscan_connectors.aws.compute.function_triggers import MAPPINGS
from nhiscan_connectors.aws.services.lambda_functions import FUNCTIONS, SERVICE
from nhiscan_connectors.aws.tagging import TAGS
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_compute import event_source, function_url
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, document, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/pay"
# Made up; in two parts, so that no scanner of secrets takes it for one.
OPENAI_KEY = (
    "sk-proj-"
    + "a1B2c3D4e5F6g7H8i9J0" * 3
    + "kLmNoPqRsTuVwX"
    + "T3BlbkFJ"
    + "z9Y8x7W6v5U4t3S2r1Q0" * 3
    + "pOnMlKjIhGfEdC"
)


def prepared(aws: Aws) -> None:
    """The role that functions of these tests run as."""
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.account.role("pay", document(statement))


def make_function(aws: Aws, name: str, variables: dict[str, str], **more: Any) -> str:
    """A function in the emulator; gives its ARN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): ...")
    created: dict[str, Any] = aws.client("lambda", REGION).create_function(
        FunctionName=name,
        Role=ROLE,
        Runtime="python3.12",
        Handler="main.handler",
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": variables},
        **more,
    )
    return str(created["FunctionArn"])


def test_functions_and_their_keys(aws: Aws, tmp_path: Path) -> None:
    prepared(aws)
    secret = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:db-AbCdEf"
    arn = make_function(aws, "pay", {"OPENAI_API_KEY": OPENAI_KEY, "STAGE": "production-x", "DB_SECRET_ARN": secret})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.name, workload.kind, workload.region) == ("pay", "lambda-function", REGION)
    assert workload.variables == ("OPENAI_API_KEY", "STAGE", "DB_SECRET_ARN")
    assert inventory.runs_as == [RunsAs(workload=arn, identity=ROLE, detail="execution role")]
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("holds_key_of", "llm:openai"),
        ("reads_secret", secret),
    }
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.ai_provider, sighting.where) == ("openai", "environment variable OPENAI_API_KEY")
    assert not inventory.gaps
    assert OPENAI_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_region_without_functions_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("lambda") == 1


def test_a_refused_list_hides_workloads() -> None:
    inventory = parse(REGION_SHARD, [refused(FUNCTIONS)])
    assert not inventory.workloads  # the gap is the core's to tell


def test_a_damaged_function_is_left_out_and_told() -> None:
    whole = {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:b", "FunctionName": "b", "Role": 7}
    inventory = parse(REGION_SHARD, [answer(FUNCTIONS, {"Functions": [{"FunctionName": "a"}, "x", whole]})])
    assert [workload.name for workload in inventory.workloads.values()] == ["b"]
    assert not inventory.runs_as
    (gap,) = inventory.gaps
    assert "Functions[0] has no FunctionArn" in gap.detail
    assert "Functions[1] is text" in gap.detail


def test_an_agent_whose_url_lets_everyone_in(aws: Aws, tmp_path: Path) -> None:
    prepared(aws)
    arn = make_function(aws, "support-agent", {})
    url = function_url(aws.account, "support-agent", region=REGION)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert workload.public is True
    assert (workload.attributes["url"], workload.attributes["url_auth"]) == (url, "NONE")
    (use,) = inventory.policy_uses_of(arn)
    policy = inventory.policies[use.policy]
    assert (use.use, policy.kind, policy.scope) == ("resource", "resource", SCOPE)
    assert "lambda:InvokeFunctionUrl" in (policy.document or "")
    assert not inventory.gaps


def test_urls_that_ask_for_a_signature_or_that_nobody_is_let_in_by(aws: Aws, tmp_path: Path) -> None:
    prepared(aws)
    signed, shut, plain = (make_function(aws, f"agent-{name}", {}) for name in ("signed", "shut", "plain"))
    function_url(aws.account, "agent-signed", auth="AWS_IAM", region=REGION)
    function_url(aws.account, "agent-shut", region=REGION, lets_in="")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert {arn: inventory.workloads[arn].public for arn in (signed, shut, plain)} == {
        signed: False,
        shut: False,
        plain: False,
    }
    assert inventory.workloads[signed].attributes["url_auth"] == "AWS_IAM"
    assert "url_auth" not in inventory.workloads[plain].attributes


def test_only_functions_that_look_like_agents_are_asked_about_one_by_one(aws: Aws, tmp_path: Path) -> None:
    prepared(aws)
    quiet = make_function(aws, "pay", {"STAGE": "prod-x"})
    make_function(aws, "invoices", {"ANTHROPIC_MODEL": "claude-x"})
    make_function(aws, "billing", {}, Description="Answers questions with Bedrock")
    aws.calls.clear()
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.workloads[quiet].public is None
    assert aws.calls.names() == {
        "lambda:ListFunctions": 1,
        "lambda:ListEventSourceMappings": 1,
        "lambda:ListFunctionUrlConfigs": 2,
        "lambda:GetPolicy": 2,
    }


def test_the_url_of_an_alias_has_a_policy_of_its_own(aws: Aws, tmp_path: Path) -> None:
    prepared(aws)
    arn = make_function(aws, "agent", {})
    client = aws.client("lambda", REGION)
    version = client.publish_version(FunctionName="agent")["Version"]
    client.create_alias(FunctionName="agent", Name="live", FunctionVersion=version)
    function_url(aws.account, "agent", alias="live", region=REGION)
    # The emulator keeps one policy for all versions; AWS keeps one for each, and has none for the function here.
    aws.faults.error("lambda", "GetPolicy", "ResourceNotFoundException", status=404, params={"Qualifier": ""})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.workloads[arn].public is True
    assert aws.calls.count("lambda", "GetPolicy") == 2
    assert [policy.name for policy in inventory.policies.values()] == ["resource policy of function agent, alias live"]
    assert inventory.policy_uses_of(f"{arn}:live")


def test_a_refused_policy_leaves_the_question_open(aws: Aws, tmp_path: Path) -> None:
    prepared(aws)
    open_, hidden = make_function(aws, "agent-open", {}), make_function(aws, "agent-hidden", {})
    for name in ("agent-open", "agent-hidden"):
        function_url(aws.account, name, region=REGION)
    aws.faults.deny("lambda", "GetPolicy", params={"FunctionName": "agent-hidden"})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.workloads[open_].public is True
    assert inventory.workloads[hidden].public is None
    (gap,) = inventory.gaps
    assert (gap.permission, gap.subjects) == ("lambda:GetPolicy", (hidden,))


def test_what_starts_a_function(aws: Aws, tmp_path: Path) -> None:
    prepared(aws)
    arn = make_function(aws, "pay", {})
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:broker-AbCdEf"
    broker = f"arn:aws:mq:{REGION}:{ACCOUNT}:broker:b:b-1"
    for _ in range(100):
        event_source(aws.account, "other", queue, REGION)
    event_source(aws.account, "pay", queue, REGION)
    access = [{"Type": "BASIC_AUTH", "URI": secret}]
    event_source(aws.account, "pay", broker, REGION, SourceAccessConfigurations=access, State="Disabled")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    reasons = {(link.source, link.kind): link.reason for link in inventory.links_to(arn)}
    assert reasons == {
        (queue, "triggers"): "what arrives at sqs:orders starts function pay",
        (broker, "triggers"): "what arrives at mq:broker:b:b-1 starts function pay when it is switched on",
    }
    assert [(link.kind, link.target) for link in inventory.links_from(arn)] == [("reads_secret", secret)]
    assert aws.calls.count("lambda", "ListEventSourceMappings") == 2


def layer(name: str) -> dict[str, str]:
    return {"Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{name}:3"}


FUNCTION = {"FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay", "FunctionName": "pay", "Role": ROLE}


def test_layers_name_frameworks_and_tags_come_from_the_sweep() -> None:
    function = {**FUNCTION, "Layers": [layer("langchain-deps"), layer("Crew_AI-311"), layer("langchains"), 7]}
    tagged = {"ResourceARN": FUNCTION["FunctionArn"], "Tags": [{"Key": "Owner", "Value": "ada"}, {"Key": 7}, "x"]}
    other = {"ResourceARN": "arn:aws:states:eu-west-1:123456789012:stateMachine:pay", "Tags": []}
    found = [
        answer(FUNCTIONS, {"Functions": [function]}),
        answer(TAGS, {"ResourceTagMappingList": [tagged, other, 7, {"Tags": []}]}),
    ]
    inventory = parse(REGION_SHARD, found)
    workload = inventory.workloads[FUNCTION["FunctionArn"]]
    assert workload.attributes["frameworks"] == "crewai, langchain"
    assert workload.tags == {"Owner": "ada"}
    details = [gap.detail for gap in inventory.gaps if gap.operation == TAGS.name]
    assert any("ResourceTagMappingList[2] is a number" in detail for detail in details)


def test_refused_tags_leave_owners_of_functions_unknown() -> None:
    inventory = parse(REGION_SHARD, [answer(FUNCTIONS, {"Functions": [FUNCTION]}), refused(TAGS)])
    assert not inventory.knows(SCOPE, "owners", FUNCTION["FunctionArn"])
    assert inventory.knows(SCOPE, "owners", ROLE)


def test_an_environment_that_cannot_be_decrypted_is_unknown_not_empty() -> None:
    function = {**FUNCTION, "Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "no"}}}
    inventory = parse(REGION_SHARD, [answer(FUNCTIONS, {"Functions": [function]})])
    (gap,) = inventory.gaps
    assert (gap.subjects, gap.permission) == ((FUNCTION["FunctionArn"],), "")
    assert not inventory.knows(SCOPE, "workloads", FUNCTION["FunctionArn"])


@pytest.mark.parametrize(
    "policies", [[], [refused(POLICY, FunctionName="agent")], [answer(POLICY, {}, FunctionName="agent")]]
)
def test_a_url_whose_policy_nobody_told_of_is_unknown(policies: list[Evidence]) -> None:
    function = {**FUNCTION, "FunctionName": "agent"}
    config = {"AuthType": "NONE", "FunctionArn": FUNCTION["FunctionArn"]}
    found = [
        answer(FUNCTIONS, {"Functions": [function]}),
        answer(URLS, {"FunctionUrlConfigs": [config]}, FunctionName="agent"),
        *policies,
    ]
    workload = parse(REGION_SHARD, found).workloads[FUNCTION["FunctionArn"]]
    assert (workload.public, workload.attributes["url_auth"]) == (None, "NONE")


def url_statement(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl", **more}


UNSIGNED = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}


@pytest.mark.parametrize(
    ("statements", "answer_"),
    [
        ([url_statement(Condition=UNSIGNED)], True),
        ([url_statement(Principal={"AWS": ["*"]}, Action=["lambda:*"])], True),
        ([url_statement(NotAction="s3:*", Action=None)], True),
        ([url_statement(Action="lambda:InvokeFunction")], False),
        ([url_statement(Principal={"AWS": f"{IAM}:root"})], False),
        ([url_statement(Principal={"Service": "*"})], False),
        ([url_statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], None),
        ([url_statement(), url_statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})], None),
        ([url_statement(), url_statement(Effect="Deny", Action="lambda:DeleteFunction")], True),
        ([7, {"Effect": "Allow"}, url_statement(Condition="x")], True),
        ([], False),
    ],
)
def test_whom_a_policy_lets_in(statements: list[Any], answer_: bool | None) -> None:
    assert lets_everyone(json.dumps(document(*statements))) is answer_


@pytest.mark.parametrize("policy", ["{", "[]", 7, '{"Statement": 7}'])
def test_a_damaged_policy_is_never_taken_for_a_closed_door(policy: Any) -> None:
    function = {**FUNCTION, "FunctionName": "agent"}
    config = {"AuthType": "NONE", "FunctionArn": FUNCTION["FunctionArn"]}
    found = [
        answer(FUNCTIONS, {"Functions": [function]}),
        answer(URLS, {"FunctionUrlConfigs": [config, 7]}, FunctionName="agent"),
        answer(POLICY, {"Policy": policy}, FunctionName="agent"),
        answer(MAPPINGS, {"EventSourceMappings": [7, {"FunctionArn": "x", "SourceAccessConfigurations": 7}]}),
    ]
    inventory = parse(REGION_SHARD, found)
    workload = inventory.workloads[FUNCTION["FunctionArn"]]
    assert workload.public is None
    assert {gap.operation for gap in inventory.gaps} == {URLS.name, MAPPINGS.name}
