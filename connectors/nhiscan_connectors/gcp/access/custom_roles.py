"""Custom roles: whoever holds one and may change it has whatever it likes where the role is bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from nhiscan.model import CanBecome, administrator_of
from nhiscan_connectors.gcp.access.conditions import name_of
from nhiscan_connectors.gcp.access.effective import Holding
from nhiscan_connectors.gcp.access.estate import Assigned, Estate
from nhiscan_connectors.gcp.access.methods import METHODS
from nhiscan_connectors.gcp.access.places import is_wide
from nhiscan_connectors.gcp.access.universe import mask_of
from nhiscan_connectors.gcp.names import SERVICE_ACCOUNTS, container

METHOD: Final = next(method for method in METHODS if method.aim == "role")
_BIT: Final = mask_of(METHOD.on)


def home_of(role: str) -> str:
    """Scope in which a custom role is kept; empty for a role of Google's."""
    home, roles, _ = role.partition("/roles/")
    return container(home) if roles else ""


class CustomRoles:
    """Powers over custom roles."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self.administered: set[str] = set()
        """Scopes that somebody can come to administer."""

    def edges(self, holder: str, assigned: Sequence[Assigned], holding: Holding) -> Iterator[CanBecome]:
        """What a principal gains by changing roles that it holds."""
        estate = self._estate
        told: set[str] = set()
        for one in assigned:
            home = estate.places.normal(home_of(one.role_id)) if home_of(one.role_id) else ""
            if not home or not (is_wide(one.scope) or one.scope.startswith(SERVICE_ACCOUNTS)):
                continue
            target = administrator_of(one.scope) if is_wide(one.scope) else one.scope
            tier = next((tier for tier in holding.at(home, _BIT) if tier.mask), None)
            if tier is None or target in told or target == holder:
                continue
            told.add(target)
            if is_wide(one.scope):
                self.administered.add(one.scope)
            own = [one.activation] if one.activation else []
            own += [name_of(one.condition)] if one.condition else []
            ties = tuple(sorted({*tier.conditions, *own, *one.ties}))
            giver = _giver(estate, home, assigned) or one
            when = f" when {' and '.join(ties)}" if ties else ""
            yield CanBecome(
                identity=holder,
                target=target,
                method=METHOD.id,
                answer="conditional" if ties else "allowed",
                conditions=ties,
                reason=f"{estate.subject(holder)} {METHOD.can.format(target=one.role_name)} at"
                f" {estate.places.told(one.bound_at)}{when} ({estate.source(giver, holder)})",
                fix=METHOD.fix.format(
                    role=giver.role_name,
                    scope=estate.places.told(giver.bound_at),
                    who=estate.subject(giver.principal),
                ),
            )


def _giver(estate: Estate, home: str, assigned: Sequence[Assigned]) -> Assigned | None:
    """The binding that lets change the roles of a scope."""
    chain = estate.places.chain(home)
    return next(
        (one for one in assigned if one.scope in chain and any(layer.mask & _BIT for layer in one.layers)), None
    )
