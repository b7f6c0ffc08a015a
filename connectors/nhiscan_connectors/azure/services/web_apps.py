"""App Service: web apps, function apps, Logic Apps of the standard plan and their slots.

Calls in a subscription beside the sweep: one for each app and slot, for the references of its settings to vaults; for a
function app one to three more (see `resources.function_exposure`).

App Service gives the names of settings only together with their values, in a call that nhiscan never makes: of the
settings, it knows those that refer to a vault. That the others stay hidden is told once a subscription, where there is
an app, as a gap that does not count against the coverage, because no permission would close it.

Attributes: "kind", "state", "host", "https_only", "client_certificate", "public_network", "vault_identity" (what it
reads vaults as), "references" (how many settings refer to a vault), "unresolved" (names of those that fail),
"functions" (how many), "anonymous_functions" (those that ask for no key), "sign_in" (required, optional).
`public` is True only for a function app with a function that asks for no key, behind no sign-in and no closed network;
False where no network lets callers in or all must prove themselves; None for a web app, whose code may ask who calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Page, ReadError, Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.azure.api import arm
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources import function_exposure
from nhiscan_connectors.azure.resources.function_exposure import Exposure, Exposures, ask_exposure
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row, yes
from nhiscan_connectors.azure.resources.sweep import RESOURCES, SLOTS, swept
from nhiscan_connectors.azure.resources.types import SITES, SLOT
from nhiscan_connectors.azure.resources.variables import (
    Vaults,
    environment,
    in_resources,
    named_secret,
    secret_uri,
)
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import table, text

SITE = "microsoft.web/sites"
_FUNCTIONS = "azure-function-app"
REFERENCES = arm(
    "Microsoft.Web:sites.config.configreferences.appsettings.list",
    "/{+id}/config/configreferences/appsettings",
    "2023-12-01",
    permission="Microsoft.Web/sites/config/read",
    purpose="reads which settings of an app refer to secrets of a vault",
    hides="which secrets of vaults the app reads",
    blinds=("secrets",),
)
SETTINGS = arm(
    "Microsoft.Web:sites.config.appsettings.names",
    "/{+id}/config/appsettings",
    "2023-12-01",
    permission="Microsoft.Web/sites/config/read",
    purpose="stands for the names of settings, which App Service gives only with their values; it is never asked",
    hides="which settings of web apps and function apps hold keys themselves, without a vault",
    optional=True,
)
"""Never sent: it is here so that the report says what is not known."""


def collect(calls: Calls) -> None:
    """References of every app and slot."""
    apps = swept(calls, SITE, SLOT)
    calls.each(lambda row: calls.ask(REFERENCES, id=row.id), apps)
    calls.each(lambda row: ask_exposure(calls, row), [row for row in apps if _kind(row)[0] == _FUNCTIONS])
    if apps:
        for _ in calls.through(SETTINGS, _not_asked):
            pass


def _not_asked(token: str | None) -> Page:
    raise ReadError(
        "unsupported", "settings come only with their values, which nhiscan does not read", "OnlyWithValues"
    )


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload an app or slot."""
    reading = Reading(shard, answers)
    vaults = Vaults(reading)
    exposures = Exposures(reading)
    for row in reading.rows(SITE, SLOT):
        yield from _app(reading, vaults, exposures.of(row), row, reading.about(REFERENCES, row.id))
    yield from in_resources(reading, REFERENCES, *function_exposure.OPERATIONS)
    yield from reading.gaps()


def _app(
    reading: Reading, vaults: Vaults, exposure: Exposure, row: Row, bodies: list[dict[str, Any]]
) -> Iterator[AnyRecord]:
    kind, words = _kind(row)
    name = row.name if row.type == SITE else "/".join(row.id.split("/")[-3::2])
    title = f"{words} {name}"
    found = [item for body in bodies for item in reading.within(REFERENCES, body, "value", "name", subject=row.id)]
    settings = [(item["name"], _secret(vaults, table(item.get("properties")))) for item in found]
    facts = {
        **_facts(row),
        "references": str(len(settings) or ""),
        "unresolved": _unresolved(found),
        "functions": str(len(exposure.functions) or ""),
        "anonymous_functions": ", ".join(exposure.anonymous),
        "sign_in": exposure.sign_in,
    }
    variables = tuple(name for name, _ in settings)
    yield reading.workload(row, kind, attributes=facts, public=exposure.public, variables=variables)
    yield from reading.acts_as(row, title)
    yield from environment(row.id, title, settings, what="setting")


def _kind(row: Row) -> tuple[str, str]:
    kinds = set(row.kind.lower().split(","))
    if "workflowapp" in kinds:
        return "azure-logic-app", "logic app"
    return (_FUNCTIONS, "function app") if "functionapp" in kinds else ("azure-web-app", "web app")


def _facts(row: Row) -> dict[str, str]:
    properties = row.properties
    return {
        "kind": row.kind,
        "state": text(properties.get("state")),
        "host": text(properties.get("defaultHostName")),
        "https_only": yes(flag(properties.get("httpsOnly"))),
        "client_certificate": yes(flag(properties.get("clientCertEnabled"))),
        "public_network": text(properties.get("publicNetworkAccess")),
        "vault_identity": text(properties.get("keyVaultReferenceIdentity")),
    }


def _secret(vaults: Vaults, reference: dict[str, Any]) -> str:
    """Id of the secret that a setting refers to: by the address in the reference, or else by names."""
    _, _, rest = text(reference.get("reference")).partition("SecretUri=")
    uri = secret_uri(rest.rstrip(")").strip())
    uri = uri or named_secret(text(reference.get("vaultName")), text(reference.get("secretName")))
    return vaults.secret_id(uri) if uri else ""


def _unresolved(found: list[dict[str, Any]]) -> str:
    """Names of settings whose reference fails: the app runs without them, or with the text of the reference."""
    states = {item["name"]: text(table(item.get("properties")).get("status")) for item in found}
    return ", ".join(sorted(name for name, state in states.items() if state not in ("", "Resolved", "Initialized")))


SERVICE = Service(
    name="web-apps",
    part="subscription",
    operations=(RESOURCES, SITES, SLOTS, REFERENCES, SETTINGS, *function_exposure.OPERATIONS),
    collect=collect,
    parse=parse,
)
