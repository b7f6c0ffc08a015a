"""Trust policies: who may take on a role, and what narrows it.

Allow statements give one entry a principal and subject pattern. Of the Deny statements only those are counted that
certainly take something away: a denial of the same principal without a condition removes it, one with a single test
becomes a guard. Everything else that a Deny may do is left out, so that a door is rather shown open than shut.
Source: IAM User Guide, "Principal", "Create a role for OpenID Connect federation", "NotPrincipal".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from nhiscan.access.names import fits, literal
from nhiscan.model import EVERYONE, Guard, Trust
from nhiscan_connectors.aws.documents import listed
from nhiscan_connectors.aws.iam.guards import SAME_ACCOUNT, Test, guard_of, guard_of_denial, tests_of
from nhiscan_connectors.aws.iam.tables import SAME_ACCOUNT_SERVICES, service_of

_ASSUME, _SAML, _WEB = "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"
_ALL: Final = frozenset({_ASSUME, _SAML, _WEB})
_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    "saml": frozenset({_SAML}),
    "oidc": frozenset({_WEB}),
    "everyone": _ALL,
    "unknown": _ALL,
}
"""Action that a kind of principal takes a role on by; for the others it is sts:AssumeRole."""

_ACCOUNT: Final = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?")
_PRINCIPAL: Final = re.compile(r"arn:aws[a-z-]*:iam::[a-z0-9]+:(?:user|role)/[^*?]+", re.DOTALL)
_SESSION: Final = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/*?]+)/(.+)", re.DOTALL)
_FEDERATED_USER: Final = re.compile(r"arn:aws[a-z-]*:sts::\d{12}:federated-user/[^*?]+", re.DOTALL)
_UNIQUE: Final = re.compile(r"(A(?:IDA|ROA|GPA)[A-Z0-9]{12,})(?::.*)?", re.DOTALL)
_PROVIDER: Final = re.compile(r"arn:aws[a-z-]*:iam::\d*:(oidc|saml)-provider/(.+)", re.DOTALL)
# Issuers that AWS knows by themselves, without a provider in the account.
_BUILT_IN: Final = frozenset(
    {"cognito-identity.amazonaws.com", "accounts.google.com", "graph.facebook.com", "www.amazon.com"}
)
_COMPARES: Final = ("stringequals", "stringequalsignorecase", "stringlike")
"""Operators that a subject is named with, the narrowest first."""


class Entry(msgspec.Struct, frozen=True):
    """One line of who is trusted, without the role."""

    principal: str
    kind: Any
    guards: tuple[Guard, ...]
    statement: str

    def of(self, role: str, source: str) -> Trust:
        """The entry as a record."""
        return Trust(
            identity=role,
            principal=self.principal,
            kind=self.kind,
            guards=self.guards,
            statement=self.statement,
            source=source,
        )


class Reading(msgspec.Struct, frozen=True):
    """What a trust policy says."""

    entries: tuple[Entry, ...]
    problem: str = ""
    """What of it could not be understood; the entries are then not all there are."""


class TrustReader:
    """Reads trust policies of one account. Equal texts are read once."""

    def __init__(self, role_named: Callable[[str], str], unique_ids: Mapping[str, str], account: str) -> None:
        self._role_named = role_named
        self._unique_ids = unique_ids
        self._account = account
        self._read: dict[str, Reading] = {}

    def read(self, text: str) -> Reading:
        """Who is trusted by a trust policy, given as the JSON text of an object."""
        found = self._read.get(text)
        if found is None:
            found = self._read[text] = self._of(msgspec.json.decode(text))
        return found

    def _of(self, document: dict[str, Any]) -> Reading:
        statements = document.get("Statement")
        statements = statements if isinstance(statements, list) else [statements]
        allows: list[_Allow] = []
        denials: list[_Denial] = []
        problems: list[str] = []
        for number, statement in enumerate(statements, start=1):
            try:
                if not isinstance(statement, dict):
                    raise ValueError("it is not an object")
                effect, actions = statement.get("Effect"), _actions(statement)
                if effect == "Allow":
                    allows.extend(self._allows(statement, actions, _place(number, statement)))
                elif effect == "Deny":
                    denials.append(self._denial(statement, actions))
                else:
                    raise ValueError("its Effect is neither Allow nor Deny")
            except ValueError as error:
                problems.append(f"statement {number}: {error}")
        entries = [entry for allow in allows for entry in _entries(allow, denials)]
        return Reading(tuple(entries), "; ".join(problems[:3]))

    def _allows(self, statement: dict[str, Any], actions: frozenset[str], place: str) -> Iterator[_Allow]:
        tests = tuple(tests_of(statement.get("Condition")))
        if "NotPrincipal" in statement:
            named = tuple(sorted({name for name, _, _ in self._principals(statement["NotPrincipal"])}))
            # It names whom to leave out, and lets in all the others.
            but = Guard(kind="principal", key="NotPrincipal", operator="NotPrincipal", values=named, confines=False)
            yield _Allow(EVERYONE, "everyone", (but,), tests, actions, place)
            return
        for principal, kind, guards in self._principals(statement.get("Principal")):
            usable = actions & _NEEDS.get(kind, frozenset({_ASSUME}))
            if usable:
                yield _Allow(principal, kind, guards, tests, usable, place)

    def _denial(self, statement: dict[str, Any], actions: frozenset[str]) -> _Denial:
        negative = "NotPrincipal" in statement
        named = frozenset(
            principal
            for principal, _, _ in self._principals(statement.get("NotPrincipal" if negative else "Principal"))
        )
        return _Denial(named, negative, tuple(tests_of(statement.get("Condition"))), actions)

    def _principals(self, value: Any) -> Iterator[tuple[str, str, tuple[Guard, ...]]]:
        """Principal, kind, and what its form alone demands. Raises ValueError for a Principal that is none."""
        if value == EVERYONE:
            yield EVERYONE, "everyone", ()
            return
        if not isinstance(value, dict) or not value:
            raise ValueError("its Principal is neither * nor an object")
        for kind, names in value.items():
            if not listed(names) or (isinstance(names, list) and len(listed(names)) < len(names)):
                raise ValueError(f"its Principal {str(kind)[:40]} is neither text nor a list of texts")
            for name in listed(names):
                match kind:
                    case "AWS":
                        yield self._aws(name)
                    case "Service":
                        short = service_of(name)
                        guards = (SAME_ACCOUNT,) if short in SAME_ACCOUNT_SERVICES else ()
                        yield f"service:{name.lower().removesuffix('.cn')}", "service", guards
                    case "Federated":
                        yield _federated(name)
                    case _:
                        yield name, "unknown", ()

    def _aws(self, name: str) -> tuple[str, str, tuple[Guard, ...]]:
        if name == EVERYONE:
            return EVERYONE, "everyone", ()
        if account := _ACCOUNT.fullmatch(name):
            return f"aws:{account[1]}", "account", ()
        if _PRINCIPAL.fullmatch(name) or _FEDERATED_USER.fullmatch(name):
            return name, "principal", ()
        if session := _SESSION.fullmatch(name):
            partition, account_id, role, session_name = session.groups()
            own = account_id == self._account
            arn = self._role_named(role) if own else f"arn:{partition}:iam::{account_id}:role/{role}"
            guard = Guard(
                kind="session-name", key="sts:RoleSessionName", operator="StringEquals", values=(session_name,)
            )
            return arn, "principal", (guard,)
        if unique := _UNIQUE.fullmatch(name):
            # AWS shows the unique id in place of the ARN once the principal is gone.
            known = self._unique_ids.get(unique[1])
            return (known, "principal", ()) if known else (name, "deleted", ())
        return name, "unknown", ()


class _Allow(msgspec.Struct, frozen=True):
    principal: str
    kind: str
    guards: tuple[Guard, ...]
    tests: tuple[Test, ...]
    actions: frozenset[str]
    place: str


class _Denial(msgspec.Struct, frozen=True):
    named: frozenset[str]
    negative: bool
    tests: tuple[Test, ...]
    actions: frozenset[str]

    def covers(self, principal: str) -> bool:
        """Whether it is certainly about all that a principal stands for."""
        if self.negative:
            return principal.startswith("arn:") and principal not in self.named
        return EVERYONE in self.named or principal in self.named or _account_of(principal) in self.named


def _entries(allow: _Allow, denials: list[_Denial]) -> Iterator[Entry]:
    everyone = allow.kind == "everyone"
    guards = [*allow.guards]
    for denial in denials:
        if not allow.actions <= denial.actions:
            continue
        if denial.negative and not denial.tests and (everyone or allow.kind == "account"):
            # Everybody but those it names is denied, so those it names are all that is left.
            named = tuple(sorted(denial.named))
            guards.append(Guard(kind="principal", key="aws:PrincipalArn", operator="ArnEquals", values=named))
        elif denial.covers(allow.principal):
            if not denial.tests:
                return
            if len(denial.tests) == 1 and (guard := guard_of_denial(denial.tests[0], everyone=everyone)):
                guards.append(guard)
    if allow.kind == "oidc":
        yield from _by_subject(allow, guards)
    else:
        written = tuple(guard_of(test, everyone=everyone) for test in allow.tests)
        yield Entry(allow.principal, allow.kind, (*written, *guards), allow.place)


def _by_subject(allow: _Allow, others: list[Guard]) -> Iterator[Entry]:
    """One entry a subject pattern, or one for all subjects; the principal of `allow` is the issuer."""
    issuer = allow.principal
    named = [
        test
        for base in _COMPARES
        for test in allow.tests
        if test.base == base and test.lower == f"{issuer.lower()}:sub" and not test.passes_absent
    ]
    subject = named[0] if named else None
    written = tuple(_of_token(test, issuer) for test in allow.tests if test is not subject)
    if subject is None:
        yield Entry(f"oidc:{issuer}#*", "oidc", (*written, *others), allow.place)
        return
    for value in dict.fromkeys(subject.values):
        own = guard_of(msgspec.structs.replace(subject, values=(value,)))
        # Only a comparison that knows patterns makes one of a star.
        name = value if "like" in subject.base else literal(value)
        yield Entry(f"oidc:{issuer}#{name}", "oidc", (own, *written, *others), allow.place)


def _of_token(test: Test, issuer: str) -> Guard:
    """What a test of a claim does. A claim of another issuer is in none of this issuer's tokens."""
    guard = guard_of(test)
    optional = test.if_exists or test.quantifier == "forallvalues"
    absent = guard.kind in ("subject", "audience") and test.lower.rpartition(":")[0] != issuer.lower()
    return msgspec.structs.replace(guard, confines=False) if optional and absent else guard


