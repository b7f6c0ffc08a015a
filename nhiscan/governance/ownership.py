"""Ownership: who answers for an identity, a workload or a secret, and whether that person is still there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from nhiscan.classify import Verdict, classify
from nhiscan.inventory import Inventory
from nhiscan.model import Identity, Ownership

OwnershipKind: TypeAlias = Literal["owner", "sponsor", "team", "creator", "manager"]

_OWNER: Final[OwnershipKind] = "owner"

OWNER_TAGS: Final[Mapping[str, OwnershipKind]] = {
    "Owner": "owner",
    "OwnerEmail": "owner",
    "OwnerId": "owner",
    "OwnedBy": "owner",
    "BusinessOwner": "owner",
    "TechnicalOwner": "owner",
    "ServiceOwner": "owner",
    "nhi:owner": "owner",
    "nhi:owner-id": "owner",
    "Contact": "owner",
    "ContactEmail": "owner",
    "Sponsor": "sponsor",
    "nhi:sponsor": "sponsor",
    "Manager": "manager",
    "ManagedBy": "manager",
    "Team": "team",
    "TeamName": "team",
    "OwnerTeam": "team",
    "OwningTeam": "team",
    "Squad": "team",
    "nhi:team": "team",
    "CreatedBy": "creator",
    "Creator": "creator",
}
"""Tags that name somebody. Case and signs in a key do not matter: `owner_email` is `OwnerEmail`.

A cost centre says who pays, not who answers, so it is not among them.
"""

DIRECTORIES: Final = frozenset({"tenant", "directory"})
"""Kinds of scope that hold all people of their mail domains, so that who is missing there has left.

An identity store that is fed from elsewhere holds only the people who were given access: missing there means nothing.
"""

_NOBODY: Final = frozenset(
    {"", "-", "--", "?", "n/a", "na", "none", "null", "nil", "no", "nobody", "unknown", "unowned", "tbd", "todo", "tba"}
    | {"changeme", "change-me", "placeholder", "example", "test", "owner", "x", "xxx"}
)
"""Values that name nobody."""

_TOOLS: Final = frozenset(
    {"terraform", "opentofu", "pulumi", "cloudformation", "cdk", "aws-cdk", "ansible", "crossplane", "helm", "argocd"}
    | {"flux", "serverless", "sam", "copilot", "eksctl", "bicep", "arm", "automation", "system", "aws", "azure", "gcp"}
    | {"google", "microsoft", "amazon", "console", "cli", "manual", "kubernetes", "karpenter", "github-actions", "ci"}
)
"""Values that name a tool. A tool made or keeps the thing, and answers for nothing."""

_MOST_OWNERS: Final = 8
"""Owners that one tag may name; a list longer than this is a list of something else."""
_LONGEST_OWNER: Final = 256

_EMAIL: Final = re.compile(r"[^@\s,;|<>]{1,128}@[^@\s,;|<>]{1,190}")
_SIGNS: Final = re.compile(r"[^a-z0-9]+")


def ownerships(
    inventory: Inventory, tags: Iterable[str] = (), *, verdicts: Mapping[str, Verdict] | None = None
) -> Iterator[Ownership]:
    """Owners that tags and stores name, of identities, workloads and secrets; a person's identity is the person's own.

    `tags` are further keys that name an owner. `verdicts` tells which identities are people's; without it none is
    taken for one. What a connector already said is not said again.
    """
    kinds = {_plain(key): kind for key, kind in OWNER_TAGS.items()} | {_plain(key): _OWNER for key in tags}
    for identity in inventory.identities.values():
        found = [*_from_tags(identity.id, identity.tags, kinds), *_own(identity, verdicts or {})]
        yield from _new(inventory, identity.id, found)
    for workload in inventory.workloads.values():
        yield from _new(inventory, workload.id, _from_tags(workload.id, workload.tags, kinds))
    for secret in inventory.secrets.values():
        owners = list(_from_tags(secret.id, secret.tags, kinds))
        if hint := _somebody(secret.owner_hint):
            owners.append(Ownership(subject=secret.id, owner=hint, kind="creator", source="the store's own record"))
        yield from _new(inventory, secret.id, owners)


def _new(inventory: Inventory, subject: str, found: Iterable[Ownership]) -> Iterator[Ownership]:
    """Those that are not known yet, each owner and kind once."""
    said = {(known.owner.casefold(), known.kind) for known in inventory.ownerships_of(subject)}
    for ownership in found:
        key = (ownership.owner.casefold(), ownership.kind)
        if key not in said:
            said.add(key)
            yield ownership


def _from_tags(subject: str, tags: Mapping[str, str], kinds: Mapping[str, OwnershipKind]) -> Iterator[Ownership]:
    for key, value in sorted(tags.items()):
        kind = kinds.get(_plain(key))
        if kind is not None:
            for owner in owners_in(value):
                yield Ownership(subject=subject, owner=owner, kind=kind, source=f"tag {key}")


def owners_in(value: str) -> list[str]:
    """The people or teams that a tag's value names: "ann@example.com; bob@example.com" are two."""
    parts = re.split(r"[,;|]", value[: _LONGEST_OWNER * _MOST_OWNERS])
    emails = value.split()
    if len(emails) > 1 and all(_EMAIL.fullmatch(part) for part in emails):
        parts = emails
    return [owner for part in parts[:_MOST_OWNERS] if (owner := _somebody(part))]


