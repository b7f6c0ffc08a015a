"""What one part of Entra or Azure contributes: the calls it may make, how it asks, and how answers become records.

Each module under `nhiscan_connectors.azure.services` holds one `SERVICE`. The connector finds them by looking; adding a
service edits no other file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import msgspec

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.common.answers import Answers

__all__ = ["Answers", "Part", "Service"]

Part: TypeAlias = Literal["tenant", "subscription"]
"""Which shards a service is asked in: once a tenant, or once a subscription."""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One part of Entra or Azure, as nhiscan reads it."""

    name: str
    part: Part
    operations: tuple[Api, ...]
    collect: Callable[[Calls], None]
    """Ask for everything; every call goes through `Calls`."""
    parse: Callable[[Shard, Answers], Iterator[AnyRecord]]
    """Pure: the records that the answers of one shard amount to."""
    join: Callable[[Inventory], Iterator[AnyRecord]] | None = None
    """Pure: facts that show only when tenant and subscriptions are put together; None when there are none."""
    never: tuple[str, ...] = ()
    """Calls of this part that return a secret, which nhiscan must never make, named as `Api.name` is."""
