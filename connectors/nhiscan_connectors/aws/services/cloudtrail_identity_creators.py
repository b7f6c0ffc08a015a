"""CloudTrail: who made the users, roles, keys and identity providers of an account, where --creators asks for it.

IAM writes its events in one region, which is asked whatever regions are scanned. Calls in an account: one for each kind
of thing (6), and one more for every 50 that were made; none without --creators.
"""

from __future__ import annotations

from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.creation_events import OF_IDENTITIES
from nhiscan_connectors.aws.creators import LOOKUP, collect_creators, parse_creators
from nhiscan_connectors.aws.service import Service


def collect(calls: Calls) -> None:
    """One name of an event after the other, in IAM's own region."""
    collect_creators(calls, OF_IDENTITIES, at_home=True)


# What is found is joined by the service of the regions, for the histories of all of them at once.
SERVICE = Service(
    name="cloudtrail-identities",
    part="account",
    operations=(LOOKUP,),
    collect=collect,
    parse=parse_creators,
)
