"""IAM Roles Anywhere: machines outside of AWS that take on roles with certificates."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Operation, Shard
from nhiscan.model import Activity, AnyRecord, FederationProvider, Identity, Link, Signal
from nhiscan_connectors.aws.calls import Calls
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
    anchors = list(answers.items(ANCHORS, "trustAnchors"))
    for anchor in anchors:
        yield FederationProvider(
            id=str(anchor["trustAnchorArn"]),
            provider="aws",
            kind="x509",
            scope=shard.scope,
            name=str(anchor.get("name") or anchor["trustAnchorArn"]),
            created_at=moment(anchor.get("createdAt")),
            enabled=bool(anchor.get("enabled")),
        )
    for profile in answers.items(PROFILES, "profiles"):
        name, is_open = str(profile.get("name")), bool(profile.get("enabled"))
        for role in profile.get("roleArns") or ():
            for anchor in anchors:
                if is_open and anchor.get("enabled"):
                    anchor_name = anchor.get("name")
                    yield Link(
                        source=str(anchor["trustAnchorArn"]),
                        target=str(role),
                        kind="hands_out",
                        reason=f"machines with a certificate under {anchor_name} get role {role} by profile {name}",
                    )
    for subject in answers.items(SUBJECTS, "subjects"):
        arn, name = str(subject["subjectArn"]), str(subject.get("x509Subject") or subject["subjectArn"])
        yield Identity(
            id=arn,
            provider="aws",
            kind="x509-subject",
            name=name,
            scope=shard.scope,
            created_at=moment(subject.get("createdAt")),
            enabled=bool(subject.get("enabled")),
            activity=Activity(last_used_at=moment(subject.get("lastSeenAt")), source=SUBJECTS.name),
        )
        detail = "signs in with a certificate by Roles Anywhere"
        yield Signal(subject=arn, name="roles-anywhere-subject", detail=detail, source=SUBJECTS.name)


SERVICE = Service(
    name="rolesanywhere", part="region", operations=(ANCHORS, PROFILES, SUBJECTS), collect=collect, parse=parse
)
