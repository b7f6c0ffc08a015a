"""Guards: what each condition of a trust policy does to narrow it.

Source: IAM User Guide, "Condition operators", "Multivalued context keys", "Global condition context keys", "Available
keys for AWS web identity federation".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nhiscan.model import Guard, GuardKind
from nhiscan_connectors.aws.documents import values_of

_KINDS: Final[dict[str, GuardKind]] = {
    "sts:externalid": "external-id",
    "aws:principalorgid": "organization",
    "aws:principalorgpaths": "organization",
    "aws:sourceorgid": "organization",
    "aws:sourceorgpaths": "organization",
    "aws:principalaccount": "account",
    "aws:principalarn": "principal",
    "aws:userid": "principal",
    "aws:username": "principal",
    "aws:principalservicename": "principal",
    "aws:sourceaccount": "source-account",
    "aws:sourcearn": "source-arn",
    "aws:multifactorauthpresent": "mfa",
    "aws:multifactorauthage": "mfa",
    "aws:sourceip": "network",
    "aws:sourcevpc": "network",
    "aws:sourcevpcarn": "network",
    "aws:sourcevpce": "network",
    "aws:vpcsourceip": "network",
    "aws:vpceaccount": "network",
    "aws:vpceorgid": "network",
    "sts:rolesessionname": "session-name",
    "aws:currenttime": "time",
    "aws:epochtime": "time",
    "aws:tokenissuetime": "time",
}
_TAGS: Final = (
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:resourcetag/",
    "iam:resourcetag/",
    "aws:tagkeys",
    "sts:transitivetagkeys",
)
_ISSUED: Final[dict[str, GuardKind]] = {"sub": "subject", "aud": "audience", "azp": "audience", "oaud": "audience"}
"""Claims of a token or assertion, by the last part of the key."""

# AWS answers no request without these, so a test that passes an absent key passes nobody on their account.
_ALWAYS_THERE: Final = frozenset({
    "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:userid", "aws:currenttime", "aws:epochtime",
})  # fmt: skip
_OF_TOKENS: Final = ("sub", "aud")
"""Claims that AWS demands of every token."""

_OPPOSITES: Final = {
    "stringnotequals": "StringEquals",
    "stringnotequalsignorecase": "StringEqualsIgnoreCase",
    "stringnotlike": "StringLike",
    "arnnotequals": "ArnEquals",
    "arnnotlike": "ArnLike",
    "notipaddress": "IpAddress",
}

_BASES: Final = frozenset({
    *_OPPOSITES, *(positive.lower() for positive in _OPPOSITES.values()), "bool", "null", "binaryequals",
    *(f"{of}{how}" for of in ("numeric", "date") for how in (
        "equals", "notequals", "lessthan", "lessthanequals", "greaterthan", "greaterthanequals",
    )),
})  # fmt: skip

SAME_ACCOUNT: Final = Guard(kind="other", key="same-account-service")
"""Stands for the fact that a service can act for the role's own account only."""


class Test(msgspec.Struct, frozen=True):
    """One operator on one key, taken apart."""

    written: str
    """Operator as written."""
    base: str
    """Lower-case, without quantifier and IfExists: "stringnotlike"."""
    quantifier: str
    """ "", "forallvalues" or "foranyvalue"."""
    if_exists: bool
    key: str
    values: tuple[str, ...]

    @property
    def lower(self) -> str:
        """The key as AWS compares it."""
        return self.key.lower()

    @property
    def negated(self) -> bool:
        """Whether the values are exceptions."""
        return self.base in _OPPOSITES or "not" in self.base

    @property
    def passes_absent(self) -> bool:
        """Whether a request without the key gets past the test, and there are such requests."""
        optional = self.if_exists or self.quantifier == "forallvalues"
        return optional and not (self.lower in _ALWAYS_THERE or self.lower.rpartition(":")[2] in _OF_TOKENS)


