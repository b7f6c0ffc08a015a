"""Services and jobs of Cloud Run, from the sweep and from each location's own lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.model import llm_provider
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.services.cloud_run import SERVICE
from nhiscan_connectors.gcp.services.policies import SERVICE as POLICIES
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_workloads import number_of, run_job, run_service, worker_pool
from tests.connectors.gcp.scanning import inventory_by
from tests.connectors.gcp.services.roads import ROADS, close, everything_written

KEY = "sk-ant-" + "api03-" + "A1b2C3d4E5f6G7h8I9j0" * 4 + "A1b2C3d4E5f6A-AAAAAAAA"


@ROADS
def test_a_service_with_its_account_variables_and_secrets(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    account = gcp.company.service_account(pay, "api")
    name = run_service(
        gcp.company,
        pay,
        "api",
        account=account,
        env={"MODE": "live", "ANTHROPIC_API_KEY": KEY},
        secrets={"DB_PASSWORD": "db", "OPENAI_API_KEY": "projects/vault/secrets/openai"},
        mounted=("tls",),
        labels={"owner": "ada@acme.example"},
        creator="bob@acme.example",
    )
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    api = found.workloads[name]
    assert (api.kind, api.name, api.region) == ("google-cloud-run-service", "api", "europe-west1")
    assert api.scope == "//cloudresourcemanager.googleapis.com/projects/pay-prod"
    assert api.tags == {"owner": "ada@acme.example"}
    assert set(api.variables) == {"MODE", "ANTHROPIC_API_KEY", "DB_PASSWORD", "OPENAI_API_KEY"}
    assert api.created_at is not None
    (run,) = found.identities_run_by(name)
    assert (run.identity, run.by_platform) == (service_account_id(account), False)
    read = {link.target for link in found.links_from(name) if link.kind == "reads_secret"}
    secrets = "//secretmanager.googleapis.com/projects"
    assert read == {
        f"{secrets}/pay-prod/secrets/db",
        f"{secrets}/vault/secrets/openai",
        f"{secrets}/pay-prod/secrets/tls",
    }
    held = {link.target for link in found.links_from(name) if link.kind == "holds_key_of"}
    assert held == {llm_provider("openai"), llm_provider("anthropic")}
    (sighting,) = found.sightings_in(name)
    assert (sighting.where, sighting.ai_provider) == ("environment variable ANTHROPIC_API_KEY", "anthropic")
    assert [(one.owner, one.kind) for one in found.ownerships_of(name)] == [("bob@acme.example", "creator")]
    written = everything_written(tmp_path / "b")
    assert b"ANTHROPIC_API_KEY" in written
    assert KEY.encode() not in written


@ROADS
def test_a_job_without_an_account_runs_as_the_default_one(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    name = run_job(gcp.company, pay, "nightly", secrets={"TOKEN": "token"})
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    job = found.workloads[name]
    assert (job.kind, job.public, job.variables) == ("google-cloud-run-job", False, ("TOKEN",))
    (run,) = found.identities_run_by(name)
    number = number_of(gcp.company, pay)
    assert run.identity == service_account_id(f"{number}-compute@developer.gserviceaccount.com")
    assert run.detail == "default service account"


@ROADS
def test_a_worker_pool_is_called_by_nobody(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    account = gcp.company.service_account(pay, "puller")
    name = worker_pool(gcp.company, pay, "pull", account=account, env={"MODE": "x"})
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    pool = found.workloads[name]
    assert (pool.kind, pool.public, pool.variables) == ("google-cloud-run-worker-pool", False, ("MODE",))
    assert [run.identity for run in found.identities_run_by(name)] == [service_account_id(account)]


@ROADS
@pytest.mark.parametrize(
    ("ingress", "members", "public", "callers"),
    [
        ("all", ("allUsers",), True, "everyone"),
        ("all", ("allAuthenticatedUsers",), True, "any Google account"),
        ("all", ("user:ada@acme.example",), False, "named"),
        ("internal", ("allUsers",), False, "everyone"),
        ("internal-and-cloud-load-balancing", ("allUsers",), None, "everyone"),
    ],
)
def test_who_may_call_a_service(
    gcp: Gcp,
    tmp_path: Path,
    swept: bool,
    ingress: str,
    members: tuple[str, ...],
    public: bool | None,
    callers: str,
) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    name = run_service(gcp.company, pay, "web", ingress=ingress)
    gcp.company.bind(name, "run.invoker", *members)
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE, POLICIES)
    web = found.workloads[name]
    assert (web.public, web.attributes["callers"]) == (public, callers)
    assert (name, "roles/run.invoker") in {(one.scope, one.role) for one in found.assignments}


def test_a_service_that_asks_nobody_is_public_and_a_sign_in_page_closes_it(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    asks_nobody = {"run.googleapis.com/invoker-iam-disabled": "true"}
    bare = run_service(gcp.company, pay, "bare", notes=asks_nobody, invokerIamDisabled=True)
    page = run_service(gcp.company, pay, "page", notes={**asks_nobody, "run.googleapis.com/iap-enabled": "true"})
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert (found.workloads[bare].public, found.workloads[page].public) == (True, False)


def test_a_condition_or_a_custom_role_leaves_it_open_who_may_call(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    web = run_service(gcp.company, pay, "web")
    other = run_service(gcp.company, pay, "other")
    gcp.company.bind(web, "run.invoker", "allUsers", condition='request.time < timestamp("2030-01-01T00:00:00Z")')
    gcp.company.bind(other, gcp.company.role(pay, "caller", "run.routes.invoke"), "allUsers")
    found = inventory_by(gcp, tmp_path / "b", SERVICE, POLICIES)
    assert (found.workloads[web].public, found.workloads[other].public) == (None, None)


def test_without_policies_nobody_knows_whether_a_service_is_public(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    name = run_service(gcp.company, pay, "web")
    gcp.faults.add("deny", "*:getIamPolicy", service="run")
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert found.workloads[name].public is None
    (gap,) = [gap for gap in found.gaps if gap.operation == "run:projects.locations.services.getIamPolicy"]
    assert (gap.permission, gap.subjects) == ("run.services.getIamPolicy", (name,))


def test_an_agent_is_one_by_what_its_owner_said(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    agent = run_service(gcp.company, pay, "helper", function="FUNCTIONAL_TYPE_AGENT")
    server = run_service(gcp.company, pay, "tools", function="FUNCTIONAL_TYPE_MCP_SERVER")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert (found.workloads[agent].agent, found.workloads[agent].ai_platform) == (True, "Cloud Run")
    assert (found.workloads[server].agent, found.workloads[server].attributes["serves"]) == (False, "mcp-server")


def test_an_agent_with_an_identity_of_its_own(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    name = run_service(gcp.company, pay, "helper", location="us-central1")
    own = f"agents.global.org-1.system.id.goog/resources/run/{pay}/locations/us-central1/services/helper"
    gcp.company.state.lists[f"run {name}"][0]["template"]["workloadIdentityConfig"] = {
        "identity": own,
        "identityType": "IDENTITY_TYPE_AGENT_IDENTITY",
    }
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (run,) = found.identities_run_by(name)
    assert found.identities[run.identity].kind == "google-agent-identity"


def test_pages_of_every_location_are_read_and_a_denied_list_is_asked_once(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    gcp.company.project("other", services=("storage",))
    made = {run_service(gcp.company, pay, f"s{n}", location=("europe-west1", "us-central1")[n % 2]) for n in range(4)}
    gcp.emulator.page_size = 1
    gcp.faults.add("deny", "*/jobs", service="run")
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert set(found.workloads) == made
    (gap,) = [gap for gap in found.gaps if gap.operation == "run:projects.locations.jobs.list"]
    assert (gap.permission, gap.blinds) == ("run.jobs.list", ("workloads",))
    assert gcp.calls.count("*/jobs", "run") == 1
    assert gcp.calls.count("v2/projects/other/*", "run") == 0


def test_where_the_sweep_alone_is_refused_the_projects_are_asked(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    name = run_service(gcp.company, pay, "api")
    gcp.faults.add("deny", "*/assets", service="cloudasset")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert found.workloads[name].scope == "//cloudresourcemanager.googleapis.com/projects/pay-prod"
    assert found.knows(found.workloads[name].scope, "workloads")


def test_damaged_and_hostile_services_do_not_hide_the_others(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("run",))
    good = run_service(gcp.company, pay, "good", account="x@pay-prod.iam.gserviceaccount.com")
    odd = run_service(gcp.company, pay, "odd", account="../../evil")
    data = gcp.company.state.assets[odd].data
    data["spec"]["template"]["spec"]["containers"] = [None, 7, {"env": {"a": 1}}, {"env": [3, {"name": 4}]}]
    data["metadata"]["labels"] = {"a": 1, "b": "c"}
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert {good, odd} == set(found.workloads)
    assert found.identities_run_by(odd) == []
    (gap,) = [gap for gap in found.gaps if odd in gap.subjects]
    assert "no account" in gap.detail
