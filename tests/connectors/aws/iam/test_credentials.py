"""Passwords, keys, certificates and second factors, and who is unknown when one of the answers is missing."""

from __future__ import annotations

import pytest

from nhiscan.connector import Evidence, Operation
from nhiscan.model import Activity, Credential, Factor, Gap, Identity
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.factors import kind_of
from nhiscan_connectors.aws.iam.report import KEYS_TRACKED, PASSWORDS_TRACKED
from tests.connectors.aws.iam.support import (
    MADE,
    ROOT_ARN,
    SCOPE,
    absent,
    answer,
    details,
    moment,
    parse,
    refused,
    report,
    role,
    root_row,
    row,
    user,
    user_arn,
)

ADA = user_arn("ada")
KEY = "AKIAIOSFODNN7EXAMPLE"
ROTATED = "2025-05-06T07:08:09+00:00"


def keys(*ids: str, name: str = "ada", created: str = ROTATED, status: str = "Active") -> Evidence:
    listed = [{"UserName": name, "AccessKeyId": id, "Status": status, "CreateDate": created} for id in ids]
    return answer(ops.KEYS, {"AccessKeyMetadata": listed, "IsTruncated": False}, UserName=name)


def with_key(**fields: str) -> str:
    used = {"access_key_1_last_used_date": "2026-11-01T00:00:00+00:00", "access_key_1_last_used_service": "s3"}
    used |= {"access_key_1_last_used_region": "eu-west-1", "access_key_1_active": "true"}
    return row("ada", **{**used, "access_key_1_last_rotated": ROTATED, **fields})


# Trap 3: the sweep has no passwords, no keys and no second factors; the report and the lists have.


def test_a_key_has_its_id_from_the_list_and_its_use_from_the_report() -> None:
    records = parse(details(user("ada")), report(with_key()), keys(KEY))
    (key,) = records.credentials(ADA).values()
    assert key == Credential(
        id=KEY, provider="aws", kind="access-key", holder=ADA, scope=SCOPE, name=KEY, status="active",
        created_at=moment(ROTATED), lifetime="never_expires", long_lived=True,
        activity=Activity(
            last_used_at=moment("2026-11-01T00:00:00Z"), detail="s3 in eu-west-1", source=ops.REPORT.name
        ),
    )  # fmt: skip
    assert "access-keys-only" in records.signals(ADA)
    assert not records.of(Gap)


def test_keys_whose_ids_nobody_tells_count_all_the_same() -> None:
    records = parse(
        details(user("ada")), report(with_key(access_key_1_active="false")), refused(ops.KEYS, UserName="ada")
    )
    (key,) = records.credentials(ADA).values()
    assert (key.id, key.status, key.created_at) == (f"{ADA}/access-key-1", "inactive", moment(ROTATED))
    assert key.activity is not None
    assert records.inventory.knows(SCOPE, "credentials", ADA)


def test_keys_that_were_deleted_since_the_report_are_gone() -> None:
    records = parse(details(user("ada")), report(with_key()), keys())
    assert not records.credentials(ADA)


def test_a_key_in_doubt_has_the_use_that_was_asked_for() -> None:
    used = {"LastUsedDate": "2026-10-10T00:00:00Z", "ServiceName": "bedrock", "Region": "us-east-1"}
    younger = keys(KEY, created="2026-11-23T20:00:00Z")
    asked = answer(ops.KEY_USED, {"UserName": "ada", "AccessKeyLastUsed": used}, AccessKeyId=KEY)
    records = parse(details(user("ada")), report(with_key()), younger, asked)
    (key,) = records.credentials(ADA).values()
    assert key.activity == Activity(
        last_used_at=moment("2026-10-10T00:00:00Z"), detail="bedrock in us-east-1", source=ops.KEY_USED.name
    )
    assert "ai-service-last-used" in records.signals(ADA)


def test_a_key_that_was_never_used_says_since_when_that_is_known() -> None:
    never = {"ServiceName": "N/A", "Region": "N/A"}
    asked = answer(ops.KEY_USED, {"AccessKeyLastUsed": never}, AccessKeyId=KEY)
    records = parse(details(user("ada")), keys(KEY), asked)
    (key,) = records.credentials(ADA).values()
    assert key.activity == Activity(observed_since=KEYS_TRACKED, source=ops.KEY_USED.name)


