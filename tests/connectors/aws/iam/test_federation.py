"""Outside issuers, the account's own issuer, and partners with temporary access."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan.model import Assignment, FederationProvider, Identity, Link, Ownership, Policy, PolicyUse
from nhiscan_connectors.aws.iam import operations as ops
from tests.connectors.aws.iam.support import (
    ACCOUNT,
    MADE,
    SCOPE,
    absent,
    allow,
    answer,
    details,
    document,
    encoded,
    moment,
    parse,
    refused,
    role_arn,
    user,
)

GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
LISTED = answer(ops.OIDC_LIST, {"OpenIDConnectProviderList": [{"Arn": GITHUB}]})


def test_an_oidc_provider_with_its_audiences() -> None:
    body = {
        "Url": "token.actions.githubusercontent.com", "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["ab"],
        "CreateDate": MADE, "Tags": [{"Key": "team", "Value": "ci"}],
    }  # fmt: skip
    records = parse(details(user("ada")), LISTED, answer(ops.OIDC, body, OpenIDConnectProviderArn=GITHUB))
    assert records.of(FederationProvider) == [
        FederationProvider(
            id=GITHUB, provider="aws", kind="oidc", scope=SCOPE, name="token.actions.githubusercontent.com",
            issuer="token.actions.githubusercontent.com", audiences=("sts.amazonaws.com",), created_at=moment(MADE),
            tags={"team": "ci"},
        )
    ]  # fmt: skip


def test_an_oidc_provider_that_could_not_be_read_is_still_an_issuer() -> None:
    records = parse(details(user("ada")), LISTED, refused(ops.OIDC, OpenIDConnectProviderArn=GITHUB))
    assert [p.issuer for p in records.of(FederationProvider)] == ["token.actions.githubusercontent.com"]


def test_a_saml_provider_ends_some_day() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:saml-provider/okta"
    listed = {"SAMLProviderList": [{"Arn": arn, "ValidUntil": "2027-02-03T04:05:06Z", "CreateDate": MADE}]}
    (found,) = parse(details(user("ada")), answer(ops.SAML_LIST, listed)).of(FederationProvider)
    assert (found.id, found.name, found.kind) == (arn, "okta", "saml")
    assert found.expires_at == moment("2027-02-03T04:05:06Z")


@pytest.mark.parametrize("enabled", [True, False])
def test_the_own_issuer_for_the_world_outside(enabled: bool) -> None:
    body = {"IssuerIdentifier": "https://abc.tokens.sts.global.api.aws", "JwtVendingEnabled": enabled}
    (found,) = parse(details(user("ada")), answer(ops.OUTBOUND, body)).of(FederationProvider)
    assert (found.kind, found.issuer, found.enabled) == ("outbound-oidc", body["IssuerIdentifier"], enabled)


def test_no_own_issuer_is_none() -> None:
    assert not parse(details(user("ada")), absent(ops.OUTBOUND)).of(FederationProvider)


def request(state: str, **more: Any) -> dict[str, Any]:
    return {
        "DelegationRequestId": "d-0123456789abcdef", "OwnerAccountId": ACCOUNT, "Description": "sets up monitoring",
        "RequestMessage": "please", "PermissionPolicy": encoded(document(allow("cloudwatch:*"))),
        "RolePermissionRestrictionArns": [f"arn:aws:iam::{ACCOUNT}:policy/limit"], "OwnerId": role_arn("admin"),
        "ApproverId": role_arn("boss"), "State": state, "ExpirationTime": "2026-12-01T00:00:00Z",
        "RequestorId": "444455556666", "RequestorName": "Watchers Inc", "CreateDate": MADE, "SessionDuration": 3600,
        "Permissions": {"PolicyTemplateArn": "arn:aws:iam::aws:delegation-template/watch"}, **more,
    }  # fmt: skip


ID = f"arn:aws:iam::{ACCOUNT}:delegation-request/d-0123456789abcdef"


@pytest.mark.parametrize(
    ("state", "acting"), [("ASSIGNED", False), ("PENDING_APPROVAL", False), ("ACCEPTED", False), ("FINALIZED", True)]
)
def test_a_partner_is_an_outside_identity_that_acts_once_it_has_its_token(state: str, acting: bool) -> None:
    records = parse(details(user("ada")), answer(ops.DELEGATION, {"DelegationRequests": [request(state)]}))
    partner = records.identity("Watchers Inc")
    assert (partner.id, partner.kind, partner.enabled) == (ID, "delegated-partner", acting)
    assert partner.attributes["partner_account"] == "444455556666"
    assert partner.attributes["max_session_minutes"] == "60"
    assert records.of(Assignment) == [
        Assignment(
            principal=ID, role="arn:aws:iam::aws:delegation-template/watch", scope=SCOPE, eligible=not acting,
            expires_at=moment("2026-12-01T00:00:00Z"), source=ops.DELEGATION.name,
        )
    ]  # fmt: skip
    assert [(o.subject, o.owner, o.kind) for o in records.of(Ownership)] == [(ID, role_arn("admin"), "sponsor")]
    assert [(link.source, link.target, link.kind) for link in records.of(Link)] == [(role_arn("boss"), ID, "approves")]
    assert records.signals(ID) == {"cross-account-trust"}
    assert (f"{ID}/policy/permissions", ID) in [(use.policy, use.target) for use in records.of(PolicyUse)]
    assert "cloudwatch" in str(next(p.document for p in records.of(Policy) if p.id.startswith(ID)))


@pytest.mark.parametrize("state", ["REJECTED", "EXPIRED"])
def test_what_is_over_is_not_told(state: str) -> None:
    records = parse(details(user("ada")), answer(ops.DELEGATION, {"DelegationRequests": [request(state)]}))
    assert not [identity for identity in records.of(Identity) if identity.kind == "delegated-partner"]


def test_permissions_of_a_partner_that_cannot_be_read_are_unknown() -> None:
    broken = request("FINALIZED", PermissionPolicy="}{")
    records = parse(details(user("ada")), answer(ops.DELEGATION, {"DelegationRequests": [broken]}))
    assert not records.inventory.knows(SCOPE, "policies", ID)
