"""URLs of functions, which moto keeps and does not list; event source mappings in pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged
from tests.clouds.aws.untyped import moto_module


@dataclass
class Urls:
    """State of an account in a region."""

    configs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """URLs by the name of their function, as the API shows them."""
    mappings: list[dict[str, Any]] = field(default_factory=list)


@answers("lambda", "ListFunctionUrlConfigs")
def _configs(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    name = params["FunctionName"].rpartition(":")[2]
    known = moto_module("awslambda.models").lambda_backends[context.account][context.region].list_functions()
    if name not in {function.function_name for function in known}:
        raise ServiceError("ResourceNotFoundException", f"Function not found: {name}", 404)
    configs = context.regional(Urls).configs.get(name, [])
    page, marker = paged(configs, params.get("Marker"), min(50, int(params.get("MaxItems") or 50)))
    return {"FunctionUrlConfigs": page, **({"NextMarker": marker} if marker else {})}


@answers("lambda", "ListEventSourceMappings")
def _mappings(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    mappings = context.regional(Urls).mappings
    page, marker = paged(mappings, params.get("Marker"), min(100, int(params.get("MaxItems") or 100)))
    return {"EventSourceMappings": page, **({"NextMarker": marker} if marker else {})}
