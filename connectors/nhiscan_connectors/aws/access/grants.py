"""Capabilities in numbers: which of them an identity holds, on which resources, and by which statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from nhiscan.model import Capability, Grant
from nhiscan_connectors.aws.access.capabilities import CAPABILITIES
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.estate import Holder
from nhiscan_connectors.aws.access.layers import Line, Profile
from nhiscan_connectors.aws.access.method import Method
from nhiscan_connectors.aws.access.methods import METHODS
from nhiscan_connectors.aws.access.somewhere import by_line, somewhere
from nhiscan_connectors.aws.access.universe import BIT, mask_of_all

MOST = 12
"""Resources that are named for one capability; the rest are counted."""


class Held(msgspec.Struct, frozen=True, gc=False):
    """A capability on one resource pattern, by one statement."""

    capability: Capability
    resource: str
    answer: Literal["allowed", "conditional"]
    conditions: tuple[str, ...]
    action: str
    line: Line | None
    more: int = 0


_GIVES: Final[dict[str, Capability]] = {
    "secret": "read_secrets",
    "credential": "administer_identities",
    "guardrail": "change_guardrails",
}
"""Aim of a method that gains no identity -> the capability that it gives."""


_ACTIONS: Final[dict[Capability, tuple[tuple[str, int], ...]]] = {
    capability: tuple((action, BIT[action.lower()]) for action in actions)
    for capability, actions in CAPABILITIES.items()
}
_MASKS: Final = {capability: mask_of_all(actions) for capability, actions in CAPABILITIES.items()}
_COMBINED: Final[tuple[tuple[Capability, Method, int], ...]] = tuple(
    (_GIVES[method.aim], method, mask_of_all(method.permissions)) for method in METHODS if method.aim in _GIVES
)


_EVERY: Final = mask_of_all(frozenset(action for _, method, _ in _COMBINED for action in method.permissions)) | (
    mask_of_all(frozenset(action for actions in CAPABILITIES.values() for action in actions))
)


class Capabilities:
    """Capabilities of holders, worked out once a profile."""

    def __init__(self) -> None:
        self._held: dict[tuple[object, ...], tuple[Held, ...]] = {}

    def of(self, holder: Holder, context: Context) -> tuple[Held, ...]:
        """What a holder may do."""
        profile = holder.profile
        personal = profile.personal_mask & profile.mask & _EVERY
        key = (id(profile), holder.account, holder.id if personal else "")
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = tuple(_all(profile, holder, context))
        return found


def _all(profile: Profile, holder: Holder, context: Context) -> Iterator[Held]:
    told: set[tuple[Capability, str]] = set()
    for capability, actions in _ACTIONS.items():
        if profile.mask & _MASKS[capability]:
            for held in _capability(capability, actions, profile, holder, context):
                told.add((capability, held.resource if not held.conditions else ""))
                yield held
    for capability, method, needs in _COMBINED:
        if profile.mask & needs != needs or (capability, "*") in told:
            continue  # whoever holds a capability on everything holds it by whatever method
        for held in _method(capability, method, profile, holder, context):
            told.add((capability, held.resource if not held.conditions else ""))
            yield held


def _capability(
    capability: Capability, actions: tuple[tuple[str, int], ...], profile: Profile, holder: Holder, context: Context
) -> Iterator[Held]:
    best: dict[str, Held] = {}
    for action, bit in actions:
        if not profile.mask & bit:
            continue
        view = profile.view(action.lower())
        for line in view.allows[0]:
            resources = ("*",) if line.statement.not_resource else line.statement.resources
            if all((held := best.get(resource)) is not None and not held.conditions for resource in resources):
                continue
            ruling = by_line(view, line, action.lower(), holder.partition, holder.account, context)
            if not ruling:
                continue
            answer: Literal["allowed", "conditional"] = "conditional" if ruling.conditions else "allowed"
            for resource in resources:
                known = best.get(resource)
                if known is None or (known.conditions and not ruling.conditions):
                    best[resource] = Held(capability, resource, answer, ruling.conditions, action, line)
    everything = best.get("*")
    if everything is not None and not everything.conditions:
        yield everything
        return
    ordered = sorted(best.values(), key=lambda held: (bool(held.conditions), len(held.resource), held.resource))
    yield from ordered[:MOST]
    if len(ordered) > MOST:
        rest = ordered[MOST]
        yield msgspec.structs.replace(rest, more=len(ordered) - MOST - 1)


def _method(
    capability: Capability, method: Method, profile: Profile, holder: Holder, context: Context
) -> Iterator[Held]:
    conditions: set[str] = set()
    line: Line | None = None
    for action in (*method.on, *method.anywhere):
        ruling = somewhere(profile.view(action.lower()), action.lower(), holder.partition, holder.account, context)
        if not ruling:
            return
        conditions.update(ruling.conditions)
        line = line or ruling.line
    if method.note:
        conditions.add(method.note)
    answer: Literal["allowed", "conditional"] = "conditional" if conditions else "allowed"
    named = " and ".join((*method.on, *method.anywhere))
    yield Held(capability, "*", answer, tuple(sorted(conditions)), named, line)


def grants(holder: Holder, held: tuple[Held, ...]) -> Iterator[Grant]:
    """The records for what a holder may do."""
    unread = holder.boundary_unread
    note = f"; its permissions boundary could not be read ({unread})" if unread else ""
    if holder.limits_unread:
        note += " (service control policies were not readable)"
    for one in held:
        source = f" ({one.line.label})" if one.line is not None else ""
        more = f" and {one.more} further resources" if one.more else ""
        yield Grant(
            identity=holder.id,
            capability=one.capability,
            resource=one.resource,
            answer="unknown" if unread else one.answer,
            conditions=one.conditions,
            reason=f"{holder.subject} may {one.action} on {one.resource}{more}{source}{note}",
        )
