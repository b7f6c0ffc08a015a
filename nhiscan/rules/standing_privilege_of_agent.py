"""An AI agent that holds power at all times, where others hold it for a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from nhiscan.agents import belongs_to_agent
from nhiscan.governance import controls
from nhiscan.inventory import Inventory
from nhiscan.judging import judged_identities
from nhiscan.model import Assignment, Capability, Grant, Identity
from nhiscan.powers import WORDS, told
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, plain

PRIVILEGES: Final[frozenset[Capability]] = frozenset({"administer", "administer_identities"})
_MOST_GROUPS: Final = 200
"""Groups within groups that are followed from one identity."""
_MOST_LEVELS: Final = 64


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each AI persona's privileged roles by whether they end, where roles are activated or given for a time.

    What such a role allows at all is told by `administrator_agent` and `over_privileged_ai_persona`. A permission that
    is no role, and so can only be held at all times, is not judged.
    """
    activated = _activated(context.inventory)
    for identity in context.examine(i for i in judged_identities(context) if not i.human_access):
        agent = belongs_to_agent(context, identity.id)
        if agent is False:
            continue
        if context.admin(identity.id) == "unknown" or not context.knows(identity, "policies"):
            yield RULE.unknown(identity.id, "which roles it holds, and until when, could not be read")
            continue
        yield from _judge(context, identity, activated, agent=agent is True)


def _judge(context: RuleContext, identity: Identity, activated: Mapping[str, int], *, agent: bool) -> Iterator[Outcome]:
    assignments = _held(context.inventory, identity.id)
    unclear = ""
    for grant in _privileges(context.inventory, identity.id):
        roles = _giving(context.inventory, grant, assignments)
        standing = [one for one in roles if one.expires_at is None and one.role in context.inventory.policies]
        if not standing:
            continue
        place = next((place for place in _places(context.inventory, grant.resource) if place in activated), None)
        if place is None:
            if not all(context.inventory.knows(at, "policies") for at in _places(context.inventory, grant.resource)):
                unclear = "whether roles are activated there rather than held could not be read"
        elif len(standing) < len(roles):
            unclear = "whether its power comes from a role that could end is not told"
        elif not agent:
            unclear = "it holds power at all times, and whether it is an AI agent's is not known"
        else:
            yield _found(context, identity, grant, standing, place, activated[place])
            unclear = ""
            break
    if unclear:
        yield RULE.unknown(identity.id, unclear)


def _found(
    context: RuleContext, identity: Identity, grant: Grant, standing: list[Assignment], place: str, others: int
) -> Outcome:
    role = context.inventory.policies[standing[0].role]
    where = context.inventory.scopes[place]
    are = "1 role is" if others == 1 else f"{others} roles are"
    return RULE.finding(
        identity.id,
        f"{identity_name(identity)} belongs to an AI agent, holds the role {plain(role.name)} at all times and with no"
        f" end, and may {WORDS[grant.capability]}",
        told(grant),
        f"in {plain(where.name or where.id)} {are} activated for a while instead",
        key=(standing[0].role, grant.resource),
        confidence=None if len(standing) == 1 else "medium",
    )


def _activated(inventory: Inventory) -> Counter[str]:
    """How many roles have to be activated in each scope."""
    found: Counter[str] = Counter()
    for assignment in inventory.assignments:
        if assignment.eligible and (places := _places(inventory, assignment.scope)):
            found[places[0]] += 1
    return found


def _places(inventory: Inventory, scope: str) -> list[str]:
    """The scope that a place lies in, and those above it."""
    here: str | None = scope
    while here and here not in inventory.scopes:
        here = here.rpartition("/")[0]
    found: list[str] = []
    while here and here in inventory.scopes and here not in found and len(found) < _MOST_LEVELS:
        found.append(here)
        here = inventory.scopes[here].parent
    return found


def _held(inventory: Inventory, identity: str) -> list[Assignment]:
    """Roles that the identity and its groups hold, without those that have to be activated first.

    A group that it belongs to for a while only is left out.
    """
    holders = {identity: None}
    queue = [identity]
    while queue and len(holders) <= _MOST_GROUPS:
        member = queue.pop()
        ending = _ending(inventory, member)
        for membership in inventory.memberships_of(member):
            if membership.group not in holders and membership.group not in ending:
                holders[membership.group] = None
                queue.append(membership.group)
    return [one for holder in holders for one in inventory.assignments_of(holder) if not one.eligible]


def _ending(inventory: Inventory, member: str) -> set[str]:
    """Groups that are assigned to somebody with an end, as a role would be, and never without one."""
    assigned = [one for one in inventory.assignments_of(member) if not one.eligible]
    return {one.role for one in assigned if one.expires_at} - {one.role for one in assigned if not one.expires_at}


def _privileges(inventory: Inventory, identity: str) -> list[Grant]:
    grants = (grant for grant in inventory.grants_of(identity) if grant.capability in PRIVILEGES)
    return sorted(
        (grant for grant in grants if grant.answer == "allowed"), key=lambda grant: (grant.capability, grant.resource)
    )


def _giving(inventory: Inventory, grant: Grant, assignments: list[Assignment]) -> list[Assignment]:
    """What a privilege may come from: roles that its reason names, else all that is assigned in its scope."""
    there = [one for one in assignments if one.scope == grant.resource]
    named = [one for one in there if one.role in inventory.policies and _name(inventory, one) in grant.reason]
    return sorted(named or there, key=lambda one: (one.role, one.principal, one.id))


def _name(inventory: Inventory, assignment: Assignment) -> str:
    return plain(inventory.policies[assignment.role].name)


RULE = Rule(
    id="standing_privilege_of_agent",
    title="AI persona that holds privilege at all times",
    severity="medium",
    why=(
        "People there take a privileged role for an hour and with a reason; the agent has it day and night. Whoever"
        " misleads it need not wait, and nobody is asked to approve."
    ),
    remediation=(
        "Give the role an end and renew it for the task, or let a person who activates it do that step; an agent that"
        " needs it rarely should hold a small role and ask."
    ),
    references=(
        "https://learn.microsoft.com/en-us/entra/id-governance/privileged-identity-management/pim-configure",
        "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/",
    ),
    controls=controls.STANDING_ACCESS,
    risk=(
        "AI agents hold privileged roles day and night where people have to ask for them, so a misled agent can use"
        " them at once: {count} of them."
    ),
    check=check,
)