def test_a_key_whose_use_was_refused_is_not_unused() -> None:
    records = parse(details(user("ada")), keys(KEY), refused(ops.KEY_USED, AccessKeyId=KEY))
    (key,) = records.credentials(ADA).values()
    assert key.activity is None


@pytest.mark.parametrize(("service", "said"), [("bedrock", True), ("s3", False), ("sagemaker", False), ("N/A", False)])
def test_the_service_of_the_last_use_speaks_for_ai(service: str, said: bool) -> None:
    records = parse(details(user("ada")), report(with_key(access_key_1_last_used_service=service)), keys(KEY))
    assert ("ai-service-last-used" in records.signals(ADA)) is said


def test_a_password_and_its_last_use() -> None:
    line = row(
        "ada", password_enabled="true", password_last_used="2026-11-20T08:00:00+00:00",
        password_last_changed="2026-01-02T03:04:05+00:00", mfa_active="true",
    )  # fmt: skip
    records = parse(details(user("ada")), report(line))
    (password,) = records.credentials(ADA).values()
    assert (password.id, password.kind, password.status) == (f"{ADA}/password", "password", "active")
    assert (password.created_at, password.rotated_at) == (None, moment("2026-01-02T03:04:05Z"))
    assert records.signals(ADA) == {"console-password", "recent-console-sign-in", "mfa-device"}


def test_an_old_sign_in_is_not_a_recent_one_and_none_is_said() -> None:
    old = row("ada", password_enabled="true", password_last_used="2026-08-01T00:00:00+00:00")
    assert parse(details(user("ada")), report(old)).signals(ADA) == {"console-password"}
    never = row("ada", password_enabled="true", password_last_used="no_information")
    assert parse(details(user("ada")), report(never)).signals(ADA) == {
        "console-password", "console-password-never-used",
    }  # fmt: skip
    unknown = row("ada", password_enabled="true", password_last_used="soon")
    assert parse(details(user("ada")), report(unknown)).signals(ADA) == {"console-password"}


# Trap 1: a Bedrock key without an expiry never expires, and neither does one that ends in a hundred years.


def specific(service: str = "bedrock.amazonaws.com", status: str = "Active", **more: str) -> Evidence:
    entry = {
        "UserName": "ada", "Status": status, "ServiceCredentialAlias": "ada-at-111122223333", "ServiceName": service,
        "ServiceSpecificCredentialId": "ACCAEXAMPLE", "CreateDate": MADE, **more,
    }  # fmt: skip
    return answer(ops.SPECIFIC, {"ServiceSpecificCredentials": [entry]}, AllUsers=True)


@pytest.mark.parametrize(
    ("expires", "lifetime"),
    [
        (None, "never_expires"),
        ("2124-01-01T00:00:00Z", "never_expires"),
        ("2051-06-21T04:05:07Z", "never_expires"),
        ("2051-06-21T04:05:05Z", "expires"),
        ("2026-12-24T00:00:00Z", "expires"),
        ("some day", "unknown"),
    ],
)
def test_when_a_service_key_ends(expires: str | None, lifetime: str) -> None:
    given = {} if expires is None else {"ExpirationDate": expires}
    records = parse(details(user("ada")), report(row("ada")), specific(**given))
    (key,) = records.credentials(ADA).values()
    assert (key.id, key.name, key.lifetime) == ("ACCAEXAMPLE", "ada-at-111122223333", lifetime)
    assert key.activity is None  # AWS does not tell when it was used


# Trap 2: Bedrock and Claude Platform are services of their own; CodeCommit, Keyspaces and logs are no AI.


@pytest.mark.parametrize(
    ("service", "ai"),
    [
        ("bedrock.amazonaws.com", "bedrock"),
        ("aws-external-anthropic.amazonaws.com", "anthropic"),
        ("logs.amazonaws.com", ""),
        ("codecommit.amazonaws.com", ""),
        ("cassandra.amazonaws.com", ""),
    ],
)
def test_which_service_keys_open_an_ai(service: str, ai: str) -> None:
    records = parse(details(user("ada")), report(row("ada")), specific(service))
    (key,) = records.credentials(ADA).values()
    assert (key.service, key.ai_provider) == (service, ai)
    assert ("ai-service-credential" in records.signals(ADA)) is bool(ai)


