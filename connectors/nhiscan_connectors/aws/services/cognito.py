"""Cognito: client secrets of user pools, and identity pools, which hand the roles of AWS to people and to guests.

Calls: one list of user pools and one of identity pools in each region. For each user pool its clients and its
resource servers, and for each client one list of its secrets, which holds ids and dates and never a value. For each
identity pool its settings and its roles, and the groups of each user pool of the region whose groups choose the role.

What cannot be known. Only DescribeUserPoolClient tells which sign-in flows a client may use, and it returns the
client's secret in the same answer; nhiscan never calls it. So a client secret is told of without saying whether it is a
machine's (client_credentials) or a web application's. What is known is whether the pool has a scope of its own, which
is what machines are given: the attribute machine_sign_in is "possible" or "no-scope".
A client without a secret is a public one (a browser's or a phone's) and is no credential. Cognito does not tell when a
secret was last used; none of them expires.

Attributes of a "cognito-client-secret": client_id, client, user_pool, user_pool_id, machine_sign_in, secrets (how many
the client has: two while one replaces the other).
Attributes of a "cognito-identity-pool": guests ("true" where unauthenticated callers get a role), guest_role,
signed_in_role, classic_flow ("true" where callers may choose among the roles that trust the pool), signs_in_with
(names of identity providers), developer_provider. `public` says the same as guests.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, RunsAs, Secret, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, role_arn, tags_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

USER_POOLS = call(
    "cognito-idp:ListUserPools",
    "lists user pools",
    "which applications sign in at user pools",
    blinds=("secrets",),
)
CLIENTS = call(
    "cognito-idp:ListUserPoolClients",
    "lists the applications that may sign in at a user pool",
    "which applications may sign in at a user pool",
    blinds=("secrets",),
    drop=("ClientSecret",),
)
CLIENT_SECRETS = call(
    "cognito-idp:ListUserPoolClientSecrets",
    "lists ids and dates of an application's secrets; never a value",
    "whether an application has secrets, and how old they are",
    blinds=("secrets",),
    drop=("ClientSecretValue",),
)
SERVERS = call(
    "cognito-idp:ListResourceServers",
    "lists the scopes that machines may ask for",
    "whether machines may sign in at a user pool",
    blinds=(),
)
GROUPS = call(
    "cognito-idp:ListGroups",
    "lists the groups of a user pool and the role that each one hands out",
    "which roles the groups of a user pool hand out",
    blinds=("workloads",),
)
IDENTITY_POOLS = call(
    "cognito-identity:ListIdentityPools",
    "lists identity pools",
    "which identity pools hand out roles",
)
IDENTITY_POOL = call(
    "cognito-identity:DescribeIdentityPool",
    "reads who may sign in at an identity pool, and whether guests may",
    "whether anybody at all gets a role from an identity pool",
)
ROLES = call(
    "cognito-identity:GetIdentityPoolRoles",
    "reads the roles that an identity pool hands out",
    "which roles an identity pool hands out",
)

_PROVIDER = re.compile(
    r"cognito-idp\.([a-z0-9-]{1,30})\.amazonaws\.com(?:\.cn)?/([\w-]{1,55})(?::\w{1,128})?", re.ASCII
)


def collect(calls: Calls) -> None:
    """Two lists; the rest where they are not empty."""
    calls.each(lambda ask: ask(calls), (_ask_user_pools, _ask_identity_pools))


def _ask_user_pools(calls: Calls) -> None:
    def ask(pool: str) -> list[tuple[str, str]]:
        for _ in calls.pages(SERVERS, UserPoolId=pool):
            pass
        return [(pool, client) for client in _ids(calls.items(CLIENTS, "UserPoolClients", UserPoolId=pool), "ClientId")]

    pools = _ids(calls.items(USER_POOLS, "UserPools"), "Id")
    clients = [client for found in calls.each(ask, pools) for client in found]
    calls.each(lambda pair: calls.page(CLIENT_SECRETS, UserPoolId=pair[0], ClientId=pair[1]), clients)


def _ask_identity_pools(calls: Calls) -> None:
    def ask(pool: str) -> set[str]:
        calls.page(IDENTITY_POOL, IdentityPoolId=pool)
        return set(_pools_that_choose(calls.page(ROLES, IdentityPoolId=pool) or {}, calls.region))

    pools = _ids(calls.items(IDENTITY_POOLS, "IdentityPools"), "IdentityPoolId")
    choosing = sorted(set().union(*calls.each(ask, pools)))

    def groups(pool: str) -> None:
        for _ in calls.pages(GROUPS, UserPoolId=pool):
            pass

    calls.each(groups, choosing)


def _ids(items: Iterator[Any], key: str) -> list[str]:
    return [id for item in items if isinstance(item, dict) and (id := text(item.get(key)))]


def _pools_that_choose(body: dict[str, Any], region: str) -> Iterator[str]:
    """User pools of a region whose groups choose the role that a signed-in user gets."""
    for provider, mapping in table(body.get("RoleMappings")).items():
        match = _PROVIDER.fullmatch(provider)
        if match and match[1] == region and table(mapping).get("Type") == "Token":
            yield match[2]


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One secret a client secret, one workload an identity pool."""
    reading = Reading(shard, answers)
    yield from _client_secrets(reading)
    yield from _identity_pools(reading)
    yield from reading.sightings(IDENTITY_POOL, named_on_the_way("IdentityPoolId"))
    yield from reading.gaps()


