"""The estate as the evaluator sees it: who holds which role where, by itself or through sets, and what limits it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Assignment, Resource
from nhiscan.wording import plain
from nhiscan_connectors.gcp.access.boundaries import FREE, Boundaries, Boundary
from nhiscan_connectors.gcp.access.conditions import split
from nhiscan_connectors.gcp.access.denies import Denies, DenySet, deny_rules
from nhiscan_connectors.gcp.access.places import Places, is_wide
from nhiscan_connectors.gcp.access.principals import EVERYONE, Principals
from nhiscan_connectors.gcp.access.roles import Role, role_of, short_name
from nhiscan_connectors.gcp.access.universe import SETS_POLICY
from nhiscan_connectors.gcp.names import AUTHENTICATED, PRINCIPALS, SERVICE_ACCOUNTS, member_kind

ACTIVATION = "it activates the role first"
"""Stands among the conditions of what must be activated first (Privileged Access Manager), by what nobody knows."""
_BASIC = {"projectowner": "roles/owner", "projecteditor": "roles/editor", "projectviewer": "roles/viewer"}
_SETS = ("group:", "domain:", "projectOwner:", "projectEditor:", "projectViewer:")


class Layer(msgspec.Struct, frozen=True, gc=False):
    """Permissions that a binding gives, and all that they depend on."""

    mask: int
    conditions: tuple[str, ...] = ()


class Assigned(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A role at a place, as one principal holds it."""

    principal: str
    role_id: str
    role: Role | None
    """None when nobody knows what it allows."""
    scope: str
    """Where it holds; with a boundary that may lie below where it is bound."""
    bound_at: str
    layers: tuple[Layer, ...]
    """Those without conditions first."""
    condition: str = ""
    """The binding's own condition, whole."""
    activation: str = ""
    """What must be done first by whoever is only eligible, as a condition; empty where it is held now."""
    expires_at: datetime | None = None
    ties: tuple[str, ...] = ()
    """Conditions that boundaries add."""

    @property
    def role_name(self) -> str:
        """What sentences call the role."""
        return short_name(self.role_id)


