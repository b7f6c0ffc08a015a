"""Outside issuers that an account trusts, and the account's own issuer for the world outside."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.model import FederationProvider
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.known import Known
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.common.times import moment


def parse_federation(known: Known) -> Iterator[FederationProvider]:
    """OIDC and SAML providers, and outbound web identity federation."""
    details = {arn: bodies[0] for arn, bodies in known.fields.by_param(ops.OIDC, "OpenIDConnectProviderArn").items()}
    for item in known.fields.items(ops.OIDC_LIST, "OpenIDConnectProviderList", "Arn"):
        arn = str(item["Arn"])
        detail = details.get(arn) or {}
        # The ARN ends with the issuer's address, so it is known even when the provider itself could not be read.
        issuer = str(detail.get("Url") or arn.partition(":oidc-provider/")[2])
        yield FederationProvider(
            id=arn,
            provider="aws",
            kind="oidc",
            scope=known.scope,
            name=issuer,
            issuer=issuer,
            audiences=tuple(known.fields.texts(ops.OIDC, detail, "ClientIDList")),
            created_at=moment(detail.get("CreateDate")),
            tags={tag["Key"]: text(tag.get("Value")) for tag in known.fields.within(ops.OIDC, detail, "Tags", "Key")},
        )
    for item in known.fields.items(ops.SAML_LIST, "SAMLProviderList", "Arn"):
        arn = str(item["Arn"])
        yield FederationProvider(
            id=arn,
            provider="aws",
            kind="saml",
            scope=known.scope,
            name=arn.partition(":saml-provider/")[2] or arn,
            created_at=moment(item.get("CreateDate")),
            expires_at=moment(item.get("ValidUntil")),
        )
    for body in known.fields.bodies(ops.OUTBOUND):
        if issuer := str(body.get("IssuerIdentifier") or ""):
            yield FederationProvider(
                id=f"{known.scope}/outbound-web-identity-federation",
                provider="aws",
                kind="outbound-oidc",
                scope=known.scope,
                name="outbound web identity federation",
                issuer=issuer,
                enabled=bool(body.get("JwtVendingEnabled")),
            )
