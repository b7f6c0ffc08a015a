"""What an escalation method of Google Cloud is: permissions, where they must be held, and what they give."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from nhiscan.model import Capability

ACT_AS: Final = "iam.serviceAccounts.actAs"

Aim: TypeAlias = Literal["scope", "host", "delegate", "role", "grant"]
"""scope: administration of the organization, folder or project on which the permission is held.
host: the identity of a thing of one of `kinds`; a service account is a thing of its own kind.
delegate: whatever a service account may get tokens of. role: whatever a custom role that it holds can be made to allow.
grant: no other identity but a capability over what the permission is held on."""

ScopeKind: TypeAlias = Literal["organization", "folder", "project", "resource"]
EVERYWHERE: Final[tuple[ScopeKind, ...]] = ("organization", "folder", "project", "resource")
CONTAINERS: Final[tuple[ScopeKind, ...]] = ("organization", "folder", "project")


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One way to gain power."""

    id: str
    aim: Aim = "host"
    on: tuple[str, ...]
    """Permissions that are needed on what is aimed at."""
    there: tuple[str, ...] = ()
    """Permissions that are needed in the project of what is aimed at."""
    kinds: tuple[str, ...] = ()
    """Kinds of things whose identity is gained."""
    requires: str = ""
    """Kind of workload of which one must exist in the project."""
    level: ScopeKind = "resource"
    """With aim "scope": the kind of scope that is administered then."""
    held_on: tuple[ScopeKind, ...] = EVERYWHERE
    """Kinds of scopes on which a binding can give what is needed."""
    capability: Capability = "read_data"
    """With aim "grant": what is gained."""
    note: str = ""
    """What must hold beyond permissions; a method with a note is never better than `conditional`."""
    can: str
    """Rest of a sentence after the principal's name; `{target}` is the thing aimed at."""
    fix: str
    """What breaks it: a sentence; `{who}`, `{role}` and `{scope}` are filled in."""

    @property
    def acts_as(self) -> bool:
        """Whether the service account that is gained must be one that the holder may attach (actAs)."""
        return ACT_AS in self.on

    @property
    def all_kinds(self) -> tuple[str, ...]:
        """The kinds as things are sorted: workloads that run as an account of another project, accounts beside some
        workload in their project, and those beside which it may be."""
        if self.aim != "host":
            return self.kinds
        if self.requires:
            return f"{ACCOUNT}{BESIDE}{self.requires}", f"{ACCOUNT}{PERHAPS}{self.requires}"
        suffix = LENT if self.acts_as else FOREIGN
        return (*self.kinds, *(f"{kind}{suffix}" for kind in self.kinds if kind in _WITH_ACCOUNTS))

    @property
    def permissions(self) -> tuple[str, ...]:
        """Everything that is needed."""
        return (*self.on, *self.there)


ACCOUNT: Final = "service-account"
"""Kind of a service account as a thing of its own."""
POOL: Final = "workload-identity-pool"
"""Kind of a principal that a pool vouches for."""
BOUND_KEY: Final = "google-api-key"
BUILD_AGENT: Final = "cloud-build-account"
APIS_AGENT: Final = "google-apis-account"
DEFAULT_COMPUTE: Final = "default-compute-account"
CLUSTER: Final = "google-gke-cluster"
ENGINE: Final = "google-reasoning-engine"
AGENT: Final = "/agent"
"""Stands behind a kind of workload that runs as something other than a service account of the customer."""
ENGINE_AGENT: Final = f"{ENGINE}{AGENT}"
FOREIGN: Final = "/foreign"
"""Stands behind a kind of workload that runs as an account of another project."""
LENT: Final = "/lent"
"""The same, as something that counts as lying where both projects do."""
BESIDE: Final = "+"
"""Stands between the kind of an account and the kind of a workload that is there in its project."""
PERHAPS: Final = "?"
"""The same, where nobody knows whether it is there."""
_WITH_ACCOUNTS: Final = frozenset((
    "google-compute-instance", "google-workbench-instance", "google-cloud-run-service", "google-cloud-run-job",
    "google-cloud-function", "google-reasoning-engine",
))  # fmt: skip
"""Kinds of workloads of which some method needs `iam.serviceAccounts.actAs` on what they run as."""
NARROW: Final = "Take role {role} at {scope} from {who}, or give it a role without {action}."


def on_thing(id: str, kinds: tuple[str, ...], on: str, can: str, note: str = "") -> Method:
    """Permissions on the thing itself, separated by spaces."""
    needed = tuple(on.split())
    return Method(id=id, kinds=kinds, on=needed, can=can, fix=NARROW.replace("{action}", needed[0]), note=note)


def on_account(id: str, on: str, can: str, note: str = "") -> Method:
    """Power over a service account itself."""
    return on_thing(id, (ACCOUNT,), on, can, note)


def attached(id: str, there: str, can: str, requires: str = "", note: str = "") -> Method:
    """A service account is attached to something in its project; `requires` is what must be there already."""
    return Method(
        id=id,
        kinds=(ACCOUNT,),
        on=(ACT_AS,),
        there=tuple(there.split()),
        requires=requires,
        can=can,
        fix=NARROW.replace("{action}", ACT_AS),
        note=note,
    )


def on_scope(id: str, on: str, level: ScopeKind, can: str, note: str = "") -> Method:
    """A policy of a scope can be written."""
    needed = tuple(on.split())
    held: tuple[ScopeKind, ...] = CONTAINERS[: CONTAINERS.index(level) + 1]
    fix = NARROW.replace("{action}", needed[0])
    return Method(id=id, aim="scope", on=needed, level=level, held_on=held, can=can, fix=fix, note=note)


def gives(id: str, on: str, capability: Capability, can: str) -> Method:
    """A capability over a resource, one step away."""
    return Method(id=id, aim="grant", on=(on,), capability=capability, can=can, fix=NARROW.replace("{action}", on))
