"""App Runner, which moto does not know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class AppRunner:
    """State of an account in a region: services by ARN, as DescribeService shows them, and tags by ARN."""

    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)


_SUMMARY = ("ServiceName", "ServiceId", "ServiceArn", "ServiceUrl", "CreatedAt", "UpdatedAt", "Status")


@answers("apprunner", "ListServices")
def _services(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    services = list(context.regional(AppRunner).services.values())
    page, token = paged(services, params.get("NextToken"), min(20, int(params.get("MaxResults") or 20)))
    summaries = [{key: service[key] for key in _SUMMARY if key in service} for service in page]
    return {"ServiceSummaryList": summaries, **({"NextToken": token} if token else {})}


@answers("apprunner", "DescribeService")
def _service(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return {"Service": _known(context, params["ServiceArn"])}


@answers("apprunner", "ListTagsForResource")
def _tags(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    _known(context, params["ResourceArn"])
    tags = context.regional(AppRunner).tags.get(params["ResourceArn"], {})
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _known(context: Context, arn: str) -> dict[str, Any]:
    services = context.regional(AppRunner).services
    if arn not in services:
        raise ServiceError("ResourceNotFoundException", f"Service with ARN {arn} was not found.", 404)
    return services[arn]
