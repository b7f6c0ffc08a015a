"""Guards: what each condition looks at, and whether it keeps anybody out."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan_connectors.aws.iam import guards

GITHUB = "token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("sts:ExternalId", "external-id"),
        ("aws:PrincipalOrgID", "organization"),
        ("aws:SourceOrgPaths", "organization"),
        ("AWS:PRINCIPALACCOUNT", "account"),
        ("aws:PrincipalArn", "principal"),
        ("aws:SourceAccount", "source-account"),
        ("aws:SourceArn", "source-arn"),
        (f"{GITHUB}:sub", "subject"),
        (f"{GITHUB}:aud", "audience"),
        ("accounts.google.com:oaud", "audience"),
        ("saml:aud", "audience"),
        ("saml:sub", "subject"),
        ("cognito-identity.amazonaws.com:amr", "other"),
        (f"{GITHUB}:job_workflow_ref", "other"),
        ("aws:MultiFactorAuthAge", "mfa"),
        ("aws:SourceVpce", "network"),
        ("sts:RoleSessionName", "session-name"),
        ("aws:PrincipalTag/team", "tag"),
        ("sts:TransitiveTagKeys", "tag"),
        ("aws:CurrentTime", "time"),
        ("sts:SourceIdentity", "other"),
        ("aws:sub", "other"),
        ("made up", "other"),
    ],
)
def test_keys_say_what_a_condition_looks_at(key: str, kind: str) -> None:
    assert guards.kind_of(key) == kind


def confines(operator: str, key: str, *values: Any, everyone: bool = False) -> bool:
    (test,) = guards.tests_of({operator: {key: list(values)}})
    return guards.guard_of(test, everyone=everyone).confines


@pytest.mark.parametrize(
    ("operator", "key", "values"),
    [
        ("StringEquals", "sts:ExternalId", ["a1b2"]),
        ("StringLike", "sts:ExternalId", ["acme-*"]),
        ("StringEquals", "aws:PrincipalOrgID", ["o-abc"]),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", ["o-abc/*"]),
        ("StringEquals", "aws:SourceAccount", ["111122223333"]),
        ("ArnLike", "aws:SourceArn", ["arn:aws:sns:*:111122223333:*"]),
        ("ArnLike", "aws:SourceArn", ["arn:aws:s3:::acme-*"]),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24"]),
        ("Bool", "aws:MultiFactorAuthPresent", [True]),
        ("Null", "aws:MultiFactorAuthAge", ["false"]),
        ("DateLessThan", "aws:CurrentTime", ["2026-12-01T00:00:00Z"]),
        # AWS sets these in every request that an identity signs, so that no request passes for want of them.
        ("StringEqualsIfExists", "aws:PrincipalAccount", ["111122223333"]),
        ("ForAllValues:StringEquals", f"{GITHUB}:aud", ["sts.amazonaws.com"]),
    ],
)
def test_conditions_that_keep_somebody_out(operator: str, key: str, values: list[Any]) -> None:
    assert confines(operator, key, *values)


@pytest.mark.parametrize(
    ("operator", "key", "values"),
    [
        ("StringLike", "sts:ExternalId", ["*"]),
        ("StringLike", "sts:ExternalId", ["a1b2", "*"]),
        ("StringLike", "sts:ExternalId", ["?*"]),
        ("StringEqualsIfExists", "sts:ExternalId", ["a1b2"]),
        ("ForAllValues:StringEquals", "sts:ExternalId", ["a1b2"]),
        ("StringNotEquals", "sts:ExternalId", ["a1b2"]),
        ("Null", "sts:ExternalId", ["false"]),
        ("Null", "sts:ExternalId", ["true"]),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", ["o-abc"]),
        ("StringLike", "aws:PrincipalOrgID", ["o-*"]),
        ("StringLike", "aws:SourceAccount", ["1111*"]),
        ("ArnLike", "aws:SourceArn", ["arn:aws:sns:*:*:topic"]),
        ("ArnLike", "aws:SourceArn", ["arn:aws:s3:::*"]),
        ("StringEqualsIfExists", "aws:SourceAccount", ["111122223333"]),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "0.0.0.0/0"]),
        ("IpAddress", "aws:SourceIp", ["::/0"]),
        ("NotIpAddress", "aws:SourceIp", ["203.0.113.0/24"]),
        ("Bool", "aws:MultiFactorAuthPresent", ["false"]),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", ["true"]),
        ("DateGreaterThan", "aws:CurrentTime", ["2020-01-01T00:00:00Z"]),
    ],
)
def test_conditions_that_keep_nobody_out(operator: str, key: str, values: list[Any]) -> None:
    assert not confines(operator, key, *values)


def test_a_pattern_of_names_confines_within_an_account_and_not_among_everyone() -> None:
    pattern = "arn:aws:iam::*:role/deploy-*"
    assert confines("ArnLike", "aws:PrincipalArn", pattern)
    assert not confines("ArnLike", "aws:PrincipalArn", pattern, everyone=True)
    assert confines("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/deploy-*", everyone=True)
