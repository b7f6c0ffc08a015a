"""Whatever stands where an answer should be: nothing raises, the others are read, and what is missing is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.connector import Operation
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.plan import CALLER
from tests.connectors.aws.iam.support import ROOT_ARN, SCOPE, answer, details, parse, report, role, row, user, user_arn

KEYS = st.sampled_from([
    "Arn", "UserName", "AccessKeyMetadata", "AccessKeyId", "CreateDate", "AccessKeyLastUsed", "LastUsedDate", "Users",
    "LoginProfile", "MFADevices", "VirtualMFADevices", "SerialNumber", "User", "Certificates", "SSHPublicKeys",
    "ServiceSpecificCredentials", "ServiceName", "ExpirationDate", "ServerCertificateMetadataList", "SummaryMap",
    "OpenIDConnectProviderList", "Url", "ClientIDList", "Tags", "Key", "SAMLProviderList", "IssuerIdentifier",
    "DelegationRequests", "DelegationRequestId", "Permissions", "PermissionPolicy", "SessionDuration", "State", "Roles",
    "RoleName", "PolicyVersion", "Document", "Content", "GeneratedTime", "AccountAccessKeysPresent",
])  # fmt: skip
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=14,
)
PARAMS: dict[str, Any] = {
    "UserName": "ada",
    "AccessKeyId": "AKIA",
    "OpenIDConnectProviderArn": "arn",
    "PolicyArn": "arn:aws:iam::aws:p",
}


@settings(max_examples=250, deadline=None)
@given(st.sampled_from([*(op for op in ops.OPERATIONS if op is not ops.DETAILS), CALLER]), ANY)
def test_any_answer_to_any_call(operation: Operation, body: Any) -> None:
    records = parse(details(user("ada"), role("r")), answer(operation, body, **PARAMS))
    assert {"ada", "r", "root user"} <= {identity.name for identity in records.inventory.identities.values()}


@pytest.mark.parametrize(
    ("operation", "body", "aspect", "subject"),
    [
        (ops.KEYS, {"AccessKeyMetadata": "none"}, "credentials", user_arn("ada")),
        (ops.KEYS, {"AccessKeyMetadata": [7]}, "credentials", user_arn("ada")),
        (ops.KEYS, "html", "credentials", user_arn("ada")),
        (ops.MFA, {"MFADevices": {}}, "mfa", user_arn("ben")),
        (ops.SPECIFIC, {"ServiceSpecificCredentials": 7}, "credentials", user_arn("ada")),
        (ops.SPECIFIC, {"ServiceSpecificCredentials": [{"UserName": "ada"}]}, "credentials", user_arn("ada")),
        (ops.SUMMARY, {"SummaryMap": []}, "credentials", ROOT_ARN),
        (ops.SERVER_CERTIFICATES, {"ServerCertificateMetadataList": [{}]}, "credentials", SCOPE),
    ],
)
def test_a_damaged_answer_is_no_empty_answer(operation: Operation, body: Any, aspect: Any, subject: str) -> None:
    records = parse(details(user("ada"), user("ben")), answer(operation, body, UserName="ada"))
    assert not records.inventory.knows(SCOPE, aspect, subject)


def test_a_damaged_list_does_not_undo_the_report() -> None:
    shown = row("ada", access_key_1_active="true", access_key_1_last_rotated="2025-01-01T00:00:00Z")
    records = parse(details(user("ada")), report(shown), answer(ops.KEYS, {"AccessKeyMetadata": 7}, UserName="ada"))
    (key,) = records.credentials(user_arn("ada")).values()
    assert key.id == f"{user_arn('ada')}/access-key-1"
