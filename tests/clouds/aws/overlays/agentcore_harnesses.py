"""AgentCore harnesses, which moto has not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.overlay import Context, answers
from tests.clouds.aws.overlays.agentcore_runtimes import one, page

_LISTED: tuple[str, ...] = ("harnessId", "harnessName", "arn", "status", "createdAt", "updatedAt", "harnessVersion")


@dataclass
class Harnesses:
    """State of an account in a region, each record as the API shows it in full."""

    harnesses: list[dict[str, Any]] = field(default_factory=list)


@answers("bedrock-agentcore-control", "ListHarnesses")
def _harnesses(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Harnesses)
    shown = [{key: harness[key] for key in _LISTED if key in harness} for harness in state.harnesses]
    return page("harnesses", shown, params)


@answers("bedrock-agentcore-control", "GetHarness")
def _harness(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return {"harness": one(context.regional(Harnesses).harnesses, "harnessId", params["harnessId"])}
