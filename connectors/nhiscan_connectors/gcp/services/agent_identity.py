"""Agent Identity: what agents are given to open other services with, and whom they acted for. Never a token.

An auth provider keeps an API key, a client's secret or what users consented to, and hands it to agents. An access
summary says which agent acted for which user, with which scopes, and when first and last. The names of users are those
that the agent's application gave; Google does not check them.

Only projects in which agentidentity is enabled are asked: one call for the locations, two calls a location, and two
more for each auth provider (the agents that use it, and who may).

Attributes of an auth provider (a secret "google-agent-auth-provider"): "type" (api-key, two-legged, three-legged,
cross-app, gemini-enterprise, connector), "client_id", "token_url", "authorization_url" (without their paths),
"allowed_scopes", "blocked_scopes", "state", "pkce".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Secret, Signal, Usage
from nhiscan_connectors.common.addresses import origin
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing, Reading, labels_of
from nhiscan_connectors.gcp.bindings import holders
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import principal_id
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.locations import ask_everywhere, locations, placed
from nhiscan_connectors.gcp.vertex.principals import own_signal, principal_of

TYPE = "agentidentity.googleapis.com/AuthProvider"
_SECRETS = ("apiKey", "clientSecret", "additionalParameters", "accessToken", "refreshToken", "idToken")
LOCATIONS = locations("agentidentity", "identities of agents and what they act with", ("secrets", "agents"))
PROVIDERS = rest(
    "agentidentity:projects.locations.authProviders.list",
    "v1/projects/{number}/locations/{location}/authProviders",
    size=100,
    permission="agentidentity.authProviders.list",
    purpose="lists what agents are given to open other services with, without the values",
    hides="which keys and consents of users agents are given",
    blinds=("secrets",),
    drop=_SECRETS,
)
WORKLOADS = rest(
    "agentidentity:projects.locations.authProviders.queryWorkloads",
    "v1/{+name}:queryWorkloads",
    size=1000,
    permission="agentidentity.authProviders.queryWorkloads",
    purpose="tells which agents use an auth provider",
    hides="which agents use the auth provider",
    blinds=("agents",),
)
POLICY = rest(
    "agentidentity:projects.locations.authProviders.getIamPolicy",
    "v1/{+name}:getIamPolicy",
    query=(("options.requestedPolicyVersion", "3"),),
    permission="agentidentity.authProviders.getIamPolicy",
    purpose="tells who may be handed what an auth provider keeps",
    hides="who may be handed what the auth provider keeps",
    blinds=("policies",),
)
SUMMARIES = rest(
    "agentidentity:projects.locations.accessSummaries.list",
    "v1/projects/{number}/locations/{location}/accessSummaries",
    size=1000,
    permission="agentidentity.accessSummaries.list",
    purpose="tells which agent acted for which user with which scopes",
    hides="which agents acted for which users",
    blinds=("usage",),
    drop=_SECRETS,
)
_LISTING = Listing(type=TYPE, operation=PROVIDERS, key="authProviders", service="agentidentity")
_TYPES = {
    "apiKey": "api-key",
    "twoLeggedOauth": "two-legged",
    "threeLeggedOauth": "three-legged",
    "xaaAuthProvider": "cross-app",
    "geAuthProvider": "gemini-enterprise",
    "connectorReferenceAuthProvider": "connector",
}
_MOST_SCOPES = 20
"""Scopes that a sentence or an attribute names; of more, it tells the number."""


def collect(calls: Calls) -> None:
    """Providers and summaries of every location, then the agents of each provider."""
    place = calls.place
    if place.part != "project" or not place.enabled("agentidentity"):
        return
    found = ask_everywhere(calls, LOCATIONS, PROVIDERS, SUMMARIES)
    names: list[str] = []
    for bodies in found.values():
        for body in bodies:
            listed = body.get("authProviders")
            names += [text(table(item).get("name")) for item in (listed if isinstance(listed, list) else ())]
    calls.each(lambda name: calls.ask(WORKLOADS, POLICY, name=name), sorted(set(names) - {""}))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Auth providers as secrets, the agents that use them, and whom these acted for."""
    reading = Reading(shard, answers)
    used = reading.by_param(WORKLOADS, "name")
    for asset in placed(reading, None, TYPE, _LISTING):
        if asset.data.get("deleted") is not True:
            yield from _provider(reading, asset, used.get(text(asset.data.get("name")), []))
    for name, bodies in reading.by_param(POLICY, "name").items():
        id = reading.resource(f"//agentidentity.googleapis.com/{name}")
        for body in bodies:
            yield from holders(reading, POLICY, body, id, subject=id)
    for operation in (WORKLOADS, POLICY):
        for item in answers.of(operation):
            if item.problem is not None:
                id = reading.resource(f"//agentidentity.googleapis.com/{text(item.params.get('name'))}")
                yield gap_of(shard, operation, item.problem, item.detail, subjects=(id,))
    last_used: dict[str, datetime | None] = {}
    for summary in reading.items(SUMMARIES, "accessSummaries", "workloadId"):
        yield from _summary(reading, summary, last_used)
    for principal, last in sorted(last_used.items()):
        yield Usage(identity=principal, service="agentidentity", last_used_at=last, source=SUMMARIES.name)
    yield from reading.gaps()


