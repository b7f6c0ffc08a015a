"""What calls others: jobs of Cloud Scheduler, triggers of Eventarc, subscriptions that push; and workflows."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan_connectors.gcp.compute.targets import of_api, place_of
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.services import (
    cloud_functions,
    cloud_run,
    cloud_scheduler,
    eventarc,
    pubsub_push,
    service_accounts,
    workflows,
)
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_workloads import function, number_of, run_service, scheduler_job, simple, subscription
from tests.connectors.gcp.scanning import inventory_by
from tests.connectors.gcp.services.roads import ROADS, close, everything_written


@ROADS
def test_a_job_calls_a_service_as_an_account(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudscheduler", "run", "cloudfunctions"))
    caller = gcp.company.service_account(pay, "caller")
    service = run_service(gcp.company, pay, "api")
    resize = function(gcp.company, pay, "resize", generation=1)
    url = gcp.company.state.lists[f"run {service}"][0]["uri"]
    token = {"oidcToken": {"serviceAccountEmail": caller, "audience": url}}
    secret = {"body": "aHVudGVyMg==", "headers": {"X-Key": "hunter2hunter2"}}
    name = scheduler_job(gcp.company, pay, "nightly", httpTarget={"uri": f"{url}/run?x=1", **token, **secret})
    call = scheduler_job(
        gcp.company, pay, "call", httpTarget={"uri": "https://europe-west1-pay-prod.cloudfunctions.net/resize"}
    )
    close(gcp, swept=swept)
    found = inventory_by(
        gcp, tmp_path / "b", cloud_scheduler.SERVICE, cloud_run.SERVICE, cloud_functions.SERVICE, joined=True
    )
    job = found.workloads[name]
    assert (job.kind, job.attributes["token"]) == ("google-cloud-scheduler-job", "oidc")
    assert job.attributes["calls"] == f"{url.removeprefix('https://')}/run"
    assert job.attributes["schedule"] == "0 3 * * *"
    assert [run.identity for run in found.identities_run_by(name)] == [service_account_id(caller)]
    assert [(link.kind, link.target) for link in found.links_from(name)] == [("triggers", service)]
    assert [(link.kind, link.target) for link in found.links_from(call)] == [("triggers", resize)]
    assert found.identities_run_by(call) == []
    written = everything_written(tmp_path / "b")
    assert b"aHVudGVyMg" not in written
    assert b"hunter2hunter2" not in written
    assert b"X-Key" in written


def test_a_job_starts_a_workflow_or_a_job_by_an_api(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudscheduler",))
    number = number_of(gcp.company, pay)
    flow = "https://workflowexecutions.googleapis.com/v1/projects/pay-prod/locations/us-central1/workflows/w/executions"
    old = f"https://us-central1-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/{number}/jobs/j:run"
    robot = {"oauthToken": {"serviceAccountEmail": "robot@pay-prod.iam.gserviceaccount.com"}}
    first = scheduler_job(gcp.company, pay, "first", httpTarget={"uri": flow, **robot})
    second = scheduler_job(gcp.company, pay, "second", httpTarget={"uri": old, **robot})
    third = scheduler_job(gcp.company, pay, "third", appEngineHttpTarget={"appEngineRouting": {"service": "web"}})
    fourth = scheduler_job(gcp.company, pay, "fourth", pubsubTarget={"topicName": f"{pay}/topics/t", "data": "eA=="})
    found = inventory_by(gcp, tmp_path / "b", cloud_scheduler.SERVICE)
    targets = [[link.target for link in found.links_from(one)] for one in (first, second, third, fourth)]
    assert targets == [
        ["//workflows.googleapis.com/projects/pay-prod/locations/us-central1/workflows/w"],
        ["//run.googleapis.com/projects/pay-prod/locations/us-central1/jobs/j"],
        ["//appengine.googleapis.com/apps/pay-prod/services/web"],
        [],
    ]
    assert found.workloads[fourth].attributes["calls"] == "projects/pay-prod/topics/t"
    assert found.workloads[first].attributes["token"] == "oauth"


def test_jobs_are_listed_only_where_the_service_is_enabled_and_a_refusal_is_told(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudscheduler",))
    gcp.company.project("other", services=("run",))
    scheduler_job(gcp.company, pay, "nightly")
    gcp.faults.add("deny", "*/jobs", service="cloudscheduler")
    found = inventory_by(gcp, tmp_path / "b", cloud_scheduler.SERVICE)
    (gap,) = found.gaps
    assert (gap.permission, gap.blinds) == ("cloudscheduler.jobs.list", ("workloads",))
    assert gcp.calls.count("v1/projects/*/jobs", "cloudscheduler") == 1


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "not a url",
        "https://[::1",
        "https://run.googleapis.com.evil.example/v2/projects/p/locations/l/jobs/j:run",
        "https://evil.example/v2/projects/p/locations/l/jobs/j:run",
        "https://run.googleapis.com/v2/projects/p/locations/l/jobs/a/b:run",
    ],
)
def test_an_address_that_only_looks_like_an_api_starts_nothing(uri: str) -> None:
    assert of_api(uri) == ""


def test_nothing_secret_is_kept_of_an_address() -> None:
    assert place_of("https://user:password@host.example/path?token=1#x") == "host.example/path"


@ROADS
def test_a_workflow_with_and_without_an_account(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("workflows",))
    type = "workflows.googleapis.com/Workflow"
    robot = gcp.company.service_account(pay, "robot")
    named = simple(gcp.company, pay, type, "a", serviceAccount=f"{pay}/serviceAccounts/{robot}", labels={"team": "ops"})
    bare = simple(gcp.company, pay, type, "b", location="us-central1", userEnvVars={"TOKEN": "hunter2hunter2"})
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", workflows.SERVICE)
    assert found.workloads[named].kind == "google-workflow"
    assert found.workloads[named].tags == {"team": "ops"}
    assert [run.identity for run in found.identities_run_by(named)] == [service_account_id(robot)]
    (run,) = found.identities_run_by(bare)
    assert run.identity == service_account_id(f"{number_of(gcp.company, pay)}-compute@developer.gserviceaccount.com")
    assert b"hunter2hunter2" not in everything_written(tmp_path / "b")


@ROADS
def test_an_account_may_be_written_by_its_number(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("workflows",))
    robot = gcp.company.service_account(pay, "robot")
    unique = gcp.company.state.aliases[robot]
    type = "workflows.googleapis.com/Workflow"
    known = simple(gcp.company, pay, type, "known", serviceAccount=f"projects/-/serviceAccounts/{unique}")
    other = simple(gcp.company, pay, type, "other", serviceAccount="projects/-/serviceAccounts/109")
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", workflows.SERVICE, service_accounts.SERVICE)
    assert [run.identity for run in found.identities_run_by(known)] == [service_account_id(robot)]
    # One of a project that is not scanned stays unknown, and that is said.
    assert found.identities_run_by(other) == []
    assert [gap.subjects for gap in found.gaps if gap.operation.endswith(("workflows.list", "#workflows"))] == [
        (other,)
    ]


@ROADS
def test_a_trigger_hands_events_on_as_an_account(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("eventarc",))
    caller = gcp.company.service_account(pay, "caller")
    type = "eventarc.googleapis.com/Trigger"
    goals = {
        "run": {"cloudRun": {"service": "api", "region": "us-central1"}},
        "flow": {"workflow": "projects/pay-prod/locations/europe-west1/workflows/w"},
        "pods": {"gke": {"cluster": "main", "location": "europe-west1", "namespace": "x", "service": "y"}},
        "nothing": {},
    }
    filters = [{"attribute": "type", "value": "google.cloud.storage.object.v1.finalized"}]
    ids = {
        name: simple(gcp.company, pay, type, name, serviceAccount=caller, destination=goal, eventFilters=filters)
        for name, goal in goals.items()
    }
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", eventarc.SERVICE)
    targets = {name: [link.target for link in found.links_from(id)] for name, id in ids.items()}
    assert targets == {
        "run": ["//run.googleapis.com/projects/pay-prod/locations/us-central1/services/api"],
        "flow": ["//workflows.googleapis.com/projects/pay-prod/locations/europe-west1/workflows/w"],
        "pods": ["//container.googleapis.com/projects/pay-prod/locations/europe-west1/clusters/main"],
        "nothing": [],
    }
    assert found.workloads[ids["run"]].attributes["events"] == "type=google.cloud.storage.object.v1.finalized"
    assert [run.identity for run in found.identities_run_by(ids["run"])] == [service_account_id(caller)]


@ROADS
def test_a_subscription_pushes_as_an_account(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("pubsub", "run"))
    caller = gcp.company.service_account(pay, "caller")
    service = run_service(gcp.company, pay, "api")
    url = gcp.company.state.lists[f"run {service}"][0]["uri"]
    signed = {"pushEndpoint": f"{url}/push", "oidcToken": {"serviceAccountEmail": caller}}
    push = subscription(gcp.company, pay, "push", pushConfig=signed, labels={"owner": "bob"})
    bare = subscription(gcp.company, pay, "bare", pushConfig={"pushEndpoint": "https://x.example/hook?token=hunter2"})
    store = subscription(gcp.company, pay, "store", bigqueryConfig={"table": "p.d.t", "serviceAccountEmail": caller})
    pull = subscription(gcp.company, pay, "pull")
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", pubsub_push.SERVICE, cloud_run.SERVICE, joined=True)
    assert pull not in found.workloads
    assert found.workloads[push].tags == {"owner": "bob"}
    assert [found.workloads[one].attributes.get("token") for one in (push, bare, store)] == ["oidc", "none", None]
    assert found.workloads[bare].attributes["calls"] == "x.example/hook"
    assert found.workloads[store].attributes["writes_to"] == "bigquery"
    runs = {one: {(r.identity, r.by_platform) for r in found.identities_run_by(one)} for one in (push, bare, store)}
    account = service_account_id(caller)
    assert runs == {push: {(account, False)}, bare: set(), store: {(account, True)}}
    assert [(link.kind, link.target) for link in found.links_from(push)] == [("triggers", service)]


@ROADS
def test_a_key_in_the_steps_of_a_workflow_is_told_of_and_not_kept(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("workflows",))
    key = "sk-ant-" + "api03-" + "A1b2C3d4E5f6G7h8I9j0" * 4 + "A1b2C3d4E5f6A-AAAAAAAA"
    steps = f"main:\n  steps:\n  - call: http.get\n    headers:\n      x-api-key: {key}\n"
    name = simple(gcp.company, pay, "workflows.googleapis.com/Workflow", "w", sourceContents=steps)
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", workflows.SERVICE)
    (sighting,) = found.sightings_in(name)
    assert (sighting.where, sighting.ai_provider) == ("field sourceContents", "anthropic")
    assert key.encode() not in everything_written(tmp_path / "b")
