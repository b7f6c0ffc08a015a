"""Which regions an account has: those that every account has, and those that it opted into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from tests.clouds.aws.overlay import Context, answers, paged

ALWAYS: Final = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
OPT_IN: Final = (
    "af-south-1", "ap-east-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ca-west-1", "eu-central-2",
    "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1",
)  # fmt: skip


@dataclass
class Regions:
    """The regions of an account."""

    always: tuple[str, ...] = ALWAYS
    """Regions that need no opt-in. A test may have fewer than AWS, to be quick."""
    opted_in: set[str] = field(default_factory=set)


@answers("account", "ListRegions")
def _regions(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.store.get(Regions, params.get("AccountId") or context.account)
    regions = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in state.always]
    for name in OPT_IN:
        regions.append({"RegionName": name, "RegionOptStatus": "ENABLED" if name in state.opted_in else "DISABLED"})
    wanted = params.get("RegionOptStatusContains")
    chosen = [region for region in regions if not wanted or region["RegionOptStatus"] in wanted]
    page, token = paged(chosen, params.get("NextToken"), int(params.get("MaxResults") or 20))
    return {"Regions": page, **({"NextToken": token} if token else {})}


@answers("ec2", "DescribeRegions")
def _describe(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.state(Regions)
    statuses = dict.fromkeys(state.always, "opt-in-not-required")
    statuses |= {name: "opted-in" if name in state.opted_in else "not-opted-in" for name in OPT_IN}
    everything = str(params.get("AllRegions", "")).lower() == "true"
    named = params.get("RegionNames")
    return {
        "Regions": [
            {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": status}
            for name, status in sorted(statuses.items())
            if (everything or status != "not-opted-in") and (not named or name in named)
        ]
    }
