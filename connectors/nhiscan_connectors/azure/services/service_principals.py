"""Service principals: applications as the tenant knows them, managed identities, and identities of agents.

Calls: one a 999 service principals, and one $batch a 20 of those that offer permissions to applications, which are
mostly Microsoft's own APIs. Owners, agents and sign-ins are asked for by other services, and what those found
completes what is told here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Identity, Signal
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.activity import CredentialUse, PrincipalUse
from nhiscan_connectors.azure.directory.credentials import credentials
from nhiscan_connectors.azure.directory.known import Known, listed, objects, shown
from nhiscan_connectors.azure.directory.operations import ROLES_ON, SERVICE_PRINCIPALS, SIGN_INS
from nhiscan_connectors.azure.directory.permissions import Delegated, offers_permissions
from nhiscan_connectors.azure.directory.publishers import MICROSOFT, ai_vendor
from nhiscan_connectors.azure.ids import application_id, resource_id, service_principal_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import Fields, text
from nhiscan_connectors.common.times import moment

__all__ = ["SERVICE", "SERVICE_PRINCIPALS"]

BLUEPRINT = "entra-agent-blueprint"
_AGENT = "entra-agent-identity"
_MANAGED = "entra-managed-identity"
_KINDS = {
    "Application": "entra-service-principal",
    "ManagedIdentity": _MANAGED,
    "ServiceIdentity": _AGENT,
    "Legacy": "entra-legacy-service-principal",
    "SocialIdp": "entra-social-identity-provider",
}
_TYPES = {
    "#microsoft.graph.agentIdentity": _AGENT,
    "#microsoft.graph.agentIdentityBlueprintPrincipal": BLUEPRINT,
}
_RESOURCE = re.compile(r"/subscriptions/[^\s?#]{1,1000}", re.IGNORECASE)
_AI_RESOURCES = re.compile(
    r"/subscriptions/.+/providers/microsoft\.(cognitiveservices/accounts/[^/]+(/projects/[^/]+)?|botservice/[^/]+/[^/]+)"
)
_AGENT_TAGS = re.compile(r"agenticapp|agenticinstance|power-virtual-agents-.*", re.IGNORECASE)


def collect(calls: Calls) -> None:
    """One sweep over the directory, and who holds the permissions of each API: one call an API, not one a holder."""
    apis = [
        {"principal": item["id"]}
        for item in calls.items(SERVICE_PRINCIPALS)
        if isinstance(item, dict) and text(item.get("id")) and offers_permissions(item)
    ]
    calls.batch(ROLES_ON, apis)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One identity a service principal, its own credentials, and what speaks for a class."""
    fields = Fields(shard, answers)
    reader = _Reader(shard, answers)
    for item in fields.items(SERVICE_PRINCIPALS, "value", "id"):
        yield from reader.identity(item)
        if reader.kind(item) != _MANAGED:  # Azure makes and renews the certificates of those, and shows them to nobody
            id = service_principal_id(item["id"])
            yield from credentials(
                shard, fields, SERVICE_PRINCIPALS, item, owner=id, holder=id, use=reader.credential_use
            )
    # The list of agents may be readable where the general one is not.
    told = {item["id"].lower() for item in objects(answers.bodies(SERVICE_PRINCIPALS))}
    for id, agent in reader.known.principals.items():
        if id not in told:
            yield from reader.identity(agent)
    yield from fields.gaps()


