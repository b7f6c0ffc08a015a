"""What IAM tells of identities that leave or enter the account: outbound tokens, delegation, organization features."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Outside:
    """State of an account."""

    issuer: str = ""
    """Issuer of its outbound tokens; "" while the feature is off."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Requests for temporary access, as the API shows them."""
    organization: str = ""
    """Id of the organization, in its management account; "" elsewhere."""
    features: list[str] = field(default_factory=list)
    """Features for root users that the organization has turned on."""


@answers("iam", "GetOutboundWebIdentityFederationInfo")
def _outbound(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    issuer = context.state(Outside).issuer
    if not issuer:
        raise ServiceError(
            "FeatureDisabled", "Outbound web identity federation feature is not enabled for this account.", 404
        )
    return {"IssuerIdentifier": issuer, "JwtVendingEnabled": True}


@answers("iam", "ListDelegationRequests")
def _requests(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    owner = params.get("OwnerId")
    requests = [item for item in context.state(Outside).requests if owner in (None, item.get("OwnerId"))]
    page, marker = paged(requests, params.get("Marker"), int(params.get("MaxItems") or 100))
    # The model spells this one with a small letter.
    return {"DelegationRequests": page, "isTruncated": marker is not None, **({"Marker": marker} if marker else {})}


@answers("iam", "ListOrganizationsFeatures")
def _features(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.state(Outside)
    if not state.organization:
        raise ServiceError(
            "AccountNotManagementOrDelegatedAdministratorException",
            "The request was rejected because the account making the request is not the management account or"
            " delegated administrator account for centralized root access.",
        )
    return {"OrganizationId": state.organization, "EnabledFeatures": state.features}
