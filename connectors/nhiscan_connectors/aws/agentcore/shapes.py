"""What the parts of AgentCore have in common: resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nhiscan.model import Resource
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.common.times import moment


def resource(
    reading: Reading, arn: str, kind: str, name: str, item: Mapping[str, Any], facts: Mapping[str, str]
) -> Resource:
    """Something that agents are governed by. `item`: what told of it, for its date."""
    return Resource(
        id=arn,
        provider="aws",
        kind=kind,
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(item.get("createdAt")),
        attributes={key: value for key, value in facts.items() if value},
    )