def _client_secrets(reading: Reading) -> Iterator[AnyRecord]:
    pools = {item["Id"]: text(item.get("Name")) for item in reading.items(USER_POOLS, "UserPools", "Id")}
    machines = _machine_sign_in(reading)
    listed = reading.by_param(CLIENT_SECRETS, "ClientId")
    for item in reading.items(CLIENTS, "UserPoolClients", "ClientId", "UserPoolId"):
        client, pool = item["ClientId"], item["UserPoolId"]
        arn = reading.arn("cognito-idp", f"userpool/{pool}/client/{client}")
        facts = {
            "client_id": client,
            "client": text(item.get("ClientName")),
            "user_pool": pools.get(pool, ""),
            "user_pool_id": pool,
            "machine_sign_in": machines.get(pool, ""),
        }
        found = [
            secret
            for body in listed.get(client, ())
            for secret in reading.within(CLIENT_SECRETS, body, "ClientSecrets", "ClientSecretId", subject=arn)
        ]
        for secret in found:
            yield _client_secret(reading, arn, secret, {**facts, "secrets": str(len(found))})


def _machine_sign_in(reading: Reading) -> dict[str, str]:
    """By user pool: whether machines could ask for a scope of it. A pool of which that is not known is left out."""
    refused = reading.refused(SERVERS, "UserPoolId")
    found: dict[str, str] = {}
    for pool, bodies in reading.by_param(SERVERS, "UserPoolId").items():
        servers = (item for body in bodies for item in reading.within(SERVERS, body, "ResourceServers"))
        if any(server.get("Scopes") for server in servers):
            found[pool] = "possible"
        elif pool not in refused:
            found[pool] = "no-scope"
    return found


def _client_secret(reading: Reading, client: str, secret: dict[str, Any], facts: dict[str, str]) -> Secret:
    return Secret(
        id=f"{client}/secret/{secret['ClientSecretId']}",
        provider="aws",
        kind="cognito-client-secret",
        name=facts["client"] or facts["client_id"],
        scope=reading.scope,
        region=reading.region,
        encrypted=True,
        created_at=moment(secret.get("ClientSecretCreateDate")),
        rotation=False,
        attributes={key: value for key, value in facts.items() if value},
    )


