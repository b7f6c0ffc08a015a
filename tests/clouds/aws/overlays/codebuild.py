"""CodeBuild: project names by the page, and the tokens of source hosts, which moto lacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.overlay import Context, answers, paged
from tests.clouds.aws.untyped import moto_module


@dataclass
class SourceCredentials:
    """Imported tokens of an account in a region, as the API shows them."""

    shown: list[dict[str, Any]] = field(default_factory=list)


@answers("codebuild", "ListProjects")
def _projects(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    backend = moto_module("codebuild.models").codebuild_backends[context.account][context.region]
    page, token = paged(backend.list_projects(), params.get("nextToken"), 100)
    if not page:
        return None  # the model has no word for an empty list, moto and AWS have
    return {"projects": page, **({"nextToken": token} if token else {})}


@answers("codebuild", "ListSourceCredentials")
def _source_credentials(context: Context, _params: dict[str, Any]) -> dict[str, Any]:
    return {"sourceCredentialsInfos": context.regional(SourceCredentials).shown}
