"""Gemini Enterprise: apps, their agents, with whom each is shared and what does the work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nhiscan_connectors.gcp.services.gemini_enterprise import SERVICE
from nhiscan_connectors.gcp.services.hierarchy import SERVICE as HIERARCHY
from nhiscan_connectors.gcp.services.reasoning_engines import SERVICE as ENGINES
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_ai import engine, enterprise_agent, enterprise_app
from tests.connectors.gcp.scanning import inventory_by

DESK = "//cloudresourcemanager.googleapis.com/projects/desk"
APP = "//discoveryengine.googleapis.com/projects/desk/locations/eu/collections/default_collection/engines/portal"


def desk(gcp: Gcp) -> tuple[str, str]:
    """A project, and the assistant of its app."""
    project = gcp.company.project("desk", services=("discoveryengine",))
    return project, enterprise_app(gcp.company, project, "portal", location="eu")


@pytest.mark.parametrize("swept", [True, False])
def test_agents_are_told_with_whom_they_are_shared(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    project, assistant = desk(gcp)
    enterprise_agent(
        gcp.company, project, assistant, "helper", managedAgentDefinition={}, sharingConfig={"scope": "ALL_USERS"},
        authorizationConfig={"agentAuthorization": "projects/1/a", "toolAuthorizations": ["projects/1/b"]},
    )  # fmt: skip
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (helper,) = found.workloads.values()
    assert (helper.kind, helper.agent, helper.scope, helper.region) == (
        "google-gemini-enterprise-agent", True, DESK, "eu",
    )  # fmt: skip
    assert helper.attributes == {
        "definition": "managed", "state": "enabled", "shared_with": "all_users", "app": APP,
        "assistant": "default_assistant", "authorization": "projects/1/a", "tool_authorizations": "projects/1/b",
    }  # fmt: skip
    assert found.resources[APP].kind == "google-gemini-enterprise-app"
    (run,) = found.runs_as
    assert run.by_platform
    assert found.identities[run.identity].managed_by_provider
    assert "google-discoveryengine" not in run.identity
    assert gcp.calls.count("*/agents", service="eu-discoveryengine") == 1
    assert gcp.calls.count("*/engines", service="*discoveryengine") == (0 if swept else 3)


def test_that_only_visible_agents_are_listed_is_said(gcp: Gcp, tmp_path: Path) -> None:
    desk(gcp)
    (gap,) = inventory_by(gcp, tmp_path / "b", SERVICE).gaps
    assert (gap.reason, gap.blinds) == ("unsupported", ())
    assert "keep to themselves" in gap.hides


def test_the_engine_behind_an_agent_may_lie_in_another_project(gcp: Gcp, tmp_path: Path) -> None:
    project, assistant = desk(gcp)
    lab = gcp.company.project("lab", services=("aiplatform",))
    runs = engine(gcp.company, lab, "pay")
    enterprise_agent(
        gcp.company, project, assistant, "pay",
        adkAgentDefinition={"provisionedReasoningEngine": {"reasoningEngine": runs}},
    )  # fmt: skip
    found = inventory_by(gcp, tmp_path / "b", HIERARCHY, ENGINES, SERVICE, joined=True)
    front = next(one for one in found.workloads.values() if one.kind == "google-gemini-enterprise-agent")
    (link,) = [link for link in found.links_from(front.id) if link.kind == "collaborates_with"]
    assert found.workloads[link.target].kind == "google-reasoning-engine"
    assert link.reason == "agent pay of Gemini Enterprise hands its work to reasoning engine pay"


def test_an_agent_behind_a2a_is_named_by_its_host(gcp: Gcp, tmp_path: Path) -> None:
    project, assistant = desk(gcp)
    card = json.dumps({"name": "x", "url": "https://Agent.example.com/a2a?token=1"})
    enterprise_agent(gcp.company, project, assistant, "afar", a2aAgentDefinition={"jsonAgentCard": card})
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert found.resources["https://agent.example.com"].node == "tool"


def test_pages_are_followed(gcp: Gcp, tmp_path: Path) -> None:
    project, assistant = desk(gcp)
    for title in ("a", "b", "c"):
        enterprise_agent(gcp.company, project, assistant, title)
    gcp.emulator.page_size = 1
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert {one.name for one in found.workloads.values()} == {"a", "b", "c"}


def test_a_refusal_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    desk(gcp)
    gcp.faults.add("deny", "*/agents")
    (gap,) = inventory_by(gcp, tmp_path / "b", SERVICE).gaps
    assert (gap.reason, gap.permission) == ("denied", "discoveryengine.agents.list")


@pytest.mark.parametrize(
    "fields",
    [{"a2aAgentDefinition": {"jsonAgentCard": "["}}, {"a2aAgentDefinition": 3}, {"sharingConfig": 3},
     {"authorizationConfig": {"toolAuthorizations": 3}}, {"adkAgentDefinition": {"provisionedReasoningEngine": []}}],
)  # fmt: skip
def test_damaged_agents_are_told_all_the_same(gcp: Gcp, tmp_path: Path, fields: dict[str, object]) -> None:
    project, assistant = desk(gcp)
    enterprise_agent(gcp.company, project, assistant, "odd", **fields)
    found = inventory_by(gcp, tmp_path / "b", SERVICE, joined=True)
    gcp.emulator.defects.clear()  # the damage is meant
    assert [one.name for one in found.workloads.values()] == ["odd"]