@pytest.mark.parametrize("status", ["Inactive", "Expired"])
def test_a_key_that_does_not_work_is_no_sign_of_ai(status: str) -> None:
    records = parse(details(user("ada")), report(row("ada")), specific(status=status))
    assert [c.status for c in records.credentials(ADA).values()] == [status.lower()]
    assert "ai-service-credential" not in records.signals(ADA)


def test_a_service_key_is_kept_when_its_user_was_not_told_of() -> None:
    records = parse(refused(ops.DETAILS), specific())
    assert records.credentials(ADA)


def test_ssh_keys_and_certificates() -> None:
    ssh = {"UserName": "ada", "SSHPublicKeyId": "APKAEXAMPLE", "Status": "Active", "UploadDate": MADE}
    certificate = {"UserName": "ada", "CertificateId": "CERT1", "Status": "Inactive", "UploadDate": MADE}
    server = {
        "ServerCertificateName": "www", "Arn": "arn:aws:iam::111122223333:server-certificate/www",
        "UploadDate": MADE, "Expiration": "2027-01-01T00:00:00Z",
    }  # fmt: skip
    records = parse(
        details(user("ada")),
        report(row("ada", cert_1_last_rotated=MADE)),
        answer(ops.SSH_KEYS, {"SSHPublicKeys": [ssh]}, UserName="ada"),
        answer(ops.SIGNING, {"Certificates": [certificate]}, UserName="ada"),
        answer(ops.SERVER_CERTIFICATES, {"ServerCertificateMetadataList": [server]}),
    )
    found = {c.kind: c for c in records.of(Credential)}
    assert found["ssh-key"].service == "codecommit.amazonaws.com"
    assert found["signing-certificate"].status == "inactive"
    assert (found["server-certificate"].holder, found["server-certificate"].expires_at) == (
        SCOPE, moment("2027-01-01T00:00:00Z"),
    )  # fmt: skip
    assert not any(found[kind].secret for kind in ("ssh-key", "signing-certificate", "server-certificate"))


def test_a_certificate_whose_id_nobody_tells_counts_all_the_same() -> None:
    shown = report(row("ada", cert_2_active="true", cert_2_last_rotated=MADE))
    records = parse(details(user("ada")), shown, refused(ops.SIGNING, UserName="ada"))
    (certificate,) = records.credentials(ADA).values()
    assert (certificate.id, certificate.status) == (f"{ADA}/certificate-2", "active")


# Without a report, or for a user that is younger than it, the calls a user tell the same.


