"""Managed Airflow, which moto lacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Airflow:
    """Environments of an account in a region, by name, as GetEnvironment shows them."""

    environments: dict[str, dict[str, Any]] = field(default_factory=dict)


@answers("mwaa", "ListEnvironments")
def _environments(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    names = list(context.regional(Airflow).environments)
    page, token = paged(names, params.get("NextToken"), int(params.get("MaxResults") or 25))
    return {"Environments": page, **({"NextToken": token} if token else {})}


@answers("mwaa", "GetEnvironment")
def _environment(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    found = context.regional(Airflow).environments.get(params["Name"])
    if found is None:
        raise ServiceError("ResourceNotFoundException", "No such environment.", 404)
    return {"Environment": found}
