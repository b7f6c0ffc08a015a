"""Policy documents: JSON text in, compiled statements out, or what is wrong with them.

Source of the grammar: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal, TypeAlias

import msgspec

from nhiscan.errors import NhiscanError
from nhiscan_connectors.aws.access.conditions import (
    Test,
    Truth,
    split_operator,
    substitute,
    takes_variables,
    with_parts,
)
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.patterns import matches
from nhiscan_connectors.aws.access.universe import mask_of

DocumentKind: TypeAlias = Literal["identity", "resource", "trust"]
"""`identity` covers boundaries and organization policies; `resource` needs a principal; `trust` has no resource."""


class MalformedPolicyError(NhiscanError):
    """A policy document that AWS itself would not accept, or that nhiscan cannot make sense of."""


class Principals(msgspec.Struct, frozen=True):
    """Whom a statement of a resource or trust policy names."""

    everyone: bool = False
    accounts: frozenset[str] = frozenset()
    """Account ids: every identity of the account, if its own policies agree."""
    arns: frozenset[str] = frozenset()
    """Users, roles and role sessions, named one by one, or their unique ids."""
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()


class Statement(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One compiled statement. Compared by identity: equal texts share one compiled document."""

    allow: bool
    actions: tuple[str, ...]
    """Lower-case patterns."""
    not_action: bool
    resources: tuple[str, ...]
    not_resource: bool
    tests: tuple[Test, ...]
    principals: Principals | None
    not_principal: bool
    number: int
    """Place in the document, from 1."""
    sid: str
    variables: bool
    """Whether resources contain policy variables."""
    mask: int
    """The actions of the universe that it speaks of."""

    @property
    def label(self) -> str:
        """How a sentence names it: "statement 2 (AllowCI)"."""
        return f"statement {self.number} ({self.sid})" if self.sid else f"statement {self.number}"

    def has_action(self, action: str) -> bool:
        """Whether it speaks of an action (lower-case)."""
        return any(matches(pattern, action, "text") for pattern in self.actions) != self.not_action

    def has_resource(self, resource: str, context: Context) -> Truth:
        """Whether it speaks of a resource; open when a policy variable decides."""
        if not self.variables:
            return any(matches(pattern, resource, "resource") for pattern in self.resources) != self.not_resource
        keys: frozenset[str] = frozenset()
        for pattern in self.resources:
            parts = substitute(pattern, context)
            if isinstance(parts, frozenset):
                keys |= parts
            elif parts is not None and with_parts(parts, "resource").match(resource):
                return not self.not_resource
        return keys or self.not_resource


