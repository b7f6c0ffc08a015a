"""Explain: everything that a result holds about one record, in sentences. Pure, and the same each time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, TypeAlias

import msgspec

from nhiscan.errors import UsageError
from nhiscan.llm import llm_title
from nhiscan.result import (
    AdminVerdict,
    CredentialResult,
    EdgeResult,
    EvidenceItem,
    FindingResult,
    GapResult,
    IdentityClass,
    IdentityResult,
    LastUse,
    NodeResult,
    OwnerItem,
    ScanResult,
    SecretResult,
    WorkloadResult,
)
from nhiscan.ways import Way, Ways

Subject: TypeAlias = IdentityResult | CredentialResult | WorkloadResult | SecretResult | NodeResult

MOST_LINES: Final = 25
"""Lines of one kind before the rest is only counted."""

CLASS_WORDS: Final[dict[IdentityClass, str]] = {
    "human": "a person",
    "legacy_service": "a legacy service",
    "ai_persona": "an AI persona",
    "unknown": "unknown",
}

_ADMIN: Final[dict[AdminVerdict, str]] = {
    "is": "It is an administrator",
    "can_become": "It is no administrator, but it can make itself one",
    "conditional": "It can become an administrator where certain conditions hold",
    "latent": "It could become an administrator if a role or resource that is not there now appeared",
    "no": "It is no administrator and cannot become one",
    "unknown": "Whether it is an administrator is not known",
}

_TOLD: Final = frozenset(
    {"can_become", "exposes", "has_credential", "owned_by", "runs_as", "trusted_by", "assigned", "member_of"}
    | {"reads_secret", "may_read_secret", "holds_key_of", "uses_model", "invokes_tool", "collaborates_with"}
)
"""Kinds of edges that a section of their own, or a way, tells of."""


_POWERS: Final = frozenset({"can_become", "assigned", "member_of"})
"""Kinds of edges that are told with what an identity can do."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading, and sentences under it. A line that begins with spaces belongs to the one above."""

    title: str
    lines: tuple[str, ...]


def explain(result: ScanResult, id: str) -> list[Section]:
    """What the result says about one identity, credential, workload, secret or other node.

    Raises UsageError when the result holds nothing by that id.
    """
    return Explainer(result).explain(id)


def find(result: ScanResult, text: str) -> list[str]:
    """Ids that `text` may mean: the one with that id; else those of that name; else those ending in it; else with it.

    The first of these that yields anything counts, so one id means that `text` was clear.
    """
    text = text.strip()
    if not text:
        return []
    names = {node.id: node.name for node in result.nodes}
    names |= {secret.id: secret.name for secret in result.secrets}
    names |= {workload.id: workload.name for workload in result.workloads}
    names |= {credential.id: credential.name for credential in result.credentials}
    names |= {identity.id: identity.name for identity in result.identities}
    if text in names:
        return [text]
    named = sorted(names.items())
    low = text.casefold()
    for matches in (
        [id for id, name in named if name == text],
        [id for id, name in named if name.casefold() == low or id.casefold() == low],
        [id for id, _ in named if id.casefold().endswith(("/" + low, ":" + low))],
        [id for id, name in named if low in name.casefold() or low in id.casefold()],
    ):
        if matches:
            return matches
    return []


