"""Identity Center: where it lives, what it provisions, and the applications and token issuers that moto lacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Application:
    """An application of Identity Center."""

    summary: dict[str, Any]
    """As ListApplications shows it."""
    grants: list[dict[str, Any]] = field(default_factory=list)
    scopes: list[dict[str, Any]] = field(default_factory=list)
    methods: list[dict[str, Any]] = field(default_factory=list)
    assignments: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class IdentityCenterState:
    """State of an account in a region."""

    here: bool = False
    """Whether the account has its Identity Center in the region; moto has one everywhere."""
    applications: list[Application] = field(default_factory=list)
    issuers: list[dict[str, Any]] = field(default_factory=list)
    """Trusted token issuers, each as DescribeTrustedTokenIssuer shows it."""


def _backend(context: Context) -> Any:
    from moto.ssoadmin.models import ssoadmin_backends

    return ssoadmin_backends[context.account][context.region]


def _page(key: str, items: list[Any], params: dict[str, Any], size: int = 50) -> dict[str, Any]:
    page, token = paged(items, params.get("NextToken"), min(int(params.get("MaxResults") or size), size))
    return {key: page, **({"NextToken": token} if token else {})}


def _application(context: Context, params: dict[str, Any]) -> Application:
    for application in context.regional(IdentityCenterState).applications:
        if application.summary["ApplicationArn"] == params["ApplicationArn"]:
            return application
    raise ServiceError("ResourceNotFoundException", "Application not found")


@answers("sso-admin", "ListInstances")
def _instances(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    if not context.regional(IdentityCenterState).here:
        return {"Instances": []}
    instances = [
        {
            "InstanceArn": instance.instance_arn,
            "IdentityStoreId": instance.identity_store_id,
            "OwnerAccountId": instance.account_id,
            "CreatedDate": instance.created_date,
            "Status": instance.status,
            **({"Name": instance.name} if instance.name else {}),
        }
        for instance in _backend(context).instances
    ]
    return _page("Instances", instances, params, 100)


@answers("sso-admin", "ListAccountsForProvisionedPermissionSet")
def _accounts(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    accounts = {
        assignment.target_id: None
        for assignment in _backend(context).account_assignments
        if assignment.permission_set_arn == params["PermissionSetArn"]
    }
    return _page("AccountIds", list(accounts), params, 100)


@answers("sso-admin", "ListPermissionSetsProvisionedToAccount")
def _provisioned(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    sets = {
        assignment.permission_set_arn: None
        for assignment in _backend(context).account_assignments
        if assignment.target_id == params["AccountId"]
    }
    return _page("PermissionSets", list(sets), params, 100)


@answers("sso-admin", "ListApplications")
def _applications(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(IdentityCenterState)
    return _page("Applications", [application.summary for application in state.applications], params)


@answers("sso-admin", "ListApplicationGrants")
def _grants(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _page("Grants", _application(context, params).grants, params)


@answers("sso-admin", "ListApplicationAccessScopes")
def _scopes(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _page("Scopes", _application(context, params).scopes, params, 10)


@answers("sso-admin", "ListApplicationAuthenticationMethods")
def _methods(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _page("AuthenticationMethods", _application(context, params).methods, params)


@answers("sso-admin", "ListApplicationAssignments")
def _assignments(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _page("ApplicationAssignments", _application(context, params).assignments, params, 100)


@answers("sso-admin", "ListTrustedTokenIssuers")
def _issuers(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    shown = [
        {key: value for key, value in issuer.items() if key != "TrustedTokenIssuerConfiguration"}
        for issuer in context.regional(IdentityCenterState).issuers
    ]
    return _page("TrustedTokenIssuers", shown, params)


@answers("sso-admin", "DescribeTrustedTokenIssuer")
def _issuer(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    for issuer in context.regional(IdentityCenterState).issuers:
        if issuer["TrustedTokenIssuerArn"] == params["TrustedTokenIssuerArn"]:
            return issuer
    raise ServiceError("ResourceNotFoundException", "Trusted token issuer not found")
