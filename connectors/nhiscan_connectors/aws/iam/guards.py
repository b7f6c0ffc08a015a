"""Guards: what each condition of a trust policy does to narrow it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.model import Guard, GuardKind
from nhiscan_connectors.aws.documents import values_of

_KINDS: dict[str, GuardKind] = {
    "sts:externalid": "external-id",
    "aws:principalorgid": "organization",
    "aws:principalorgpaths": "organization",
    "aws:sourceorgid": "organization",
    "aws:sourceorgpaths": "organization",
    "aws:principalaccount": "account",
    "aws:principalarn": "principal",
    "aws:userid": "principal",
    "aws:username": "principal",
    "aws:sourceaccount": "source-account",
    "aws:sourcearn": "source-arn",
    "aws:multifactorauthpresent": "mfa",
    "aws:multifactorauthage": "mfa",
    "aws:sourceip": "network",
    "aws:sourcevpc": "network",
    "aws:sourcevpce": "network",
    "aws:vpcsourceip": "network",
    "sts:rolesessionname": "session-name",
    "aws:currenttime": "time",
    "aws:epochtime": "time",
    "aws:tokenissuetime": "time",
    "saml:aud": "audience",
    "saml:sub": "subject",
}

# Services that assume a role only for resources of the role's own account, so nobody else can send them.
SAME_ACCOUNT_SERVICES = frozenset({
    "ec2", "lambda", "ecs-tasks", "ecs", "eks", "eks-fargate-pods", "pods.eks", "edgelambda", "codedeploy",
    "elasticmapreduce", "batch", "spotfleet", "autoscaling", "rds", "monitoring.rds", "elasticbeanstalk", "opsworks",
    "dms", "redshift", "tasks.apprunner", "build.apprunner", "ssm", "lightsail", "workspaces", "emr-serverless",
})  # fmt: skip

SAME_ACCOUNT = Guard(kind="other", key="same-account-service", operator="", values=(), confines=True)
"""Stands for the fact that the service can act for the account itself only."""


def guards_of(condition: Any) -> Iterator[Guard]:
    """One guard for each condition key of a statement."""
    if not isinstance(condition, dict):
        return
    for operator, tests in condition.items():
        if not isinstance(tests, dict):
            continue
        for key, value in tests.items():
            values = values_of(value)
            yield Guard(
                kind=kind_of(str(key)),
                key=str(key),
                operator=str(operator),
                values=values,
                confines=_confines(str(operator), values),
            )


def guards_of_denial(condition: Any) -> Iterator[Guard]:
    """Guards that a Deny amounts to: "deny all but organization o-1" lets only o-1 in.

    Only a denial with one condition key can be read that way; several keys must all hold for it to bite.
    """
    if not isinstance(condition, dict) or sum(len(t) for t in condition.values() if isinstance(t, dict)) != 1:
        return
    for operator, tests in condition.items():
        positive = _opposite(str(operator))
        if positive is None or not isinstance(tests, dict):
            continue
        for key, value in tests.items():
            values = values_of(value)
            # "…NotEqualsIfExists" denies nothing to a caller without the key, so it does not confine.
            confines = "ifexists" not in operator.lower() and _confines(positive, values)
            yield Guard(
                kind=kind_of(str(key)), key=str(key), operator=f"Deny {operator}", values=values, confines=confines
            )


def kind_of(key: str) -> GuardKind:
    """What a condition key looks at; keys are not case-sensitive."""
    lower = key.lower()
    if lower in _KINDS:
        return _KINDS[lower]
    if lower.startswith(("aws:principaltag/", "aws:requesttag/", "saml:")):
        return "tag"
    last = lower.rpartition(":")[2]
    if last == "sub":
        return "subject"
    if last in ("aud", "azp", "amr", "app_id", "oaud"):
        return "audience"
    return "other"


def _opposite(operator: str) -> str | None:
    base = operator.lower().removesuffix("ifexists").rpartition(":")[2]
    return {
        "stringnotequals": "StringEquals",
        "stringnotequalsignorecase": "StringEquals",
        "stringnotlike": "StringLike",
        "arnnotequals": "ArnEquals",
        "arnnotlike": "ArnLike",
        "notipaddress": "IpAddress",
        "bool": "Bool",
        "boolifexists": "Bool",
    }.get(base)


def _confines(operator: str, values: tuple[str, ...]) -> bool:
    """Whether a test keeps anybody out: not when it passes an absent key, or every value."""
    lower = operator.lower()
    if lower.startswith("forallvalues:") or lower.endswith("ifexists"):
        return False
    base = lower.rpartition(":")[2]
    if base == "null" or "not" in base:
        return False
    if base == "bool":
        return values == ("true",)
    return bool(values) and not any(set(value) <= {"*"} or value in ("0.0.0.0/0", "::/0") for value in values)
