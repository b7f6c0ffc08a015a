"""Seeds of the smaller agent platforms: assistants, bots, and the agents that AWS runs itself.

Each function puts one thing into an account and region as it would look after some use, and gives its ARN or id.
`fields` override or add what the API shows of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.clouds.aws.ids import stable_hex, stable_uuid
from tests.clouds.aws.overlays.aiops import Investigations
from tests.clouds.aws.overlays.devops_agent import DevOpsAgent
from tests.clouds.aws.overlays.lex import Lex
from tests.clouds.aws.overlays.nova_act import NovaAct
from tests.clouds.aws.overlays.qbusiness import QBusiness
from tests.clouds.aws.overlays.qconnect import QConnect
from tests.clouds.aws.overlays.quicksight import Quick, Subscription
from tests.clouds.aws.overlays.security_agent import SecurityAgent
from tests.clouds.aws.seed import Account, ago

HOME = "us-east-1"


def investigation_group(
    account: Account,
    name: str,
    role: str,
    *,
    region: str = HOME,
    sources: Iterable[str] = (),
    policy: str = "",
    **fields: Any,
) -> str:
    """A group of CloudWatch investigations; `sources` are roles of accounts that it looks into."""
    state = account.emulator.store.get(Investigations, account.id, region)
    arn = f"arn:aws:aiops:{region}:{account.id}:investigation-group/{stable_uuid(account.id, region, name)[:16]}"
    state.groups.append(
        {
            "arn": arn,
            "name": name,
            "roleArn": role,
            "createdBy": "ada",
            "createdAt": int(ago(90).timestamp() * 1000),
            "lastModifiedAt": int(ago(9).timestamp() * 1000),
            "retentionInDays": 90,
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
            "isCloudTrailEventHistoryEnabled": True,
            "crossAccountConfigurations": [{"sourceRoleArn": source} for source in sources],
            **fields,
        }
    )
    if policy:
        state.policies[arn] = policy
    return arn


def nova_act_workflow(account: Account, name: str, *, region: str = HOME, runs: Iterable[float] = ()) -> str:
    """A Nova Act workflow that ran so many days ago, oldest first."""
    state = account.emulator.store.get(NovaAct, account.id, region)
    arn = f"arn:aws:nova-act:{region}:{account.id}:workflow-definition/{name}"
    state.definitions.append(
        {"workflowDefinitionArn": arn, "workflowDefinitionName": name, "createdAt": ago(120), "status": "ACTIVE"}
    )
    state.runs[name] = [_run(arn, days) for days in runs]
    return arn


def _run(workflow: str, days: float) -> dict[str, Any]:
    id = stable_uuid(workflow, str(days))
    return {
        "workflowRunArn": f"{workflow}/workflow-run/{id}",
        "workflowRunId": id,
        "status": "SUCCEEDED",
        "startedAt": ago(days),
        "endedAt": ago(days),
        "traceLocation": {"locationType": "S3", "location": "s3://acts-traces/runs"},
    }


def lex_bot(
    account: Account,
    name: str,
    role: str,
    *,
    region: str = HOME,
    locales: Mapping[str, Mapping[str, Any]] | None = None,
    function: str = "",
    **fields: Any,
) -> str:
    """A bot with an alias "live" that calls `function`; `locales` are settings of its languages. Its id."""
    state = account.emulator.store.get(Lex, account.id, region)
    id = stable_hex(10, account.id, region, name).upper()
    spoken = locales or {"en_US": {}}
    state.bots.append(
        {
            "botId": id,
            "botName": name,
            "roleArn": role,
            "botStatus": "Available",
            "botType": "Bot",
            "creationDateTime": ago(200),
            "lastUpdatedDateTime": ago(20),
            "errorLogSettings": {"enabled": False},
            **fields,
        }
    )
    state.locales[id] = [
        {"botId": id, "botVersion": "DRAFT", "localeId": locale, "botLocaleStatus": "Built", **settings}
        for locale, settings in spoken.items()
    ]
    hook = {"codeHookSpecification": {"lambdaCodeHook": {"lambdaARN": function, "codeHookInterfaceVersion": "1.0"}}}
    state.aliases[id] = [
        {
            "botId": id,
            "botAliasId": stable_hex(10, id, "live").upper(),
            "botAliasName": "live",
            "botVersion": "1",
            "botAliasStatus": "Available",
            "botAliasLocaleSettings": {locale: {"enabled": True, **(hook if function else {})} for locale in spoken},
        }
    ]
    return id


def qconnect_assistant(account: Account, name: str, *, region: str = HOME, role: str = "", **fields: Any) -> str:
    """An assistant of a contact centre; with `role`, it reads a knowledge base of Bedrock. Its ARN."""
    state = account.emulator.store.get(QConnect, account.id, region)
    id = stable_uuid(account.id, region, "assistant", name)
    arn = f"arn:aws:wisdom:{region}:{account.id}:assistant/{id}"
    owner = {"assistantId": id, "assistantArn": arn}
    state.assistants.append(
        {
            **owner,
            "name": name,
            "type": "AGENT",
            "status": "ACTIVE",
            "capabilityConfiguration": {"type": "V2"},
            **fields,
        }
    )
    state.agents[id] = [_ai_agent(arn, "Shipped", {"origin": "SYSTEM", "type": "MANUAL_SEARCH"})]
    state.prompts[id] = [
        {
            **owner,
            "aiPromptId": stable_uuid(arn, "prompt"),
            "aiPromptArn": f"{arn.replace(':assistant/', ':ai-prompt/')}/{stable_uuid(arn, 'prompt')}",
            "name": "Answers",
            "type": "ORCHESTRATION",
            "templateType": "TEXT",
            "modelId": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "apiFormat": "MESSAGES",
            "visibilityStatus": "PUBLISHED",
            "origin": "CUSTOMER",
        }
    ]
    if role:
        base = f"arn:aws:bedrock:{region}:{account.id}:knowledge-base/KB12345678"
        association = stable_uuid(arn, "association")
        state.associations[id] = [
            {
                **owner,
                "assistantAssociationId": association,
                "assistantAssociationArn": f"{arn.replace(':assistant/', ':association/')}/{association}",
                "associationType": "EXTERNAL_BEDROCK_KNOWLEDGE_BASE",
                "associationData": {
                    "externalBedrockKnowledgeBaseConfig": {"bedrockKnowledgeBaseArn": base, "accessRoleArn": role}
                },
            }
        ]
    return arn


def qconnect_agent(account: Account, assistant: str, name: str, configuration: Mapping[str, Any]) -> str:
    """An AI agent of a customer's own that orchestrates, with these settings; its ARN."""
    region, id = assistant.split(":")[3], assistant.rpartition("/")[2]
    settings = {
        "orchestrationAIPromptId": f"{stable_uuid(assistant, 'prompt')}:1",
        "connectInstanceArn": f"arn:aws:connect:{region}:{account.id}:instance/1",
        **configuration,
    }
    agent = _ai_agent(
        assistant,
        name,
        {
            "origin": "CUSTOMER",
            "type": "ORCHESTRATION",
            "configuration": {"orchestrationAIAgentConfiguration": settings},
            "modifiedTime": ago(4),
        },
    )
    account.emulator.store.get(QConnect, account.id, region).agents[id].append(agent)
    return str(agent["aiAgentArn"])


