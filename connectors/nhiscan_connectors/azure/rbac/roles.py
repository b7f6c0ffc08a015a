"""Role definitions as policies: what a role allows, whole, for the evaluator."""

from __future__ import annotations

import json
from typing import Any

from nhiscan.model import Policy
from nhiscan_connectors.azure.ids import role_definition_id
from nhiscan_connectors.common.fields import table, text


def role_policy(definition: dict[str, Any], tenant: str) -> Policy:
    """The policy of a role definition, wherever it was listed. `tenant`: id of the tenant's scope."""
    properties = table(definition.get("properties"))
    permissions = properties.get("permissions")
    readable = isinstance(permissions, list) and all(isinstance(item, dict) for item in permissions)
    kind = text(properties.get("type"))
    document = {"permissions": permissions, "assignableScopes": properties.get("assignableScopes"), "type": kind}
    return Policy(
        id=role_definition_id(definition["id"]),
        provider="azure",
        kind="role-definition",
        name=text(properties.get("roleName")) or text(definition.get("name")) or definition["id"],
        scope=tenant,
        document=json.dumps(document) if readable else None,
        problem="" if readable else "the definition has no list of permissions",
        managed_by_provider=kind == "BuiltInRole",
        attributes={"type": kind} if kind else {},
    )
