"""Amazon Q Business: assistants for companies, the web pages in front of them, and what they read and call.

Attributes of an application: `identity_type` (AWS_IAM_IDC, AWS_IAM_IDP_OIDC, AWS_IAM_IDP_SAML, AWS_QUICKSIGHT_IDP,
ANONYMOUS: it asks nobody who they are), `status`, `kms_key`, `client_ids` (of the OpenID Connect clients that may sign
people in), `q_apps`, `plugins`, `data_sources` (types). Of a web experience: `identity_type`, `status`, `endpoint`,
`sign_in` (saml, oidc, saml-legacy), `origins` (sites that may embed it).

Records beside them: a Resource "qbusiness-plugin" with `type`, `server`, `authentication` (basic, oauth, idc, none),
`state`; a Resource "qbusiness-data-accessor", an outside party that may search the application's data, with
`principal`, `authentication`, `external_ids` (how many).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, TypeAlias

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Link, Resource, Workload
from nhiscan_connectors.aws.agentcore.endpoints import origin
from nhiscan_connectors.aws.agentcore.targets import function_arn
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.resource_policies import policy_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "Amazon Q Business"
ANONYMOUS: Final = "ANONYMOUS"

_Pair: TypeAlias = tuple[dict[str, Any], dict[str, Any]]
"""An element of a list, and what its own call told of it."""

LIST = call(
    "qbusiness:ListApplications",
    "lists Amazon Q Business applications and how people sign in to them",
    "which Amazon Q Business applications exist",
    blinds=("agents", "workloads"),
)
APPLICATION = call(
    "qbusiness:GetApplication",
    "tells the role of an application",
    "the role of the application",
    blinds=("agents", "workloads"),
)
POLICY = call(
    "qbusiness:GetPolicy",
    "reads the policy that an application carries itself",
    "who outside of the account may ask the application",
    blinds=("policies",),
)
PLUGINS = call(
    "qbusiness:ListPlugins",
    "lists the plugins with which an application acts in other systems",
    "which systems the application acts in",
    blinds=("agents",),
)
PLUGIN = call(
    "qbusiness:GetPlugin",
    "tells the role and the secret that a plugin logs in with",
    "the role and the secret that the plugin logs in with",
    blinds=("agents", "workloads"),
    # A whole OpenAPI document; its servers stand in serverUrl.
    drop=("payload",),
)
INDICES = call(
    "qbusiness:ListIndices", "lists the indices of an application", "what the application reads", blinds=("agents",)
)
SOURCES = call(
    "qbusiness:ListDataSources", "lists what fills an index", "what the application reads", blinds=("agents",)
)
SOURCE = call(
    "qbusiness:GetDataSource",
    "tells the roles and the secret that a data source is read with",
    "the roles and the secret that the data source is read with",
    blinds=("agents", "workloads"),
)
RETRIEVERS = call(
    "qbusiness:ListRetrievers",
    "lists what finds documents for an application",
    "which roles the application finds documents with",
    blinds=("agents",),
)
RETRIEVER = call(
    "qbusiness:GetRetriever",
    "tells the role that a retriever searches with",
    "the role that the retriever searches with",
    blinds=("agents", "workloads"),
)
ACCESSORS = call(
    "qbusiness:ListDataAccessors",
    "lists outside parties that may search the data of an application",
    "who outside may search the data of the application",
    blinds=("agents", "trust"),
)
EXPERIENCES = call(
    "qbusiness:ListWebExperiences",
    "lists the web pages of an application",
    "which web pages the application has",
    blinds=("agents", "workloads"),
)
EXPERIENCE = call(
    "qbusiness:GetWebExperience",
    "tells the role of a web page and how people sign in to it",
    "the role of the web page and how people sign in to it",
    blinds=("agents", "workloads"),
    drop=("metadataXML", "welcomeMessage"),
)

_PARTS: Final = (
    (PLUGINS, "plugins", "pluginId", PLUGIN),
    (RETRIEVERS, "retrievers", "retrieverId", RETRIEVER),
    (EXPERIENCES, "webExperiences", "webExperienceId", EXPERIENCE),
)
"""Lists of an application, their key, the field that names an element, and the call that tells of it."""
_LOGINS: Final = {
    "basicAuthConfiguration": "basic",
    "oAuth2ClientCredentialConfiguration": "oauth",
    "idcAuthConfiguration": "idc",
    "noAuthConfiguration": "none",
}


def collect(calls: Calls) -> None:
    """One call in a region without applications.

    Seven for each application, one for each index, and one for each plugin, data source, retriever and web page, for no
    list tells the roles.
    """
    applications = [id for item in calls.items(LIST, "applications") if (id := text(item.get("applicationId")))]
    for single in (APPLICATION, POLICY):
        calls.each(partial(_one, calls, single), applications)
    for operation, key, name, detail in _PARTS:
        _details(calls, operation, key, name, detail, [{"applicationId": id} for id in applications])
    indices = _listed(calls, INDICES, "indices", "indexId", [{"applicationId": id} for id in applications])
    _details(calls, SOURCES, "dataSources", "dataSourceId", SOURCE, indices)
    calls.each(lambda id: list(calls.pages(ACCESSORS, applicationId=id)), applications)


def _one(calls: Calls, operation: Operation, application: str) -> None:
    calls.page(operation, applicationId=application)


def _listed(
    calls: Calls, operation: Operation, key: str, name: str, owners: list[dict[str, str]]
) -> list[dict[str, str]]:
    """Parameters that name each element of the lists of `owners`."""

    def one(owner: dict[str, str]) -> list[dict[str, str]]:
        items = calls.items(operation, key, **owner)
        return [{**owner, name: id} for item in items if (id := text(item.get(name)))]

    return [params for found in calls.each(one, owners) for params in found]


def _details(
    calls: Calls, operation: Operation, key: str, name: str, detail: Operation, owners: list[dict[str, str]]
) -> None:
    calls.each(lambda params: calls.page(detail, **params), _listed(calls, operation, key, name, owners))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload an application, and one a web page."""
    reading = Reading(shard, answers)
    known = _Answers(reading)
    details, policies = reading.details(APPLICATION, "applicationId"), reading.details(POLICY, "applicationId")
    arns: dict[str, str] = {}
    for item in reading.items(LIST, "applications", "applicationId"):
        id = item["applicationId"]
        arns[id] = reading.arn("qbusiness", f"application/{id}")
        yield from _Application(known, arns[id], item, details.get(id, {})).records()
        name = text(item.get("displayName")) or id
        yield from policy_of(reading, arns[id], name, policies.get(id, {}).get("policy") or None)
    for operation in OPERATIONS[1:]:
        yield from reading.gaps_of_details(operation, "applicationId", arns)
    yield from reading.gaps()


