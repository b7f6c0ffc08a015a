"""Which calls are made to IAM: the sweeps, and a call a user only where they leave something open."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nhiscan.connector import Evidence, Shard
from nhiscan.evidence import FORMAT, Bundle, Manifest, create, open_bundle
from nhiscan.model import Credential, Identity
from nhiscan.sink import BundleSink, Stop
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.aws.services.iam import SERVICE
from nhiscan_connectors.aws.session import Sessions
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.credential_report import CredentialReport
from tests.clouds.aws.seed import ago, allow, trust_service
from tests.connectors.aws.iam.support import Records, attached, details, document, user

SHARD = Shard(connector="aws", scope="aws:123456789012", part="account")
SWEEPS = {
    operation.name
    for operation in (
        ops.DETAILS, ops.ROLES, ops.REPORT, ops.SUMMARY, ops.VIRTUAL_MFA, ops.SPECIFIC, ops.SERVER_CERTIFICATES,
        ops.OIDC_LIST, ops.SAML_LIST, ops.OUTBOUND, ops.DELEGATION,
    )
}  # fmt: skip


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    manifest = Manifest(
        format=FORMAT, nhiscan_version="0", started=datetime(2026, 11, 24, tzinfo=UTC), connectors=[], shards=[]
    )
    return create(tmp_path / "bundle", manifest)


def collect(aws: Aws, bundle: Bundle, *, end: bool = True) -> list[Evidence]:
    sink = BundleSink(bundle, SHARD, stop=Stop())
    try:
        SERVICE.collect(Calls(Sessions({"endpoint_url": aws.endpoint}), SHARD, sink))
        if end:
            sink.end()
    finally:
        sink.close()
    return open_bundle(bundle.directory).read(SHARD)[0]


def records(evidence: list[Evidence]) -> Records:
    return Records(SERVICE.parse(SHARD, Answers(evidence)))


def asked(aws: Aws, operation: str) -> set[str]:
    """Users about whom a call was made."""
    return {call.params["UserName"] for call in aws.calls.of("iam", operation)}


def test_an_account_of_people_costs_the_sweeps_and_nothing_a_user(aws: Aws, bundle: Bundle) -> None:
    for number in range(40):
        aws.account.user(f"person-{number}").password(last_used=ago(2)).mfa()
        aws.account.role(f"role-{number}", trust_service("lambda.amazonaws.com"))
    evidence = collect(aws, bundle)
    counts = aws.calls.names()
    assert {name: counts[name] for name in SWEEPS} == dict.fromkeys(SWEEPS, 1)
    assert set(counts) == SWEEPS | {ops.GENERATE.name}
    assert len(evidence) == len(SWEEPS) + 1


def test_waiting_for_the_report_leaves_one_page(aws: Aws, bundle: Bundle) -> None:
    aws.account.user("ada")
    aws.emulator.store.get(CredentialReport, aws.account.id).polls = 2
    evidence = collect(aws, bundle)
    pages = [item for item in evidence if item.operation in (ops.GENERATE.name, ops.REPORT.name)]
    assert [(item.operation, item.page, item.problem) for item in pages] == [
        (ops.GENERATE.name, 0, None),
        (ops.REPORT.name, 0, None),
    ]
    assert aws.calls.count("iam", "GetCredentialReport") == 3
    assert aws.calls.count("iam", "GetLoginProfile") == 0


def test_a_report_that_may_not_be_ordered_is_not_waited_for(aws: Aws, bundle: Bundle) -> None:
    aws.account.user("ada").password()
    aws.faults.deny("iam", "GenerateCredentialReport")
    start = time.monotonic()
    found = records(collect(aws, bundle))
    assert time.monotonic() - start < 5
    assert aws.calls.count("iam", "GetCredentialReport") == 1
    assert found.credentials(aws.account.arn("user/ada"))  # asked for one by one


def test_an_older_report_is_read_when_no_new_one_may_be_ordered(aws: Aws, bundle: Bundle) -> None:
    aws.account.user("ada").password()
    aws.client("iam").generate_credential_report()
    aws.faults.deny("iam", "GenerateCredentialReport")
    collect(aws, bundle)
    assert aws.calls.count("iam", "GetLoginProfile") == 0


def test_keys_are_listed_for_those_who_have_some(aws: Aws, bundle: Bundle) -> None:
    aws.account.user("none")
    aws.account.user("one").key(created=ago(100), last_used=ago(1))
    both = aws.account.user("two")
    ids = {both.key(created=ago(300), last_used=ago(5), service="ec2"), both.key(created=ago(200), active=False)}
    found = records(collect(aws, bundle))
    assert asked(aws, "ListAccessKeys") == {"one", "two"}
    assert aws.calls.count("iam", "GetAccessKeyLastUsed") == 0
    keys = found.credentials(both.arn)
    assert {key.id for key in keys.values()} == ids
    assert {(k.status, k.activity and k.activity.detail) for k in keys.values()} == {
        ("active", "ec2 in us-east-1"), ("inactive", ""),
    }  # fmt: skip


def test_the_last_use_is_asked_for_where_the_report_leaves_it_open(aws: Aws, bundle: Bundle) -> None:
    twins, made = aws.account.user("twins"), ago(50)
    first = twins.key(created=made, last_used=ago(1), service="s3")
    second = twins.key(created=made, last_used=ago(40), service="sqs")
    found = records(collect(aws, bundle))
    assert {call.params["AccessKeyId"] for call in aws.calls.of("iam", "GetAccessKeyLastUsed")} == {first, second}
    used = {key.id: key.activity and key.activity.detail for key in found.of(Credential) if key.kind == "access-key"}
    assert used == {first: "s3 in us-east-1", second: "sqs in us-east-1"}


def test_second_factors_are_listed_where_none_of_them_is_virtual(aws: Aws, bundle: Bundle) -> None:
    aws.account.user("virtual").mfa()
    aws.account.user("passkey").mfa(kind="fido")
    aws.account.user("hardware").mfa(kind="hardware")
    aws.account.user("none")
    found = records(collect(aws, bundle))
    assert asked(aws, "ListMFADevices") == {"passkey", "hardware"}
    inventory = found.inventory
    assert {name: [f.kind for f in inventory.factors_of(aws.account.arn(f"user/{name}"))] for name in
            ("virtual", "passkey", "hardware", "none")} == {
        "virtual": ["totp"], "passkey": ["passkey"], "hardware": ["hardware"], "none": [],
    }  # fmt: skip


def test_certificates_are_listed_for_those_who_have_some(aws: Aws, bundle: Bundle) -> None:
    aws.account.user("old").signing_certificate(active=False)
    aws.account.user("new")
    collect(aws, bundle)
    assert asked(aws, "ListSigningCertificates") == {"old"}


def test_ssh_keys_are_listed_where_a_policy_could_open_codecommit(aws: Aws, bundle: Bundle) -> None:
    account = aws.account
    own = account.policy("git", allow("codecommit:GitPull"))
    account.group("coders", inline={"p": allow("code*:Git*")})
    account.group("pushers", attach=[own])
    for name, given in {
        "inline": {"inline": {"p": allow("codecommit:*")}},
        "attached": {"attach": [own]},
        "member": {"groups": ["coders"]},
        "other-member": {"groups": ["pushers"]},
        "admin": {"attach": ["AdministratorAccess"]},
        "everything-but": {"inline": {"p": document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})}},
        "storage": {"inline": {"p": allow("s3:*", "codebuild:*")}},
        "denied": {"inline": {"p": document({"Effect": "Deny", "Action": "codecommit:*", "Resource": "*"})}},
    }.items():
        account.user(name, **given).ssh_key()  # type: ignore[arg-type]
    found = records(collect(aws, bundle))
    expected = {"inline", "attached", "member", "other-member", "admin", "everything-but"}
    assert asked(aws, "ListSSHPublicKeys") == expected
    holders = {credential.holder for credential in found.of(Credential) if credential.kind == "ssh-key"}
    assert holders == {account.arn(f"user/{name}") for name in expected}


def test_a_user_that_is_younger_than_the_report_is_asked_for(aws: Aws, bundle: Bundle) -> None:
    aws.account.user("old").key()
    aws.client("iam").generate_credential_report()
    young = aws.account.user("young").password()
    young.mfa(kind="fido")
    young.key(last_used=ago(0.5))
    found = records(collect(aws, bundle))
    for operation in ("GetLoginProfile", "ListMFADevices", "ListSigningCertificates"):
        assert asked(aws, operation) == {"young"}
    assert asked(aws, "ListAccessKeys") == {"old", "young"}
    assert aws.calls.count("iam", "GetAccessKeyLastUsed") == 1
    assert aws.calls.count("iam", "ListUsers") == 0
    kinds = sorted(credential.kind for credential in found.credentials(young.arn).values())
    assert kinds == ["access-key", "password"]
    assert all(found.inventory.knows(SHARD.scope, aspect, young.arn) for aspect in ("credentials", "mfa"))


def test_without_a_report_everybody_is_asked_for(aws: Aws, bundle: Bundle) -> None:
    ada = aws.account.user("ada").password(last_used=ago(3)).mfa()
    ci = aws.account.user("ci")
    ci.key(last_used=ago(1))
    aws.faults.deny("iam", "GetCredentialReport")
    found = records(collect(aws, bundle))
    assert asked(aws, "GetLoginProfile") == asked(aws, "ListAccessKeys") == {"ada", "ci"}
    (password,) = found.credentials(ada.arn).values()
    assert password.activity is not None
    assert password.activity.last_used_at == ago(3)
    (key,) = found.credentials(ci.arn).values()
    assert key.activity is not None
    assert key.activity.last_used_at == ago(1)
    assert found.inventory.knows(SHARD.scope, "credentials", ci.arn)


def test_without_the_sweep_the_users_of_the_report_are_asked_for(aws: Aws, bundle: Bundle) -> None:
    ci = aws.account.user("ci", path="/robots/")
    key = ci.key(last_used=ago(1))
    aws.account.role("fn", trust_service("lambda.amazonaws.com"), max_session=7200)
    aws.faults.deny("iam", "GetAccountAuthorizationDetails")
    found = records(collect(aws, bundle))
    assert found.identity("ci").id == ci.arn
    assert [credential.id for credential in found.credentials(ci.arn).values()] == [key]
    assert found.identity("fn").attributes["max_session_minutes"] == "120"


@pytest.mark.parametrize("operation", ["ListAccessKeys", "ListSSHPublicKeys", "ListMFADevices"])
def test_a_refusal_is_not_asked_for_again_and_again(aws: Aws, bundle: Bundle, operation: str) -> None:
    for number in range(60):
        who = aws.account.user(f"u{number}", attach=["PowerUserAccess"])
        who.key()
        who.mfa(kind="fido")
    aws.faults.deny("iam", operation)
    found = records(collect(aws, bundle))
    assert aws.calls.count("iam", operation) <= 16
    assert len([identity for identity in found.of(Identity) if identity.kind == "iam-user"]) == 60
    # The report told of the keys and the factors, so what is missing are names.
    assert len([credential for credential in found.of(Credential) if credential.kind == "access-key"]) == 60


def test_one_user_that_is_refused_does_not_hide_the_others(aws: Aws, bundle: Bundle) -> None:
    for number in range(30):
        aws.account.user(f"u{number:02}").key()
    aws.faults.deny("iam", "ListAccessKeys", params={"UserName": "u00"})
    found = records(collect(aws, bundle))
    assert aws.calls.count("iam", "ListAccessKeys") == 30
    ids = {credential.id for credential in found.of(Credential) if credential.kind == "access-key"}
    assert aws.account.arn("user/u00/access-key-1") in ids
    assert len([id for id in ids if id.startswith("AKIA")]) == 29


def test_a_policy_that_the_sweep_did_not_give_is_read_by_itself(aws: Aws, bundle: Bundle) -> None:
    arn = aws.account.aws_policy("AmazonBedrockLimitedAccess")
    writer = bundle.writer(SHARD)
    writer.add(details(user("ada", AttachedManagedPolicies=attached(arn))))
    writer.close()
    evidence = collect(aws, bundle)
    assert aws.calls.count("iam", "GetAccountAuthorizationDetails") == 0  # the bundle had the answer
    assert aws.calls.count("iam", "GetPolicyVersion") == 1
    assert "bedrock:" in (records(evidence).inventory.policies[arn].document or "")


def test_what_a_bundle_holds_is_not_asked_for_again(aws: Aws, bundle: Bundle) -> None:
    for number in range(5):
        who = aws.account.user(f"u{number}", attach=["AdministratorAccess"])
        who.key(created=ago(9))
        who.mfa(kind="fido")
    aws.account.oidc("token.actions.githubusercontent.com")
    first = collect(aws, bundle, end=False)
    made = len(aws.calls)
    second = collect(aws, bundle)
    assert len(aws.calls) == made
    assert {(item.operation, str(item.params), item.page) for item in first} == {
        (item.operation, str(item.params), item.page) for item in second
    }


def test_issuers_and_the_rest_are_read(aws: Aws, bundle: Bundle) -> None:
    aws.account.oidc("token.actions.githubusercontent.com", audiences=["sts.amazonaws.com"])
    aws.account.saml("okta")
    aws.account.server_certificate("www")
    aws.account.user("u").service_credential(expires=datetime.now(UTC) + timedelta(days=30))
    found = records(collect(aws, bundle))
    assert {provider.kind for provider in found.inventory.federation_providers.values()} >= {"oidc", "saml"}
    assert {"server-certificate", "service-specific"} <= {credential.kind for credential in found.of(Credential)}


def test_outbound_federation_that_is_switched_off_is_an_answer(aws: Aws, bundle: Bundle) -> None:
    aws.faults.error("iam", "GetOutboundWebIdentityFederationInfo", "FeatureDisabled", status=404)
    (answered,) = [item for item in collect(aws, bundle) if item.operation == ops.OUTBOUND.name]
    assert (answered.problem, answered.body) == (None, None)
