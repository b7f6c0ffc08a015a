"""What gives a cluster's pods and people their roles: pod identities, add-ons, controllers, access entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged
from tests.clouds.aws.untyped import moto_module


@dataclass
class Cluster:
    """State of a cluster beside what moto keeps of it."""

    issuer: str = ""
    """Its issuer of tokens; "" for moto's, which is the same for all clusters of a region."""
    mode: str = "API_AND_CONFIG_MAP"
    associations: dict[str, dict[str, Any]] = field(default_factory=dict)
    addons: dict[str, dict[str, Any]] = field(default_factory=dict)
    capabilities: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: dict[str, list[str]] = field(default_factory=dict)
    """By principal, the ARNs of its access policies."""


@dataclass
class Clusters:
    """By name."""

    named: dict[str, Cluster] = field(default_factory=dict)

    def of(self, name: str) -> Cluster:
        """State of a cluster, made where there is none."""
        return self.named.setdefault(name, Cluster())


def _cluster(context: Context, params: dict[str, Any]) -> Cluster:
    name = params["clusterName"]
    if name not in moto_module("eks.models").eks_backends[context.account][context.region].clusters:
        raise ServiceError("ResourceNotFoundException", f"No cluster found for name: {name}.", 404)
    return context.regional(Clusters).of(name)


def _page(key: str, items: list[Any], params: dict[str, Any]) -> dict[str, Any]:
    page, token = paged(items, params.get("nextToken"), int(params.get("maxResults") or 100))
    return {key: page, **({"nextToken": token} if token else {})}


def _one(key: str, things: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    if name not in things:
        raise ServiceError("ResourceNotFoundException", f"{name} was not found.", 404)
    return {key: things[name]}


@answers("eks", "DescribeCluster")
def _described(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    made = moto_module("eks.models").eks_backends[context.account][context.region].clusters.get(params["name"])
    if made is None:
        return None  # moto words the error
    state = context.regional(Clusters).of(params["name"])
    return {
        "cluster": {
            "name": made.name,
            "arn": made.arn,
            "createdAt": made.created_at,
            "version": made.version,
            "endpoint": made.endpoint,
            "roleArn": made.role_arn,
            "resourcesVpcConfig": {
                "endpointPublicAccess": True,
                "endpointPrivateAccess": False,
                "publicAccessCidrs": ["0.0.0.0/0"],
                **made.resources_vpc_config,
            },
            "identity": {"oidc": {"issuer": state.issuer}} if state.issuer else made.identity,
            "status": made.status,
            "tags": made.tags,
            "accessConfig": {"authenticationMode": state.mode},
        }
    }


@answers("eks", "ListPodIdentityAssociations")
def _associations(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    keys = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId")
    summaries = [{key: one[key] for key in keys} for one in _cluster(context, params).associations.values()]
    return _page("associations", summaries, params)


@answers("eks", "DescribePodIdentityAssociation")
def _association(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one("association", _cluster(context, params).associations, params["associationId"])


@answers("eks", "ListAddons")
def _addons(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _page("addons", list(_cluster(context, params).addons), params)


@answers("eks", "DescribeAddon")
def _addon(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one("addon", _cluster(context, params).addons, params["addonName"])


@answers("eks", "ListCapabilities")
def _capabilities(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    keys = ("capabilityName", "arn", "type", "status")
    summaries = [{key: one[key] for key in keys} for one in _cluster(context, params).capabilities.values()]
    return _page("capabilities", summaries, params)


@answers("eks", "DescribeCapability")
def _capability(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one("capability", _cluster(context, params).capabilities, params["capabilityName"])


@answers("eks", "ListAccessEntries")
def _entries(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    cluster = _cluster(context, params)
    if cluster.mode == "CONFIG_MAP":
        raise ServiceError(
            "InvalidRequestException", "The cluster's authentication mode must be set to one of [API, ...].", 400
        )
    policy = params.get("associatedPolicyArn")
    principals = [name for name, policies in cluster.entries.items() if policy is None or policy in policies]
    return _page("accessEntries", principals, params)
