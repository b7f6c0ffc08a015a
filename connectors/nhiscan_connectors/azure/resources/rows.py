"""A resource as Resource Graph and Azure Resource Manager tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nhiscan_connectors.azure.ids import resource_id
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

_CREATED = (
    "creationDate", "createdTime", "dateCreated", "timeCreated", "creationTime", "createdAt", "createdDate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One resource. What is not as it should be is empty."""

    id: str
    """In lower case."""
    name: str
    """Its own name, without those of its parents."""
    type: str
    """In lower case: "microsoft.web/sites"."""
    kind: str
    location: str
    tags: dict[str, str]
    identity: dict[str, Any]
    sku: dict[str, Any]
    properties: dict[str, Any]

    @property
    def created_at(self) -> datetime | None:
        """When it was made, where its type tells."""
        return next((made for name in _CREATED if (made := moment(self.properties.get(name)))), None)

    @property
    def local_auth(self) -> bool | None:
        """Whether it takes keys of its own beside Entra, by `disableLocalAuth`; None where that is not told.

        The default of Azure is that it does, and answers leave out what was never set.
        """
        if not self.properties:
            return None
        return flag(self.properties.get("disableLocalAuth")) is not True


def row_of(item: object) -> Row | None:
    """A resource; None for what has no id or no type."""
    given = table(item)
    id, type = text(given.get("id")), text(given.get("type"))
    if not id or not type:
        return None
    tags = table(given.get("tags"))
    return Row(
        id=resource_id(id),
        name=(text(given.get("name")) or id).rstrip("/").rpartition("/")[2],
        type=type.lower(),
        kind=text(given.get("kind")),
        location=text(given.get("location")).lower().replace(" ", ""),
        tags={key: value for key, value in tags.items() if isinstance(value, str)},
        identity=table(given.get("identity")),
        sku=table(given.get("sku")),
        properties=table(given.get("properties")),
    )


def network_facts(properties: dict[str, Any]) -> dict[str, str]:
    """How far the network lets callers come: "public_network" as Azure writes it, "network" in words."""
    access = text(properties.get("publicNetworkAccess"))
    rules = table(properties.get("networkAcls")) or table(properties.get("networkRuleSet"))
    if access.lower() in ("disabled", "securedbyperimeter"):
        network = "private"
    elif text(rules.get("defaultAction")).lower() == "deny":
        network = "selected"
    elif access.lower() == "enabled" or text(rules.get("defaultAction")):
        network = "all"
    else:
        network = ""
    return {"public_network": access, "network": network}


def shown(facts: dict[str, str]) -> dict[str, str]:
    """Attributes that say something."""
    return {key: value for key, value in facts.items() if value}


def yes(value: bool | None) -> str:
    """A truth value as an attribute: "true", "false"; empty for what is not known."""
    return "" if value is None else str(value).lower()