def _provider(reading: Reading, asset: Asset, used: list[dict[str, Any]]) -> Iterator[AnyRecord]:
    params = table(asset.data.get("authProviderTypeParams"))
    field = next((one for one in _TYPES if one in params), "")
    settings = table(params.get(field))
    client = table(settings.get("clientSecretAuth")) or table(settings.get("clientAssertionJwtAuth")) or settings
    token_url = text(settings.get("tokenUrl")) or text(table(settings.get("customIssuer")).get("tokenUrl"))
    facts = {
        "type": _TYPES.get(field, ""),
        "client_id": text(client.get("clientId")),
        "token_url": origin(token_url),
        "authorization_url": origin(text(settings.get("authorizationUrl"))),
        "allowed_scopes": _scopes(asset.data.get("allowedScopes")),
        "blocked_scopes": _scopes(asset.data.get("blockedScopes")),
        "state": text(asset.data.get("state")).lower(),
        "pkce": "true" if settings.get("enablePkce") is True else "",
        "connector": text(settings.get("connector")),
    }
    yield Secret(
        id=asset.name,
        provider="gcp",
        kind="google-agent-auth-provider",
        name=asset.short,
        scope=reading.scope(asset),
        region=asset.location,
        created_at=moment(asset.data.get("createTime")),
        description=text(asset.data.get("description")),
        tags=labels_of(asset.data),
        attributes={key: value for key, value in facts.items() if value},
    )
    what = f"auth provider {asset.short}"
    written = [one for body in used for one in reading.texts(WORKLOADS, body, "workloadIds", asset.name)]
    for workload in sorted(set(written)):
        principal = principal_of(workload, reading.place.number)
        if not principal:
            reading.leave_out(WORKLOADS, f"{workload[:200]!r} is no identity", asset.name)
            continue
        yield from own_signal(principal, "an agent", asset.source)
        reason = f"the agent is given what {what} keeps"
        yield Link(source=principal, target=asset.name, kind="reads_secret", reason=reason)


def _summary(reading: Reading, item: dict[str, Any], last_used: dict[str, datetime | None]) -> Iterator[AnyRecord]:
    principal = principal_of(item["workloadId"], reading.place.number)
    if not principal:
        reading.leave_out(SUMMARIES, f"{item['workloadId'][:200]!r} is no identity")
        return
    user = text(item.get("userId"))
    last, scopes = moment(item.get("lastAccessTime")), _scopes(item.get("scopes"))
    when = f", last at {last:%Y-%m-%d %H:%M}" if last else ""
    opened = origin(text(item.get("tokenUrl")))
    reason = (
        f"the agent acted for {user or 'a user'} with {scopes or 'no scope that was told'}"
        f"{f' at {opened}' if opened else ''}{when}"
    )
    yield from own_signal(principal, "an agent", SUMMARIES.name)
    if user:
        # What an application calls its user is its own affair; an address is taken for that of an account.
        target = principal_id(f"user:{user}") if "@" in user else user
        yield Link(source=principal, target=target, kind="acted_for", reason=reason)
    told = reason.partition(", last at")[0]
    yield Signal(subject=principal, name="acted-for-user", detail=told, source=SUMMARIES.name)
    before = last_used.get(principal)
    last_used[principal] = max((at for at in (before, last) if at is not None), default=None)


def _scopes(value: object) -> str:
    found = sorted({one for one in value if isinstance(one, str)}) if isinstance(value, list) else []
    more = len(found) - _MOST_SCOPES
    return ", ".join(found[:_MOST_SCOPES]) + (f" and {more} more" if more > 0 else "")


SERVICE = Service(
    name="agent-identity",
    part="project",
    operations=(LOCATIONS, PROVIDERS, WORKLOADS, POLICY, SUMMARIES),
    collect=collect,
    parse=parse,
)
