"""AWS DevOps Agent: the spaces in which it works, the accounts it enters, and the services it holds credentials of.

IAM calls the service aidevops. AWS keeps the credentials of connected services and shows none of them. Access tokens
that people make for a space are not seen: IAM knows an action that lists them, no SDK a call. Every door of a space
asks for a sign-in, a signature or a token, so `public` is False.

Attributes of a space: `accounts` (AWS accounts that it enters), `services` (types of what is connected to it),
`elevated_actions` ("true": it may change things with its elevated roles), `mutating_tools`, `destructive_tools` (tools
that its owners let it use, by the class that they gave them), `no_external_id` (accounts whose role it takes on without
an external id), `operator_app` (how people sign in: iam, idc, idp), `operator_issuer`, `capabilities`, `webhooks` (how
those prove themselves who wake it: hmac, apikey ...), `kms_key`.

Attributes of a service and of its credential: `type`, `authorisation_method` (oauth-client-credentials, oauth-3lo,
api-key, bearer-token, custom-headers, access-token), `token_type` (personal, group); of a service also `endpoint`,
`owner`, `scopes`, `tenant_id`, `client_id`, `audiences`, `roles`, `header_names`, `kms_key`, `private_connection`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.detectors import llm_name
from nhiscan.model import AnyRecord, Link, Resource, Secret, Workload
from nhiscan_connectors.aws.agentcore.endpoints import endpoint, origin
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, role_arn
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "AWS DevOps Agent"

SPACES = call(
    "devops-agent:ListAgentSpaces",
    "lists the spaces in which AWS's DevOps agent works",
    "which spaces of the DevOps agent exist",
    permission="aidevops:ListAgentSpaces",
    blinds=("agents", "workloads"),
    drop=("description",),
)
SERVICES = call(
    "devops-agent:ListServices",
    "lists the outside services that the DevOps agent holds credentials of",
    "which outside services the DevOps agent reaches and with what credential",
    permission="aidevops:ListServices",
    # Roles that the agent takes on to use a service stand with the service.
    blinds=("agents", "secrets", "workloads"),
    # Values of fixed headers are credentials; the resources of a service can be ten thousand repositories.
    drop=("customHeaders", "accessibleResources", "description"),
)
ASSOCIATIONS = call(
    "devops-agent:ListAssociations",
    "tells the roles that a space takes on and the services that are connected to it",
    "which roles the space takes on and which services it uses",
    permission="aidevops:ListAssociations",
    blinds=("agents", "workloads"),
    drop=("customerEmail", "message"),
)
OPERATOR = call(
    "devops-agent:GetOperatorApp",
    "tells the role of the web application in which people work with a space",
    "the role of the space's web application and how people sign in to it",
    permission="aidevops:GetOperatorApp",
    blinds=("agents", "workloads"),
)
WEBHOOKS = call(
    "devops-agent:ListWebhooks",
    "tells how outside services that wake the agent prove themselves",
    "how those who wake the agent prove themselves",
    permission="aidevops:ListWebhooks",
    blinds=("agents",),
    # Whoever knows the address of a webhook can knock there.
    drop=("webhookUrl",),
)

_REGISTERED_WITH: Final = {
    "dynatrace": "oauth-client-credentials",
    "gitlab": "access-token",
    "mcpservernewrelic": "api-key",
    "pagerduty": "oauth-client-credentials",
    "servicenow": "oauth-client-credentials",
}
"""What the API takes when such a service is registered, where its answers do not repeat it."""
_STANDING: Final = frozenset({"access-token", "api-key", "bearer-token", "custom-headers", "oauth-client-credentials"})
"""Methods with a credential of the agent's own, which works until somebody revokes it. The others act for a person,
or with roles."""
_ROLES: Final = {
    "webIdentityRoleArn": "web identity role",
    "roleArn": "signing role",
    "mcpRoleArn": "MCP server role",
}
"""What a role is for, by the field of a service that names it."""
_ACCOUNTS: Final = ("aws", "sourceAws")


def collect(calls: Calls) -> None:
    """Two calls in a region without anything: spaces, and services, which belong to the account.

    Two more for each space, and one for each outside service that is connected to it.
    """
    for _ in calls.pages(SERVICES):
        pass
    spaces = [
        id
        for item in calls.items(SPACES, "agentSpaces", includedData="ALL_DATA")
        if (id := text(item.get("agentSpaceId")))
    ]
    calls.each(lambda space: calls.page(OPERATOR, agentSpaceId=space), spaces)

    def connected(space: str) -> list[tuple[str, str]]:
        return [
            (space, id)
            for item in calls.items(ASSOCIATIONS, "associations", agentSpaceId=space)
            if (id := text(item.get("associationId"))) and not set(_ACCOUNTS) & table(item.get("configuration")).keys()
        ]

    pairs = [pair for found in calls.each(connected, spaces) for pair in found]
    calls.each(lambda pair: calls.page(WEBHOOKS, agentSpaceId=pair[0], associationId=pair[1]), pairs)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a space; one resource a service, and a secret where the agent holds a standing credential of it."""
    reading = Reading(shard, answers)
    services: dict[str, _Connected] = {}
    for item in reading.items(SERVICES, "services", "serviceId"):
        services[item["serviceId"]] = _Connected(reading, item)
        yield from services[item["serviceId"]].records()
    operators = reading.details(OPERATOR, "agentSpaceId")
    associations, webhooks = reading.by_param(ASSOCIATIONS, "agentSpaceId"), reading.by_param(WEBHOOKS, "agentSpaceId")
    arns: dict[str, str] = {}
    for item in reading.items(SPACES, "agentSpaces", "agentSpaceId"):
        id = item["agentSpaceId"]
        arns[id] = reading.arn("aidevops", f"agentspace/{id}")
        space = _Space(reading, arns[id], item, services)
        for body in associations.get(id, ()):
            space.take(body)
        for body in webhooks.get(id, ()):
            space.hear(body)
        yield from space.records(operators.get(id, {}))
    for operation in (ASSOCIATIONS, OPERATOR, WEBHOOKS):
        yield from reading.gaps_of_details(operation, "agentSpaceId", arns)
    yield from reading.gaps()