class Explainer:
    """A result, indexed: explaining many records costs no more than reading it once."""

    def __init__(self, result: ScanResult) -> None:
        self._ways = Ways(result)
        self._scopes = {scope.id: scope for scope in result.scan.scopes}
        self._subjects: dict[str, Subject] = {node.id: node for node in result.nodes}
        for items in (result.secrets, result.workloads, result.credentials, result.identities):
            self._subjects.update((item.id, item) for item in items)
        self._credentials: dict[str, list[CredentialResult]] = defaultdict(list)
        for credential in result.credentials:
            self._credentials[credential.holder].append(credential)
        self._findings: dict[str, list[FindingResult]] = defaultdict(list)
        for finding in result.findings:
            for id in {finding.subject, *finding.related}:
                self._findings[id].append(finding)
        self._place = {finding.fingerprint: at for at, finding in enumerate(result.findings)}
        self._gaps_of: dict[str, list[GapResult]] = defaultdict(list)
        for gap in result.gaps:
            self._gaps_of[gap.scope].append(gap)
        self._failed = [
            f"Rule {check.rule} failed, so it judged nothing at all: {_sentence(check.failed)}"
            for check in sorted(result.checks, key=lambda check: check.rule)
            if check.failed
        ]

    def explain(self, id: str) -> list[Section]:
        """As the function of the same name."""
        subject = self._subjects.get(id)
        match subject:
            case None:
                raise UsageError(f"The result holds nothing with the id {id!r}.", "Give an id or a name that it lists.")
            case IdentityResult():
                sections = self._identity(subject)
            case CredentialResult():
                sections = self._credential(subject)
            case WorkloadResult():
                sections = self._workload(subject)
            case SecretResult():
                sections = self._secret(subject)
            case NodeResult():
                sections = self._node(subject)
        told = ((title, [_clean(line) for line in lines]) for title, lines in sections)
        return [Section(title=title, lines=tuple(lines)) for title, lines in told if lines]

    def _identity(self, identity: IdentityResult) -> Iterator[tuple[str, Iterable[str]]]:
        id = identity.id
        held = self._credentials[id]
        yield "What it is", self._what_identity(identity)
        yield "Why we believe it", _why(identity)
        yield "What it holds", _few([_held(c) for c in held]) or ["No credential was found."]
        yield "Who answers for it", _owners(identity.owners)
        yield "What it can do", self._powers(identity)
        yield "What it reaches", self._reaches(id)
        yield "Whom it trusts", _few([_with_conditions(edge) for edge in self._into(id, "trusted_by")])
        yield "Who can become it", self._ways_in(id, "Nobody that was seen can become it.")
        yield "What runs as it", _few([_sentence(edge.reason) for edge in self._into(id, "runs_as")])
        yield "What else it is connected to", self._others(id)
        yield "What is wrong with it", self._wrong([id, *(c.id for c in held)])
        unjudged = [f"Rule {item.rule} could not judge it: {item.why}." for item in identity.unknowns]
        yield "What is not known", [*_few(sorted(unjudged)), *self._gaps(id, identity.scope)]

    def _credential(self, credential: CredentialResult) -> Iterator[tuple[str, Iterable[str]]]:
        holder = self._subjects.get(credential.holder)
        yield "What it is", self._what_credential(credential)
        if isinstance(holder, IdentityResult):
            yield "Who holds it", [*self._what_identity(holder), *_class_lines(holder)]
            yield "Who answers for it", _owners(holder.owners)
            yield "What its holder can do", self._powers(holder)
        else:
            yield "Who holds it", [f"Its holder {credential.holder} is not in the result."]
        yield "What it leads to", self._reaches(credential.id)
        yield "Who can get at it", self._ways_in(credential.id, "Nobody that was seen can read it.")
        yield "What else it is connected to", self._others(credential.id)
        yield "What is wrong with it", self._wrong([credential.id])
        yield "What is not known", self._gaps(credential.id, credential.scope)

    def _workload(self, workload: WorkloadResult) -> Iterator[tuple[str, Iterable[str]]]:
        yield "What it is", self._what_workload(workload)
        yield "What it runs as", self._runs_as(workload)
        yield "Who answers for it", _owners(workload.owners)
        yield "What it reaches", self._reaches(workload.id, shortest=1)
        yield "Who can reach it", self._ways_in(workload.id, "")
        yield "What else it is connected to", self._others(workload.id)
        yield "What is wrong with it", self._wrong([workload.id])
        yield "What is not known", self._gaps(workload.id, workload.scope, workload.region)

    def _secret(self, secret: SecretResult) -> Iterator[tuple[str, Iterable[str]]]:
        yield "What it is", self._what_secret(secret)
        yield (
            "Who answers for it",
            _few([_sentence(edge.reason) for edge in self._ways.out.get(secret.id, ()) if edge.kind == "owned_by"]),
        )
        yield "What it leads to", self._reaches(secret.id, shortest=1)
        yield "Who can get at it", self._ways_in(secret.id, "Nobody that was seen can read it.")
        yield "What else it is connected to", self._others(secret.id)
        yield "What is wrong with it", self._wrong([secret.id])
        yield "What is not known", self._gaps(secret.id, secret.scope, secret.region)

    def _node(self, node: NodeResult) -> Iterator[tuple[str, Iterable[str]]]:
        yield "What it is", [f"{node.name} is {_a(node.type.replace('_', ' '))}.", f"Its id is {node.id}."]
        owned = [f"It answers for {self._name(e.source)} ({e.source})." for e in self._into(node.id, "owned_by")]
        yield "What it answers for", _few(owned)
        yield "What it reaches", self._reaches(node.id, shortest=1)
        yield "Who can reach it", self._ways_in(node.id, "")
        yield "What else it is connected to", self._others(node.id)
        yield "What is wrong with it", self._wrong([node.id])
        yield "What is not known", self._gaps(node.id, node.id)

    def _what_identity(self, identity: IdentityResult) -> list[str]:
        lines = [
            f"{identity.name} is {_a(identity.kind)} in {self._scope(identity.scope)}.",
            f"Its id is {identity.id}.",
            _when("created", identity.created_at),
            _used(identity.last_use, identity.last_used_at),
        ]
        if identity.enabled is False:
            lines.append("It is switched off.")
        if identity.managed_by_provider:
            lines.append("The provider made it and manages it.")
        if identity.mfa is not None:
            lines.append("A second factor is registered." if identity.mfa else "No second factor is registered.")
        elif identity.class_ == "human":
            lines.append("Whether a second factor is registered is not known.")
        if identity.description:
            lines.append(f"Its description reads: {identity.description}")
        lines.append(f"Its risk score is {identity.risk_score} of 100.")
        return lines

    def _what_credential(self, credential: CredentialResult) -> list[str]:
        lines = [
            f"{credential.name or credential.id} is {_a(credential.kind)} of {self._name(credential.holder)}"
            f" in {self._scope(credential.scope)}.",
            f"It is {credential.status}." if credential.status else "Whether it is active is not known.",
            _when("created", credential.created_at),
            _lives(credential),
            _used(credential.last_use, credential.last_used_at, credential.last_use_detail),
        ]
        if credential.rotated_at:
            lines.append(_when("changed", credential.rotated_at))
        if credential.long_lived:
            lines.append("It is a standing secret: it works until someone revokes it.")
        if credential.service:
            lines.append(f"It opens {credential.service} only.")
        if credential.ai_provider:
            lines.append(f"It opens the LLM provider {llm_title(credential.ai_provider)}.")
        return lines

    def _what_workload(self, workload: WorkloadResult) -> list[str]:
        place = self._scope(workload.scope) + (f", region {workload.region}" if workload.region else "")
        lines = [
            f"{workload.name} is {_a(workload.kind)} in {place}.",
            f"Its id is {workload.id}.",
            _when("created", workload.created_at),
        ]
        if workload.agent:
            platform = f" of {workload.ai_platform}" if workload.ai_platform else ""
            lines.append(f"The platform says that it is an AI agent{platform}, or a part of one.")
        if workload.model:
            lines.append(f"It is set up to use the model {workload.model}.")
        match workload.public:
            case True:
                lines.append("It answers callers from the internet without authorisation.")
            case False:
                lines.append("It does not answer callers from the internet without authorisation.")
            case None:
                lines.append("Whether it answers callers from the internet is not known.")
        if workload.variables:
            lines.append(f"Its environment variables are named {', '.join(_few(sorted(workload.variables)))}.")
        return lines

    def _what_secret(self, secret: SecretResult) -> list[str]:
        place = self._scope(secret.scope) + (f", region {secret.region}" if secret.region else "")
        lines = [f"{secret.name} is {_a(secret.kind)} in {place}.", f"Its id is {secret.id}."]
        if secret.ai_provider:
            lines.append(f"It seems to hold a key of the LLM provider {llm_title(secret.ai_provider)}.")
        if secret.seen_in:
            lines.append(f"It is a secret value that stood in the open; its last four characters are {secret.last4}.")
            lines += _few([f"It was seen in {self._name(id)} ({id})." for id in sorted(secret.seen_in)])
        else:
            lines.append(_when("created", secret.created_at))
            rotated = secret.rotated_at
            lines.append(_when("changed", rotated) if rotated else "When it was last changed is not known, if ever.")
        return lines

    def _runs_as(self, workload: WorkloadResult) -> list[str]:
        lines = []
        for id in sorted(workload.runs_as):
            identity = self._subjects.get(id)
            if isinstance(identity, IdentityResult):
                lines.append(f"It runs as {identity.name} ({id}), {CLASS_WORDS[identity.class_]}.")
                lines.append(f"  {_admin(identity)}")
            else:
                lines.append(f"It runs as {id}, which is not in the result.")
        return _few(lines) or ["It runs as no identity that was seen."]

    def _powers(self, identity: IdentityResult) -> list[str]:
        capabilities = [
            f"{_may(item.answer)} {item.capability.replace('_', ' ')} on {self._scope(item.resource)}"
            f"{_under(item.conditions)}{_because(item.reason)}"
            for item in identity.capabilities
        ]
        steps = []
        for edge in self._ways.out.get(identity.id, ()):
            if edge.kind in _POWERS:
                steps.append(_with_conditions(edge))
                if edge.fix:
                    steps.append(f"  To break it: {_sentence(edge.fix)}")
        return [_admin(identity), *_few(capabilities), *_extent(identity), *_few(steps)]

    def _reaches(self, id: str, shortest: int = 2) -> list[str]:
        """Ways of `shortest` steps or more; a single step that is one of the identity's powers is told with them."""
        ways = (w for w in self._ways.from_(id) if w.length >= shortest or w.last.edge.kind not in _POWERS)
        return self._told(ways)

    def _ways_in(self, id: str, none: str) -> list[str]:
        """Ways that end here. That a credential leads wherever its holder does goes without saying."""
        ways = (w for w in self._ways.to(id) if w.last.edge.kind != "has_credential")
        return self._told(ways) or ([none] if none else [])

    def _told(self, ways: Iterator[Way]) -> list[str]:
        lines = [self._way(way) for way in islice(ways, MOST_LINES)]
        more = sum(1 for _ in ways)
        return [*lines, f"... and {more} more."] if more else lines

    def _way(self, way: Way) -> str:
        reasons = "; then ".join(step.edge.reason.rstrip(".") for step in way.steps)
        steps = "1 step" if way.length == 1 else f"{way.length} steps"
        return f"{self._name(way.end)} ({way.end}), {steps}{_sure(way.answer, way.conditions)}: {_sentence(reasons)}"

    def _others(self, id: str) -> list[str]:
        edges = [*self._ways.out.get(id, ()), *self._ways.into.get(id, ())]
        return _few(sorted({_sentence(edge.reason) for edge in edges if edge.kind not in _TOLD}))

    def _wrong(self, ids: Sequence[str]) -> list[str]:
        findings = {finding.fingerprint: finding for id in ids for finding in self._findings.get(id, ())}
        lines = []
        for finding in sorted(findings.values(), key=lambda f: self._place[f.fingerprint]):
            about = "" if finding.subject == ids[0] else f" (found on {self._name(finding.subject)})"
            lines.append(f"{finding.severity.capitalize()}: {finding.title}{about}, rule {finding.rule}.")
            lines += [f"  {_sentence(evidence)}" for evidence in _few(finding.evidence)]
            lines.append(f"  What to do: {_sentence(finding.remediation)}")
        return lines or ["No rule found anything."]

    def _gaps(self, id: str, scope: str, region: str = "") -> list[str]:
        lines = []
        for gap in self._gaps_of.get(scope, ()):
            elsewhere = gap.region and region and gap.region != region
            if not elsewhere and (not gap.subjects or id in gap.subjects):
                needs = f"; it needs {gap.permission}" if gap.permission else ""
                where = f" in {gap.region}" if gap.region else ""
                hides = f", so it is not known {gap.hides}" if gap.hides else ""
                lines.append(f"{gap.operation}{where} was not answered ({gap.reason}{needs}){hides}.")
        return [*_few(sorted(set(lines))), *self._failed]

    def _into(self, id: str, kind: str) -> list[EdgeResult]:
        return [edge for edge in self._ways.into.get(id, ()) if edge.kind == kind]

    def _name(self, id: str) -> str:
        subject = self._subjects.get(id)
        return (subject.name if subject else "") or id

    def _scope(self, id: str) -> str:
        scope = self._scopes.get(id)
        return f"{scope.kind} {scope.name} ({id})" if scope else id


