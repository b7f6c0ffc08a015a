"""Applications that are registered in the tenant: their secrets and certificates, and whom they trust without one.

A credential of an application authenticates its service principal. An application that has none in its own tenant can
still act in others, so it is an identity of its own.

Calls: one a 999 applications for the list, one a 100 for federated credentials, and one $batch a 20 applications that
have as many of these as Graph gives at once, or that trust by an expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Identity, Signal
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.activity import CredentialUse, PrincipalUse
from nhiscan_connectors.azure.directory.credentials import credentials
from nhiscan_connectors.azure.directory.federation import trusts
from nhiscan_connectors.azure.directory.known import Known
from nhiscan_connectors.azure.directory.operations import (
    APPLICATIONS,
    BLUEPRINTS,
    EXPANDED,
    FEDERATED,
    FEDERATED_OF_APPLICATION,
)
from nhiscan_connectors.azure.directory.refusals import refusals
from nhiscan_connectors.azure.ids import application_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services.service_principals import BLUEPRINT, enabled
from nhiscan_connectors.common.fields import Fields, text
from nhiscan_connectors.common.times import moment

RELATION = "federatedIdentityCredentials"


def collect(calls: Calls) -> None:
    """The list, whom each trusts, and the rest of what did not fit."""
    calls.ask(APPLICATIONS)
    more = [
        {"application": item["id"]}
        for item in calls.items(FEDERATED)
        if isinstance(item, dict) and text(item.get("id")) and _is_partial(item)
    ]
    calls.batch(FEDERATED_OF_APPLICATION, more)


def _is_partial(item: dict[str, Any]) -> bool:
    found = item.get(RELATION)
    if not isinstance(found, list):
        return False
    return len(found) >= EXPANDED or any(isinstance(one, dict) and not text(one.get("subject")) for one in found)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Credentials and trust of each application, and an identity for one without a service principal."""
    fields = Fields(shard, answers)
    known = Known(answers)
    use, activity = CredentialUse(answers), PrincipalUse(answers)
    seen: set[str] = set()
    # Blueprints stand in both lists, and are listed alone where only that permission was given.
    for operation in (APPLICATIONS, BLUEPRINTS):
        for item in fields.items(operation, "value", "id"):
            if item["id"].lower() in seen:
                continue
            seen.add(item["id"].lower())
            owner, holder = application_id(item["id"]), known.actor(item)
            if holder == owner:
                yield from _alone(shard, known, item, operation, activity)
            yield from credentials(shard, fields, operation, item, owner=owner, holder=holder, use=use)
    yield from _federated(shard, fields, known)
    yield from refusals(shard, answers, FEDERATED_OF_APPLICATION, known.actor_of_application)
    yield from fields.gaps()


def _alone(
    shard: Shard, known: Known, item: dict[str, Any], operation: Api, activity: PrincipalUse
) -> Iterator[AnyRecord]:
    """An application without a service principal, as an identity."""
    id, client = application_id(item["id"]), text(item.get("appId")).lower()
    blueprint = item["id"].lower() in known.blueprints
    attributes = {
        "app_id": client,
        "application": id,
        "sign_in_audience": text(item.get("signInAudience")),
        "service_reference": text(item.get("serviceManagementReference")),
    }
    yield Identity(
        id=id,
        provider="azure",
        kind=BLUEPRINT if blueprint else "entra-application",
        name=text(item.get("displayName")) or item["id"],
        scope=shard.scope,
        created_at=moment(item.get("createdDateTime")),
        enabled=enabled(item),
        activity=activity.of(client),
        description=text(item.get("notes")),
        attributes={key: value for key, value in attributes.items() if value},
    )
    name = "agent-identity-object" if blueprint else "machine-account-object"
    detail = "the directory holds it as the blueprint of AI agents" if blueprint else "it is a registered application"
    yield Signal(subject=id, name=name, detail=detail, source=operation.name)


def _federated(shard: Shard, fields: Fields, known: Known) -> Iterator[AnyRecord]:
    whole = fields.by_param(FEDERATED_OF_APPLICATION, "application")
    for item in fields.items(FEDERATED, "value", "id"):
        identity = known.actor_of_application(item["id"])
        place = application_id(item["id"])
        # The full list repeats what the sweep gave of it; where it was refused, the sweep's part is what is known.
        bodies = [(FEDERATED_OF_APPLICATION, body, "value") for body in whole.get(item["id"], ())]
        for operation, body, key in bodies or [(FEDERATED, item, RELATION)]:
            for one in fields.within(operation, body, key, "issuer", subject=identity):
                yield from trusts(shard, fields, operation, one, identity=identity, place=place)


SERVICE = Service(
    name="applications",
    part="tenant",
    operations=(APPLICATIONS, FEDERATED, FEDERATED_OF_APPLICATION),
    collect=collect,
    parse=parse,
)
