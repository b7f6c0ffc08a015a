"""The registry of agents: entries, what hosts them, who answers for them, and what they are bound to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan_connectors.gcp.services.agent_registry import SERVICE
from nhiscan_connectors.gcp.services.hierarchy import SERVICE as HIERARCHY
from nhiscan_connectors.gcp.services.reasoning_engines import SERVICE as ENGINES
from nhiscan_connectors.gcp.services.vertex_agents import SERVICE as AGENTS
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import ORGANIZATION_ID
from tests.clouds.gcp.seed_ai import agent, engine, registered
from tests.connectors.gcp.scanning import inventory_by

HUB = "//cloudresourcemanager.googleapis.com/projects/hub"
REGISTRY = "//agentregistry.googleapis.com/projects/hub/locations/us-central1"
OWN = f"principal://agents.global.org-{ORGANIZATION_ID}.system.id.goog/resources/aiplatform/"


def hub(gcp: Gcp) -> str:
    return gcp.company.project("hub", services=("agentregistry", "aiplatform"))


def id_of(name: str, gcp: Gcp) -> str:
    return f"//agentregistry.googleapis.com/{name.replace(gcp.company.state.aliases['hub'], 'hub')}"


def test_an_engine_of_another_project_stands_in_the_registry(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    lab = company.project("lab", services=("aiplatform",))
    runs = engine(company, lab, "pay", identity="AGENT_IDENTITY")
    name = registered(
        company, hub(gcp), "Agent", "pay", runs_on=f"//aiplatform.googleapis.com/{runs}",
        runs_as=OWN + runs, framework="google-adk",
    )  # fmt: skip
    found = inventory_by(gcp, tmp_path / "b", HIERARCHY, ENGINES, SERVICE, joined=True)
    assert found.gaps == []
    (pay,) = found.workloads.values()
    (link,) = [link for link in found.links_from(pay.id) if link.kind == "registered_in"]
    assert link.target == id_of(name, gcp)
    record = found.resources[link.target]
    assert (record.kind, record.attributes["framework"], record.scope) == ("registry-record", "google-adk", HUB)
    assert found.resources[REGISTRY].kind == "agent-registry"
    assert "registered-agent" in {signal.name for signal in found.signals_of(OWN + runs)}


def test_an_agent_that_nobody_else_lists_is_told_of_by_the_registry(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    project = hub(gcp)
    account = company.service_account(project, "bot")
    registered(
        company,
        project,
        "Agent",
        "afar",
        runs_as=f"principal://iam.googleapis.com/projects/-/serviceAccounts/{account}",
    )
    found = inventory_by(gcp, tmp_path / "b", SERVICE, joined=True)
    (afar,) = found.workloads.values()
    assert (afar.kind, afar.agent, afar.name) == ("google-registered-agent", True, "afar")
    (run,) = found.runs_as
    assert run.identity == f"//iam.googleapis.com/projects/-/serviceAccounts/{account}"
    assert [signal.name for signal in found.signals_of(run.identity)] == ["registered-agent"]
    assert [link.kind for link in found.links_from(afar.id)] == ["registered_in"]


def test_servers_are_tools_that_bound_agents_call(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    project = hub(gcp)
    runs = engine(company, project, "pay")
    record = registered(company, project, "Agent", "pay", runs_on=f"//aiplatform.googleapis.com/{runs}")
    server = registered(
        company, project, "McpServer", "crm",
        interfaces=[{"url": "https://crm.example.com/mcp?key=1", "protocolBinding": "JSONRPC"}],
        tools=[{"name": "read", "annotations": {"readOnlyHint": True}},
               {"name": "drop", "annotations": {"destructiveHint": True}}],
    )  # fmt: skip
    registered(
        company, project, "Binding", "pay to crm",
        source={"identifier": "urn:agent:pay"}, target={"identifier": "urn:mcp:crm"},
        authProviderBinding={"authProvider": "projects/p/locations/l/authProviders/jira", "scopes": ["b", "a"]},
    )  # fmt: skip
    found = inventory_by(gcp, tmp_path / "b", HIERARCHY, ENGINES, SERVICE, joined=True)
    tool = found.resources[id_of(server, gcp)]
    assert (tool.kind, tool.node) == ("mcp-server", "tool")
    assert tool.attributes["url"] == "https://crm.example.com"
    assert (tool.attributes["tools"], tool.attributes["destructive_tools"]) == ("drop, read", "drop")
    (pay,) = found.workloads.values()
    for source in (pay.id, id_of(record, gcp)):
        called = {(link.kind, link.target): link.reason for link in found.links_from(source)}
        assert called["invokes_tool", tool.id].endswith("call urn:mcp:crm with scopes a, b")
        assert ("reads_secret", "//agentidentity.googleapis.com/projects/p/locations/l/authProviders/jira") in called


def test_an_agent_bound_to_another_works_with_it(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    project = hub(gcp)
    for title in ("one", "two"):
        registered(company, project, "Agent", title)
    registered(
        company, project, "Binding", "b", source={"identifier": "urn:agent:one"}, target={"identifier": "urn:agent:two"}
    )
    found = inventory_by(gcp, tmp_path / "b", SERVICE, joined=True)
    names = {workload.id: workload.name for workload in found.workloads.values()}
    pairs = {
        (names.get(link.source), names.get(link.target)) for link in found.links if link.kind == "collaborates_with"
    }
    assert ("one", "two") in pairs


def test_owners_of_an_application_answer_for_its_agents(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    project = hub(gcp)
    name = registered(
        company, project, "AiApplication", "billing", state="ACTIVE",
        attributes={
            "businessOwners": [{"email": "ada@acme.example"}], "developerOwners": [{"email": "dev@acme.example"}],
            "operatorOwners": [{"email": "ops@acme.example"}], "criticality": {"type": "HIGH"},
            "environment": {"type": "PRODUCTION"},
        },
    )  # fmt: skip
    agent(company, project, "Robin", aiApplication=name)
    found = inventory_by(gcp, tmp_path / "b", HIERARCHY, AGENTS, SERVICE, joined=True)
    application = found.resources[id_of(name, gcp)]
    assert application.attributes == {"criticality": "high", "state": "active"}
    (robin,) = found.workloads.values()
    for subject in (application.id, robin.id):
        assert {(one.owner, one.kind) for one in found.ownerships_of(subject)} == {
            ("ada@acme.example", "owner"), ("dev@acme.example", "team"), ("ops@acme.example", "team"),
        }  # fmt: skip


def test_what_google_found_in_an_entry_is_told(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    project = hub(gcp)
    name = registered(company, project, "Agent", "pay")
    registered(
        company, project, "Finding", "", findingClass="SECRET", severity="SEVERITY_HIGH", resource=name,
        files=[{"path": "agent.py"}],
    )  # fmt: skip
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (finding,) = [one for one in found.resources.values() if one.kind == "agent-registry-finding"]
    assert finding.attributes == {
        "class": "secret", "severity": "high", "resource": id_of(name, gcp), "files": "agent.py",
    }  # fmt: skip
    assert [link.target for link in found.links_from(finding.id)] == [id_of(name, gcp)]


def test_bindings_are_asked_only_where_there_is_something(gcp: Gcp, tmp_path: Path) -> None:
    registered(gcp.company, hub(gcp), "Agent", "pay")
    gcp.company.project("quiet", services=("run",))
    gcp.emulator.page_size = 1
    inventory_by(gcp, tmp_path / "b", SERVICE)
    assert gcp.calls.count("*/bindings") == 1
    assert gcp.calls.count("*", service="agentregistry") == 1 + 3 * 2 + 2 + 1  # one more page of locations


def test_a_refused_list_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    registered(gcp.company, hub(gcp), "Agent", "pay")
    gcp.faults.add("deny", "*/mcpServers")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert [(gap.permission, gap.scope) for gap in found.gaps] == [("agentregistry.mcpServers.list", HUB)]
    assert "registry-record" in {one.kind for one in found.resources.values()}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("Agent", {"protocols": [3]}), ("Agent", {"attributes": []}), ("McpServer", {"tools": [{}, 3]}),
     ("AiApplication", {"attributes": {"businessOwners": [{}]}}), ("Binding", {"source": 3}),
     ("Finding", {"files": "x", "resource": 3})],
)  # fmt: skip
def test_damaged_entries_hide_no_others(gcp: Gcp, tmp_path: Path, kind: str, fields: dict[str, Any]) -> None:
    project = hub(gcp)
    registered(gcp.company, project, "Agent", "good")
    registered(gcp.company, project, kind, "bad", **fields)
    found = inventory_by(gcp, tmp_path / "b", SERVICE, joined=True)
    gcp.emulator.defects.clear()  # the damage is meant
    assert "good" in {workload.name for workload in found.workloads.values()}
