"""A tenant whose people write texts without end: what a scan makes of them stays small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from nhiscan_connectors.azure.ids import resource_id
from nhiscan_connectors.common.bounds import LONGEST
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_ai import ai_account, deployment
from tests.clouds.azure.seed_directory import federated
from tests.connectors.azure.scanning import inventory_of

ENDLESS = "x" * 1_000_000


def texts(value: Any) -> Iterator[str]:
    """All texts in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key)
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def test_names_without_end_are_cut(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    ada = tenant.user(ENDLESS, jobTitle=ENDLESS, department=ENDLESS)
    app = tenant.application(ENDLESS, notes=ENDLESS, passwordCredentials=[tenant.password(displayName=ENDLESS)])
    deploy = tenant.service_principal(ENDLESS, application=app)
    tenant.group(ENDLESS, (ada,))
    federated(tenant, app, "https://issuer.example", "job", name=ENDLESS)
    account = ai_account(tenant, subscription, "llm")
    account["properties"]["endpoint"] = ENDLESS
    account["tags"] = {ENDLESS: ENDLESS}
    deployment(tenant, account, "chat", ENDLESS)
    found = inventory_of(azure, tmp_path / "b")
    assert len(found.identities[f"/servicePrincipals/{deploy['id']}"].name) == LONGEST
    assert len(found.workloads[resource_id(account["id"])].attributes["endpoint"]) == LONGEST
    records = [
        *found.identities.values(), *found.groups.values(), *found.credentials.values(), *found.workloads.values(),
        *found.resources.values(), *found.secrets.values(), *found.scopes.values(), *found.signals, *found.trusts,
        *found.links, *found.ownerships, *found.gaps,
    ]  # fmt: skip
    assert len(records) > 15
    assert max(len(text) for record in records for text in texts(msgspec.to_builtins(record))) == LONGEST
    azure.emulator.defects.clear()  # names as long as these are not what Microsoft's descriptions allow
