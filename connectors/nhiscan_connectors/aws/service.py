"""What one AWS service contributes: the calls it may make, how it asks, and how answers become records.

Each module under `nhiscan_connectors.aws.services` holds one `SERVICE`. The connector finds them by looking; adding a
service edits no other file.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from nhiscan.connector import Operation
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.common import services
from nhiscan_connectors.common.answers import Answers

__all__ = ["Answers", "Part", "Service"]

Part: TypeAlias = Literal["account", "region", "organization"]
"""Which shards a service is asked in: once an account, once an account and region, or once an organization."""


class Service(services.Service[Operation, Calls], frozen=True, kw_only=True):
    """One AWS service, as nhiscan reads it."""

    part: Part
