"""Trusts: who outside may be a service account, or a principal of a pool that holds roles itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Assignment, Guard, Signal, Trust
from nhiscan_connectors.common.issuers import is_ci_issuer, is_cluster_issuer
from nhiscan_connectors.gcp.access.roles import allows, short_name
from nhiscan_connectors.gcp.federation.entries import Directory, entries
from nhiscan_connectors.gcp.federation.members import Member, member_of
from nhiscan_connectors.gcp.federation.providers import POOL, Provider, providers
from nhiscan_connectors.gcp.names import PRINCIPALS, PROJECTS, SERVICE_ACCOUNTS, Projects

_GIVES_TOKENS: Final = ("iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken")
_VOUCHED: Final = {
    "trusted-by-ci-oidc": "jobs that {issuer} vouches for may act as it",
    "trusted-by-cluster-oidc": "pods that {issuer} vouches for may act as it",
    "oidc-trust": "whoever {issuer} vouches for may act as it",
    "cross-account-trust": "AWS account {issuer} may act as it",
    "roles-anywhere-subject": "machines with a certificate that {issuer} takes may act as it",
}
_STANDS_FOR: Final = {
    "trusted-by-ci-oidc": "it stands for jobs that {issuer} vouches for",
    "trusted-by-cluster-oidc": "it stands for pods that {issuer} vouches for",
    "oidc-trust": "it stands for whomever {issuer} vouches for",
    "cross-account-trust": "it stands for callers from AWS account {issuer}",
    "roles-anywhere-subject": "it stands for machines with a certificate that {issuer} takes",
}
"""The same of a principal of a pool, which is those outside and nobody else."""
_FOR_PEOPLE: Final = "/AWSReservedSSO_"
"""Stands in the names of the roles through which AWS lets in people."""


def trusts(inventory: Inventory) -> Iterator[AnyRecord]:
    """Trusts that bindings of pools' principals amount to, and what they say of those who trust."""
    held = _held(inventory)
    if not held:
        return
    reader = _Reader(inventory)
    seen: set[Trust] = set()
    signals: dict[tuple[str, str, str], Signal] = {}
    for (identity, principal), bindings in sorted(held.items()):
        member = member_of(principal, reader.projects)
        if member is None or member.by_platform:
            continue
        said: list[Signal | None] = []
        for assignment, sure in bindings:
            for trust, signal in reader.read(identity, member, assignment, sure=sure):
                key = msgspec.structs.replace(trust, statement="", source="")
                if key in seen:
                    continue
                seen.add(key)
                yield trust
                said.append(signal)
        said += reader.stands_for(principal, member, bindings[0][0].source)
        for one in said:
            if one is not None:
                signals.setdefault((one.subject, one.name, one.detail), one)
    yield from signals.values()


def _held(inventory: Inventory) -> dict[tuple[str, str], list[tuple[Assignment, bool]]]:
    """Bindings by who is gained and by whom, and whether each surely gives tokens."""
    found: dict[tuple[str, str], list[tuple[Assignment, bool]]] = defaultdict(list)
    gives: dict[str, bool | None] = {}
    for one in inventory.assignments:
        if not one.principal.startswith(PRINCIPALS):
            continue
        if one.scope.startswith(SERVICE_ACCOUNTS):
            if one.role not in gives:
                gives[one.role] = _gives_tokens(inventory, one.role)
            if gives[one.role] is not False:
                found[one.scope, one.principal].append((one, gives[one.role] is True))
        else:
            found[one.principal, one.principal].append((one, True))
    return found


def _gives_tokens(inventory: Inventory, role: str) -> bool | None:
    answers = {allows(role, inventory.policies.get(role), permission) for permission in _GIVES_TOKENS}
    return True if True in answers else None if None in answers else False


