"""What can be taken over and whose identity that gives: accounts, workloads, agents, clusters, pools and bound keys."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.model import Identity, Workload
from nhiscan_connectors.gcp.access.estate import Estate
from nhiscan_connectors.gcp.access.method import (
    ACCOUNT,
    AGENT,
    APIS_AGENT,
    BESIDE,
    BOUND_KEY,
    BUILD_AGENT,
    CLUSTER,
    DEFAULT_COMPUTE,
    FOREIGN,
    LENT,
    PERHAPS,
    POOL,
)
from nhiscan_connectors.gcp.access.methods import ALL_KINDS, METHODS, MINTING
from nhiscan_connectors.gcp.access.places import is_wide
from nhiscan_connectors.gcp.access.principals import pool_of
from nhiscan_connectors.gcp.access.universe import mask_of
from nhiscan_connectors.gcp.names import PROJECTS, SERVICE_ACCOUNTS, is_service_agent

DELEGATE: Final = "delegate"
"""Kind of an account as somebody who passes on what it may get tokens of."""
DELEGATES: Final = "delegate-of:gcp:"
"""Stands before the id of an account, for what can be reached through it by delegation."""
_PARTS: Final = SERVICE_ACCOUNTS.count("/")
_PASSED_ON: Final = mask_of(
    permission for method in METHODS if method.id in MINTING or method.aim == "delegate" for permission in method.on
)
_CLUSTER_IDENTITY: Final = re.compile(r"([a-z0-9:.-]+)\.svc\.id\.goog\[.*\]", re.DOTALL)
_NUMBERED: Final = {
    "cloudbuild.gserviceaccount.com": BUILD_AGENT,
    "cloudservices.gserviceaccount.com": APIS_AGENT,
}
_KINDS: Final = frozenset(ALL_KINDS)
_REQUIRED: Final = tuple(sorted({method.requires for method in METHODS if method.requires}))


class Host(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One thing and one identity that it acts as."""

    id: str
    kind: str
    identity: str
    place: str = ""
    """Where it counts as lying, if not where its id says."""


