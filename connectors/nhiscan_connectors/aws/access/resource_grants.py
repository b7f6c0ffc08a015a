"""Capabilities that an identity has by the policy of a resource, whatever its own policies say.

Within an account a resource policy that names an identity is enough; the identity's own denies, the boundary of a
role and the organization still hold. Across accounts the identity's own policies must allow it too, so those grants
are told by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.model import Capability, Grant, Policy
from nhiscan_connectors.aws.access.capabilities import CAPABILITIES
from nhiscan_connectors.aws.access.conditions import holds
from nhiscan_connectors.aws.access.context import is_chosen
from nhiscan_connectors.aws.access.document import Statement
from nhiscan_connectors.aws.access.estate import Estate, Holder
from nhiscan_connectors.aws.access.layers import rule
from nhiscan_connectors.aws.access.resources import service_of
from nhiscan_connectors.aws.access.universe import BIT, mask_of_all

_BITS: Final = {
    capability: (mask_of_all(actions), tuple((action, BIT[action.lower()]) for action in actions))
    for capability, actions in CAPABILITIES.items()
}


def resource_grants(estate: Estate) -> Iterator[Grant]:
    """Grants by all resource policies that were read."""
    for use in estate.inventory.policy_uses:
        if use.use != "resource":
            continue
        policy = estate.inventory.policies.get(use.policy)
        document = estate.document(policy) if policy is not None else None
        if policy is None or document is None:
            continue
        for statement in document.statements:
            if statement.allow and statement.principals is not None and not statement.not_principal:
                yield from _by_statement(estate, policy, use.target, statement)


def _by_statement(estate: Estate, policy: Policy, resource: str, statement: Statement) -> Iterator[Grant]:
    assert statement.principals is not None
    for arn in sorted(statement.principals.arns):
        holder = estate.holders.get(arn)
        if holder is None or holder.scope != policy.scope:
            continue
        for capability, (mask, actions) in _BITS.items():
            if not statement.mask & mask:
                continue
            for action, bit in actions:
                if statement.mask & bit and action.partition(":")[0] == service_of(resource):
                    grant = _grant(estate, holder, capability, action, resource, policy, statement)
                    if grant is not None:
                        yield grant
                        break


def _grant(
    estate: Estate,
    holder: Holder,
    capability: Capability,
    action: str,
    resource: str,
    policy: Policy,
    statement: Statement,
) -> Grant | None:
    context = estate.context(holder)
    met = holds(statement.tests, context)
    if met is False:
        return None
    keys = set() if met is True else {key for key in met if not is_chosen(key.lower())}
    named = next((pattern for pattern in statement.resources if pattern.startswith(resource)), resource)
    bounded = holder.profile.boundary is not None and holder.kind == "iam-user"
    given = frozenset((0, 1)) if bounded else frozenset((0,))
    ruling = rule(holder.profile.view(action.lower()), named.replace("*", "x"), context, given=given)
    if not ruling:
        return None
    keys |= set(ruling.conditions)
    return Grant(
        identity=holder.id,
        capability=capability,
        resource=named,
        answer="unknown" if holder.boundary_unread else "conditional" if keys else "allowed",
        conditions=tuple(sorted(keys)),
        reason=f"{holder.subject} may {action} on {named} (resource policy {policy.name}, {statement.label})",
    )
