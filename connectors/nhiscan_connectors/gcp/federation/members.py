"""Principals of identity pools as policies write them, taken apart."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

import msgspec

from nhiscan_connectors.gcp.names import Projects

Part: TypeAlias = Literal["everyone", "subject", "group", "attribute", "other"]

_POOL: Final = re.compile(
    r"principal(?:Set)?:(//iam\.googleapis\.com/(?:projects/[^/]+/)?locations/global/"
    r"(workloadIdentityPools|workforcePools)/([^/]+))(?:/(.*))?",
    re.DOTALL,
)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A principal of a pool, or a set of them."""

    pool: str
    """Full resource name of the pool, with the project's id."""
    workforce: bool
    """Whether the pool is one of people."""
    part: Part
    attribute: str = ""
    """Attribute of a token that is looked at: "google.subject", "google.groups", "attribute.repository"."""
    value: str = ""

    @property
    def by_platform(self) -> bool:
        """Whether Google keeps the pool itself: that of a project's clusters, or of its agents."""
        return self.pool.endswith((".svc.id.goog", ".id.goog"))


def member_of(principal: str, projects: Projects) -> Member | None:
    """What a principal of a policy stands for; None when it is of no pool."""
    found = _POOL.fullmatch(principal)
    if found is None:
        return None
    pool, kind, rest = projects.normal(found[1]), found[2], found[4] or ""
    workforce = kind == "workforcePools"
    part, _, value = rest.partition("/")
    match part:
        case "" | "*" if not value:
            return Member(pool=pool, workforce=workforce, part="everyone")
        case "subject" if value:
            return Member(pool=pool, workforce=workforce, part="subject", attribute="google.subject", value=value)
        case "group" if value:
            return Member(pool=pool, workforce=workforce, part="group", attribute="google.groups", value=value)
        case _ if part.startswith("attribute.") and value:
            return Member(pool=pool, workforce=workforce, part="attribute", attribute=part, value=value)
        case _:
            return Member(pool=pool, workforce=workforce, part="other", attribute=part, value=value)