class _Connected:
    """A service that is registered with the agent of the account."""

    def __init__(self, reading: Reading, item: dict[str, Any]) -> None:
        self._reading = reading
        self._item = item
        self.id = reading.arn("aidevops", f"service/{item['serviceId']}")
        self.type = text(item.get("serviceType"))
        details = table(item.get("additionalServiceDetails"))
        self._details = table(details.get(self.type)) or next(
            (table(value) for _, value in sorted(details.items()) if table(value)), {}
        )
        self.name = text(item.get("name")) or text(self._details.get("name")) or self.type or item["serviceId"]
        self._method = text(self._details.get("authorizationMethod")) or _REGISTERED_WITH.get(self.type, "")
        self.credential = f"{self.id}/credential" if self._method in _STANDING else ""
        """Id of the standing credential that the agent holds of it; empty where it holds none."""

    def roles(self) -> Iterator[tuple[str, str]]:
        """Roles that the agent takes on to use the service, and what each is for."""
        for field, detail in _ROLES.items():
            if role := role_arn(self._details.get(field)):
                yield role, detail

    def records(self) -> Iterator[AnyRecord]:
        """The service, its address, its credential."""
        reading, address = self._reading, self._address()
        created = moment(self._item.get("createdAt"))
        yield Resource(
            id=self.id,
            provider="aws",
            kind="devops-agent-service",
            name=self.name,
            scope=reading.scope,
            region=reading.region,
            node="tool",
            created_at=created,
            attributes=self._facts(address),
        )
        if address and self.type.startswith(("mcpserver", "remoteagent")):
            remote = self.type.startswith("remoteagent")
            yield endpoint(reading, address, "agent-endpoint" if remote else "mcp-endpoint")
            reason = (
                f"service {self.name} of the DevOps agent is {'the agent' if remote else 'the MCP server'} {address}"
            )
            yield Link(source=self.id, target=address, kind="invokes_tool", reason=reason)
        if self.credential:
            facts = {"type": self.type, "authorisation_method": self._method, **self._token()}
            yield Secret(
                id=self.credential,
                provider="aws",
                kind="devops-agent-credential",
                name=f"{self._method} of {self.name}",
                scope=reading.scope,
                region=reading.region,
                encrypted=True,
                ai_provider=llm_name(self.name),
                created_at=created,
                attributes={key: value for key, value in facts.items() if value},
            )
            reason = f"the DevOps agent keeps a credential of {self.name} ({self._method})"
            yield Link(source=self.id, target=self.credential, kind="stored_in", reason=reason)

    def _address(self) -> str:
        for field in ("endpoint", "targetUrl", "instanceUrl"):
            if found := origin(self._details.get(field)):
                return found
        return ""

    def _token(self) -> dict[str, str]:
        return {"token_type": text(self._details.get("tokenType"))}

    def _facts(self, address: str) -> dict[str, str]:
        details, reading = self._details, self._reading
        owners = ("owner", "organizationName", "teamName", "groupId", "accountId")
        headers = [text(details.get("apiKeyHeader")), *reading.texts(SERVICES, details, "customHeaderNames", self.id)]
        facts = {
            "type": self.type,
            "authorisation_method": self._method,
            **self._token(),
            "endpoint": address,
            "owner": next(filter(None, (text(details.get(field)) for field in owners)), ""),
            "scopes": ", ".join(reading.texts(SERVICES, details, "scopes", self.id)),
            "tenant_id": text(details.get("tenantId")),
            "client_id": text(details.get("clientId")),
            "audiences": ", ".join(reading.texts(SERVICES, details, "webIdentityTokenAudiences", self.id)),
            "roles": ", ".join(role for role, _ in self.roles()),
            "header_names": ", ".join(filter(None, headers)),
            "kms_key": text(self._item.get("kmsKeyArn")),
            "private_connection": text(self._item.get("privateConnectionName")),
        }
        return {key: value for key, value in facts.items() if value}


