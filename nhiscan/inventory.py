"""Inventory: the records of a scan, by id and by the relations that rules and evaluators ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, get_args

import msgspec

from nhiscan.model import (
    AnyRecord,
    Aspect,
    Assignment,
    CanBecome,
    Confinement,
    Credential,
    Factor,
    FactorState,
    FederationProvider,
    Gap,
    Grant,
    Group,
    Identity,
    Link,
    Membership,
    Ownership,
    Policy,
    PolicyUse,
    Resource,
    RunsAs,
    Scope,
    Secret,
    Sighting,
    Signal,
    Trust,
    Usage,
    Workload,
)

_ALL_ASPECTS: tuple[Aspect, ...] = get_args(Aspect)


class Inventory:
    """All facts of a scan. Built once by `add`, then only read."""

    def __init__(self, records: Iterable[AnyRecord] = ()) -> None:
        self.scopes: dict[str, Scope] = {}
        self.identities: dict[str, Identity] = {}
        self.groups: dict[str, Group] = {}
        self.credentials: dict[str, Credential] = {}
        self.federation_providers: dict[str, FederationProvider] = {}
        self.policies: dict[str, Policy] = {}
        self.workloads: dict[str, Workload] = {}
        self.secrets: dict[str, Secret] = {}
        self.resources: dict[str, Resource] = {}
        self.memberships: list[Membership] = []
        self.factors: list[Factor] = []
        self.trusts: list[Trust] = []
        self.policy_uses: list[PolicyUse] = []
        self.assignments: list[Assignment] = []
        self.runs_as: list[RunsAs] = []
        self.sightings: list[Sighting] = []
        self.ownerships: list[Ownership] = []
        self.links: list[Link] = []
        self.signals: list[Signal] = []
        self.usages: list[Usage] = []
        self.grants: list[Grant] = []
        self.confinements: list[Confinement] = []
        self.becomes: list[CanBecome] = []
        self.gaps: list[Gap] = []
        self._by: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._factor_states: dict[str, FactorState] = {}
        self._blind: set[tuple[str, Aspect]] = set()
        """Scopes of which an aspect is hidden as a whole."""
        self._hidden: dict[Aspect, set[str]] = {}
        """Records of which an aspect is hidden, one by one."""
        self._blind_below: set[tuple[str, Aspect]] = set()
        self._adders: dict[type, Callable[[Any], None]] = {
            Scope: self._add_scope,
            Identity: self._add_identity,
            Group: self._keyed(self.groups),
            Credential: self._keyed(self.credentials, "credential", "holder"),
            FederationProvider: self._keyed(self.federation_providers),
            Policy: self._keyed(self.policies),
            Workload: self._keyed(self.workloads),
            Secret: self._keyed(self.secrets),
            Resource: self._keyed(self.resources),
            Membership: self._listed(self.memberships, "groups", "member"),
            Factor: self._listed(self.factors, "factors", "identity"),
            FactorState: self._add_factor_state,
            Trust: self._listed(self.trusts, "trusts", "identity"),
            PolicyUse: self._listed(self.policy_uses, "policy_uses", "target"),
            Assignment: self._listed(self.assignments, "assignments", "principal"),
            RunsAs: self._add_runs_as,
            Sighting: self._listed(self.sightings, "sightings", "subject"),
            Ownership: self._listed(self.ownerships, "ownerships", "subject"),
            Link: self._add_link,
            Signal: self._listed(self.signals, "signals", "subject"),
            Usage: self._listed(self.usages, "usages", "identity"),
            Grant: self._listed(self.grants, "grants", "identity"),
            Confinement: self._listed(self.confinements, "confinements", "identity"),
            CanBecome: self._listed(self.becomes, "becomes", "identity"),
            Gap: self._add_gap,
        }
        for record in records:
            self.add(record)

    def add(self, record: AnyRecord) -> None:
        """Take in one record. The first of several with one id stays: shards are read in a fixed order.

        An identity whose first record has no tags takes those of a later one.
        """
        self._adders[type(record)](record)

    def _keyed(self, table: dict[str, Any], index: str = "", field: str = "") -> Callable[[Any], None]:
        def add(record: Any) -> None:
            if table.setdefault(record.id, record) is record and index:
                self._by[index][getattr(record, field)].append(record)

        return add

    def _listed(self, items: list[Any], index: str, field: str) -> Callable[[Any], None]:
        by = self._by[index]

        def add(record: Any) -> None:
            items.append(record)
            by[getattr(record, field)].append(record)

        return add

    def _add_scope(self, record: Scope) -> None:
        """An account is told of twice: by itself, and by its organization, which knows where it stands."""
        known = self.scopes.get(record.id)
        if known is None or (known.parent is None and record.parent is not None):
            self.scopes[record.id] = record

    def _add_identity(self, record: Identity) -> None:
        """The tags of a directory's identity may be known only to the resource that it stands for."""
        known = self.identities.setdefault(record.id, record)
        if record.tags and not known.tags:
            self.identities[record.id] = msgspec.structs.replace(known, tags=record.tags)

    def _add_factor_state(self, record: FactorState) -> None:
        known = self._factor_states.get(record.identity)
        if known is None or record.present:
            self._factor_states[record.identity] = record

    def _add_runs_as(self, record: RunsAs) -> None:
        self.runs_as.append(record)
        self._by["runs_as"][record.workload].append(record)
        self._by["run_by"][record.identity].append(record)

    def _add_link(self, record: Link) -> None:
        self.links.append(record)
        self._by["links"][record.source].append(record)
        self._by["links_to"][record.target].append(record)

    def _add_gap(self, gap: Gap) -> None:
        self.gaps.append(gap)
        for aspect in gap.blinds:
            if gap.subjects:
                self._hidden.setdefault(aspect, set()).update(gap.subjects)
            else:
                self._blind.add((gap.scope, aspect))
                if gap.below:
                    self._blind_below.add((gap.scope, aspect))

    def _of(self, index: str, key: str) -> list[Any]:
        return self._by[index].get(key, [])

    def knows(self, scope: str, aspect: Aspect, subject: str = "") -> bool:
        """False when a gap hides `aspect` of the whole scope, of `subject`, or of all below a scope above it.

        A gap about single records hides them wherever they live: the sweep of an organization tells of what lies in its
        projects.
        """
        if (scope, aspect) in self._blind or subject in self._hidden.get(aspect, ()):
            return False
        return not self._blind_below or not self._hidden_from_above(scope, aspect)

    def _hidden_from_above(self, scope: str, aspect: Aspect) -> bool:
        seen: set[str] = set()
        here: str | None = scope
        while here is not None and here not in seen:
            if (here, aspect) in self._blind_below:
                return True
            seen.add(here)
            known = self.scopes.get(here)
            here = known.parent if known is not None else None
        return False

    def credentials_of(self, holder: str) -> list[Credential]:
        """Credentials that authenticate an identity."""
        return self._of("credential", holder)

    def factors_of(self, identity: str) -> list[Factor]:
        """Second factors of an identity, where they are listed one by one."""
        return self._of("factors", identity)

    def has_factor(self, identity: Identity) -> bool | None:
        """Whether a second factor is registered; None when nobody told us."""
        if self.factors_of(identity.id):
            return True
        state = self._factor_states.get(identity.id)
        if state is not None:
            return state.present
        return None

    def trusts_of(self, identity: str) -> list[Trust]:
        """Who may take on an identity."""
        return self._of("trusts", identity)

    def memberships_of(self, member: str) -> list[Membership]:
        """Groups that something belongs to."""
        return self._of("groups", member)

    def policy_uses_of(self, target: str) -> list[PolicyUse]:
        """Policies that apply to an identity, group, scope or resource."""
        return self._of("policy_uses", target)

    def assignments_of(self, principal: str) -> list[Assignment]:
        """Role-like permission sets that a person or group may take on."""
        return self._of("assignments", principal)

    def identities_run_by(self, workload: str) -> list[RunsAs]:
        """Identities that a workload acts as."""
        return self._of("runs_as", workload)

    def workloads_running_as(self, identity: str) -> list[RunsAs]:
        """Workloads that act as an identity."""
        return self._of("run_by", identity)

    def sightings_in(self, subject: str) -> list[Sighting]:
        """Secret values that were seen in a record."""
        return self._of("sightings", subject)

    def ownerships_of(self, subject: str) -> list[Ownership]:
        """Who answers for something."""
        return self._of("ownerships", subject)

    def links_from(self, source: str) -> list[Link]:
        """Relations that start at something."""
        return self._of("links", source)

    def links_to(self, target: str) -> list[Link]:
        """Relations that end at something."""
        return self._of("links_to", target)

    def usages_of(self, identity: str) -> list[Usage]:
        """What the provider's usage data say of an identity."""
        return self._of("usages", identity)

    def signals_of(self, subject: str) -> list[Signal]:
        """Facts for the classification of something."""
        return self._of("signals", subject)

    def grants_of(self, identity: str) -> list[Grant]:
        """Capabilities of an identity."""
        return self._of("grants", identity)

    def confinements_of(self, identity: str) -> list[Confinement]:
        """Regions beyond which an identity cannot act."""
        return self._of("confinements", identity)

    def becomes_of(self, identity: str) -> list[CanBecome]:
        """What an identity can become in one step."""
        return self._of("becomes", identity)


def blind_to_all(connector: str, scope: str, region: str, why: str) -> Gap:
    """The gap of a scope that was not collected at all, or not to its end: no aspect of it is known."""
    return Gap(
        connector=connector,
        scope=scope,
        region=region,
        operation="collect",
        reason="failed",
        hides="everything that lives in it",
        detail=why,
        # What a region holds are workloads, agents and secrets; identities are the whole scope's.
        blinds=_ALL_ASPECTS if not region else ("workloads", "secrets", "agents"),
        below=not region,
    )
