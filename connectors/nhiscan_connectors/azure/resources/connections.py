"""Connections of Foundry and Machine Learning: what an AI project reaches, and whether a stored key opens it."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Operation
from nhiscan.detectors import llm_name
from nhiscan.model import AnyRecord, Link, Resource, Secret
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row, shown, yes
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.common.times import moment

_WITHOUT_KEY = frozenset(
    {"aad", "managedidentity", "none", "useridentity", "usertoken", "agenticidentity", "agenticidentitytoken"}
)
"""Ways to sign in that store nothing; every other one keeps a secret in the connection."""
_BY_CATEGORY = {"azureopenai": "azure-openai", "aiservices": "azure-openai", "cognitivesearch": "azure-search"}


def connections(reading: Reading, operation: Operation, owner: Row, title: str) -> Iterator[AnyRecord]:
    """Records of the connections that `owner` lists. The values of their secrets are not in the answer."""
    for item in reading.children(operation, owner.id):
        way = text(item.properties.get("authType"))
        category = text(item.properties.get("category"))
        facts = {
            "auth": way,
            "category": category,
            "target": text(item.properties.get("target")),
            "shared_to_all": yes(flag(item.properties.get("isSharedToAll"))),
            "expires": text(item.properties.get("expiryTime")),
        }
        if way.lower() in _WITHOUT_KEY:
            yield Resource(
                id=item.id,
                provider="azure",
                kind="azure-ai-connection",
                name=item.name,
                scope=reading.scope,
                region=owner.location,
                node="tool",
                created_at=item.created_at,
                attributes=shown(facts),
            )
            reason = f"{title} reaches {category or 'a service'} through connection {item.name}"
            yield Link(source=owner.id, target=item.id, kind="invokes_tool", reason=reason)
        else:
            yield Secret(
                id=item.id,
                provider="azure",
                kind="azure-ai-connection",
                name=item.name,
                scope=reading.scope,
                region=owner.location,
                ai_provider=_BY_CATEGORY.get(category.lower()) or llm_name(f"{item.name} {category}"),
                created_at=moment(item.properties.get("createdAt")),
                description=f"Credential of the kind {way or 'unknown'} that connection {item.name} keeps",
                attributes=shown(facts),
            )
            reason = f"{title} signs in to {category or 'a service'} with what connection {item.name} keeps"
            yield Link(source=owner.id, target=item.id, kind="reads_secret", reason=reason)
