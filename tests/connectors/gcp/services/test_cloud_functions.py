"""Cloud Functions of both generations, from the sweep and from each project's own list."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.detectors import llm_name
from nhiscan.model import llm_provider
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.services import cloud_functions, cloud_run, policies
from nhiscan_connectors.gcp.services.cloud_functions import SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_workloads import function, number_of, run_service
from tests.connectors.gcp.scanning import inventory_by
from tests.connectors.gcp.services.roads import ROADS, close, everything_written

KEY = "sk-ant-" + "api03-" + "A1b2C3d4E5f6G7h8I9j0" * 4 + "A1b2C3d4E5f6A-AAAAAAAA"
GENERATIONS = pytest.mark.parametrize("generation", [1, 2])


@ROADS
@GENERATIONS
def test_a_function_with_its_accounts_variables_and_secrets(
    gcp: Gcp, tmp_path: Path, swept: bool, generation: int
) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudfunctions",))
    account = gcp.company.service_account(pay, "api")
    builder = gcp.company.service_account(pay, "builder")
    name = function(
        gcp.company,
        pay,
        "resize",
        generation=generation,
        account=account,
        builder=builder,
        env={"MODE": "live-and-kicking"},
        secrets={"GEMINI_API_KEY": "gemini"},
        labels={"team": "media"},
    )
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    resize = found.workloads[name]
    assert (resize.kind, resize.attributes["generation"]) == ("google-cloud-function", str(generation))
    assert resize.attributes["runtime"] == "python312"
    assert set(resize.variables) == {"MODE", "GEMINI_API_KEY"}
    assert resize.tags == {"team": "media"}
    runs = {(run.identity, run.detail, run.by_platform) for run in found.identities_run_by(name)}
    assert runs == {
        (service_account_id(account), "service account", False),
        (service_account_id(builder), "builds it", True),
    }
    links = {(link.kind, link.target) for link in found.links_from(name)}
    secret = "//secretmanager.googleapis.com/projects/pay-prod/secrets/gemini"
    assert ("reads_secret", secret) in links
    assert [target for kind, target in links if kind == "holds_key_of"] == [llm_provider(llm_name("GEMINI_API_KEY"))]
    assert b"live-and-kicking" not in everything_written(tmp_path / "b")


@ROADS
@GENERATIONS
def test_a_key_in_a_variable_is_told_of_and_not_kept(gcp: Gcp, tmp_path: Path, swept: bool, generation: int) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudfunctions",))
    name = function(gcp.company, pay, "bot", generation=generation, env={"CLAUDE_KEY": KEY})
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (sighting,) = found.sightings_in(name)
    assert (sighting.where, sighting.ai_provider) == ("environment variable CLAUDE_KEY", "anthropic")
    assert sighting.scope == "//cloudresourcemanager.googleapis.com/projects/pay-prod"
    written = everything_written(tmp_path / "b")
    assert b"CLAUDE_KEY" in written
    assert KEY.encode() not in written


@ROADS
def test_each_generation_has_its_default_account(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudfunctions",))
    old = function(gcp.company, pay, "old", generation=1)
    new = function(gcp.company, pay, "new")
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (first,) = found.identities_run_by(old)
    (second,) = found.identities_run_by(new)
    assert first.identity == service_account_id("pay-prod@appspot.gserviceaccount.com")
    number = number_of(gcp.company, pay)
    assert second.identity == service_account_id(f"{number}-compute@developer.gserviceaccount.com")
    assert {first.detail, second.detail} == {"default service account"}


@ROADS
def test_a_policy_on_a_function_or_on_its_service_makes_it_public(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudfunctions", "run"))
    old = function(gcp.company, pay, "old", generation=1)
    events = function(gcp.company, pay, "events", generation=1, event="google.storage.object.finalize")
    new = function(gcp.company, pay, "new")
    shut = function(gcp.company, pay, "shut")
    for name in ("new", "shut"):
        run_service(gcp.company, pay, name)
    gcp.company.bind(old, "cloudfunctions.invoker", "allUsers")
    gcp.company.bind(events, "cloudfunctions.invoker", "allUsers")
    service = new.replace("cloudfunctions.googleapis", "run.googleapis").replace("/functions/", "/services/")
    gcp.company.bind(service, "run.invoker", "allUsers")
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE, cloud_run.SERVICE, policies.SERVICE)
    assert [found.workloads[one].public for one in (old, events, new, shut)] == [True, False, True, False]
    assert [link.target for link in found.links_from(service) if link.kind == "part_of"] == [new]


def test_events_call_a_function_as_an_account(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudfunctions",))
    name = function(gcp.company, pay, "events", event="google.cloud.storage.object.v1.finalized")
    caller = gcp.company.service_account(pay, "caller")
    gcp.company.state.assets[name].data["eventTrigger"]["serviceAccountEmail"] = caller
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert (service_account_id(caller), True) in {(r.identity, r.by_platform) for r in found.identities_run_by(name)}


def test_a_location_that_does_not_answer_is_told_of(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudfunctions",))
    function(gcp.company, pay, "new")
    close(gcp, swept=False)
    gcp.company.state.lists["unreached cloudfunctions"].append({"name": "projects/pay-prod/locations/us-central1"})
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = [gap for gap in found.gaps if gap.operation == cloud_functions.LIST.name]
    assert "us-central1" in gap.detail
    assert gap.blinds == ("workloads",)


def test_a_denied_list_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    gcp.company.project("pay-prod", services=("cloudfunctions",))
    gcp.faults.add("deny", service="cloudfunctions")
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = [gap for gap in found.gaps if gap.operation == cloud_functions.LIST.name]
    assert (gap.permission, gap.blinds) == ("cloudfunctions.functions.list", ("workloads",))
    assert not found.knows(gap.scope, "workloads")
