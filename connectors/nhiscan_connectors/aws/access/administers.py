"""Whether the layers of an identity amount to administration of its account."""

from __future__ import annotations

from typing import Final

from nhiscan_connectors.aws.access.administration import CORE, GRANTING, administrative_policies
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.layers import DENIED, Profile, Ruling
from nhiscan_connectors.aws.access.somewhere import everywhere, patterns_for, survives
from nhiscan_connectors.aws.access.universe import mask_of_all

_CORE_MASK: Final = mask_of_all(CORE)
_LOWER: Final = tuple(action.lower() for action in CORE)
_GRANTING: Final = tuple(action.lower() for action in GRANTING)


def administers(profile: Profile, partition: str, account: str, context: Context) -> Ruling:
    """Every layer must allow all of CORE on everything, and denies must leave one way to grant permissions."""
    if any(layer.allow_mask & _CORE_MASK != _CORE_MASK for layer in profile.layers):
        return DENIED
    conditions: set[str] = set()
    line = None
    context = context.plus({"iam:policyarn": administrative_policies(partition)[:1]})
    for action in _LOWER:
        view = profile.view(action)
        for pattern in patterns_for(action, partition, account):
            found = everywhere(view, pattern, context)
            if not found:
                return DENIED
            conditions.update(found.conditions)
            line = line or found.line
    left = _left(profile, partition, account, context)
    if not left:
        return left
    conditions.update(left.conditions)
    if conditions:
        return Ruling(answer="conditional", conditions=tuple(sorted(conditions)), line=line)
    return Ruling(answer="allowed", line=line)


def _left(profile: Profile, partition: str, account: str, context: Context) -> Ruling:
    best = DENIED
    for action in _GRANTING:
        for pattern in patterns_for(action, partition, account):
            found = survives(profile.view(action), pattern, context)
            if found.answer == "allowed":
                return found
            if found or not best:
                best = found
    return best


def depends_on_holder(profile: Profile) -> bool:
    """Whether two identities with this profile may get different answers."""
    return bool(profile.personal_mask & _CORE_MASK)
