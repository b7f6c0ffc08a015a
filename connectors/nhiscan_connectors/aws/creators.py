"""Who made things: the calls that ask CloudTrail's event history, and what its events say of the caller.

CloudTrail remembers 90 days, and answers two requests a second in an account and region. So a scan asks only when it
is told to (--creators), one name of an event after the other; the SDK slows down by itself where AWS says that it is
too fast.

What events tell is kept in the attributes of one record a region, "cloudtrail-event-history": `made:<id>` with the
maker as JSON, "events" (how many were read) and "events_without_id" (that do not say what was made). `join` looks up
which of these things are still there, for most things that are made by pipelines are gone after 90 days.

A person who made something may know whose it is, so a person becomes an owner of kind "creator". A role or a user
without password made things because somebody told it to; it answers for nothing and is linked with "created_by".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from nhiscan.connector import Operation, Page, Params, Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, Ownership, Resource
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.creation_events import Creation, Event, kept_of_page, read_event
from nhiscan_connectors.aws.plan import CREATORS
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.aws.services.identity_center import user_arn
from nhiscan_connectors.common.times import moment

LOOKUP = call(
    "cloudtrail:LookupEvents",
    "tells who made users, roles, keys, agents and functions in the last 90 days, where --creators asks for it",
    "who made what is younger than 90 days",
    blinds=(),
)

KIND: Final = "cloudtrail-event-history"
_MADE: Final = "made:"

_SESSION: Final = re.compile(r"arn:aws[a-z-]{0,12}:sts::\d{12}:assumed-role/[^/]{1,128}/(.{1,256})")
_PEOPLES_ROLE: Final = re.compile(
    r"arn:aws[a-z-]{0,12}:iam::\d{12}:role/aws-reserved/sso\.amazonaws\.com/(?:[a-z0-9-]{1,30}/)?AWSReservedSSO_.{1,128}"
)
"""Roles that only Identity Center can make and take on; the session is named after the person."""
_EMAIL: Final = re.compile(r"[^@\s,;|<>\"]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_MACHINES: Final = (".gserviceaccount.com", ".amazonaws.com", ".local", ".internal")
"""Ends of what looks like an address and is a machine's."""


