"""Capabilities of identities: which, at which places, by which role and through which group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from nhiscan.model import Capability, Grant
from nhiscan_connectors.gcp.access.capabilities import ADMINISTERS, ALL_INSIDE, CAPABILITIES
from nhiscan_connectors.gcp.access.effective import Level
from nhiscan_connectors.gcp.access.estate import Assigned, Estate
from nhiscan_connectors.gcp.access.methods import METHODS
from nhiscan_connectors.gcp.access.places import is_wide, kind_of
from nhiscan_connectors.gcp.access.universe import BIT, mask_of

MOST: Final = 8
"""Places that are named for one capability; the rest are counted."""

_MASKS: Final = {capability: mask_of(permissions) for capability, permissions in CAPABILITIES.items()}
_ADMIN: Final = {
    kind: tuple((ADMINISTERS[one], mask_of((ADMINISTERS[one],))) for one in (kind, *inner))
    for kind, inner in ALL_INSIDE.items()
}
"""Kind of scope -> what administers it, or all that lies in it, with its bit."""
_INSIDE: Final = {ADMINISTERS[kind]: f"every {kind}" for kind in ("folder", "project")}
_SENTENCES: Final = {(method.on[0], method.capability): method for method in METHODS if method.aim == "grant"}
_NEAREST: Final[tuple[tuple[str, Capability], ...]] = (
    ("//secretmanager.", "read_secrets"),
    ("//storage.", "read_data"),
    ("//bigquery.", "read_data"),
    ("//pubsub.", "read_data"),
    ("//cloudkms.", "read_data"),
    ("//iam.", "administer_identities"),
    ("//run.", "run_code"),
    ("//compute.", "run_code"),
    ("//cloudfunctions.", "run_code"),
    ("//aiplatform.", "invoke_models"),
)


class Found(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A capability at a place."""

    capability: Capability
    scope: str
    conditions: tuple[str, ...]
    permission: str
    by: Assigned
    more: int = 0


def capabilities(levels: Sequence[Level], estate: Estate) -> tuple[Found, ...]:
    """What a principal can do; what it holds further up is not told again for what lies in it."""
    found: dict[Capability, list[Found]] = defaultdict(list)
    free: dict[Capability, set[str]] = defaultdict(set)
    for level in levels:
        for one in _at(level):
            covered = free[one.capability]
            if covered and not covered.isdisjoint(estate.places.chain(one.scope)):
                continue
            if not one.conditions:
                covered.add(one.scope)
            found[one.capability].append(one)
    return tuple(one for some in found.values() for one in _shown(some))


def merged(parts: Iterable[tuple[Found, ...]], estate: Estate) -> tuple[Found, ...]:
    """Capabilities of several principals as one: the same at the same place once, and no more than are named of one."""
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
        if free.isdisjoint(set(estate.places.chain(scope)) - {scope}):
            yield one


def _shown(found: list[Found], more: int = 0) -> Iterator[Found]:
    """Those without conditions first, the widest places before others; `more` have been left out already."""
    ordered = sorted(found, key=lambda one: (bool(one.conditions), not is_wide(one.scope), one.scope.count("/")))
    left_out = more + max(0, len(ordered) - MOST)
    if not left_out:
        yield from ordered
        return
    shown = ordered[:MOST]
    yield from shown[:-1]
    yield msgspec.structs.replace(shown[-1], more=left_out)


def _at(level: Level) -> Iterator[Found]:
    """What the bindings at one place give, without conditions first."""
    told: set[Capability] = set()
    kind = kind_of(level.scope)
    for tier in level.tiers:
        for permission, mask in _ADMIN.get(kind, ()):
            by = _giver(level, mask) if tier.mask & mask and "administer" not in told else None
            if by is not None:
                told.add("administer")
                yield Found("administer", level.scope, tier.conditions, permission, by)
        for capability, wanted in _MASKS.items():
            have = tier.mask & wanted
            by = _giver(level, have) if have and capability not in told else None
            if by is not None:
                told.add(capability)
                yield Found(capability, level.scope, tier.conditions, foremost(capability, have & by_mask(by)), by)


@lru_cache(maxsize=1 << 12)
def foremost(capability: Capability, mask: int) -> str:
    """Of the permissions in a mask that give a capability the one that says most: the first of the table."""
    return next(one for one in CAPABILITIES[capability] if BIT[one.lower()] & mask)


def by_mask(assigned: Assigned) -> int:
    """Everything that a binding gives, on whatever conditions."""
    found = 0
    for layer in assigned.layers:
        found |= layer.mask
    return found


def _giver(level: Level, mask: int) -> Assigned | None:
    """The binding at the place itself that gives one of some permissions; none where all of it is inherited."""
    best: tuple[int, Assigned] | None = None
    for one in level.own:
        for layer in one.layers:
            if layer.mask & mask and (best is None or len(layer.conditions) < best[0]):
                best = (len(layer.conditions), one)
    return best[1] if best is not None else None


def grants(identity: str, found: Iterable[Found], estate: Estate) -> Iterator[Grant]:
    """The records for what an identity can do."""
    subject = estate.subject(identity)
    for one in found:
        where = estate.places.told(one.scope)
        more = f" and {one.more} further places" if one.more else ""
        method = _SENTENCES.get((one.permission, one.capability))
        if one.capability == "administer":
            inside = _INSIDE[one.permission] if one.permission != ADMINISTERS.get(kind_of(one.scope)) else ""
            does = f"administers {inside} of {where}" if inside else f"administers {where}"
        elif method is not None:
            does = method.can.format(target=where)
        else:
            does = f"may use {one.permission} in {where}"
        when = f" when {' and '.join(one.conditions)}" if one.conditions else ""
        limits = " (deny policies or boundaries there could not all be read)" if estate.unread_limits(one.scope) else ""
        yield Grant(
            identity=identity,
            capability=one.capability,
            resource=one.scope,
            answer="conditional" if one.conditions else "allowed",
            conditions=one.conditions,
            reason=f"{subject} {does}{more}{when} ({estate.source(one.by, identity)}){limits}",
        )


def nearest(scope: str) -> Capability:
    """What a role of which nobody knows what it allows gives at worst, where it is bound."""
    if is_wide(scope):
        return "administer"
    return next((capability for begin, capability in _NEAREST if scope.startswith(begin)), "administer_identities")


def unread(identity: str, assigned: Iterable[Assigned], estate: Estate) -> Iterator[Grant]:
    """One grant for each place where an identity has roles whose definitions were not read: they may allow anything."""
    missing: dict[str, list[Assigned]] = defaultdict(list)
    for one in assigned:
        if one.role is None:
            missing[one.scope].append(one)
    for scope, some in sorted(missing.items(), key=lambda pair: (not is_wide(pair[0]), pair[0]))[:MOST]:
        first = some[0]
        more = f", and {len(some) - 1} more" if len(some) > 1 else ""
        yield Grant(
            identity=identity,
            capability=nearest(scope),
            resource=scope,
            answer="unknown",
            reason=f"what {estate.subject(identity)} may do in {estate.places.told(scope)} is not known: the"
            f" definition of {estate.source(first, identity)} was not read{more}",
        )
