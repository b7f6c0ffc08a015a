"""Agents of Dialogflow CX."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.gcp.services.dialogflow import SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_ai import placed
from tests.connectors.gcp.scanning import inventory_by

DESK = "//cloudresourcemanager.googleapis.com/projects/desk"


def seeded(gcp: Gcp) -> None:
    """Two agents: one of the world, one of a region that a language model leads."""
    project = gcp.company.project("desk", services=("dialogflow",))
    gcp.company.project("quiet", services=("run",))
    certificate = {"sslCertificate": "-", "privateKey": "projects/desk/secrets/key/versions/1"}
    for location, title, more in (
        ("global", "menu", {"clientCertificateSettings": certificate}),
        ("us-central1", "talk", {"startPlaybook": "projects/1/p"}),
    ):
        data = {"displayName": title, **more}
        placed(gcp.company, "dialogflow", "Agent", project, "agents", title, data, location)


def test_agents_of_every_location_act_through_the_service_agent(gcp: Gcp, tmp_path: Path) -> None:
    seeded(gcp)
    gcp.emulator.page_size = 1
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert found.gaps == []
    told = {one.name: one for one in found.workloads.values()}
    assert {(one.kind, one.agent, one.scope) for one in told.values()} == {("google-dialogflow-agent", True, DESK)}
    assert told["talk"].attributes == {"playbook": "true"}
    assert {(run.identity.rpartition("@")[2], run.by_platform) for run in found.runs_as} == {
        ("gcp-sa-dialogflow.iam.gserviceaccount.com", True)
    }
    (link,) = found.links
    assert (link.source, link.kind) == (told["menu"].id, "reads_secret")
    assert link.target == "//secretmanager.googleapis.com/projects/desk/secrets/key"
    assert gcp.calls.count("*/agents", service="us-central1-dialogflow") == 1


def test_a_refusal_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    seeded(gcp)
    gcp.faults.add("deny", "*/agents")
    (gap,) = inventory_by(gcp, tmp_path / "b", SERVICE).gaps
    assert (gap.scope, gap.permission) == (DESK, "dialogflow.agents.list")
    assert gcp.calls.count("*/agents") == 1
