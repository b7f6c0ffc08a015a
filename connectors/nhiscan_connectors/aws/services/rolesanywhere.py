"""IAM Roles Anywhere: machines outside of AWS that take on roles with certificates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation, Shard
from nhiscan.model import Activity, AnyRecord, FederationProvider, Identity, Link, Signal
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.fields import Fields, text
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.times import moment


def _operation(name: str, purpose: str, hides: str) -> Operation:
    return Operation(name=f"rolesanywhere:{name}", permission=f"rolesanywhere:{name}", purpose=purpose, hides=hides)


ANCHORS = _operation(
    "ListTrustAnchors", "lists the certificate authorities that may vouch for machines", "machines outside of AWS"
)
PROFILES = _operation("ListProfiles", "lists the roles that machines may take on", "roles that machines may take on")
SUBJECTS = _operation("ListSubjects", "lists the machines that were seen, and when", "machines outside of AWS")


def collect(calls: Calls) -> None:
    """A region without a trust anchor costs one call: without one, no machine can sign in."""
    if list(calls.items(ANCHORS, "trustAnchors")):
        for operation in (PROFILES, SUBJECTS):
            for _ in calls.pages(operation):
                pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Trust anchors, the machines that came, and the roles that profiles hand out."""
    fields = Fields(shard, answers)
    anchors = list(fields.items(ANCHORS, "trustAnchors", "trustAnchorArn"))
    for anchor in anchors:
        yield FederationProvider(
            id=anchor["trustAnchorArn"],
            provider="aws",
            kind="x509",
            scope=shard.scope,
            name=text(anchor.get("name")) or anchor["trustAnchorArn"],
            created_at=moment(anchor.get("createdAt")),
            enabled=_flag(anchor.get("enabled")),
        )
    for profile in fields.items(PROFILES, "profiles"):
        if _flag(profile.get("enabled")) is not False:
            yield from _handed_out(profile, anchors, list(fields.texts(PROFILES, profile, "roleArns")))
    for subject in fields.items(SUBJECTS, "subjects", "subjectArn"):
        yield from _subject(shard, subject)
    yield from fields.gaps()


def _handed_out(profile: dict[str, Any], anchors: list[dict[str, Any]], roles: list[str]) -> Iterator[Link]:
    """What is switched off hands out nothing; where nobody says whether it is, it is taken to be on."""
    for role in roles:
        for anchor in anchors:
            if _flag(anchor.get("enabled")) is not False:
                under, by = text(anchor.get("name")), text(profile.get("name"))
                yield Link(
                    source=anchor["trustAnchorArn"],
                    target=role,
                    kind="hands_out",
                    reason=f"machines with a certificate under {under} get role {role} by profile {by}",
                )


def _subject(shard: Shard, subject: dict[str, Any]) -> Iterator[AnyRecord]:
    arn = subject["subjectArn"]
    seen = moment(subject.get("lastSeenAt"))
    yield Identity(
        id=arn,
        provider="aws",
        kind="x509-subject",
        name=text(subject.get("x509Subject")) or arn,
        scope=shard.scope,
        created_at=moment(subject.get("createdAt")),
        enabled=_flag(subject.get("enabled")),
        # A subject is there because it came once, so a time that is missing says nothing of its use.
        activity=Activity(last_used_at=seen, source=SUBJECTS.name) if seen else None,
    )
    detail = "signs in with a certificate by Roles Anywhere"
    yield Signal(subject=arn, name="roles-anywhere-subject", detail=detail, source=SUBJECTS.name)


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


SERVICE = Service(
    name="rolesanywhere", part="region", operations=(ANCHORS, PROFILES, SUBJECTS), collect=collect, parse=parse
)
