"""Auth providers and access summaries: what agents are given, and whom they acted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan_connectors.gcp.services.agent_identity import SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW, ORGANIZATION_ID
from tests.clouds.gcp.seed_ai import access, auth_provider
from tests.connectors.gcp.scanning import inventory_by

LAB = "//cloudresourcemanager.googleapis.com/projects/lab"
AGENT = f"principal://agents.global.org-{ORGANIZATION_ID}.system.id.goog/resources/aiplatform/projects/1/x/agents/a"
OAUTH = {"threeLeggedOauth": {
    "clientId": "app-1", "tokenUrl": "https://auth.example.com/t", "authorizationUrl": "https://auth.example.com/a",
    "enablePkce": True,
}}  # fmt: skip


def lab(gcp: Gcp) -> str:
    return gcp.company.project("lab", services=("agentidentity",))


def test_an_auth_provider_is_a_secret_that_agents_read(gcp: Gcp, tmp_path: Path) -> None:
    auth_provider(gcp.company, lab(gcp), "jira", OAUTH, used_by=(AGENT,), allowedScopes=["write", "read"])
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert found.gaps == []
    (provider,) = found.secrets.values()
    assert provider.id == "//agentidentity.googleapis.com/projects/lab/locations/us-central1/authProviders/jira"
    assert (provider.kind, provider.scope) == ("google-agent-auth-provider", LAB)
    assert provider.attributes == {
        "type": "three-legged",
        "client_id": "app-1",
        "token_url": "https://auth.example.com",
        "authorization_url": "https://auth.example.com",
        "allowed_scopes": "read, write",
        "state": "enabled",
        "pkce": "true",
    }
    (link,) = found.links
    assert (link.source, link.target, link.kind) == (AGENT, provider.id, "reads_secret")
    assert [signal.name for signal in found.signals_of(AGENT)] == ["agent-identity-object"]


@pytest.mark.parametrize(
    ("params", "kind", "client"),
    [({"apiKey": {}}, "api-key", None), ({"twoLeggedOauth": {"clientId": "c"}}, "two-legged", "c"),
     ({"xaaAuthProvider": {"clientSecretAuth": {"clientId": "d"}}}, "cross-app", "d"),
     ({"geAuthProvider": {}}, "gemini-enterprise", None), ({}, None, None)],
)  # fmt: skip
def test_every_type_of_provider_is_told(
    gcp: Gcp, tmp_path: Path, params: dict[str, object], kind: str | None, client: str | None
) -> None:
    auth_provider(gcp.company, lab(gcp), "p", params)
    (provider,) = inventory_by(gcp, tmp_path / "b", SERVICE).secrets.values()
    assert (provider.attributes.get("type"), provider.attributes.get("client_id")) == (kind, client)


def test_values_are_never_written(gcp: Gcp, tmp_path: Path) -> None:
    project = lab(gcp)
    auth_provider(gcp.company, project, "a", {"apiKey": {"apiKey": "value-one-1"}})
    auth_provider(gcp.company, project, "b", {"twoLeggedOauth": {"clientSecret": "value-two-2"}})
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert {one.attributes["type"] for one in found.secrets.values()} == {"api-key", "two-legged"}
    written = b"".join(path.read_bytes() for path in (tmp_path / "b").rglob("*") if path.is_file())
    assert b"value-one-1" not in written
    assert b"value-two-2" not in written


def test_an_agent_acted_for_a_user_with_scopes(gcp: Gcp, tmp_path: Path) -> None:
    project = lab(gcp)
    access(gcp.company, project, AGENT, "Ada@acme.example", ["mail.read", "cal.write"], days=2)
    access(gcp.company, project, AGENT.removeprefix("principal://"), "u-17", ["mail.read"], days=1)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    acted = {link.target: link.reason for link in found.links if link.kind == "acted_for"}
    assert set(acted) == {"user:ada@acme.example", "u-17"}
    assert acted["user:ada@acme.example"] == (
        "the agent acted for Ada@acme.example with cal.write, mail.read at https://auth.example.com,"
        " last at 2026-11-22 09:00"
    )
    assert {signal.name for signal in found.signals_of(AGENT)} == {"agent-identity-object", "acted-for-user"}
    (use,) = found.usages_of(AGENT)
    assert use.last_used_at is not None
    assert (NOW - use.last_used_at).days == 1


def test_a_refused_list_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    auth_provider(gcp.company, lab(gcp), "jira", OAUTH)
    gcp.faults.add("deny", "*/accessSummaries")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert [(gap.permission, gap.scope) for gap in found.gaps] == [("agentidentity.accessSummaries.list", LAB)]
    assert len(found.secrets) == 1


def test_a_provider_whose_agents_are_hidden_is_unknown_alone(gcp: Gcp, tmp_path: Path) -> None:
    auth_provider(gcp.company, lab(gcp), "jira", OAUTH)
    gcp.faults.add("deny", "*:queryWorkloads")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = found.gaps
    assert gap.subjects == tuple(found.secrets)


def test_who_may_be_handed_what_a_provider_keeps_is_told(gcp: Gcp, tmp_path: Path) -> None:
    name = auth_provider(gcp.company, lab(gcp), "jira", OAUTH)
    gcp.company.bind(f"//agentidentity.googleapis.com/{name}", "agentidentity.user", AGENT)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (held,) = found.assignments
    assert (held.principal, held.role, (held.scope,)) == (AGENT, "roles/agentidentity.user", tuple(found.secrets))


def test_a_project_that_does_not_use_it_costs_nothing(gcp: Gcp, tmp_path: Path) -> None:
    gcp.company.project("quiet", services=("run",))
    inventory_by(gcp, tmp_path / "b", SERVICE)
    assert gcp.calls.count("*", service="agentidentity") == 0


def test_damaged_answers_are_told(gcp: Gcp, tmp_path: Path) -> None:
    project = lab(gcp)
    auth_provider(gcp.company, project, "odd", {"apiKey": 3}, allowedScopes="all", used_by=("nobody",))
    access(gcp.company, project, "nobody", "u", [])
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    gcp.emulator.defects.clear()  # the damage is meant
    assert len(found.secrets) == 1
    assert {gap.operation.rpartition(".")[0].rpartition(".")[2] for gap in found.gaps} == {
        "authProviders",
        "accessSummaries",
    }