class Maker(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who made a thing."""

    event: str
    at: str = ""
    """RFC 3339; empty when the event does not say."""
    person: str = ""
    """Name, address or id of a person; empty when it is not known that there was one."""
    known_by: str = ""
    """How we know the person: "source identity", "session name"."""
    identity: str = ""
    """Id of the identity that made the call."""
    session: str = ""
    through: str = ""
    """Service of AWS that made the call in the caller's name."""


class BriefCalls(Calls):
    """Calls whose answers are cut down to what is read, before they are written."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls._sessions, calls.shard, calls._sink)

    @property
    def home(self) -> str:
        """Region in which IAM of this partition writes its events."""
        region = self._sessions.region
        if region.startswith("cn-"):
            return "cn-north-1"
        return "us-gov-west-1" if region.startswith("us-gov-") else "us-east-1"

    def _fetch(self, operation: Operation, params: Params, region: str) -> Callable[[str | None], Page]:
        fetch = super()._fetch(operation, params, region)

        def brief(token: str | None) -> Page:
            page = fetch(token)
            return Page(body=kept_of_page(page.body), next=page.next)

        return brief


def collect_creators(calls: Calls, creations: tuple[Creation, ...], *, at_home: bool = False) -> None:
    """One call and more for each name of an event. `at_home`: in the region where IAM writes its events."""
    if not calls.shard.options.get(CREATORS):
        return
    brief = BriefCalls(calls)
    region = brief.home if at_home else ""
    for name in dict.fromkeys(creation.name for creation in creations):
        named = [{"AttributeKey": "EventName", "AttributeValue": name}]
        if not sum(1 for _ in brief.pages(LOOKUP, region, LookupAttributes=named)):
            return  # refused, and so would the others be


def parse_creators(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """The event history of a region, with the last maker of each thing."""
    reading = Reading(shard, answers)
    made: dict[str, Maker] = {}
    read = unnamed = 0
    pages = (kept_of_page(body) for body in reading.bodies(LOOKUP))
    for item in (item for page in pages for item in reading.within(LOOKUP, page, "Events", "CloudTrailEvent")):
        event = read_event(item["CloudTrailEvent"])
        if event is None or event.failed:
            continue
        read += 1
        maker = maker_of(event)
        if not event.made:
            unnamed += 1
        elif event.made not in made or made[event.made].at <= maker.at:
            made[event.made] = maker
    if read or answers.answered(LOOKUP):  # what was read counts, though a later page was refused; the gap tells of it
        facts = {"events": str(read), **({"events_without_id": str(unnamed)} if unnamed else {})}
        for subject, maker in sorted(made.items()):
            facts[_MADE + subject] = msgspec.json.encode(maker).decode()
        yield Resource(
            id=f"{shard.scope}/{shard.region or 'iam'}/event-history",
            provider="aws",
            kind=KIND,
            name=f"CloudTrail event history of {shard.region or 'IAM'}",
            scope=shard.scope,
            region=shard.region,
            attributes=facts,
        )
    yield from reading.sightings(LOOKUP, lambda _, __: ("", "an event of CloudTrail"))
    yield from reading.gaps()


def maker_of(event: Event) -> Maker:
    """Who made the call of an event. A service of AWS that acted by itself is nobody."""
    moment_ = moment(event.time)
    maker = Maker(event=event.creation.name, at=moment_.isoformat() if moment_ else "")
    if event.type == "AWSService":
        return maker
    session = match[1] if (match := _SESSION.fullmatch(event.arn)) else ""
    through = event.invoked_by if event.invoked_by.endswith(".amazonaws.com") else ""
    identity = event.issuer or ("" if session else event.arn)
    if event.type == "AWSAccount":
        identity = f"aws:{event.account}" if event.account else ""
    person, known_by = _person(event, session)
    return msgspec.structs.replace(
        maker, person=person, known_by=known_by, identity=identity, session=session, through=through
    )


def _person(event: Event, session: str) -> tuple[str, str]:
    """The person behind a call, and how we know: the surest first. Whoever takes on a role may choose a session name,
    unless the role is one of Identity Center's."""
    if event.on_behalf_of:
        return user_arn(event.on_behalf_of), "on behalf of a user of Identity Center"
    if session and _PEOPLES_ROLE.fullmatch(event.issuer):
        return session, "session of Identity Center"
    if event.source_identity:
        return event.source_identity, "source identity"
    if _EMAIL.fullmatch(session) and not session.lower().endswith(_MACHINES):
        return session, "session name"
    return "", ""


def join_creators(inventory: Inventory) -> Iterator[AnyRecord]:
    """Makers of the things that are still there."""
    for history in inventory.resources.values():
        if history.kind != KIND or history.provider != "aws":
            continue
        for key, written in history.attributes.items():
            subject = key.removeprefix(_MADE)
            if subject != key and _is_there(inventory, subject):
                yield from _told(inventory, subject, msgspec.json.decode(written, type=Maker))


def _is_there(inventory: Inventory, id: str) -> bool:
    return any(
        id in known
        for known in (
            inventory.identities, inventory.credentials, inventory.workloads, inventory.secrets, inventory.resources,
            inventory.federation_providers,
        )
    )  # fmt: skip


def _told(inventory: Inventory, subject: str, maker: Maker) -> Iterator[AnyRecord]:
    source = f"{LOOKUP.name} {maker.event}"
    if maker.person:
        yield Ownership(subject=subject, owner=maker.person, kind="creator", source=f"{source} ({maker.known_by})")
    elif _is_persons(inventory, maker.identity):
        yield Ownership(subject=subject, owner=maker.identity, kind="creator", source=source)
    elif maker.identity:
        session = f" in session {maker.session}" if maker.session else ""
        through = f" through {maker.through}" if maker.through else ""
        day = f" on {maker.at[:10]}" if maker.at else ""
        reason = f"{_name(inventory, maker.identity)} made it{session}{through}{day} ({maker.event})"
        yield Link(source=subject, target=maker.identity, kind="created_by", reason=reason)


def _is_persons(inventory: Inventory, id: str) -> bool:
    """Whether an identity is a user with what only people need: a password for the console, a second factor."""
    identity = inventory.identities.get(id)
    if identity is None or identity.kind != "iam-user":
        return False
    passwords = any(credential.kind == "password" for credential in inventory.credentials_of(id))
    return passwords or inventory.has_factor(identity) is True


def _name(inventory: Inventory, id: str) -> str:
    identity = inventory.identities.get(id)
    return f"{identity.kind.removeprefix('iam-')} {identity.name}" if identity else id
