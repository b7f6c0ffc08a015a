"""EventBridge connections: the credentials with which events are sent to outside APIs, many of them LLM APIs.

Calls: one list of connections; where there is any, one list of API destinations and one DescribeConnection for each
connection, which tells the secret that keeps the value and the parameters that are sent in clear.

A connection is a secret of the kind "eventbridge-connection" whose value EventBridge keeps in Secrets Manager. Its
LLM provider is that of the host that it sends to, by the whole name of the host; only where it sends to none that is
known, its own name is judged.

`activity` is the last time that the connection was authorized: EventBridge renews tokens then, so it is a sign of use
for OAuth connections and no more than the set-up for keys and passwords. It is told only for OAuth.

Attributes: authorization (API_KEY, BASIC, OAUTH_CLIENT_CREDENTIALS), state, state_reason, endpoints (hosts of the API
destinations), authorization_endpoint (host that gives the OAuth tokens), client_id, key_name (name of the header that
carries the key), sent_in_clear (names of parameters that are sent and not stored as secrets), kms_key, ai_evidence
("endpoint", "name", "description"), changed_at, authorized_at, private ("true" for a connection into a VPC).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Evidence, Shard
from nhiscan.llm import llm_title
from nhiscan.model import Activity, AnyRecord, Link, Secret, llm_provider
from nhiscan_connectors.aws.agentcore.endpoints import LLM_HOSTS, host_of, origin
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.llm_keys import key_provider
from nhiscan_connectors.aws.regional import Reading, call, walked
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

CONNECTIONS = call(
    "events:ListConnections",
    "lists the connections with which events are sent to outside APIs",
    "which credentials of outside APIs EventBridge holds",
    blinds=("secrets",),
)
CONNECTION = call(
    "events:DescribeConnection",
    "reads which secret a connection uses and how it signs in; never a value",
    "which secret a connection uses and what it sends in clear",
    blinds=("secrets",),
    drop=("ApiKeyValue", "Password", "ClientSecret"),
)
DESTINATIONS = call(
    "events:ListApiDestinations",
    "lists the outside APIs that events are sent to",
    "which outside APIs connections are for",
    blinds=("secrets",),
)

_PARAMETERS = ("HeaderParameters", "QueryStringParameters", "BodyParameters")


def collect(calls: Calls) -> None:
    """One list, and the rest where it is not empty."""
    found = [item for item in calls.items(CONNECTIONS, "Connections") if isinstance(item, dict)]
    names = [name for item in found if (name := text(item.get("Name")))]
    if not names:
        return
    for _ in calls.pages(DESTINATIONS):
        pass
    calls.each(lambda name: calls.page(CONNECTION, Name=name), names)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One secret a connection."""
    reading = Reading(shard, answers)
    details = reading.details(CONNECTION, "Name")
    targets: dict[str, list[str]] = defaultdict(list)
    for item in reading.items(DESTINATIONS, "ApiDestinations", "ConnectionArn", "InvocationEndpoint"):
        if host := host_of(origin(item["InvocationEndpoint"])):
            targets[item["ConnectionArn"]].append(host)
    ids: dict[str, str] = {}
    for item in reading.items(CONNECTIONS, "Connections", "ConnectionArn", "Name"):
        arn = ids[item["Name"]] = item["ConnectionArn"]
        yield from _connection(reading, item, details.get(item["Name"], {}), sorted(set(targets[arn])))
    yield from reading.gaps_of_details(CONNECTION, "Name", ids)
    for operation in (CONNECTIONS, CONNECTION, DESTINATIONS):
        yield from reading.sightings(operation, _place)
    yield from reading.gaps()


def _connection(
    reading: Reading, item: dict[str, Any], detail: dict[str, Any], hosts: list[str]
) -> Iterator[AnyRecord]:
    arn, name = item["ConnectionArn"], item["Name"]
    parameters = table(detail.get("AuthParameters"))
    oauth = table(parameters.get("OAuthParameters"))
    provider, evidence = _provider(hosts, name, text(detail.get("Description")))
    authorization = text(item.get("AuthorizationType"))
    authorized = moment(item.get("LastAuthorizedTime")) or moment(detail.get("LastAuthorizedTime"))
    changed = moment(item.get("LastModifiedTime"))
    facts = {
        "authorization": authorization,
        "state": text(item.get("ConnectionState")),
        "state_reason": text(item.get("StateReason")),
        "endpoints": ", ".join(hosts),
        "authorization_endpoint": host_of(origin(oauth.get("AuthorizationEndpoint"))),
        "client_id": text(table(oauth.get("ClientParameters")).get("ClientID")),
        "key_name": text(table(parameters.get("ApiKeyAuthParameters")).get("ApiKeyName")),
        "sent_in_clear": ", ".join(_clear(reading, arn, parameters)),
        "kms_key": text(detail.get("KmsKeyIdentifier")),
        "ai_evidence": evidence,
        "changed_at": changed.isoformat().replace("+00:00", "Z") if changed else "",
        "authorized_at": authorized.isoformat().replace("+00:00", "Z") if authorized else "",
        "private": "true" if table(detail.get("InvocationConnectivityParameters")) else "",
    }
    yield Secret(
        id=arn,
        provider="aws",
        kind="eventbridge-connection",
        name=name,
        scope=reading.scope,
        region=reading.region,
        encrypted=True,
        ai_provider=provider,
        created_at=moment(item.get("CreationTime")),
        activity=Activity(last_used_at=authorized, detail="a token was had", source=CONNECTIONS.name)
        if authorized and authorization == "OAUTH_CLIENT_CREDENTIALS"
        else None,
        description=text(detail.get("Description")),
        attributes={key: value for key, value in facts.items() if value},
    )
    if secret := reading.secret_id(detail.get("SecretArn")):
        reason = f"connection {name} keeps its credential in {secret}"
        yield Link(source=arn, target=secret, kind="stored_in", reason=reason)
    if provider:
        by = f"it sends to {', '.join(hosts)}" if evidence == "endpoint" else f"its {evidence} says so"
        reason = f"connection {name} holds a key of {llm_title(provider)}: {by}"
        yield Link(source=arn, target=llm_provider(provider), kind="holds_key_of", reason=reason)


def _provider(hosts: list[str], name: str, description: str) -> tuple[str, str]:
    for host in hosts:
        if host in LLM_HOSTS:
            return LLM_HOSTS[host], "endpoint"
    return ("", "") if hosts else key_provider(name, None, description)


def _clear(reading: Reading, arn: str, parameters: dict[str, Any]) -> list[str]:
    """Names of the parameters that go along with each call and are not kept as secrets."""
    found: list[str] = []
    for around in (parameters, table(parameters.get("OAuthParameters"))):
        for holder in ("InvocationHttpParameters", "OAuthHttpParameters"):
            sent = table(around.get(holder))
            for key in _PARAMETERS:
                named = reading.within(CONNECTION, sent, key, "Key", subject=arn)
                found.extend(item["Key"] for item in named if item.get("IsValueSecret") is not True)
    return list(dict.fromkeys(found))


def _place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
    body = table(item.body)
    subject, where = text(body.get("ConnectionArn")), ""
    for step, here in walked(body, path):
        if isinstance(here, dict):
            subject = text(here.get("ConnectionArn")) or subject
            if text(here.get("Key")):
                where = f"parameter {here['Key']}"
        if step == "Description":
            where = "description"
        if step == "InvocationEndpoint":
            where = "address of an API destination"
    return subject, where


SERVICE = Service(
    name="event-connections",
    part="region",
    operations=(CONNECTIONS, CONNECTION, DESTINATIONS),
    collect=collect,
    parse=parse,
)