def _why(identity: IdentityResult) -> list[str]:
    evidence = identity.evidence
    return [
        *_class_lines(identity),
        *_few([_reason(item, "For") for item in evidence if item.weight > 0]),
        *_few([_reason(item, "Against") for item in evidence if item.weight < 0]),
        *_few([f"Without weight: {_sentence(item.detail)}" for item in evidence if item.weight == 0]),
    ]


def _class_lines(identity: IdentityResult) -> list[str]:
    if identity.class_ != "unknown":
        lines = [f"It is {CLASS_WORDS[identity.class_]}, with a confidence of {identity.confidence:.2f} of 1."]
    elif identity.leaning and identity.leaning != "unknown":
        lines = [f"What it is cannot be said; most speaks for {CLASS_WORDS[identity.leaning]}.", identity.settle]
    else:
        lines = ["What it is cannot be said.", identity.settle]
    if identity.mixed:
        lines.append("Strong evidence speaks for two classes at once: it is probably shared.")
    return [line for line in lines if line]


def _reason(item: EvidenceItem, side: str) -> str:
    source = f", from {item.source}" if item.source else ""
    return (
        f"{side} {CLASS_WORDS[item.class_]}: {item.detail}"
        f" ({item.signal}, {item.tier}, weight {abs(item.weight):.2f}{source})."
    )


