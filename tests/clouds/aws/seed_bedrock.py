"""Seeds of Amazon Bedrock: agents, knowledge bases, flows, models and jobs, as they look after months of use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.clouds.aws.ids import stable_hex
from tests.clouds.aws.overlays.bedrock_agents import Agent, BedrockAgents
from tests.clouds.aws.overlays.bedrock_flows import BedrockFlows, Flow
from tests.clouds.aws.overlays.bedrock_knowledge_bases import KnowledgeBases
from tests.clouds.aws.seed import Account, Role, ago, trust_service

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = f"eu.{MODEL}"


def bedrock_id(*parts: str) -> str:
    """An id as Bedrock makes them: ten capital letters and digits, the same for the same words."""
    return stable_hex(10, *parts).upper()


class Bedrock:
    """Bedrock of an account in a region."""

    def __init__(self, account: Account, region: str = "eu-west-1") -> None:
        self.account, self.region = account, region

    def arn(self, resource: str) -> str:
        """ARN of something that Bedrock made."""
        return f"arn:aws:bedrock:{self.region}:{self.account.id}:{resource}"

    def role(self, name: str) -> Role:
        """A role that Bedrock may take on."""
        return self.account.role(name, trust_service("bedrock", StringEquals={"aws:SourceAccount": self.account.id}))

    def state(self, kind: type[Any]) -> Any:
        """What the emulator remembers of this account and region."""
        return self.account.emulator.store.get(kind, self.account.id, self.region)

    def agent(self, name: str, role: Role, created: datetime | None = None, **fields: Any) -> SeededAgent:
        """An agent that is ready, and only has a draft."""
        id = bedrock_id(self.account.id, self.region, "agent", name)
        draft = {
            "agentId": id,
            "agentName": name,
            "agentArn": self.arn(f"agent/{id}"),
            "agentVersion": "DRAFT",
            "instruction": f"You are {name}. Help people with their questions, and be brief.",
            "agentStatus": "PREPARED",
            "foundationModel": MODEL,
            "orchestrationType": "DEFAULT",
            "idleSessionTTLInSeconds": 600,
            "agentResourceRoleArn": role.arn,
            "createdAt": created or ago(200),
            "updatedAt": ago(20),
            "preparedAt": ago(20),
            "agentCollaboration": "DISABLED",
            **fields,
        }
        made = Agent(draft)
        self.state(BedrockAgents).agents[id] = made
        return SeededAgent(self, made)

    def base(
        self,
        name: str,
        role: Role,
        storage: dict[str, Any] | None = None,
        configuration: dict[str, Any] | None = None,
        **fields: Any,
    ) -> SeededBase:
        """A knowledge base: of vectors, in OpenSearch, unless `configuration` and `storage` say otherwise."""
        id = bedrock_id(self.account.id, self.region, "base", name)
        arn = self.arn(f"knowledge-base/{id}")
        model = f"arn:aws:bedrock:{self.region}::foundation-model/amazon.titan-embed-text-v2:0"
        self.state(KnowledgeBases).bases[id] = {
            "knowledgeBaseId": id,
            "name": name,
            "knowledgeBaseArn": arn,
            "roleArn": role.arn,
            "knowledgeBaseConfiguration": configuration
            or {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": model}},
            "status": "ACTIVE",
            "createdAt": ago(150),
            "updatedAt": ago(30),
            **({} if storage is None else {"storageConfiguration": storage}),
            **fields,
        }
        return SeededBase(self, id, arn)

    def flow(self, name: str, role: Role, *nodes: dict[str, Any], **fields: Any) -> SeededFlow:
        """A flow that only has a draft."""
        id = bedrock_id(self.account.id, self.region, "flow", name)
        draft = {
            "name": name,
            "executionRoleArn": role.arn,
            "id": id,
            "arn": self.arn(f"flow/{id}"),
            "status": "Prepared",
            "createdAt": ago(70),
            "updatedAt": ago(7),
            "version": "DRAFT",
            "definition": {"nodes": list(nodes), "connections": []},
            **fields,
        }
        made = Flow(draft)
        self.state(BedrockFlows).flows[id] = made
        return SeededFlow(self, made)


class SeededFlow:
    """A flow in the emulator."""

    def __init__(self, bedrock: Bedrock, state: Flow) -> None:
        self._bedrock, self._state = bedrock, state
        self.id: str = state.draft["id"]
        self.arn: str = state.draft["arn"]

    def version(self, number: str, **fields: Any) -> None:
        """Freeze the draft as a version, with some settings that it had then."""
        kept = {key: value for key, value in self._state.draft.items() if key != "updatedAt"}
        self._state.versions[number] = {**kept, "version": number, **fields}

    def alias(self, name: str, version: str) -> None:
        """Have an alias send callers to a version."""
        id = bedrock_id(self.id, "alias", name)
        self._state.aliases.append(
            {
                "name": name,
                "routingConfiguration": [{"flowVersion": version}],
                "flowId": self.id,
                "id": id,
                "arn": f"{self.arn}/alias/{id}",
                "createdAt": ago(60),
                "updatedAt": ago(6),
            }
        )


class SeededBase:
    """A knowledge base in the emulator."""

    def __init__(self, bedrock: Bedrock, id: str, arn: str) -> None:
        self._bedrock, self.id, self.arn = bedrock, id, arn

    def source(self, name: str, configuration: dict[str, Any], **fields: Any) -> None:
        """Have it draw on something; `configuration` is the data source's, with its type."""
        self._bedrock.state(KnowledgeBases).sources.append(
            {
                "knowledgeBaseId": self.id,
                "dataSourceId": bedrock_id(self.id, "source", name),
                "name": name,
                "status": "AVAILABLE",
                "dataSourceConfiguration": configuration,
                "createdAt": ago(100),
                "updatedAt": ago(50),
                **fields,
            }
        )

    def policy(self, document: str) -> None:
        """Have it carry a policy."""
        self._bedrock.state(KnowledgeBases).policies[self.arn] = document


