"""Holds each escalation method against one identity: does it fire, and on what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.model import administrator_of
from nhiscan_connectors.aws.access.administers import administers
from nhiscan_connectors.aws.access.administration import ATTACHING, administrative_policies
from nhiscan_connectors.aws.access.aims import AimClass, Aims, Item, with_item
from nhiscan_connectors.aws.access.assume import Assumable
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.estate import EVERYTHING, Estate, Holder, partition_of
from nhiscan_connectors.aws.access.hubs import Hubs, Reachable, Reached
from nhiscan_connectors.aws.access.layers import DENIED, Line, Profile, Ruling, rule, stated
from nhiscan_connectors.aws.access.method import Method
from nhiscan_connectors.aws.access.methods import METHODS
from nhiscan_connectors.aws.access.patterns import meet
from nhiscan_connectors.aws.access.sameness import candidates, sameness
from nhiscan_connectors.aws.access.somewhere import patterns_for, somewhere
from nhiscan_connectors.aws.access.universe import mask_of_all
from nhiscan_connectors.aws.access.wording import kind

_BECOMING: Final = tuple(
    (method, mask_of_all(method.permissions))
    for method in METHODS
    if method.aim not in ("secret", "credential", "guardrail")
)
"""Methods that gain an identity or administration, each with the bits of what it needs."""


_MAY_BE_LATENT: Final = ("passed-role", "workload", "group", "saml-provider", "oidc-provider")
"""Aims at things that may yet be made. A user whose credentials do not suit a method is not one of them."""


class Found(msgspec.Struct, frozen=True, gc=False):
    """A method fires: on these targets, on too many to name, or (neither) on none that exist."""

    method: Method
    targets: tuple[Reached, ...]
    conditions: tuple[str, ...]
    line: Line | None
    class_id: str = ""
    title: str = ""
    many: Reachable | None = None
    """Set when there are too many targets to name."""


class Finder:
    """The methods, over one estate."""

    def __init__(self, estate: Estate, aims: Aims, assumable: Assumable, hubs: Hubs) -> None:
        self._hubs = hubs
        self._estate = estate
        self._aims = aims
        self._assumable = assumable
        self._reached: dict[tuple[object, ...], Reachable] = {}
        self._free: dict[int, tuple[Reached, ...]] = {}
        self._somewhere: dict[tuple[object, ...], Ruling] = {}
        self._may_administer: dict[str, bool] = {}

    def fire(self, holder: Holder, profile: Profile, context: Context) -> Iterator[Found]:
        """Every method that fires for a holder if these are its layers."""
        mask = profile.mask
        for method, needs in _BECOMING:
            if needs & mask == needs:
                found = self._method(method, holder, profile, context)
                if found is not None:
                    yield found

    def administration_possible(self, holder: Holder) -> bool:
        """Whether the organization leaves room for an administrator in the account at all."""
        found = self._may_administer.get(holder.account)
        if found is None:
            profile = self._estate.profile(EVERYTHING, None, holder.profile.limits)
            found = bool(administers(profile, holder.partition, holder.account, Context({})))
            self._may_administer[holder.account] = found
        return found

    def _method(self, method: Method, holder: Holder, profile: Profile, context: Context) -> Found | None:
        conditions: set[str] = {method.note} if method.note else set()
        line: Line | None = None
        for action in method.anywhere:
            ruling = self._anywhere(action.lower(), holder, profile, context)
            if not ruling:
                return None
            conditions.update(ruling.conditions)
            line = line or ruling.line
        met = tuple(sorted(conditions))
        match method.aim:
            case "own-user" | "own-role" | "own-group" | "own-policy" | "own-user-boundary" | "own-role-boundary":
                return self._own(method, holder, profile, context, conditions)
            case "new-user" | "new-role":
                return self._new(method, holder, profile, context, conditions)
            case "permission-set":
                here = self._estate.administers_identity_center(holder.account)
                targets = () if here is False else (Reached(administrator_of(holder.scope), "Identity Center"),)
                if here is None:
                    met = (*met, f"that account {holder.account} administers Identity Center")
                return Found(method, targets, met, line, method.aim, kind(method.aim))
            case _:
                return self._on_items(method, holder, profile, context, met, line)

    def _anywhere(self, action: str, holder: Holder, profile: Profile, context: Context, service: str = "") -> Ruling:
        view = profile.view(action)
        key = (action, view.signature, holder.account, holder.id if view.personal else "", service)
        found = self._somewhere.get(key)
        if found is None:
            found = somewhere(view, action, holder.partition, holder.account, context)
            self._somewhere[key] = found
        return found

    # What an identity can do to itself.

    def _own(
        self, method: Method, holder: Holder, profile: Profile, context: Context, conditions: set[str]
    ) -> Found | None:
        if method.aim.startswith("own-user") and holder.kind != "iam-user":
            return None
        if method.aim.startswith("own-role") and (holder.kind != "iam-role" or holder.service_linked):
            return None
        if method.aim.endswith("-boundary") and not holder.boundary:
            return None
        item = self._aims.item(holder)
        best: Found | None = None
        for arn, name in self._own_things(method, holder):
            known = with_item(context, item) if arn == holder.id else context
            ruling = _all(method.on, profile, arn, known)
            met = tuple(sorted({*conditions, *ruling.conditions}))
            if ruling and (best is None or len(met) < len(best.conditions)):
                best = Found(method, (Reached(administrator_of(holder.scope), name),), met, ruling.line)
        return best

    def _own_things(self, method: Method, holder: Holder) -> Iterator[tuple[str, str]]:
        match method.aim:
            case "own-group":
                groups = self._estate.inventory.groups
                for id_ in (holder.id,) if holder.kind == "group" else holder.groups:
                    yield id_, groups[id_].name if id_ in groups else id_
            case "own-policy":
                for id_ in self._aims.own_policies(holder):
                    yield id_, self._estate.inventory.policies[id_].name
            case _:
                yield holder.id, holder.subject

    def _new(
        self, method: Method, holder: Holder, profile: Profile, context: Context, conditions: set[str]
    ) -> Found | None:
        """A user or role that does not exist yet: some ARN on which all of it is allowed."""
        if not self.administration_possible(holder):
            return None
        first = method.on[0].lower()
        known = context.plus({"iam:permissionsboundary": (), "aws:resourceaccount": (holder.account,)})
        for line in profile.view(first).allows[0]:
            for arn in _examples(line, first, holder):
                ruling = _all(method.on, profile, arn, known)
                if ruling:
                    met = tuple(sorted({*conditions, *ruling.conditions}))
                    return Found(method, (Reached(administrator_of(holder.scope), arn),), met, line)
        return None

    # What an identity can do to others.

    def _on_items(
        self,
        method: Method,
        holder: Holder,
        profile: Profile,
        context: Context,
        conditions: tuple[str, ...],
        line: Line | None,
    ) -> Found | None:
        class_ = self._class(method, holder)
        known = context.plus({"iam:passedtoservice": (method.service,)}) if method.service else context
        reachable = self._reach(method, class_, holder, profile, known)
        if method.aim.endswith("-made-admin"):
            return self._made_admin(method, holder, profile, known, reachable, conditions)
        if reachable.many:
            own = _line(method, profile, reachable.targets[0], known) if reachable.targets else None
            return Found(method, (), conditions, own or line, class_.id, class_.title, reachable)
        others = tuple(target for target in reachable.targets if target.gains != holder.id)
        if others:
            own = _line(method, profile, others[0], known)
            return Found(method, others, conditions, own or line, class_.id, class_.title)
        if reachable.targets or not method.on or method.aim not in _MAY_BE_LATENT:
            return None  # only itself; or nothing says that it would be allowed on the thing that is not there
        permitted = self._permitted(method, holder, profile, known)
        if permitted is None:
            return None
        return Found(method, (), conditions, permitted.line, class_.id, class_.title)

    def _made_admin(
        self,
        method: Method,
        holder: Holder,
        profile: Profile,
        context: Context,
        reachable: Reachable,
        conditions: tuple[str, ...],
    ) -> Found | None:
        """Through a user or role that is made administrator: one that no boundary holds is enough."""
        if not self.administration_possible(holder):
            return None
        free = self._free.get(id(reachable))
        if free is None:
            open_ones = (target for target in reachable.targets if not self._bounded(target.gains))
            ordered = sorted(open_ones, key=lambda target: len(target.conditions))
            free = self._free[id(reachable)] = tuple(ordered[:2])  # two: one of them may be the holder itself
        for target in free:
            if target.gains != holder.id:
                gains = msgspec.structs.replace(target, gains=administrator_of(holder.scope))
                return Found(method, (gains,), conditions, _line(method, profile, target, context))
        return None

    def _bounded(self, identity: str) -> bool:
        """Whether a boundary keeps a user or role from administration whatever its policies."""
        holder = self._estate.holders.get(identity)
        if holder is None or holder.profile.boundary is None:
            return False
        profile = self._estate.profile(EVERYTHING, holder.profile.boundary, holder.profile.limits)
        return not administers(profile, holder.partition, holder.account, self._estate.context(holder))

    def _class(self, method: Method, holder: Holder) -> AimClass:
        match method.aim:
            case "passed-role":
                return self._aims.of(holder.account, "passed-role", method.service)
            case "workload":
                return self._aims.of(holder.account, "workload", ",".join(method.kinds))
            case "user-made-admin" | "policy-of-user-made-admin":
                return self._aims.of(holder.account, "user")
            case "role-made-admin" | "policy-of-role-made-admin":
                return self._aims.of(holder.account, "role")
            case "assumable-role-made-admin" | "policy-of-assumable-role-made-admin":
                return self._assumable.within(holder)
            case _:
                return self._aims.of(holder.account, method.aim)

    def _reach(self, method: Method, class_: AimClass, holder: Holder, profile: Profile, context: Context) -> Reachable:
        """Items on which everything is allowed that must be held on them."""
        same = tuple(sameness(profile.view(action.lower()), class_, context) for action in method.on)
        # What is said about policies is not reduced: there is no class of them.
        policies = tuple(profile.view(action.lower()) for action in (*method.on_policy, *method.on_artifact))
        whose = (holder.id if any(view.personal for view in policies) else "", *(view.signature for view in policies))
        key = (id(class_), same, whose, method.service)
        found = self._reached.get(key)
        if found is None:
            found = self._reached[key] = self._reachable(method, class_, profile, context)
        return found

    def _reachable(self, method: Method, class_: AimClass, profile: Profile, context: Context) -> Reachable:
        first = profile.view(method.on[0].lower()) if method.on else None
        items = candidates(first, class_, context) if first is not None else class_.items
        if not self._hubs.afford(len(items)):
            return Reachable(class_.id, class_.title, len(class_.items), (), untold=True)
        targets = tuple(
            Reached(
                gains=item.gains,
                name=item.name,
                conditions=tuple(sorted({*item.conditions, *ruling.conditions})),
                via=item.workload,
                arn=item.arn,
                artifact=artifact,
            )
            for item, ruling, artifact in _rule_items(method, items, profile, context)
        )
        return Reachable(class_.id, class_.title, len(class_.items), targets)

    def _permitted(self, method: Method, holder: Holder, profile: Profile, context: Context) -> Ruling | None:
        """By what a method would fire if the thing that it needs were there; None when it would not."""
        first: Ruling | None = None
        for action in (*method.on, *method.on_policy, *method.on_artifact):
            ruling = self._anywhere(action.lower(), holder, profile, context, method.service)
            if not ruling:
                return None
            first = first or ruling
        return first


def _all(actions: tuple[str, ...], profile: Profile, arn: str, context: Context) -> Ruling:
    """Whether all of several actions are allowed on a thing."""
    conditions: set[str] = set()
    line: Line | None = None
    for action in actions:
        ruling = _one(action.lower(), profile, arn, context)
        if not ruling:
            return ruling
        conditions.update(ruling.conditions)
        line = line or ruling.line
    if conditions:
        return Ruling(answer="conditional", conditions=tuple(sorted(conditions)), line=line)
    return Ruling(answer="allowed", line=line)


def _one(action: str, profile: Profile, arn: str, context: Context) -> Ruling:
    view = profile.view(action)
    if action not in ATTACHING:
        return rule(view, arn, context)
    best = DENIED
    for policy in administrative_policies(partition_of(arn)):
        ruling = rule(view, arn, context.plus({"iam:policyarn": (policy,)}))
        if ruling.answer == "allowed":
            return ruling
        best = best or ruling
    return best


def _rule_items(
    method: Method, items: list[Item], profile: Profile, context: Context
) -> Iterator[tuple[Item, Ruling, str]]:
    for item in items:
        known = with_item(context, item)
        ruling = _all(method.on, profile, item.arn, known)
        thing = ""
        if ruling and method.on_policy:
            ruling, _ = _easiest(method.on_policy, item.policies, profile, known, ruling)
        if ruling and method.on_artifact:
            ruling, thing = _easiest(method.on_artifact, item.artifacts, profile, context, ruling)
        if ruling:
            yield item, ruling, thing


def _easiest(
    actions: tuple[str, ...], things: tuple[str, ...], profile: Profile, context: Context, so_far: Ruling
) -> tuple[Ruling, str]:
    """The one of several things, policies or artifacts, on which the actions ask for least."""
    best, chosen = DENIED, ""
    for thing in things:
        ruling = _all(actions, profile, thing, context)
        if ruling and (not best or len(ruling.conditions) < len(best.conditions)):
            best, chosen = ruling, thing
    if not best:
        return best, ""
    conditions = tuple(sorted({*best.conditions, *so_far.conditions}))
    return Ruling(answer="conditional" if conditions else "allowed", conditions=conditions, line=best.line), chosen


def _line(method: Method, profile: Profile, target: Reached, context: Context) -> Line | None:
    """The statement of the holder's own that gives a method its hold on a target."""
    if method.on:
        return stated(profile.view(method.on[0].lower()), target.arn, context)
    if method.on_artifact:
        return stated(profile.view(method.on_artifact[0].lower()), target.artifact, context)
    return None


def _examples(line: Line, action: str, holder: Holder) -> Iterator[str]:
    """ARNs that a statement allows an action on, one a pattern."""
    for template in patterns_for(action, holder.partition, holder.account):
        anything = line.statement.not_resource or line.statement.variables
        for pattern in ("*",) if anything else line.statement.resources:
            common = meet(pattern, template)
            if common is not None:
                yield common.replace("*", "nhiscan-example").replace("?", "x")
