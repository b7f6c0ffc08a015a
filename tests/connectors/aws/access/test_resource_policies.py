"""Hand-worked cases of resource policies: across accounts by service, who is named and how, keys, sessions, limits."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from nhiscan.access.question import Question
from nhiscan.model import Identity
from nhiscan_connectors.aws.access import decide
from tests.connectors.aws.access import pages
from tests.connectors.aws.access.estates import (
    ACCOUNT,
    OTHER,
    PARTNER,
    Estate,
    Stmt,
    allow,
    deny,
    document,
    role_arn,
    user_arn,
)

ALICE, WORKER = user_arn("alice"), role_arn("worker")
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:work"
OBJECT = "arn:aws:s3:::books/page"
EVERYTHING: list[Stmt] = [allow("*")]
NOTHING: list[Stmt] = []


def said(effect: str, principal: Any, action: str = "*", **more: Any) -> Stmt:
    """A statement of a resource policy that speaks of everything it is on."""
    return {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*", **more}


def all_but(*principals: str) -> list[Stmt]:
    """A policy that denies everybody who is not listed."""
    return [{"Effect": "Deny", "NotPrincipal": {"AWS": list(principals)}, "Action": "*", "Resource": "*"}]


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    """A Condition element."""
    return {"Condition": {operator: {key: value}}}


class Case(NamedTuple):
    """What `who` asks of a resource with a policy, and the answer that AWS gives."""

    why: str
    page: str
    identity: list[Stmt]
    policy: list[Stmt]
    action: str
    resource: str
    expected: str
    who: str = ALICE
    owner: str = ACCOUNT
    boundary: list[Stmt] | None = None
    session: tuple[list[Stmt], ...] = ()
    context: Mapping[str, tuple[str, ...]] = MappingProxyType({})


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

NAMED = [
    Case(
        "NotPrincipal with user and account leaves the user out",
        pages.NOT_PRINCIPAL,
        EVERYTHING,
        all_but(ALICE, ROOT),
        "s3:GetObject",
        OBJECT,
        "allowed",
    ),
    Case(
        "NotPrincipal with another user and the account leaves nobody else of it out",
        pages.NOT_PRINCIPAL,
        EVERYTHING,
        all_but(user_arn("bob"), ROOT),
        "s3:GetObject",
        OBJECT,
        "denied",
    ),
    Case(
        "NotPrincipal with the account alone leaves no user of it out",
        pages.NOT_PRINCIPAL,
        EVERYTHING,
        all_but(ROOT),
        "s3:GetObject",
        OBJECT,
        "denied",
    ),
    Case(
        "NotPrincipal with the account leaves its root user out",
        pages.NOT_PRINCIPAL,
        NOTHING,
        all_but(ACCOUNT),
        "s3:GetObject",
        OBJECT,
        "allowed",
        who=ROOT,
    ),
    Case(
        "NotPrincipal with role and account leaves the role out",
        pages.NOT_PRINCIPAL,
        EVERYTHING,
        all_but(WORKER, ROOT),
        "s3:GetObject",
        OBJECT,
        "allowed",
        who=WORKER,
    ),
    Case(
        "NotPrincipal never leaves out who has a permissions boundary",
        pages.NOT_PRINCIPAL,
        EVERYTHING,
        all_but(ALICE, ROOT),
        "s3:GetObject",
        OBJECT,
        "denied",
        boundary=EVERYTHING,
    ),
    Case(
        "NotPrincipal with principals of other accounts denies",
        pages.NOT_PRINCIPAL,
        EVERYTHING,
        all_but(user_arn("alice", PARTNER), PARTNER),
        "s3:GetObject",
        OBJECT,
        "denied",
    ),
    Case(
        "NotPrincipal gives nothing",
        pages.NOT_PRINCIPAL,
        NOTHING,
        all_but(ALICE, ROOT),
        "s3:GetObject",
        OBJECT,
        "denied",
    ),
    Case(
        "everyone is whoever is in the account",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", "*")],
        "sqs:SendMessage",
        QUEUE,
        "allowed",
    ),
    Case(
        "AWS * is everyone",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", {"AWS": "*"})],
        "sqs:SendMessage",
        QUEUE,
        "allowed",
    ),
    Case(
        "everyone of one's own account",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", "*", **when("StringEquals", "aws:PrincipalAccount", ACCOUNT))],
        "sqs:SendMessage",
        QUEUE,
        "allowed",
    ),
    Case(
        "everyone of another account",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", "*", **when("StringEquals", "aws:PrincipalAccount", OTHER))],
        "sqs:SendMessage",
        QUEUE,
        "denied",
    ),
    Case(
        "everyone with a name that fits",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", "*", **when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/al*"))],
        "sqs:SendMessage",
        QUEUE,
        "allowed",
    ),
    Case(
        "everyone from an endpoint that nobody knows of",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", "*", **when("StringEquals", "aws:SourceVpce", "vpce-1"))],
        "sqs:SendMessage",
        QUEUE,
        "conditional",
    ),
    Case(
        "the identity's own allow needs no endpoint",
        pages.LOGIC,
        EVERYTHING,
        [said("Allow", "*", **when("StringEquals", "aws:SourceVpce", "vpce-1"))],
        "sqs:SendMessage",
        QUEUE,
        "allowed",
    ),
    Case(
        "everyone, from an address in the range",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", "*", **when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))],
        "sqs:SendMessage",
        QUEUE,
        "allowed",
        context={"aws:SourceIp": ("203.0.113.7",)},
    ),
    Case(
        "everyone, from an address outside",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", "*", **when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))],
        "sqs:SendMessage",
        QUEUE,
        "denied",
        context={"aws:SourceIp": ("198.51.100.7",)},
    ),
    Case(
        "everyone, but its own policies deny",
        pages.DENY_ALLOW,
        [deny("sqs:*")],
        [said("Allow", "*")],
        "sqs:SendMessage",
        QUEUE,
        "denied",
    ),
    Case(
        "a service is named, and no user is a service",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", {"Service": "sns.amazonaws.com"})],
        "sqs:SendMessage",
        QUEUE,
        "denied",
    ),
    Case(
        "a federated principal is named, and no user is one",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", {"Federated": "cognito-identity.amazonaws.com"})],
        "sqs:SendMessage",
        QUEUE,
        "denied",
    ),
    Case(
        "a service that calls for somebody sends a source account, a user never does",
        pages.KEYS,
        NOTHING,
        [said("Allow", "*", **when("StringEquals", "aws:SourceAccount", ACCOUNT))],
        "sqs:SendMessage",
        QUEUE,
        "denied",
    ),
    Case(
        "the unique id of the user is named",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", {"AWS": "AIDAALICE"})],
        "sqs:SendMessage",
        QUEUE,
        "allowed",
    ),
    Case(
        "the unique id of a user that was deleted is named",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", {"AWS": "AIDAGONE"})],
        "sqs:SendMessage",
        QUEUE,
        "denied",
    ),
    Case(
        "one of several principals is named",
        pages.PRINCIPAL,
        NOTHING,
        [said("Allow", {"AWS": [user_arn("bob"), ALICE]})],
        "sqs:SendMessage",
        QUEUE,
        "allowed",
    ),
    Case(
        "a policy of the bucket speaks of another key prefix",
        pages.S3,
        NOTHING,
        [{**said("Allow", {"AWS": ALICE}), "Resource": "arn:aws:s3:::books/open/*"}],
        "s3:GetObject",
        OBJECT,
        "denied",
    ),
    Case(
        "a bucket policy that asks for the resource's account",
        pages.KEYS,
        [allow("s3:*", **when("StringEquals", "s3:ResourceAccount", ACCOUNT))],
        [said("Deny", {"AWS": PARTNER})],
        "s3:GetObject",
        OBJECT,
        "allowed",
    ),
    Case(
        "and asks for another one",
        pages.KEYS,
        [allow("s3:*", **when("StringEquals", "s3:ResourceAccount", PARTNER))],
        [said("Deny", {"AWS": PARTNER})],
        "s3:GetObject",
        OBJECT,
        "denied",
    ),
]

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

_SEND = [said("Allow", {"AWS": WORKER}, "sqs:*")]

LIMITED = [
    Case(
        "a session policy limits what a resource gives the role by name",
        pages.SESSION,
        NOTHING,
        _SEND,
        "sqs:SendMessage",
        QUEUE,
        "denied",
        who=WORKER,
        session=([allow("s3:*")],),
    ),
    Case(
        "both agree",
        pages.SESSION,
        NOTHING,
        _SEND,
        "sqs:SendMessage",
        QUEUE,
        "allowed",
        who=WORKER,
        session=([allow("sqs:*")],),
    ),
    Case(
        "the session policy denies",
        pages.SESSION,
        EVERYTHING,
        _SEND,
        "sqs:SendMessage",
        QUEUE,
        "denied",
        who=WORKER,
        session=([allow("*"), deny("sqs:Send*")],),
    ),
    Case(
        "several session policies add up",
        pages.SESSION,
        EVERYTHING,
        _SEND,
        "sqs:SendMessage",
        QUEUE,
        "allowed",
        who=WORKER,
        session=([allow("s3:*")], [allow("sqs:*")]),
    ),
    Case(
        "a deny of one session policy binds them all",
        pages.SESSION,
        EVERYTHING,
        _SEND,
        "sqs:SendMessage",
        QUEUE,
        "denied",
        who=WORKER,
        session=([deny("sqs:*")], [allow("*")]),
    ),
    Case(
        "session and boundary must both let a role through",
        pages.SESSION,
        EVERYTHING,
        _SEND,
        "sqs:SendMessage",
        QUEUE,
        "denied",
        who=WORKER,
        boundary=[allow("s3:*")],
        session=([allow("sqs:*")],),
    ),
    Case(
        "a condition of the session policy decides",
        pages.SESSION,
        EVERYTHING,
        _SEND,
        "sqs:SendMessage",
        QUEUE,
        "conditional",
        who=WORKER,
        session=([allow("*", **when("StringEquals", "aws:SourceVpc", "vpc-1"))],),
    ),
    Case(
        "a boundary that allows lets a resource give the role by name",
        pages.BOUNDARY,
        NOTHING,
        _SEND,
        "sqs:SendMessage",
        QUEUE,
        "allowed",
        who=WORKER,
        boundary=[allow("sqs:*")],
    ),
    Case(
        "a boundary limits a user whose account a resource names",
        pages.BOUNDARY,
        EVERYTHING,
        [said("Allow", {"AWS": ROOT})],
        "sqs:SendMessage",
        QUEUE,
        "denied",
        boundary=[allow("s3:*")],
    ),
    Case(
        "a boundary limits a role where a resource allows everyone",
        pages.BOUNDARY,
        NOTHING,
        [said("Allow", "*")],
        "sqs:SendMessage",
        QUEUE,
        "denied",
        who=WORKER,
        boundary=[allow("s3:*")],
    ),
    Case(
        "a boundary of all but some services lets the rest through",
        pages.BOUNDARY,
        EVERYTHING,
        _SEND,
        "sqs:SendMessage",
        QUEUE,
        "allowed",
        who=WORKER,
        boundary=[{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
    ),
    Case(
        "a boundary limits a role across accounts, though the other side names it",
        pages.BOUNDARY,
        EVERYTHING,
        _SEND,
        "sqs:SendMessage",
        f"arn:aws:sqs:eu-west-1:{OTHER}:work",
        "denied",
        who=WORKER,
        owner=OTHER,
        boundary=[allow("s3:*")],
    ),
]

CASES = [*ACROSS, *NAMED, *KEYS, *LIMITED]


@pytest.mark.parametrize("case", CASES, ids=[case.why for case in CASES])
def test_resource_policy(case: Case) -> None:
    estate = Estate()
    match case.who:
        case who if who == ROOT:
            estate.add(Identity(id=who, provider="aws", kind="root-user", name="root", scope=estate.scope()))
        case who if who == WORKER:
            estate.role("worker", *case.identity)
        case _:
            estate.user("alice", *case.identity, attributes={"unique_id": "AIDAALICE"})
    if case.boundary is not None:
        estate.boundary(case.who, *case.boundary)
    carrier = case.resource.partition("/")[0] if ":s3:" in case.resource else case.resource
    estate.resource_policy(carrier, *case.policy, account=case.owner)
    question = Question(identity=case.who, action=case.action, resource=case.resource, context=dict(case.context))
    session = tuple(document(*statements) for statements in case.session)
    decision = decide(estate.inventory(), question, session)
    assert decision.answer == case.expected, decision.reason
    assert case.page.startswith("https://docs.aws.amazon.com/")


def test_cases_are_distinct() -> None:
    assert len({case.why for case in CASES}) == len(CASES)
