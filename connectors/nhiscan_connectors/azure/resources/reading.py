"""The answers of one subscription, and the records that many types of resources make alike."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Identity, Link, RunsAs, Secret, Signal, Workload
from nhiscan.regions import AREA
from nhiscan_connectors.azure.ids import resource_id, service_principal_id, tenant_scope
from nhiscan_connectors.azure.resources.rows import Row, row_of, shown, yes
from nhiscan_connectors.azure.resources.sweep import EVERYTHING, HOSTS, RESOURCES, SLOTS
from nhiscan_connectors.azure.resources.types import LISTS, SLOT
from nhiscan_connectors.azure.resources.zones import zone_of
from nhiscan_connectors.azure.service import Answers
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.tags import tagged_owners

LIVES_IN = "lives_in"
"""Kind of a link: an agent, project or endpoint stands in a larger thing, and is a whole of its own all the same."""
OPENS = "opens"
"""Kind of a link: keys open a resource."""
_USER_ASSIGNED = "microsoft.managedidentity/userassignedidentities"


class Reading(Fields):
    """The answers of a subscription. Ask `gaps` last."""

    def __init__(self, shard: Shard, answers: Answers) -> None:
        super().__init__(shard, answers)
        self.shard = shard
        self.answers = answers
        self.scope = shard.scope
        self._by_id: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def rows(self, *types: str) -> list[Row]:
        """Resources of the given types, in the order of their ids."""
        told = [*self._told(RESOURCES, "data", types)]
        for kind in types:
            if kind in LISTS:
                told += self._told(LISTS[kind], "value", types)
        if SLOT in types:
            told += self._told(SLOTS, "value", types)
        found: dict[str, Row] = {}
        for row in told:
            found.setdefault(row.id, row)
        return [found[id] for id in sorted(found)]

    def hosts(self) -> list[Row]:
        """Every resource that has an identity, without its properties."""
        told = [*self._told(HOSTS, "data"), *self._told(EVERYTHING, "value")]
        found = {row.id: row for row in told if row.identity}
        return [found[id] for id in sorted(found)]

    def children(self, operation: Operation, parent: str) -> list[Row]:
        """Resources of a list that was asked of the resource `parent`."""
        bodies = self.about(operation, parent)
        items = (item for body in bodies for item in self.within(operation, body, "value", "id", subject=parent))
        return [row for item in items if (row := row_of({"type": operation.name.lower(), **item}))]

    def about(self, operation: Operation, id: str) -> list[dict[str, Any]]:
        """Bodies of a call that was asked about one resource."""
        if operation.name not in self._by_id:
            self._by_id[operation.name] = self.by_param(operation, "id")
        return self._by_id[operation.name].get(id, [])

    def damaged_rows(self) -> None:
        """Notes what in the sweep is no resource. One service asks for this, or each would tell it again."""
        for operation, key in ((RESOURCES, "data"), (HOSTS, "data"), (EVERYTHING, "value")):
            for _ in self.items(operation, key, "id", "type"):
                pass
        for operation in LISTS.values():
            for _ in self.items(operation, "value", "id", "type"):
                pass

    @cached_property
    def principals(self) -> dict[str, str]:
        """Object ids of the user-assigned identities of the subscription, by resource id."""
        return {row.id: text(row.properties.get("principalId")) for row in self.rows(_USER_ASSIGNED)}

    def workload(
        self,
        row: Row,
        kind: str,
        *,
        attributes: dict[str, str] | None = None,
        public: bool | None = None,
        agent: bool = False,
        machine_learning: bool = False,
        ai_platform: str = "",
        model: str = "",
        variables: tuple[str, ...] = (),
    ) -> Workload:
        """A resource as something that runs. One of AI says in what area it works; see `nhiscan.regions`."""
        facts = dict(attributes or {})
        if agent or machine_learning or ai_platform:
            facts[AREA] = zone_of(row.location)
        return Workload(
            id=row.id,
            provider="azure",
            kind=kind,
            name=row.name,
            scope=self.scope,
            region=row.location,
            agent=agent,
            machine_learning=machine_learning,
            ai_platform=ai_platform,
            model=model,
            created_at=row.created_at,
            public=public,
            variables=variables,
            tags=row.tags,
            attributes=shown(facts),
        )

    def acts_as(
        self, row: Row, title: str, *, ai: bool = False, by_platform: bool = False, source: Operation = RESOURCES
    ) -> Iterator[AnyRecord]:
        """The identities that a resource acts as. `ai`: it is an AI resource. `title`: "function app pay"."""
        principal = text(row.identity.get("principalId"))
        if principal:
            identity = service_principal_id(principal)
            own = self._system_identity(row, identity)
            yield own
            yield from tagged_owners(own, title)
            yield RunsAs(workload=row.id, identity=identity, detail="system-assigned identity", by_platform=by_platform)
            if ai:
                yield Signal(
                    subject=identity,
                    name="managed-identity-of-ai-resource",
                    detail=f"it was made for {title} and belongs to nothing else",
                    source=source.name,
                )
        elif "systemassigned" in text(row.identity.get("type")).lower().replace(" ", ""):
            self.leave_out(source, f"the system-assigned identity of {row.name} has no object id", row.id)
        for written, given in table(row.identity.get("userAssignedIdentities")).items():
            principal = text(table(given).get("principalId")) or self.principals.get(resource_id(written), "")
            if principal:
                yield RunsAs(
                    workload=row.id,
                    identity=service_principal_id(principal),
                    detail="user-assigned identity",
                    by_platform=by_platform,
                )
            else:
                name = written.rpartition("/")[2]
                self.leave_out(source, f"the user-assigned identity {name} of {row.name} has no object id", row.id)

    def user_assigned(self, workload: str, written: str, detail: str, *, by_platform: bool = False) -> Iterator[RunsAs]:
        """A workload acts as a user-assigned identity that is named by its resource id."""
        if principal := self.principals.get(resource_id(written)):
            identity = service_principal_id(principal)
            yield RunsAs(workload=workload, identity=identity, detail=detail, by_platform=by_platform)

    def keys(self, row: Row, kind: str, title: str, *, ai_provider: str = "", **more: Any) -> Iterator[AnyRecord]:
        """The keys that a resource takes, as one entry: they exist, and their values are never read."""
        secret = f"{row.id}/keys"
        yield Secret(
            id=secret,
            provider="azure",
            kind=kind,
            name=row.name,
            scope=self.scope,
            region=row.location,
            ai_provider=ai_provider,
            description=f"Standing keys that {title} takes beside Entra",
            tags=row.tags,
            **more,
        )
        yield Link(source=secret, target=row.id, kind=OPENS, reason=f"they open {title}")

    def local_auth(self, row: Row) -> Literal["", "true", "false"]:
        """Whether a resource takes keys of its own, as an attribute."""
        written = yes(row.local_auth)
        return "true" if written == "true" else "false" if written == "false" else ""

    def _system_identity(self, row: Row, id: str) -> Identity:
        # The directory tells more of it; this one counts where the directory could not be read.
        return Identity(
            id=id,
            provider="azure",
            kind="entra-managed-identity",
            name=row.name,
            scope=tenant_scope(self.shard.options.get("tenant", "")),
            tags=row.tags,
            attributes={"type": "ManagedIdentity", "resource": row.id},
        )

    def _told(self, operation: Operation, key: str, types: tuple[str, ...] = ()) -> Iterator[Row]:
        for body in self.answers.bodies(operation):
            items = table(body).get(key)
            for item in items if isinstance(items, list) else ():
                if types and text(table(item).get("type")).lower() not in types:
                    continue  # before more is made of it: each service looks through all rows
                if row := row_of(item):
                    yield row
