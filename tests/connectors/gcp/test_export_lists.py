"""Lists of gcloud: alone they are what single projects tell, beside an export of an organization they complete it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nhiscan.evidence import open_bundle
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.state import State
from tests.connectors.gcp import exported as given
from tests.connectors.gcp.exported import DEPLOY, LAB, ORGANIZATION, PAY, SERVICES, held, kept, lacking, read, write
from tests.connectors.gcp.scanning import inventory_by

ACCOUNT = "iam.googleapis.com/ServiceAccount"
RM = "//cloudresourcemanager.googleapis.com"


def of(state: State, type: str, project: str = "") -> list[dict[str, Any]]:
    """Data of assets, all or those of a project."""
    found = state.within(project, type) if project else state.index[type]
    return [dict(asset.data) for asset in found]


def listed(state: State, directory: Path) -> Path:
    """What gcloud prints, project by project."""
    found = given.resources(state)
    projects = [row for row in found if row["asset_type"].endswith("/Project")]
    write(directory, "projects.json", [given.version_1(row)["resource"]["data"] for row in projects])
    for project in ("pay-prod", "lab"):
        name = f"projects/{project}"
        write(directory, f"{project}/accounts.json", of(state, ACCOUNT, name))
        write(directory, f"{project}/services.json", of(state, "serviceusage.googleapis.com/Service", name))
        write(directory, f"{project}/api-keys.json", of(state, "apikeys.googleapis.com/Key", name))
        policy = {"bindings": state.policies.get(f"{RM}/{name}", []), "etag": "BwX=", "version": 3}
        write(directory, f"{project}/{project}.iam-policy.json", policy)
        for account in of(state, ACCOUNT, name):
            email, unique = account["email"], account["uniqueId"]
            keys = [one for one in of(state, f"{ACCOUNT}Key", name) if email in one["name"]]
            write(directory, f"{project}/keys-{email}.json", keys)
            bindings = state.policies.get(f"//iam.googleapis.com/{name}/serviceAccounts/{unique}", [])
            write(directory, f"{project}/policy-{email}.json", {"bindings": bindings, "etag": "BwX="})
    write(directory, "activity.json", given.activities(state))
    write(directory, "roles.json", [*given.predefined(state), *of(state, "iam.googleapis.com/Role")])
    organization = state.policies[ORGANIZATION]
    write(directory, "organization-123456789012.iam-policy.json", {"bindings": organization, "etag": "BwX="})
    return directory / "export"


def test_lists_amount_to_what_a_scan_without_the_inventory_finds(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    gcp.faults.add("deny", service="cloudasset")
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    found = read(tmp_path, listed(gcp.emulator.state, tmp_path), *SERVICES)
    assert len(live.credentials) == 3
    assert found.identities == live.identities
    assert found.credentials == live.credentials
    assert found.policies == live.policies
    assert sorted(found.assignments, key=repr) == sorted(live.assignments, key=repr)
    assert {PAY, LAB, ORGANIZATION} <= set(found.scopes)
    assert found.scopes[LAB] == live.scopes[LAB]
    # The name of the folder and of the organization stand in no list of projects.
    assert str(found.scopes[PAY].parent) == str(live.scopes[PAY].parent)


def test_lists_complete_an_export(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    write(tmp_path, "assets.json", given.lines([*given.resources(state), *given.iam_policies(state)]))
    write(tmp_path, "ages.json", given.searched(state, ACCOUNT))
    found = read(tmp_path, listed(state, tmp_path), *SERVICES)
    assert found.identities == live.identities
    assert found.credentials == live.credentials
    assert held(found) == held(live)
    assert len(found.assignments) == len(live.assignments)
    assert found.policies == live.policies
    assert found.scopes == live.scopes


def test_a_project_alone_leaves_everything_else_unknown(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    export = write(tmp_path, "accounts.json", of(gcp.emulator.state, ACCOUNT, "projects/pay-prod"))
    found = read(tmp_path, export)
    assert DEPLOY in found.identities
    missing = lacking(found, PAY)
    assert "iam:projects.serviceAccounts.list" not in missing
    assert {
        "iam:projects.serviceAccounts.keys.list",
        "iam:projects.serviceAccounts.getIamPolicy",
        "cloudresourcemanager:projects.getIamPolicy",
        "apikeys:projects.locations.keys.list",
        "iam:projects.roles.list",
    } <= set(missing)
    for aspect in ("credentials", "policies", "activity", "workloads"):
        assert not found.knows(PAY, aspect), aspect


def test_accounts_whose_keys_were_not_listed_are_counted(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    gcp.company.service_account("projects/pay-prod", "other")
    state = gcp.emulator.state
    write(tmp_path, "accounts.json", of(state, ACCOUNT, "projects/pay-prod"))
    write(tmp_path, "keys.json", of(state, f"{ACCOUNT}Key", "projects/pay-prod"))
    write(tmp_path, "deploy@pay-prod.iam.gserviceaccount.com.iam-policy.json", {"bindings": [], "etag": "BwX="})
    found = read(tmp_path, tmp_path / "export")
    assert "keys of 1 service accounts" in lacking(found, PAY)["iam:projects.serviceAccounts.keys.list"]
    assert "the policies of 1 service" in lacking(found, PAY)["iam:projects.serviceAccounts.getIamPolicy"]
    assert not found.knows(PAY, "credentials")
    assert len(found.credentials) == 1


def test_roles_without_their_permissions_do_not_pass_for_roles_that_allow_nothing(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    write(tmp_path, "accounts.json", of(state, ACCOUNT, "projects/pay-prod"))
    bare = [{key: value for key, value in role.items() if key != "includedPermissions"} for role in
            [*given.predefined(state), *of(state, "iam.googleapis.com/Role", "projects/pay-prod")]]  # fmt: skip
    write(tmp_path, "roles.json", bare)
    write(tmp_path, "pay-prod.iam-policy.json", {"bindings": state.policies[PAY]})
    found = read(tmp_path, tmp_path / "export")
    assert found.policies == {}
    assert "roles/editor" in lacking(found, PAY)["iam:roles.list"]
    assert "listed without their permissions" in lacking(found, PAY)["iam:projects.roles.list"]


def test_policies_are_of_what_their_file_is_named_after(gcp: Gcp, tmp_path: Path) -> None:
    binding = {"role": "roles/owner", "members": ["user:ada@acme.example"]}
    for name in ("a-1.iam-policy.json", "policy-a-2.json", "iam-policy-a-3.json", "a-4_policy.json"):
        write(tmp_path, name, {"bindings": [binding], "etag": "BwX="})
    write(tmp_path, "folder-77.iam-policy.json", {"bindings": [binding]})
    ancestors = [
        {"id": "a-5", "type": "project", "policy": {"bindings": [binding]}},
        {"id": "88", "type": "folder", "policy": {"bindings": [binding]}},
        {"id": "123456789012", "type": "organization", "policy": {"bindings": [binding]}},
    ]
    write(tmp_path, "ancestors.json", ancestors)
    found = read(tmp_path, tmp_path / "export")
    assert {one.scope for one in found.assignments} == {
        *(f"{RM}/projects/a-{number}" for number in range(1, 6)),
        f"{RM}/folders/77",
        f"{RM}/folders/88",
        ORGANIZATION,
    }


def test_workloads_and_secrets_are_put_where_their_services_read_them(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    number = gcp.emulator.state.aliases["lab"]
    write(tmp_path, "projects.json", [{"projectId": "lab", "projectNumber": number, "name": "lab",
                                       "lifecycleState": "ACTIVE"}])  # fmt: skip
    write(
        tmp_path, "secrets.json", [{"name": f"projects/{number}/secrets/token", "createTime": "2026-01-01T00:00:00Z"}]
    )
    knative = {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": number, "labels": {"cloud.googleapis.com/location": "europe-west1"}},
        "spec": {"template": {"spec": {"serviceAccountName": "x@lab.iam.gserviceaccount.com"}}},
    }
    write(tmp_path, "run.json", [knative])
    link = "https://www.googleapis.com/compute/v1/projects/lab/zones/europe-west1-b/instances/vm"
    write(tmp_path, "compute.json", [{"kind": "compute#instance", "name": "vm", "selfLink": link}])
    pool = f"projects/{number}/locations/global/workloadIdentityPools/ci"
    write(tmp_path, "pools.json", [{"name": pool, "state": "ACTIVE"}])
    write(
        tmp_path, "providers.json", [{"name": f"{pool}/providers/github", "oidc": {"issuerUri": "https://x.example"}}]
    )
    sink = kept(tmp_path / "export")
    assert {shard.scope for shard, _, _ in sink.pages} == {LAB}
    bodies = json.dumps([body for _, _, body in sink.pages])
    for name in ("secrets/token", "instances/vm", '"web"', "providers/github"):
        assert name in bodies, name
    found = read(tmp_path, tmp_path / "export")
    assert "//secretmanager.googleapis.com/projects/lab/secrets/token" in found.secrets
    assert "//run.googleapis.com/projects/lab/locations/europe-west1/services/web" in found.workloads
    assert "//compute.googleapis.com/projects/lab/zones/europe-west1-b/instances/vm" in found.workloads
    assert {one.identity.rpartition("/")[2] for one in found.runs_as} >= {"x@lab.iam.gserviceaccount.com"}


def test_no_secret_of_an_export_is_kept(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    value = "AIza" + "SyD3-x9_Q7k" * 3 + "ab"
    keys = [{**one, "keyString": value} for one in of(gcp.emulator.state, "apikeys.googleapis.com/Key")]
    write(tmp_path, "projects.json", of(gcp.emulator.state, "cloudresourcemanager.googleapis.com/Project"))
    write(tmp_path, "keys.json", keys)
    found = read(tmp_path, tmp_path / "export")
    assert len(found.credentials) == 2
    bundle = open_bundle(tmp_path / "bundle")
    for shard in bundle.manifest.shards:
        assert value not in json.dumps([item.body for item in bundle.read(shard)[0]])


def test_a_list_of_one_project_does_not_answer_for_others(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    write(tmp_path, "policies.json", given.lines(given.iam_policies(state)))
    write(tmp_path, "projects.json", of(state, "cloudresourcemanager.googleapis.com/Project"))
    write(tmp_path, "accounts.json", of(state, ACCOUNT, "projects/pay-prod"))
    found = read(tmp_path, tmp_path / "export")
    assert DEPLOY in found.identities
    assert given.ACCOUNTS in lacking(found)
    assert not found.knows(LAB, "identities")
    assert not found.knows(LAB, "credentials")


def test_use_that_one_project_told_leaves_that_of_others_unknown(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    write(tmp_path, "assets.json", given.lines([*given.resources(state), *given.iam_policies(state)]))
    ours = [one for one in given.activities(state) if "pay-prod" in one["fullResourceName"]]
    write(tmp_path, "activity.json", ours)
    found = read(tmp_path, tmp_path / "export")
    assert found.knows(PAY, "activity")
    assert found.identities[DEPLOY].activity is not None
    assert not found.knows(LAB, "activity")


def test_a_project_of_which_nothing_was_exported_is_not_known(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    rows = [*given.resources(state), *given.iam_policies(state)]
    lab = f"projects/{state.aliases['lab']}"
    write(tmp_path, "assets.json", given.lines(row for row in rows if row["ancestors"][0] != lab))
    write(tmp_path, "projects.json", of(state, "cloudresourcemanager.googleapis.com/Project"))
    found = read(tmp_path, tmp_path / "export")
    for aspect in ("identities", "credentials", "policies", "workloads"):
        assert not found.knows(LAB, aspect), aspect
    assert "nothing of this project" in str(lacking(found, LAB))
    assert "nothing of this project" not in str(lacking(found, PAY))
    assert "no policy of this project" not in str(lacking(found, PAY))


def test_a_list_that_gcloud_may_have_cut_off_is_not_whole(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    (one, *_) = [item for item in given.activities(state) if item["fullResourceName"].endswith("gserviceaccount.com")]
    many = [{**one, "fullResourceName": one["fullResourceName"].replace("deploy", f"a{n}")} for n in range(1000)]
    write(tmp_path, "projects.json", of(state, "cloudresourcemanager.googleapis.com/Project"))
    write(tmp_path, "activity.json", many)
    operation = "policyanalyzer:projects.locations.activityTypes.activities.query#service-accounts"
    assert operation in lacking(read(tmp_path, tmp_path / "export"), PAY)
    write(tmp_path / "some", "activity.json", many[:999])
    assert operation not in lacking(read(tmp_path / "some", tmp_path / "some" / "export"), PAY)
    write(tmp_path / "swept", "activity.json", many)
    write(tmp_path / "swept", "assets.json", given.lines(given.resources(state)))
    assert not read(tmp_path / "swept", tmp_path / "swept" / "export").knows(PAY, "activity")
