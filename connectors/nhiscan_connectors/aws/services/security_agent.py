"""AWS Security Agent: the spaces in which it attacks and reviews applications, and what it is given to do so.

People sign in to its web application, and everything else signs its calls, so `public` is False.

Attributes of a space: `pentests`, `code_reviews`, `threat_models` (how many), `code_remediation` ("AUTOMATIC": it
writes changes to code by itself), `test_identities` (how many logins of the tested applications it was given),
`buckets`, `log_groups` (how many), `kms_key`, `integrations` (their providers).

Records beside them: a Workload "security-agent-application", the web application in which people work with the spaces,
with `domain`, `identity_center` ("yes"), `kms_key`; a Resource "security-agent-integration" with `provider`,
`provider_type`, `server`, `private_connection`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Link, Resource, Workload
from nhiscan_connectors.aws.agentcore.endpoints import origin
from nhiscan_connectors.aws.agentcore.targets import function_arn
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, role_arn
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "AWS Security Agent"
_BATCH: Final = 10
"""Ids in one BatchGet call; AWS states no limit."""
# Headers sent to the tested application hold its keys; a mail box that takes second factors is a way in too.
_PRIVATE: Final = ("customHeaders", "mfaForwardingAddress", "inlinePem")

SPACES = call(
    "securityagent:ListAgentSpaces",
    "lists the spaces in which AWS's security agent works",
    "which spaces of the security agent exist",
    blinds=("agents", "workloads"),
)
SPACE = call(
    "securityagent:BatchGetAgentSpaces",
    "tells the roles, secrets and functions that a space was given",
    "which roles, secrets and functions spaces of the security agent were given",
    blinds=("agents", "workloads"),
)
APPLICATIONS = call(
    "securityagent:ListApplications",
    "lists the web applications in which people work with the security agent",
    "which web applications of the security agent exist",
    blinds=("agents", "workloads"),
)
APPLICATION = call(
    "securityagent:GetApplication",
    "tells the role of a web application of the security agent",
    "the role of the web application",
    blinds=("agents", "workloads"),
)
INTEGRATIONS = call(
    "securityagent:ListIntegrations",
    "lists the outside systems that the security agent is connected to",
    "which outside systems the security agent reaches",
    blinds=("agents",),
    drop=("webhookUrl",),
)
INTEGRATED = call(
    "securityagent:ListIntegratedResources",
    "tells what a space may do in outside systems",
    "what the space may do in outside systems",
    blinds=("agents",),
)
PENTESTS = call(
    "securityagent:ListPentests", "lists the attacks that are set up", "which attacks are set up", blinds=("agents",)
)
PENTEST = call(
    "securityagent:BatchGetPentests",
    "tells the role of an attack and the logins that it was given",
    "which roles attacks run as and which logins they were given",
    blinds=("agents", "workloads"),
    drop=_PRIVATE,
)
REVIEWS = call(
    "securityagent:ListCodeReviews", "lists reviews of code", "which reviews of code are set up", blinds=("agents",)
)
REVIEW = call(
    "securityagent:BatchGetCodeReviews",
    "tells the role of a review of code",
    "which roles reviews of code run as",
    blinds=("agents", "workloads"),
    drop=_PRIVATE,
)
MODELS = call(
    "securityagent:ListThreatModels", "lists threat models", "which threat models are set up", blinds=("agents",)
)
MODEL = call(
    "securityagent:BatchGetThreatModels",
    "tells the role of a threat model",
    "which roles threat models run as",
    blinds=("agents", "workloads"),
    drop=_PRIVATE,
)

_JOBS: Final = (
    (PENTESTS, "pentestSummaries", "pentestId", PENTEST, "pentestIds", "pentests", "pentest"),
    (REVIEWS, "codeReviewSummaries", "codeReviewId", REVIEW, "codeReviewIds", "codeReviews", "code review"),
    (MODELS, "threatModelSummaries", "threatModelId", MODEL, "threatModelIds", "threatModels", "threat model"),
)
"""What a space does: the list, its key and id, the call that tells of many, its parameter and key, and a word."""


def collect(calls: Calls) -> None:
    """Two calls in a region without anything: spaces, and web applications, which stay when the last space goes.

    Four more for each space, and a call for each ten of what is set up in it.
    """
    applications = [
        id for item in calls.items(APPLICATIONS, "applicationSummaries") if (id := text(item.get("applicationId")))
    ]
    calls.each(lambda id: calls.page(APPLICATION, applicationId=id), applications)
    spaces = [id for item in calls.items(SPACES, "agentSpaceSummaries") if (id := text(item.get("agentSpaceId")))]
    if not spaces and not applications:
        return
    for _ in calls.pages(INTEGRATIONS):
        pass
    calls.each(lambda ids: calls.page(SPACE, agentSpaceIds=ids), _batches(spaces))

    def work(space: str) -> None:
        for _ in calls.pages(INTEGRATED, agentSpaceId=space):
            pass
        for operation, key, name, detail, param, _, _ in _JOBS:
            items = calls.items(operation, key, agentSpaceId=space)
            for ids in _batches([id for item in items if (id := text(item.get(name)))]):
                params: dict[str, Any] = {"agentSpaceId": space, param: ids}
                calls.page(detail, **params)

    calls.each(work, spaces)


def _batches(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a space, and one a web application."""
    reading = Reading(shard, answers)
    yield from _applications(reading)
    integrations: dict[str, tuple[str, str]] = {}
    for item in reading.items(INTEGRATIONS, "integrationSummaries", "integrationId"):
        record = _integration(reading, item)
        integrations[item["integrationId"]] = (record.name, record.attributes.get("provider", ""))
        yield record
    details = {item["agentSpaceId"]: item for item in reading.items(SPACE, "agentSpaces", "agentSpaceId")}
    pages = {
        operation.name: reading.by_param(operation, "agentSpaceId")
        for operation in (INTEGRATED, *(job[0] for job in _JOBS), *(job[3] for job in _JOBS))
    }
    arns: dict[str, str] = {}
    for item in reading.items(SPACES, "agentSpaceSummaries", "agentSpaceId"):
        id = item["agentSpaceId"]
        arns[id] = reading.arn("securityagent", f"agent-space/{id}")
        space = _Space(reading, arns[id], item, details.get(id, {}))
        for operation, listed, name, detail, _, key, word in _JOBS:
            for body in pages[operation.name].get(id, ()):
                for _entry in reading.within(operation, body, listed, name, subject=arns[id]):
                    pass  # all that matters is told by the other call; a damaged entry is told of here
            for body in pages[detail.name].get(id, ()):
                space.job(detail, body, key, word)
        for body in pages[INTEGRATED.name].get(id, ()):
            space.integrated(body, integrations)
        yield from space.records()
    for operation in (INTEGRATED, *(job[0] for job in _JOBS), *(job[3] for job in _JOBS)):
        yield from reading.gaps_of_details(operation, "agentSpaceId", arns)
    yield from reading.gaps()


