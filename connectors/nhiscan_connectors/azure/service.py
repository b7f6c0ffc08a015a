"""What one part of Entra or Azure contributes: the calls it may make, how it asks, and how answers become records.

Each module under `nhiscan_connectors.azure.services` holds one `SERVICE`. The connector finds them by looking; adding a
service edits no other file.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.common import services
from nhiscan_connectors.common.answers import Answers

__all__ = ["Answers", "Part", "Service"]

Part: TypeAlias = Literal["tenant", "subscription"]
"""Which shards a service is asked in: once a tenant, or once a subscription."""


class Service(services.Service[Api, Calls], frozen=True, kw_only=True):
    """One part of Entra or Azure, as nhiscan reads it."""

    part: Part