def _held(credential: CredentialResult) -> str:
    name = f"{credential.kind} {credential.name or credential.id}"
    state = credential.status or "of unknown state"
    standing = ", a standing secret" if credential.long_lived else ""
    opens = (
        f", opens {credential.service or llm_title(credential.ai_provider)}"
        if credential.service or credential.ai_provider
        else ""
    )
    born = f", created {_day(credential.created_at)}" if credential.created_at else ""
    used = _used(credential.last_use, credential.last_used_at, credential.last_use_detail)
    return f"{name}: {state}{standing}{opens}{born}. {_lives(credential)} {used}"


def _lives(credential: CredentialResult) -> str:
    if credential.expires_at:
        return f"It expires on {_day(credential.expires_at)}."
    return "It never expires." if credential.lifetime == "never_expires" else "When it expires is not known."


def _owners(owners: Iterable[OwnerItem]) -> list[str]:
    there = {True: "is still there", False: "is known to have left", None: "may or may not still be there"}
    lines = [f"{o.owner} ({o.kind}, by {o.source or 'an unnamed source'}), who {there[o.exists]}." for o in owners]
    return _few(sorted(lines)) or ["Nobody is named as answering for it."]


def _extent(identity: IdentityResult) -> Iterator[str]:
    """Where it can act, and how much of what it may it uses."""
    if identity.regions:
        yield f"Its policies let it act in {_enumerated(identity.regions)} alone."
    if usage := identity.usage:
        since = f" since {usage.since.date().isoformat()}" if usage.since else ""
        yield f"It used {usage.used} of the {usage.granted} services that it may use{since}."
        if usage.unused:
            yield f"Not used: {_enumerated(usage.unused)}."


