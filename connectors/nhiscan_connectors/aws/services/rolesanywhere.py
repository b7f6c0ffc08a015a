"""IAM Roles Anywhere: machines outside of AWS that take on roles with certificates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation, Shard
from nhiscan.model import Activity, AnyRecord, CanBecome, FederationProvider, Identity, Link, Signal
from nhiscan_connectors.aws.blinding import gaps_about
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.times import moment


def _operation(name: str, purpose: str, hides: str) -> Operation:
    return Operation(name=f"rolesanywhere:{name}", permission=f"rolesanywhere:{name}", purpose=purpose, hides=hides)


ANCHORS = _operation(
    "ListTrustAnchors", "lists the certificate authorities that may vouch for machines", "machines outside of AWS"
)
PROFILES = _operation("ListProfiles", "lists the roles that machines may take on", "roles that machines may take on")
SUBJECTS = _operation("ListSubjects", "lists the machines that were seen, and when", "machines outside of AWS")
METHOD = "rolesanywhere-create-session"


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
            name=_name(anchor),
            issuer=text(table(table(anchor.get("source")).get("sourceData")).get("acmPcaArn")),
            created_at=moment(anchor.get("createdAt")),
            enabled=_flag(anchor.get("enabled")),
        )
    trusted = [anchor for anchor in anchors if _flag(anchor.get("enabled")) is not False]
    for profile in fields.items(PROFILES, "profiles"):
        if _flag(profile.get("enabled")) is not False:
            yield from _handed_out(profile, trusted, list(fields.texts(PROFILES, profile, "roleArns")))
    machines: list[str] = []
    for subject in fields.items(SUBJECTS, "subjects", "subjectArn"):
        machines.append(subject["subjectArn"])
        yield from _subject(shard, subject)
        if trusted and _flag(subject.get("enabled")) is not False:
            yield _vouched_for(shard, subject, trusted)
    if len(trusted) > 1 and machines:
        yield from (_either(shard, anchor) for anchor in trusted)
    yield from gaps_about(shard, answers, fields, (ANCHORS, PROFILES), tuple(machines))


def holder_of(anchor: str) -> str:
    """Name of whoever holds a certificate under a trust anchor, as a principal."""
    return f"x509:{anchor}"


def _handed_out(profile: dict[str, Any], anchors: list[dict[str, Any]], roles: list[str]) -> Iterator[AnyRecord]:
    """What is switched off hands out nothing; where nobody says whether it is, it is taken to be on.

    The last word has the trust policy of the role, which may name the anchor and what the certificate must say.
    """
    limited = bool(profile.get("sessionPolicy") or profile.get("managedPolicyArns"))
    conditions = ("trust policy of the role", *(("session policy of the profile",) if limited else ()))
    by = text(profile.get("name"))
    for role in dict.fromkeys(roles):
        for anchor in anchors:
            arn, under = anchor["trustAnchorArn"], _name(anchor)
            reason = f"machines with a certificate under {under} get role {role} by profile {by}"
            yield Link(source=arn, target=role, kind="hands_out", reason=reason)
            yield CanBecome(
                identity=holder_of(arn),
                target=role,
                method=METHOD,
                answer="conditional",
                conditions=conditions,
                reason=f"{reason}, where its trust policy lets them",
                fix=f"Take role {role} out of profile {by}, or name in its trust policy the certificates that may.",
            )


def _vouched_for(shard: Shard, subject: dict[str, Any], anchors: list[dict[str, Any]]) -> CanBecome:
    """A machine is not shown with the authority of its certificate: of several, it may be any."""
    only = anchors[0] if len(anchors) == 1 else None
    name = _subject_name(subject)
    under = _name(only) if only else f"one of {len(anchors)} trust anchors"
    return CanBecome(
        identity=subject["subjectArn"],
        target=holder_of(only["trustAnchorArn"]) if only else _any(shard),
        method="member",
        answer="allowed",
        reason=f"{name} signs in with a certificate under {under}",
        fix=f"Revoke the certificate of {name}.",
    )


def _any(shard: Shard) -> str:
    return f"any-of:{shard.scope}:{shard.region}:machines with certificates"


def _either(shard: Shard, anchor: dict[str, Any]) -> CanBecome:
    return CanBecome(
        identity=_any(shard),
        target=holder_of(anchor["trustAnchorArn"]),
        method="member",
        answer="conditional",
        conditions=("authority of the certificate",),
        reason=f"the certificate of a machine may be one under {_name(anchor)}",
        fix=f"Switch trust anchor {_name(anchor)} off if no machine needs it.",
    )


def _name(anchor: dict[str, Any]) -> str:
    return text(anchor.get("name")) or str(anchor["trustAnchorArn"])


def _subject_name(subject: dict[str, Any]) -> str:
    return text(subject.get("x509Subject")) or str(subject["subjectArn"])


def _subject(shard: Shard, subject: dict[str, Any]) -> Iterator[AnyRecord]:
    arn = subject["subjectArn"]
    seen = moment(subject.get("lastSeenAt"))
    yield Identity(
        id=arn,
        provider="aws",
        kind="x509-subject",
        name=_subject_name(subject),
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
