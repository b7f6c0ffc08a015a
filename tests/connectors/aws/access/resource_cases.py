"""What hand-worked cases of resource policies are made of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nhiscan.access.question import Decision, Question
from nhiscan.model import Identity
from nhiscan_connectors.aws.access import decide
from tests.connectors.aws.access.estates import ACCOUNT, Estate, Stmt, allow, document, role_arn, user_arn

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


def decided(case: Case) -> Decision:
    """The answer to a case."""
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
    return decide(estate.inventory(), question, session)
