"""Privilege: the dangerous capabilities of an identity, by how sure they are, short of administering."""

from __future__ import annotations

from typing import Final

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.judging import POWER, is_powerful
from nhiscan.model import Capability, Grant, Identity
from nhiscan.powers import WORDS, by_capability, covers_everything, surest, told
from nhiscan.rule import RuleContext
from nhiscan.wording import identity_name, listed

_ANYWHERE: Final[frozenset[Capability]] = frozenset({"administer", "administer_identities", "change_guardrails"})
"""Dangerous on whatever they cover."""
_EVERYWHERE: Final[frozenset[Capability]] = frozenset(
    {"read_secrets", "destroy", "run_code", "write_data", "read_data"}
)
"""Dangerous when they cover everything of their kind."""
_GRAVE: Final[frozenset[Capability]] = frozenset({"administer", "administer_identities", "read_secrets", "destroy"})
_MOST_REASONS: Final = 3


class Privilege(msgspec.Struct, frozen=True, kw_only=True):
    """How much an identity may do."""

    powerful: bool
    """It administers, or can make itself an administrator."""
    grave: bool
    """It is powerful, or certainly holds what nearly amounts to that."""
    sure: bool
    """Whether what is told holds without a condition."""
    unread: bool
    """Nothing dangerous is known of it, and something that would tell could not be read."""
    evidence: tuple[str, ...]
    """What it may do, as sentences; empty when nothing dangerous is known."""


def privilege(context: RuleContext, identity: Identity) -> Privilege:
    """What an identity may do that is dangerous in the wrong hands."""
    found = _held(context.inventory, identity.id)
    allowed = {capability: grant for capability, grant in found.items() if grant.answer == "allowed"}
    known = allowed or {capability: grant for capability, grant in found.items() if grant.answer == "conditional"}
    powerful = is_powerful(context, identity.id)
    name = identity_name(identity)
    evidence = [f"{name} {POWER[context.admin(identity.id)]}"] if powerful else []
    if known:
        on_condition = "" if allowed else " if a condition holds"
        evidence += [f"{name} may {listed(WORDS[capability] for capability in known)}{on_condition}"]
        evidence += [told(grant) for grant in known.values()][:_MOST_REASONS]
    hidden = (
        context.admin(identity.id) == "unknown" or not context.knows(identity, "policies") or len(found) > len(known)
    )
    return Privilege(
        powerful=powerful,
        grave=powerful or not _GRAVE.isdisjoint(allowed),
        sure=powerful or bool(allowed),
        unread=hidden and not evidence,
        evidence=tuple(evidence),
    )


def _held(inventory: Inventory, identity: str) -> dict[Capability, Grant]:
    found: dict[Capability, Grant] = {}
    for capability, grants in by_capability(inventory.grants_of(identity)).items():
        if capability in _EVERYWHERE:
            grants = [grant for grant in grants if covers_everything(inventory, grant.resource)]
        elif capability not in _ANYWHERE:
            continue
        if (grant := surest(grants)) is not None:
            found[capability] = grant
    return found
