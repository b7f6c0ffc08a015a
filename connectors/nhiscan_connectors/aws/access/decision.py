"""One question about access, answered exactly and layer by layer.

Unlike the judgement of the whole estate, nothing is taken as chosen by the caller here: a condition key that the
question does not give is open, and a policy that could not be read makes the answer `unknown` wherever it could
matter.
Source: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "Permissions boundaries".
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from nhiscan.access.question import Decision, Layer, Question
from nhiscan.inventory import Inventory
from nhiscan.model import Answer
from nhiscan_connectors.aws.access import layers
from nhiscan_connectors.aws.access.aims import known_of
from nhiscan_connectors.aws.access.conditions import Truth, all_of, any_of
from nhiscan_connectors.aws.access.context import Context, given
from nhiscan_connectors.aws.access.document import compile_document
from nhiscan_connectors.aws.access.estate import Estate, Holder
from nhiscan_connectors.aws.access.layers import Line, said
from nhiscan_connectors.aws.access.resources import (
    WITH_POLICIES,
    is_role,
    limited_services,
    must_agree,
    policies_of,
    read_in,
    scope_of,
    service_of,
)
from nhiscan_connectors.aws.access.trust import names

_SESSION = "sts:RoleSessionName"


class Said(msgspec.Struct, frozen=True):
    """What one layer says to the question."""

    name: str
    allow: Truth
    deny: Truth
    sentences: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def layer(self) -> Layer:
        """As a decision shows it."""
        return Layer(name=self.name, answer=self.answer, statements=self.sentences, missing=self.missing)

    @property
    def answer(self) -> Answer:
        """This layer's own answer."""
        if self.deny is True:
            return "denied"
        if self.missing:
            return "unknown"
        if self.allow is False:
            return "denied"
        return "allowed" if self.allow is True and self.deny is False else "conditional"


def decide(inventory: Inventory, question: Question, session: tuple[str, ...] = ()) -> Decision:
    """Pure: may this identity do this here, and why.

    `session` are the texts of session policies, which narrow a role session further. Raises MalformedPolicyError when
    one of them is not a policy document.
    """
    estate = Estate(inventory, frozenset((question.identity, question.resource)))
    holder = estate.holders.get(question.identity)
    if holder is None:
        missing = Layer(name="identity", answer="unknown", missing=(f"{question.identity} is not in the inventory",))
        reason = f"{question.identity} is not an AWS identity of this inventory"
        return Decision(question=question, answer="unknown", layers=(missing,), reason=reason)
    return _Request(estate, holder, question, session).decide()


