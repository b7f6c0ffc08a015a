"""Workloads as records: what each acts as, the secrets that it reads, and what stood in the open in it.

A service that names no account uses the default one of its project, which Google made and which, unless somebody took
that away, may edit everything in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

from nhiscan.connector import JSON, Operation, Shard
from nhiscan.model import Link, Ownership, RunsAs, Sighting, Workload
from nhiscan_connectors.common.answers import Answers
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import Api
from nhiscan_connectors.gcp.assets import Asset, Listing, Reading, labels_of
from nhiscan_connectors.gcp.compute.asking import objects
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.services.service_accounts import LIST
from nhiscan_connectors.gcp.sighted import where_in
from nhiscan_connectors.gcp.vertex.locations import placed
from nhiscan_connectors.gcp.vertex.variables import Variable, links_of, secret_id

Default: TypeAlias = Literal["compute", "appengine", "cloudbuild"]
DEFAULT_ACCOUNT: Final = "default service account"
"""Detail of what runs as the account of its project, for it names none."""
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}@[A-Za-z0-9.-]{1,253}", re.ASCII)
_ZONE: Final = re.compile(r"([a-z]+-[a-z]+\d+)-[a-z]", re.ASCII)
_VARIABLES: Final = frozenset({
    "environmentVariables", "buildEnvironmentVariables", "envVariables", "buildEnvVariables", "userEnvVars",
    "variables",
})  # fmt: skip


class Workloads(Reading):
    """The answers of one shard as workloads. Ask `gaps` last."""

    def __init__(self, shard: Shard, answers: Answers, *operations: Operation) -> None:
        """`operations`: those that give assets, so that damage is told of the right one."""
        super().__init__(shard, answers)
        self._told_by = {one.name: one for one in operations}

    @cached_property
    def accounts(self) -> dict[str, str]:
        """Addresses of service accounts by unique id, from the sweep or the project's own list."""
        found = super().accounts
        for body in self.answers.bodies(LIST):
            for item in objects(table(body).get("accounts")):
                if (unique := text(item.get("uniqueId"))) and (email := text(item.get("email"))):
                    found.setdefault(unique, email)
        return found

    def all(self, swept: Api | None, type: str, *listings: Listing) -> list[Asset]:
        """Assets of one type, each with its project."""
        return placed(self, swept, type, *listings)

    def workload(
        self,
        asset: Asset,
        kind: str,
        *,
        name: str = "",
        facts: dict[str, str] | None = None,
        public: bool | None = None,
        variables: Iterable[str] = (),
        tags: dict[str, str] | None = None,
        created_at: datetime | None = None,
        updated_at: datetime | None = None,
        agent: bool = False,
        ai_platform: str = "",
    ) -> Workload:
        """An asset as a workload. `facts`: attributes; empty ones are left out."""
        return Workload(
            id=asset.name,
            provider="gcp",
            kind=kind,
            name=name or asset.short,
            scope=self.scope(asset),
            region=region_of(asset.location),
            agent=agent,
            ai_platform=ai_platform,
            created_at=created_at or moment(asset.data.get("createTime")),
            updated_at=updated_at or moment(asset.data.get("updateTime")) or asset.updated_at,
            public=public,
            variables=tuple(dict.fromkeys(variables)),
            tags=labels_of(asset.data) if tags is None else tags,
            attributes={key: value for key, value in (facts or {}).items() if value},
        )

    def acts_as(
        self, asset: Asset, written: object, detail: str, *, default: Default = "compute", by_platform: bool = False
    ) -> Iterator[RunsAs]:
        """What a workload acts as. `written`: an address, a resource name or a unique id; nothing: the default."""
        told = text(written).strip()
        if told and told != "default":
            if identity := self.account(told):
                yield RunsAs(workload=asset.name, identity=identity, detail=detail, by_platform=by_platform)
            else:
                self.damage(asset, f"{asset.name[:200]} runs as {told[:100]!r}, which is no account that is known")
        elif identity := self.default_of(asset.project, default):
            yield RunsAs(workload=asset.name, identity=identity, detail=DEFAULT_ACCOUNT, by_platform=by_platform)
        else:
            self.damage(asset, f"{asset.name[:200]} runs as the default account of a project without a known number")

    def account(self, written: str) -> str:
        """Id of an account in whatever form a service writes it; empty where it names none that is known."""
        name = written.rpartition("/serviceAccounts/")[2].removeprefix("serviceAccount:").strip()
        name = self.accounts.get(name, name) if name.isdigit() else name
        return service_account_id(name) if _ADDRESS.fullmatch(name) else ""

    def default_of(self, project: str, kind: Default) -> str:
        """Id of the account that a project's workloads run as when they name none; empty where nobody can tell."""
        if kind == "appengine":
            # The project of a domain-scoped organisation is "example.com:name" here and "name.example.com" there.
            domain, colon, name = project.partition(":")
            bare = f"{name}.{domain}" if colon else project
            return service_account_id(f"{bare}@appspot.gserviceaccount.com") if bare else ""
        number = project if project.isdigit() else self.projects.numbers.get(project, "")
        if not number:
            return ""
        end = "-compute@developer.gserviceaccount.com" if kind == "compute" else "@cloudbuild.gserviceaccount.com"
        return service_account_id(f"{number}{end}")

    def secret(self, asset: Asset, written: object, project: object = "") -> str:
        """Id of a secret that a workload names, alone or in full; empty where it names none."""
        return secret_id(self, text(written), self.projects.id_of(text(project)) or asset.project)

    def environment(
        self, asset: Asset, title: str, variables: Iterable[Variable], mounted: Iterable[str] = ()
    ) -> Iterator[Link]:
        """What variables and mounted secrets say. `title`: how a sentence begins. `mounted`: ids of secrets."""
        yield from links_of(asset.name, title, dict.fromkeys(variables))
        for secret in dict.fromkeys(one for one in mounted if one):
            reason = f"{title} has secret {secret.rpartition('/')[2]} among its files"
            yield Link(source=asset.name, target=secret, kind="reads_secret", reason=reason)

    def made_by(self, asset: Asset, creator: object) -> Iterator[Ownership]:
        """Who made a workload, as Google remembers."""
        if _ADDRESS.fullmatch(who := text(creator).strip()):
            yield Ownership(subject=asset.name, owner=who, kind="creator", source=f"{asset.source}, creator")

    def damage(self, asset: Asset, what: str) -> None:
        """Note what an asset should tell and does not."""
        if operation := self._told_by.get(asset.source):
            self.leave_out(operation, what, asset.name)

    def unreached(self, operation: Operation, key: str) -> None:
        """Note the places that did not answer, which a list names in the field `key`: what lies there is unknown."""
        for body in self.answers.bodies(operation):
            found = table(body).get(key)
            if isinstance(found, list) and found:
                shown = ", ".join(sorted({text(one) or text(table(one).get("name")) for one in found})[:5])
                self.leave_out(operation, f"{len(found)} places did not answer: {shown[:200]}")

    def sightings(self, swept: Api | None, *listings: Listing) -> Iterator[Sighting]:
        """One sighting for each secret value in assets and lists."""
        if swept is not None:
            yield from self.sightings_in(swept, "assets", "name")
        for one in listings:
            host = one.host or f"//{one.service}.googleapis.com/"
            yield from self.sightings_in(one.operation, one.key, one.name, host)

    def sightings_in(self, operation: Operation, key: str, name: str, host: str = "") -> Iterator[Sighting]:
        """One sighting for each secret value in the list `key` of the answers of a call."""
        for item in self.answers.of(operation):
            for found in item.sightings:
                path = list(found.get("path") or [])
                entry = _entry(item.body, key, path)
                subject = self.resource(f"{host}{text(entry.get(name)).lstrip('/') if host else text(entry.get(name))}")
                yield Sighting(
                    detector=text(found.get("detector")),
                    fingerprint=text(found.get("fingerprint")),
                    last4=text(found.get("last4")),
                    subject=subject if text(entry.get(name)) else self.shard.scope,
                    where=where_in(entry, path[2:], _VARIABLES) or f"an answer of {operation.name}",
                    scope=self._scope_of(entry, subject),
                    ai_provider=text(found.get("ai_provider")),
                    decoded={str(key): str(value) for key, value in table(found.get("decoded")).items()},
                )

    def _scope_of(self, entry: dict[str, Any], subject: str) -> str:
        project = self.project_of(subject, entry.get("ancestors"))
        return self.projects.scope(project) if project else self.shard.scope


def region_of(location: str) -> str:
    """The region that a zone lies in; any other location as it is."""
    found = _ZONE.fullmatch(location)
    return found[1] if found else location


def names_in(value: object) -> list[str]:
    """Keys of an object: names of variables, never what they hold."""
    return [key for key in table(value) if key]


def joined(values: Iterable[str]) -> str:
    """Distinct texts in order, with commas."""
    return ",".join(sorted({value for value in values if value}))


def _entry(body: JSON, key: str, path: list[str | int]) -> dict[str, Any]:
    entries = table(body).get(key)
    number = path[1] if len(path) > 1 and path[0] == key else None
    if isinstance(entries, list) and isinstance(number, int) and 0 <= number < len(entries):
        return table(entries[number])
    return {}
