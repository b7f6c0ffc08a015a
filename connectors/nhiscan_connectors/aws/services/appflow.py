"""AppFlow connector profiles: the credentials with which data flows to and from SaaS products.

Calls: one list for each 100 profiles of a region; nothing more.

A profile is a secret of the kind "appflow-connector-profile" whose value AppFlow keeps in Secrets Manager. AppFlow
does not tell when a profile was last used, nor when its credential was changed.

Attributes: connector (Salesforce, Slack, CustomConnector, ...), label (which custom connector), mode (Public,
Private), host (of the SaaS product), token_host (that gives OAuth tokens), grant_type, roles (ARNs with which a
Redshift profile reads data), changed_at, ai_evidence ("endpoint" or "name").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.llm import llm_title
from nhiscan.model import AnyRecord, Link, Secret, llm_provider
from nhiscan_connectors.aws.agentcore.endpoints import LLM_HOSTS, host_of, origin
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.llm_keys import key_provider
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, role_arn
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PROFILES = call(
    "appflow:DescribeConnectorProfiles",
    "lists the credentials of SaaS products that data flows use; never a value",
    "which credentials of SaaS products AppFlow holds",
    blinds=("secrets",),
    # AWS takes these with a profile and promises never to give them back.
    drop=(
        "accessToken", "apiKey", "apiSecretKey", "apiToken", "applicationKey", "clientSecret", "jwtToken", "password",
        "privateKey", "refreshToken", "secretAccessKey", "secretKey",
    ),
)  # fmt: skip
_HOSTS = ("instanceUrl", "applicationHostUrl", "databaseUrl")


def collect(calls: Calls) -> None:
    """One list."""
    for _ in calls.pages(PROFILES):
        pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One secret a profile."""
    reading = Reading(shard, answers)
    for item in reading.items(PROFILES, "connectorProfileDetails", "connectorProfileArn", "connectorProfileName"):
        yield from _profile(reading, item)
    yield from reading.sightings(PROFILES, named_on_the_way("connectorProfileArn"))
    yield from reading.gaps()


def _profile(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = item["connectorProfileArn"], item["connectorProfileName"]
    properties = [part for part in table(item.get("connectorProfileProperties")).values() if isinstance(part, dict)]
    custom = [table(part.get("profileProperties")) for part in properties]
    named = [host_of(origin(part.get(key))) for part in properties for key in _HOSTS]
    hosts = sorted({host for host in (*named, *_all_hosts(custom)) if host})
    oauth = [table(part.get(key)) for part in properties for key in ("oAuth2Properties", "oAuthProperties")]
    roles = [role_arn(part.get(key)) for part in properties for key in ("roleArn", "dataApiRoleArn")]
    label, changed = text(item.get("connectorLabel")), moment(item.get("lastUpdatedAt"))
    token_hosts = {host_of(origin(part.get("tokenUrl"))) for part in oauth}
    provider, evidence = _provider((*hosts, *sorted(token_hosts)), label or name)
    facts = {
        "connector": text(item.get("connectorType")),
        "label": label,
        "mode": text(item.get("connectionMode")),
        "host": ", ".join(hosts),
        "token_host": ", ".join(sorted(token_hosts - {""})),
        "grant_type": ", ".join(grant for part in oauth if (grant := text(part.get("oAuth2GrantType")))),
        "roles": ", ".join(dict.fromkeys(role for role in roles if role)),
        "changed_at": changed.isoformat().replace("+00:00", "Z") if changed else "",
        "ai_evidence": evidence,
    }
    yield Secret(
        id=arn,
        provider="aws",
        kind="appflow-connector-profile",
        name=name,
        scope=reading.scope,
        region=reading.region,
        encrypted=True,
        ai_provider=provider,
        created_at=moment(item.get("createdAt")),
        attributes={key: value for key, value in facts.items() if value},
    )
    if secret := reading.secret_id(item.get("credentialsArn")):
        reason = f"connector profile {name} keeps its credential in {secret}"
        yield Link(source=arn, target=secret, kind="stored_in", reason=reason)
    if provider:
        reason = f"connector profile {name} seems to hold a key of {llm_title(provider)}, by its {evidence}"
        yield Link(source=arn, target=llm_provider(provider), kind="holds_key_of", reason=reason)


def _all_hosts(maps: list[dict[str, Any]]) -> Iterator[str]:
    for properties in maps:
        yield from (host_of(origin(value)) for value in properties.values())


def _provider(hosts: tuple[str, ...], name: str) -> tuple[str, str]:
    for host in hosts:
        if host in LLM_HOSTS:
            return LLM_HOSTS[host], "endpoint"
    return key_provider(name)


SERVICE = Service(name="appflow", part="region", operations=(PROFILES,), collect=collect, parse=parse)