class _Reader:
    """Service principals of one tenant, as records."""

    def __init__(self, shard: Shard, answers: Answers) -> None:
        self.shard = shard
        self.known = Known(answers)
        self.use = PrincipalUse(answers)
        self.credential_use = CredentialUse(answers)
        self.delegated = Delegated(answers)

    def kind(self, principal: dict[str, Any]) -> str:
        """The kind of identity, by the list of agents or blueprints that it stands in, else by what it says itself."""
        id = principal["id"].lower()
        if id in self.known.agents:
            return _AGENT
        if id in self.known.blueprint_principals or self._application(principal).get("id", "").lower() in (
            self.known.blueprints
        ):
            return BLUEPRINT
        named = _TYPES.get(text(principal.get("@odata.type")))
        return named or _KINDS.get(text(principal.get("servicePrincipalType")), "entra-service-principal")

    def identity(self, item: dict[str, Any]) -> Iterator[AnyRecord]:
        """One service principal and its signals."""
        principal = self.known.principals.get(item["id"].lower(), item)
        kind, client = self.kind(principal), text(principal.get("appId")).lower()
        owner = text(principal.get("appOwnerOrganizationId")).lower()
        # An agent is the company's own, even where Microsoft wrote the blueprint that it was made from.
        provided = owner in MICROSOFT and kind != _AGENT
        id = service_principal_id(principal["id"])
        application = self._application(principal)
        yield Identity(
            id=id,
            provider="azure",
            kind=kind,
            name=text(principal.get("displayName")) or principal["id"],
            scope=self.shard.scope,
            created_at=moment(principal.get("createdDateTime")) or moment(application.get("createdDateTime")),
            enabled=False if enabled(application) is False else enabled(principal),
            activity=self.use.of(client),
            managed_by_provider=provided,
            description=text(principal.get("notes")) or text(application.get("notes")),
            attributes=self._attributes(principal, application, owner),
        )
        if not provided:
            yield from self._signals(principal, id, kind, owner)

    def _application(self, principal: dict[str, Any]) -> dict[str, Any]:
        if principal["id"].lower() in self.known.agents:
            return {}  # its client id is its own
        return self.known.application_of(text(principal.get("appId")))

    def _attributes(self, principal: dict[str, Any], application: dict[str, Any], owner: str) -> dict[str, str]:
        attributes = {
            "app_id": text(principal.get("appId")).lower(),
            "type": text(principal.get("servicePrincipalType")),
            "owner_tenant": owner,
            "resource": resource_of(principal),
            "disabled_by_microsoft": text(principal.get("disabledByMicrosoftStatus")),
            "application": application_id(application["id"]) if application else "",
            "sign_in_audience": text(application.get("signInAudience")) or text(principal.get("signInAudience")),
            "publisher": ai_vendor(principal) or _publisher(principal),
            "service_reference": text(application.get("serviceManagementReference")),
            "blueprint_app_id": text(principal.get("agentIdentityBlueprintId")).lower(),
            "created_by_app_id": text(principal.get("createdByAppId")).lower(),
            **self.delegated.attributes(self.known, principal["id"]),
        }
        return {key: value for key, value in attributes.items() if value}

    def _signals(self, principal: dict[str, Any], id: str, kind: str, owner: str) -> Iterator[Signal]:
        for name, detail, source in self._facts(principal, kind, owner):
            yield Signal(subject=id, name=name, detail=detail, source=source)

    def _facts(self, principal: dict[str, Any], kind: str, owner: str) -> Iterator[tuple[str, str, str]]:
        source = SERVICE_PRINCIPALS.name
        if kind == _AGENT:
            yield "agent-identity-object", "the directory holds it as the identity of an AI agent", source
        elif kind == BLUEPRINT:
            yield "agent-identity-object", "the directory holds it as the blueprint of AI agents", source
        elif kind == _MANAGED:
            yield from self._managed(principal)
        elif kind == "entra-service-principal":
            yield "machine-account-object", "it is the service principal of an application", source
        vendor = ai_vendor(principal)
        if vendor and owner != self.shard.options.get("tenant", ""):
            yield "ai-vendor-application", f"its verified publisher is {vendor}", source
        for tag in listed(principal.get("tags")):
            if _AGENT_TAGS.fullmatch(text(tag)[:100]):
                yield "tagged-as-agent", f"it has the tag {shown(tag)}", source
        client = text(principal.get("appId"))
        if self.use.is_program_only(client):
            yield "automation-only-sign-in", "it signed in as itself and never for a user", SIGN_INS.name

    def _managed(self, principal: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        resource = resource_of(principal)
        if _AI_RESOURCES.fullmatch(resource):
            detail = f"Azure made it for the AI resource {resource.rpartition('/')[2]}"
            yield "managed-identity-of-ai-resource", detail, SERVICE_PRINCIPALS.name
        else:
            detail = "it is a managed identity, which Azure gives to resources only"
            yield "machine-managed-identity", detail, SERVICE_PRINCIPALS.name


def enabled(item: dict[str, Any]) -> bool | None:
    """Whether an application or service principal can act; None when the answer does not say."""
    if text(item.get("disabledByMicrosoftStatus")).startswith("Disabled") or item.get("isDisabled") is True:
        return False
    return flag(item.get("accountEnabled"))


def resource_of(principal: dict[str, Any]) -> str:
    """Id of the resource that a managed identity belongs to, or is."""
    found = (name for name in listed(principal.get("alternativeNames")) if _RESOURCE.fullmatch(text(name)))
    return next((resource_id(name) for name in found), "")


def _publisher(principal: dict[str, Any]) -> str:
    verified = principal.get("verifiedPublisher")
    return text(verified.get("displayName"))[:80] if isinstance(verified, dict) else ""


SERVICE = Service(
    name="service-principals", part="tenant", operations=(SERVICE_PRINCIPALS, ROLES_ON), collect=collect, parse=parse
)