def _applications(reading: Reading) -> Iterator[AnyRecord]:
    details = reading.details(APPLICATION, "applicationId")
    arns: dict[str, str] = {}
    for item in reading.items(APPLICATIONS, "applicationSummaries", "applicationId"):
        id = item["applicationId"]
        arn = arns[id] = reading.arn("securityagent", f"application/{id}")
        body = details.get(id, {})
        facts = {
            "domain": text(item.get("domain")),
            "identity_center": "yes" if table(body.get("idcConfiguration")) else "",
            "kms_key": text(item.get("defaultKmsKeyId")),
        }
        yield Workload(
            id=arn,
            provider="aws",
            kind="security-agent-application",
            name=text(item.get("applicationName")) or id,
            scope=reading.scope,
            region=reading.region,
            agent=True,
            ai_platform=PLATFORM,
            public=False,
            attributes={key: value for key, value in facts.items() if value},
        )
        yield from reading.runs_as(arn, body.get("roleArn"), "application role")
    yield from reading.gaps_of_details(APPLICATION, "applicationId", arns)


def _integration_id(reading: Reading, id: str) -> str:
    return reading.arn("securityagent", f"integration/{id}")


def _integration(reading: Reading, item: dict[str, Any]) -> Resource:
    facts = {
        "provider": text(item.get("provider")),
        "provider_type": text(item.get("providerType")),
        "server": origin(item.get("targetUrl")),
        "private_connection": text(item.get("privateConnectionName")),
    }
    return Resource(
        id=_integration_id(reading, item["integrationId"]),
        provider="aws",
        kind="security-agent-integration",
        name=text(item.get("displayName")) or item["integrationId"],
        scope=reading.scope,
        region=reading.region,
        node="tool",
        attributes={key: value for key, value in facts.items() if value},
    )


