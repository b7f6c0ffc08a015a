"""Regions: where a company says that something may work, and where an inference profile sends its requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from nhiscan.model import Resource

TAGS: Final = frozenset({"georestrictions", "nhiregions", "nhigeorestrictions", "allowedregions", "dataresidency"})
"""Tag keys that name the regions in which something may work; case and signs in a key do not matter."""

EVERYWHERE: Final = "everywhere"
"""Stands for all regions of the provider, among the regions of a profile."""

_SIGNS: Final = re.compile(r"[^a-z0-9]+")
_REGION: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST: Final = 64
"""Regions that one tag may name."""


def declared(*tags: Mapping[str, str]) -> frozenset[str] | None:
    """The regions that the first of several sets of tags names; None when none names any.

    "us-east-1 eu-west-1" and "eu-west-1/eu-central-1" name two each, "eu" stands for every region that begins so.
    """
    for some in tags:
        for key, value in sorted(some.items()):
            if _SIGNS.sub("", key.casefold()) in TAGS and (found := _REGION.findall(value.casefold()[:2048])[:_MOST]):
                return frozenset(found)
    return None


def allows(declared_regions: frozenset[str], region: str) -> bool:
    """Whether a region is among those that were declared, by itself or by the area that its name begins with."""
    parts = region.casefold().split("-")
    return any("-".join(parts[:length]) in declared_regions for length in range(1, len(parts) + 1))


def regions_of(profile: Resource) -> frozenset[str] | None:
    """Where a profile may send requests, as its attribute `regions` lists it; None when it lists nothing.

    A star and the word global stand for every region.
    """
    text = profile.attributes.get("regions", "").casefold()
    if "*" in text:
        return frozenset({EVERYWHERE})
    found = _REGION.findall(text)
    return frozenset(EVERYWHERE if region in ("global", "all") else region for region in found) or None