def one_by_one(*more: Evidence) -> list[Evidence]:
    return [
        details(user("ada")),
        keys(KEY),
        answer(ops.KEY_USED, {"AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}, AccessKeyId=KEY),
        answer(ops.LOGIN, {"LoginProfile": {"UserName": "ada", "CreateDate": MADE}}, UserName="ada"),
        answer(ops.MFA, {"MFADevices": []}, UserName="ada"),
        answer(ops.SIGNING, {"Certificates": []}, UserName="ada"),
        answer(ops.SUMMARY, {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}}),
        *more,
    ]


def test_without_a_report_users_are_known_one_by_one() -> None:
    listed = answer(ops.USERS, {"Users": [{"Arn": ADA, "UserName": "ada", "PasswordLastUsed": "2026-11-23T00:00:00Z"}]})
    records = parse(*one_by_one(refused(ops.REPORT), listed))
    found = records.credentials(ADA)
    assert set(found) == {f"password {ADA}/password", f"access-key {KEY}"}
    password = found[f"password {ADA}/password"]
    assert (password.created_at, password.rotated_at) == (moment(MADE), None)
    assert password.activity == Activity(last_used_at=moment("2026-11-23T00:00:00Z"), source=ops.USERS.name)
    inventory = records.inventory
    assert inventory.has_factor(inventory.identities[ADA]) is False
    assert all(inventory.knows(SCOPE, aspect, ADA) for aspect in ("credentials", "mfa"))


def test_a_password_that_was_never_used_says_since_when_that_is_known() -> None:
    records = parse(*one_by_one(answer(ops.USERS, {"Users": [{"Arn": ADA, "UserName": "ada"}]})))
    password = records.credentials(ADA)[f"password {ADA}/password"]
    assert password.activity == Activity(observed_since=PASSWORDS_TRACKED, source=ops.USERS.name)


def test_no_login_profile_is_no_password() -> None:
    evidence = [item for item in one_by_one() if item.operation != ops.LOGIN.name]
    records = parse(*evidence, absent(ops.LOGIN, UserName="ada"))
    assert set(records.credentials(ADA)) == {f"access-key {KEY}"}
    assert "access-keys-only" in records.signals(ADA)
    assert records.inventory.knows(SCOPE, "credentials", ADA)


@pytest.mark.parametrize(
    ("operation", "aspect"),
    [(ops.KEYS, "credentials"), (ops.LOGIN, "credentials"), (ops.SIGNING, "credentials"), (ops.MFA, "mfa")],
)
@pytest.mark.parametrize("asked", [True, False])
def test_what_neither_the_report_nor_a_call_tells_is_unknown_of_that_user(
    operation: Operation, aspect: str, asked: bool
) -> None:
    evidence = [item for item in one_by_one() if item.operation != operation.name]
    if asked:
        evidence.append(refused(operation, UserName="ada"))
    records = parse(*evidence)
    (gap,) = records.gaps(operation)
    assert (gap.blinds, gap.subjects) == ((aspect,), (ADA,))
    assert (gap.reason, gap.permission) == (("denied", operation.name) if asked else ("failed", ""))
    assert "access-keys-only" not in records.signals(ADA)


def test_a_user_that_is_younger_than_the_report_has_its_own_answers() -> None:
    records = parse(report(row("ben"), root=root_row(mfa_active="true")), *one_by_one())
    assert set(records.credentials(ADA)) == {f"password {ADA}/password", f"access-key {KEY}"}
    assert not records.of(Gap)


def test_a_user_of_the_report_that_was_deleted_is_not_found_again() -> None:
    records = parse(details(user("ada")), report(row("ada"), row("gone")))
    assert [i.name for i in records.of(Identity) if i.kind == "iam-user"] == ["ada"]


def test_service_keys_that_could_not_be_listed_make_users_unknown_and_roles_not() -> None:
    records = parse(details(user("ada"), role("r")), report(row("ada")), refused(ops.SPECIFIC, AllUsers=True))
    assert not records.inventory.knows(SCOPE, "credentials", ADA)
    assert records.inventory.knows(SCOPE, "credentials", role("r")["Arn"])


def test_server_certificates_that_could_not_be_listed_make_no_user_unknown() -> None:
    records = parse(details(user("ada")), report(row("ada")), refused(ops.SERVER_CERTIFICATES))
    assert records.inventory.knows(SCOPE, "credentials", ADA)
    assert not records.inventory.knows(SCOPE, "credentials", SCOPE)


def test_ssh_keys_that_were_refused_make_that_user_unknown() -> None:
    both = report(row("ada"), row("ben"))
    records = parse(details(user("ada"), user("ben")), both, refused(ops.SSH_KEYS, UserName="ada"))
    assert not records.inventory.knows(SCOPE, "credentials", ADA)
    assert records.inventory.knows(SCOPE, "credentials", user_arn("ben"))


def test_a_report_that_is_none_is_said() -> None:
    records = parse(*one_by_one(answer(ops.REPORT, {"Content": "<html>"})))
    (gap,) = records.gaps(ops.REPORT)
    assert "not a credential report" in gap.detail


def test_neither_sweep_nor_report_hides_everything() -> None:
    records = parse(refused(ops.DETAILS), refused(ops.REPORT))
    (gap,) = records.gaps(ops.REPORT)
    assert (gap.blinds, gap.subjects) == (("credentials", "mfa", "activity"), ())


# The root user.


def root(*evidence: Evidence) -> tuple[Identity, dict[str, Credential], set[str]]:
    records = parse(details(user("ada")), *evidence)
    return records.identity("root user"), records.credentials(ROOT_ARN), records.signals(ROOT_ARN)


def test_the_root_user_as_the_report_tells_of_it() -> None:
    line = root_row(
        password_last_used="2026-11-20T00:00:00+00:00", mfa_active="true", access_key_1_active="true",
        access_key_1_last_rotated="2019-01-01T00:00:00+00:00",
    )  # fmt: skip
    identity, found, signals = root(report(root=line))
    assert (identity.id, identity.kind, identity.attributes["root"]) == (ROOT_ARN, "root-user", "true")
    assert set(found) == {f"password {ROOT_ARN}/password", f"access-key {ROOT_ARN}/access-key-1"}
    assert found[f"access-key {ROOT_ARN}/access-key-1"].status == "active"
    # Whether a root user has a password is not in a report that says "not_supported".
    assert found[f"password {ROOT_ARN}/password"].status is None
    assert signals == {"root-user", "mfa-device"}


def test_the_root_user_is_known_from_the_summary_when_the_report_is_refused() -> None:
    summary = {"AccountMFAEnabled": 0, "AccountAccessKeysPresent": 1, "AccountPasswordPresent": 1}
    identity, found, _ = root(refused(ops.REPORT), answer(ops.SUMMARY, {"SummaryMap": summary}))
    assert identity.attributes["root"] == "true"
    key = found[f"access-key {ROOT_ARN}/access-key-1"]
    assert (key.status, key.activity, key.created_at) == (None, None, None)
    assert found[f"password {ROOT_ARN}/password"].status == "active"


def test_a_root_user_without_any_credential_cannot_act() -> None:
    summary = answer(ops.SUMMARY, {"SummaryMap": {"AccountPasswordPresent": 0}})
    identity, found, _ = root(report(), summary)
    assert (identity.enabled, found) == (False, {})
    stripped, found, _ = root(report(root=root_row(password_enabled="FALSE")))
    assert (stripped.enabled, found) == (False, {})


def test_a_root_user_that_nobody_tells_of_is_unknown_and_still_there() -> None:
    records = parse(details(user("ada")), refused(ops.REPORT), refused(ops.SUMMARY))
    assert records.identity("root user").enabled is None
    assert not records.inventory.knows(SCOPE, "credentials", ROOT_ARN)
    assert not records.inventory.knows(SCOPE, "mfa", ROOT_ARN)


def test_other_partitions_have_other_root_users() -> None:
    entry = {**user("ada"), "Arn": "arn:aws-us-gov:iam::111122223333:user/ada"}
    assert parse(details(entry)).identity("root user").id == "arn:aws-us-gov:iam::111122223333:root"


# Second factors.


@pytest.mark.parametrize(
    ("serial", "kind", "resistant"),
    [
        ("arn:aws:iam::111122223333:mfa/ada", "totp", False),
        ("arn:aws:iam::111122223333:u2f/user/ada/YUBI", "passkey", True),
        ("arn:aws:iam::111122223333:sms-mfa/ada", "sms", False),
        ("GAHT12345678", "hardware", False),
        ("arn:aws:iam::111122223333:new/ada", "unknown", None),
    ],
)
def test_serial_numbers_say_what_a_factor_is(serial: str, kind: str, resistant: bool | None) -> None:
    assert kind_of(serial) == kind
    device = {"UserName": "ada", "SerialNumber": serial, "EnableDate": MADE}
    listed = answer(ops.MFA, {"MFADevices": [device]}, UserName="ada")
    records = parse(details(user("ada")), report(row("ada", mfa_active="true")), listed)
    assert records.of(Factor) == [
        Factor(id=serial, identity=ADA, kind=kind, phishing_resistant=resistant, enabled_at=moment(MADE))
    ]


def test_virtual_factors_of_users_and_of_the_root_user() -> None:
    serial = "arn:aws:iam::111122223333:mfa/{}"
    devices = [
        {"SerialNumber": serial.format("ada"), "EnableDate": MADE, "User": {"UserName": "ada", "Arn": ADA}},
        {"SerialNumber": serial.format("root-account-mfa-device"), "EnableDate": MADE, "User": {"Arn": ROOT_ARN}},
        {"SerialNumber": serial.format("nobody")},
    ]
    both = answer(ops.MFA, {"MFADevices": [{"UserName": "ada", "SerialNumber": serial.format("ada")}]}, UserName="ada")
    records = parse(
        details(user("ada")),
        report(row("ada", mfa_active="true")),
        answer(ops.VIRTUAL_MFA, {"VirtualMFADevices": devices}, AssignmentStatus="Assigned"),
        both,
    )
    assert {(f.identity, f.id.rpartition("/")[2]) for f in records.of(Factor)} == {
        (ADA, "ada"), (ROOT_ARN, "root-account-mfa-device"),
    }  # fmt: skip
    assert len(records.of(Factor)) == 2


def test_a_factor_of_which_only_the_report_knows_is_a_factor() -> None:
    records = parse(details(user("ada")), report(row("ada", mfa_active="true")), refused(ops.MFA, UserName="ada"))
    inventory = records.inventory
    assert inventory.has_factor(inventory.identities[ADA]) is True
    assert inventory.knows(SCOPE, "mfa", ADA)
    assert "mfa-device" in records.signals(ADA)
