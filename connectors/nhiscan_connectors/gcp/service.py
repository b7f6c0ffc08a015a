"""What one part of Google Cloud contributes: the calls it may make, how it asks, and how answers become records.

Each module under `nhiscan_connectors.gcp.services` holds one `SERVICE`. The connector finds them by looking; adding a
service edits no other file.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from nhiscan_connectors.common import services
from nhiscan_connectors.common.answers import Answers
from nhiscan_connectors.gcp.api import GoogleOperation
from nhiscan_connectors.gcp.calls import Calls

__all__ = ["Answers", "Part", "Service"]

Part: TypeAlias = Literal["estate", "project", "any"]
"""Which shards a service is asked in: once an organization (or whatever else is swept), in each project, or in both."""


class Service(services.Service[GoogleOperation, Calls], frozen=True, kw_only=True):
    """One part of Google Cloud, as nhiscan reads it."""

    part: Part
