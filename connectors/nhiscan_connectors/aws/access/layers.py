"""Layers of policies, and what they say together about one action on one resource.

A permission needs an Allow in every layer that applies (identity policies, permissions boundary, each level of the
organization) and no Deny in any. Layers are shared by all identities with the same policies, and so are their answers.
Source: IAM User Guide, "Policy evaluation logic".
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Literal

import msgspec

from nhiscan_connectors.aws.access.conditions import Test, Truth, holds
from nhiscan_connectors.aws.access.context import Context, is_chosen
from nhiscan_connectors.aws.access.document import Document, Statement
from nhiscan_connectors.aws.access.universe import BIT


class Line(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One statement of one policy, as a layer holds it."""

    policy: str
    """Name of the policy, for sentences."""
    statement: Statement

    @property
    def label(self) -> str:
        """How a sentence names it: "policy ci-admin, statement 1"."""
        return f"policy {self.policy}, {self.statement.label}"


class Layer:
    """Policies that add up: an identity's own and its groups', a boundary, one level of the organization."""

    __slots__ = ("_by_action", "allow_mask", "allows", "denies", "deny_mask", "missing", "name", "personal_mask")

    def __init__(self, name: str, documents: Iterable[tuple[str, Document]], missing: tuple[str, ...] = ()) -> None:
        self.name = name
        self.missing = missing
        """Policies that could not be read, each with why."""
        lines = [Line(policy, statement) for policy, document in documents for statement in document.statements]
        self.allows = tuple(line for line in lines if line.statement.allow)
        self.denies = tuple(line for line in lines if not line.statement.allow)
        self.allow_mask = 0
        """Actions of the universe that some statement allows on something."""
        for line in self.allows:
            self.allow_mask |= line.statement.mask
        self.deny_mask = 0
        """Actions that are denied on everything, whatever the circumstances."""
        for line in self.denies:
            if not line.statement.tests and "*" in line.statement.resources and not line.statement.not_resource:
                self.deny_mask |= line.statement.mask
        self.personal_mask = 0
        """Actions for which the answer depends on who asks, beyond the policies."""
        for line in lines:
            if _is_personal(line.statement):
                self.personal_mask |= line.statement.mask
        self._by_action: dict[str, tuple[tuple[Line, ...], tuple[Line, ...]]] = {}

    def forget(self) -> None:
        """Drop what was worked out; it is worked out again when asked for."""
        self._by_action.clear()

    def of(self, action: str) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        """Allows and denies that speak of an action (lower-case)."""
        found = self._by_action.get(action)
        if found is None:
            found = (_speaking(self.allows, action), _speaking(self.denies, action))
            self._by_action[action] = found
        return found


def _speaking(lines: tuple[Line, ...], action: str) -> tuple[Line, ...]:
    bit = BIT.get(action)
    if bit is None:
        return tuple(line for line in lines if line.statement.has_action(action))
    return tuple(line for line in lines if line.statement.mask & bit)


class View:
    """What all layers of a profile say about one action."""

    __slots__ = ("allows", "denies", "personal", "reduced", "signature")

    def __init__(self, layers: Iterable[Layer], action: str, personal: bool) -> None:
        allows: list[tuple[Line, ...]] = []
        denies: list[Line] = []
        for layer in layers:
            for_, against = layer.of(action)
            allows.append(for_)
            denies.extend(against)
        self.allows = tuple(allows)
        """Per layer, the statements that allow; the first layer is the identity's own."""
        self.denies = tuple(denies)
        self.signature = (
            tuple(tuple((line.policy, id(line.statement)) for line in group) for group in allows),
            tuple(id(line.statement) for line in denies),
        )
        """Equal for two views that give the same answers, by statements that sentences call the same."""
        self.reduced: dict[int, Hashable] = {}
        """What `sameness` made of it, by class of targets."""
        self.personal = personal
        """Whether the answer depends on who asks, beyond the policies."""


_OF_PRINCIPAL = (
    "aws:principal",
    "aws:username",
    "aws:userid",
    "aws:sourceidentity",
    "aws:federated",
    "kms:calleraccount",
    "saml:",
)


def _is_personal(statement: Statement) -> bool:
    return statement.variables or any(depends_on_principal(test) for test in statement.tests)


