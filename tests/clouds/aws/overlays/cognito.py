"""Cognito: user pools with their clients' secrets and scopes, identity pools with their roles.

moto lacks the secrets of clients and the roles of identity pools. Where no pool is seeded, moto answers for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Cognito:
    """State of an account in a region, each record as the API shows it."""

    user_pools: list[dict[str, Any]] = field(default_factory=list)
    clients: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of their user pool; so are the next two."""
    servers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    groups: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    secrets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of their client."""
    identity_pools: list[dict[str, Any]] = field(default_factory=list)
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Answers of GetIdentityPoolRoles by the id of the identity pool."""
    page: int = 60
    """Largest page; tests make it smaller than AWS's."""


def _page(
    context: Context, key: str, items: list[dict[str, Any]], params: dict[str, Any], limit: str = "MaxResults"
) -> dict[str, Any]:
    size = min(int(params.get(limit) or 60), context.regional(Cognito).page)
    page, token = paged(items, params.get("NextToken"), size)
    return {key: page, **({"NextToken": token} if token else {})}


def _pool(context: Context, params: dict[str, Any]) -> str | None:
    """Id of the user pool that is asked about; None where moto is to answer. Raises ServiceError when there is none."""
    state = context.regional(Cognito)
    if not state.user_pools:
        return None
    id: str = params["UserPoolId"]
    if all(pool["Id"] != id for pool in state.user_pools):
        raise ServiceError("ResourceNotFoundException", f"User pool {id} does not exist.")
    return id


@answers("cognito-idp", "ListUserPools")
def _user_pools(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    pools = context.regional(Cognito).user_pools
    return _page(context, "UserPools", pools, params) if pools else None


@answers("cognito-idp", "ListUserPoolClients")
def _clients(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    pool = _pool(context, params)
    if pool is None:
        return None
    return _page(context, "UserPoolClients", context.regional(Cognito).clients.get(pool, []), params)


@answers("cognito-idp", "ListResourceServers")
def _servers(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    pool = _pool(context, params)
    if pool is None:
        return None
    return _page(context, "ResourceServers", context.regional(Cognito).servers.get(pool, []), params)


@answers("cognito-idp", "ListGroups")
def _groups(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    pool = _pool(context, params)
    return (
        None
        if pool is None
        else _page(context, "Groups", context.regional(Cognito).groups.get(pool, []), params, "Limit")
    )


@answers("cognito-idp", "ListUserPoolClientSecrets")
def _client_secrets(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return {"ClientSecrets": context.regional(Cognito).secrets.get(params["ClientId"], [])}


@answers("cognito-identity", "ListIdentityPools")
def _identity_pools(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    pools = context.regional(Cognito).identity_pools
    if not pools:
        return None
    shown = [{key: pool[key] for key in ("IdentityPoolId", "IdentityPoolName")} for pool in pools]
    return _page(context, "IdentityPools", shown, params)


@answers("cognito-identity", "DescribeIdentityPool")
def _identity_pool(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    pools = context.regional(Cognito).identity_pools
    if not pools:
        return None
    for pool in pools:
        if pool["IdentityPoolId"] == params["IdentityPoolId"]:
            return pool
    raise ServiceError("ResourceNotFoundException", "The identity pool does not exist.")


@answers("cognito-identity", "GetIdentityPoolRoles")
def _roles(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    id = params["IdentityPoolId"]
    return {"IdentityPoolId": id, **context.regional(Cognito).roles.get(id, {})}
