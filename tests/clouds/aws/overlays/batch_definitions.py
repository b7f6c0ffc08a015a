"""Job definitions of Batch in pages, which moto gives all at once."""

from __future__ import annotations

from typing import Any

from tests.clouds.aws.overlay import Context, answers, paged
from tests.clouds.aws.untyped import moto_module


@answers("batch", "DescribeJobDefinitions")
def _definitions(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    backend = moto_module("batch.models").batch_backends[context.account][context.region]
    found = backend.describe_job_definitions(
        params.get("jobDefinitionName"), params.get("jobDefinitions"), params.get("status")
    )
    page, token = paged(found, params.get("nextToken"), min(100, int(params.get("maxResults") or 100)))
    shown = [{key: value for key, value in one.describe().items() if value is not None} for one in page]
    return {"jobDefinitions": shown, **({"nextToken": token} if token else {})}