def _enumerated(items: Sequence[str], most: int = 12) -> str:
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def _admin(identity: IdentityResult) -> str:
    return f"{_ADMIN[identity.admin]}{_because(identity.admin_reason)}"


def _may(answer: str) -> str:
    return {"allowed": "It can", "conditional": "Under conditions it can"}.get(answer, "Perhaps it can")


def _sure(answer: str, conditions: Sequence[str]) -> str:
    match answer:
        case "allowed":
            return _under(conditions)
        case "conditional":
            return _under(conditions) or ", under conditions"
        case "latent":
            return f", once what it needs is there{_under(conditions)}"
        case _:
            return f", perhaps: what decides it could not be read{_under(conditions)}"


def _with_conditions(edge: EdgeResult) -> str:
    return f"{edge.reason.rstrip('.')}{_sure(edge.answer, edge.conditions)}."


def _under(conditions: Sequence[str]) -> str:
    """Conditions, of which some are keys that a policy looks at, and others are sentences of their own."""
    keys = [one for one in sorted(set(conditions)) if " " not in one]
    told = [one for one in sorted(set(conditions)) if " " in one]
    where = f", where {', '.join(keys)} allows" if keys else ""
    return f"{where}, if {' and '.join(told)}" if told else where


def _because(reason: str) -> str:
    return f": {_sentence(reason)}" if reason else "."


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else text + "."


def _when(what: str, moment: datetime | None) -> str:
    return f"It was {what} on {_day(moment)}." if moment else f"When it was {what} is not known."


def _used(last_use: LastUse, moment: datetime | None, detail: str = "") -> str:
    if last_use == "used" and moment:
        return f"It was last used on {_day(moment)}{f' ({detail})' if detail else ''}."
    if last_use == "never":
        return "It was never used, as far back as the provider remembers."
    return "When it was last used is not known."


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "an unknown day"


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in tuple('aeiou') else 'a'} {noun}"


def _few(lines: Sequence[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"... and {more} more."] if more > 0 else list(lines)


def _clean(line: str) -> str:
    """Names are the attacker's: whatever could steer a terminal or turn the reading direction is shown as its code."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in line)
