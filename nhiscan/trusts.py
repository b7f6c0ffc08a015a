"""Trusts: who is let in by an entry of a trust, and which of its conditions really keep others out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.inventory import Inventory
from nhiscan.judging import judged_identities
from nhiscan.model import Guard, GuardKind, Identity, Scope, Trust
from nhiscan.rule import Rule, RuleContext, Unknown
from nhiscan.wording import listed, plain

_PLACE_PARTS: Final = 5
"""Parts of an id, between colons, that say where something lives; what follows is a name that its owner chose."""


def confining(trust: Trust, *kinds: GuardKind) -> list[Guard]:
    """Guards that keep somebody out, of the given kinds; of any kind when none is given.

    A condition that only names whom to turn away lets everybody else through, so it confines nothing.
    """
    return [g for g in trust.guards if g.confines and not is_negated(g) and (not kinds or g.kind in kinds)]


def is_negated(guard: Guard) -> bool:
    """Whether the operator turns the values into exceptions: "StringNotEquals"."""
    return "not" in guard.operator.rpartition(":")[2].casefold()


def idle_guards(trust: Trust) -> tuple[str, ...]:
    """The conditions that look like a limit and are none, as evidence."""
    return tuple(
        f"its condition on {plain(guard.key)} keeps nobody out"
        for guard in trust.guards
        if not guard.confines or is_negated(guard)
    )


def keys_of(guards: list[Guard]) -> str:
    """The condition keys of guards, for a sentence. Values stay out of it: an external id is half a secret."""
    return listed(sorted({guard.key for guard in guards}))


def place_of(trust: Trust) -> str:
    """Where the entry is written, in brackets; empty when nobody said."""
    return f" ({plain(trust.statement)})" if trust.statement else ""


def trusting_identities(context: RuleContext, rule: Rule) -> Iterator[Identity | Unknown]:
    """Identities whose trusts can be judged, and an unknown for each whose trusts could not be read."""
    for identity in judged_identities(context):
        if context.knows(identity, "trust"):
            yield identity
        else:
            yield rule.unknown(identity.id, "who may take it on could not be read")


def scope_of_principal(inventory: Inventory, trust: Trust) -> str | None:
    """Id of the scope that the trusted principal lives in, when it is one that was seen; None otherwise.

    A principal that was not seen itself is placed by its id, which names its scope among its first parts. The rest of
    an id proves nothing: a stranger may write our account's number into the path of a role.
    """
    principal = trust.principal
    if principal in inventory.scopes:
        return principal
    if (known := inventory.identities.get(principal)) is not None:
        return known.scope
    own = inventory.identities.get(trust.identity)
    if own is None:
        return None
    places = [f"{own.provider}:{part}" for part in principal.split(":", _PLACE_PARTS)[:_PLACE_PARTS] if part]
    return next((place for place in places if place == own.scope or place in inventory.scopes), None)


def organization_of(inventory: Inventory, scope: str) -> Scope | None:
    """The topmost scope above one; None when it has none above it, or when the chain cannot be followed to its end."""
    seen: set[str] = set()
    here = inventory.scopes.get(scope)
    top: Scope | None = None
    while here is not None and here.id not in seen and here.parent is not None:
        seen.add(here.id)
        top = here = inventory.scopes.get(here.parent)
    return top if top is not None and top.parent is None else None
