"""One question about access in Google Cloud, answered exactly and layer by layer.

A permission ("secretmanager.versions.access") is asked of a full resource name ("//secretmanager.googleapis.com/
projects/pay/secrets/card"), or of "projects/pay" and the like; "*" is the project that the principal lives in.
"""

from __future__ import annotations

from nhiscan.access.question import Decision, Layer, Question
from nhiscan.inventory import Inventory
from nhiscan.model import Answer
from nhiscan_connectors.common.layers import Said
from nhiscan_connectors.gcp.access.denies import UNREAD
from nhiscan_connectors.gcp.access.estate import Estate
from nhiscan_connectors.gcp.access.on_resource import denied, given
from nhiscan_connectors.gcp.access.places import is_wide
from nhiscan_connectors.gcp.access.principals import EVERYONE
from nhiscan_connectors.gcp.names import AUTHENTICATED, container


def decide(inventory: Inventory, question: Question) -> Decision:
    """Pure: may this principal do this here, and why."""
    estate = Estate(inventory)
    identity = inventory.identities.get(question.identity)
    known = identity is not None and identity.provider == "gcp"
    if not known and question.identity not in (*estate.assigned, EVERYONE, AUTHENTICATED):
        why = f"{question.identity} is no principal of Google Cloud in this inventory"
        layer = Layer(name="identity", answer="unknown", missing=(why,))
        return Decision(question=question, answer="unknown", layers=(layer,), reason=why)
    return _Decider(estate, question).decide()


class _Decider:
    def __init__(self, estate: Estate, question: Question) -> None:
        self._estate = estate
        self._question = question
        self._who = question.identity
        self._permission = question.action.strip()
        self._place = self._resource(question.resource)
        self._chain = estate.places.chain(self._place)
        self._limits = estate.binding(self._who)

    def _resource(self, written: str) -> str:
        identity = self._estate.inventory.identities.get(self._who)
        if written == "*" and identity is not None:
            return identity.scope
        return self._estate.places.normal(container(written) or written)

    def decide(self) -> Decision:
        deny, boundary, allow = self._denies(), self._boundary(), self._allows()
        answer, conditions = self._answer(deny, boundary, allow)
        told = (deny.layer(denies=True), boundary.layer(denies=True), allow.layer())
        return Decision(
            question=self._question,
            answer=answer,
            layers=told,
            conditions=conditions if answer == "conditional" else (),
            reason=self._reason(answer, conditions, deny, boundary, allow),
        )

    def _answer(self, deny: Said, boundary: Said, allow: Said) -> tuple[Answer, tuple[str, ...]]:
        if deny.sure or boundary.sure:
            return "denied", ()
        if not allow.sure and not allow.tied and not allow.missing:
            return "denied", ()
        if deny.missing or boundary.missing or (not allow.sure and allow.missing):
            return "unknown", ()
        conditions = {name for said in (deny, boundary) for names in said.tied for name in names}
        if not allow.sure:
            conditions |= {*min(allow.tied, key=lambda names: (len(names), names))}
        return ("conditional" if conditions else "allowed"), tuple(sorted(conditions))

    def _denies(self) -> Said:
        said = Said("deny policies", tied=[], sentences=[], missing=[])
        for one in self._limits.denies.denies:
            taken = denied(one, self._permission, self._place, self._estate)
            if taken is False:
                continue
            where = self._estate.places.told(one.scope)
            if one.untold.startswith(UNREAD):
                said.missing.append(f"deny policy {one.name} at {where}")
            elif taken:
                said.sure = True
                said.sentences.append(f"deny rule {one.name} at {where} denies {self._permission}")
            else:
                said.tied.append((one.tie,))
                said.sentences.append(f"deny rule {one.name} at {where} denies {self._permission} unless {one.tie}")
        if self._estate.unread_limits(self._place):
            said.missing.append(f"deny policies and boundaries above {self._estate.places.told(self._place)}")
        if not said.sentences and not said.missing:
            said.sentences.append("no deny rule binds it here")
        return said

    def _boundary(self) -> Said:
        said = Said("principal access boundaries", tied=[], sentences=[], missing=[])
        boundary = self._limits.boundary
        ties = self._estate.boundaries.ties(boundary, self._place)
        where = self._estate.places.told(self._place)
        if ties is None:
            said.sure = True
            said.sentences.append(f"{' and '.join(boundary.names)} does not let it act on {where}")
        elif ties:
            unread = [one.lets for one in boundary.maybe if one.scopes is None and one.lets in ties]
            if unread:
                said.missing += unread
            else:
                said.tied.append(ties)
                said.sentences.append(f"it may act on {where} if {' and '.join(ties)}")
        elif boundary.names:
            said.sentences.append(f"{' and '.join(boundary.names)} lets it act on {where}")
        else:
            said.sentences.append("no principal access boundary binds it")
        return said

    def _allows(self) -> Said:
        said = Said("allow policies", tied=[], sentences=[], missing=[])
        estate = self._estate
        anybody = (EVERYONE,) if self._who == EVERYONE else (EVERYONE, AUTHENTICATED)
        for principal in dict.fromkeys((self._who, *estate.groups_of(self._who), *anybody)):
            for one in estate.assigned.get(principal, ()):
                if one.scope not in self._chain:
                    continue
                found = given(one, self._permission, self._place, estate)
                if found is None:
                    continue
                source = estate.source(one, self._who)
                if found.allowed is None:
                    said.missing.append(f"the definition of {source}")
                    continue
                when = f" when {' and '.join(found.ties)}" if found.ties else ""
                said.sentences.append(f"{source} allows {self._permission}{when}")
                if found.ties:
                    said.tied.append(found.ties)
                else:
                    said.sure = True
        said.missing += self._gaps()
        if not said.sentences and not said.missing:
            said.sentences.append(f"no role allows {self._permission} on {estate.places.told(self._place)}")
        return said

    def _gaps(self) -> list[str]:
        """Policies on the way up, and memberships, that were not readable."""
        estate = self._estate
        knows = estate.inventory.knows
        wide = [place for place in self._chain if is_wide(place)]
        found = [
            f"the allow policy of {estate.places.told(place)}"
            for place in self._chain
            if not all(knows(top, "policies", subject) for top in wide for subject in (self._who, place))
        ]
        if not estate.places.container_of(self._place):
            found.append(f"the project of {estate.places.told(self._place)}, and what holds there")
        identity = estate.inventory.identities.get(self._who)
        if identity is not None and identity.scope not in self._chain:
            blind = not knows(identity.scope, "policies", identity.id)
            if blind:
                found.append(f"what {estate.subject(self._who)} holds and belongs to")
        return found

    def _reason(self, answer: Answer, conditions: tuple[str, ...], deny: Said, boundary: Said, allow: Said) -> str:
        subject = self._estate.subject(self._who)
        what = f"use {self._permission} on {self._estate.places.told(self._place)}"
        match answer:
            case "allowed":
                return f"{subject} may {what}: {allow.sentences[0]}"
            case "conditional":
                return f"{subject} may {what} when {' and '.join(conditions)}"
            case "unknown":
                missing = "; ".join((*deny.missing, *boundary.missing, *allow.missing))
                return f"whether {subject} may {what} is not known: {missing}"
            case _:
                why = deny if deny.sure else boundary if boundary.sure else allow
                return f"{subject} may not {what}: {why.sentences[0]}"