class _Answers:
    """The answers of a shard by the application that they are about."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.lists = {
            operation.name: reading.by_param(operation, "applicationId")
            for operation in (PLUGINS, INDICES, SOURCES, RETRIEVERS, ACCESSORS, EXPERIENCES)
        }
        """Pages by operation and application."""
        self.told: dict[tuple[str, str, str], dict[str, Any]] = {}
        """Bodies by operation, application and the id of the element that they are about."""
        for detail, name in (
            (PLUGIN, "pluginId"),
            (SOURCE, "dataSourceId"),
            (RETRIEVER, "retrieverId"),
            (EXPERIENCE, "webExperienceId"),
        ):
            for _ in reading.bodies(detail):  # tells of the bodies that are no objects
                pass
            for item in reading.answers.of(detail):
                if isinstance(item.body, dict):
                    owner, id = str(item.params.get("applicationId") or ""), str(item.params.get(name) or "")
                    self.told[detail.name, owner, id] = item.body


class _Application:
    """One application, with all that belongs to it."""

    def __init__(self, answers: _Answers, arn: str, item: dict[str, Any], body: dict[str, Any]) -> None:
        self._answers, self._reading = answers, answers.reading
        self._arn, self._item, self._body = arn, item, body
        self._id: str = item["applicationId"]
        self._name = text(item.get("displayName")) or self._id
        self._identity = text(item.get("identityType")) or text(body.get("identityType"))

    @property
    def _public(self) -> bool | None:
        return self._identity == ANONYMOUS if self._identity else None

    def records(self) -> Iterator[AnyRecord]:
        """The application, its web pages, plugins, data sources, retrievers and outside readers."""
        reading, item, body = self._reading, self._item, self._body
        for page in self._answers.lists[INDICES.name].get(self._id, ()):
            for _ in reading.within(INDICES, page, "indices", "indexId", subject=self._arn):
                pass  # an index has no role; one that is damaged hides its data sources, and is told of
        sources = list(self._each(SOURCES, "dataSources", "dataSourceId", SOURCE))
        plugins = list(self._each(PLUGINS, "plugins", "pluginId", PLUGIN))
        apps = text(table(body.get("qAppsConfiguration")).get("qAppsControlMode"))
        facts = {
            "identity_type": self._identity,
            "status": text(item.get("status")),
            "kms_key": text(table(body.get("encryptionConfiguration")).get("kmsKeyId")),
            "client_ids": ", ".join(reading.texts(APPLICATION, body, "clientIdsForOIDC", self._arn)),
            "q_apps": apps,
            "plugins": _kinds(plugins),
            "data_sources": _kinds(sources),
        }
        yield Workload(
            id=self._arn,
            provider="aws",
            kind="qbusiness-application",
            name=self._name,
            scope=reading.scope,
            region=reading.region,
            agent=True,
            ai_platform=PLATFORM,
            created_at=moment(item.get("createdAt")),
            updated_at=moment(item.get("updatedAt")),
            public=self._public,
            attributes={key: value for key, value in facts.items() if value},
        )
        yield from reading.runs_as(self._arn, body.get("roleArn"), "service role")
        for plugin, detail in plugins:
            yield from self._plugin(plugin, detail)
        for source, detail in sources:
            yield from self._source(source, detail)
        for _, detail in self._each(RETRIEVERS, "retrievers", "retrieverId", RETRIEVER):
            yield from reading.runs_as(self._arn, detail.get("roleArn"), "retriever role")
        for experience, detail in self._each(EXPERIENCES, "webExperiences", "webExperienceId", EXPERIENCE):
            yield from self._experience(experience, detail)
        yield from self._accessors()

    def _each(self, operation: Operation, key: str, name: str, detail: Operation) -> Iterator[_Pair]:
        """Elements of a list of the application, each with what its own call told: nothing where that was refused."""
        for body in self._answers.lists[operation.name].get(self._id, ()):
            for entry in self._reading.within(operation, body, key, name, subject=self._arn):
                yield entry, self._answers.told.get((detail.name, self._id, entry[name]), {})

    def _reads(self, secret: object, what: str) -> Iterator[Link]:
        if id := self._reading.secret_id(secret):
            reason = f"{what} of {self._name} logs in with {id}"
            yield Link(source=self._arn, target=id, kind="reads_secret", reason=reason)

    def _plugin(self, item: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
        reading, name = self._reading, text(item.get("displayName")) or item["pluginId"]
        logins = table(detail.get("authConfiguration"))
        facts = {
            "type": text(item.get("type")),
            "server": origin(item.get("serverUrl")) or origin(detail.get("serverUrl")),
            "authentication": ", ".join(word for field, word in _LOGINS.items() if field in logins),
            "state": text(item.get("state")),
        }
        id = reading.arn("qbusiness", f"application/{self._id}/plugin/{item['pluginId']}")
        yield Resource(
            id=id,
            provider="aws",
            kind="qbusiness-plugin",
            name=name,
            scope=reading.scope,
            region=reading.region,
            node="tool",
            created_at=moment(item.get("createdAt")),
            attributes={key: value for key, value in facts.items() if value},
        )
        reason = f"application {self._name} acts in {facts['type'] or 'another system'} with plugin {name}"
        yield Link(source=self._arn, target=id, kind="invokes_tool", reason=reason)
        for field in _LOGINS:
            login = table(logins.get(field))
            yield from reading.runs_as(self._arn, login.get("roleArn"), "plugin role")
            yield from self._reads(login.get("secretArn"), f"plugin {name}")

    def _source(self, item: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
        reading, name = self._reading, text(item.get("displayName")) or item["dataSourceId"]
        yield from reading.runs_as(self._arn, detail.get("roleArn"), "data source role")
        # The configuration has a form for each kind of source; all that log in name their secret in the same field.
        yield from self._reads(table(detail.get("configuration")).get("secretArn"), f"data source {name}")
        enrichment = table(detail.get("documentEnrichmentConfiguration"))
        for hook in ("preExtractionHookConfiguration", "postExtractionHookConfiguration"):
            settings = table(enrichment.get(hook))
            yield from reading.runs_as(self._arn, settings.get("roleArn"), "document enrichment role")
            if function := function_arn(settings.get("lambdaArn")):
                reason = f"data source {name} of {self._name} hands documents to function {function.rpartition(':')[2]}"
                yield Link(source=self._arn, target=function, kind="invokes_tool", reason=reason)

    def _experience(self, item: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
        reading, id = self._reading, item["webExperienceId"]
        arn = reading.arn("qbusiness", f"application/{self._id}/web-experience/{id}")
        providers = table(detail.get("identityProviderConfiguration"))
        oidc = table(providers.get("openIDConnectConfiguration"))
        legacy = table(table(detail.get("authenticationConfiguration")).get("samlConfiguration"))
        ways = {"saml": table(providers.get("samlConfiguration")), "oidc": oidc, "saml-legacy": legacy}
        facts = {
            "identity_type": self._identity,
            "status": text(item.get("status")),
            "endpoint": origin(item.get("defaultEndpoint")),
            "sign_in": ", ".join(way for way, settings in ways.items() if settings),
            "origins": ", ".join(reading.texts(EXPERIENCE, detail, "origins", arn)),
        }
        name = text(detail.get("title")) or f"web experience of {self._name}"
        yield Workload(
            id=arn,
            provider="aws",
            kind="qbusiness-web-experience",
            name=name,
            scope=reading.scope,
            region=reading.region,
            agent=True,
            ai_platform=PLATFORM,
            created_at=moment(item.get("createdAt")),
            updated_at=moment(item.get("updatedAt")),
            public=self._public,
            attributes={key: value for key, value in facts.items() if value},
        )
        reason = f"{name} is a web page of application {self._name}"
        yield Link(source=arn, target=self._arn, kind="part_of", reason=reason)
        yield from reading.runs_as(arn, detail.get("roleArn"), "web experience role")
        yield from reading.runs_as(arn, oidc.get("secretsRole"), "secrets role")
        yield from reading.runs_as(arn, legacy.get("roleArn"), "SAML role")
        if secret := reading.secret_id(oidc.get("secretsArn")):
            reason = f"{name} signs people in with the client secret in {secret}"
            yield Link(source=arn, target=secret, kind="reads_secret", reason=reason)

    def _accessors(self) -> Iterator[AnyRecord]:
        reading = self._reading
        for body in self._answers.lists[ACCESSORS.name].get(self._id, ()):
            for item in reading.within(ACCESSORS, body, "dataAccessors", "dataAccessorId", subject=self._arn):
                id = reading.arn("qbusiness", f"application/{self._id}/data-accessor/{item['dataAccessorId']}")
                proof = table(item.get("authenticationDetail"))
                externals = list(reading.texts(ACCESSORS, proof, "externalIds", self._arn))
                principal = text(item.get("principal"))
                facts = {
                    "principal": principal,
                    "authentication": text(proof.get("authenticationType")),
                    "external_ids": str(len(externals)) if proof else "",
                }
                yield Resource(
                    id=id,
                    provider="aws",
                    kind="qbusiness-data-accessor",
                    name=text(item.get("displayName")) or item["dataAccessorId"],
                    scope=reading.scope,
                    region=reading.region,
                    created_at=moment(item.get("createdAt")),
                    attributes={key: value for key, value in facts.items() if value},
                )
                reason = f"{principal or 'an outside party'} may search the data of application {self._name}"
                yield Link(source=id, target=self._arn, kind="part_of", reason=reason)


def _kinds(pairs: list[_Pair]) -> str:
    return ", ".join(sorted({text(item.get("type")) for item, _ in pairs} - {""}))


OPERATIONS: Final = (
    LIST, APPLICATION, POLICY, PLUGINS, PLUGIN, INDICES, SOURCES, SOURCE, RETRIEVERS, RETRIEVER, ACCESSORS, EXPERIENCES,
    EXPERIENCE,
)  # fmt: skip

SERVICE = Service(
    name="qbusiness",
    part="region",
    operations=OPERATIONS,
    collect=collect,
    parse=parse,
    # They return documents that people put in.
    never=("qbusiness:GetDocumentContent", "qbusiness:GetMedia"),
)