def tests_of(condition: Any) -> Iterator[Test]:
    """The tests of a Condition element. Raises ValueError where it is not of the form that AWS takes."""
    if condition is None:
        return
    if not isinstance(condition, dict):
        raise ValueError("its Condition is not an object")
    for operator, keys in condition.items():
        if not isinstance(keys, dict):
            raise ValueError(f"its condition {str(operator)[:40]} is not an object")
        written = str(operator).strip()
        quantifier, colon, base = written.lower().rpartition(":")
        if colon and quantifier not in ("forallvalues", "foranyvalue"):
            raise ValueError(f"its condition operator {written[:40]} does not exist")
        bare = base.removesuffix("ifexists")
        if bare not in _BASES:
            raise ValueError(f"its condition operator {written[:40]} does not exist")
        for key, value in keys.items():
            yield Test(written, bare, quantifier, bare != base, str(key), values_of(value))


def guard_of(test: Test, *, everyone: bool = False) -> Guard:
    """What a test does for a trust; `everyone`: the trust names no principal that would narrow it as well."""
    kind = kind_of(test.key)
    return Guard(
        kind=kind,
        key=test.key,
        operator=test.written,
        values=test.values,
        confines=_confines(test, kind, everyone=everyone),
    )


def guard_of_denial(test: Test, *, everyone: bool = False) -> Guard | None:
    """What the only test of a Deny does: "deny unless organization o-1" lets only o-1 in. None: nothing of the kind."""
    kind = kind_of(test.key)
    if test.base in _OPPOSITES and test.quantifier != "foranyvalue":
        # A negated test holds for a request without the key, so such a request is denied: with IfExists or without.
        positive = Test(_OPPOSITES[test.base], _OPPOSITES[test.base].lower(), "", False, test.key, test.values)
        return guard_of(positive, everyone=everyone)
    if test.base == "bool" and test.values == ("false",):
        # Plain Bool does not hold for a request without the key: access keys without a second factor slip through.
        return Guard(kind=kind, key=test.key, operator="Bool", values=("true",), confines=test.if_exists)
    if test.base == "null" and test.values == ("true",) and kind == "mfa":
        return Guard(kind=kind, key=test.key, operator="Null", values=("false",))
    return None


def kind_of(key: str) -> GuardKind:
    """What a condition key looks at; keys are not case-sensitive."""
    lower = key.lower()
    if lower in _KINDS:
        return _KINDS[lower]
    if lower.startswith(_TAGS):
        return "tag"
    prefix, _, claim = lower.rpartition(":")
    return "other" if prefix in ("", "aws", "sts", "iam") else _ISSUED.get(claim, "other")


def _confines(test: Test, kind: GuardKind, *, everyone: bool) -> bool:
    """Whether a test keeps anybody out: not when it passes an absent key, when it names exceptions, or every value."""
    if test.base == "null":
        # That a second factor's age is known says that there was one; of other keys any value will do.
        return kind == "mfa" and test.values == ("false",)
    if test.negated or test.passes_absent:
        return False
    if test.base == "bool":
        return kind != "mfa" or test.values == ("true",)
    if test.base.startswith("dategreaterthan"):
        return False  # from some day on, for ever
    return not any(_is_open(value, kind, everyone=everyone) for value in test.values)


_OPEN_ORGANIZATION: Final = re.compile(r"o-[*?]+(?:/[*?/]*)?")
_OPEN_NETWORK: Final = re.compile(r"[0-9a-fA-F.:]+/0+")


def _is_open(value: str, kind: GuardKind, *, everyone: bool) -> bool:
    """Whether a value lets through whoever cares to come."""
    if value and not value.strip("*?"):
        return True
    match kind:
        case "network":
            return _OPEN_NETWORK.fullmatch(value) is not None
        case "organization":
            return _OPEN_ORGANIZATION.fullmatch(value) is not None
        case "account" | "source-account":
            return "*" in value or "?" in value
        case "source-arn":
            return _open_arn(value)
        case "principal":
            # With an account named beside it, a pattern of names still chooses among that account's own.
            return everyone and value.startswith("arn:") and _open_arn(value)
        case _:
            return False


def _open_arn(value: str) -> bool:
    """Whether an ARN pattern fits resources of any account whose name an outsider may choose."""
    parts = value.split(":", 5)
    if len(parts) < 6:
        return "*" in value or "?" in value
    if parts[4]:
        return "*" in parts[4] or "?" in parts[4]
    # Buckets and the like have no account in their ARN; their names are unique in the world.
    return not parts[5].strip("*?:/")
