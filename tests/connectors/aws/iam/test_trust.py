"""Trust policies: who is trusted, under which name, and by which statement."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiscan.model import Guard, Policy, Trust
from nhiscan_connectors.aws.iam import operations as ops
from tests.connectors.aws.iam.support import (
    ACCOUNT,
    Records,
    details,
    document,
    parse,
    role,
    role_arn,
    trusts,
    user,
    user_arn,
)

OTHER = "444455556666"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SUB = "token.actions.githubusercontent.com:sub"
AUD = "token.actions.githubusercontent.com:aud"
WEB = "sts:AssumeRoleWithWebIdentity"
OKTA = f"arn:aws:iam::{ACCOUNT}:saml-provider/okta"


def read(*statements: dict[str, Any], others: tuple[dict[str, Any], ...] = ()) -> Records:
    return parse(details(role("r", *statements), *others))


def trusted(*statements: dict[str, Any], others: tuple[dict[str, Any], ...] = ()) -> list[tuple[str, str]]:
    return [(trust.kind, trust.principal) for trust in read(*statements, others=others).trusts("r")]


def only(*statements: dict[str, Any]) -> Trust:
    (trust,) = read(*statements).trusts("r")
    return trust


def deny(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    key = more.pop("key", "Principal")
    return {"Effect": "Deny", key: principal, "Action": action, **more}


@pytest.mark.parametrize(
    ("principal", "action", "expected"),
    [
        ("*", "sts:AssumeRole", ("everyone", "*")),
        ({"AWS": "*"}, "sts:AssumeRole", ("everyone", "*")),
        ({"Federated": "*"}, WEB, ("everyone", "*")),
        ({"AWS": ACCOUNT}, "sts:AssumeRole", ("account", f"aws:{ACCOUNT}")),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, "sts:AssumeRole", ("account", f"aws:{OTHER}")),
        ({"AWS": f"arn:aws-cn:iam::{OTHER}:root"}, "sts:AssumeRole", ("account", f"aws:{OTHER}")),
        ({"AWS": user_arn("ada")}, "sts:AssumeRole", ("principal", user_arn("ada"))),
        ({"AWS": [f"arn:aws:iam::{OTHER}:role/a/b"]}, "sts:*", ("principal", f"arn:aws:iam::{OTHER}:role/a/b")),
        ({"Service": "Lambda.amazonaws.com"}, "sts:AssumeRole", ("service", "service:lambda.amazonaws.com")),
        ({"Service": "ec2.amazonaws.com.cn"}, "sts:AssumeRole", ("service", "service:ec2.amazonaws.com")),
        ({"Federated": OKTA}, "sts:AssumeRoleWithSAML", ("saml", f"saml:{OKTA}")),
        ({"Federated": GITHUB}, WEB, ("oidc", "oidc:token.actions.githubusercontent.com#*")),
        ({"Federated": "cognito-identity.amazonaws.com"}, WEB, ("oidc", "oidc:cognito-identity.amazonaws.com#*")),
        ({"AWS": "AIDAQ3EGVQXDEXAMPLE01"}, "sts:AssumeRole", ("deleted", "AIDAQ3EGVQXDEXAMPLE01")),
        ({"AWS": "AROAQ3EGVQXDEXAMPLE01:s"}, "sts:AssumeRole", ("deleted", "AROAQ3EGVQXDEXAMPLE01:s")),
        ({"CanonicalUser": "79a59d"}, "sts:AssumeRole", ("unknown", "79a59d")),
        ({"AWS": f"arn:aws:iam::{OTHER}:user/*"}, "sts:AssumeRole", ("unknown", f"arn:aws:iam::{OTHER}:user/*")),
    ],
)
def test_principals_have_one_name_everywhere(principal: Any, action: str, expected: tuple[str, str]) -> None:
    assert trusted(trusts(principal, action)) == [expected]


def test_a_unique_id_of_somebody_who_is_there_is_not_deleted() -> None:
    ada = user("ada")
    assert trusted(trusts({"AWS": ada["UserId"]}), others=(ada,)) == [("principal", user_arn("ada"))]


def test_a_session_is_its_role_with_the_name_of_the_session() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build"
    records = read(trusts({"AWS": session}), others=(role("ci", path="/jobs/"),))
    (trust,) = records.trusts("r")
    assert trust.principal == role_arn("ci", "/jobs/")
    assert [(g.kind, g.values, g.confines) for g in trust.guards] == [("session-name", ("build",), True)]


def test_each_entry_names_its_statement() -> None:
    records = read(
        trusts({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}), trusts({"AWS": OTHER}, Sid="Vendor")
    )
    assert [(t.principal, t.statement) for t in records.trusts("r")] == [
        ("service:ec2.amazonaws.com", "trust policy, statement 1"),
        ("service:lambda.amazonaws.com", "trust policy, statement 1"),
        (f"aws:{OTHER}", "trust policy, statement 2 (Vendor)"),
    ]


@pytest.mark.parametrize("action", ["sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRoleWithSAML", "s3:*"])
def test_an_action_that_does_not_take_the_role_on_trusts_nobody(action: str) -> None:
    assert trusted(trusts({"AWS": OTHER}, action)) == []


@pytest.mark.parametrize("action", ["*", "sts:*", "STS:assume*", "s?s:AssumeRole", "sts:AssumeRol?"])
def test_actions_match_with_wildcards_and_in_any_case(action: str) -> None:
    assert trusted(trusts({"AWS": OTHER}, action)) == [("account", f"aws:{OTHER}")]


def test_not_action_allows_what_it_does_not_name() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "NotAction": "sts:TagSession"}
    assert trusted(statement) == [("account", f"aws:{OTHER}")]
    assert trusted({**statement, "NotAction": "sts:Assume*"}) == []


def test_not_principal_lets_in_all_the_others() -> None:
    trust = only({"Effect": "Allow", "NotPrincipal": {"AWS": user_arn("bob")}, "Action": "sts:AssumeRole"})
    assert (trust.kind, trust.principal) == ("everyone", "*")
    (guard,) = trust.guards
    assert (guard.operator, guard.values, guard.confines) == ("NotPrincipal", (user_arn("bob"),), False)


def test_one_statement_need_not_stand_in_a_list() -> None:
    entry = {**role("r"), "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": trusts({"AWS": OTHER})}}
    assert [trust.principal for trust in parse(details(entry)).trusts("r")] == [f"aws:{OTHER}"]


# Trap 8: subjects in the old and the new form, lists, and operators that pass what they seem to stop.


def github(**condition: Any) -> dict[str, Any]:
    return trusts({"Federated": GITHUB}, WEB, Condition=condition)


@pytest.mark.parametrize(
    "subject",
    [
        "repo:acme/shop:ref:refs/heads/main",
        "repo:acme@1234567/shop@7654321:ref:refs/heads/main",
        "repo:acme/*",
        "repository_owner_id:1234567:environment:prod",
    ],
)
def test_a_subject_becomes_part_of_the_name(subject: str) -> None:
    trust = only(github(StringEquals={AUD: "sts.amazonaws.com"}, StringLike={SUB: subject}))
    assert trust.principal == f"oidc:token.actions.githubusercontent.com#{subject}"
    assert {(g.kind, g.values, g.confines) for g in trust.guards} == {
        ("audience", ("sts.amazonaws.com",), True),
        ("subject", (subject,), True),
    }


def test_each_subject_is_an_entry_that_knows_of_no_other() -> None:
    subjects = ["repo:acme/a:*", "repo:acme/b:ref:refs/heads/main"]
    records = read(github(**{"ForAnyValue:StringLike": {SUB: subjects}}))
    found = records.trusts("r")
    assert [t.principal.partition("#")[2] for t in found] == subjects
    assert [g.values for t in found for g in t.guards if g.kind == "subject"] == [(subject,) for subject in subjects]


def test_the_narrower_of_two_conditions_names_the_subject_and_the_other_guards() -> None:
    trust = only(github(StringLike={SUB: "repo:acme/*"}, StringEquals={SUB: "repo:acme/a:environment:prod"}))
    assert trust.principal.endswith("#repo:acme/a:environment:prod")
    assert {g.values for g in trust.guards} == {("repo:acme/*",), ("repo:acme/a:environment:prod",)}


def test_keys_are_compared_without_case() -> None:
    assert only(github(StringEquals={SUB.upper(): "repo:acme/a:x"})).principal.endswith("#repo:acme/a:x")


def test_a_subject_that_is_only_a_star_confines_nobody() -> None:
    trust = only(github(StringLike={SUB: "*"}))
    assert trust.principal.endswith("#*")
    assert [g.confines for g in trust.guards] == [False]


def test_a_subject_that_is_only_excluded_confines_nobody() -> None:
    trust = only(github(StringNotLike={SUB: "repo:evil/*"}))
    assert trust.principal.endswith("#*")
    assert [g.confines for g in trust.guards] == [False]


def test_every_token_has_a_subject_so_for_all_values_does_not_open_the_door() -> None:
    trust = only(github(**{"ForAllValues:StringLike": {SUB: "repo:acme/a:*"}}))
    assert trust.principal.endswith("#repo:acme/a:*")
    assert [(g.operator, g.confines) for g in trust.guards] == [("ForAllValues:StringLike", True)]


def test_a_claim_that_may_be_absent_does_not_confine_by_for_all_values_or_if_exists() -> None:
    environment = "token.actions.githubusercontent.com:environment"
    for operator in ("ForAllValues:StringEquals", "StringEqualsIfExists"):
        trust = only(github(**{operator: {environment: "prod"}}))
        assert [(g.kind, g.confines) for g in trust.guards] == [("other", False)]


def test_a_missing_audience_and_subject_leave_no_guard() -> None:
    trust = only(trusts({"Federated": GITHUB}, WEB))
    assert trust.guards == ()


def test_a_condition_without_values_lets_nobody_in() -> None:
    assert trusted(github(StringEquals={SUB: []})) == []


def test_a_subject_of_another_issuer_does_not_name_this_one() -> None:
    trust = only(github(StringEquals={"gitlab.com:sub": "project_path:acme/a:*"}))
    assert trust.principal == "oidc:token.actions.githubusercontent.com#*"


def test_pods_are_named_by_the_issuer_of_their_cluster() -> None:
    issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"
    subject = "system:serviceaccount:prod:worker"
    trust = only(trusts({"Federated": provider}, WEB, Condition={"StringEquals": {f"{issuer}:sub": subject}}))
    assert trust.principal == f"oidc:{issuer}#{subject}"


# Deny statements: only what they certainly take away is taken away.


def test_a_denial_of_the_same_principal_voids_the_trust() -> None:
    assert trusted(trusts({"AWS": OTHER}), deny("*")) == []
    assert trusted(trusts({"AWS": OTHER}), deny({"AWS": f"arn:aws:iam::{OTHER}:root"})) == []
    named = f"arn:aws:iam::{OTHER}:role/x"
    assert trusted(trusts({"AWS": named}), deny({"AWS": OTHER})) == []


def test_a_denial_of_somebody_else_or_of_something_else_takes_nothing_away() -> None:
    expected = [("account", f"aws:{OTHER}")]
    assert trusted(trusts({"AWS": OTHER}), deny({"AWS": f"arn:aws:iam::{OTHER}:user/bob"})) == expected
    assert trusted(trusts({"AWS": OTHER}), deny("*", "sts:TagSession")) == expected


def guards(statement: dict[str, Any], *denials: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...], bool]]:
    return [(g.kind, g.operator, g.values, g.confines) for g in only(statement, *denials).guards]


@pytest.mark.parametrize("operator", ["StringNotEquals", "StringNotEqualsIfExists"])
def test_a_denial_of_all_but_one_organization_is_a_guard(operator: str) -> None:
    """A request without the key is denied too: a negated test holds for it."""
    denial = deny("*", Condition={operator: {"aws:PrincipalOrgID": "o-abc123"}})
    assert guards(trusts("*"), denial) == [("organization", "StringEquals", ("o-abc123",), True)]


def test_a_denial_without_a_second_factor_guards_only_if_it_counts_requests_that_say_nothing() -> None:
    key = "aws:MultiFactorAuthPresent"
    assert guards(trusts({"AWS": OTHER}), deny("*", Condition={"BoolIfExists": {key: "false"}})) == [
        ("mfa", "Bool", ("true",), True)
    ]
    assert guards(trusts({"AWS": OTHER}), deny("*", Condition={"Bool": {key: False}})) == [
        ("mfa", "Bool", ("true",), False)
    ]


def test_a_denial_with_several_tests_is_left_out_for_all_must_hold() -> None:
    both = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1", "aws:PrincipalAccount": OTHER}}
    assert guards(trusts("*"), deny("*", Condition=both)) == []


def test_a_denial_of_all_but_some_principals_leaves_those() -> None:
    denial = deny({"AWS": user_arn("ada")}, key="NotPrincipal")
    assert guards(trusts("*"), denial) == [("principal", "ArnEquals", (user_arn("ada"),), True)]
    assert trusted(trusts({"AWS": user_arn("bob")}), denial) == []
    assert trusted(trusts({"AWS": user_arn("ada")}), denial) == [("principal", user_arn("ada"))]
    assert trusted(trusts({"Service": "sns.amazonaws.com"}), denial) == [("service", "service:sns.amazonaws.com")]


def test_services_that_serve_the_own_account_only_say_so() -> None:
    records = read(trusts({"Service": ["lambda.amazonaws.com", "sns.amazonaws.com", "ec2.eu-west-1.amazonaws.com"]}))
    assert [[g.key for g in trust.guards] for trust in records.trusts("r")] == [
        ["same-account-service"],
        [],
        ["same-account-service"],
    ]
    assert all(guard.kind == "other" and guard.confines for trust in records.trusts("r") for guard in trust.guards)


# What cannot be read is said, and names the role.


@pytest.mark.parametrize(
    "bad",
    [
        "%7B%22Version%22",
        '{"Version": "2012-10-17", "Statement": [',
        "",
        None,
        json.dumps(["a", "list"]),
        '{"Version":"2012-10-17","Statement":' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
def test_a_trust_policy_that_cannot_be_read_is_a_gap(bad: str | None) -> None:
    records = parse(details({**role("r"), "AssumeRolePolicyDocument": bad}, role("ok")))
    (policy,) = [p for p in records.of(Policy) if p.id == f"{role_arn('r')}/trust"]
    assert policy.document is None
    assert policy.problem
    (gap,) = records.gaps(ops.DETAILS)
    assert (gap.reason, gap.blinds, gap.subjects) == ("failed", ("trust",), (role_arn("r"),))
    assert records.trusts("r") == []
    assert not records.inventory.knows(policy.scope, "trust", role_arn("r"))
    assert records.inventory.knows(policy.scope, "trust", role_arn("ok"))


@pytest.mark.parametrize(
    "bad",
    [
        "not an object",
        {"Effect": "Maybe", "Principal": "*", "Action": "*"},
        {"Effect": "Allow", "Principal": "everybody", "Action": "*"},
        {"Effect": "Allow", "Principal": {"AWS": [7]}, "Action": "*"},
        {"Effect": "Allow", "Action": "*"},
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Condition": "soon"},
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Condition": {"StringEquals": ["a"]}},
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Condition": {"StringMatches": {"a:b": "c"}}},
    ],
)
def test_a_statement_that_makes_no_sense_hides_nothing_else_and_is_a_gap(bad: Any) -> None:
    entry = {**role("r"), "AssumeRolePolicyDocument": document(bad, trusts({"AWS": OTHER}))}
    records = parse(details(entry))
    assert [trust.principal for trust in records.trusts("r")] == [f"aws:{OTHER}"]
    (gap,) = records.gaps(ops.DETAILS)
    assert (gap.blinds, gap.subjects) == (("trust",), (role_arn("r"),))
    assert "statement 1" in gap.detail


def test_hostile_patterns_cost_nothing() -> None:
    star = "*a" * 2000 + "b"
    statement = trusts({"AWS": OTHER}, star)
    assert trusted(statement) == []
    assert trusted(github(StringLike={SUB: star}))[0][0] == "oidc"


def test_guards_keep_the_values_as_text() -> None:
    condition = {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}, "Bool": {"aws:MultiFactorAuthPresent": True}}
    assert only(trusts({"AWS": OTHER}, Condition=condition)).guards == (
        Guard(kind="mfa", key="aws:MultiFactorAuthAge", operator="NumericLessThan", values=("3600",)),
        Guard(kind="mfa", key="aws:MultiFactorAuthPresent", operator="Bool", values=("true",)),
    )
