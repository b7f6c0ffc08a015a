"""Triggers of Cloud Build, from the sweep and from each location's own lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.services.cloud_build import DEFAULT, LIST, SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_workloads import build_trigger, number_of
from tests.connectors.gcp.scanning import inventory_by
from tests.connectors.gcp.services.roads import ROADS, close, everything_written

GITHUB = {"owner": "acme", "name": "shop", "push": {"branch": "^main$"}}


@ROADS
def test_a_trigger_with_its_account_source_and_secrets(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudbuild",))
    account = gcp.company.service_account(pay, "deploy")
    name = build_trigger(
        gcp.company,
        pay,
        "deploy-shop",
        account=account,
        location="europe-west1",
        github=GITHUB,
        tags=["owner=ada@acme.example", "shop"],
        approvalConfig={"approvalRequired": True},
        build={
            "steps": [{"name": "gcr.io/x", "env": ["MODE=very-much-live"], "secretEnv": ["NPM_TOKEN"]}],
            "availableSecrets": {
                "secretManager": [{"env": "NPM_TOKEN", "versionName": "projects/pay-prod/secrets/npm/versions/3"}]
            },
        },
    )
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    trigger = found.workloads[name]
    assert (trigger.kind, trigger.name) == ("google-cloud-build-trigger", "deploy-shop")
    assert trigger.attributes == {
        "source": "github.com/acme/shop",
        "event": "push",
        "branch": "^main$",
        "approval": "required",
        "steps": "inline",
    }
    assert trigger.tags == {"owner": "ada@acme.example", "shop": ""}
    assert set(trigger.variables) == {"MODE", "NPM_TOKEN"}
    (run,) = found.identities_run_by(name)
    assert (run.identity, run.detail) == (service_account_id(account), "service account")
    read = [link.target for link in found.links_from(name) if link.kind == "reads_secret"]
    assert read == ["//secretmanager.googleapis.com/projects/pay-prod/secrets/npm"]
    assert gcp.calls.count("*defaultServiceAccount") == 0
    assert b"very-much-live" not in everything_written(tmp_path / "b")


@ROADS
def test_a_trigger_without_an_account_uses_what_the_project_says(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    new = gcp.company.project("new-one", services=("cloudbuild",))
    old = gcp.company.project("old-one", services=("cloudbuild",))
    legacy = f"{number_of(gcp.company, old)}@cloudbuild.gserviceaccount.com"
    gcp.company.state.lists[f"build account {gcp.company.state.place(old)}"].append({"email": legacy})
    first = build_trigger(gcp.company, new, "a", github=GITHUB, filename="cloudbuild.yaml")
    second = build_trigger(gcp.company, old, "b", github=GITHUB)
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (run,) = found.identities_run_by(first)
    compute = f"{number_of(gcp.company, new)}-compute@developer.gserviceaccount.com"
    assert (run.identity, run.detail) == (service_account_id(compute), "default service account")
    (run,) = found.identities_run_by(second)
    assert run.identity == service_account_id(legacy)
    assert found.workloads[first].attributes["steps"] == "cloudbuild.yaml"
    assert gcp.calls.count("*defaultServiceAccount") == 2


def test_where_nobody_tells_the_default_account_the_legacy_one_is_assumed(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudbuild",))
    name = build_trigger(gcp.company, pay, "a", github=GITHUB)
    gcp.faults.add("deny", "*defaultServiceAccount")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (run,) = found.identities_run_by(name)
    assert run.identity == service_account_id(f"{number_of(gcp.company, pay)}@cloudbuild.gserviceaccount.com")
    assert found.workloads[name].attributes["account_assumed"] == "true"
    (gap,) = [gap for gap in found.gaps if gap.operation == DEFAULT.name]
    assert gap.permission == "cloudbuild.builds.get"


def test_what_starts_a_build(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudbuild",))
    receiver = gcp.company.service_account(pay, "receiver")

    def made(name: str, **fields: Any) -> str:
        return build_trigger(gcp.company, pay, name, account="x@pay-prod.iam.gserviceaccount.com", **fields)

    pull = {"owner": "acme", "name": "shop", "pullRequest": {"branch": ".*", "commentControl": "COMMENTS_DISABLED"}}
    guarded = {"repository": "projects/p/locations/l/connections/c/repositories/r",
               "pullRequest": {"branch": ".*", "commentControl": "COMMENTS_ENABLED"}}  # fmt: skip
    ids = [
        made("pull", github=pull),
        made("guarded", repositoryEventConfig=guarded),
        made("hook", webhookConfig={"secret": "projects/pay-prod/secrets/hook/versions/1"}),
        made("topic", pubsubConfig={"topic": "t", "serviceAccountEmail": receiver}),
        made("hand", sourceToBuild={"uri": "https://user:pw@git.acme.example/acme/shop.git"}, disabled=True),
        made("mirror", triggerTemplate={"repoName": "shop", "branchName": "main"}),
    ]
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    told = [found.workloads[id].attributes for id in ids]
    assert [one["event"] for one in told] == ["pull-request", "pull-request", "webhook", "pubsub", "manual", "push"]
    assert [one.get("forks") for one in told] == ["yes", None, None, None, None, None]
    assert told[4]["source"] == "git.acme.example/acme/shop"
    assert told[4]["disabled"] == "true"
    assert told[5]["source"] == "shop"
    assert [link.target.rpartition("/")[2] for link in found.links_from(ids[2])] == ["hook"]
    assert (service_account_id(receiver), True) in {
        (r.identity, r.by_platform) for r in found.identities_run_by(ids[3])
    }


def test_every_location_is_read_and_a_denied_list_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("cloudbuild",))
    account = "x@pay-prod.iam.gserviceaccount.com"
    made = {build_trigger(gcp.company, pay, f"t{n}", account=account, location=place)
            for n, place in enumerate(("global", "europe-west1", "us-central1", "us-central1"))}  # fmt: skip
    gcp.emulator.page_size = 1
    close(gcp, swept=False)
    assert set(inventory_by(gcp, tmp_path / "a", SERVICE).workloads) == made
    gcp.faults.add("deny", "*/triggers", service="cloudbuild")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = [gap for gap in found.gaps if gap.operation == LIST.name]
    assert (gap.permission, gap.blinds) == ("cloudbuild.builds.list", ("workloads",))
