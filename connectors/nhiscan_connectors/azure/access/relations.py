"""Powers that follow from how things are related: owners, blueprints, agent users, trust in outside issuers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nhiscan.access.names import fits, is_pattern
from nhiscan.model import CanBecome, Identity, Ownership, Trust
from nhiscan_connectors.azure.access.directory_methods import OWNED_BY
from nhiscan_connectors.azure.access.estate import ACTIVATION, Estate
from nhiscan_connectors.azure.access.names import GRAPH_PERMISSION
from nhiscan_connectors.azure.access.targets import CREDENTIALED, Targets

_ENTRA: Final = re.compile(
    r"oidc:(?:https://)?(?:sts\.windows\.net|login\.(?:microsoftonline\.com|microsoftonline\.us|"
    r"partner\.microsoftonline\.cn))/([0-9a-f-]{36})(?:/v2\.0)?/?",
    re.IGNORECASE,
)
"""Beginning of the names under which the identities of a tenant are trusted elsewhere."""


class Relations:
    """Edges of relations, over all identities of Entra."""

    def __init__(self, estate: Estate, targets: Targets) -> None:
        self._estate = estate
        self._inventory = estate.inventory
        self._targets = targets

    def edges(self) -> Iterator[CanBecome]:
        """All of them."""
        for ownership in self._inventory.ownerships:
            if ownership.kind == "owner" and ownership.owner.startswith(("/users/", "/servicePrincipals/", "/groups/")):
                yield from self._owned(ownership)
        for group, principals in sorted(self._estate.may_own.items()):
            for principal in sorted({*principals}):
                yield from self._owned(Ownership(subject=group, owner=principal), ACTIVATION)
        for link in self._inventory.links:
            if link.kind == "part_of":
                yield from self._part_of(link.source, self._estate.actor(link.target))
        for trust in self._inventory.trusts:
            yield from self._trusted(trust)
        yield from self._abroad()

    def _owned(self, ownership: Ownership, *when: str) -> Iterator[CanBecome]:
        """What an owner can become. `when`: on what the ownership itself depends."""
        owner, subject = self._estate.actor(ownership.owner), self._estate.actor(ownership.subject)
        target = self._inventory.identities.get(subject)
        who = self._estate.subject(owner)
        if owner == subject:
            return
        if subject in self._inventory.groups:
            found = self._group_worth_it(subject) and not self._estate.units.shield(subject)
            conditions = (*when, *self._needs(owner, self._to_add_members(subject)))
            method, does = "entra-owner-adds-member", f"can put itself into {self._estate.subject(subject)}"
        elif target is not None and target.kind in CREDENTIALED:
            worth = self._targets.find(target.scope, "service-principals", subject)
            found = worth is not None
            conditions = (*self._needs(owner, OWNED_BY), *(worth.conditions if worth is not None else ()))
            method, does = "entra-owner-adds-secret", f"can add a secret to {self._estate.subject(subject)}"
        else:
            return
        if not found:
            return
        owns = "may make itself an owner of" if when else "owns"
        yield CanBecome(
            identity=owner,
            target=subject,
            method=method,
            answer="conditional" if conditions else "allowed",
            conditions=tuple(sorted(conditions)),
            reason=f"{who} {does}, which it {owns}{_when(conditions[len(when) :])}",
            fix=f"Take {who} from the owners of {self._estate.subject(subject)}.",
        )

    def _group_worth_it(self, group: str) -> bool:
        everything = (group, *self._estate.groups_of(group))
        return any(one in self._estate.assigned or one in self._estate.directory for one in everything)

    def _to_add_members(self, group: str) -> str:
        """The permission that an application needs to put members into a group that it owns."""
        known = self._inventory.groups.get(group)
        guarded = known is not None and known.protected is True
        return "RoleManagement.ReadWrite.Directory" if guarded else "GroupMember.ReadWrite.All"

    def _needs(self, owner: str, permission: str) -> tuple[str, ...]:
        """An application that owns something may use that only with a permission; a person needs none."""
        if not owner.startswith("/servicePrincipals/"):
            return ()
        enough = {f"{GRAPH_PERMISSION}{one}".lower() for one in (permission, permission.replace("OwnedBy", "All"))}
        held = {one.role.lower() for one in self._estate.directory.get(owner, ()) if not one.conditions}
        return () if held & enough else (f"permission {permission} of Microsoft Graph",)

    def _part_of(self, source: str, target: str) -> Iterator[CanBecome]:
        """Whoever has the credentials of a blueprint acts as its agents, and an agent acts as its agent user."""
        part, whole = self._inventory.identities.get(source), self._inventory.identities.get(target)
        if part is None or whole is None or part.provider != "azure":
            return
        if part.kind == "entra-agent-identity":
            method = "agent-blueprint-creds"
            reason = f"the credentials of {whole.name} act for agent identity {part.name}, which is made from it"
            fix = f"Give agent {part.name} a blueprint of its own, and let few hold the credentials of {whole.name}."
        elif part.kind == "entra-agent-user":
            method = "agent-user"
            reason = f"agent {whole.name} signs in as its agent user {part.name}"
            fix = f"Remove agent user {part.name} if the agent does not need it."
        else:
            return
        yield CanBecome(identity=target, target=source, method=method, answer="allowed", reason=reason, fix=fix)

    def _trusted(self, trust: Trust) -> Iterator[CanBecome]:
        target = self._estate.actor(trust.identity)
        identity = self._inventory.identities.get(target)
        if identity is None or identity.provider != "azure" or trust.kind not in ("oidc", "principal", "unknown"):
            return
        name = self._estate.subject(target)
        keys = tuple(sorted({g.key for g in trust.guards if g.confines and g.kind not in ("subject", "audience")}))
        known = trust.principal in self._inventory.identities
        who = self._estate.subject(trust.principal) if known else trust.principal
        answer = "unknown" if trust.kind == "unknown" else "conditional" if keys else "allowed"
        yield CanBecome(
            identity=trust.principal,
            target=target,
            method="federated-credential",
            answer="unknown" if answer == "unknown" else "conditional" if keys else "allowed",
            conditions=keys,
            reason=f"{who} can act as {name} ({trust.statement or 'federated credential'})",
            fix=f"Narrow the subject that the federated credential of {name} accepts, or remove it.",
        )

    def _abroad(self) -> Iterator[CanBecome]:
        """The names under which identities of Entra are trusted by other clouds."""
        wanted: dict[str, list[str]] = {}
        for trust in self._inventory.trusts:
            match = _ENTRA.match(trust.principal) if trust.kind == "oidc" else None
            if match is not None and trust.principal[match.end() : match.end() + 1] == "#":
                wanted.setdefault(trust.principal[: match.end()], []).append(trust.principal)
        for issuer in sorted(wanted):
            match = _ENTRA.match(issuer)
            assert match is not None
            tenant = f"azure:{match[1].lower()}"
            names = frozenset(wanted[issuer])
            patterns = sorted(name for name in names if is_pattern(name))
            for identity in self._estate.identities():
                if identity.scope == tenant and identity.id.startswith("/servicePrincipals/"):
                    yield from self._named(identity, issuer, names, patterns)

    def _named(
        self, identity: Identity, issuer: str, names: frozenset[str], patterns: list[str]
    ) -> Iterator[CanBecome]:
        name = f"{issuer}#{identity.id.rpartition('/')[2]}"
        if name not in names and not any(fits(pattern, name) for pattern in patterns):
            return
        yield CanBecome(
            identity=identity.id,
            target=name,
            method="entra-token",
            answer="allowed",
            reason=f"tokens of {self._estate.subject(identity.id)} name it as {name}",
        )


def _when(conditions: tuple[str, ...]) -> str:
    return f" when it has {' and '.join(conditions)}" if conditions else ""
