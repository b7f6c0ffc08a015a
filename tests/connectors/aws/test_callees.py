"""What stands behind the ARN of a target, and roles and secrets that are told by name alone."""

from __future__ import annotations

import pytest

from nhiscan_connectors.aws.callees import callee, short
from nhiscan_connectors.aws.role_names import bare_role, bare_secret

HERE = "eu-west-1:123456789012"
FUNCTION = f"arn:aws:lambda:{HERE}:function:pay"
MACHINE = f"arn:aws:states:{HERE}:stateMachine:check"
RUNTIME = f"arn:aws:bedrock-agentcore:{HERE}:runtime/helper-a1"


@pytest.mark.parametrize(
    ("arn", "workload"),
    [
        (FUNCTION, FUNCTION),
        (f"{FUNCTION}:live", FUNCTION),
        (f"{FUNCTION}:$LATEST", FUNCTION),
        (f"{MACHINE}:3", MACHINE),
        (f"arn:aws:ecs:{HERE}:task-definition/job:3", f"arn:aws:ecs:{HERE}:task-definition/job:3"),
        (f"arn:aws-cn:codebuild:{HERE}:project/deploy", f"arn:aws-cn:codebuild:{HERE}:project/deploy"),
        (f"arn:aws:codepipeline:{HERE}:ship", f"arn:aws:codepipeline:{HERE}:ship"),
        (f"{RUNTIME}/runtime-endpoint/DEFAULT", RUNTIME),
        (f"arn:aws:bedrock:{HERE}:agent/ABCDEFGHIJ", f"arn:aws:bedrock:{HERE}:agent/ABCDEFGHIJ"),
        (f"arn:aws:bedrock:{HERE}:agent-alias/ABCDEFGHIJ/TSTALIASID", f"arn:aws:bedrock:{HERE}:agent/ABCDEFGHIJ"),
        (f"arn:aws:bedrock:{HERE}:flow/ABCDEFGHIJ/alias/KLMNOPQRST", f"arn:aws:bedrock:{HERE}:flow/ABCDEFGHIJ"),
        (f"arn:aws:events:{HERE}:api-destination/llm/1-2", f"arn:aws:events:{HERE}:api-destination/llm/1-2"),
    ],
)
def test_what_runs_behind_an_arn(arn: str, workload: str) -> None:
    assert callee(arn) == workload


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "x",
        f"arn:aws:sns:{HERE}:news",
        f"arn:aws:sqs:{HERE}:orders",
        f"arn:aws:ecs:{HERE}:cluster/main",
        f"arn:aws:logs:{HERE}:log-group:all",
        f"arn:aws:events:{HERE}:event-bus/other",
        "arn:aws:states:::lambda:invoke",
        f"{FUNCTION} {FUNCTION}",
        "arn:aws:lambda:eu-west-1:1234:function:pay",
        f"{FUNCTION}\n",
    ],
)
def test_what_only_takes_in_is_nothing_that_runs(arn: str) -> None:
    assert callee(arn) == ""


def test_sentences_leave_out_the_partition() -> None:
    assert short(FUNCTION) == f"lambda:{HERE}:function:pay"
    assert short("a name") == "a name"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("etl", "etl"),
        ("service-role/etl", "etl"),
        ("arn:aws:iam::123456789012:role/etl", ""),
        ("arn:aws:iam::123456789012:instance-profile/etl", ""),
        ("", ""),
        (None, ""),
        ("two words", ""),
    ],
)
def test_roles_by_name(told: object, name: str) -> None:
    assert bare_role(told) == name


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("prod/db", "prod/db"),
        ("prod/db:password:AWSCURRENT:", "prod/db"),
        (f"arn:aws:secretsmanager:{HERE}:secret:prod/db-AbCdEf", ""),
        ("[value]", ""),
        ("a, b", ""),
        (7, ""),
    ],
)
def test_secrets_by_name(told: object, name: str) -> None:
    assert bare_secret(told) == name
