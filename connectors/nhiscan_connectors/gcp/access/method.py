"""What an escalation method of Google Cloud is: permissions, where they must be held, and what they give."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from nhiscan.model import Capability

Aim: TypeAlias = Literal["scope", "host", "delegate", "role", "grant"]
"""scope: administration of the organization, folder or project on which the permission is held.
host: the identity of a thing of one of `kinds`; a service account is a thing of its own kind.
delegate: whatever a service account may get tokens of. role: whatever a custom role that it holds can be made to allow.
grant: no other identity but a capability over what the permission is held on."""

ScopeKind: TypeAlias = Literal["organization", "folder", "project", "resource"]
EVERYWHERE: tuple[ScopeKind, ...] = ("organization", "folder", "project", "resource")
CONTAINERS: tuple[ScopeKind, ...] = ("organization", "folder", "project")


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
    def permissions(self) -> tuple[str, ...]:
        """Everything that is needed."""
        return (*self.on, *self.there)


ACT_AS = "iam.serviceAccounts.actAs"
