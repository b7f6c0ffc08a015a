"""Capabilities of identities over Azure: which, at which scopes, by which role and through which group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from nhiscan.model import Capability, Grant
from nhiscan_connectors.azure.access.capabilities import CAPABILITIES, DATA, SOMETIMES
from nhiscan_connectors.azure.access.effective import Level
from nhiscan_connectors.azure.access.estate import Assigned, Estate
from nhiscan_connectors.azure.access.scopes import is_wide
from nhiscan_connectors.azure.access.universe import ACTIONS, ADMINISTERS, BIT, mask_of
from nhiscan_connectors.azure.access.vaults import Vaults

MOST: Final = 8
"""Scopes that are named for one capability; the rest are counted."""

_MASKS: Final = {capability: mask_of(actions) for capability, actions in CAPABILITIES.items()}
_SOMETIMES: Final = tuple((capability, BIT[action.lower()], note) for capability, action, note in SOMETIMES)


class Found(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A capability at a scope."""

    capability: Capability
    scope: str
    conditions: tuple[str, ...]
    action: str
    by: Assigned
    more: int = 0


def capabilities(levels: Sequence[Level], estate: Estate, vaults: Vaults) -> tuple[Found, ...]:
    """What a principal can do; what it holds further up is not told again for what lies in it."""
    found: dict[Capability, list[Found]] = defaultdict(list)
    free: dict[Capability, set[str]] = defaultdict(set)
    for level in levels:
        for one in _at(level, vaults):
            covered = free[one.capability]
            if covered and not covered.isdisjoint(estate.tree.chain(one.scope)):
                continue
            if not one.conditions:
                covered.add(one.scope)
            found[one.capability].append(one)
    return tuple(one for some in found.values() for one in _shown(some))


def merged(parts: Iterable[tuple[Found, ...]], estate: Estate) -> tuple[Found, ...]:
    """Capabilities of several principals as one: the same at the same scope once, and no more than are named of one."""
    parts = [part for part in parts if part]
    if len(parts) == 1:
        return parts[0]
    best: dict[Capability, dict[str, Found]] = defaultdict(dict)
    more: dict[Capability, int] = defaultdict(int)
    for part in parts:
        for one in part:
            if one.more:
                more[one.capability] += one.more
                one = msgspec.structs.replace(one, more=0)
            known = best[one.capability].get(one.scope)
            if known is None or len(one.conditions) < len(known.conditions):
                best[one.capability][one.scope] = one
    return tuple(
        one for capability, found in best.items() for one in _shown(list(_uncovered(found, estate)), more[capability])
    )


def _uncovered(found: dict[str, Found], estate: Estate) -> Iterator[Found]:
    """Those that are not held further up without a condition."""
    free = {scope for scope, one in found.items() if not one.conditions}
    for scope, one in found.items():
        if free.isdisjoint(estate.tree.chain(scope)[1:]):
            yield one


def _shown(found: list[Found], more: int = 0) -> Iterator[Found]:
    """Those without conditions first, the widest scopes before others; `more` have been left out already."""
    ordered = sorted(found, key=lambda one: (bool(one.conditions), not is_wide(one.scope), one.scope.count("/")))
    left_out = more + max(0, len(ordered) - MOST)
    if not left_out:
        yield from ordered
        return
    shown = ordered[:MOST]
    yield from shown[:-1]
    yield msgspec.structs.replace(shown[-1], more=left_out)


def _at(level: Level, vaults: Vaults) -> Iterator[Found]:
    """What the assignments at one scope give, without conditions first."""
    told: set[Capability] = set()
    can = level.tiers[-1].mask
    layers = [(mask & can, names, one) for one in level.own for mask, names in one.layers]
    layers.sort(key=lambda layer: len(layer[1]))
    for mask, names, one in layers:
        if mask & ADMINISTERS == ADMINISTERS and is_wide(level.scope) and "administer" not in told:
            told.add("administer")
            yield Found("administer", level.scope, names, "Microsoft.Authorization/roleAssignments/write", one)
        for capability, wanted in _MASKS.items():
            have = mask & wanted
            if have and capability not in told:
                told.add(capability)
                yield Found(capability, level.scope, names, _first(have), one)
    for capability, bit, note in _SOMETIMES:
        for mask, names, one in layers:
            if not mask & bit or capability in told:
                continue
            by_policies = vaults.some_by_policies(level.scope)
            if by_policies is not False:
                told.add(capability)
                more = () if by_policies else (note,)
                yield Found(capability, level.scope, tuple(sorted((*names, *more))), _first(bit), one)


def _first(mask: int) -> str:
    return ACTIONS[(mask & -mask).bit_length() - 1].removeprefix(DATA)


def grants(identity: str, found: Iterable[Found], estate: Estate) -> Iterator[Grant]:
    """The records for what an identity can do."""
    subject = estate.subject(identity)
    for one in found:
        where = estate.tree.told(one.scope)
        more = f" and {one.more} further scopes" if one.more else ""
        does = "administers" if one.capability == "administer" else f"may do {one.action} in"
        when = f" when {' and '.join(one.conditions)}" if one.conditions else ""
        source = f"({estate.source(one.by, identity)}){_limits(one.scope, estate)}"
        yield Grant(
            identity=identity,
            capability=one.capability,
            resource=one.scope,
            answer="conditional" if one.conditions else "allowed",
            conditions=one.conditions,
            reason=f"{subject} {does} {where}{more}{when} {source}",
        )


def _limits(scope: str, estate: Estate) -> str:
    """A remark where a deny assignment, which may take something away, could not be read."""
    if not estate.unread_denies:
        return ""
    name = next((estate.unread_denies[at] for at in estate.tree.chain(scope) if at in estate.unread_denies), "")
    return f" (deny assignment {name} was not readable)" if name else ""


def unread(identity: str, assigned: Iterable[Assigned], estate: Estate) -> Iterator[Grant]:
    """One grant for all roles of an identity whose definitions were not read: they may allow anything."""
    missing = [one for one in assigned if one.role is None]
    if not missing:
        return
    first = missing[0]
    more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
    yield Grant(
        identity=identity,
        capability="administer",
        resource=first.scope,
        answer="unknown",
        reason=f"what {estate.subject(identity)} may do in {estate.tree.told(first.scope)} is not known: the definition"
        f" of {estate.source(first, identity)} was not read{more}",
    )
