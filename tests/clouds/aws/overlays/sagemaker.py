"""SageMaker beyond moto: users of Studio, inference components, MLflow and the apps of partners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class SageMaker:
    """State of an account in a region, each record as its Describe call shows it."""

    profiles: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    servers: list[dict[str, Any]] = field(default_factory=list)
    apps: list[dict[str, Any]] = field(default_factory=list)
    partners: list[dict[str, Any]] = field(default_factory=list)


def _page(key: str, items: list[dict[str, Any]], shown: Iterable[str], params: dict[str, Any]) -> dict[str, Any]:
    summaries = [{name: item[name] for name in shown if name in item} for item in items]
    page, token = paged(summaries, params.get("NextToken"), int(params.get("MaxResults") or 10))
    return {key: page, **({"NextToken": token} if token else {})}


def _one(items: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    for item in items:
        if all(item[name] == value for name, value in wanted.items()):
            return item
    raise ServiceError("ResourceNotFound", "Not found.")


@answers("sagemaker", "ListUserProfiles")
def _profiles(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    shown = ("DomainId", "UserProfileName", "Status", "CreationTime", "LastModifiedTime")
    return _page("UserProfiles", context.regional(SageMaker).profiles, shown, params)


@answers("sagemaker", "DescribeUserProfile")
def _profile(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    wanted = {name: params[name] for name in ("DomainId", "UserProfileName")}
    return _one(context.regional(SageMaker).profiles, **wanted)


@answers("sagemaker", "ListInferenceComponents")
def _components(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    shown = (
        "InferenceComponentArn", "InferenceComponentName", "EndpointArn", "EndpointName", "VariantName",
        "InferenceComponentStatus", "CreationTime", "LastModifiedTime",
    )  # fmt: skip
    return _page("InferenceComponents", context.regional(SageMaker).components, shown, params)


@answers("sagemaker", "DescribeInferenceComponent")
def _component(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    name = params["InferenceComponentName"]
    return _one(context.regional(SageMaker).components, InferenceComponentName=name)


@answers("sagemaker", "ListMlflowTrackingServers")
def _servers(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    shown = ("TrackingServerArn", "TrackingServerName", "CreationTime", "TrackingServerStatus", "MlflowVersion")
    return _page("TrackingServerSummaries", context.regional(SageMaker).servers, shown, params)


@answers("sagemaker", "DescribeMlflowTrackingServer")
def _server(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(SageMaker).servers, TrackingServerName=params["TrackingServerName"])


@answers("sagemaker", "ListMlflowApps")
def _apps(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    shown = ("Arn", "Name", "Status", "CreationTime", "MlflowVersion")
    return _page("Summaries", context.regional(SageMaker).apps, shown, params)


@answers("sagemaker", "DescribeMlflowApp")
def _app(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(SageMaker).apps, Arn=params["Arn"])


@answers("sagemaker", "ListPartnerApps")
def _partners(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    shown = ("Arn", "Name", "Type", "Status", "CreationTime")
    return _page("Summaries", context.regional(SageMaker).partners, shown, params)


@answers("sagemaker", "DescribePartnerApp")
def _partner(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(SageMaker).partners, Arn=params["Arn"])
