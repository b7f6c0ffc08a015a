"""The AWS part of an inventory, arranged for evaluation: who holds which policies, within which limits.

Documents are compiled once each, layers are made once for each set of policies, and profiles once for each combination,
so that ten thousand roles with the same three policies cost what one costs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Gap, Group, Identity, Policy, Scope
from nhiscan_connectors.aws.access.context import ABSENT, Context, Values, direct
from nhiscan_connectors.aws.access.document import Document, DocumentKind, MalformedPolicyError, compile_document
from nhiscan_connectors.aws.access.layers import Layer, Profile

PREFIX = "aws:"
"""Beginning of the scope ids of AWS accounts."""


class Holder(msgspec.Struct, frozen=True, gc=False, eq=False):
    """An identity (or a group, for those who could join it) with all that binds it."""

    id: str
    kind: str
    """iam-user | iam-role | root-user | group."""
    name: str
    account: str
    """Twelve digits."""
    partition: str
    scope: str
    profile: Profile
    policies: tuple[str, ...]
    """Ids of the policies that it holds, its groups' as well."""
    boundary: str
    """Id of its permissions boundary; empty when it has none."""
    groups: tuple[str, ...]
    unread: tuple[str, ...]
    """Policies of its own that could not be read, each with why."""
    boundary_unread: str
    """Why its boundary could not be read; empty when it has none or it was read."""
    limits_unread: bool
    """Whether policies of the organization that may bind it could not be read."""
    service_linked: bool
    tags: dict[str, str]
    unique_id: str

    @property
    def subject(self) -> str:
        """How a sentence begins: "user alice"."""
        kind = _KINDS.get(self.kind, self.kind)
        return kind if kind == self.name else f"{kind} {self.name}"


_KINDS = {"iam-user": "user", "iam-role": "role", "root-user": "root user", "group": "group"}


