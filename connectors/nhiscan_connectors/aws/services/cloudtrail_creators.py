"""CloudTrail: who made the agents, functions, projects and secrets of a region, where --creators asks for it.

Calls in an account and region: one for each kind of thing (14), and one more for every 50 that were made; none without
--creators. See `nhiscan_connectors.aws.creators` for what is told.
"""

from __future__ import annotations

from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.creation_events import OF_A_REGION
from nhiscan_connectors.aws.creators import LOOKUP, collect_creators, join_creators, parse_creators
from nhiscan_connectors.aws.service import Service


def collect(calls: Calls) -> None:
    """One name of an event after the other."""
    collect_creators(calls, OF_A_REGION)


SERVICE = Service(
    name="cloudtrail",
    part="region",
    operations=(LOOKUP,),
    collect=collect,
    parse=parse_creators,
    join=join_creators,
)
