"""Publishers of applications: Microsoft's own tenants, and companies that sell AI."""

from __future__ import annotations

import re
from typing import Any, Final

from nhiscan_connectors.common.fields import table, text

MICROSOFT: Final = frozenset({
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a",  # Microsoft Services
    "72f988bf-86f1-41af-91ab-2d7cd011db47",  # Microsoft
})  # fmt: skip
"""Tenants in which Microsoft registers its first-party applications."""

_VENDORS: Final = frozenset({
    "anthropic", "anysphere", "cohere", "cursor", "decagon", "elevenlabs", "fathom", "fireflies", "fireflies.ai",
    "glean", "glean technologies", "harvey", "harvey ai", "hebbia", "jasper", "jasper ai", "lindy", "mistral",
    "mistral ai", "moveworks", "openai", "openai opco", "otter", "otter.ai", "perplexity", "perplexity ai",
    "read ai", "sembly ai", "sierra technologies", "tl;dv", "writer", "xai",
})  # fmt: skip
_FORMS: Final = re.compile(r"[,\s]+(inc|llc|l\.l\.c|ltd|limited|pbc|corp|corporation|gmbh|sas|company)\.?\Z")


def ai_vendor(item: dict[str, Any]) -> str:
    """Name of the company that sells AI and that Microsoft verified as the publisher; empty for any other.

    The display name of an application proves nothing: whoever registers it chooses it.
    """
    verified = table(item.get("verifiedPublisher"))
    name = text(verified.get("displayName"))
    if not name or not text(verified.get("verifiedPublisherId")):
        return ""
    plain = " ".join(name.lower()[:200].split())
    while (shorter := _FORMS.sub("", plain)) != plain:
        plain = shorter
    return name[:80] if plain in _VENDORS else ""
