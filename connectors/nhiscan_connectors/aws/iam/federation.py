"""Outside issuers that an account trusts, the account's own issuer, and partners with temporary access."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Assignment, FederationProvider, Identity
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.principals import tags_of
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.aws.times import moment

_OPEN = frozenset({"ACCEPTED", "FINALIZED"})


def parse_federation(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Token issuers, SAML providers, outbound federation and delegation requests."""
    details = {arn: bodies[0] for arn, bodies in answers.by_param(ops.OIDC, "OpenIDConnectProviderArn").items()}
    for item in answers.items(ops.OIDC_LIST, "OpenIDConnectProviderList"):
        arn = str(item["Arn"])
        detail = details.get(arn, {})
        issuer = str(detail.get("Url") or arn.partition("oidc-provider/")[2])
        yield FederationProvider(
            id=arn,
            provider="aws",
            kind="oidc",
            scope=shard.scope,
            name=issuer,
            issuer=issuer,
            audiences=tuple(map(str, detail.get("ClientIDList") or ())),
            created_at=moment(detail.get("CreateDate")),
            tags=tags_of(detail),
        )
    for item in answers.items(ops.SAML_LIST, "SAMLProviderList"):
        arn = str(item["Arn"])
        yield FederationProvider(
            id=arn,
            provider="aws",
            kind="saml",
            scope=shard.scope,
            name=arn.rpartition("/")[2],
            created_at=moment(item.get("CreateDate")),
            expires_at=moment(item.get("ValidUntil")),
        )
    for body in answers.bodies(ops.OUTBOUND):
        if body.get("IssuerIdentifier"):
            issuer = str(body["IssuerIdentifier"])
            yield FederationProvider(
                id=f"{shard.scope}/outbound-federation",
                provider="aws",
                kind="outbound-oidc",
                scope=shard.scope,
                name="outbound web identity federation",
                issuer=issuer,
                enabled=bool(body.get("JwtVendingEnabled")),
            )
    for request in answers.items(ops.DELEGATION, "DelegationRequests"):
        yield from _delegation(shard, request)


def _delegation(shard: Shard, request: dict[str, object]) -> Iterator[AnyRecord]:
    """A partner that asked for temporary access; it can act only while the request is accepted."""
    id = f"{shard.scope}/delegation-request/{request.get('DelegationRequestId')}"
    is_open = request.get("State") in _OPEN
    yield Identity(
        id=id,
        provider="aws",
        kind="delegation-request",
        name=str(request.get("RequestorName") or request.get("RequestorId") or id),
        scope=shard.scope,
        created_at=moment(request.get("CreateDate")),
        enabled=is_open,
        description=str(request.get("Description") or ""),
        attributes={"state": str(request.get("State") or "")},
    )
    if is_open:
        yield Assignment(
            principal=id,
            role=f"{id}/permissions",
            scope=shard.scope,
            expires_at=moment(request.get("ExpirationTime")),
            source=ops.DELEGATION.name,
        )
