"""Jobs of Dataflow and Batch, clusters of Dataproc and environments of Composer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan_connectors.gcp.api import Api
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.service import Service
from nhiscan_connectors.gcp.services import batch, composer, dataflow, dataproc
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_workloads import dataflow_job, dataproc_cluster, number_of, simple
from tests.connectors.gcp.scanning import inventory_by
from tests.connectors.gcp.services.roads import ROADS, close, everything_written

SERVICES = ("dataflow", "dataproc", "composer", "batch", "compute")


@ROADS
def test_jobs_of_dataflow_that_run(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=SERVICES)
    account = gcp.company.service_account(pay, "flow")
    named = dataflow_job(gcp.company, pay, "stream", account=account)
    bare = dataflow_job(gcp.company, pay, "bare")
    over = dataflow_job(gcp.company, pay, "over", state="DONE")
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", dataflow.SERVICE)
    assert over not in found.workloads
    stream = found.workloads[named]
    assert (stream.kind, stream.name, stream.region) == ("google-dataflow-job", "stream", "europe-west1")
    assert stream.attributes == {"state": "running", "type": "streaming"}
    assert [run.identity for run in found.identities_run_by(named)] == [service_account_id(account)]
    (run,) = found.identities_run_by(bare)
    default = service_account_id(f"{number_of(gcp.company, pay)}-compute@developer.gserviceaccount.com")
    assert (run.identity, run.detail) == (default, "default service account")
    assert b"correct-horse-battery" not in everything_written(tmp_path / "b")


def test_a_job_whose_details_are_refused_has_no_account_that_is_known(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=SERVICES)
    name = dataflow_job(gcp.company, pay, "stream")
    gcp.faults.add("deny", "*/locations/*/jobs/*", service="dataflow")
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", dataflow.SERVICE)
    assert found.workloads[name].name == "stream"
    assert found.identities_run_by(name) == []
    (gap,) = [gap for gap in found.gaps if gap.operation == dataflow.GET.name]
    assert (gap.permission, gap.subjects) == ("dataflow.jobs.get", (name,))


@ROADS
def test_clusters_of_dataproc(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=SERVICES)
    account = gcp.company.service_account(pay, "spark")
    named = dataproc_cluster(gcp.company, pay, "spark", account=account, labels={"team": "data"})
    bare = dataproc_cluster(gcp.company, pay, "bare")
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", dataproc.SERVICE)
    spark = found.workloads[named]
    assert (spark.kind, spark.region, spark.tags) == ("google-dataproc-cluster", "us-central1", {"team": "data"})
    assert spark.attributes == {"scopes": "cloud-platform", "state": "running"}
    assert [run.identity for run in found.identities_run_by(named)] == [service_account_id(account)]
    assert [run.detail for run in found.identities_run_by(bare)] == ["default service account"]
    assert b"correct-horse-battery" not in everything_written(tmp_path / "b")


@ROADS
def test_environments_of_composer(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=SERVICES)
    account = gcp.company.service_account(pay, "airflow")
    config = {
        "dagGcsPrefix": "gs://dags-bucket/dags",
        "nodeConfig": {"serviceAccount": account},
        "softwareConfig": {"imageVersion": "composer-3-airflow-2.9.3", "envVariables": {"TOKEN": "hunter2hunter2"}},
        "webServerNetworkAccessControl": {"allowedIpRanges": [{"value": "0.0.0.0/0"}]},
    }
    name = simple(gcp.company, pay, "composer.googleapis.com/Environment", "air", state="RUNNING", config=config)
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", composer.SERVICE)
    air = found.workloads[name]
    assert air.kind == "google-composer-environment"
    assert air.attributes == {
        "state": "running",
        "image": "composer-3-airflow-2.9.3",
        "dag_bucket": "dags-bucket",
        "web": "public",
    }
    assert [run.identity for run in found.identities_run_by(name)] == [service_account_id(account)]
    assert b"hunter2hunter2" not in everything_written(tmp_path / "b")


@ROADS
def test_jobs_of_batch(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=SERVICES)
    account = gcp.company.service_account(pay, "render")
    variables = {"variables": {"MODE": "hunter2hunter2"},
                 "secretVariables": {"OPENAI_API_KEY": "projects/pay-prod/secrets/openai/versions/1"}}  # fmt: skip
    fields: dict[str, Any] = {
        "status": {"state": "RUNNING"},
        "allocationPolicy": {"serviceAccount": {"email": account}},
        "taskGroups": [{"taskSpec": {"environment": variables, "runnables": [{"container": {"imageUri": "img:1"}}]}}],
    }
    name = simple(gcp.company, pay, "batch.googleapis.com/Job", "render", **fields)
    over = simple(gcp.company, pay, "batch.googleapis.com/Job", "over", status={"state": "SUCCEEDED"})
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", batch.SERVICE)
    assert over not in found.workloads
    render = found.workloads[name]
    assert (render.kind, set(render.variables)) == ("google-batch-job", {"MODE", "OPENAI_API_KEY"})
    assert render.attributes == {"state": "running", "images": "img:1"}
    assert [run.identity for run in found.identities_run_by(name)] == [service_account_id(account)]
    read = [link.target for link in found.links_from(name) if link.kind == "reads_secret"]
    assert read == ["//secretmanager.googleapis.com/projects/pay-prod/secrets/openai"]
    assert b"hunter2hunter2" not in everything_written(tmp_path / "b")


@pytest.mark.parametrize(
    ("service", "path", "operation"),
    [
        (dataflow.SERVICE, "*jobs:aggregated", dataflow.LIST),
        (dataproc.SERVICE, "*/clusters", dataproc.LIST),
        (composer.SERVICE, "*/environments", composer.LIST),
        (batch.SERVICE, "*/jobs", batch.LIST),
    ],
)
def test_a_denied_list_names_its_permission(
    gcp: Gcp, tmp_path: Path, service: Service, path: str, operation: Api
) -> None:
    gcp.company.project("pay-prod", services=SERVICES)
    gcp.faults.add("deny", path, service=service.name)
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", service)
    (gap,) = [gap for gap in found.gaps if gap.operation == operation.name]
    assert (gap.permission, gap.blinds) == (operation.permission, ("workloads",))
    assert gcp.calls.count(path, service.name) == 1
