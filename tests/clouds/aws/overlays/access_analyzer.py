"""IAM Access Analyzer: analyzers, and findings in the two lists that AWS has for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged

_SUMMARY = (
    "analyzedAt", "createdAt", "error", "id", "resource", "resourceType", "resourceOwnerAccount", "status",
    "updatedAt", "findingType",
)  # fmt: skip


@dataclass
class Analyzers:
    """State of an account in a region."""

    analyzers: list[dict[str, Any]] = field(default_factory=list)
    """As ListAnalyzers shows them."""
    findings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """ARN of an analyzer -> findings as GetFindingV2 shows them."""
    page: int = 50


def _page(context: Context, key: str, items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    size = min(int(params.get("maxResults") or 100), context.regional(Analyzers).page)
    page, token = paged(items, params.get("nextToken"), size)
    return {key: page, **({"nextToken": token} if token else {})}


def _found(context: Context, params: dict[str, Any]) -> list[dict[str, Any]]:
    """Findings of an analyzer that pass the filter."""
    found = context.regional(Analyzers).findings.get(params["analyzerArn"])
    if found is None:
        raise ServiceError("ResourceNotFoundException", "The analyzer could not be found.", 404)
    for key, criterion in (params.get("filter") or {}).items():
        found = [finding for finding in found if "eq" not in criterion or finding.get(key) in criterion["eq"]]
    return found


@answers("accessanalyzer", "ListAnalyzers")
def _analyzers(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _page(context, "analyzers", context.regional(Analyzers).analyzers, params)


@answers("accessanalyzer", "ListFindings")
def _external(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    """AWS knows this list for analyzers of external access alone."""
    types = {one["arn"]: one["type"] for one in context.regional(Analyzers).analyzers}
    if types.get(params["analyzerArn"], "ACCOUNT") not in ("ACCOUNT", "ORGANIZATION"):
        raise ServiceError("ValidationException", "This operation supports external access analyzers only.")
    shown = []
    for finding in _found(context, params):
        access: dict[str, Any] = finding["findingDetails"][0]["externalAccessDetails"]
        summary = {key: finding[key] for key in _SUMMARY if key in finding and key != "findingType"}
        shown.append({**summary, **access})
    return _page(context, "findings", shown, params)


@answers("accessanalyzer", "ListFindingsV2")
def _others(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    shown = [{key: one[key] for key in _SUMMARY if key in one} for one in _found(context, params)]
    return _page(context, "findings", shown, params)


@answers("accessanalyzer", "GetFindingV2")
def _finding(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    for finding in _found(context, {"analyzerArn": params["analyzerArn"]}):
        if finding["id"] == params["id"]:
            details = finding["findingDetails"]
            return {**finding, **_page(context, "findingDetails", details, params)}
    raise ServiceError("ResourceNotFoundException", "The finding could not be found.", 404)
