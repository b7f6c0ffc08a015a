"""Seeds of Bedrock AgentCore: agents, what they act as, and the credentials that they may be given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.clouds.aws.ids import stable_secret
from tests.clouds.aws.overlays.agentcore_evaluations import Overseers
from tests.clouds.aws.overlays.agentcore_harnesses import Harnesses
from tests.clouds.aws.overlays.agentcore_identity import AgentIdentity
from tests.clouds.aws.overlays.agentcore_runtimes import AgentRuntimes
from tests.clouds.aws.seed import Account, ago


class Agents:
    """Agents of an account in a region, as AgentCore keeps them.

    Fields given by name are put into the record as the API shows it.
    """

    def __init__(self, account: Account, region: str = "us-east-1") -> None:
        self._account, self._region = account, region
        store = account.emulator.store
        self._runtimes = store.get(AgentRuntimes, account.id, region)
        self._harnesses = store.get(Harnesses, account.id, region)
        self.identity = store.get(AgentIdentity, account.id, region)
        self._overseers = store.get(Overseers, account.id, region)

    def arn(self, resource: str, service: str = "bedrock-agentcore") -> str:
        """ARN of something of AgentCore here."""
        return f"arn:aws:{service}:{self._region}:{self._account.id}:{resource}"

    def _id(self, name: str) -> str:
        return f"{name}-{stable_secret(10, self._account.id, self._region, name)}"

    def workload_identity(self, name: str, created: datetime | None = None, **fields: Any) -> str:
        """An identity of an agent; its ARN."""
        made = created or ago(120)
        arn = self.arn(f"workload-identity-directory/default/workload-identity/{name}")
        self.identity.identities.append(
            {"name": name, "workloadIdentityArn": arn, "createdTime": made, "lastUpdatedTime": made, **fields}
        )
        return arn

    def runtime(
        self,
        name: str,
        role: str,
        created: datetime | None = None,
        updated: datetime | None = None,
        endpoints: tuple[str, ...] = ("DEFAULT",),
        **fields: Any,
    ) -> str:
        """An agent's runtime, with the identity that AgentCore makes for it; its ARN."""
        id, made = self._id(name), created or ago(120)
        arn = self.arn(f"runtime/{id}")
        changed = updated or made
        self._runtimes.runtimes.append(
            {
                "agentRuntimeArn": arn,
                "agentRuntimeName": name,
                "agentRuntimeId": id,
                "agentRuntimeVersion": "1",
                "createdAt": made,
                "lastUpdatedAt": changed,
                "roleArn": role,
                "networkConfiguration": {"networkMode": "PUBLIC"},
                "status": "READY",
                "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800},
                "workloadIdentityDetails": {"workloadIdentityArn": self.workload_identity(id, made)},
                "agentRuntimeArtifact": {
                    "containerConfiguration": {
                        "containerUri": f"{self._account.id}.dkr.ecr.{self._region}.amazonaws.com/{name}:latest"
                    }
                },
                **fields,
            }
        )
        self._runtimes.endpoints[id] = [
            {
                "name": endpoint,
                "id": endpoint,
                "agentRuntimeEndpointArn": f"{arn}/runtime-endpoint/{endpoint}",
                "agentRuntimeArn": arn,
                "status": "READY",
                "liveVersion": "1",
                "targetVersion": "1",
                "createdAt": made,
                "lastUpdatedAt": changed,
            }
            for endpoint in endpoints
        ]
        return arn

    def harness(
        self,
        name: str,
        role: str,
        model: dict[str, Any] | None = None,
        created: datetime | None = None,
        network: dict[str, Any] | None = None,
        listed_as_runtime: bool = False,
        **fields: Any,
    ) -> str:
        """A managed agent, with the identity of the runtime that AWS runs it on; its ARN.

        `listed_as_runtime`: have that runtime appear among the account's runtimes too.
        """
        id, made = self._id(name), created or ago(90)
        runtime = f"harness_{id}"
        if listed_as_runtime:
            self.runtime(f"harness_{name}", role, made)
            runtime = self._runtimes.runtimes[-1]["agentRuntimeId"]
        else:
            self.workload_identity(runtime, made)
        arn = self.arn(f"harness/{id}")
        self._harnesses.harnesses.append(
            {
                "harnessId": id,
                "harnessName": name,
                "arn": arn,
                "status": "READY",
                "harnessVersion": "1",
                "executionRoleArn": role,
                "createdAt": made,
                "updatedAt": made,
                "model": model or {"bedrockModelConfig": {"modelId": "anthropic.claude-sonnet-4-20250514-v1:0"}},
                "systemPrompt": [{"text": "You help people with their orders."}],
                "tools": [],
                "skills": [],
                "allowedTools": ["*"],
                "truncation": {"strategy": "sliding_window"},
                "environment": {
                    "agentCoreRuntimeEnvironment": {
                        "agentRuntimeArn": self.arn(f"runtime/{runtime}"),
                        "agentRuntimeName": f"harness_{name}",
                        "agentRuntimeId": runtime,
                        "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 600, "maxLifetime": 7200},
                        "networkConfiguration": network or {"networkMode": "PUBLIC"},
                    }
                },
                **fields,
            }
        )
        return arn

    def secret(self, name: str) -> str:
        """ARN of a secret of Secrets Manager."""
        return self.arn(f"secret:{name}-{stable_secret(6, name)}", "secretsmanager")

    def _provider(
        self, family: str, name: str, created: datetime | None, updated: datetime | None, fields: dict[str, Any]
    ) -> dict[str, Any]:
        made = created or ago(200)
        # Here AWS writes another service than where it refers to a provider.
        arn = self.arn(f"token-vault/default/{family}credentialprovider/{name}", "acps")
        return {
            "name": name,
            "credentialProviderArn": arn,
            "createdTime": made,
            "lastUpdatedTime": updated or made,
            **fields,
        }

    def provider_id(self, family: str, name: str) -> str:
        """ARN of a provider as others refer to it. `family`: apikey, oauth2, payment."""
        return self.arn(f"token-vault/default/{family}credentialprovider/{name}")

    def api_key(
        self, name: str, created: datetime | None = None, updated: datetime | None = None, **fields: Any
    ) -> str:
        """A key that agents may be given; the ARN by which others refer to it."""
        kept = {"apiKeySecretArn": {"secretArn": self.secret(f"bedrock-agentcore-identity!default/apikey/{name}")}}
        self.identity.api_keys.append(self._provider("apikey", name, created, updated, {**kept, **fields}))
        return self.provider_id("apikey", name)

    def oauth2(
        self,
        name: str,
        vendor: str = "GithubOauth2",
        settings: dict[str, Any] | None = None,
        created: datetime | None = None,
        updated: datetime | None = None,
        **fields: Any,
    ) -> str:
        """An OAuth client that agents may act by; the ARN by which others refer to it."""
        discovery = {"oauthDiscovery": {"discoveryUrl": "https://id.example.com/.well-known/openid-configuration"}}
        kept = {
            "credentialProviderVendor": vendor,
            "clientSecretArn": {"secretArn": self.secret(f"bedrock-agentcore-identity!default/oauth2/{name}")},
            "oauth2ProviderConfigOutput": settings
            or {"githubOauth2ProviderConfig": {**discovery, "clientId": f"client-of-{name}"}},
            "status": "READY",
        }
        self.identity.oauth2.append(self._provider("oauth2", name, created, updated, {**kept, **fields}))
        return self.provider_id("oauth2", name)

    def payment(self, name: str, created: datetime | None = None, updated: datetime | None = None) -> str:
        """Keys by which agents pay, of Coinbase; the ARN by which others refer to them."""
        settings = {
            "apiKeyId": f"key-of-{name}",
            "apiKeySecretArn": {"secretArn": self.secret(f"bedrock-agentcore-identity!default/payment/{name}/key")},
            "apiKeySecretSource": "MANAGED",
            "walletSecretArn": {"secretArn": self.secret(f"wallets/{name}")},
            "walletSecretSource": "EXTERNAL",
        }
        kept = {
            "credentialProviderVendor": "CoinbaseCDP",
            "providerConfigurationOutput": {"coinbaseCdpConfiguration": settings},
        }
        self.identity.payments.append(self._provider("payment", name, created, updated, kept))
        return self.provider_id("payment", name)

    def evaluation(
        self, name: str, role: str, agents: tuple[str, ...] = ("support.DEFAULT",), created: datetime | None = None
    ) -> str:
        """An evaluation that watches agents; its ARN."""
        id, made = self._id(name), created or ago(40)
        arn = self.arn(f"online-evaluation-config/{id}")
        self._overseers.evaluations.append(
            {
                "onlineEvaluationConfigArn": arn,
                "onlineEvaluationConfigId": id,
                "onlineEvaluationConfigName": name,
                "status": "ACTIVE",
                "executionStatus": "ENABLED",
                "createdAt": made,
                "updatedAt": made,
                "rule": {"samplingConfig": {"samplingPercentage": 12.5}},
                "dataSourceConfig": {
                    "cloudWatchLogs": {
                        "logGroupNames": ["/aws/bedrock-agentcore/runtimes/support"],
                        "serviceNames": list(agents),
                    }
                },
                "evaluators": [{"evaluatorId": "Builtin.Helpfulness"}],
                "outputConfig": {"cloudWatchConfig": {"logGroupName": "/aws/bedrock-agentcore/evaluations/results"}},
                "evaluationExecutionRoleArn": role,
            }
        )
        return arn

    def payment_manager(self, name: str, role: str, authorizer: str = "AWS_IAM", **fields: Any) -> str:
        """What agents pay by, with its identity; its ARN."""
        id = self._id(name)
        arn = self.arn(f"payment-manager/{id}")
        self._overseers.managers.append(
            {
                "paymentManagerArn": arn,
                "paymentManagerId": id,
                "name": name,
                "authorizerType": authorizer,
                "roleArn": role,
                "workloadIdentityDetails": {"workloadIdentityArn": self.workload_identity(id)},
                "status": "READY",
                "createdAt": ago(30),
                "lastUpdatedAt": ago(30),
                **fields,
            }
        )
        return arn
