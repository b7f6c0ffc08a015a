"""Powers: what the capabilities of an identity amount to, and which of them cover everything of their kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from nhiscan.inventory import Inventory
from nhiscan.model import Capability, Grant
from nhiscan.wording import plain

WORDS: Final[Mapping[Capability, str]] = {
    "administer": "administer everything",
    "administer_identities": "change identities and what they may do",
    "change_guardrails": "weaken guardrails, policies and logs",
    "read_secrets": "read secrets",
    "destroy": "destroy data and systems",
    "run_code": "run code",
    "write_data": "change data",
    "read_data": "read data",
    "invoke_models": "call AI models",
}
"""Capabilities in words, worst first."""

_ID_PARTS: Final = 6
"""Parts of an id with colons: the last is the name, the one before it the account that the name lives in."""
_ANY_NAME: Final = re.compile(r"[*/:]+")
_ANY_OF_A_KIND: Final = re.compile(r"(?:[A-Za-z-]+[/:])?[*/:]+")
_LONGEST_REASON: Final = 400


def covers_everything(inventory: Inventory, resource: str) -> bool:
    """Whether a grant's resource is a whole scope, or everything of one kind in it: "*", a scope, "…:secret:*".

    "bucket/*" is one bucket: a word before the star names a kind only where the id tells the account as well.
    """
    if resource in inventory.scopes or resource == "*":
        return True
    parts = resource.split(":", _ID_PARTS - 1)
    if len(parts) < _ID_PARTS:
        return _ANY_NAME.fullmatch(resource) is not None
    any_name = _ANY_OF_A_KIND if parts[-2] else _ANY_NAME
    return any_name.fullmatch(parts[-1]) is not None


def surest(grants: Iterable[Grant]) -> Grant | None:
    """The grant that holds most certainly: without a condition before one with, and before one nobody could read."""
    order = {"allowed": 0, "conditional": 1, "unknown": 2}
    return min(grants, key=lambda grant: (order[grant.answer], grant.resource, grant.reason), default=None)


def by_capability(grants: Iterable[Grant]) -> dict[Capability, list[Grant]]:
    """Grants by what they allow, worst capability first."""
    found: dict[Capability, list[Grant]] = {capability: [] for capability in WORDS}
    for grant in grants:
        found[grant.capability].append(grant)
    return {capability: held for capability, held in found.items() if held}


def told(grant: Grant) -> str:
    """Why an identity holds a capability, as a sentence."""
    if grant.reason:
        return plain(grant.reason, _LONGEST_REASON)
    return f"{plain(grant.identity)} may {WORDS[grant.capability]} on {plain(grant.resource)}"