def _actions(statement: dict[str, Any]) -> frozenset[str]:
    """Which of the three actions by which a role is taken on a statement speaks of."""
    negative = "NotAction" in statement
    patterns = [pattern.lower() for pattern in listed(statement["NotAction"] if negative else statement.get("Action"))]
    named = frozenset(action for action in _ALL if any(fits(pattern, action) for pattern in patterns))
    return _ALL - named if negative else named


def _federated(name: str) -> tuple[str, str, tuple[Guard, ...]]:
    """A federated principal; of an OIDC provider the issuer, which gets its subjects later."""
    if name == EVERYONE:
        return EVERYONE, "everyone", ()
    provider = _PROVIDER.fullmatch(name)
    if provider is None:
        return (name, "oidc", ()) if name.lower() in _BUILT_IN else (name, "unknown", ())
    return (f"saml:{name}", "saml", ()) if provider[1] == "saml" else (provider[2], "oidc", ())


def _account_of(principal: str) -> str:
    """The account that a principal belongs to, as a principal."""
    parts = principal.split(":", 5)
    return f"aws:{parts[4]}" if len(parts) == 6 and parts[0] == "arn" else ""


def _place(number: int, statement: dict[str, Any]) -> str:
    sid = statement.get("Sid")
    return f"trust policy, statement {number}" + (f" ({sid})" if isinstance(sid, str) and sid else "")