class SeededAgent:
    """An agent in the emulator."""

    def __init__(self, bedrock: Bedrock, state: Agent) -> None:
        self._bedrock, self._state = bedrock, state
        self.id: str = state.draft["agentId"]
        self.arn: str = state.draft["agentArn"]

    def version(self, number: str, **fields: Any) -> None:
        """Freeze the draft as a version, with some settings that it had then."""
        self._state.versions[number] = {
            key: value
            for key, value in {**self._state.draft, "version": number, **fields}.items()
            if key not in ("agentVersion", "orchestrationType", "preparedAt", "customOrchestration")
        }

    def alias(self, name: str, version: str) -> str:
        """Have an alias send callers to a version; the ARN of the alias."""
        id = "TSTALIASID" if version == "DRAFT" else bedrock_id(self.id, "alias", name)
        self._state.aliases.append(
            {
                "agentAliasId": id,
                "agentAliasName": name,
                "routingConfiguration": [{"agentVersion": version}],
                "agentAliasStatus": "PREPARED",
                "createdAt": ago(100),
                "updatedAt": ago(10),
            }
        )
        return self._bedrock.arn(f"agent-alias/{self.id}/{id}")

    def group(self, name: str, versions: Iterable[str] = ("DRAFT",), state: str = "ENABLED", **fields: Any) -> None:
        """Give it a tool."""
        for version in versions:
            self._state.groups.append(
                {
                    "agentId": self.id,
                    "agentVersion": version,
                    "actionGroupId": bedrock_id(self.id, "group", name),
                    "actionGroupName": name,
                    "createdAt": ago(100),
                    "updatedAt": ago(100),
                    "actionGroupState": state,
                    **fields,
                }
            )

    def collaborator(self, name: str, alias: str, version: str = "DRAFT") -> None:
        """Have it hand work to another agent."""
        self._state.collaborators.append(
            {
                "agentId": self.id,
                "agentVersion": version,
                "agentDescriptor": {"aliasArn": alias},
                "collaboratorId": bedrock_id(self.id, "collaborator", name),
                "collaborationInstruction": f"Ask {name} about what it knows.",
                "relayConversationHistory": "TO_COLLABORATOR",
                "collaboratorName": name,
                "createdAt": ago(90),
                "lastUpdatedAt": ago(90),
            }
        )

    def reads(self, base: str, version: str = "DRAFT", state: str = "ENABLED") -> None:
        """Let it look things up in a knowledge base, by the base's id."""
        summary = {"knowledgeBaseId": base, "knowledgeBaseState": state, "updatedAt": ago(80)}
        self._state.bases.append((version, summary))
