"""Links from principals to the keys of LLM providers that they may read."""

from __future__ import annotations

import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import Secret
from tests.connectors.azure.access.estates import CONTRIBUTOR, MANAGEMENT_GROUP, PROD, RG, TEST, Estate

GET = "data:Microsoft.KeyVault/vaults/secrets/getSecret/action"


def key(estate: Estate, vault: str, name: str, ai_provider: str = "openai") -> str:
    id = f"{vault}/secrets/{name}"
    kind = "azure-key-vault-secret"
    estate.add(Secret(id=id, provider="azure", kind=kind, name=name, scope=PROD, ai_provider=ai_provider))
    return id


def opened(inventory: Inventory, start: str) -> set[str]:
    """Secrets that links lead to, over hubs."""
    seen, waiting = {start}, [start]
    while waiting:
        for link in inventory.links_from(waiting.pop()):
            if link.kind == "may_read_secret" and link.target not in seen:
                seen.add(link.target)
                waiting.append(link.target)
    return {id for id in seen if id in inventory.secrets}


@pytest.mark.parametrize("scope", [PROD, MANAGEMENT_GROUP, RG, "/"])
@pytest.mark.parametrize("count", [1, 20])
def test_keys_in_a_scope(scope: str, count: int) -> None:
    estate = Estate()
    vault, other = estate.vault("kv1", "rbac"), estate.vault("kv2", "access-policies")
    keys = {key(estate, vault, f"k{n}") for n in range(count)}
    key(estate, vault, "password", ai_provider="")
    key(estate, other, "closed")
    app, outside, control = (estate.principal(name) for name in "abc")
    estate.assign(app, estate.role(GET), scope)
    estate.assign(outside, estate.role(GET), TEST)
    estate.assign(control, estate.role("Microsoft.KeyVault/vaults/read"), PROD)
    inventory, _ = estate.judged()
    assert opened(inventory, app) == keys
    assert len(inventory.links_from(app)) == 1
    assert opened(inventory, outside) == opened(inventory, control) == set()


def test_keys_behind_access_policies() -> None:
    estate = Estate()
    named, writer = estate.principal("named"), estate.principal("writer")
    entry: dict[str, object] = {"objectId": named.rpartition("/")[2], "permissions": {"secrets": ["get"]}}
    vault = estate.vault("kv1", "access-policies", entry)
    secret = key(estate, vault, "k")
    estate.assign(writer, CONTRIBUTOR, RG)
    inventory, _ = estate.judged()
    assert opened(inventory, named) == opened(inventory, writer) == {secret}
    assert "can write itself an access policy that opens k" in inventory.links_from(writer)[0].reason
    assert inventory.links_from(named)[0].reason == "service principal named may read k (access policies of vaults kv1)"


def test_group_condition_and_deny() -> None:
    estate = Estate()
    vault, locked = estate.vault("kv1", "rbac"), estate.vault("kv2", "rbac")
    keys = {key(estate, vault, f"k{n}") for n in range(12)}
    closed = {key(estate, locked, f"k{n}") for n in range(3)}
    group = estate.group("g", estate.user("Ada"))
    estate.assign(group, estate.role(GET), PROD, eligible=True)
    estate.deny(locked, "data:*")
    inventory, _ = estate.judged()
    assert opened(inventory, group) == keys
    assert not closed & opened(inventory, group)
    assert " when it activates what it is eligible for (role custom" in inventory.links_from(group)[0].reason
