"""Agents with a persona: personal ones and CoWorkers, their owners, identities and tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.classify import classify
from nhiscan.classify.workloads import workload_signals
from nhiscan.inventory import Inventory
from nhiscan.model import Workload
from nhiscan_connectors.gcp.services.policies import SERVICE as POLICIES
from nhiscan_connectors.gcp.services.vertex_agents import SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import ORGANIZATION_ID
from tests.clouds.gcp.seed_ai import agent
from tests.connectors.gcp.scanning import inventory_by

LAB = "//cloudresourcemanager.googleapis.com/projects/lab"
POOL = f"principal://agents.global.org-{ORGANIZATION_ID}.system.id.goog/resources/aiplatform/"


def lab(gcp: Gcp) -> str:
    return gcp.company.project("lab", services=("aiplatform",))


def the_agent(found: Inventory) -> Workload:
    (only,) = found.workloads.values()
    return only


def test_a_personal_agent_acts_as_its_own_principal_for_its_owner(gcp: Gcp, tmp_path: Path) -> None:
    name = agent(gcp.company, lab(gcp), "Ada's helper", owner="10099", modelConfig={
        "model": "publishers/anthropic/models/claude-opus-4-8"
    })  # fmt: skip
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert found.gaps == []
    helper = the_agent(found)
    assert (helper.kind, helper.agent, helper.name, helper.scope) == ("google-vertex-agent", True, "Ada's helper", LAB)
    assert helper.attributes["archetype"] == "personal"
    assert helper.model == "claude-opus-4-8"
    assert [run.identity for run in found.runs_as] == [POOL + name]
    own = found.identities[POOL + name]
    assert (own.kind, own.enabled) == ("google-agent-identity", True)
    assert own.attributes["credentials"] == "certificate-bound"
    owner = "Google account 10099"
    assert {(one.subject, one.owner) for one in found.ownerships} == {(helper.id, owner), (own.id, owner)}


def test_a_coworker_is_an_ai_persona_in_the_shape_of_a_person(gcp: Gcp, tmp_path: Path) -> None:
    project = lab(gcp)
    agent(gcp.company, project, "Robin", email="Robin@acme.example", owner="10099")
    gcp.company.bind(project, "viewer", "user:robin@acme.example")
    found = inventory_by(gcp, tmp_path / "b", POLICIES, SERVICE)
    robin = found.identities["user:robin@acme.example"]
    assert robin.kind == "google-user"
    assert the_agent(found).attributes["archetype"] == "coworker"
    assert robin.id in {run.identity for run in found.runs_as}
    assert "Google account 10099" in {one.owner for one in found.ownerships_of(robin.id)}
    signals = [*found.signals_of(robin.id), *(one for one in workload_signals(found) if one.subject == robin.id)]
    verdict = classify(robin, signals)
    assert (verdict.class_, verdict.mixed) == ("ai_persona", False)


@pytest.mark.parametrize(("state", "enabled"), [("SUSPENDED", False), ("ARCHIVED", False), ("STATE_UNSPECIFIED", None)])
def test_the_state_of_an_agent_is_that_of_its_identity(
    gcp: Gcp, tmp_path: Path, state: str, enabled: bool | None
) -> None:
    name = agent(gcp.company, lab(gcp), "Robin", state=state)
    assert inventory_by(gcp, tmp_path / "b", SERVICE).identities[POOL + name].enabled is enabled


def test_a_deleted_agent_is_none(gcp: Gcp, tmp_path: Path) -> None:
    agent(gcp.company, lab(gcp), "Robin", state="DELETED")
    assert not inventory_by(gcp, tmp_path / "b", SERVICE).workloads


def test_tools_are_told_without_headers_paths_and_instructions(gcp: Gcp, tmp_path: Path) -> None:
    project = lab(gcp)
    number = gcp.company.state.aliases["lab"]
    agent(
        gcp.company,
        project,
        "Robin",
        system_instruction="the password is hunter2hunter2",
        tools=[
            {"type": "mcp_server", "name": f"projects/{number}/locations/global/mcpServers/crm"},
            {"type": "mcp_server", "url": "https://MCP.example.com/secret-path", "headers": {"Authorization": "x-1-y"}},
            {"type": "google_search"},
        ],
    )
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    targets = {link.target for link in found.links if link.kind == "invokes_tool"}
    assert "//agentregistry.googleapis.com/projects/lab/locations/global/mcpServers/crm" in targets
    assert {tool.name for tool in found.resources.values()} == {"mcp_server", "google_search"}
    assert {tool.attributes.get("url") for tool in found.resources.values()} == {"https://mcp.example.com", None}
    assert set(found.resources) < targets
    written = b"".join(path.read_bytes() for path in (tmp_path / "b").rglob("*") if path.is_file())
    assert b"hunter2" not in written


def test_each_location_is_asked_once_in_projects_that_use_it(gcp: Gcp, tmp_path: Path) -> None:
    project = lab(gcp)
    gcp.company.project("quiet", services=("run",))
    agent(gcp.company, project, "a")
    agent(gcp.company, project, "b", location="global")
    gcp.emulator.page_size = 1
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert {one.name for one in found.workloads.values()} == {"a", "b"}
    assert gcp.calls.count("v1/projects/*/locations/*/agents", service="*aiplatform") == 4
    assert gcp.calls.count("v1/projects/*/locations/global/agents", service="aiplatform") == 1


def test_a_refusal_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    lab(gcp)
    gcp.faults.add("deny", "*/agents")
    (gap,) = inventory_by(gcp, tmp_path / "b", SERVICE).gaps
    assert (gap.scope, gap.reason, gap.permission) == (LAB, "denied", "aiplatform.agents.list")
    assert gcp.calls.count("*/agents") == 1


def test_a_location_that_fails_hides_no_other(gcp: Gcp, tmp_path: Path) -> None:
    project = lab(gcp)
    agent(gcp.company, project, "a")
    gcp.faults.add("error", "*/europe-west4/agents", status=400)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert [one.name for one in found.workloads.values()] == ["a"]
    assert [gap.reason for gap in found.gaps] == ["unsupported"]


@pytest.mark.parametrize(
    "fields",
    [{"persona": 3}, {"status": []}, {"tools": [1, {"type": 2}, {}]}, {"owner": "x"}, {"agentIdentity": "x"},
     {"effectiveIdentity": "nobody"}, {"allowedTeammates": {"teammates": 5}}],
)  # fmt: skip
def test_damaged_agents_hide_no_others(gcp: Gcp, tmp_path: Path, fields: dict[str, Any]) -> None:
    project = lab(gcp)
    agent(gcp.company, project, "good")
    agent(gcp.company, project, "bad", **fields)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    gcp.emulator.defects.clear()  # the damage is meant
    assert len(found.workloads) == 2
    if "tools" in fields or "effectiveIdentity" in fields:
        assert [gap.reason for gap in found.gaps] == ["failed"]
