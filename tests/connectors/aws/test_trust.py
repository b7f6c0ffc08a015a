"""Trust policies: every form of principal, what each condition keeps out, and what a Deny takes away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import Guard, Trust
from nhiscan.trusts import confining
from nhiscan_connectors.aws.iam.operations import DETAILS
from tests.connectors.aws.answers import (
    ACCOUNT,
    ACCOUNT_SHARD,
    IAM,
    SCOPE,
    answer,
    details,
    document,
    encoded,
    parse,
    role,
    trusts,
    user,
)

GITHUB = "token.actions.githubusercontent.com"
PROVIDER = f"{IAM}:oidc-provider/{GITHUB}"
WEB = "sts:AssumeRoleWithWebIdentity"
ROLE = f"{IAM}:role/app"
OTHER = "999988887777"


def inventory_of(trust: Any) -> Inventory:
    page = details([user("ada")], [role("app", trust), role("late")])
    return parse(ACCOUNT_SHARD, [answer(DETAILS, page)])


def trusts_of(*statements: Any) -> list[Trust]:
    return inventory_of(document(*statements)).trusts_of(ROLE)


def only(*statements: Any) -> Trust:
    (trust,) = trusts_of(*statements)
    return trust


def guard(condition: dict[str, Any], principal: Any = "*", action: str = "sts:AssumeRole") -> Guard:
    (found,) = only(trusts(principal, action, Condition=condition)).guards
    return found


@pytest.mark.parametrize(
    ("principal", "action", "kind", "name"),
    [
        ("*", "sts:AssumeRole", "everyone", "*"),
        ({"AWS": "*"}, "sts:AssumeRole", "everyone", "*"),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, "sts:AssumeRole", "account", f"aws:{OTHER}"),
        ({"AWS": OTHER}, "sts:AssumeRole", "account", f"aws:{OTHER}"),
        ({"AWS": f"arn:aws-cn:iam::{OTHER}:root"}, "sts:AssumeRole", "account", f"aws:{OTHER}"),
        (
            {"AWS": f"arn:aws:iam::{OTHER}:role/p/x"},
            "sts:AssumeRole",
            "principal",
            f"arn:aws:iam::{OTHER}:role/p/x",
        ),
        ({"AWS": f"{IAM}:user/ada"}, "sts:AssumeRole", "principal", f"{IAM}:user/ada"),
        ({"AWS": "AIDAEXAMPLEEXAMPLE123"}, "sts:AssumeRole", "deleted", "AIDAEXAMPLEEXAMPLE123"),
        ({"AWS": "AROAEXAMPLEEXAMPLE123"}, "sts:AssumeRole", "deleted", "AROAEXAMPLEEXAMPLE123"),
        ({"AWS": "something"}, "sts:AssumeRole", "unknown", "something"),
        ({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole", "service", "service:lambda.amazonaws.com"),
        ({"Service": "Bedrock.amazonaws.com"}, "sts:AssumeRole", "service", "service:bedrock.amazonaws.com"),
        (
            {"Federated": f"{IAM}:saml-provider/corp"},
            "sts:AssumeRoleWithSAML",
            "saml",
            f"saml:{IAM}:saml-provider/corp",
        ),
        ({"Federated": PROVIDER}, WEB, "oidc", f"oidc:{GITHUB}#*"),
        ({"Federated": "accounts.google.com"}, WEB, "oidc", "oidc:accounts.google.com#*"),
        ({"Federated": "elsewhere.example"}, WEB, "unknown", "elsewhere.example"),
    ],
)
def test_every_form_of_principal(principal: Any, action: str, kind: str, name: str) -> None:
    trust = only(trusts(principal, action))
    assert (trust.identity, trust.kind, trust.principal) == (ROLE, kind, name)
    assert trust.source == DETAILS.name
    assert trust.statement == "trust policy, statement 1"


def test_a_unique_id_of_somebody_who_is_there_is_not_deleted() -> None:
    trust = only(trusts({"AWS": user("ada")["UserId"]}))
    assert (trust.kind, trust.principal) == ("principal", f"{IAM}:user/ada")


def test_one_trust_for_each_principal_and_statement() -> None:
    found = trusts_of(
        trusts({"AWS": [OTHER, f"{IAM}:user/ada"], "Service": "ec2.amazonaws.com"}, Sid="First"),
        trusts({"Service": ["states.amazonaws.com", "events.amazonaws.com"]}, ["sts:AssumeRole", "sts:TagSession"]),
    )
    assert [(trust.principal, trust.statement) for trust in found] == [
        (f"aws:{OTHER}", "trust policy, statement 1 (First)"),
        (f"{IAM}:user/ada", "trust policy, statement 1 (First)"),
        ("service:ec2.amazonaws.com", "trust policy, statement 1 (First)"),
        ("service:states.amazonaws.com", "trust policy, statement 2"),
        ("service:events.amazonaws.com", "trust policy, statement 2"),
    ]


@pytest.mark.parametrize("write", [lambda d: d, json.dumps, encoded, lambda d: json.dumps(d, indent=3)])
def test_every_writing_of_the_document(write: Any) -> None:
    one = {"Version": "2012-10-17", "Statement": trusts({"AWS": OTHER})}
    (trust,) = inventory_of(write(one)).trusts_of(ROLE)
    assert trust.principal == f"aws:{OTHER}"


@pytest.mark.parametrize(
    "action", ["sts:AssumeRole", "STS:assumerole", "sts:*", "*", "sts:Assume*", "sts:As?umeRole", "s*", ["x", "sts:A*"]]
)
def test_an_action_that_lets_in_is_known_in_every_writing(action: Any) -> None:
    assert only(trusts({"AWS": OTHER}, action)).kind == "account"


@pytest.mark.parametrize("action", ["sts:TagSession", "sts:GetCallerIdentity", "sts:AssumeRoleWithSAML", [], 3])
def test_an_action_that_does_not_let_in_is_no_trust(action: Any) -> None:
    assert trusts_of(trusts({"AWS": OTHER}, action)) == []


def test_not_action_lets_in_by_what_it_leaves() -> None:
    left = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "NotAction": "sts:AssumeRoleWithSAML"}
    assert only(left).kind == "account"
    assert trusts_of({**left, "NotAction": "sts:*"}) == []


def test_not_principal_lets_in_all_others() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": "sts:AssumeRole"}
    trust = only(statement)
    assert (trust.kind, trust.principal) == ("everyone", "*")
    assert confining(trust) == []


@pytest.mark.parametrize(
    "sub",
    [
        "repo:acme/web:ref:refs/heads/main",
        "repo:acme@123/web@456:ref:refs/heads/main",
        "repo:acme/*",
        "repo:acme@123/*",
    ],
)
def test_both_forms_of_github_subjects(sub: str) -> None:
    condition = {"StringLike": {f"{GITHUB}:sub": sub}, "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}
    trust = only(trusts({"Federated": PROVIDER}, WEB, Condition=condition))
    assert trust.principal == f"oidc:{GITHUB}#{sub}"
    assert {g.kind for g in confining(trust)} == {"subject", "audience"}
    (subject,) = confining(trust, "subject")
    assert subject.values == (sub,)


def test_a_star_is_a_pattern_only_where_the_comparison_knows_patterns() -> None:
    condition = {"StringEquals": {f"{GITHUB}:sub": "repo:acme/*"}}
    trust = only(trusts({"Federated": PROVIDER}, WEB, Condition=condition))
    assert trust.principal == f"oidc:{GITHUB}#repo:acme/%2A"
    assert confining(trust, "subject")[0].values == ("repo:acme/*",)


def test_keys_of_conditions_are_not_case_sensitive() -> None:
    condition = {"stringequals": {f"{GITHUB.upper()}:SUB": ["repo:a/b:x", "repo:a/c:y"]}}
    found = trusts_of(trusts({"Federated": PROVIDER}, WEB, Condition=condition))
    assert [trust.principal for trust in found] == [f"oidc:{GITHUB}#repo:a/b:x", f"oidc:{GITHUB}#repo:a/c:y"]
    assert guard({"ARNLIKE": {"AWS:sourcearn": "arn:aws:s3:::b"}}).kind == "source-arn"


def test_the_subject_of_another_issuer_narrows_nothing() -> None:
    for operator in ("StringLikeIfExists", "ForAllValues:StringLike"):
        condition = {operator: {"gitlab.com:sub": "project_path:acme/web"}}
        trust = only(trusts({"Federated": PROVIDER}, WEB, Condition=condition))
        assert trust.principal == f"oidc:{GITHUB}#*"
        assert confining(trust, "subject") == []


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ({"StringEquals": {"sts:ExternalId": "s3"}}, "external-id"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}, "organization"),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abc/r-1/ou-1/*"}}, "organization"),
        ({"StringEquals": {"aws:PrincipalAccount": OTHER}}, "account"),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/x*"}}, "principal"),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, "source-account"),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:x"}}, "source-arn"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "mfa"),
        ({"Bool": {"aws:MultiFactorAuthPresent": True}}, "mfa"),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}, "mfa"),
        ({"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}, "network"),
        ({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}, "session-name"),
        ({"StringEquals": {"aws:PrincipalTag/team": "x"}}, "tag"),
        ({"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}, "time"),
        ({"StringEquals": {"example:thing": "x"}}, "other"),
    ],
)
def test_conditions_that_keep_somebody_out(condition: dict[str, Any], kind: str) -> None:
    found = guard(condition)
    ((operator, ((key, _),)),) = [(op, tuple(tests.items())) for op, tests in condition.items()]
    assert (found.kind, found.key, found.operator, found.confines) == (kind, key, operator, True)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"sts:ExternalId": "*"}},
        {"StringLike": {"sts:ExternalId": ["s3", "*"]}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-abc/*"}},
        {"StringNotEquals": {"aws:SourceAccount": "1"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:*"}},
        {"ArnLike": {"aws:SourceArn": "*"}},
        {"StringLike": {"aws:SourceAccount": "*"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "::/0"]}},
        {"Null": {"sts:ExternalId": "false"}},
    ],
)
def test_conditions_that_keep_nobody_out(condition: dict[str, Any]) -> None:
    assert guard(condition).confines is False


def test_services_that_act_for_the_account_alone() -> None:
    assert [g.key for g in only(trusts({"Service": "ec2.amazonaws.com"})).guards] == ["same-account-service"]
    assert only(trusts({"Service": "sns.amazonaws.com"})).guards == ()


def test_cognito_does_not_name_the_application_by_how_somebody_signed_in() -> None:
    condition = {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}
    trust = only(trusts({"Federated": "cognito-identity.amazonaws.com"}, WEB, Condition=condition))
    assert confining(trust, "audience") == []


ALLOW_ALL = trusts("*")


def deny(condition: dict[str, Any] | None = None, principal: Any = "*", action: Any = "sts:*") -> dict[str, Any]:
    statement = {"Effect": "Deny", "Principal": principal, "Action": action}
    return {**statement, "Condition": condition} if condition else statement


def test_a_denial_of_everyone_leaves_nobody() -> None:
    assert trusts_of(trusts({"AWS": OTHER}), deny()) == []
    assert trusts_of(deny(principal={"AWS": "*"}), ALLOW_ALL) == []


def test_a_denial_of_another_way_in_takes_nothing_away() -> None:
    assert only(trusts({"AWS": OTHER}), deny(action=WEB)).principal == f"aws:{OTHER}"
    assert only(trusts({"AWS": OTHER}), deny(action="sts:TagSession")).principal == f"aws:{OTHER}"


def test_a_denial_of_somebody_else_takes_nothing_away() -> None:
    trust = only(trusts({"AWS": OTHER}), deny(principal={"AWS": f"{IAM}:user/ada"}))
    assert (trust.principal, trust.guards) == (f"aws:{OTHER}", ())


def test_a_denial_of_the_very_same_principal_takes_it_away() -> None:
    assert trusts_of(trusts({"AWS": OTHER}), deny(principal={"AWS": f"arn:aws:iam::{OTHER}:root"})) == []


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}}, "organization"),
        # Without the key a negated test holds, so a stranger is denied, with IfExists as well.
        ({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-abc"}}, "organization"),
        ({"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/x"}}, "principal"),
        ({"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, "network"),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, "mfa"),
    ],
)
def test_deny_all_but_is_a_guard(condition: dict[str, Any], kind: str) -> None:
    (found,) = confining(only(ALLOW_ALL, deny(condition)))
    assert found.kind == kind


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc", "aws:PrincipalAccount": OTHER}},
        {"StringNotLike": {"aws:PrincipalOrgID": "*"}},
        # A key that was never used with a second factor has no such value: plain Bool does not hold, nobody is denied.
        {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        {"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgPaths": "o-abc/*"}},
    ],
)
def test_a_denial_that_leaves_everyone_is_no_guard(condition: dict[str, Any]) -> None:
    assert confining(only(ALLOW_ALL, deny(condition))) == []


@pytest.mark.parametrize(
    "statement",
    [
        "text",
        7,
        None,
        {"Effect": "Maybe", "Principal": "*", "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": [OTHER], "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": [7]}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "sts:AssumeRole", "Condition": "x"},
    ],
)
def test_a_statement_that_nobody_understands_is_not_nothing(statement: Any) -> None:
    inventory = inventory_of({"Version": "2012-10-17", "Statement": [statement, trusts({"AWS": OTHER})]})
    assert f"aws:{OTHER}" in {trust.principal for trust in inventory.trusts_of(ROLE)}
    assert not inventory.knows(SCOPE, "trust", ROLE)
    assert inventory.knows(SCOPE, "trust", f"{IAM}:role/late")


@pytest.mark.parametrize("text", ["", "{", "%7B", "[]", "7", 7, [], None, "[" * 100_000, '{"a":' * 100_000])
def test_a_document_that_cannot_be_read_makes_its_role_unknown(text: Any) -> None:
    inventory = inventory_of(text) if text is not None else inventory_of_missing()
    assert inventory.trusts_of(ROLE) == []
    assert not inventory.knows(SCOPE, "trust", ROLE)
    assert inventory.knows(SCOPE, "trust", f"{IAM}:role/late")
    policy = inventory.policies[f"{ROLE}/trust"]
    assert policy.document is None
    assert policy.problem


def inventory_of_missing() -> Inventory:
    """A role whose trust policy was not given at all."""
    without = role("app")
    del without["AssumeRolePolicyDocument"]
    return parse(ACCOUNT_SHARD, [answer(DETAILS, details([], [without, role("late")]))])