class Document(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A compiled policy document."""

    statements: tuple[Statement, ...]

    @property
    def allows(self) -> tuple[Statement, ...]:
        """Statements with Effect Allow."""
        return tuple(statement for statement in self.statements if statement.allow)


@cache
def compile_document(text: str, kind: DocumentKind) -> Document:
    """Compile a document. Raises MalformedPolicyError. Equal texts are compiled once."""
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise MalformedPolicyError(f"it is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise MalformedPolicyError("it is not a JSON object")
    version = document.get("Version", "2008-10-17")
    if version not in ("2012-10-17", "2008-10-17"):
        raise MalformedPolicyError(f"Version {_shown(version)} does not exist")
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicyError("it has no Statement")
    variables = version == "2012-10-17"
    return Document(tuple(_statement(item, n, kind, variables) for n, item in enumerate(statements, 1)))


def _shown(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."


def _statement(item: Any, number: int, kind: DocumentKind, variables: bool) -> Statement:
    where = f"statement {number}"
    if not isinstance(item, dict):
        raise MalformedPolicyError(f"{where} is not an object")
    sid = item.get("Sid", "")
    if not isinstance(sid, str):
        raise MalformedPolicyError(f"{where}: Sid is not text")
    unknown = sorted(set(item) - _ELEMENTS)
    if unknown:
        raise MalformedPolicyError(f"{where}: there is no element {_shown(unknown[0])}")
    effect = item.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicyError(f"{where}: Effect is {_shown(effect)}, not Allow or Deny")
    actions, not_action = _either(item, "Action", where)
    for action in actions:
        if action != "*" and ":" not in action:
            raise MalformedPolicyError(f"{where}: {_shown(action)} is not an action")
    lowered = tuple(action.lower() for action in actions)
    resources, not_resource = _resources(item, kind, where)
    principals, not_principal = _principals(item, kind, where)
    mask = 0
    for action in lowered:
        mask |= mask_of(action)
    return Statement(
        allow=effect == "Allow",
        actions=lowered,
        not_action=not_action,
        resources=resources,
        not_resource=not_resource,
        tests=_tests(item.get("Condition"), variables, where),
        principals=principals,
        not_principal=not_principal,
        number=number,
        sid=sid,
        variables=variables and any("${" in resource for resource in resources),
        mask=mask_of("*") & ~mask if not_action else mask,
    )


_ELEMENTS = frozenset(
    "Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition".split()  # noqa: SIM905
)


def _texts(value: Any, name: str, where: str) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise MalformedPolicyError(f"{where}: {name} is neither text nor a list of texts")
    return tuple(items)


def _either(item: dict[str, Any], name: str, where: str) -> tuple[tuple[str, ...], bool]:
    positive, negative = name in item, f"Not{name}" in item
    if positive == negative:
        raise MalformedPolicyError(f"{where}: it has {'both' if positive else 'neither'} {name} and Not{name}")
    key = name if positive else f"Not{name}"
    texts = _texts(item[key], key, where)
    if not texts:
        raise MalformedPolicyError(f"{where}: {key} is empty")
    return texts, negative


def _resources(item: dict[str, Any], kind: DocumentKind, where: str) -> tuple[tuple[str, ...], bool]:
    if kind == "trust":
        if "Resource" in item or "NotResource" in item:
            raise MalformedPolicyError(f"{where}: a trust policy has no Resource")
        return ("*",), False
    if kind == "resource" and "Resource" not in item and "NotResource" not in item:
        return ("*",), False  # some services let their policies leave it out: it is the resource itself
    resources, negative = _either(item, "Resource", where)
    for resource in resources:
        if kind == "identity" and resource != "*" and not resource.startswith("arn:") and not _STARS.match(resource):
            raise MalformedPolicyError(f"{where}: {_shown(resource)} is neither an ARN nor *")
    return resources, negative


_STARS = re.compile(r"[*?]|ar?n?[*?]|\$\{")


def _principals(item: dict[str, Any], kind: DocumentKind, where: str) -> tuple[Principals | None, bool]:
    if kind == "identity":
        if "Principal" in item or "NotPrincipal" in item:
            raise MalformedPolicyError(f"{where}: only a resource policy may name a Principal")
        return None, False
    if ("Principal" in item) == ("NotPrincipal" in item):
        both = "both" if "Principal" in item else "neither"
        raise MalformedPolicyError(f"{where}: it has {both} Principal and NotPrincipal")
    negative = "NotPrincipal" in item
    value = item["NotPrincipal" if negative else "Principal"]
    if value == "*":
        return Principals(everyone=True), negative
    if not isinstance(value, dict) or not value:
        raise MalformedPolicyError(f"{where}: Principal is neither * nor an object")
    found: dict[str, set[str]] = {"AWS": set(), "Service": set(), "Federated": set(), "CanonicalUser": set()}
    for key, names in value.items():
        if key not in found:
            raise MalformedPolicyError(f"{where}: there is no kind of principal {_shown(key)}")
        found[key].update(_texts(names, f"Principal {key}", where))
    accounts = {match.group(1) for name in found["AWS"] if (match := _ACCOUNT.fullmatch(name))}
    return (
        Principals(
            everyone="*" in found["AWS"],
            accounts=frozenset(accounts),
            arns=frozenset(name for name in found["AWS"] if name != "*" and not _ACCOUNT.fullmatch(name)),
            services=frozenset(name.lower() for name in found["Service"]),
            federated=frozenset(found["Federated"]),
        ),
        negative,
    )


_ACCOUNT = re.compile(r"(?:arn:[^:]*:iam::)?(\d{12})(?::root)?")


def _tests(block: Any, variables: bool, where: str) -> tuple[Test, ...]:
    if block is None:
        return ()
    if not isinstance(block, dict):
        raise MalformedPolicyError(f"{where}: Condition is not an object")
    tests: list[Test] = []
    for written, keys in block.items():
        parsed = split_operator(written)
        if parsed is None:
            raise MalformedPolicyError(f"{where}: there is no condition operator {_shown(written)}")
        if not isinstance(keys, dict):
            raise MalformedPolicyError(f"{where}: condition {written} is not an object")
        operator, quantifier, if_exists = parsed
        for key, values in keys.items():
            tests.append(
                Test(
                    operator=operator,
                    quantifier=quantifier,
                    if_exists=if_exists,
                    key=key,
                    lower=key.lower(),
                    values=_values(values, f"{written} {key}", where),
                    variables=variables and takes_variables(operator),
                    text=written,
                )
            )
    return tuple(tests)


def _values(value: Any, name: str, where: str) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    out: list[str] = []
    for item in items:
        if isinstance(item, bool):
            out.append("true" if item else "false")
        elif isinstance(item, str | int | float):
            out.append(str(item))
        else:
            raise MalformedPolicyError(f"{where}: the value of condition {name} is not text, number or truth value")
    return tuple(out)


__all__ = ["Document", "DocumentKind", "MalformedPolicyError", "Principals", "Statement", "compile_document"]
