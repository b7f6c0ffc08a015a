"""API keys: what each may call, from where, and the service account that it is bound to. Never the key itself.

A key without a service account stands for its project. One of the Gemini API is bound to an account since 2026 and acts
as it. A key that names no service may call every one that is enabled in its project and takes keys. Gemini took such
keys too until June 2026, and refuses since then those that nothing at all restricts; others it may still take.

Attributes of a key: "services" (that it may call, with commas), "unrestricted" ("true" where it names none),
"restricted_to" (callers that it is narrowed to: browser, server, android, ios), "open_to" (the AI service that an
unrestricted key opens because it is enabled in the project), "refused_since" (when that began to refuse such keys),
"may_open" (the one that it may open, where nobody told which services are enabled), "annotations" (their names).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.llm import llm_title
from nhiscan.model import AnyRecord, Credential, Link, Signal
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import SERVICES, Asset, Listing, Reading, ask, sweep
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.place import ANY
from nhiscan_connectors.gcp.plan import ENABLED
from nhiscan_connectors.gcp.service import Answers, Service

TYPE = "apikeys.googleapis.com/Key"
KEYS = sweep("api-keys", TYPE, hides="which API keys exist", blinds=("credentials",), drop=("keyString",))
LIST = rest(
    "apikeys:projects.locations.keys.list",
    "v2/projects/{number}/locations/global/keys",
    size=300,
    permission="apikeys.keys.list",
    purpose="lists a project's API keys without the keys, where Cloud Asset Inventory may not be read",
    hides="which API keys the project has",
    blinds=("credentials",),
    drop=("keyString",),
    there=True,
)
_LISTING = Listing(type=TYPE, operation=LIST, key="keys", service="apikeys")
_GEMINI = "generativelanguage.googleapis.com"
_REFUSED_SINCE = "June 2026"
"""From then on Gemini refuses keys without any restriction; source: "Using Gemini API keys"."""
_AI = {_GEMINI: "gemini", "aiplatform.googleapis.com": "vertex-ai"}
_RESTRICTIONS = {
    "browserKeyRestrictions": ("browser", "allowedReferrers"),
    "serverKeyRestrictions": ("server", "allowedIps"),
    "androidKeyRestrictions": ("android", "allowedApplications"),
    "iosKeyRestrictions": ("ios", "allowedBundleIds"),
}


def collect(calls: Calls) -> None:
    """One sweep, or one list a project."""
    ask(calls, KEYS, _LISTING)


def bound_accounts(reading: Reading) -> dict[str, str]:
    """Ids of the service accounts that an API key acts as, with the key's id."""
    return {
        service_account_id(email): asset.name
        for asset in reading.assets(KEYS, TYPE, _LISTING)
        if (email := text(asset.data.get("serviceAccountEmail"))) and not asset.data.get("deleteTime")
    }


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Keys as credentials of the account, or the project, that they stand for."""
    reading = Reading(shard, answers)
    gemini = _projects_with_gemini(reading)
    told = _services_are_told(reading)
    for asset in reading.assets(KEYS, TYPE, _LISTING):
        if not asset.data.get("deleteTime"):
            yield from _key(reading, asset, gemini, told)
    yield from reading.gaps()


def _key(reading: Reading, asset: Asset, gemini: frozenset[str], told: bool) -> Iterator[AnyRecord]:
    data = asset.data
    limits = table(data.get("restrictions"))
    targets = sorted({text(table(one).get("service")) for one in _listed(limits, "apiTargets")} - {""})
    account = text(data.get("serviceAccountEmail"))
    ai = next((_AI[one] for one in targets if one in _AI), "")
    open_to_gemini = not targets and asset.project in gemini
    callers = [word for name, (word, values) in _RESTRICTIONS.items() if _listed(table(limits.get(name)), values)]
    facts = {
        "services": ",".join(targets),
        "restricted_to": ",".join(callers),
        "unrestricted": "" if targets else "true",
        "open_to": "the Gemini API" if open_to_gemini else "",
        "refused_since": _REFUSED_SINCE if open_to_gemini and not callers and not account else "",
        "may_open": "" if targets or open_to_gemini or told else "the Gemini API",
        "annotations": ",".join(sorted(table(data.get("annotations"))))[:500],
    }
    yield Credential(
        id=asset.name,
        provider="gcp",
        kind="google-api-key",
        holder=service_account_id(account) if account else reading.scope(asset),
        scope=reading.scope(asset),
        name=text(data.get("displayName")) or asset.short,
        status="active",
        created_at=moment(data.get("createTime")),
        lifetime="never_expires",
        long_lived=True,
        service=targets[0] if len(targets) == 1 else "",
        ai_provider=ai or ("gemini" if open_to_gemini else ""),
        attributes={key: value for key, value in facts.items() if value},
    )
    if account and ai:
        yield Signal(
            subject=service_account_id(account),
            name="bound-to-llm-key",
            detail=f"API key {text(data.get('displayName')) or asset.short}, which opens {llm_title(ai)}, acts as it",
            source=asset.source,
        )
    elif account:
        yield Link(source=asset.name, target=service_account_id(account), kind="acts_as", reason="the key acts as it")


def _projects_with_gemini(reading: Reading) -> frozenset[str]:
    """Ids of the projects in which the Gemini API is enabled."""
    found: set[str] = set()
    for item in reading.items(SERVICES, "results", "name"):
        if item["name"].endswith(f"/{_GEMINI}") and text(item.get("state")) in ("", "ENABLED"):
            found.add(reading.projects.id_of(text(item.get("project"))))
    if reading.place.project and any(text(i.get("name")).endswith(_GEMINI) for i in reading.items(ENABLED, "services")):
        found.add(reading.place.project)
    return frozenset(found)


def _services_are_told(reading: Reading) -> bool:
    """Whether it is known which services are enabled, in all the projects that a shard tells of."""
    if reading.place.part == "project":
        return ANY not in reading.place.services
    refused = any(item.problem is not None for item in reading.answers.of(SERVICES))
    return not refused and any(True for _ in reading.items(SERVICES, "results", "name"))


def _listed(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []


SERVICE = Service(
    name="api-keys",
    part="any",
    operations=(KEYS, LIST, SERVICES, ENABLED),
    collect=collect,
    parse=parse,
)
