"""Permissions of applications on APIs: those that they hold themselves, and those that users lend them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

import msgspec

from nhiscan_connectors.azure.directory.known import Known, listed, objects, shown
from nhiscan_connectors.azure.directory.operations import GRANTS, INHERITED_GRANTS
from nhiscan_connectors.azure.service import Answers
from nhiscan_connectors.common.fields import text

GRAPH: Final = "00000003-0000-0000-c000-000000000000"
"""Client id of Microsoft Graph, the same in every tenant."""
NO_ROLE: Final = "00000000-0000-0000-0000-000000000000"
"""Assigned to whoever may use an application that has no roles: it permits nothing."""
_SHOWN: Final = 12


def offers_permissions(principal: dict[str, Any]) -> bool:
    """Whether a service principal is an API on which applications can hold permissions."""
    return any(
        isinstance(role, dict) and "Application" in listed(role.get("allowedMemberTypes"))
        for role in listed(principal.get("appRoles"))
    )


def is_graph(principal: dict[str, Any]) -> bool:
    """Whether a service principal is Microsoft Graph."""
    return text(principal.get("appId")).lower() == GRAPH


class Lent(msgspec.Struct, frozen=True, kw_only=True):
    """What users let an application do on one API in their name."""

    client: str
    """Object id of the application's service principal."""
    resource: str
    """Object id of the API's."""
    everyone: tuple[str, ...]
    """Permissions that an administrator agreed to for all users."""
    some: tuple[str, ...]
    """Permissions that single users agreed to."""
    users: int
    """How many these are."""

    def sentence(self, client: str, resource: str) -> str:
        """The fact, with names."""
        parts = []
        if self.everyone:
            parts.append(f"for every user who signs in: {_few(self.everyone)}")
        if self.some:
            who = "1 user" if self.users == 1 else f"{self.users} users"
            parts.append(f"for {who} who agreed: {_few(self.some)}")
        return f"{client} may act on {resource} {'; '.join(parts)}"


class Delegated:
    """The delegated grants of a tenant, one `Lent` a client and API: there may be one grant a user."""

    def __init__(self, answers: Answers) -> None:
        everyone: dict[tuple[str, str], set[str]] = defaultdict(set)
        some: dict[tuple[str, str], set[str]] = defaultdict(set)
        users: dict[tuple[str, str], set[str]] = defaultdict(set)
        # What an agent has from its blueprint stands in no list of the tenant.
        for grant in chain(objects(answers.bodies(GRANTS)), objects(answers.bodies(INHERITED_GRANTS))):
            pair = text(grant.get("clientId")).lower(), text(grant.get("resourceId")).lower()
            if all(pair):
                scopes = text(grant.get("scope")).split()
                if text(grant.get("consentType")) == "AllPrincipals":
                    everyone[pair].update(scopes)
                else:
                    some[pair].update(scopes)
                    users[pair].add(text(grant.get("principalId")).lower())
        self._found: dict[str, list[Lent]] = defaultdict(list)
        for pair in sorted(everyone.keys() | some.keys()):
            lent = Lent(
                client=pair[0],
                resource=pair[1],
                everyone=tuple(sorted(everyone.get(pair, ()))),
                some=tuple(sorted(some.get(pair, ()))),
                users=len(users.get(pair, ())),
            )
            if lent.everyone or lent.some:
                self._found[pair[0]].append(lent)

    def __iter__(self) -> Iterator[Lent]:
        for found in self._found.values():
            yield from found

    def attributes(self, known: Known, client: str) -> dict[str, str]:
        """Delegated permissions on Microsoft Graph, as a service principal shows them: names with spaces between."""
        told: dict[str, str] = {}
        for lent in self._found.get(client.lower(), ()):
            if is_graph(known.principals.get(lent.resource, {})):
                told["delegated_for_everyone"] = " ".join(lent.everyone)
                told["delegated_for_some"] = " ".join(lent.some)
        return told


def _few(names: tuple[str, ...]) -> str:
    told = ", ".join(shown(name) for name in names[:_SHOWN])
    return told if len(names) <= _SHOWN else f"{told} and {len(names) - _SHOWN} more"