class _Reader:
    """Reads bindings of pools' principals over one inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._providers = providers(inventory)
        self._directory = Directory.of(inventory)
        pairs = [
            (scope.attributes.get("number", ""), scope.id.removeprefix(PROJECTS))
            for scope in inventory.scopes.values()
            if scope.id.startswith(PROJECTS)
        ]
        self.projects = Projects(pairs)
        self._read: dict[Member, list[tuple[Provider, Trust]]] = {}

    def read(
        self, identity: str, member: Member, assignment: Assignment, *, sure: bool
    ) -> Iterator[tuple[Trust, Signal | None]]:
        """Trusts that one binding amounts to."""
        where = "" if identity == assignment.principal else f"role {short_name(assignment.role)}, "
        if member.workforce:
            return
        if self._gone(member):
            whom = assignment.principal if where else member.pool
            deleted = Trust(identity="", principal=whom, kind="deleted")
            yield self._trust(identity, assignment, deleted, f"{where}pool {_short(member.pool)}"), None
            return
        if not self._known(member):
            unknown = Trust(identity="", principal=assignment.principal, kind="unknown")
            yield self._trust(identity, assignment, unknown, f"{where}pool {_short(member.pool)}, not read"), None
            return
        for provider, trust in self._entries(member):
            place = f"{where}provider {provider.name} of pool {_short(member.pool)}"
            if not sure:
                trust = msgspec.structs.replace(trust, kind="unknown")
            signal = _signal(identity, provider, assignment.source) if trust.kind != "unknown" else None
            yield self._trust(identity, assignment, trust, place), signal

    def stands_for(self, principal: str, member: Member, source: str) -> Iterator[Signal | None]:
        """Who a principal of a pool is, whatever it may do: those for whom the pool's providers vouch."""
        if principal in self._inventory.identities and not member.workforce and not self._gone(member):
            for provider, trust in self._entries(member):
                if trust.kind == "unknown":
                    continue
                yield _signal(principal, provider, source)
                if provider.form == "aws" and _FOR_PEOPLE not in trust.principal:
                    detail = "it stands for callers from AWS in a pool that Google Cloud keeps for programs"
                    yield Signal(subject=principal, name="machine-account-object", detail=detail, source=source)

    def _entries(self, member: Member) -> list[tuple[Provider, Trust]]:
        if member not in self._read:
            self._read[member] = [
                (provider, trust)
                for provider in self._providers.get(member.pool, ())
                for trust in entries(provider, member, self._directory)
            ]
        return self._read[member]

    def _known(self, member: Member) -> bool:
        return member.pool in self._inventory.resources or member.pool in self._providers

    def _gone(self, member: Member) -> bool:
        """Whether a pool is known to be no more: its project was read, and has none of that name."""
        record = self._inventory.resources.get(member.pool)
        if record is not None:
            return record.kind == POOL and record.attributes.get("state") == "DELETED"
        if member.pool in self._providers:
            return False
        project = self.projects.scope(self.projects.project_in(member.pool))
        return self._was_read(project)

    def _was_read(self, project: str) -> bool:
        """Whether a project's pools were listed, by the project itself or by what lies above it."""
        here, steps = project, 0
        scopes = self._inventory.scopes
        if here not in scopes:
            return False
        while here in scopes and steps < 14:
            if not self._inventory.knows(here, "trust"):
                return False
            here, steps = scopes[here].parent or "", steps + 1
        return True

    def _trust(self, identity: str, assignment: Assignment, trust: Trust, place: str) -> Trust:
        return msgspec.structs.replace(
            trust,
            identity=identity,
            guards=(*trust.guards, *_of_binding(assignment)),
            statement=place,
            source=assignment.source,
        )


def _of_binding(assignment: Assignment) -> Iterator[Guard]:
    """What the binding itself asks for."""
    if assignment.condition:
        timed = "request.time" in assignment.condition and "resource." not in assignment.condition
        yield Guard(kind="time" if timed else "other", key="binding condition", values=(assignment.condition[:300],))
    if assignment.eligible:
        yield Guard(kind="other", key="activation")


def _signal(identity: str, provider: Provider, source: str) -> Signal | None:
    issuer = provider.issuer
    match provider.form:
        case "oidc":
            name = "trusted-by-ci-oidc" if is_ci_issuer(issuer) else "oidc-trust"
            name = "trusted-by-cluster-oidc" if is_cluster_issuer(issuer) else name
        case "aws":
            name, issuer = "cross-account-trust", provider.account
        case "x509":
            name, issuer = "roles-anywhere-subject", f"provider {provider.name}"
        case "saml":
            # Not "saml-trust": assertions of such pools are those of programs as well.
            name, issuer = "oidc-trust", f"provider {provider.name}"
        case _:
            return None
    words = _STANDS_FOR if identity.startswith(PRINCIPALS) else _VOUCHED
    return Signal(subject=identity, name=name, detail=words[name].format(issuer=issuer[:200]), source=source)


def _short(pool: str) -> str:
    return pool.rpartition("/")[2]
