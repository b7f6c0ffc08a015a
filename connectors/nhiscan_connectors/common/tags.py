"""Owners that tags name, where the tags are not the identity's own or another record of it counts first.

They are told as what they are, and not left to be read from the tags of the identity later.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from nhiscan.governance.ownership import ownerships
from nhiscan.inventory import Inventory
from nhiscan.model import Identity, Ownership


def tagged_owners(identity: Identity, whose: str = "") -> Iterator[Ownership]:
    """Owners by the tags of an identity. `whose`: what carries the tags, where it is not the identity itself."""
    if identity.tags:
        for found in ownerships(Inventory([identity])):
            yield msgspec.structs.replace(found, source=f"{found.source} of {whose}") if whose else found
