"""Regions: where a company says that something may work, and where what answers a model call works on it.

Where a connector knows that a model is not answered in the region of its caller alone, the resource of the model says
so in its attribute `regions`: names of regions or of areas ("eu"), or a star. A region whose name does not begin with
the area that it lies in has that area in the attribute `area`, of the resource and of the workload.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from nhiscan.model import Resource

TAGS: Final = frozenset({"georestrictions", "nhiregions", "nhigeorestrictions", "allowedregions", "dataresidency"})
"""Tag keys that name the regions in which something may work; case and signs in a key do not matter."""

EVERYWHERE: Final = "everywhere"
"""Stands for all regions of the provider, among the regions of a profile."""

UNTOLD: Final = "?"
"""In the attribute `regions`: where requests go could not be told."""

AREA: Final = "area"
"""Attribute of a workload or resource: the area that its region lies in, in the words of declarations."""

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


def allows(declared_regions: frozenset[str], region: str, area: str = "") -> bool:
    """Whether a region is among those that were declared, by itself or by the area that its name begins with.

    `area`: the area that the region lies in, where its name does not say so.
    """
    if area and allows(declared_regions, area):
        return True
    parts = region.casefold().split("-")
    return any("-".join(parts[:length]) in declared_regions for length in range(1, len(parts) + 1))


def regions_of(model: Resource) -> frozenset[str] | None:
    """Where a profile or deployment may have requests answered, by its attribute `regions`; None when it says nothing.

    A star and the word global stand for every region.
    """
    text = model.attributes.get("regions", "").casefold()
    if "*" in text:
        return frozenset({EVERYWHERE})
    found = _REGION.findall(text)
    return frozenset(EVERYWHERE if region in ("global", "all") else region for region in found) or None
