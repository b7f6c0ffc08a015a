"""What is known about a request: the values of condition keys, and which of the rest the caller may choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Values: TypeAlias = tuple[str, ...]

ABSENT: Values = ()
"""The key is known not to be in the request."""

_CHOSEN = frozenset(
    {
        "aws:requestedregion",
        "aws:securetransport",
        "aws:tagkeys",
        "aws:currenttime",
        "aws:epochtime",
        "aws:useragent",
        "aws:referer",
        "iam:awsservicename",
        "lambda:functionarn",
        "lambda:functionurlauthtype",
        "sts:rolesessionname",
        "sts:durationseconds",
        "sts:transitivetagkeys",
        "ec2:instancetype",
        "cloudformation:templateurl",
    }
)
_CHOSEN_PREFIXES = ("aws:requesttag/",)

# A service that calls on behalf of somebody else sets these; a request that an identity signs itself never has them.
_OF_SERVICES: Mapping[str, Values] = {
    "aws:sourcearn": ABSENT,
    "aws:sourceaccount": ABSENT,
    "aws:sourceorgid": ABSENT,
    "aws:sourceorgpaths": ABSENT,
    "aws:principalservicename": ABSENT,
    "aws:principalservicenameslist": ABSENT,
    "aws:principalisawsservice": ("false",),
}


def is_chosen(key: str) -> bool:
    """Whether whoever makes the request decides the value of a key, and so can meet any demand on it."""
    return key in _CHOSEN or key.startswith(_CHOSEN_PREFIXES)


class Context:
    """Values of condition keys. A key that is not there is open: it may have any value, or none."""

    __slots__ = ("known",)

    def __init__(self, known: Mapping[str, Values]) -> None:
        self.known = known
        """Lower-case key -> values; an empty tuple means that the request does not have the key."""

    def get(self, key: str) -> Values | None:
        """Values of a key (lower-case); None when it is open."""
        values = self.known.get(key)
        if values is None and "/" in key:
            return self.known.get(key[: key.index("/") + 1])  # all keys of a family are known: "aws:resourcetag/"
        return values

    def plus(self, more: Mapping[str, Values]) -> Context:
        """This context and further known keys."""
        return Context({**self.known, **more}) if more else self


OPEN = Context({})
"""Nothing is known."""


def given(values: Mapping[str, Iterable[str]]) -> Context:
    """A context from condition keys as people write them."""
    return Context({key.lower(): tuple(items) for key, items in values.items()})


def direct() -> dict[str, Values]:
    """What is known of every request that an identity signs itself."""
    return dict(_OF_SERVICES)
