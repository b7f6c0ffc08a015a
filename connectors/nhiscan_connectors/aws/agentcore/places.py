"""Where a secret stood in an answer of AgentCore: in which record, and in which field of it."""

from __future__ import annotations

from nhiscan.connector import Evidence
from nhiscan_connectors.aws.regional import Place, walked
from nhiscan_connectors.common.fields import table, text


def field_of(id_key: str) -> Place:
    """The last object on the way that has `id_key`, and the last field that has a name."""

    def place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
        subject, field = text(table(item.body).get(id_key)), ""
        for step, here in walked(item.body, path):
            field = step if isinstance(step, str) else field
            subject = text(table(here).get(id_key)) or subject
        return subject, f"field {field[:100]}" if field else ""

    return place


def field_of_target(item: Evidence, path: list[str | int]) -> tuple[str, str]:
    """A target has no ARN of its own: nhiscan names it by its gateway's, and its id."""
    gateway, field = field_of("gatewayArn")(item, path)
    id = text(table(item.body).get("targetId"))
    return f"{gateway}/target/{id}" if gateway and id else gateway, field
