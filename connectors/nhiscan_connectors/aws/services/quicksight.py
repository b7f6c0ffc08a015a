"""Amazon Quick (QuickSight): agents that people build for themselves, the connectors that they act with, and flows.

Attributes of a connector: `type` (AMAZON_S3, JIRA_CLOUD, GENERIC_HTTP ...), `authentication` (IAM, API_KEY, BASIC,
OAUTH2_CLIENT_CREDENTIALS, OAUTH2_AUTHORIZATION_CODE, NONE), `status`, `server`, `actions` (that are enabled),
`client_id`, `source` (on whose behalf the role is used), `vpc_connection`. Of an agent: `lifecycle` (PREVIEW,
PUBLISHED), `status`, `connectors` and `spaces` (how many). Of a flow: `publish_state`, `runs`, `users` (how many).

Only people who are signed in use them, so `public` is False. Amazon Quick keeps the credentials of connectors and shows
none; those that work until somebody revokes them are Secrets "quick-action-credential" with `type` and
`authentication`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from nhiscan.connector import AbsentError, Operation, Page, Params, ReadError, Shard
from nhiscan.detectors import llm_name
from nhiscan.llm import llm_title
from nhiscan.model import AnyRecord, Link, Ownership, Secret, Workload, llm_provider
from nhiscan_connectors.aws.agentcore.endpoints import LLM_HOSTS, endpoint, host_of, origin
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "Amazon Quick"

SUBSCRIPTION = call(
    "quicksight:DescribeAccountSubscription",
    "tells whether the account uses Amazon Quick at all",
    "whether the account uses Amazon Quick, and all that its people built there",
    blinds=("agents", "workloads"),
    drop=("NotificationEmail",),
)
CONNECTORS = call(
    "quicksight:ListActionConnectors",
    "lists the connectors with which Amazon Quick acts in other systems",
    "which systems Amazon Quick acts in",
    blinds=("agents", "workloads"),
)
CONNECTOR = call(
    "quicksight:DescribeActionConnector",
    "tells the role or the kind of credential that a connector logs in with",
    "the role or the kind of credential that the connector logs in with",
    blinds=("agents", "workloads", "secrets"),
    drop=("Username", "Email"),
)
AGENTS = call(
    "quicksight:ListAgents",
    "lists the agents that people built in Amazon Quick",
    "which agents people built in Amazon Quick",
    blinds=("agents", "workloads"),
)
AGENT = call(
    "quicksight:DescribeAgent",
    "tells who made an agent and the connectors that it acts with",
    "who made the agent and what it acts with",
    blinds=("agents", "owners"),
    # Text for a model and for people, which nhiscan does not read.
    drop=(
        "CustomInstructions", "Identity", "OutputStyle", "ResponseLength", "StarterPrompts", "Tone", "WelcomeMessage",
        "promptSummary",
    ),
)  # fmt: skip
FLOWS = call(
    "quicksight:ListFlows",
    "lists the flows that people built in Amazon Quick",
    "which flows people built in Amazon Quick",
    blinds=("agents", "workloads"),
)

_HOME = re.compile(r"your identity region is ([a-z]{2}(?:-[a-z]{1,12}){1,3}-\d{1,2})(?![\w-])", re.ASCII)
_STANDING: Final = frozenset({"API_KEY", "BASIC", "OAUTH2_CLIENT_CREDENTIALS"})
"""Ways to log in with a credential of the connector's own; the others act for a person or with a role."""


class _AtHome(Calls):
    """Calls that understand how Amazon Quick says that something is not here.

    A subscription has one home region. Elsewhere AWS refuses calls about it as if they were not allowed, and names that
    region; an edition without a feature refuses the calls about that feature.
    """

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls._sessions, calls.shard, calls._sink)

    def _fetch(self, operation: Operation, params: Params, region: str) -> Callable[[str | None], Page]:
        fetch = super()._fetch(operation, params, region)

        def understood(token: str | None) -> Page:
            try:
                return fetch(token)
            except ReadError as error:
                home = _HOME.search(error.message) if error.code == "AccessDeniedException" else None
                if home and operation is SUBSCRIPTION:
                    return Page(body={"IdentityRegion": home[1]})
                if home or error.code == "UnsupportedUserEditionException":
                    raise AbsentError(f"{operation.name}: {error.message}") from error
                raise

        return understood


