"""Agents of Entra Agent ID: what they are told as, whose blueprint they are of, and who answers for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import MICROSOFT
from tests.clouds.azure.seed_directory import agent, blueprint
from tests.connectors.azure.scanning import inventory_of


def test_an_agent_belongs_to_its_blueprint_which_holds_the_credentials(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    secret = tenant.password()
    application, principal = blueprint(tenant, "helpers", passwordCredentials=[secret])
    bot = agent(tenant, "helper 1", application)
    found = inventory_of(azure, tmp_path / "b")
    own, parent = f"/servicePrincipals/{bot['id']}", f"/servicePrincipals/{principal['id']}"
    assert found.identities[own].kind == "entra-agent-identity"
    assert found.identities[own].created_at is not None
    assert found.identities[own].attributes["blueprint_app_id"] == application["appId"]
    assert found.identities[parent].kind == "entra-agent-blueprint"
    assert [(link.kind, link.target) for link in found.links_from(own)] == [("part_of", parent)]
    assert found.credentials_of(own) == []
    assert [credential.holder for credential in found.credentials.values()] == [parent]
    for id in (own, parent):
        assert {signal.name for signal in found.signals_of(id)} == {"agent-identity-object"}


def test_sponsors_are_told_of_agents_and_blueprints(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    ada, team = tenant.user("Ada"), tenant.group("Team")
    application, principal = blueprint(tenant, "helpers")
    bot = agent(tenant, "helper 1", application)
    double = tenant.user("Helper", identityParentId=bot["id"])
    tenant.relate("servicePrincipals", bot, "sponsors", ada)
    tenant.relate("applications", application, "sponsors", team)
    tenant.relate("servicePrincipals", principal, "sponsors", ada)
    # The documentation shows sponsors as plain objects, without saying what they are.
    tenant.relate("users", double, "sponsors", {"@odata.type": "#microsoft.graph.directoryObject", "id": ada["id"]})
    found = inventory_of(azure, tmp_path / "b")
    told = sorted((item.subject, item.owner) for item in found.ownerships if item.kind == "sponsor")
    assert told == sorted(
        [
            (f"/servicePrincipals/{bot['id']}", f"/users/{ada['id']}"),
            (f"/servicePrincipals/{principal['id']}", f"/groups/{team['id']}"),
            (f"/servicePrincipals/{principal['id']}", f"/users/{ada['id']}"),
            (f"/users/{double['id']}", f"/users/{ada['id']}"),
        ]
    )
    assert [link.target for link in found.links_from(f"/users/{double['id']}")] == [f"/servicePrincipals/{bot['id']}"]


def test_an_agent_of_a_blueprint_of_microsoft_is_still_the_companys(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    kind: dict[str, Any] = {"@odata.type": "#microsoft.graph.agentIdentityBlueprintPrincipal"}
    theirs = tenant.service_principal("Copilot", appOwnerOrganizationId=MICROSOFT, **kind)
    bot = agent(tenant, "sales bot", theirs, appOwnerOrganizationId=MICROSOFT)
    found = inventory_of(azure, tmp_path / "b")
    assert found.identities[f"/servicePrincipals/{bot['id']}"].managed_by_provider is False
    assert found.identities[f"/servicePrincipals/{theirs['id']}"].managed_by_provider is True
    assert found.signals_of(f"/servicePrincipals/{theirs['id']}") == []


def test_agents_are_known_where_their_own_list_is_refused(azure: Azure, tmp_path: Path) -> None:
    application, _ = blueprint(azure.tenant, "helpers")
    bot = agent(azure.tenant, "helper", application)
    azure.faults.add("deny", "/servicePrincipals/microsoft.graph.agentIdentity")
    found = inventory_of(azure, tmp_path / "b")
    assert found.identities[f"/servicePrincipals/{bot['id']}"].kind == "entra-agent-identity"
    (gap,) = found.gaps
    assert (gap.reason, gap.permission) == ("denied", "AgentIdentity.Read.All")
    assert not found.knows(f"azure:{azure.tenant.id}", "agents")


def test_agents_are_known_where_only_their_own_list_is_open(azure: Azure, tmp_path: Path) -> None:
    application, _ = blueprint(azure.tenant, "helpers", passwordCredentials=[azure.tenant.password()])
    bot = agent(azure.tenant, "helper", application)
    azure.faults.add("deny", "/servicePrincipals")
    azure.faults.add("deny", "/applications")
    found = inventory_of(azure, tmp_path / "b")
    assert found.identities[f"/servicePrincipals/{bot['id']}"].kind == "entra-agent-identity"
    assert len(found.credentials) == 1
    assert not found.knows(f"azure:{azure.tenant.id}", "identities")
