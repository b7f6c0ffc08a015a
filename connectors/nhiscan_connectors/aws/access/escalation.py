"""Escalation: what the methods that fire for an identity let it become, as edges with reasons and fixes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from nhiscan.model import CanBecome, administrator_of
from nhiscan_connectors.aws.access.administers import administers
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.estate import EVERYTHING, Estate, Holder
from nhiscan_connectors.aws.access.finding import Finder, Found
from nhiscan_connectors.aws.access.hubs import Hubs, Reached, sure
from nhiscan_connectors.aws.access.method import Method
from nhiscan_connectors.aws.access.wording import a

_WIDENING = ("own-user", "own-role", "own-group", "own-policy")
_REMOVING = ("own-user-boundary", "own-role-boundary")


class Escalation:
    """What holders can become by the methods."""

    def __init__(self, estate: Estate, finder: Finder, hubs: Hubs) -> None:
        self._estate = estate
        self._finder = finder
        self._hubs = hubs

    def powers(self, holder: Holder, context: Context) -> Iterator[CanBecome]:
        """What a holder can become in one step. Not for one that is an administrator already."""
        first = list(self._finder.fire(holder, holder.profile, context))
        yield from self._edges(holder, context, first, "")
        if holder.profile.boundary is not None:
            yield from self._beyond(holder, context, first)

    def _beyond(self, holder: Holder, context: Context, first: list[Found]) -> Iterator[CanBecome]:
        """What an identity with a boundary can do once it fills its boundary, or takes it off."""
        widened, removed = _of_aim(first, _WIDENING), _of_aim(first, _REMOVING)
        limits = holder.profile.limits
        second: list[Found] = []
        if widened is not None:
            filled = self._estate.profile(EVERYTHING, holder.profile.boundary, limits)
            second = list(self._finder.fire(holder, filled, context))
            removed = removed or _of_aim(second, _REMOVING)
        if widened is not None and removed is not None:
            if self._finder.administration_possible(holder):
                step = f"{_step(widened)} and {_step(removed)}"
                yield self._administration(holder, widened, step, (*widened.conditions, *removed.conditions))
            return
        if removed is not None:
            bare = self._estate.profile(holder.profile.identity, None, limits)
            ruling = administers(bare, holder.partition, holder.account, context)
            if ruling:
                step = f"{_step(removed)}, and its policies then allow everything"
                yield self._administration(holder, removed, step, (*removed.conditions, *ruling.conditions))
                return
            second = list(self._finder.fire(holder, bare, context))
        cause = widened or removed
        if cause is not None:
            again = list(_fresh(first, second, cause))
            yield from self._edges(holder, context, again, f"{_step(cause)}; then it ")

    def _administration(self, holder: Holder, found: Found, step: str, conditions: tuple[str, ...]) -> CanBecome:
        return _become(holder, found, administrator_of(holder.scope), step, tuple(sorted(set(conditions))))

    def _edges(self, holder: Holder, context: Context, found: list[Found], before: str) -> Iterator[CanBecome]:
        missing: dict[str, list[Found]] = defaultdict(list)
        for one in found:
            if one.method.aim in _REMOVING or (one.method.aim in _WIDENING and not self._may_widen(holder, context)):
                continue
            if one.many is not None:
                hub, shared, name = one.many.hub(self._hubs, holder.account)
                said = _said(one.method, Reached(hub, name, (), name))
                yield _become(holder, one, hub, before + said, tuple(sorted({*one.conditions, *shared})))
            elif not one.targets:
                missing[one.class_id].append(one)
            for target in one.targets:
                conditions = tuple(sorted({*one.conditions, *target.conditions}))
                yield _become(holder, one, target.gains, before + _said(one.method, target), conditions)
        for absent in missing.values():
            yield _latent(holder, absent, before)

    def _may_widen(self, holder: Holder, context: Context) -> bool:
        """Whether permissions that an identity gives itself take effect: its boundary and the organization decide."""
        if holder.profile.boundary is None:
            return self._finder.administration_possible(holder)
        profile = self._estate.profile(EVERYTHING, holder.profile.boundary, holder.profile.limits)
        return bool(administers(profile, holder.partition, holder.account, context))


def _of_aim(found: list[Found], aims: tuple[str, ...]) -> Found | None:
    """Of the methods with one of the aims, the one that asks for least."""
    fitting = [one for one in found if one.method.aim in aims]
    return min(fitting, key=lambda one: len(one.conditions), default=None)


def _fresh(first: list[Found], second: list[Found], cause: Found) -> Iterator[Found]:
    """What fires the second time on targets on which it did not fire the first time."""
    done = {(found.method.id, target.gains) for found in first for target in found.targets}
    known = {(found.method.id, id(found.many)) for found in first if found.many is not None}
    for found in second:
        targets = tuple(target for target in found.targets if (found.method.id, target.gains) not in done)
        anew = found.many is not None and (found.method.id, id(found.many)) not in known
        if (targets or anew) and found.method.aim not in (*_WIDENING, *_REMOVING):
            conditions = tuple(sorted({*cause.conditions, *found.conditions}))
            yield msgspec.structs.replace(
                found, targets=targets, conditions=conditions, many=found.many if anew else None
            )


def _become(holder: Holder, found: Found, target: str, said: str, conditions: tuple[str, ...]) -> CanBecome:
    source = f" ({found.line.label})" if found.line is not None else ""
    unread = holder.boundary_unread
    note = f"; its permissions boundary could not be read ({unread})" if unread else ""
    if holder.limits_unread:
        note += "; service control policies were not readable"
    method = found.method
    needed = (*method.on, *method.on_policy, *method.on_artifact, *method.anywhere)[0]
    where = f"out of {found.line.label}" if found.line is not None else f"from {holder.subject}"
    return CanBecome(
        identity=holder.id,
        target=target,
        method=method.id,
        answer="unknown" if unread else sure(conditions),
        conditions=conditions,
        reason=f"{holder.subject} {said}{source}{note}",
        fix=f"Take {needed} {where}, or narrow its Resource.",
    )


def _latent(holder: Holder, missing: list[Found], before: str) -> CanBecome:
    """All methods that fail for want of one thing are told as one: they are mended by the same absence."""
    found = min(missing, key=lambda one: len(one.conditions))
    noun = found.title.rpartition(" of account ")[0] or found.title
    role = "a role" if found.method.aim in ("passed-role", "workload") else a(noun)
    said = _said(found.method, Reached("", role, (), a(noun)))
    edge = _become(holder, found, administrator_of(holder.scope), before + said, found.conditions)
    others = sorted(one.method.id for one in missing if one is not found)
    ways = f" (the same by {', '.join(others)})" if others else ""
    reason = f"{edge.reason}; but there is no {found.title} that it may use for it{ways}"
    return msgspec.structs.replace(edge, answer="latent", reason=reason)


def _said(method: Method, target: Reached) -> str:
    return method.can.format(target=target.name, workload=target.via)


def _step(found: Found) -> str:
    return _said(found.method, found.targets[0])
