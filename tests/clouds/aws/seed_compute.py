"""Seeds of workloads: what gives a cluster's service accounts their roles, and functions that answer the internet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.clouds.aws.ids import stable_hex, stable_uuid
from tests.clouds.aws.overlays.apprunner import AppRunner
from tests.clouds.aws.overlays.eks_identity import Cluster, Clusters
from tests.clouds.aws.overlays.lambda_urls import Urls
from tests.clouds.aws.seed import Account, Role, ago
from tests.clouds.aws.untyped import moto_module


class Eks:
    """A cluster of an account in a region."""

    def __init__(self, account: Account, name: str, role: Role, region: str = "us-east-1", issuer: str = "") -> None:
        self._account, self._region, self.name = account, region, name
        backend = moto_module("eks.models").eks_backends[account.id][region]
        made = backend.create_cluster(name, role.arn, {"subnetIds": []})
        self.arn = str(made.arn)
        self.state: Cluster = account.emulator.store.get(Clusters, account.id, region).of(name)
        self.state.issuer = issuer or f"https://oidc.eks.{region}.amazonaws.com/id/{stable_hex(32, self.arn).upper()}"

    @property
    def issuer(self) -> str:
        """Issuer of the cluster's tokens, without its scheme."""
        return self.state.issuer.removeprefix("https://")

    def _part(self, kind: str, name: str) -> str:
        return f"arn:aws:eks:{self._region}:{self._account.id}:{kind}/{self.name}/{name}"

    def pod_identity(self, namespace: str, account: str, role: Role, target: Role | None = None, **more: Any) -> str:
        """Give a service account a role; the id of the association."""
        id = f"a-{stable_hex(16, self.arn, namespace, account)}"
        self.state.associations[id] = {
            "clusterName": self.name,
            "namespace": namespace,
            "serviceAccount": account,
            "roleArn": role.arn,
            "associationArn": self._part("podidentityassociation", id),
            "associationId": id,
            "createdAt": ago(50),
            "modifiedAt": ago(50),
            **({"targetRoleArn": target.arn} if target else {}),
            **more,
        }
        return id

    def addon(self, name: str, role: Role | None = None) -> str:
        """Install an add-on; its ARN."""
        arn = self._part("addon", f"{name}/{stable_uuid(self.arn, name)}")
        self.state.addons[name] = {
            "addonName": name,
            "clusterName": self.name,
            "status": "ACTIVE",
            "addonVersion": "v1.40.0-eksbuild.1",
            "addonArn": arn,
            "createdAt": ago(90),
            **({"serviceAccountRoleArn": role.arn} if role else {}),
        }
        return arn

    def capability(self, name: str, role: Role, type: str = "ARGOCD") -> str:
        """Have EKS run a controller; its ARN."""
        arn = self._part("capability", f"{type.lower()}/{name}/{stable_uuid(self.arn, name)}")
        self.state.capabilities[name] = {
            "capabilityName": name,
            "arn": arn,
            "clusterName": self.name,
            "type": type,
            "roleArn": role.arn,
            "status": "ACTIVE",
            "createdAt": ago(20),
        }
        return arn

    def entry(self, principal: str, *policies: str) -> None:
        """Let somebody in, with access policies by name."""
        self.state.entries[principal] = [f"arn:aws:eks::aws:cluster-access-policy/{policy}" for policy in policies]


def function_url(
    account: Account, function: str, auth: str = "NONE", alias: str = "", region: str = "us-east-1", lets_in: Any = "*"
) -> str:
    """Give a function of the emulator a URL and, with `lets_in`, the permission for it; the URL."""
    url = f"https://{stable_hex(32, account.id, region, function, alias)}.lambda-url.{region}.on.aws/"
    arn = f"arn:aws:lambda:{region}:{account.id}:function:{function}" + (f":{alias}" if alias else "")
    state = account.emulator.store.get(Urls, account.id, region)
    state.configs.setdefault(function, []).append(
        {
            "FunctionUrl": url,
            "FunctionArn": arn,
            "AuthType": auth,
            "CreationTime": "2026-06-01T00:00:00.000000Z",
            "LastModifiedTime": "2026-06-01T00:00:00.000000Z",
        }
    )
    if lets_in:
        backend = moto_module("awslambda.models").lambda_backends[account.id][region]
        statement = {
            "StatementId": f"url-{len(state.configs[function])}",
            "Action": "lambda:InvokeFunctionUrl",
            "Principal": lets_in,
        }
        kept = backend.add_permission(function, alias or None, json.dumps(statement))
        # AWS turns the parameter into a condition, and moto does not.
        kept["Condition"] = {"StringEquals": {"lambda:FunctionUrlAuthType": auth}}
    return url


def event_source(account: Account, function: str, source: str, region: str = "us-east-1", **more: Any) -> None:
    """Have a queue or stream start a function."""
    state = account.emulator.store.get(Urls, account.id, region)
    state.mappings.append(
        {
            "UUID": stable_uuid(account.id, region, function, source, str(len(state.mappings))),
            "EventSourceArn": source,
            "FunctionArn": f"arn:aws:lambda:{region}:{account.id}:function:{function}",
            "State": "Enabled",
            **more,
        }
    )


def apprunner_service(
    account: Account,
    name: str,
    source: Mapping[str, Any],
    role: str = "",
    public: bool = True,
    region: str = "us-east-1",
    tags: Mapping[str, str] | None = None,
    **more: Any,
) -> str:
    """An App Runner service; its ARN. `source` is its SourceConfiguration."""
    id = stable_hex(32, account.id, region, name)
    arn = f"arn:aws:apprunner:{region}:{account.id}:service/{name}/{id}"
    state = account.emulator.store.get(AppRunner, account.id, region)
    state.tags[arn] = dict(tags or {})
    state.services[arn] = {
        "ServiceName": name,
        "ServiceId": id,
        "ServiceArn": arn,
        "ServiceUrl": f"{id[:10]}.{region}.awsapprunner.com",
        "CreatedAt": ago(200),
        "UpdatedAt": ago(10),
        "Status": "RUNNING",
        "SourceConfiguration": dict(source),
        "InstanceConfiguration": {"InstanceRoleArn": role} if role else {},
        "AutoScalingConfigurationSummary": {},
        "NetworkConfiguration": {"IngressConfiguration": {"IsPubliclyAccessible": public}},
        **more,
    }
    return arn