def _somebody(text: str) -> str:
    """The owner that a text names; empty for a placeholder or a tool."""
    owner = text.strip().strip("\"'").strip()[:_LONGEST_OWNER]
    plain = owner.casefold()
    return "" if plain in _NOBODY or plain in _TOOLS or not _plain(owner) else owner


def _own(identity: Identity, verdicts: Mapping[str, Verdict]) -> Iterator[Ownership]:
    """A person answers for the identity that is theirs; a door that many people use is nobody's own."""
    verdict = verdicts.get(identity.id)
    if verdict and verdict.class_ == "human" and not identity.human_access and not verdict.mixed:
        owner = identity.email or identity.name
        yield Ownership(subject=identity.id, owner=owner, kind="owner", source="it is the person's own")


def _plain(text: str) -> str:
    return _SIGNS.sub("", text.casefold())


class Directory:
    """The people of an inventory, by mail address, id and name: built once, asked for each owner."""

    def __init__(self, inventory: Inventory, verdicts: Mapping[str, Verdict] | None = None) -> None:
        self._inventory = inventory
        self._verdicts = dict(verdicts or {})
        self._directories = {scope.id for scope in inventory.scopes.values() if scope.kind in DIRECTORIES}
        self._groups = {group.name.casefold() for group in inventory.groups.values()} | set(inventory.groups)
        self._holders: dict[str, list[Identity]] = defaultdict(list)
        """Identities by whatever an owner may be written as."""
        self._locals: dict[str, list[Identity]] = defaultdict(list)
        """Identities by what stands before the @ of their address, without signs: labels of some clouds take none."""
        self._domains: set[str] = set()
        """Mail domains of which a complete directory holds somebody."""
        self._siblings: dict[str, set[str]] = defaultdict(set)
        """Id without its last part, to the scopes that hold identities of that shape."""
        for identity in inventory.identities.values():
            self._siblings[_stem(identity.id)].add(identity.scope)
            email = _address(identity.email or "") or _address(identity.name)
            for key in {identity.id.casefold(), identity.name.casefold(), email} - {""}:
                self._holders[key].append(identity)
            if email:
                self._locals[_plain(email.partition("@")[0])].append(identity)
            if email and identity.scope in self._directories:
                self._domains.add(_domain(email))

    def exists(self, ownership: Ownership) -> bool | None:
        """True: the owner is there. False: known to be gone, or switched off everywhere. None: cannot be told."""
        owner = ownership.owner.strip()
        holders = self._holders.get(_address(owner) or owner.casefold(), [])
        if not holders and ownership.kind != "team" and "@" not in owner and "/" not in owner:
            holders = self._locals.get(_plain(owner), [])
        people = [identity for identity in holders if self._may_be_person(identity)]
        if people:
            # Somebody who can still sign in anywhere has not left.
            return any(identity.enabled is not False for identity in people)
        if owner.casefold() in self._groups:
            return True
        if holders or ownership.kind == "team":
            # A machine may carry a person's or a team's name, and teams are rarely kept where we can look.
            return None
        if email := _address(owner):
            return self._gone_from(self._directories if _domain(email) in self._domains else set())
        return self._gone_from(self._siblings.get(_stem(owner), set()) if "/" in owner else set())

    def _gone_from(self, scopes: set[str]) -> bool | None:
        """False when every scope in which the owner could be was read to its end, and there is one; else None."""
        return False if scopes and all(self._inventory.knows(scope, "identities") for scope in scopes) else None

    def _may_be_person(self, identity: Identity) -> bool:
        if identity.managed_by_provider or identity.human_access:
            return False
        verdict = self._verdicts.get(identity.id)
        if verdict is None:
            verdict = classify(identity, self._inventory.signals_of(identity.id))
            self._verdicts[identity.id] = verdict
        return verdict.class_ in ("human", "unknown")


def owner_exists(inventory: Inventory, ownership: Ownership) -> bool | None:
    """Whether an owner is still there, as `Directory.exists` says. Asking for every owner of an estate stays linear."""
    size = (len(inventory.identities), len(inventory.groups), len(inventory.scopes), len(inventory.signals))
    return _directory(inventory, size).exists(ownership)


@lru_cache(maxsize=1)
def _directory(inventory: Inventory, size: tuple[int, ...]) -> Directory:
    """The directory of the inventory that was asked about last; `size` makes it anew when the inventory has grown."""
    return Directory(inventory)


def _address(text: str) -> str:
    """The mail address that a text is, or that stands in its angle brackets ("Ann <ann@example.com>"); else empty."""
    text = text.strip().casefold()[:_LONGEST_OWNER]
    if text.endswith(">"):
        text = text[text.rfind("<") + 1 : -1].strip()
    text = text.removeprefix("mailto:")
    return text if _EMAIL.fullmatch(text) else ""


def _domain(email: str) -> str:
    return email.rpartition("@")[2]


def _stem(id: str) -> str:
    return id.rpartition("/")[0]
