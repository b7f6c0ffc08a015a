"""Seeds of AgentCore's second half: gateways and their targets, tools, policy engines, registries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.clouds.aws.ids import stable_hex
from tests.clouds.aws.overlays.agentcore_gateways import Gateways
from tests.clouds.aws.overlays.agentcore_policy import Engines
from tests.clouds.aws.overlays.agentcore_registry import OfAgentCore, Standalone
from tests.clouds.aws.overlays.agentcore_resource_policies import ResourcePolicies
from tests.clouds.aws.overlays.agentcore_tools import Tools
from tests.clouds.aws.seed import Account, ago


def _suffix(*parts: str) -> str:
    """Ten letters and digits, as AWS puts behind names."""
    return stable_hex(10, *parts)


class AgentCore:
    """AgentCore of an account in a region."""

    def __init__(self, account: Account, region: str = "us-east-1") -> None:
        self._account, self.region = account, region
        store = account.emulator.store
        self.state = store.get(Gateways, account.id, region)
        self.tools = store.get(Tools, account.id, region)
        self.engines = store.get(Engines, account.id, region)
        self.registries = store.get(OfAgentCore, account.id, region)
        self.standalone = store.get(Standalone, account.id, region)
        self._policies = store.get(ResourcePolicies, account.id, region)

    def arn(self, resource: str) -> str:
        """ARN of something of the service."""
        return f"arn:aws:bedrock-agentcore:{self.region}:{self._account.id}:{resource}"

    def gateway(self, name: str, authorizer: str = "AWS_IAM", *, created: datetime | None = None, **fields: Any) -> str:
        """Open a gateway; its ARN. `fields` are those of GetGateway."""
        id = f"{name}-{_suffix(self._account.id, self.region, name)}"
        self.state.gateways.append(
            {
                "gatewayArn": self.arn(f"gateway/{id}"),
                "gatewayId": id,
                "gatewayUrl": f"https://{id}.gateway.bedrock-agentcore.{self.region}.amazonaws.com/mcp",
                "name": name,
                "status": "READY",
                "createdAt": created or ago(90),
                "updatedAt": created or ago(90),
                "roleArn": f"arn:aws:iam::{self._account.id}:role/{name}",
                "protocolType": "MCP",
                "authorizerType": authorizer,
                "workloadIdentityDetails": {
                    "workloadIdentityArn": self.arn(f"workload-identity-directory/default/workload-identity/{id}")
                },
                **fields,
            }
        )
        return self.arn(f"gateway/{id}")

    def target(
        self,
        gateway: str,
        name: str,
        type: str,
        configuration: Mapping[str, Any],
        credential: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> str:
        """Put a target behind a gateway; the id that nhiscan gives it. `credential` None: the gateway's role."""
        id = stable_hex(10, gateway, name).upper()
        self.state.targets.setdefault(gateway.rpartition("/")[2], []).append(
            {
                "targetId": id,
                "targetType": type,
                "name": name,
                "status": "READY",
                "createdAt": ago(60),
                "updatedAt": ago(60),
                "targetConfiguration": dict(configuration),
                "credentialProviderConfigurations": [
                    dict(credential or {"credentialProviderType": "GATEWAY_IAM_ROLE"}),
                ],
                **fields,
            }
        )
        return f"{gateway}/target/{id}"

    def resource_policy(self, arn: str, document: Mapping[str, Any]) -> None:
        """Let a resource carry a policy of its own."""
        self._policies.documents[arn] = json.dumps(document)

    def browser(self, name: str, network: str = "PUBLIC", *, of_aws: bool = False, **fields: Any) -> str:
        """A browser of the account's own, or AWS's; its ARN. `fields` are those of GetBrowser."""
        id = "aws.browser.v1" if of_aws else f"{name}-{_suffix(self._account.id, self.region, name)}"
        arn = (
            f"arn:aws:bedrock-agentcore:{self.region}:aws:browser/{id}" if of_aws else self.arn(f"browser-custom/{id}")
        )
        self.tools.browsers.append({"browserId": id, "browserArn": arn, **self._tool(name, network), **fields})
        return arn

    def interpreter(self, name: str, network: str = "SANDBOX", *, of_aws: bool = False, **fields: Any) -> str:
        """A code interpreter of the account's own, or AWS's; its ARN. `fields` are those of GetCodeInterpreter."""
        id = "aws.codeinterpreter.v1" if of_aws else f"{name}-{_suffix(self._account.id, self.region, name)}"
        arn = self.arn(f"code-interpreter-custom/{id}")
        if of_aws:
            arn = f"arn:aws:bedrock-agentcore:{self.region}:aws:code-interpreter/{id}"
        tool = {"codeInterpreterId": id, "codeInterpreterArn": arn, **self._tool(name, network), **fields}
        self.tools.interpreters.append(tool)
        return arn

    def memory(self, name: str, **fields: Any) -> str:
        """A memory; its ARN. `fields` are those of GetMemory."""
        id = f"{name}-{_suffix(self._account.id, self.region, name)}"
        self.tools.memories.append(
            {
                "arn": self.arn(f"memory/{id}"),
                "id": id,
                "name": name,
                "eventExpiryDuration": 90,
                "status": "ACTIVE",
                "createdAt": ago(70),
                "updatedAt": ago(70),
                **fields,
            }
        )
        return self.arn(f"memory/{id}")

    def engine(self, name: str, **fields: Any) -> str:
        """A policy engine; its ARN."""
        id = f"{name}-{_suffix(self._account.id, self.region, name)}"
        arn = self.arn(f"policy-engine/{id}")
        self.engines.engines.append(
            {"policyEngineId": id, "name": name, "policyEngineArn": arn, **self._governing(), **fields}
        )
        return arn

    def policy(self, engine: str, name: str, statement: str, *, language: str = "cedar", **fields: Any) -> str:
        """A policy of an engine; its ARN. `language`: "cedar", or "policy" for Dogwood."""
        engine_id, id = engine.rpartition("/")[2], f"{name}-{_suffix(engine, name)}"
        self.engines.policies.setdefault(engine_id, []).append(
            {
                "policyId": id,
                "name": name,
                "policyEngineId": engine_id,
                "policyArn": f"{engine}/policy/{id}",
                "definition": {language: {"statement": statement}},
                **self._governing(),
                **fields,
            }
        )
        return f"{engine}/policy/{id}"

    def registry(self, name: str, *, standalone: bool = False, **fields: Any) -> str:
        """A registry of AgentCore, or of the AWS Agent Registry; its ARN. `fields` are those of GetRegistry."""
        id = stable_hex(16, self._account.id, self.region, name)
        arn = f"arn:aws:agent-registry:{self.region}:{self._account.id}:registry/{id}"
        arn = arn if standalone else self.arn(f"registry/{id}")
        state = self.standalone if standalone else self.registries
        made = {"registryId": id, "name": name, "registryArn": arn, "status": "READY", **self._dates(), **fields}
        state.registries.append(made)
        return arn

    def record(self, registry: str, name: str, type: str, descriptors: Any = None, **fields: Any) -> str:
        """A record of a registry; its ARN. `fields` are those of GetRegistryRecord, or of the list."""
        registry_id, id = registry.rpartition("/")[2], stable_hex(12, registry, name)
        standalone = ":agent-registry:" in registry
        state = self.standalone if standalone else self.registries
        state.records.setdefault(registry_id, []).append(
            {
                "registryArn": registry,
                "recordArn": f"{registry}/record/{id}",
                "recordId": id,
                "name": name,
                "recordType" if standalone else "descriptorType": type,
                "recordVersion": "1",
                "status": "APPROVED",
                **self._dates(),
                "descriptors": descriptors or {},
                **fields,
            }
        )
        return f"{registry}/record/{id}"

    def _dates(self) -> dict[str, Any]:
        return {"createdAt": ago(40), "updatedAt": ago(40)}

    def _governing(self) -> dict[str, Any]:
        return {"createdAt": ago(50), "updatedAt": ago(50), "status": "ACTIVE", "statusReasons": []}

    def _tool(self, name: str, network: str) -> dict[str, Any]:
        return {
            "name": name,
            "networkConfiguration": {"networkMode": network},
            "status": "READY",
            "createdAt": ago(80),
            "lastUpdatedAt": ago(80),
        }
