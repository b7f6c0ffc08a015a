"""What IAM knows of the root user: it stands in the credential report and in the account summary only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass
class RootKey:
    """An access key of the root user."""

    created: datetime
    active: bool = True
    last_used: datetime | None = None
    region: str = "us-east-1"
    service: str = "s3"


@dataclass
class RootUser:
    """The root user of an account."""

    created: datetime = datetime(2021, 3, 2, 9, 15, 0, tzinfo=UTC)
    password_last_used: datetime | None = None
    mfa: bool = True
    keys: list[RootKey] = field(default_factory=list)
