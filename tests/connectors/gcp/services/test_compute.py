"""Instances and templates of Compute Engine, from the sweep and from each project's own lists."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.services.compute import INSTANCES, SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_workloads import instance, instance_template, number_of
from tests.connectors.gcp.scanning import inventory_by
from tests.connectors.gcp.services.roads import ROADS, close, everything_written

SCRIPT = "#!/bin/sh\nexport PASSWORD=hunter2-and-more\n"


@ROADS
def test_an_instance_with_its_account_and_what_is_set_on_it(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("compute",))
    account = gcp.company.service_account(pay, "worker")
    name = instance(
        gcp.company,
        pay,
        "worker-1",
        account=account,
        scopes=("devstorage.read_only", "cloud-platform"),
        metadata={"startup-script": SCRIPT, "enable-oslogin": "TRUE", "db": "a-very-secret-thing"},
        external=True,
        labels={"owner": "ops"},
    )
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    worker = found.workloads[name]
    assert (worker.kind, worker.name, worker.region) == ("google-compute-instance", "worker-1", "europe-west1")
    # The inventory holds a few keys of the metadata only.
    script = {} if swept else {"startup_script": "yes"}
    assert worker.attributes == {
        "scopes": "cloud-platform,devstorage.read_only",
        "metadata_keys": "enable-oslogin" if swept else "db,enable-oslogin,startup-script",
        **script,
        "os_login": "set",
        "external_ip": "enabled",
        "state": "RUNNING",
        "zone": "europe-west1-b",
        "machine_type": "e2-small",
    }
    assert worker.tags == {"owner": "ops"}
    assert worker.public is None
    assert worker.created_at is not None
    assert [run.identity for run in found.identities_run_by(name)] == [service_account_id(account)]
    written = everything_written(tmp_path / "b")
    assert b"hunter2" not in written
    assert b"a-very-secret-thing" not in written


@ROADS
def test_a_template_and_an_instance_without_an_account(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("compute",))
    template = instance_template(gcp.company, pay, "web", account="default", metadata={"user-data": "x"})
    bare = instance(gcp.company, pay, "bare")
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert found.workloads[template].kind == "google-compute-instance-template"
    assert found.workloads[template].attributes["startup_script"] == "yes"
    (run,) = found.identities_run_by(template)
    number = number_of(gcp.company, pay)
    assert run.identity == service_account_id(f"{number}-compute@developer.gserviceaccount.com")
    assert run.detail == "default service account"
    assert found.identities_run_by(bare) == []


def test_pages_of_instances_are_followed(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("compute",))
    made = {instance(gcp.company, pay, f"w{n}", zone=f"europe-west1-{'bcd'[n % 3]}") for n in range(5)}
    gcp.emulator.page_size = 2
    close(gcp, swept=False)
    assert set(inventory_by(gcp, tmp_path / "b", SERVICE).workloads) == made


def test_a_denied_list_names_its_permission_and_hides_no_templates(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("compute",))
    template = instance_template(gcp.company, pay, "web")
    gcp.faults.add("deny", "*/instances", service="compute")
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = [gap for gap in found.gaps if gap.operation == INSTANCES.name]
    assert (gap.permission, gap.blinds) == ("compute.instances.list", ("workloads",))
    assert list(found.workloads) == [template]


def test_an_account_that_is_none_is_told_of(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("compute",))
    name = instance(gcp.company, pay, "odd", account="not an address")
    data = gcp.company.state.assets[name].data
    data["metadata"] = {"items": "?"}
    data["networkInterfaces"] = [None, {"accessConfigs": 3}]
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = found.gaps
    assert gap.subjects == (name,)
    assert "not an address" in gap.detail