def _ai_agent(assistant: str, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    id = stable_uuid(assistant, "agent", name)
    return {
        "assistantId": assistant.rpartition("/")[2],
        "assistantArn": assistant,
        "aiAgentId": id,
        "aiAgentArn": f"{assistant.replace(':assistant/', ':ai-agent/')}/{id}",
        "name": name,
        "visibilityStatus": "PUBLISHED",
        **fields,
    }


def devops_service(
    account: Account, type: str, title: str, details: Mapping[str, Any] | None = None, *, region: str = HOME
) -> str:
    """An outside service that is registered with the DevOps agent; `details` are what the API shows of it. Its id."""
    state = account.emulator.store.get(DevOpsAgent, account.id, region)
    id = f"{type}-{stable_hex(8, account.id, region, type, title)}"
    state.services.append(
        {
            "serviceId": id,
            "serviceType": type,
            "name": title,
            "createdAt": ago(60),
            "updatedAt": ago(60),
            **({"additionalServiceDetails": {type: dict(details)}} if details else {}),
        }
    )
    return id


def devops_space(
    account: Account,
    name: str,
    associations: Iterable[tuple[str, Mapping[str, Any]]] = (),
    *,
    region: str = HOME,
    operator: Mapping[str, Any] | None = None,
    webhook: str = "",
    **fields: Any,
) -> str:
    """A space of the DevOps agent; its ARN.

    `associations`: service id and configuration of each. `webhook`: how callers of a webhook prove themselves, for
    every association with an outside service.
    """
    state = account.emulator.store.get(DevOpsAgent, account.id, region)
    id = f"as-{stable_hex(12, account.id, region, name)}"
    state.spaces.append({"agentSpaceId": id, "name": name, "createdAt": ago(50), "updatedAt": ago(5), **fields})
    state.associations[id] = [
        {
            "agentSpaceId": id,
            "associationId": f"{id}-{number}",
            "serviceId": service,
            "status": "valid",
            "createdAt": ago(50),
            "updatedAt": ago(50),
            "configuration": configuration,
        }
        for number, (service, configuration) in enumerate(associations)
    ]
    if operator:
        state.operators[id] = dict(operator)
    for association in state.associations[id] if webhook else ():
        hook = f"https://event-ai.{region}.api.aws/webhook/{stable_hex(20, association['associationId'])}"
        state.webhooks[association["associationId"]] = [
            {"webhookUrl": hook, "webhookType": webhook, "webhookId": "w-1"}
        ]
    return f"arn:aws:aidevops:{region}:{account.id}:agentspace/{id}"


class QBusinessApplication:
    """An Amazon Q Business application that grows by what is added to it."""

    def __init__(
        self,
        account: Account,
        name: str,
        role: str,
        identity: str = "AWS_IAM_IDC",
        *,
        region: str = HOME,
        **fields: Any,
    ) -> None:
        self._state = account.emulator.store.get(QBusiness, account.id, region)
        self.id = stable_uuid(account.id, region, "qbusiness", name)
        self.arn = f"arn:aws:qbusiness:{region}:{account.id}:application/{self.id}"
        self._state.applications.append(
            {
                "applicationId": self.id,
                "applicationArn": self.arn,
                "displayName": name,
                "roleArn": role,
                "identityType": identity,
                "status": "ACTIVE",
                "createdAt": ago(150),
                "updatedAt": ago(15),
                **fields,
            }
        )

    def plugin(self, name: str, type: str, login: Mapping[str, Any], server: str = "https://acme.example.com/x") -> str:
        """A plugin that logs in as `login` says; its ARN."""
        id = stable_uuid(self.id, "plugin", name)
        self._state.plugins.setdefault(self.id, []).append(
            {
                "applicationId": self.id,
                "pluginId": id,
                "displayName": name,
                "type": type,
                "serverUrl": server,
                "authConfiguration": login,
                "state": "ENABLED",
                "createdAt": ago(100),
            }
        )
        return f"{self.arn}/plugin/{id}"

    def source(self, name: str, type: str, role: str, **fields: Any) -> None:
        """A data source in an index of its own."""
        index = stable_uuid(self.id, "index", name)
        self._state.indices.setdefault(self.id, []).append({"indexId": index, "displayName": name, "status": "ACTIVE"})
        self._state.sources.setdefault(self.id, []).append(
            {
                "applicationId": self.id,
                "indexId": index,
                "dataSourceId": stable_uuid(self.id, "source", name),
                "displayName": name,
                "type": type,
                "roleArn": role,
                "status": "ACTIVE",
                **fields,
            }
        )

    def retriever(self, role: str) -> None:
        """What finds documents."""
        self._state.retrievers.setdefault(self.id, []).append(
            {
                "applicationId": self.id,
                "retrieverId": stable_uuid(self.id, "retriever"),
                "type": "KENDRA_INDEX",
                "roleArn": role,
                "status": "ACTIVE",
            }
        )

    def accessor(self, name: str, principal: str, external_ids: Iterable[str] = ()) -> str:
        """An outside party that may search; its ARN."""
        id = stable_uuid(self.id, "accessor", name)
        self._state.accessors.setdefault(self.id, []).append(
            {
                "dataAccessorId": id,
                "displayName": name,
                "principal": principal,
                "authenticationDetail": {"authenticationType": "AWS_IAM_IDC_AUTH_CODE", "externalIds": [*external_ids]},
                "createdAt": ago(30),
            }
        )
        return f"{self.arn}/data-accessor/{id}"

    def experience(self, role: str, **fields: Any) -> str:
        """A web page in front of it; its ARN."""
        experiences = self._state.experiences.setdefault(self.id, [])
        id = stable_uuid(self.id, "experience", str(len(experiences)))
        experiences.append(
            {
                "applicationId": self.id,
                "webExperienceId": id,
                "defaultEndpoint": "https://abc.chat.qbusiness.us-east-1.on.aws/",
                "roleArn": role,
                "status": "ACTIVE",
                "createdAt": ago(140),
                "updatedAt": ago(14),
                **fields,
            }
        )
        return f"{self.arn}/web-experience/{id}"


class SecuritySpace:
    """A space of the security agent that grows by what is set up in it."""

    def __init__(self, account: Account, name: str, *, region: str = HOME, **given: Any) -> None:
        self._state = account.emulator.store.get(SecurityAgent, account.id, region)
        self.id = f"as-{stable_uuid(account.id, region, 'security', name)}"
        self.arn = f"arn:aws:securityagent:{region}:{account.id}:agent-space/{self.id}"
        self._prefix = f"arn:aws:securityagent:{region}:{account.id}"
        self._state.spaces.append(
            {
                "agentSpaceId": self.id,
                "name": name,
                "awsResources": given,
                "createdAt": ago(40),
                "updatedAt": ago(4),
            }
        )

    def pentest(self, title: str, role: str, assets: Mapping[str, Any] | None = None, **fields: Any) -> None:
        """An attack that is set up."""
        self._state.pentests.setdefault(self.id, []).append(
            {
                "pentestId": stable_uuid(self.id, "pentest", title),
                "agentSpaceId": self.id,
                "title": title,
                "serviceRole": role,
                "assets": assets or {},
                **fields,
            }
        )

    def review(self, title: str, role: str, **fields: Any) -> None:
        """A review of code that is set up."""
        self._state.reviews.setdefault(self.id, []).append(
            {
                "codeReviewId": stable_uuid(self.id, "review", title),
                "agentSpaceId": self.id,
                "title": title,
                "serviceRole": role,
                "assets": {},
                **fields,
            }
        )

    def model(self, title: str, role: str) -> None:
        """A threat model that is set up."""
        self._state.models.setdefault(self.id, []).append(
            {
                "threatModelId": stable_uuid(self.id, "model", title),
                "agentSpaceId": self.id,
                "title": title,
                "serviceRole": role,
                "assets": {},
            }
        )

    def repository(self, name: str, capabilities: Mapping[str, Any]) -> str:
        """A repository on GitHub that it works in; the ARN of the integration."""
        id = stable_uuid(self.id, "integration")
        if id not in {integration["integrationId"] for integration in self._state.integrations}:
            self._state.integrations.append(
                {
                    "integrationId": id,
                    "installationId": "4711",
                    "provider": "GITHUB",
                    "providerType": "SOURCE_CODE",
                    "displayName": "acme on GitHub",
                    "targetUrl": "https://github.com/acme",
                    "webhookUrl": f"https://hooks.example.com/{stable_hex(20, id)}",
                }
            )
        self._state.integrated.setdefault(self.id, []).append(
            {
                "integrationId": id,
                "resource": {"githubRepository": {"name": name, "providerResourceId": name, "owner": "acme"}},
                "capabilities": {"github": capabilities},
            }
        )
        return f"{self._prefix}:integration/{id}"


def security_application(account: Account, name: str, role: str, *, region: str = HOME) -> str:
    """The web application of the security agent; its ARN."""
    id = f"app-{stable_hex(16, account.id, region, name)}"
    account.emulator.store.get(SecurityAgent, account.id, region).applications.append(
        {
            "applicationId": id,
            "applicationName": name,
            "domain": f"{id}.securityagent.global.app.aws",
            "roleArn": role,
            "idcConfiguration": {"idcInstanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"},
        }
    )
    return f"arn:aws:securityagent:{region}:{account.id}:application/{id}"


class QuickAccount:
    """A subscription to Amazon Quick, and what people built with it in a region."""

    def __init__(self, account: Account, *, home: str = HOME, region: str = "") -> None:
        self.subscription = account.emulator.store.get(Subscription, account.id)
        self.subscription.home = home
        self._region = region or home
        self.state = account.emulator.store.get(Quick, account.id, self._region)
        self._prefix = f"arn:aws:quicksight:{self._region}:{account.id}"

    def connector(self, name: str, type: str, way: str, metadata: Mapping[str, Any], **fields: Any) -> str:
        """An action connector that logs in by `way`; its ARN."""
        id = stable_uuid(self._prefix, "connector", name)
        self.state.connectors.append(
            {
                "Arn": f"{self._prefix}:action-connector/{id}",
                "ActionConnectorId": id,
                "Type": type,
                "Name": name,
                "CreatedTime": ago(70),
                "LastUpdatedTime": ago(7),
                "Status": "CREATION_SUCCESSFUL",
                "AuthenticationConfig": {"AuthenticationType": way, "AuthenticationMetadata": metadata},
                **fields,
            }
        )
        return f"{self._prefix}:action-connector/{id}"

    def agent(self, name: str, creator: str, connectors: Iterable[str] = (), **fields: Any) -> str:
        """An agent that somebody built; its ARN."""
        id = stable_uuid(self._prefix, "agent", name)
        self.state.agents.append(
            {
                "Arn": f"{self._prefix}:agent/{id}",
                "AgentId": id,
                "Name": name,
                "AgentLifecycle": "PUBLISHED",
                "AgentStatus": "ACTIVE",
                "Creator": creator,
                "ActionConnectors": [*connectors],
                "CreatedAt": ago(60),
                "UpdatedAt": ago(6),
                **fields,
            }
        )
        return f"{self._prefix}:agent/{id}"

    def flow(self, name: str, creator: str) -> str:
        """A flow that somebody built; its ARN."""
        id = stable_uuid(self._prefix, "flow", name)
        self.state.flows.append(
            {
                "Arn": f"{self._prefix}:flow/{id}",
                "FlowId": id,
                "Name": name,
                "CreatedTime": ago(80),
                "CreatedBy": creator,
                "PublishState": "PUBLISHED",
                "RunCount": 12,
                "UserCount": 3,
            }
        )
        return f"{self._prefix}:flow/{id}"
