"""Hand-worked cases of resource policies across accounts, by service, and of KMS keys."""

from __future__ import annotations

import pytest

from tests.connectors.aws.access import pages
from tests.connectors.aws.access.estates import ACCOUNT, OTHER, PARTNER, Stmt, allow, deny, role_arn
from tests.connectors.aws.access.resource_cases import (
    ALICE,
    EVERYTHING,
    KEY,
    NOTHING,
    ROOT,
    WORKER,
    Case,
    decided,
    said,
    when,
)

FAR = (
    ("bucket", pages.S3, "s3:GetObject", "arn:aws:s3:::far/page"),
    ("key", pages.KMS_FAR, "kms:Decrypt", f"arn:aws:kms:eu-west-1:{OTHER}:key/1"),
    ("queue", pages.SQS, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{OTHER}:work"),
    ("topic", pages.SNS, "sns:Publish", f"arn:aws:sns:eu-west-1:{OTHER}:news"),
    ("function", pages.LAMBDA, "lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{OTHER}:function:pay"),
    ("repository", pages.ECR, "ecr:BatchGetImage", f"arn:aws:ecr:eu-west-1:{OTHER}:repository/app"),
    (
        "secret",
        pages.SECRETS,
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:eu-west-1:{OTHER}:secret:db-AbCdEf",
    ),
    (
        "agent runtime",
        pages.AGENTCORE,
        "bedrock-agentcore:InvokeAgentRuntime",
        f"arn:aws:bedrock-agentcore:eu-west-1:{OTHER}:runtime/helper-AbCdEf",
    ),
)


def across(noun: str, page: str, action: str, resource: str) -> list[Case]:
    """The cross-account rules, for a resource of the other account."""
    own, named, everyone = [allow(action, resource)], said("Allow", {"AWS": ALICE}, action), said("Allow", "*", action)
    rows: list[tuple[str, list[Stmt], list[Stmt], str]] = [
        ("both sides allow", own, [named], "allowed"),
        (
            "the other side names the account, and its own policies allow",
            own,
            [said("Allow", {"AWS": ROOT})],
            "allowed",
        ),
        ("only the other side allows", NOTHING, [named], "denied"),
        ("even where it allows everyone", NOTHING, [everyone], "denied"),
        ("the other side allows somebody else", own, [said("Allow", {"AWS": PARTNER}, action)], "denied"),
        ("the other side denies", own, [named, said("Deny", {"AWS": ACCOUNT}, action)], "denied"),
        ("its own side denies", [*own, deny(action)], [named], "denied"),
    ]
    return [
        Case(f"{noun} of another account: {why}", page, identity, policy, action, resource, expected, owner=OTHER)
        for why, identity, policy, expected in rows
    ]


ACROSS = [case for far in FAR for case in across(*far)]

_MANAGED = said(
    "Allow",
    {"AWS": "*"},
    Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": "sqs.eu-west-1.amazonaws.com"}},
)

KEYS = [
    Case(
        "a key that AWS manages is for its account, by one service",
        pages.KMS_CONDITIONS,
        NOTHING,
        [_MANAGED],
        "kms:Decrypt",
        KEY,
        "conditional",
    ),
    Case(
        "by that service it may be used",
        pages.KMS_CONDITIONS,
        NOTHING,
        [_MANAGED],
        "kms:Decrypt",
        KEY,
        "allowed",
        context={"kms:ViaService": ("sqs.eu-west-1.amazonaws.com",)},
    ),
    Case(
        "by another service it may not",
        pages.KMS_CONDITIONS,
        EVERYTHING,
        [_MANAGED],
        "kms:Decrypt",
        KEY,
        "denied",
        context={"kms:ViaService": ("s3.eu-west-1.amazonaws.com",)},
    ),
    Case(
        "nor by hand",
        pages.KMS_CONDITIONS,
        EVERYTHING,
        [_MANAGED],
        "kms:Decrypt",
        KEY,
        "denied",
        context={"kms:ViaService": ()},
    ),
    Case(
        "the account's key, used by another account",
        pages.KMS_CONDITIONS,
        EVERYTHING,
        [said("Allow", {"AWS": "*"}, **when("StringEquals", "kms:CallerAccount", OTHER))],
        "kms:Decrypt",
        f"arn:aws:kms:eu-west-1:{OTHER}:key/1",
        "denied",
        owner=OTHER,
    ),
    Case(
        "the key lets the account in, the identity's policy only by a service",
        pages.KMS_CONDITIONS,
        [allow("kms:Decrypt", KEY, **when("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"))],
        [said("Allow", {"AWS": ROOT}, "kms:*")],
        "kms:Decrypt",
        KEY,
        "conditional",
    ),
    Case(
        "grants for services alone, and nobody knows who asks",
        pages.KMS_CONDITIONS,
        EVERYTHING,
        [said("Allow", {"AWS": ROOT}, "kms:CreateGrant", **when("Bool", "kms:GrantIsForAWSResource", "true"))],
        "kms:CreateGrant",
        KEY,
        "conditional",
    ),
    Case(
        "grants for services alone, and it is for one",
        pages.KMS_CONDITIONS,
        EVERYTHING,
        [said("Allow", {"AWS": ROOT}, "kms:CreateGrant", **when("Bool", "kms:GrantIsForAWSResource", "true"))],
        "kms:CreateGrant",
        KEY,
        "allowed",
        context={"kms:GrantIsForAWSResource": ("true",)},
    ),
    Case(
        "grants for services alone, and it is for none",
        pages.KMS_CONDITIONS,
        EVERYTHING,
        [said("Allow", {"AWS": ROOT}, "kms:CreateGrant", **when("Bool", "kms:GrantIsForAWSResource", "true"))],
        "kms:CreateGrant",
        KEY,
        "denied",
        context={"kms:GrantIsForAWSResource": ("false",)},
    ),
    Case(
        "the key lets the account in and denies all but its keeper",
        pages.KMS,
        EVERYTHING,
        [
            said("Allow", {"AWS": ROOT}),
            said("Deny", "*", "kms:Decrypt", **when("ArnNotEquals", "aws:PrincipalArn", role_arn("keeper"))),
        ],
        "kms:Decrypt",
        KEY,
        "denied",
    ),
    Case(
        "an encryption context decides",
        pages.KMS_CONDITIONS,
        NOTHING,
        [said("Allow", {"AWS": ALICE}, **when("StringEquals", "kms:EncryptionContext:app", "pay"))],
        "kms:Decrypt",
        KEY,
        "conditional",
    ),
    Case(
        "the key names the root user of another account only",
        pages.KMS,
        EVERYTHING,
        [said("Allow", {"AWS": f"arn:aws:iam::{OTHER}:root"})],
        "kms:Decrypt",
        KEY,
        "denied",
    ),
    Case(
        "the key names a service only, so its own account cannot use it",
        pages.KMS,
        EVERYTHING,
        [said("Allow", {"Service": "logs.eu-west-1.amazonaws.com"})],
        "kms:Decrypt",
        KEY,
        "denied",
    ),
    Case(
        "the key lets the account in, but does so for describing",
        pages.KMS,
        EVERYTHING,
        [said("Allow", {"AWS": ROOT}, "kms:DescribeKey")],
        "kms:Decrypt",
        KEY,
        "denied",
    ),
    Case(
        "the key names the role, whose boundary leaves KMS out",
        pages.BOUNDARY,
        NOTHING,
        [said("Allow", {"AWS": WORKER})],
        "kms:Decrypt",
        KEY,
        "denied",
        who=WORKER,
        boundary=[allow("s3:*")],
    ),
]

CASES = [*ACROSS, *KEYS]


@pytest.mark.parametrize("case", CASES, ids=[case.why for case in CASES])
def test_cross_account_or_key(case: Case) -> None:
    decision = decided(case)
    assert decision.answer == case.expected, decision.reason
    assert case.page.startswith("https://docs.aws.amazon.com/")


def test_cases_are_distinct() -> None:
    assert len({case.why for case in CASES}) == len(CASES)
