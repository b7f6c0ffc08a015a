"""Who is who: the objects of the directory by id, and by the client id that applications are named by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nhiscan.connector import JSON
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.directory import operations as ops
from nhiscan_connectors.azure.ids import (
    application_id,
    directory_object_id,
    group_id,
    principal_id,
    service_principal_id,
    user_id,
)
from nhiscan_connectors.azure.service import Answers
from nhiscan_connectors.common.fields import text

_LONGEST = 80
_AGENTS = (ops.AGENT_IDENTITIES, ops.BLUEPRINT_PRINCIPALS)


class Known:
    """The applications and service principals of a tenant.

    What a list tells of one thing is joined with what the list of agents or blueprints adds; the general one leads.
    """

    def __init__(self, answers: Answers) -> None:
        self.principals = _by_id(answers, ops.SERVICE_PRINCIPALS, *_AGENTS)
        """Service principals by object id, in lower case."""
        self.applications = _by_id(answers, ops.APPLICATIONS, ops.BLUEPRINTS)
        self.agents = frozenset(_by_id(answers, ops.AGENT_IDENTITIES))
        self.blueprint_principals = frozenset(_by_id(answers, ops.BLUEPRINT_PRINCIPALS))
        self.blueprints = frozenset(_by_id(answers, ops.BLUEPRINTS))
        # An agent identity has a client id of its own, which is no application's: it never stands for its blueprint.
        self._principal_of = _by_client(self.principals)
        self._application_of = _by_client(self.applications)

    def principal_of(self, client: str) -> str:
        """Id of the service principal of a client id; empty when the tenant has none."""
        found = self._principal_of.get(client.lower(), "")
        return service_principal_id(found) if found else ""

    def application_of(self, client: str) -> dict[str, Any]:
        """The application of a client id, as it was listed; empty when it is not registered here."""
        return self.applications.get(self._application_of.get(client.lower(), ""), {})

    def actor(self, application: Mapping[str, Any]) -> str:
        """Id of who acts with the credentials of an application: its service principal, else the application."""
        own = self.principal_of(text(application.get("appId")))
        return own or application_id(text(application.get("id")))

    def actor_of_application(self, object_id: str) -> str:
        """The same, by the object id of an application."""
        return self.actor(self.applications.get(object_id.lower(), {"id": object_id}))


class Kinds:
    """What an object of the directory is, where an answer gives only its id."""

    def __init__(self, answers: Answers, users: Api, groups: Api) -> None:
        self._found: dict[str, str] = {}
        for operation, id in (
            (ops.SERVICE_PRINCIPALS, service_principal_id),
            (ops.AGENT_IDENTITIES, service_principal_id),
            (ops.APPLICATIONS, application_id),
            (ops.BLUEPRINTS, application_id),
            (users, user_id),
            (groups, group_id),
        ):
            for item in objects(answers.bodies(operation)):
                self._found.setdefault(item["id"].lower(), id(item["id"]))

    def id_of(self, object_id: str, kind: str = "") -> str:
        """Id of an object. `kind` is what the answer calls it, where it says more than that it is an object."""
        if kind and kind != "#microsoft.graph.directoryObject":
            return principal_id(object_id, kind)
        return self._found.get(object_id.lower(), directory_object_id(object_id))


def objects(bodies: Iterator[JSON], key: str = "value") -> Iterator[dict[str, Any]]:
    """Objects with an id in the lists of some pages. Damage is told by the service that asked."""
    for body in bodies:
        found = body.get(key) if isinstance(body, dict) else None
        for item in listed(found):
            if isinstance(item, dict) and text(item.get("id")):
                yield item


def listed(value: object) -> list[Any]:
    """A list as it is; an empty one for anything else."""
    return value if isinstance(value, list) else []


def shown(name: object, fallback: str = "") -> str:
    """A name that somebody chose, as it may stand in a sentence: on one line, and short."""
    clean = "".join(char if char.isprintable() else " " for char in text(name)[: _LONGEST + 1]).strip()
    return (clean if len(clean) <= _LONGEST else f"{clean[:_LONGEST]}…") or fallback


def _by_id(answers: Answers, *operations: Api) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for operation in operations:
        for item in objects(answers.bodies(operation)):
            id = item["id"].lower()
            found[id] = {**item, **found[id]} if id in found else item
    return found


def _by_client(items: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for id, item in items.items():
        if client := text(item.get("appId")).lower():
            found.setdefault(client, id)
    return found
