"""Endpoints, jobs, pipelines and notebooks of Vertex AI, swept and listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.services.vertex_jobs import SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import ago
from tests.clouds.gcp.seed_ai import vertex, workbench
from tests.connectors.gcp.scanning import inventory_by

ACCOUNTS = "//iam.googleapis.com/projects/-/serviceAccounts/"
TRAINER = f"{ACCOUNTS}trainer@ml.iam.gserviceaccount.com"


def seeded(gcp: Gcp) -> str:
    """One of each kind; gives the project's number."""
    company = gcp.company
    ml = company.project("ml", services=("aiplatform", "notebooks"))
    company.project("quiet", services=("run",))
    trainer = company.service_account(ml, "trainer")
    model = "projects/ml/locations/us-central1/models/7"
    deployed = {"id": "1", "model": model, "displayName": "m7", "serviceAccount": trainer}
    vertex(company, ml, "Endpoint", "score", deployedModels=[deployed])
    pool = {"containerSpec": {"imageUri": "img", "env": [{"name": "OPENAI_API_KEY", "value": "value-one-1"}]}}
    job: dict[str, Any] = {"jobSpec": {"serviceAccount": trainer, "workerPoolSpecs": [pool], "enableWebAccess": True}}
    vertex(company, ml, "CustomJob", "train", state="JOB_STATE_RUNNING", **job)
    vertex(company, ml, "PipelineJob", "flow", state="PIPELINE_STATE_RUNNING")
    vertex(company, ml, "NotebookRuntime", "colab", location="europe-west4", runtimeUser="ada@acme.example",
           runtimeState="RUNNING")  # fmt: skip
    workbench(company, ml, "bench", gceSetup={"serviceAccounts": [{"email": trainer}]}, creator="ada@acme.example",
              instanceOwners=["bo@acme.example"])  # fmt: skip
    return company.state.aliases["ml"]


def runs(found: Inventory) -> dict[str, str]:
    """What each workload runs as, by its name."""
    return {found.workloads[run.workload].name: run.identity for run in found.runs_as}


@pytest.mark.parametrize("swept", [True, False])
def test_every_kind_is_told_with_what_it_runs_as(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    number = seeded(gcp)
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert runs(found) == {
        "score": TRAINER,
        "train": TRAINER,
        "flow": f"{ACCOUNTS}{number}-compute@developer.gserviceaccount.com",
        "colab": f"{ACCOUNTS}service-{number}@gcp-sa-aiplatform-vm.iam.gserviceaccount.com",
        "bench": TRAINER,
    }
    assert {one.kind: one.machine_learning for one in found.workloads.values()} == {
        "google-vertex-endpoint": True, "google-vertex-custom-job": True, "google-vertex-pipeline-job": True,
        "google-vertex-notebook": True, "google-workbench-instance": True,
    }  # fmt: skip
    assert not any(one.agent for one in found.workloads.values())
    assert {(one.owner, one.kind) for one in found.ownerships} == {
        ("ada@acme.example", "owner"), ("ada@acme.example", "creator"), ("bo@acme.example", "owner"),
    }  # fmt: skip
    train = next(one for one in found.workloads.values() if one.name == "train")
    assert train.variables == ("OPENAI_API_KEY",)
    assert train.attributes == {"state": "running", "image": "img", "web_access": "true"}
    assert ("holds_key_of", "llm:openai") in {(link.kind, link.target) for link in found.links_from(train.id)}
    assert {scope.rpartition("/")[2] for scope in {one.scope for one in found.workloads.values()}} == {"ml"}
    assert gcp.calls.count("*/customJobs", service="*aiplatform") == (0 if swept else 4)
    # Cloud Asset Inventory does not tell what is deployed on an endpoint, so they are asked for either way.
    assert gcp.calls.count("*/endpoints", service="*aiplatform") == 4
    assert gcp.calls.count("*", service="notebooks") == (0 if swept else 1)
    written = b"".join(path.read_bytes() for path in (tmp_path / "b").rglob("*") if path.is_file())
    assert b"value-one-1" not in written


def test_of_ended_jobs_the_last_stands_for_all_alike(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    ml = company.project("ml", services=("aiplatform",))
    for days in (9, 3, 6):
        vertex(company, ml, "CustomJob", f"run {days}", state="JOB_STATE_SUCCEEDED", jobSpec={}, updateTime=ago(days))
    vertex(
        company,
        ml,
        "CustomJob",
        "other",
        state="JOB_STATE_FAILED",
        jobSpec={"serviceAccount": "a@b.gserviceaccount.com"},
    )
    vertex(company, ml, "CustomJob", "now", state="JOB_STATE_RUNNING", jobSpec={})
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert {one.name: one.attributes.get("runs") for one in found.workloads.values()} == {
        "run 3": "3", "other": "1", "now": None,
    }  # fmt: skip


def test_pages_are_followed(gcp: Gcp, tmp_path: Path) -> None:
    seeded(gcp)
    gcp.emulator.page_size = 1
    gcp.faults.add("deny", service="cloudasset")
    assert len(inventory_by(gcp, tmp_path / "b", SERVICE).workloads) == 5


def test_a_refused_sweep_hides_the_workloads(gcp: Gcp, tmp_path: Path) -> None:
    seeded(gcp)
    gcp.faults.add("deny", "*/assets", service="cloudasset")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert {gap.permission for gap in found.gaps} == {"cloudasset.assets.listResource"}
    assert {aspect for gap in found.gaps for aspect in gap.blinds} == {"workloads"}


@pytest.mark.parametrize(
    "spec", [3, {"workerPoolSpecs": [3, {}]}, {"workerPoolSpecs": {"a": 1}}, {"serviceAccount": 3}]
)
def test_damaged_jobs_hide_no_others(gcp: Gcp, tmp_path: Path, spec: object) -> None:
    seeded(gcp)
    vertex(gcp.company, "projects/ml", "CustomJob", "odd", state=3, jobSpec=spec)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    gcp.emulator.defects.clear()  # the damage is meant
    assert len(found.workloads) == 6


def test_locations_that_did_not_answer_are_told(gcp: Gcp, tmp_path: Path) -> None:
    seeded(gcp)
    gcp.faults.add("deny", service="cloudasset")
    gcp.company.state.lists["unreached notebooks"].append({"name": "projects/ml/locations/us-west1-a"})
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = [gap for gap in found.gaps if "us-west1-a" in gap.detail]
    assert (gap.operation, gap.blinds) == ("notebooks:projects.locations.instances.list", ("workloads",))
    assert "bench" in runs(found)
