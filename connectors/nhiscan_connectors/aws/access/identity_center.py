"""IAM Identity Center: what a person or a group gains by being assigned a permission set in an account.

Identity Center makes a role in the account for each assigned permission set. The call that would name that role
does not exist, so it is recognised by carrying the same policies. Where no one role does, the permission set is
evaluated itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nhiscan.model import Assignment, CanBecome, Policy, administrator_of
from nhiscan_connectors.aws.access.administers import administers
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.document import Document
from nhiscan_connectors.aws.access.estate import PREFIX, Estate, Holder

METHOD = "sso-assignment"
_RESERVED = "/aws-reserved/sso.amazonaws.com/"

_Carried = tuple[frozenset[str], frozenset[int]]
"""Managed policies by id, and inline documents."""


def assigned(estate: Estate) -> Iterator[CanBecome]:
    """Edges of all assignments in AWS accounts, and from people to the groups that are assigned something."""
    inventory = estate.inventory
    groups: set[str] = set()
    roles = _roles(estate)
    for assignment in inventory.assignments:
        if not assignment.scope.startswith(PREFIX) or ":permissionSet/" not in assignment.role:
            continue
        groups.add(assignment.principal)
        yield from _edge(estate, assignment, roles)
    for membership in inventory.memberships:
        if membership.group in groups and membership.group in inventory.groups:
            yield CanBecome(
                identity=membership.member,
                target=membership.group,
                method="member",
                answer="allowed",
                reason=f"{_name(estate, membership.member)} is a member of group {_name(estate, membership.group)}",
                fix=f"Take {_name(estate, membership.member)} out of group {_name(estate, membership.group)}.",
            )


def _roles(estate: Estate) -> dict[tuple[str, _Carried], list[Holder]]:
    found: dict[tuple[str, _Carried], list[Holder]] = defaultdict(list)
    for holder in estate.holders.values():
        if _RESERVED in holder.id:
            found[holder.scope, _carried(estate, holder.policies)].append(holder)
    return found


def _carried(estate: Estate, policies: tuple[str, ...]) -> _Carried:
    managed: set[str] = set()
    inline: set[int] = set()
    for id_ in policies:
        policy = estate.inventory.policies.get(id_)
        document = estate.document(policy) if policy is not None and policy.kind == "inline" else None
        if policy is not None and policy.kind == "inline":
            inline.add(_same(document, policy))
        else:
            managed.add(id_)
    return frozenset(managed), frozenset(inline)


def _same(document: Document | None, policy: Policy) -> int:
    # Equal texts are one compiled document; an unreadable one is like no other.
    return id(document) if document is not None else id(policy)


def _edge(
    estate: Estate, assignment: Assignment, roles: dict[tuple[str, _Carried], list[Holder]]
) -> Iterator[CanBecome]:
    inventory = estate.inventory
    uses = inventory.policy_uses_of(assignment.role)
    policies = tuple(dict.fromkeys(use.policy for use in uses if use.use == "permission"))
    account = assignment.scope.removeprefix(PREFIX)
    who = _name(estate, assignment.principal)
    conditions = ("activation of the assignment",) if assignment.eligible else ()
    fix = f"Take the assignment of {_name(estate, assignment.role)} in account {account} from {who}."
    fitting = roles.get((assignment.scope, _carried(estate, policies)), [])
    if len(fitting) == 1:
        yield CanBecome(
            identity=assignment.principal,
            target=fitting[0].id,
            method=METHOD,
            answer="conditional" if conditions else "allowed",
            conditions=conditions,
            reason=f"{who} is assigned {fitting[0].subject} in account {account} by Identity Center",
            fix=fix,
        )
        return
    layer = estate.layer("identity policies", policies)
    limits, _ = estate.limits(assignment.scope, "organization-limit")
    profile = estate.profile(layer, None, limits)
    ruling = administers(profile, "aws", account, Context({}))
    if not ruling and not layer.missing:
        return
    conditions = tuple(sorted({*conditions, *ruling.conditions}))
    yield CanBecome(
        identity=assignment.principal,
        target=administrator_of(assignment.scope),
        method=METHOD,
        answer="unknown" if not ruling else "conditional" if conditions else "allowed",
        conditions=conditions,
        reason=f"{who} is assigned permission set {_name(estate, assignment.role)} in account {account}"
        + (", which administers it" if ruling else f", whose policies were not all read ({'; '.join(layer.missing)})"),
        fix=fix,
    )


def _name(estate: Estate, id_: str) -> str:
    inventory = estate.inventory
    if id_ in inventory.identities:
        return inventory.identities[id_].name
    if id_ in inventory.groups:
        return inventory.groups[id_].name
    return id_.rpartition("/")[2]