def collect(calls: Calls) -> None:
    """One call in an account that does not use Amazon Quick.

    Else three more, and one for each connector and agent, in every region: what people build may stand outside of the
    home of the subscription.
    """
    quick, account = _AtHome(calls), calls.account
    told = quick.page(SUBSCRIPTION, AwsAccountId=account)
    if told is None or table(told.get("AccountInfo")).get("AccountSubscriptionStatus") == "UNSUBSCRIBED":
        return
    connectors = [
        id
        for item in quick.items(CONNECTORS, "ActionConnectorSummaries", AwsAccountId=account)
        if (id := text(item.get("ActionConnectorId")))
    ]
    agents = [
        id for item in quick.items(AGENTS, "AgentSummaries", AwsAccountId=account) if (id := text(item.get("AgentId")))
    ]
    for _ in quick.pages(FLOWS, AwsAccountId=account):
        pass
    quick.each(lambda id: quick.page(CONNECTOR, AwsAccountId=account, ActionConnectorId=id), connectors)
    quick.each(lambda id: quick.page(AGENT, AwsAccountId=account, AgentId=id), agents)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a connector, an agent and a flow."""
    reading = Reading(shard, answers)
    connectors = reading.details(CONNECTOR, "ActionConnectorId", "ActionConnector")
    names: dict[str, str] = {}
    arns: dict[str, str] = {}
    for item in reading.items(CONNECTORS, "ActionConnectorSummaries", "Arn", "ActionConnectorId"):
        id = item["ActionConnectorId"]
        arns[id] = item["Arn"]
        names[item["Arn"]] = text(item.get("Name")) or id
        yield from _connector(reading, names[item["Arn"]], item, connectors.get(id, {}))
    yield from reading.gaps_of_details(CONNECTOR, "ActionConnectorId", arns)
    agents = reading.details(AGENT, "AgentId", "Agent")
    made: dict[str, str] = {}
    for item in reading.items(AGENTS, "AgentSummaries", "Arn", "AgentId"):
        made[item["AgentId"]] = item["Arn"]
        yield from _agent(reading, item, agents.get(item["AgentId"], {}), names)
    yield from reading.gaps_of_details(AGENT, "AgentId", made)
    for item in reading.items(FLOWS, "FlowSummaryList", "Arn", "FlowId"):
        yield from _flow(reading, item)
    yield from reading.gaps()


def _connector(reading: Reading, name: str, item: dict[str, Any], body: dict[str, Any]) -> Iterator[AnyRecord]:
    arn = item["Arn"]
    login = table(body.get("AuthenticationConfig"))
    way = text(login.get("AuthenticationType"))
    # A union: one of its members is set, and says where the connector leads and with what.
    metadata = sorted(table(login.get("AuthenticationMetadata")).items())
    settings: dict[str, Any] = next((table(value) for _, value in metadata if table(value)), {})
    address = origin(settings.get("BaseEndpoint"))
    kind = text(item.get("Type"))
    facts = {
        "type": kind,
        "authentication": way,
        "status": text(item.get("Status")),
        "server": address,
        "actions": ", ".join(reading.texts(CONNECTOR, body, "EnabledActions", arn)),
        "client_id": _client(settings),
        "source": text(settings.get("SourceArn")),
        "vpc_connection": text(body.get("VpcConnectionArn")),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="quick-action-connector",
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform=PLATFORM,
        created_at=moment(item.get("CreatedTime")),
        updated_at=moment(item.get("LastUpdatedTime")),
        public=False,
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, settings.get("RoleArn"), "connector role")
    provider = LLM_HOSTS.get(host_of(address), "") if address else ""
    if address:
        yield endpoint(reading, address, "llm-endpoint" if provider else "api-endpoint")
        reason = f"connector {name} acts at {address}"
        yield Link(source=arn, target=address, kind="invokes_tool", reason=reason)
    if way in _STANDING:
        yield from _credential(reading, arn, name, kind, way, provider or llm_name(name))


def _client(settings: dict[str, Any]) -> str:
    """Id of the OAuth client that a connector is, which is no secret."""
    ways = (
        ("ReadAuthorizationCodeGrantCredentialsDetails", "ReadAuthorizationCodeGrantDetails"),
        ("ReadClientCredentialsDetails", "ReadClientCredentialsGrantDetails"),
    )
    found = (text(table(table(settings.get(outer)).get(inner)).get("ClientId")) for outer, inner in ways)
    return next(filter(None, found), "")


def _credential(reading: Reading, arn: str, name: str, kind: str, way: str, provider: str) -> Iterator[AnyRecord]:
    id = f"{arn}/credential"
    yield Secret(
        id=id,
        provider="aws",
        kind="quick-action-credential",
        name=f"{way} of {name}",
        scope=reading.scope,
        region=reading.region,
        encrypted=True,
        ai_provider=provider,
        attributes={"type": kind, "authentication": way} if kind else {"authentication": way},
    )
    reason = f"connector {name} logs in with a credential ({way}) that Amazon Quick keeps for it"
    yield Link(source=arn, target=id, kind="reads_secret", reason=reason)
    if provider:
        reason = f"connector {name} is set up with a key of {llm_title(provider)}"
        yield Link(source=arn, target=llm_provider(provider), kind="holds_key_of", reason=reason)


def _agent(reading: Reading, item: dict[str, Any], body: dict[str, Any], names: dict[str, str]) -> Iterator[AnyRecord]:
    arn, name = item["Arn"], text(item.get("Name")) or item["AgentId"]
    connectors = list(reading.texts(AGENT, body, "ActionConnectors", arn))
    spaces = list(reading.texts(AGENT, body, "Spaces", arn))
    facts = {
        "lifecycle": text(body.get("AgentLifecycle")),
        "status": text(body.get("AgentStatus")),
        "connectors": str(len(connectors)) if body else "",
        "spaces": str(len(spaces)) if body else "",
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="quick-agent",
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform=PLATFORM,
        model=text(table(body.get("CustomPromptInterface")).get("ModelProfileId")),
        created_at=moment(item.get("CreatedAt")),
        updated_at=moment(item.get("UpdatedAt")),
        public=False,
        attributes={key: value for key, value in facts.items() if value},
    )
    if creator := text(body.get("Creator")):
        yield Ownership(subject=arn, owner=creator, kind="creator", source=AGENT.name)
    for connector in connectors:
        # Documented as ARNs; an id alone names a connector of the same account and region.
        target = (
            connector if connector.startswith("arn:") else reading.arn("quicksight", f"action-connector/{connector}")
        )
        reason = f"agent {name} acts with connector {names.get(target, target.rpartition('/')[2])}"
        yield Link(source=arn, target=target, kind="invokes_tool", reason=reason)


def _flow(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    arn = item["Arn"]
    facts = {
        "publish_state": text(item.get("PublishState")),
        "runs": _number(item.get("RunCount")),
        "users": _number(item.get("UserCount")),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="quick-flow",
        name=text(item.get("Name")) or item["FlowId"],
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform=PLATFORM,
        created_at=moment(item.get("CreatedTime")),
        updated_at=moment(item.get("LastUpdatedTime")),
        public=False,
        attributes={key: value for key, value in facts.items() if value},
    )
    if creator := text(item.get("CreatedBy")):
        yield Ownership(subject=arn, owner=creator, kind="creator", source=FLOWS.name)


def _number(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


SERVICE = Service(
    name="quicksight",
    part="region",
    operations=(SUBSCRIPTION, CONNECTORS, CONNECTOR, AGENTS, AGENT, FLOWS),
    collect=collect,
    parse=parse,
    # They return a way in as somebody.
    never=("quicksight:GetDashboardEmbedUrl", "quicksight:GetIdentityContext", "quicksight:GetSessionEmbedUrl"),
)
