"""Allow policies as records: who holds which role on what, under which condition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Operation
from nhiscan.model import AnyRecord, Assignment, Group, Identity, Signal
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.names import member_kind, principal_id
from nhiscan_connectors.gcp.vertex.principals import is_agents_own

_OF_PEOPLE: Final = re.compile(r"principal(?:Set)?://iam\.googleapis\.com/locations/[^/]+/workforcePools/", re.ASCII)
"""Start of a principal of a pool of people. What comes after the pool, its issuer chooses."""
_LONGEST_MEMBER: Final = 2000
"""Characters; the longest are principals of pools, whose subjects have 127 bytes at most."""


def holders(
    reading: Reading, operation: Operation, policy: dict[str, Any], resource: str, subject: str = ""
) -> Iterator[AnyRecord]:
    """The bindings of one policy. `resource`: id of what it stands on. `subject`: whom damage is told of."""
    for binding in reading.within(operation, policy, "bindings", "role", subject=subject):
        condition = text(table(binding.get("condition")).get("expression"))
        if binding.get("condition") and not condition:
            # A condition that cannot be read may let nobody in, or everybody; it must not pass for none.
            reading.leave_out(operation, f"a condition on {resource[:200]} has no expression", subject)
            condition = "unreadable condition"
        for member in reading.texts(operation, binding, "members", subject):
            if not _names_somebody(member):
                said = f"a member of {resource[:200]} names nobody: {member[:80]!r}"
                reading.leave_out(operation, said, subject or resource)
                continue
            yield Assignment(
                principal=principal_id(member),
                role=role_name(reading, binding["role"]),
                scope=resource,
                condition=condition,
                orphaned=member_kind(member) == "deleted",
                source=operation.name,
            )
            yield from whom(reading, member)


def _names_somebody(member: str) -> bool:
    """Whether a member is one that Google would take; what an export says may be made up."""
    if len(member) > _LONGEST_MEMBER:
        return False
    _, colon, rest = member.partition(":")
    return not colon or bool(rest.strip("/ "))


def role_name(reading: Reading, role: str) -> str:
    """A role as records name it: one of a project by the project's id."""
    if role.startswith("projects/"):
        number, slash, rest = role.removeprefix("projects/").partition("/")
        return f"projects/{reading.projects.id_of(number)}{slash}{rest}"
    return role


def whom(reading: Reading, member: str) -> Iterator[AnyRecord]:
    """People and groups, of whom Google's policies are the only source. Service accounts tell of themselves."""
    id = principal_id(member)
    match member_kind(member):
        case "user":
            email = id.partition(":")[2]
            yield Identity(id=id, provider="gcp", kind="google-user", name=email, scope=reading.top, email=email)
            yield Signal(subject=id, name="person-account-object", detail="policies name it as the account of a person")
        case "group" | "domain":
            yield Group(id=id, provider="gcp", name=id.partition(":")[2], scope=reading.top)
        case "principal" | "principal-set":
            if is_agents_own(member):
                return  # told by the agent itself, or when all is put together
            yield Identity(
                id=member,
                provider="gcp",
                kind="google-federated-principal",
                name=_short(member),
                scope=reading.top,
                human_access=_OF_PEOPLE.match(member) is not None,
                # Whoever it is lives where its pool's providers look for it.
                attributes={"outside": "true"},
            )


def _short(principal: str) -> str:
    """What people call a principal of a pool: "subject/repo:acme/app" without the pool's own long name."""
    _, found, rest = principal.partition("/workloadIdentityPools/")
    if not found:
        _, found, rest = principal.partition("/workforcePools/")
    return rest if found else principal.partition("://")[2]