class Limits(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What takes from a principal what roles give it."""

    denies: DenySet
    boundary: Boundary


class Estate:
    """Roles, principals and places of all organizations of an inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.places = Places(inventory)
        self.principals = Principals(inventory, self.places)
        self.denies = Denies(deny_rules(inventory, self.places, self.principals), self.places)
        self.boundaries = Boundaries(inventory, self.places, self.principals)
        self._roles: dict[str, Role | None] = {}
        self._limits: dict[tuple[int, int], Limits] = {}
        self._binding: dict[str, Limits] = {}
        self._parents: dict[str, tuple[str, ...]] = {}
        self._unread: dict[str, bool] = {}
        self._subjects: dict[str, str] = {}
        self._closures: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.assigned: dict[str, list[Assigned]] = defaultdict(list)
        self._sets: dict[str, list[str]] = defaultdict(list)
        """Canonical name of a set -> the ways in which bindings write it."""
        self._basic: dict[str, list[str]] = defaultdict(list)
        """Principal -> basic-role members that stand for it."""
        seen: set[tuple[str, str, str, str, bool]] = set()
        # A role that is held without activation is told as that, whatever else is said of it.
        for one in sorted(inventory.assignments, key=self._hold):
            if not _is_google(one):
                continue
            key = (one.principal, one.role, one.scope, one.condition, one.eligible)
            if key not in seen:
                seen.add(key)
                self._add(one)
        for principal in list(self.assigned):
            if principal.startswith(PRINCIPALS):
                canonical = self.principals.canonical(principal)
                if canonical != principal:
                    self._sets[canonical].append(principal)
            elif principal.startswith("domain:"):
                self._sets[principal].append(principal)
        self._basics()

    def _add(self, one: Assignment) -> None:
        role = self.role(one.role)
        scope = self.places.normal(one.scope)
        activation = self._activation(one)
        layers: tuple[Layer, ...] = ()
        if role is not None:
            base = (activation,) if activation else ()
            layers = self._layers(role.mask, one.condition, base)
        self.assigned[one.principal].append(
            Assigned(
                principal=one.principal,
                role_id=one.role,
                role=role,
                scope=scope,
                bound_at=scope,
                layers=layers,
                condition=one.condition,
                activation=activation,
                expires_at=one.expires_at,
            )
        )

    def _entitlement(self, one: Assignment) -> Resource | None:
        return self.inventory.resources.get(one.id) if one.eligible and one.id else None

    def _activation(self, one: Assignment) -> str:
        """What must be done before a role is held, as far as anybody told; empty where it is held now."""
        entitlement = self._entitlement(one)
        if entitlement is None:
            return ACTIVATION if one.eligible else ""
        what = f"it activates entitlement {plain(entitlement.name)}"
        match entitlement.attributes.get("approval", ""):
            case "":
                return what
            case "none":
                return f"{what}, which nobody has to approve"
            case "manual":
                return f"{what}, which somebody has to approve"
            case steps:
                whom = re.sub(r"\b(group|user):", r"\1 ", steps.replace("; ", " and of "))
                return f"{what}, with the approval of {plain(whom)}"

    def _hold(self, one: Assignment) -> tuple[bool, bool, bool]:
        """What is held for good and by nobody's leave first: of several ways to the same, that one is told."""
        entitlement = self._entitlement(one)
        asks = entitlement is not None and entitlement.attributes.get("approval") != "none"
        return one.eligible, asks, one.expires_at is not None

    def _layers(self, mask: int, condition: str, base: tuple[str, ...]) -> tuple[Layer, ...]:
        if not condition:
            return (Layer(mask, base),) if mask else ()
        parts = split(condition)
        found = [Layer(mask & parts.free, base), Layer(mask & parts.tied, tuple(sorted((*base, parts.name))))]
        if mask & parts.limited:
            found += self._limited(mask & parts.limited, parts.roles, parts.name, base)
        return tuple(layer for layer in found if layer.mask)

    def _limited(self, mask: int, roles: Sequence[str], name: str, base: tuple[str, ...]) -> Iterable[Layer]:
        """Who may give out some roles only can give itself those, and no more."""
        known = [self.role(role) for role in roles[:100]]
        gained = 0
        for role in known:
            gained |= role.mask if role is not None else 0
        if None in known or len(roles) > 100:
            yield Layer(mask, tuple(sorted((*base, name))))  # what those roles allow is not known
        elif mask & SETS_POLICY and gained:
            names = ", ".join(short_name(role) for role in roles[:4]) + (", …" if len(roles) > 4 else "")
            yield Layer(gained, tuple(sorted((*base, f"it gives itself a role that it may give out ({names})"))))

    def _basics(self) -> None:
        """Whoever holds a basic role on a project is among the members that stand for that."""
        wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
        for principal in self.assigned:
            form, _, project = principal.partition(":")
            role = _BASIC.get(form.lower())
            if role is not None:
                wanted[role, self.places.projects.scope(project)].append(principal)
        if not wanted:
            return
        for principal, held in self.assigned.items():
            for one in held:
                if not one.condition and not one.activation:
                    self._basic[principal] += wanted.get((one.role_id, one.scope), ())

    def role(self, id: str) -> Role | None:
        """A role, compiled once."""
        if id not in self._roles:
            self._roles[id] = role_of(id, self.inventory.policies.get(id))
        return self._roles[id]

    # Sets.

    def groups_of(self, principal: str) -> tuple[str, ...]:
        """Every group, domain and other set that something belongs to, through other groups too, itself left out."""
        direct = self._direct(principal)
        if not direct:
            return ()
        found = self._closures.get(direct)
        if found is None:
            found = self._closures[direct] = self._closure(direct)
        return found if principal not in found else tuple(group for group in found if group != principal)

    def _direct(self, principal: str) -> tuple[str, ...]:
        found = self._parents.get(principal)
        if found is None:
            names = {membership.group for membership in self.inventory.memberships_of(principal)}
            names.update(self._basic.get(principal, ()))
            if self._sets:
                for canonical in self.principals.sets_of(principal):
                    names.update(self._sets.get(canonical, ()))
            names.discard(principal)
            found = self._parents[principal] = tuple(sorted(names))
        return found

    def _closure(self, direct: tuple[str, ...]) -> tuple[str, ...]:
        seen = set(direct)
        waiting = list(direct)
        while waiting:
            for group in self._direct(waiting.pop()):
                if group not in seen:
                    seen.add(group)
                    waiting.append(group)
        return tuple(sorted(seen))

    def direct_sets(self, principal: str) -> tuple[str, ...]:
        """The sets that something belongs to directly."""
        return self._direct(principal)

    def is_set(self, principal: str) -> bool:
        """Whether something stands for several identities that hold its roles each."""
        return (
            principal in self.inventory.groups
            or principal.startswith(_SETS)
            or member_kind(principal) == "basic-role"
            or (principal.startswith(PRINCIPALS) and self.principals.canonical(principal) != principal)
        )

    def binding(self, principal: str) -> Limits:
        """What limits a principal. The same object for the same limits."""
        found = self._binding.get(principal)
        if found is None:
            sets = (principal, *self.groups_of(principal), *self.principals.sets_of(principal))
            denies = self.denies.binding(sets)
            boundary = FREE if self.is_set(principal) else self.boundaries.of(principal, sets)
            key = (id(denies), id(boundary))
            found = self._limits.setdefault(key, Limits(denies, boundary))
            self._binding[principal] = found
        return found

    def unread_limits(self, place: str) -> bool:
        """Whether deny policies or boundaries that may hold for a place could not be read."""
        found = self._unread.get(place)
        if found is None:
            wide = [above for above in self.places.chain(place) if is_wide(above)]
            knows = self.inventory.knows
            found = self._unread[place] = any(not knows(top, "organization", one) for top in wide for one in wide)
        return found

    def within(self, assigned: Sequence[Assigned], limits: Limits) -> Sequence[Assigned]:
        """Roles as a boundary leaves them: where it does not let act they do not hold."""
        boundary = limits.boundary
        if boundary is FREE:
            return assigned
        found: list[Assigned] = []
        mentioned = sorted(boundary.mentioned)
        for one in assigned:
            ties = self.boundaries.ties(boundary, one.scope)
            if ties is not None:
                found.append(_tied(one, one.scope, ties))
            for inner in mentioned if ties != () and is_wide(one.scope) else ():
                if inner != one.scope and self.places.covers(one.scope, inner):
                    inside = self.boundaries.ties(boundary, inner)
                    if inside is not None and (ties is None or len(inside) < len(ties)):
                        found.append(_tied(one, inner, inside))
        return found

    def holders(self) -> list[str]:
        """Everybody who is judged: identities, and principals outside of the inventory that hold something."""
        known = [identity.id for identity in self.inventory.identities.values() if identity.provider == "gcp"]
        outside = [
            principal
            for principal in self.assigned
            if principal not in self.inventory.identities
            and not self.is_set(principal)
            and member_kind(principal) not in ("deleted", "basic-role")
        ]
        return [*known, *sorted(outside)]

    def sets(self) -> list[str]:
        """Every group and other set that bindings or memberships name."""
        named = {*self.assigned, *(membership.group for membership in self.inventory.memberships)}
        known = (group.id for group in self.inventory.groups.values() if group.provider == "gcp")
        return sorted({*known, *(name for name in named if self.is_set(name) and _is_name(name))})

    # Words.

    def name(self, principal: str) -> str:
        """The name of a principal alone."""
        known = self.inventory.identities.get(principal) or self.inventory.groups.get(principal)
        if known is not None and known.name:
            return known.name
        return principal.removeprefix(SERVICE_ACCOUNTS)

    def subject(self, principal: str) -> str:
        """What sentences call a principal."""
        found = self._subjects.get(principal)
        if found is None:
            found = self._subjects[principal] = self._words(principal)
        return found

    def _words(self, principal: str) -> str:
        if principal == EVERYONE:
            return "anybody on the internet"
        if principal == AUTHENTICATED:
            return "anybody with a Google account"
        form, _, rest = principal.partition(":")
        if member_kind(principal) == "basic-role" and "/" not in form:
            return f"whoever is {form.removeprefix('project').lower()} of project {rest}"
        identity = self.inventory.identities.get(principal)
        if identity is not None:
            return f"{_WORDS.get(identity.kind, 'principal')} {self.name(principal)}"
        if principal.startswith(SERVICE_ACCOUNTS):
            return f"service account {self.name(principal)}"
        if form in ("group", "user", "domain"):
            return f"{form} {self.name(principal).removeprefix(f'{form}:')}"
        return self.name(principal)

    def source(self, assigned: Assigned, holder: str) -> str:
        """Where a power comes from: the role, where it is bound, and the group that holds it."""
        through = "" if assigned.principal == holder else f", through {self.subject(assigned.principal)}"
        known = " (known by reference)" if assigned.role is not None and assigned.role.by_reference else ""
        ends = assigned.expires_at
        until = f" until {ends.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if ends is not None else ""
        return f"role {assigned.role_name}{known} at {self.places.told(assigned.bound_at)}{until}{through}"


def _tied(one: Assigned, scope: str, ties: tuple[str, ...]) -> Assigned:
    if not ties and scope == one.scope:
        return one
    layers = tuple(Layer(layer.mask, tuple(sorted({*layer.conditions, *ties}))) for layer in one.layers)
    return msgspec.structs.replace(one, scope=scope, layers=layers, ties=ties)


def _is_google(one: Assignment) -> bool:
    return "roles/" in one.role and one.scope.startswith("//")


def _is_name(name: str) -> bool:
    return name.startswith((*_SETS, *PRINCIPALS)) or member_kind(name) == "basic-role"


_WORDS = {
    "google-user": "user",
    "google-service-account": "service account",
    "google-service-agent": "service agent",
    "google-federated-principal": "federated principal",
    "google-agent-identity": "agent identity",
}