class Estate:
    """All AWS holders of an inventory."""

    def __init__(self, inventory: Inventory, only: frozenset[str] | None = None) -> None:
        """`only`: ids of the identities that are asked about, when not all are."""
        self.inventory = inventory
        self.problems: dict[str, str] = {}
        """Policy id -> what is wrong with its document."""
        self._documents: dict[str, Document | None] = {}
        self._by_text: dict[tuple[str, str], Document] = {}
        self._layers: dict[tuple[str, tuple[str, ...]], Layer] = {}
        self._profiles: dict[tuple[int, ...], Profile] = {}
        self._limits: dict[tuple[str, str], tuple[tuple[Layer, ...], bool]] = {}
        self._identity_center: dict[str, bool | None] = {}
        self._sharing: Counter[int] = Counter()
        self.holders: dict[str, Holder] = {}
        chosen = inventory.identities.values() if only is None else _found(inventory, only)
        for identity in chosen:
            if identity.provider == "aws" and identity.kind in _KINDS and identity.scope.startswith(PREFIX):
                self.holders[identity.id] = self._holder(identity)
        self.by_account: dict[str, list[Holder]] = defaultdict(list)
        for holder in self.holders.values():
            self.by_account[holder.account].append(holder)
            self._sharing[id(holder.profile)] += 1

    def forget(self, holder: Holder) -> None:
        """Drop what was worked out for a holder that shares its policies with nobody: no one will ask again."""
        if self._sharing[id(holder.profile)] == 1:
            holder.profile.forget()

    def document(self, policy: Policy, kind: DocumentKind | None = None) -> Document | None:
        """Compiled document of a policy; None when it was not read or is malformed (see `problems`)."""
        if policy.id in self._documents:
            return self._documents[policy.id]
        document: Document | None = None
        if policy.document is None:
            self.problems[policy.id] = policy.problem or "its document was not read"
        else:
            try:
                document = self._compiled(policy.document, kind or _document_kind(policy))
            except MalformedPolicyError as error:
                self.problems[policy.id] = error.message
        self._documents[policy.id] = document
        return document

    def _compiled(self, text: str, kind: DocumentKind) -> Document:
        """Equal texts are compiled once."""
        found = self._by_text.get((kind, text))
        if found is None:
            found = self._by_text[kind, text] = compile_document(text, kind)
        return found

    def layer(self, name: str, policies: tuple[str, ...], kind: DocumentKind | None = None) -> Layer:
        """The layer that policies make up together. A missing or malformed one stands in `missing`."""
        key = (name, policies)
        found = self._layers.get(key)
        if found is None:
            documents: list[tuple[str, Document]] = []
            missing: list[str] = []
            for id_ in policies:
                policy = self.inventory.policies.get(id_)
                document = self.document(policy, kind) if policy is not None else None
                if document is not None and policy is not None:
                    documents.append((policy.name, document))
                else:
                    named = policy.name if policy is not None else id_
                    missing.append(f"policy {named}: {self.problems.get(id_, 'its document was not read')}")
            found = self._layers[key] = Layer(name, documents, tuple(missing))
        return found

    def _uses(self, target: str, use: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(u.policy for u in self.inventory.policy_uses_of(target) if u.use == use))

    def _holder(self, identity: Identity) -> Holder:
        groups = tuple(dict.fromkeys(m.group for m in self.inventory.memberships_of(identity.id)))
        policies = [*self._uses(identity.id, "permission")]
        for group in groups:
            policies.extend(self._uses(group, "permission"))
        boundaries = self._uses(identity.id, "boundary")
        service_linked = identity.path.startswith("/aws-service-role/") or ":role/aws-service-role/" in identity.id
        return self._hold(identity, tuple(dict.fromkeys(policies)), boundaries, groups, service_linked)

    def _hold(
        self,
        identity: Identity,
        policies: tuple[str, ...],
        boundaries: tuple[str, ...],
        groups: tuple[str, ...],
        service_linked: bool,
    ) -> Holder:
        own = EVERYTHING if identity.kind == "root-user" else self.layer("identity policies", policies)
        boundary = self.layer("permissions boundary", boundaries) if boundaries else None
        limits, unread = self.limits(identity.scope, "organization-limit") if not service_linked else ((), False)
        known = self.inventory.knows(identity.scope, "policies", identity.id)
        missing = own.missing if known else (*own.missing, "some of its policies could not be listed")
        readable = boundary if boundary is None or not boundary.missing else None
        return Holder(
            id=identity.id,
            kind=identity.kind,
            name=identity.name,
            account=identity.scope.removeprefix(PREFIX),
            partition=partition_of(identity.id),
            scope=identity.scope,
            profile=self.profile(own, readable, limits),
            policies=policies,
            boundary=boundaries[0] if boundaries else "",
            groups=groups,
            unread=missing,
            boundary_unread="; ".join(boundary.missing) if boundary is not None else "",
            limits_unread=unread,
            service_linked=service_linked,
            tags=identity.tags,
            unique_id=identity.attributes.get("unique_id", ""),
        )

    def group_holder(self, group: Group) -> Holder:
        """A group as if it could act: what joining it gives."""
        policies = self._uses(group.id, "permission")
        own = self.layer("identity policies", policies)
        limits, unread = self.limits(group.scope, "organization-limit")
        return Holder(
            id=group.id,
            kind="group",
            name=group.name,
            account=group.scope.removeprefix(PREFIX),
            partition=partition_of(group.id),
            scope=group.scope,
            profile=self.profile(own, None, limits),
            policies=policies,
            boundary="",
            groups=(),
            unread=own.missing,
            boundary_unread="",
            limits_unread=unread,
            service_linked=False,
            tags={},
            unique_id="",
        )

    def profile(self, identity: Layer, boundary: Layer | None, limits: tuple[Layer, ...]) -> Profile:
        """The profile of a combination of layers."""
        key = (id(identity), id(boundary), *map(id, limits))
        found = self._profiles.get(key)
        if found is None:
            found = self._profiles[key] = Profile(identity, boundary, limits)
        return found

    def limits(self, scope: str, use: str) -> tuple[tuple[Layer, ...], bool]:
        """One layer for each level of the organization above a scope, and whether any of it could not be read.

        The management account is not bound. A level that could not be read is left out: an unread limit never turns a
        power into none; whoever reports the power says that the limits were not readable.
        """
        key = (scope, use)
        found = self._limits.get(key)
        if found is None:
            found = self._limits[key] = self._walk(scope, use)
        return found

    def _walk(self, scope: str, use: str) -> tuple[tuple[Layer, ...], bool]:
        layers: list[Layer] = []
        unread = False
        for level in self.path(scope):
            if level.id == scope and level.attributes.get("management") == "true":
                return (), False
            unread = unread or not self.inventory.knows(level.id, "organization")
            policies = self._uses(level.id, use)
            # A resource control policy names a principal, which other organization policies may not.
            kind: DocumentKind = "resource" if use == "resource-limit" else "identity"
            layer = self.layer(f"{_USES[use]} of {level.name or level.id}", policies, kind) if policies else None
            if layer is not None and layer.missing:
                unread = True
            elif layer is not None:
                layers.append(layer)
        return tuple(layers), unread or not self.inventory.knows(scope, "organization")

    def path(self, scope: str) -> Iterator[Scope]:
        """An account and the levels of the organization above it."""
        seen: set[str] = set()
        next_: str | None = scope
        while next_ is not None and next_ not in seen:
            seen.add(next_)
            level = self.inventory.scopes.get(next_)
            if level is None:
                return
            yield level
            next_ = level.parent

    def administers_identity_center(self, account: str) -> bool | None:
        """Whether permission sets are changed from an account: its own instance, or one that was handed to it.

        None where nobody says and people do sign in to the account that way, as its roles show.
        """
        if account not in self._identity_center:
            self._identity_center[account] = self._administers_identity_center(account)
        return self._identity_center[account]

    def _administers_identity_center(self, account: str) -> bool | None:
        seen = [
            resource.attributes.get("administered_here") == "true"
            for resource in self.inventory.resources.values()
            if resource.kind == "identity-center-instance" and resource.scope == f"aws:{account}"
        ]
        if seen:
            return any(seen)
        return None if any("AWSReservedSSO_" in holder.id for holder in self.by_account[account]) else False

    def organization(self, scope: str) -> str:
        """Id of the organization that an account is in; empty when that is not known."""
        for level in self.path(scope):
            if level.kind == "organization":
                return level.attributes.get("organization_id", "") or level.id.rpartition(":")[2]
        return ""

    def context(self, holder: Holder) -> Context:
        """What is known of every request that a holder makes."""
        known: dict[str, Values] = {
            **direct(),
            "aws:principalarn": (holder.id,),
            "aws:principalaccount": (holder.account,),
            "kms:calleraccount": (holder.account,),
            "aws:principaltype": ("User",) if holder.kind == "iam-user" else ("AssumedRole",),
        }
        for key, value in holder.tags.items():
            known[f"aws:principaltag/{key.lower()}"] = (value,)
        organization = self.organization(holder.scope)
        if organization:
            known["aws:principalorgid"] = (organization,)
        match holder.kind:
            case "iam-user":
                known["aws:username"] = (holder.name,)
                known["aws:principaltag/"] = known["aws:sourceidentity"] = ABSENT
                known["aws:federatedprovider"] = ABSENT
                if holder.unique_id:
                    known["aws:userid"] = (holder.unique_id,)
            case "root-user":
                known["aws:principaltype"] = ("Account",)
                known["aws:userid"] = (holder.account,)
                known["aws:username"] = ABSENT
            case _:
                known["aws:username"] = ABSENT
        return Context(known)

    def gaps(self) -> Iterator[Gap]:
        """One gap for each policy whose document cannot be used, naming who is unknown because of it."""
        users: dict[str, list[str]] = defaultdict(list)
        for holder in self.holders.values():
            for policy in (*holder.policies, *((holder.boundary,) if holder.boundary else ())):
                if policy in self.problems:
                    users[policy].append(holder.id)
            if holder.kind == "iam-role":
                for policy in self._uses(holder.id, "trust"):
                    if policy in self.problems:
                        users[policy].append(holder.id)
        for id_ in sorted(self.problems):
            policy = self.inventory.policies.get(id_)
            if policy is None or (policy.document is None and not policy.problem):
                continue  # the call that did not show the document has its own gap
            yield Gap(
                connector="aws",
                scope=policy.scope,
                operation="evaluate policy",
                reason="failed",
                hides=f"who may assume {users[id_][0]}"
                if policy.kind == "trust" and users[id_]
                else f"what policy {policy.name} allows and denies",
                detail=f"policy {policy.name} ({policy.id}) is malformed: {self.problems[id_]}",
                blinds=(("trust",) if policy.kind == "trust" else ("policies",)) if users[id_] else (),
                subjects=tuple(users[id_]),
            )


def _found(inventory: Inventory, ids: frozenset[str]) -> list[Identity]:
    return [identity for id_ in sorted(ids) if (identity := inventory.identities.get(id_)) is not None]


_USES = {"organization-limit": "service control policies", "resource-limit": "resource control policies"}


def _document_kind(policy: Policy) -> DocumentKind:
    match policy.kind:
        case "trust":
            return "trust"
        case "resource":
            return "resource"
        case _:
            return "identity"


def partition_of(arn: str) -> str:
    """Partition of an ARN; "aws" for anything else."""
    parts = arn.split(":", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "arn" and parts[1] else "aws"


EVERYTHING = Layer(
    "identity policies",
    [
        (
            "of the root user",
            compile_document(
                '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', "identity"
            ),
        )
    ],
)
"""What the root user may do before limits, and what an identity may do once it writes its own policies."""
