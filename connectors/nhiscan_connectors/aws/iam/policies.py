"""Policies of an account: their documents, who holds them, and who is unknown because one could not be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from nhiscan.model import AnyRecord, Gap, Policy, PolicyUse, Signal
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam import shapes, signals
from nhiscan_connectors.aws.iam.known import Known
from nhiscan_connectors.aws.iam.tables import is_ai_policy
from nhiscan_connectors.common.fields import table


class Held(msgspec.Struct, frozen=True):
    """A policy that somebody holds."""

    id: str
    name: str


class PolicyBook:
    """Reads each policy once, and keeps what signals and gaps need of it."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._problems: dict[str, str] = {}
        self._ai: dict[str, tuple[str, ...]] = {}
        self._subjects: dict[str, list[str]] = defaultdict(list)
        """Identities that a policy with a problem applies to."""

    def managed(self) -> Iterator[Policy]:
        """Managed policies: the account's own, and those of AWS that somebody refers to."""
        referred = self._referred()
        fetched = self._fetched()
        given: set[str] = set()
        for policy in self._known.policies:
            given.add(policy.arn)
            if policy.arn in referred or not _of_aws(policy.arn):
                yield self._read(policy.arn, _name(policy), "managed", _default_document(policy))
        for arn in sorted(referred - given):
            if arn in fetched or self._known.details_complete:
                yield self._read(arn, arn.rpartition("/")[2], "managed", fetched.get(arn, _MISSING))

    def _referred(self) -> set[str]:
        holders: list[shapes.Entity] = [*self._known.users, *self._known.groups, *self._known.roles]
        attached = {policy.policy_arn for holder in holders for policy in holder.attached_managed_policies or ()}
        return attached | {boundary for holder in holders if (boundary := boundary_of(holder))}

    def _fetched(self) -> dict[str, Any]:
        """Documents that were asked for one by one."""
        bodies = self._known.fields.by_param(ops.POLICY_VERSION, "PolicyArn")
        return {arn: table(pages[0].get("PolicyVersion")).get("Document") for arn, pages in bodies.items()}

    def of(self, holder: shapes.Entity, inline: Sequence[shapes.InlinePolicy] | None) -> Iterator[Policy | PolicyUse]:
        """The policies that live in a user, group or role, and its references to managed ones."""
        for policy in inline or ():
            id = f"{holder.arn}/policy/{policy.policy_name}"
            yield self._read(id, policy.policy_name, "inline", policy.policy_document)
            yield PolicyUse(policy=id, target=holder.arn, use="permission")
        for attached in holder.attached_managed_policies or ():
            yield PolicyUse(policy=attached.policy_arn, target=holder.arn, use="permission")
        if boundary := boundary_of(holder):
            yield PolicyUse(policy=boundary, target=holder.arn, use="boundary")

    def _read(self, id: str, name: str, kind: Literal["managed", "inline"], document: Any) -> Policy:
        text, problem = (None, "AWS did not give its document") if document is _MISSING else document_text(document)
        if problem:
            self._problems[id] = problem
        elif text and not _of_aws(id):
            # A policy of AWS is made for all sorts of holders; those that are made for AI are known by name.
            self._ai[id] = signals.ai_actions(text)
        return Policy(
            id=id,
            provider="aws",
            kind=kind,
            name=name,
            scope=self._known.scope,
            document=text,
            problem=problem,
            managed_by_provider=_of_aws(id),
        )

    def signals(self, identity: shapes.Entity, held: Sequence[Held]) -> Iterator[Signal]:
        """What the policies of an identity, its groups' among them, say about it; remembers whom a bad one concerns."""
        boundary = boundary_of(identity)
        for id in {policy.id: None for policy in held} | ({boundary: None} if boundary else {}):
            if id in self._problems:
                self._subjects[id].append(identity.arn)
        for policy in held:
            if actions := self._ai.get(policy.id):
                yield signals.granted_ai(identity.arn, actions, policy.name)
            elif is_ai_policy(policy.id):
                yield signals.ai_policy(identity.arn, policy.name)

    def gaps(self) -> Iterator[Gap]:
        """One gap for each policy that cannot be used."""
        for id, problem in self._problems.items():
            subjects = self._subjects[id]
            detail = f"policy {id}: {problem}"
            if subjects:
                hides = "what those who hold the policy may do"
                yield self._known.gap(ops.DETAILS, hides, "policies", subjects=subjects, detail=detail)
            else:
                hides = "what the policy allows, which nobody holds"
                yield self._known.gap(ops.DETAILS, hides, subjects=[id], detail=detail)


_MISSING: Any = object()


def held_by(holder: shapes.Entity, inline: Sequence[shapes.InlinePolicy] | None) -> list[Held]:
    """Policies that a user, group or role holds itself."""
    own = [Held(f"{holder.arn}/policy/{policy.policy_name}", policy.policy_name) for policy in inline or ()]
    attached = holder.attached_managed_policies or ()
    return own + [Held(a.policy_arn, a.policy_name or a.policy_arn.rpartition("/")[2]) for a in attached]


def boundary_of(holder: shapes.Entity) -> str:
    """The policy that bounds a user or role; empty when none does."""
    return (holder.permissions_boundary and holder.permissions_boundary.permissions_boundary_arn) or ""


def trust_policy(known: Known, role: shapes.Role, text: str | None, problem: str) -> Iterator[AnyRecord]:
    """The trust policy of a role as a policy."""
    id = f"{role.arn}/trust"
    yield Policy(
        id=id,
        provider="aws",
        kind="trust",
        name="trust policy",
        scope=known.scope,
        document=text,
        problem=problem,
    )
    yield PolicyUse(policy=id, target=role.arn, use="trust")


def _of_aws(arn: str) -> bool:
    return ":iam::aws:policy/" in arn


def _name(policy: shapes.ManagedPolicy) -> str:
    return policy.policy_name or policy.arn.rpartition("/")[2]


def _default_document(policy: shapes.ManagedPolicy) -> Any:
    versions = policy.policy_version_list or ()
    for version in versions:
        if version.is_default_version or (
            policy.default_version_id and version.version_id == policy.default_version_id
        ):
            return version.document
    return _MISSING