def _identity_pools(reading: Reading) -> Iterator[AnyRecord]:
    settings, roles = reading.details(IDENTITY_POOL, "IdentityPoolId"), reading.details(ROLES, "IdentityPoolId")
    groups = reading.by_param(GROUPS, "UserPoolId")
    ids: dict[str, str] = {}
    led: dict[str, list[str]] = defaultdict(list)
    for item in reading.items(IDENTITY_POOLS, "IdentityPools", "IdentityPoolId"):
        pool = item["IdentityPoolId"]
        ids[pool] = reading.arn("cognito-identity", f"identitypool/{pool}")
        name = text(item.get("IdentityPoolName")) or pool
        handed = roles.get(pool, {})
        yield _identity_pool(reading, ids[pool], name, settings.get(pool, {}), handed)
        yield from _handed_out(reading, ids[pool], handed, groups)
        for users in _pools_that_choose(handed, reading.region):
            led[users].append(ids[pool])
    yield from reading.gaps_of_details(IDENTITY_POOL, "IdentityPoolId", ids)
    yield from reading.gaps_of_details(ROLES, "IdentityPoolId", ids)
    # The groups of one user pool may choose the roles of several identity pools.
    refused = zip(reading.refused(GROUPS, "UserPoolId"), reading.gaps_of_details(GROUPS, "UserPoolId", {}), strict=True)
    for users, gap in refused:
        yield msgspec.structs.replace(gap, subjects=tuple(dict.fromkeys(led[users])))


def _identity_pool(reading: Reading, arn: str, name: str, settings: dict[str, Any], handed: dict[str, Any]) -> Workload:
    guests = settings.get("AllowUnauthenticatedIdentities")
    classic = settings.get("AllowClassicFlow")
    given = table(handed.get("Roles"))
    providers = [
        *table(settings.get("SupportedLoginProviders")),
        *reading.texts(IDENTITY_POOL, settings, "OpenIdConnectProviderARNs", arn),
        *reading.texts(IDENTITY_POOL, settings, "SamlProviderARNs", arn),
        *(text(item.get("ProviderName")) for item in _pool_providers(reading, settings, arn)),
    ]
    facts = {
        "guests": str(guests).lower() if isinstance(guests, bool) else "",
        "guest_role": role_arn(given.get("unauthenticated")),
        "signed_in_role": role_arn(given.get("authenticated")),
        "classic_flow": str(classic).lower() if isinstance(classic, bool) else "",
        "signs_in_with": ", ".join(dict.fromkeys(provider for provider in providers if provider)),
        "developer_provider": text(settings.get("DeveloperProviderName")),
    }
    return Workload(
        id=arn,
        provider="aws",
        kind="cognito-identity-pool",
        name=name,
        scope=reading.scope,
        region=reading.region,
        public=guests if isinstance(guests, bool) else None,
        tags=tags_of(settings.get("IdentityPoolTags")),
        attributes={key: value for key, value in facts.items() if value},
    )


def _pool_providers(reading: Reading, settings: dict[str, Any], arn: str) -> Iterator[dict[str, Any]]:
    return reading.within(IDENTITY_POOL, settings, "CognitoIdentityProviders", subject=arn)


def _handed_out(
    reading: Reading, arn: str, handed: dict[str, Any], groups: dict[str, list[dict[str, Any]]]
) -> Iterator[RunsAs]:
    """Every role that a caller may get: by being signed in or not, by a rule about its claims, by its group."""
    given = table(handed.get("Roles"))
    found = [
        (given.get("authenticated"), "role of signed-in users"),
        (given.get("unauthenticated"), "role of guests"),
    ]
    for mapping in table(handed.get("RoleMappings")).values():
        rules = table(table(mapping).get("RulesConfiguration"))
        named = reading.within(ROLES, rules, "Rules", subject=arn)
        found.extend((rule.get("RoleARN"), "role of users that a rule chooses") for rule in named)
    for pool in _pools_that_choose(handed, reading.region):
        for body in groups.get(pool, ()):
            named = reading.within(GROUPS, body, "Groups", subject=arn)
            found.extend((group.get("RoleArn"), "role of a group of users") for group in named)
    seen: set[tuple[str, str]] = set()
    for role, detail in found:
        for record in reading.runs_as(arn, role, detail):
            if (record.identity, detail) not in seen:
                seen.add((record.identity, detail))
                yield record


SERVICE = Service(
    name="cognito",
    part="region",
    operations=(USER_POOLS, CLIENTS, CLIENT_SECRETS, SERVERS, GROUPS, IDENTITY_POOLS, IDENTITY_POOL, ROLES),
    collect=collect,
    parse=parse,
    # Both return secrets of clients, at user pools and at outside identity providers, among their settings.
    never=("cognito-idp:DescribeUserPoolClient", "cognito-idp:DescribeIdentityProvider"),
)
