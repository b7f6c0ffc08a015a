"""A stored secret is named with what could take its place."""

from __future__ import annotations

from nhiscan.model import FederationProvider, Sighting
from nhiscan.rules import never_expiring_ai_key
from nhiscan.rules.long_lived_credential import RULE
from tests.rules.support import (
    ACCOUNT,
    GITHUB,
    access_key,
    ago,
    ai_key,
    estate,
    gap,
    password,
    role,
    root,
    user,
    workload,
)

EXAMPLE = estate(user("ci"), access_key("ci", used=ago(1)), classes={"ci": "legacy_service"})

KEY_IN_FUNCTION = Sighting(
    detector="aws-access-key",
    fingerprint="f",
    last4="MPLE",
    subject="pay",
    where="environment variable AWS_ACCESS_KEY_ID",
    scope=ACCOUNT,
    decoded={"access_key_id": "AKIA-ci"},
)


def test_a_standing_key_of_a_service_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "AKIA-ci"
    assert finding.severity == "medium"
    assert finding.confidence == "high"
    assert finding.evidence[0] == "access key AKIA-ci of iam user ci works until someone revokes it"
    assert "the identity that the platform gives can take its place" in finding.evidence[1]


def test_a_persons_key_is_clean_and_one_of_nobody_knows_whom_is_less_sure() -> None:
    assert estate(user("ann"), access_key("ann"), classes={"ann": "human"}).run(RULE).clean
    assert estate(user("x"), access_key("x")).run(RULE).finding.confidence == "medium"


def test_what_is_not_standing_or_no_longer_works_is_clean() -> None:
    assert estate(user("ci"), password("ci")).run(RULE).clean
    assert estate(user("ci"), access_key("ci", status="inactive")).run(RULE).clean
    assert estate(user("ci"), access_key("ci", long_lived=False)).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(user("ci"), access_key("ci", status=None)).run(RULE).unknown == ["AKIA-ci"]
    assert estate(user("ci"), gap("credentials")).run(RULE).unknown == ["ci"]


def test_a_key_in_a_function_could_be_the_functions_own_role() -> None:
    said = estate(
        user("ci"), access_key("ci"), role("pay-role"), *workload("pay", runs_as="pay-role"), KEY_IN_FUNCTION
    ).run(RULE)
    assert (
        "it stands in environment variable AWS_ACCESS_KEY_ID of lambda function pay, which already runs as iam role"
        " pay-role; that identity can be given what the secret is for"
    ) in said.text


def test_a_key_in_a_function_without_a_role_could_be_a_role_of_its_own() -> None:
    said = estate(user("ci"), access_key("ci"), *workload("pay"), KEY_IN_FUNCTION).run(RULE)
    assert "lambda function pay, which the platform can give an identity of its own" in said.text


def test_a_holder_that_the_platform_runs_already_needs_no_secret() -> None:
    said = estate(user("ci"), access_key("ci"), *workload("pay", runs_as="ci")).run(RULE)
    assert "the platform already runs lambda function pay as its holder without a stored secret" in said.text


def test_an_issuer_that_the_account_trusts_already_is_named() -> None:
    issuer = FederationProvider(
        id="oidc-1", provider="aws", kind="oidc", scope=ACCOUNT, name="github", issuer=f"https://{GITHUB}"
    )
    said = estate(user("ci"), access_key("ci"), issuer).run(RULE)
    assert f"where a job of https://{GITHUB} uses it" in said.text


def test_an_ai_key_has_short_lived_sisters() -> None:
    ending = ai_key("bot", expires_at=ago(-100), lifetime="expires")
    assert "short-lived keys" in estate(user("bot"), ending).run(RULE).text


def test_a_key_to_an_ai_service_without_an_end_is_told_by_its_own_rule() -> None:
    some = estate(user("bot"), ai_key("bot"))
    assert some.run(RULE).clean
    off = estate(user("bot"), ai_key("bot", status=None))
    assert off.run(RULE).clean
    assert off.run(never_expiring_ai_key.RULE).unknown == ["ACCA-bot"]
    assert some.run(never_expiring_ai_key.RULE).found == ["ACCA-bot"]


def test_a_key_of_an_agent_is_told_by_its_own_rule() -> None:
    assert estate(user("bot"), access_key("bot"), classes={"bot": "ai_persona"}).run(RULE).clean


def test_an_administrators_key_weighs_more_and_a_root_users_has_its_own_rule() -> None:
    assert estate(user("ci"), access_key("ci"), admins={"ci": "is"}).run(RULE).finding.severity == "high"
    assert estate(root(), access_key("root")).run(RULE).clean