def depends_on_principal(test: Test) -> bool:
    """Whether a condition looks at who asks."""
    return test.lower.startswith(_OF_PRINCIPAL) or (test.variables and any("${" in value for value in test.values))


class Ruling(msgspec.Struct, frozen=True, gc=False):
    """What the layers say to one question."""

    answer: Literal["allowed", "denied", "conditional"]
    conditions: tuple[str, ...] = ()
    line: Line | None = None
    """The statement of the identity's own layer that allows, or the one that denies."""
    layer: int = -1
    """When denied for want of an Allow: the layer without one."""

    def __bool__(self) -> bool:
        return self.answer != "denied"


DENIED = Ruling(answer="denied")


def said(statement: Statement, resource: str, context: Context) -> Truth:
    """Whether a statement speaks of a request, its action apart."""
    about = statement.has_resource(resource, context)
    if about is False:
        return False
    met = holds(statement.tests, context)
    if met is False or about is True:
        return met
    return about if met is True else about | met


def rule(view: View, resource: str, context: Context, free: bool = True, given: frozenset[int] = frozenset()) -> Ruling:
    """What the layers say about a resource.

    `given`: layers (by place) that need no Allow of their own, because a resource policy gives it in their stead.

    `free`: whoever asks chooses the values that a caller can choose (the region, request tags), so an Allow that
    demands one is met and a Deny that demands one is avoided.
    """
    conditions: set[str] = set()
    for line in view.denies:
        truth = said(line.statement, resource, context)
        if truth is True:
            return Ruling(answer="denied", line=line)
        if truth is not False and not (free and any(is_chosen(key.lower()) for key in truth)):
            conditions |= truth
    own: Line | None = None
    for number, group in enumerate(view.allows):
        if number in given:
            continue
        best: frozenset[str] | None = None
        chosen: Line | None = None
        for line in group:
            truth = said(line.statement, resource, context)
            if truth is False:
                continue
            keys = frozenset() if truth is True else _binding(truth, free)
            if best is None or len(keys) < len(best):
                best, chosen = keys, line
                if not keys:
                    break
        if best is None:
            return Ruling(answer="denied", layer=number)
        conditions |= best
        if number == 0:
            own = chosen
    if conditions:
        return Ruling(answer="conditional", conditions=tuple(sorted(conditions)), line=own)
    return Ruling(answer="allowed", line=own)


def stated(view: View, resource: str, context: Context) -> Line | None:
    """The statement of the identity's own policies that allows something on a resource, for sentences."""
    best: Line | None = None
    for line in view.allows[0]:
        truth = said(line.statement, resource, context)
        if truth is True:
            return line
        if truth is not False and best is None:
            best = line
    return best


def _binding(keys: frozenset[str], free: bool) -> frozenset[str]:
    return frozenset(key for key in keys if not is_chosen(key.lower())) if free else keys


class Profile:
    """The layers that bind an identity. Identities with the same policies and limits share one."""

    __slots__ = ("_views", "boundary", "identity", "layers", "limits", "mask", "personal_mask")

    def __init__(self, identity: Layer, boundary: Layer | None, limits: tuple[Layer, ...]) -> None:
        self.identity = identity
        self.boundary = boundary
        self.limits = limits
        self.layers = (identity, *((boundary,) if boundary is not None else ()), *limits)
        mask, denied = -1, 0
        for layer in self.layers:
            mask &= layer.allow_mask
            denied |= layer.deny_mask
        self.personal_mask = 0
        for layer in self.layers:
            self.personal_mask |= layer.personal_mask
        self.mask = mask & ~denied
        """Actions of the universe that may be allowed on something."""
        self._views: dict[str, View] = {}

    def view(self, action: str) -> View:
        """What the layers say about an action (lower-case)."""
        found = self._views.get(action)
        if found is None:
            bit = BIT.get(action)
            # An action that no mask knows may depend on anything.
            personal = bit is None or bool(self.personal_mask & bit)
            found = self._views[action] = View(self.layers, action, personal)
        return found

    def forget(self) -> None:
        """Drop what was worked out for this combination and for the identity's own layer."""
        self._views.clear()
        self.identity.forget()