class _Request:
    def __init__(self, estate: Estate, holder: Holder, question: Question, session: tuple[str, ...]) -> None:
        self.estate = estate
        self.holder = holder
        self.question = question
        self.session = session
        self.action = question.action.lower()
        self.scope = scope_of(estate.inventory, question.resource)
        known: dict[str, tuple[str, ...]] = dict(estate.context(holder).known)
        known.update(_facts_of_resource(estate, question.resource, self.scope))
        known.update(given(question.context).known)
        self.context = Context(known)

    def decide(self) -> Decision:
        identity = self._layer("identity policies", self.holder.profile.identity, self.holder.unread)
        boundary = self._boundary()
        session = self._session()
        limits = self._limits()
        resource, how = self._resource()
        rcps = self._resource_limits()
        told = [identity, *boundary, *session, *limits, *([resource] if resource is not None else []), *rcps]
        answer, keys = self._answer(identity, boundary, session, limits, resource, how, rcps)
        conditions = tuple(sorted(keys))
        return Decision(
            question=self.question,
            answer=answer,
            layers=tuple(one.layer() for one in told),
            conditions=conditions if answer == "conditional" else (),
            reason=self._reason(answer, conditions, told),
        )

    # Layers.

    def _layer(self, name: str, layer: layers.Layer, missing: tuple[str, ...]) -> Said:
        allows, denies = layer.of(self.action)
        return self._said(name, allows, denies, missing)

    def _said(self, name: str, allows: Iterable[Line], denies: Iterable[Line], missing: tuple[str, ...]) -> Said:
        sentences: list[str] = []
        deny = any_of([self._told(line, sentences) for line in denies])
        allow = any_of([self._told(line, sentences) for line in allows])
        if not sentences and not missing:
            sentences.append(f"no statement allows {self.question.action} on {self.question.resource}")
        return Said(name, allow, deny, tuple(sentences), missing)

    def _told(self, line: Line, sentences: list[str]) -> Truth:
        truth = self._truth(line)
        if truth is not False:
            verb = "allows" if line.statement.allow else "denies"
            when = "" if truth is True else f" where {' and '.join(sorted(truth))} fit"
            sentences.append(f"{line.label} {verb} {self.question.action} on {self.question.resource}{when}")
        return truth

    def _boundary(self) -> list[Said]:
        if not self.holder.boundary:
            return []
        boundary = self.holder.profile.boundary
        if boundary is None:
            unread = (self.holder.boundary_unread or "the permissions boundary was not read",)
            return [Said("permissions boundary", False, False, (), unread)]
        return [self._layer("permissions boundary", boundary, boundary.missing)]

    def _session(self) -> list[Said]:
        if not self.session:
            return []
        documents = [
            (f"of the session {n}", compile_document(text, "identity")) for n, text in enumerate(self.session, 1)
        ]
        return [self._layer("session policies", layers.Layer("session policies", documents), ())]

    def _limits(self) -> list[Said]:
        found = [self._layer(layer.name, layer, layer.missing) for layer in self.holder.profile.limits]
        if self.holder.limits_unread:
            unread = (f"service control policies that bind account {self.holder.account}",)
            found.append(Said("service control policies", False, False, (), unread))
        return found

    def _resource(self) -> tuple[Said | None, str]:
        """What the resource's own policy says, and how it names the identity."""
        arn = self.question.resource
        name = "trust policy" if is_role(arn) else "resource policy"
        policies = policies_of(self.estate.inventory, arn)
        asked_of_role = is_role(arn) and self.action.startswith("sts:assumerole")
        if not policies or (is_role(arn) and not asked_of_role):
            if is_role(arn) and not asked_of_role and self._foreign():
                return Said(name, False, False, ("a role can be managed from its own account only",)), ""
            if not self._may_have_policy(arn, asked_of_role):
                return None, ""
            return Said(name, False, False, (), (f"the {name} of {arn}",)), ""
        kind = "trust" if is_role(arn) else "resource"
        layer = self.estate.layer(name, policies, "trust" if kind == "trust" else "resource")
        allows, denies = layer.of(self.action)
        how = self._how(allows)
        told = self._said(name, self._naming(allows), self._naming(denies), layer.missing)
        return told, how

    def _may_have_policy(self, arn: str, asked_of_role: bool) -> bool:
        if is_role(arn):
            return asked_of_role or self._foreign()
        service = service_of(arn)
        if service not in WITH_POLICIES:
            return self._foreign()
        return must_agree(arn) or self._foreign() or not read_in(self.estate.inventory, self.scope, service)

    def _naming(self, lines: Iterable[Line]) -> list[Line]:
        return [line for line in lines if self._named(line)]

    def _named(self, line: Line) -> str:
        """As `names`, or "session": one session of the role is named, and its name decides."""
        holder = self.holder
        how = names(line.statement, holder.id, holder.account, holder.unique_id, bool(holder.boundary))
        return how or ("session" if self._sessions(line) else "")

    def _sessions(self, line: Line) -> frozenset[str]:
        """Names of the role's sessions that a statement names one by one."""
        principals = line.statement.principals
        if principals is None or line.statement.not_principal or self.holder.kind != "iam-role":
            return frozenset()
        own = f"arn:{self.holder.partition}:sts::{self.holder.account}:assumed-role/{self.holder.name}/"
        return frozenset(arn.removeprefix(own) for arn in principals.arns if arn.startswith(own))

    def _truth(self, line: Line) -> Truth:
        """Whether a statement speaks of the request, as far as that is known."""
        truth = said(line.statement, self.question.resource, self.context)
        if line.statement.principals is None or self._named(line) != "session":
            return truth
        given_name = self.context.get(_SESSION.lower())
        ours: Truth = frozenset((_SESSION,))
        if given_name is not None:
            ours = any(name in self._sessions(line) for name in given_name)
        return all_of((truth, ours))

    def _how(self, allows: Iterable[Line]) -> str:
        """The strongest way in which statements that may allow name the identity."""
        found = {self._named(line) for line in allows if self._truth(line) is not False}
        return next((how for how in ("itself", "everyone", "session", "account") if how in found), "")

    def _resource_limits(self) -> list[Said]:
        service = self.action.partition(":")[0]
        if not self.scope or self.holder.service_linked or service not in limited_services():
            return []
        found, unread = self.estate.limits(self.scope, "resource-limit")
        told: list[Said] = []
        for layer in found:
            allows, denies = layer.of(self.action)
            told.append(self._said(layer.name, self._naming(allows), self._naming(denies), layer.missing))
        if unread:
            missing = (f"resource control policies that bind {self.scope}",)
            told.append(Said("resource control policies", False, False, (), missing))
        return told

    # The answer.

    def _foreign(self) -> bool:
        """Whether the resource is known to be in another account."""
        return bool(self.scope) and self.scope != self.holder.scope

    def _decides(self) -> bool:
        return self._foreign() or must_agree(self.question.resource)

    def _answer(
        self,
        identity: Said,
        boundary: list[Said],
        session: list[Said],
        limits: list[Said],
        resource: Said | None,
        how: str,
        rcps: list[Said],
    ) -> tuple[Answer, frozenset[str]]:
        told = [identity, *boundary, *session, *limits, *([resource] if resource is not None else []), *rcps]
        if any(one.deny is True for one in told):
            return "denied", frozenset()
        granted = resource is not None and how in ("itself", "everyone", "session") and not self._foreign()
        waived = [identity] if granted else []
        if granted and (how == "session" or (how == "itself" and self.holder.kind == "iam-user")):
            waived += [*boundary, *session]  # they do not limit what a resource gives a user or a session by name
        own = [one for one in (identity, *boundary, *session) if one not in waived]
        resource_allow: Truth = resource.allow if resource is not None else False
        if resource is not None and self._decides():
            needed = [*(own if granted else (identity, *boundary, *session)), *limits, resource, *rcps]
            allow = all_of(one.allow for one in needed)
        else:
            by_identity = all_of(one.allow for one in (identity, *boundary, *session))
            by_resource = all_of((resource_allow, *(one.allow for one in own))) if granted else False
            needed = [*limits, *rcps]
            allow = all_of((any_of((by_identity, by_resource)), *(one.allow for one in needed)))
            if by_resource is False and (resource is None or not resource.missing):
                needed += [identity, *boundary, *session]  # no resource policy can stand in for them
        if any(one.missing for one in told):
            # Only a layer that was read, and whose refusal nothing could make good, settles it without the rest.
            settled = any(one.allow is False and not one.missing for one in needed)
            return ("denied" if settled else "unknown"), frozenset()
        if allow is False:
            return "denied", frozenset()
        keys = frozenset() if allow is True else allow
        for one in told:
            if not isinstance(one.deny, bool):
                keys |= one.deny
        return ("conditional" if keys else "allowed"), keys

    def _reason(self, answer: Answer, conditions: tuple[str, ...], told: list[Said]) -> str:
        what = f"{self.holder.subject} may do {self.question.action} on {self.question.resource}"
        match answer:
            case "allowed":
                return f"{what}: {_first(told, 'allowed')}"
            case "conditional":
                return f"{what} where {' and '.join(conditions)} fit"
            case "unknown":
                missing = [text for one in told for text in one.missing]
                return f"whether {what} is not known without {'; '.join(missing)}"
            case _:
                explicit = [one for one in told if one.deny is True]
                why = explicit[0].sentences[0] if explicit else _first(told, "denied")
                return f"{what.replace(' may do ', ' may not do ')}: {why}"


def _first(told: list[Said], answer: Answer) -> str:
    for one in told:
        if one.answer == answer and one.sentences:
            return one.sentences[0]
    return "no layer allows it"


def _facts_of_resource(estate: Estate, arn: str, scope: str) -> dict[str, tuple[str, ...]]:
    """Condition keys that the resource decides, as far as the inventory knows it."""
    known: dict[str, tuple[str, ...]] = {}
    if scope:
        known["aws:resourceaccount"] = known["s3:resourceaccount"] = (scope.removeprefix("aws:"),)
        organization = estate.organization(scope)
        if organization:
            known["aws:resourceorgid"] = (organization,)
    holder = estate.holders.get(arn)
    if holder is not None:
        known.update(known_of(holder))
    return known