class _Space:
    """A space of the agent, with what is associated with it."""

    def __init__(self, reading: Reading, arn: str, item: dict[str, Any], services: dict[str, _Connected]) -> None:
        self._reading, self._arn, self._item, self._services = reading, arn, item, services
        self._name = text(item.get("name")) or item["agentSpaceId"]
        # Sets that keep the order of the answers.
        self._roles: dict[tuple[str, str], None] = {}
        self._accounts: dict[str, None] = {}
        self._unguarded: dict[str, None] = {}
        self._types: dict[str, None] = {}
        self._uses: dict[str, None] = {}
        self._capabilities: dict[str, None] = {}
        self._webhooks: dict[str, None] = {}
        self._tools: dict[str, dict[str, None]] = {"MUTATIVE": {}, "DESTRUCTIVE": {}}

    def take(self, body: dict[str, Any]) -> None:
        """Note one page of associations."""
        for item in self._reading.within(ASSOCIATIONS, body, "associations", subject=self._arn):
            for kind, settings in sorted(table(item.get("configuration")).items()):
                if isinstance(settings, dict):
                    self._association(kind, settings)
            for capability, value in sorted(table(item.get("capabilities")).items()):
                if table(value).get("enabled") is True:
                    self._capabilities[capability] = None
            if text(item.get("serviceId")) in self._services:
                self._uses[item["serviceId"]] = None

    def _association(self, kind: str, settings: dict[str, Any]) -> None:
        if kind in _ACCOUNTS:
            account = text(settings.get("accountId"))
            if account:
                self._accounts[account] = None
            if kind == "sourceAws" and not settings.get("externalId"):
                self._unguarded[account or "unknown"] = None
        else:
            self._types[kind] = None
        assumed = "source account role" if kind == "sourceAws" else "monitored account role"
        private = table(table(settings.get("networkAccess")).get("privateAccess"))
        for holder, field, detail in (
            (settings, "assumableRoleArn", assumed),
            (settings, "agentElevatedRoleArn", "elevated role"),
            (settings, "runtimeRoleArn", "runtime role"),
            (table(settings.get("bidirectional")), "roleArn", "chat role"),
            (private, "runtimeRoleArn", "runtime role"),
        ):
            if role := role_arn(holder.get(field)):
                self._roles[role, detail] = None
        for key in ("toolDetails", "enabledElevatedTools"):
            for tool in self._reading.within(ASSOCIATIONS, settings, key, "name", subject=self._arn):
                self._tools.get(text(tool.get("toolClassification")), {})[tool["name"]] = None

    def hear(self, body: dict[str, Any]) -> None:
        """Note the webhooks of one association."""
        for item in self._reading.within(WEBHOOKS, body, "webhooks", subject=self._arn):
            self._webhooks[text(item.get("webhookType")) or "unknown"] = None

    def records(self, operator: dict[str, Any]) -> Iterator[AnyRecord]:
        """The space, its roles, its services and their credentials."""
        reading, arn, item = self._reading, self._arn, self._item
        doors = {door: table(operator.get(door)) for door in ("iam", "idc", "idp") if table(operator.get(door))}
        yield Workload(
            id=arn,
            provider="aws",
            kind="devops-agent-space",
            name=self._name,
            scope=reading.scope,
            region=reading.region,
            agent=True,
            ai_platform=PLATFORM,
            created_at=moment(item.get("createdAt")),
            updated_at=moment(item.get("updatedAt")),
            public=False,
            attributes=self._facts(doors),
        )
        for door in doors.values():
            if role := role_arn(door.get("operatorAppRoleArn")):
                self._roles[role, "operator app role"] = None
        uses = [self._services[id] for id in self._uses]
        for service in uses:
            self._roles.update(dict.fromkeys(service.roles()))
        for role, detail in self._roles:
            yield from reading.runs_as(arn, role, detail)
        for service in uses:
            reason = f"DevOps agent space {self._name} uses {service.name} ({service.type})"
            yield Link(source=arn, target=service.id, kind="invokes_tool", reason=reason)
            if service.credential:
                reason = f"DevOps agent space {self._name} uses the credential of {service.name} that AWS keeps for it"
                yield Link(source=arn, target=service.credential, kind="reads_secret", reason=reason)

    def _facts(self, doors: dict[str, dict[str, Any]]) -> dict[str, str]:
        elevated = table(self._item.get("preferences")).get("elevatedActionsEnabled")
        facts = {
            "accounts": ", ".join(self._accounts),
            "services": ", ".join(self._types),
            "elevated_actions": str(elevated).lower() if isinstance(elevated, bool) else "",
            "mutating_tools": ", ".join(self._tools["MUTATIVE"]),
            "destructive_tools": ", ".join(self._tools["DESTRUCTIVE"]),
            "no_external_id": ", ".join(self._unguarded),
            "operator_app": ", ".join(doors),
            "operator_issuer": text(doors.get("idp", {}).get("issuerUrl")),
            "capabilities": ", ".join(self._capabilities),
            "webhooks": ", ".join(self._webhooks),
            "kms_key": text(self._item.get("kmsKeyArn")),
        }
        return {key: value for key, value in facts.items() if value}


SERVICE = Service(
    name="devops-agent",
    part="region",
    operations=(SPACES, SERVICES, ASSOCIATIONS, OPERATOR, WEBHOOKS),
    collect=collect,
    parse=parse,
)
