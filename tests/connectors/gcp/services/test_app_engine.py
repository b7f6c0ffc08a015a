"""Services of App Engine, from the sweep and from each project's own lists."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.services.app_engine import SERVICE, SERVICES
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_workloads import app_engine, app_service
from tests.connectors.gcp.scanning import inventory_by
from tests.connectors.gcp.services.roads import ROADS, close, everything_written


@ROADS
def test_a_service_runs_as_the_account_of_the_versions_that_get_traffic(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("appengine",))
    new, old = (gcp.company.service_account(pay, name) for name in ("new", "old"))
    app_engine(gcp.company, pay)
    name = app_service(
        gcp.company,
        pay,
        "web",
        {
            "v2": {"serviceAccount": new, "envVariables": {"MODE": "hunter2hunter2"}, "createdBy": "ada@acme.example"},
            "v1": {"serviceAccount": old},
        },
        labels={"team": "web"},
    )
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    web = found.workloads[name]
    assert (web.kind, web.scope) == (
        "google-app-engine-service",
        "//cloudresourcemanager.googleapis.com/projects/pay-prod",
    )
    assert web.attributes == {
        "ingress": "all",
        "versions": "v2",
        "runtimes": "python312",
        "url": "https://web-dot-pay-prod.ew.r.appspot.com",
    }
    assert (web.public, web.tags) == (True, {"team": "web"})
    assert [run.identity for run in found.identities_run_by(name)] == [service_account_id(new)]
    assert [one.owner for one in found.ownerships_of(name)] == ["ada@acme.example"]
    assert b"hunter2hunter2" not in everything_written(tmp_path / "b")


@ROADS
def test_defaults_of_the_application_and_of_the_project(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    one = gcp.company.project("one", services=("appengine",))
    two = gcp.company.project("two", services=("appengine",))
    gcp.company.project("three", services=("appengine",))
    chosen = gcp.company.service_account(one, "chosen")
    app_engine(gcp.company, one, account=chosen, iap={"enabled": True})
    app_engine(gcp.company, two)
    first = app_service(gcp.company, one, "default", {"v1": {}})
    second = app_service(gcp.company, two, "default", {"v1": {"servingStatus": "STOPPED"}})
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert [run.identity for run in found.identities_run_by(first)] == [service_account_id(chosen)]
    (run,) = found.identities_run_by(second)
    assert (run.identity, run.detail) == (
        service_account_id("two@appspot.gserviceaccount.com"),
        "default service account",
    )
    assert (found.workloads[first].public, found.workloads[first].attributes["sign_in_page"]) == (False, "true")
    assert found.workloads[second].public is False
    assert [gap for gap in found.gaps if gap.operation.startswith("appengine:")] == []


def test_where_the_sweep_alone_is_refused_a_service_still_has_its_project(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("appengine",))
    app_engine(gcp.company, pay)
    name = app_service(gcp.company, pay, "default", {"v1": {}})
    gcp.faults.add("deny", "*/assets", service="cloudasset")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert found.workloads[name].scope == "//cloudresourcemanager.googleapis.com/projects/pay-prod"
    (run,) = found.identities_run_by(name)
    assert run.identity == service_account_id("pay-prod@appspot.gserviceaccount.com")


def test_a_denied_list_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("appengine",))
    app_engine(gcp.company, pay)
    gcp.faults.add("deny", "*/services", service="appengine")
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = [gap for gap in found.gaps if gap.operation == SERVICES.name]
    assert (gap.permission, gap.blinds) == ("appengine.services.list", ("workloads",))