class _Space:
    """One space, with what it was given."""

    def __init__(self, reading: Reading, arn: str, item: dict[str, Any], body: dict[str, Any]) -> None:
        self._reading, self._arn, self._item, self._body = reading, arn, item, body
        self._name = text(item.get("name")) or item["agentSpaceId"]
        # Reasons by what is used, in the order of the answers: one record each, however many attacks use it.
        self._roles: dict[tuple[str, str], None] = {}
        self._secrets: dict[str, str] = {}
        self._functions: dict[str, str] = {}
        self._tools: dict[str, str] = {}
        self._providers: dict[str, None] = {}
        self._counts: dict[str, int] = defaultdict(int)
        self._logins = 0
        self._remediates = False

    def job(self, operation: Operation, body: dict[str, Any], key: str, word: str) -> None:
        """Note what is set up: attacks, reviews of code, threat models."""
        reading = self._reading
        for item in reading.within(operation, body, key, subject=self._arn):
            title = f"{word} {text(item.get('title')) or 'without a title'}"
            self._counts[word] += 1
            self._role(item.get("serviceRole"), f"{word} role")
            self._remediates |= item.get("codeRemediationStrategy") == "AUTOMATIC"
            assets = table(item.get("assets"))
            for actor in reading.within(operation, assets, "actors", subject=self._arn):
                self._login(table(actor.get("authentication")), title)
            for certificate in reading.within(operation, assets, "clientCertificates", subject=self._arn):
                self._secret(certificate.get("secretArn"), f"{title} shows the client certificate in")

    def _login(self, login: dict[str, Any], title: str) -> None:
        """What the agent logs in to the tested application with."""
        self._logins += bool(login)
        match login.get("providerType"):
            case "SECRETS_MANAGER":
                self._secret(login.get("value"), f"{title} logs in with")
            case "AWS_IAM_ROLE":
                self._role(login.get("value"), "test identity role")
            case "AWS_LAMBDA":
                self._function(login.get("value"), f"{title} gets its login from")

    def integrated(self, body: dict[str, Any], integrations: dict[str, tuple[str, str]]) -> None:
        """Note what the space may do in outside systems."""
        for item in self._reading.within(
            INTEGRATED, body, "integratedResourceSummaries", "integrationId", subject=self._arn
        ):
            name, provider = integrations.get(item["integrationId"], (item["integrationId"], ""))
            may = {
                action
                for settings in table(item.get("capabilities")).values()
                for action, value in table(settings).items()
                if value is True
            }
            self._remediates |= "remediateCode" in may
            what = f" ({', '.join(sorted(may))})" if may else ""
            target = _integration_id(self._reading, item["integrationId"])
            self._tools.setdefault(target, f"security agent space {self._name} works in {name}{what}")
            if provider:
                self._providers[provider] = None

    def _role(self, value: object, detail: str) -> None:
        if role := role_arn(value):
            self._roles[role, detail] = None

    def _secret(self, value: object, how: str) -> None:
        if id := self._reading.secret_id(value):
            self._secrets.setdefault(id, f"{how} {id}")

    def _function(self, value: object, how: str) -> None:
        if function := function_arn(value):
            self._functions.setdefault(function, f"{how} function {function.rpartition(':')[2]}")

    def records(self) -> Iterator[AnyRecord]:
        """The space, its roles, secrets, functions and outside systems."""
        reading, arn = self._reading, self._arn
        given = table(self._body.get("awsResources"))
        for role in reading.texts(SPACE, given, "iamRoles", arn):
            self._role(role, "resource role")
        for secret in reading.texts(SPACE, given, "secretArns", arn):
            self._secret(secret, f"security agent space {self._name} was given")
        for function in reading.texts(SPACE, given, "lambdaFunctionArns", arn):
            self._function(function, f"security agent space {self._name} may call")
        facts = {
            "pentests": self._counted("pentest"),
            "code_reviews": self._counted("code review"),
            "threat_models": self._counted("threat model"),
            "code_remediation": "AUTOMATIC" if self._remediates else "",
            "test_identities": str(self._logins) if self._logins else "",
            "buckets": _many(reading.texts(SPACE, given, "s3Buckets", arn)),
            "log_groups": _many(reading.texts(SPACE, given, "logGroups", arn)),
            "kms_key": text(self._body.get("kmsKeyId")),
            "integrations": ", ".join(sorted(self._providers)),
        }
        yield Workload(
            id=arn,
            provider="aws",
            kind="security-agent-space",
            name=self._name,
            scope=reading.scope,
            region=reading.region,
            agent=True,
            ai_platform=PLATFORM,
            created_at=moment(self._item.get("createdAt")),
            updated_at=moment(self._item.get("updatedAt")),
            public=False,
            attributes={key: value for key, value in facts.items() if value},
        )
        for role, detail in self._roles:
            yield from reading.runs_as(arn, role, detail)
        for secret, reason in self._secrets.items():
            yield Link(source=arn, target=secret, kind="reads_secret", reason=reason)
        for target, reason in {**self._functions, **self._tools}.items():
            yield Link(source=arn, target=target, kind="invokes_tool", reason=reason)

    def _counted(self, word: str) -> str:
        return str(self._counts[word]) if self._counts[word] else ""


def _many(items: Iterable[str]) -> str:
    count = len(list(items))
    return str(count) if count else ""


SERVICE = Service(
    name="securityagent",
    part="region",
    operations=(
        SPACES, SPACE, APPLICATIONS, APPLICATION, INTEGRATIONS, INTEGRATED, PENTESTS, PENTEST, REVIEWS, REVIEW, MODELS,
        MODEL,
    ),
    collect=collect,
    parse=parse,
    # It returns a document that somebody put in.
    never=("securityagent:GetArtifact",),
)  # fmt: skip
