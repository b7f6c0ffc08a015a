"""Members of policies that no project's list tells of: accounts of others, Google's own, and those that are gone.

Whoever holds a role here is part of the estate, wherever it lives. An account that policies name and no list does
becomes an identity; attributes: "outside" ("true": its project is not among those that were read), "missing" ("true":
its project was read and has no such account). Service agents are Google's.

A member that was deleted keeps its bindings until somebody removes them. On a service account that is a trust in a
deleted principal; what it holds on anything else its assignment says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.judging import is_outside
from nhiscan.model import AnyRecord, Assignment, Gap, Identity, Signal, Trust
from nhiscan_connectors.gcp.accounts import account_of
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import (
    PROJECTS,
    SERVICE_ACCOUNTS,
    Projects,
    is_service_agent,
    member_kind,
    project_of_account,
)
from nhiscan_connectors.gcp.service import Answers, Service

_ADDRESS: Final = re.compile(r"[a-z0-9.:_-]{1,100}@[a-z0-9.-]{1,150}\.gserviceaccount\.com")
"""Of an account that is one; a workload of a cluster is written like it, with brackets."""
_NUMBER: Final = re.compile(r"(?:service-)?(\d{1,20})(?:-compute)?@")


def collect(calls: Calls) -> None:
    """Nothing more is asked."""


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One shard does not know what others tell."""
    yield from ()


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Identities of accounts that only policies name, and bindings of members that are gone."""
    pairs = [
        (scope.attributes.get("number", ""), scope.id.removeprefix(PROJECTS))
        for scope in inventory.scopes.values()
        if scope.id.startswith(PROJECTS)
    ]
    projects = Projects(pairs)
    unknown: dict[str, Assignment] = {}
    orphans: dict[tuple[str, str, str], Assignment] = {}
    for one in inventory.assignments:
        if one.principal.startswith(SERVICE_ACCOUNTS) and one.principal not in inventory.identities:
            unknown.setdefault(one.principal, one)
        elif one.scope.startswith(SERVICE_ACCOUNTS) and member_kind(one.principal) == "deleted":
            orphans.setdefault((one.principal, one.scope, one.role), one)
    strangers: list[str] = []
    for id in sorted(unknown):
        email = id.removeprefix(SERVICE_ACCOUNTS)
        if _ADDRESS.fullmatch(email):
            account = _account(inventory, projects, email, unknown[id])
            yield account
            if is_outside(account):
                strangers.append(id)
            if not account.managed_by_provider:
                detail = "policies name it as an account for programs"
                yield Signal(subject=id, name="machine-account-object", detail=detail, source=unknown[id].source)
    for key in sorted(orphans):
        yield _orphan(orphans[key])
    yield from _blind(inventory, tuple(strangers))


def _blind(inventory: Inventory, strangers: tuple[str, ...]) -> Iterator[Gap]:
    """Where policies were refused, nobody knows what else accounts of others hold, for they live nowhere here."""
    if not strangers:
        return
    refused = {
        (gap.operation, gap.reason): gap
        for gap in inventory.gaps
        if gap.connector == "gcp" and "policies" in gap.blinds and not gap.subjects
    }
    for gap in refused.values():
        hides = "what accounts of others hold here"
        yield msgspec.structs.replace(gap, hides=hides, blinds=("policies",), subjects=strangers, below=False)


def _account(inventory: Inventory, projects: Projects, email: str, named: Assignment) -> Identity:
    domain = email.partition("@")[2].removesuffix(".iam.gserviceaccount.com")
    # A project that is scanned is no project of Google's, whatever it is called.
    ours = projects.scope(domain) in inventory.scopes
    project = domain if ours else project_of_account(email)
    if not project and (found := _NUMBER.match(email)):
        project = projects.id_of(found[1])
    # An account whose address tells of no project stands where it was named.
    scope = projects.scope(project) if project else named.scope
    facts: dict[str, str] = {}
    if is_service_agent(email) and not ours:
        pass  # Google does not list them
    elif scope not in inventory.scopes:
        facts["outside"] = "true"
    elif not inventory.scopes[scope].attributes.get("state") and _listed(
        inventory, scope
    ):  # one to be deleted is not asked
        facts["missing"] = "true"
    return account_of(email, scope=scope, attributes=facts, listed=ours)


def _listed(inventory: Inventory, scope: str) -> bool:
    """Whether the accounts of a project are known, by the project or by what lies above it."""
    here, seen = scope, set[str]()
    while here in inventory.scopes and here not in seen:
        seen.add(here)
        if not inventory.knows(here, "identities"):
            return False
        here = inventory.scopes[here].parent or ""
    return True


def _orphan(binding: Assignment) -> Trust:
    return Trust(
        identity=binding.scope,
        principal=binding.principal,
        kind="deleted",
        statement=f"role {binding.role.rpartition('roles/')[2]}",
        source=binding.source,
    )


SERVICE = Service(name="outside", part="estate", operations=(), collect=collect, parse=parse, join=join)