class Hosts:
    """All hosts of an inventory whose kinds some method can take over, or needs."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._places = estate.places
        self._by_project: dict[str, dict[str, list[Host]]] = defaultdict(lambda: defaultdict(list))
        self._at: dict[tuple[str, str], list[Host]] = defaultdict(list)
        self._counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._existing = {
            (workload.kind, self._places.container_of(workload.id))
            for workload in estate.inventory.workloads.values()
            if workload.provider == "gcp" and workload.kind in _REQUIRED
        }
        self.looked = 0
        """Hosts that were handed out: what the cost of judging is proportional to."""
        seen: set[tuple[str, str, str]] = set()
        for host in self._all():
            key = (host.kind, host.id, host.identity)
            if key not in seen and (host.kind in _KINDS or host.kind == DELEGATE):
                seen.add(key)
                self._add(host)
        for kinds in self._by_project.values():
            for hosts in kinds.values():
                hosts.sort(key=lambda host: (host.id, host.identity))

    def _add(self, host: Host) -> None:
        if host.id and not is_wide(host.id):
            self._at[host.kind, host.id].append(host)
        project = host.place or self._places.container_of(host.id)
        if not project:
            return
        self._by_project[host.kind][project].append(host)
        for above in self._places.chain(project):
            self._counts[host.kind][above] += 1

    def _all(self) -> Iterator[Host]:
        estate = self._estate
        inventory = estate.inventory
        for identity in inventory.identities.values():
            if identity.provider != "gcp" or not identity.id.startswith(SERVICE_ACCOUNTS):
                continue
            if identity.kind == "google-service-account":
                yield from self._account(identity)
                if self._mints(identity.id):
                    yield Host(identity.id, DELEGATE, f"{DELEGATES}{identity.id}")
            if identity.attributes.get("default") == "compute":
                yield Host(identity.scope, DEFAULT_COMPUTE, identity.id)
        # An account that a policy is bound to is there, whether or not it was listed.
        for scope in dict.fromkeys(one.scope for held in estate.assigned.values() for one in held):
            if scope.startswith(SERVICE_ACCOUNTS) and scope not in inventory.identities and scope.count("/") == _PARTS:
                yield Host(scope, ACCOUNT, scope)
        for run in inventory.runs_as:
            workload = inventory.workloads.get(run.workload)
            # What the platform uses for a workload is never in the hands of the workload's own code.
            if workload is not None and workload.provider == "gcp" and not run.by_platform:
                yield from self._running(workload, run.identity)
        for credential in inventory.credentials.values():
            if credential.kind == BOUND_KEY and credential.holder.startswith(SERVICE_ACCOUNTS):
                yield Host(credential.id, BOUND_KEY, credential.holder)
        for principal in dict.fromkeys((*inventory.identities, *estate.assigned)):
            yield from self._named(principal)

    def _mints(self, account: str) -> bool:
        """Whether an account may get tokens of some account, or act through one: only then it passes anything on."""
        everything = (account, *self._estate.groups_of(account))
        return any(
            layer.mask & _PASSED_ON
            for principal in everything
            for one in self._estate.assigned.get(principal, ())
            for layer in one.layers
        )

    def _account(self, identity: Identity) -> Iterator[Host]:
        """A service account, and beside what it is in its project."""
        yield Host(identity.id, ACCOUNT, identity.id)
        project = self._places.container_of(identity.id)
        unseen = not self._estate.inventory.knows(project, "workloads") or not self._places.is_listed(project)
        for kind in _REQUIRED:
            if (kind, project) in self._existing:
                yield Host(identity.id, f"{ACCOUNT}{BESIDE}{kind}", identity.id)
            elif unseen:
                yield Host(identity.id, f"{ACCOUNT}{PERHAPS}{kind}", identity.id)

    def _running(self, workload: Workload, identity: str) -> Iterator[Host]:
        """A workload, and what it runs as; an account of another project is apart."""
        kind = self._kind(workload.kind, identity)
        there, here = self._places.container_of(identity), self._places.container_of(workload.id)
        if (f"{kind}{FOREIGN}" not in _KINDS and f"{kind}{LENT}" not in _KINDS) or not there or there == here:
            yield Host(workload.id, kind, identity)
            return
        yield Host(workload.id, f"{kind}{FOREIGN}", identity)
        above = set(self._places.chain(there))
        common = next((scope for scope in self._places.chain(here) if scope in above), "")
        if common:
            yield Host(workload.id, f"{kind}{LENT}", identity, common)

    def _kind(self, kind: str, identity: str) -> str:
        """Kind of a workload; one that runs as an agent of Google's, or of its own, is another kind."""
        known = self._estate.inventory.identities.get(identity)
        if known is not None:
            of_customer = known.kind == "google-service-account"
        else:
            address = identity.removeprefix(SERVICE_ACCOUNTS)
            of_customer = identity.startswith(SERVICE_ACCOUNTS) and not is_service_agent(address)
        return kind if of_customer or f"{kind}{AGENT}" not in _KINDS else f"{kind}{AGENT}"

    def _named(self, principal: str) -> Iterator[Host]:
        """Principals whose name alone says what they belong to."""
        pool = pool_of(principal)
        if pool:
            yield Host(self._places.normal(pool), POOL, principal)
        if not principal.startswith(SERVICE_ACCOUNTS):
            return
        address = principal.removeprefix(SERVICE_ACCOUNTS)
        number, _, domain = address.partition("@")
        if domain in _NUMBERED:
            known = self._estate.inventory.identities.get(principal)
            scope = known.scope if known is not None else self._places.projects.scope(number)
            yield Host(scope, _NUMBERED[domain], principal)
        elif found := _CLUSTER_IDENTITY.fullmatch(address):
            yield Host(f"{PROJECTS}{found[1]}", CLUSTER, principal)

    def count(self, kind: str, scope: str) -> int:
        """How many hosts of a kind lie in a scope, or are it."""
        if is_wide(scope):
            return self._counts[kind].get(scope, 0) if kind in self._counts else 0
        return len(self._at.get((kind, scope), ()))

    def within(self, kind: str, scope: str) -> Iterator[Host]:
        """The hosts of a kind in a scope, by id."""
        if not is_wide(scope):
            found = self._at.get((kind, scope), [])
            self.looked += len(found)
            yield from found
            return
        here = [*self._by_project[kind].get(scope, ())] if kind in self._by_project else []
        self.looked += len(here)
        yield from here
        if self.count(kind, scope) > len(here):
            for inner in self._places.below(scope):
                if self.count(kind, inner):
                    yield from self.within(kind, inner)

    def directly(self, kind: str, scope: str) -> list[Host]:
        """The hosts of a kind that lie in a scope and in none below it."""
        return list(self._by_project[kind].get(scope, ())) if kind in self._by_project else []
