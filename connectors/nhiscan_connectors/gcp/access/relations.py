"""Powers that follow from how things are related: trust in issuers, owners of groups, delegation, other clouds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nhiscan.access.names import fits, is_pattern
from nhiscan.model import CanBecome, Ownership, Trust
from nhiscan_connectors.gcp.access.estate import Estate
from nhiscan_connectors.gcp.names import PRINCIPALS, SERVICE_ACCOUNTS

_GOOGLE: Final = re.compile(r"oidc:(?:https://)?accounts\.google\.com/?#")
"""Beginning of the names under which service accounts are trusted elsewhere, by their unique ids."""
DELEGATED: Final = "domain_wide_delegation"
"""Attribute of a service account of which the administrator of Google Workspace lets it act for people: "true"."""
_SCOPES: Final = "the API scopes that the administrator of Google Workspace gave it reach what is wanted"
_AWS: Final = "aws:"
_CALLERS: Final = "any-of:gcp:callers:"
_USERS: Final = "any-of:gcp:users:"


class Relations:
    """Edges of relations."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._inventory = estate.inventory
        self._accounts: set[str] = set()
        """AWS accounts that some pool takes all callers of."""

    def edges(self) -> Iterator[CanBecome]:
        """All of them."""
        for ownership in self._inventory.ownerships:
            if ownership.kind == "owner" and ownership.subject.startswith("group:"):
                yield from self._owned(ownership)
        for trust in self._inventory.trusts:
            yield from self._trusted(trust)
        yield from self._callers()
        yield from self._delegated()
        yield from self._abroad()

    def _owned(self, ownership: Ownership) -> Iterator[CanBecome]:
        """Owners of a group put themselves into it."""
        estate = self._estate
        owner, group = ownership.owner, ownership.subject
        everything = (group, *estate.groups_of(group))
        if owner == group or not any(one in estate.assigned for one in everything):
            return
        who, what = estate.subject(owner), estate.subject(group)
        yield CanBecome(
            identity=owner,
            target=group,
            method="gcp-group-owner",
            answer="allowed",
            reason=f"{who} can put itself into {what}, which it owns",
            fix=f"Take {who} from the owners of {what}.",
        )

    def _trusted(self, trust: Trust) -> Iterator[CanBecome]:
        known = self._inventory.identities.get(trust.identity)
        ours = known.provider == "gcp" if known is not None else trust.identity.startswith(PRINCIPALS)
        if not ours or trust.kind in ("deleted", "service") or trust.identity == trust.principal:
            return
        keys = tuple(sorted({g.key for g in trust.guards if g.confines and g.kind not in ("subject", "audience")}))
        who = self._estate.subject(trust.principal) if trust.principal in self._inventory.identities else ""
        what = self._estate.subject(trust.identity)
        account = trust.kind == "account"
        if account:
            self._accounts.add(trust.principal)
            who = f"whatever acts in AWS account {trust.principal.removeprefix(_AWS)}"
        yield CanBecome(
            identity=f"{_CALLERS}{trust.principal}" if account else trust.principal,
            target=trust.identity,
            method="gcp-workload-identity-federation",
            answer="unknown" if trust.kind == "unknown" else "conditional" if keys else "allowed",
            conditions=keys,
            reason=f"{who or trust.principal} can act as {what} ({trust.statement or 'workload identity federation'})",
            fix=f"Narrow the principals of the pool that may act as {what}, and the condition of its provider.",
        )

    def _callers(self) -> Iterator[CanBecome]:
        """From identities of AWS to the hub of those whose calls a pool takes for proof."""
        for identity in self._inventory.identities.values() if self._accounts else ():
            if identity.provider == "aws" and identity.scope in self._accounts:
                account = identity.scope.removeprefix(_AWS)
                yield CanBecome(
                    identity=identity.id,
                    target=f"{_CALLERS}{identity.scope}",
                    method="member",
                    answer="allowed",
                    reason=f"{identity.name} acts in AWS account {account}",
                )

    def _delegated(self) -> Iterator[CanBecome]:
        """Accounts that may act for the people of a Google Workspace."""
        people: dict[str, list[str]] = defaultdict(list)
        asked: list[tuple[str, str]] = []
        for identity in self._inventory.identities.values():
            if identity.provider != "gcp":
                continue
            if identity.kind == "google-user":
                people[self._top(identity.scope)].append(identity.id)
            elif identity.attributes.get(DELEGATED, "").lower() not in ("", "false"):
                asked.append((identity.id, self._top(identity.scope)))
        for account, top in asked:
            name = self._estate.subject(account)
            yield CanBecome(
                identity=account,
                target=f"{_USERS}{top}",
                method="gcp-domain-wide-delegation",
                answer="conditional" if people.get(top) else "latent",
                conditions=(_SCOPES,),
                reason=f"{name} can act as any person of the Google Workspace by domain-wide delegation when {_SCOPES}",
                fix=f"Remove {name} from domain-wide delegation, or leave it fewer API scopes.",
            )
        for top in sorted({top for _, top in asked}):
            for person in people.get(top, ()):
                yield CanBecome(
                    identity=f"{_USERS}{top}",
                    target=person,
                    method="member",
                    answer="allowed",
                    reason=f"{self._estate.subject(person)} is among them",
                )

    def _top(self, scope: str) -> str:
        chain = self._estate.places.chain(scope)
        return chain[-1] if chain else scope

    def _abroad(self) -> Iterator[CanBecome]:
        """The names under which service accounts are trusted by other clouds."""
        names: set[str] = set()
        begins: set[str] = set()
        for trust in self._inventory.trusts:
            match = _GOOGLE.match(trust.principal) if trust.kind == "oidc" else None
            if match is not None:
                names.add(trust.principal)
                begins.add(match[0])
        if not names:
            return
        patterns = sorted(name for name in names if is_pattern(name))
        for identity in self._inventory.identities.values():
            unique = identity.attributes.get("unique_id", "")
            if identity.provider != "gcp" or not unique or not identity.id.startswith(SERVICE_ACCOUNTS):
                continue
            for begin in sorted(begins):
                name = f"{begin}{unique}"
                if name in names or any(fits(pattern, name) for pattern in patterns):
                    yield CanBecome(
                        identity=identity.id,
                        target=name,
                        method="gcp-identity-token",
                        answer="allowed",
                        reason=f"ID tokens of {self._estate.subject(identity.id)} name it as {name}",
                    )
