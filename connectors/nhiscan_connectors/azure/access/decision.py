"""One question about access in Azure or Microsoft Graph, answered exactly and layer by layer.

An action of Azure Resource Manager is asked of a resource id ("/" and "*" are the root of all scopes); a permission of
Microsoft Graph ("User.Read.All") and an action of the directory ("microsoft.directory/...") of the tenant.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.access.question import Decision, Layer, Question
from nhiscan.inventory import Inventory
from nhiscan.model import Answer
from nhiscan_connectors.azure.access.conditions import binds, name_of
from nhiscan_connectors.azure.access.deny_records import unread
from nhiscan_connectors.azure.access.directory import allows
from nhiscan_connectors.azure.access.estate import ACTIVATION, Assigned, Estate
from nhiscan_connectors.azure.access.names import DIRECTORY_ROLES, GLOBAL_ADMINISTRATOR, GRAPH_PERMISSION, template_of
from nhiscan_connectors.azure.access.roles import Block
from nhiscan_connectors.azure.access.scopes import ROOT, TENANT, levels
from nhiscan_connectors.azure.access.universe import BIT
from nhiscan_connectors.azure.ids import resource_id
from nhiscan_connectors.common.layers import Said


def decide(inventory: Inventory, question: Question) -> Decision:
    """Pure: may this identity do this here, and why."""
    estate = Estate(inventory)
    identity = inventory.identities.get(question.identity)
    if identity is None or identity.provider != "azure":
        why = f"{question.identity} is not an identity of Entra in this inventory"
        layer = Layer(name="identity", answer="unknown", missing=(why,))
        return Decision(question=question, answer="unknown", layers=(layer,), reason=why)
    action = question.action.lower()
    if "/" not in action or action.startswith("microsoft.directory/"):
        return _Directory(estate, question).decide()
    return _Resources(estate, question).decide()


class _Resources:
    """An action on a resource, under a subscription or above."""

    def __init__(self, estate: Estate, question: Question) -> None:
        self._estate = estate
        self._question = question
        self._identity = question.identity
        self._action = question.action.lower().removeprefix("data:")
        whole = resource_id(question.resource)
        self._resource = ROOT if whole in ("*", ROOT) else whole
        self._chain = estate.tree.chain(self._resource)
        self._everything = (question.identity, *estate.groups_of(question.identity))
        self._planes = self._plane(question)

    def _plane(self, question: Question) -> tuple[bool, ...]:
        """Whether it is an action on data: as asked, as known, as some role says, or open."""
        asked = question.context.get("plane", ())
        if question.action.lower().startswith("data:") or "data" in asked:
            return (True,)
        if "control" in asked:
            return (False,)
        known = {data for data in (False, True) if f"{'data:' if data else ''}{self._action}" in BIT}
        if not known:
            for policy in self._estate.inventory.policies.values():
                if policy.kind == "role-definition" and policy.provider == "azure":
                    role = self._estate.role(policy.id)
                    for block in role.blocks if role is not None else ():
                        known |= {False} if self._action in block.actions else set()
                        known |= {True} if self._action in block.data_actions else set()
        return tuple(sorted(known or {False, True}))

    def decide(self) -> Decision:
        allowed, denied = self._assignments(), self._denies()
        told = (allowed.layer(), denied.layer(denies=True))
        answer, conditions = self._answer(allowed, denied)
        return Decision(
            question=self._question,
            answer=answer,
            layers=told,
            conditions=conditions if answer == "conditional" else (),
            reason=self._reason(answer, conditions, allowed, denied),
        )

    def _answer(self, allowed: Said, denied: Said) -> tuple[Answer, tuple[str, ...]]:
        if denied.sure:
            return "denied", ()
        if not allowed.sure and not allowed.tied and not allowed.missing:
            return "denied", ()
        if denied.missing or (not allowed.sure and allowed.missing):
            return "unknown", ()
        conditions = {name for names in denied.tied for name in names}
        if not allowed.sure:
            conditions |= {*min(allowed.tied, key=lambda names: (len(names), names))}
        return ("conditional" if conditions else "allowed"), tuple(sorted(conditions))

    def _assignments(self) -> Said:
        said = Said("role assignments", tied=[], sentences=[], missing=[])
        for principal in self._everything:
            for one in self._estate.assigned.get(principal, ()):
                if one.scope in self._chain:
                    self._assignment(one, said)
        said.missing += self._gaps()
        if not said.sentences and not said.missing:
            said.sentences.append(f"no role allows {self._question.action} on {self._question.resource}")
        return said

    def _assignment(self, one: Assigned, said: Said) -> None:
        source = self._estate.source(one, self._identity)
        if one.role is None:
            said.missing.append(f"the definition of {source}")
            return
        blocks = one.role.blocks
        by_plane = [[block for block in blocks if block.allows(self._action, data=data)] for data in self._planes]
        if not any(by_plane):
            return
        if not all(by_plane):
            said.missing.append(f"whether {self._question.action} works on data, which {source} treats otherwise")
            return
        ties = min((self._ties(one, block) for found in by_plane for block in found), key=len)
        when = f" when {' and '.join(ties)}" if ties else ""
        said.sentences.append(f"{source} allows {self._question.action} on {self._question.resource}{when}")
        if ties:
            said.tied.append(ties)
        else:
            said.sure = True

    def _ties(self, one: Assigned, block: Block) -> tuple[str, ...]:
        found = list(one.conditions)
        found += [name_of(text) for text in (block.condition, one.condition) if text and binds(text, self._action)]
        return tuple(sorted(found))

    def _gaps(self) -> Iterator[str]:
        inventory = self._estate.inventory
        subscription = levels(self._resource)[-1] if self._resource.startswith("/subscriptions/") else ""
        if subscription and not inventory.knows(subscription, "policies", self._identity):
            yield f"role assignments of {self._estate.tree.told(subscription)}"
        tenant = inventory.identities[self._identity].scope
        blind = [place for place in self._chain if place != ROOT and not inventory.knows(tenant, "policies", place)]
        if blind:
            yield f"role assignments above {self._estate.tree.told(blind[0])}, memberships of groups among them"

    def _denies(self) -> Said:
        said = Said("deny assignments", tied=[], sentences=[], missing=[])
        for deny in self._estate.binding(self._identity).denies:
            at = deny.scope == self._resource or (deny.below and deny.scope in self._chain)
            for block in deny.blocks if at else ():
                if not any(block.allows(self._action, data=data) for data in self._planes):
                    continue
                ties = tuple(
                    sorted(name_of(t) for t in (deny.condition, block.condition) if t and binds(t, self._action))
                )
                when = f" when {' and '.join(ties)}" if ties else ""
                where = self._estate.tree.told(deny.scope)
                said.sentences.append(f"deny assignment {deny.name} at {where} denies {self._question.action}{when}")
                if ties:
                    said.tied.append(ties)
                else:
                    said.sure = True
        broken = unread(self._estate.inventory)
        said.missing += [f"deny assignment {broken[scope]}" for scope in self._chain if scope in broken]
        if not said.sentences and not said.missing:
            said.sentences.append("no deny assignment binds it here")
        return said

    def _reason(self, answer: Answer, conditions: tuple[str, ...], allowed: Said, denied: Said) -> str:
        subject = self._estate.subject(self._identity)
        what = f"do {self._question.action} on {self._question.resource}"
        match answer:
            case "allowed":
                return f"{subject} may {what}: {allowed.sentences[0]}"
            case "conditional":
                return f"{subject} may {what} when {' and '.join(conditions)}"
            case "unknown":
                return f"whether {subject} may {what} is not known: {'; '.join((*allowed.missing, *denied.missing))}"
            case _:
                return f"{subject} may not {what}: {(denied if denied.sure else allowed).sentences[0]}"


class _Directory:
    """A permission of Microsoft Graph, or an action of the directory."""

    def __init__(self, estate: Estate, question: Question) -> None:
        self._estate = estate
        self._question = question
        self._action = question.action.lower().removeprefix(GRAPH_PERMISSION)

    def decide(self) -> Decision:
        said = [self._permissions(), self._roles()]
        identity = self._question.identity
        subject = self._estate.subject(identity)
        tenant = self._estate.inventory.identities[identity].scope
        if not self._estate.inventory.knows(tenant, "policies", identity):
            said[0].missing.append("what is assigned in the directory")
        sure = next((one for one in said if one.sure), None)
        tied = [ties for one in said for ties in one.tied]
        missing = [text for one in said for text in one.missing]
        answer: Answer
        conditions: tuple[str, ...] = ()
        if sure is not None:
            answer, why = "allowed", f"{subject} has {self._question.action}: {sure.sentences[0]}"
        elif missing:
            answer = "unknown"
            why = f"whether {subject} has {self._question.action} is not known: {'; '.join(missing)} could not be read"
        elif tied:
            answer, conditions = "conditional", min(tied, key=len)
            why = f"{subject} has {self._question.action} when {' and '.join(conditions)}"
        else:
            answer, why = "denied", f"{subject} has {self._question.action} neither as a permission nor by a role"
        layers = tuple(one.layer() for one in said)
        return Decision(question=self._question, answer=answer, layers=layers, conditions=conditions, reason=why)

    def _permissions(self) -> Said:
        said = Said("application permissions", tied=[], sentences=[], missing=[])
        wanted = f"{GRAPH_PERMISSION}{self._action}"
        for one in self._estate.directory.get(self._question.identity, ()):
            if one.role.lower() == wanted:
                said.sentences.append(f"permission {one.role.removeprefix(GRAPH_PERMISSION)} of Microsoft Graph")
                if one.conditions:
                    said.tied.append(one.conditions)
                else:
                    said.sure = True
        if not said.sentences:
            said.sentences.append(f"no application permission {self._question.action} is assigned to it")
        return said

    def _roles(self) -> Said:
        said = Said("roles of the directory", tied=[], sentences=[], missing=[])
        identity = self._question.identity
        for principal in (identity, *self._estate.groups_of(identity)):
            for one in self._estate.directory.get(principal, ()):
                if not one.role.startswith(DIRECTORY_ROLES):
                    continue
                policy = self._estate.inventory.policies.get(one.role)
                through = "" if one.principal == identity else f", through {self._estate.subject(one.principal)}"
                name = policy.name if policy is not None else template_of(one.role)
                place = "" if one.scope.startswith(TENANT) else f" over {one.scope}"
                source = f"role {name} of the directory{place}{through}"
                if not self._allows(one.role, source, said):
                    continue
                ties = tuple(sorted((*one.conditions, *((f"it is about {one.scope}",) if place else ()))))
                activation = " after activation" if ACTIVATION in ties else ""
                said.sentences.append(f"{source} gives it{activation}")
                if ties:
                    said.tied.append(ties)
                else:
                    said.sure = True
        if not said.sentences and not said.missing:
            said.sentences.append(f"no role of the directory gives {self._question.action}")
        return said

    def _allows(self, role: str, source: str, said: Said) -> bool:
        if template_of(role) == GLOBAL_ADMINISTRATOR:
            return True
        if "/" not in self._action:
            return False  # permissions of Graph are not what roles are made of
        policy = self._estate.inventory.policies.get(role)
        allowed = allows(policy.document, self._action) if policy is not None and not policy.problem else None
        if allowed is None:
            said.missing.append(f"the definition of {source}")
        return allowed is True
