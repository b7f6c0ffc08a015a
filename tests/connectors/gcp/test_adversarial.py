"""Names that pretend, answers that hide something, scopes in each other: nothing passes for less than it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.model import Credential
from nhiscan_connectors.gcp.assets import ACCOUNTS as SWEPT
from nhiscan_connectors.gcp.names import is_service_agent, project_of_account
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services import api_keys, hierarchy, outside, policies, roles, service_accounts
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NEVER, NOW, ORGANIZATION_ID, ago
from tests.connectors.gcp.scanning import inventory_by
from tests.connectors.gcp.services.roads import ROADS, close

RM = "//cloudresourcemanager.googleapis.com/"
ORGANIZATION = f"{RM}organizations/{ORGANIZATION_ID}"
ACCOUNTS = "//iam.googleapis.com/projects/-/serviceAccounts/"
BOT = "bot@lab.iam.gserviceaccount.com"
SERVICES: tuple[Service, ...] = (
    api_keys.SERVICE,
    hierarchy.SERVICE,
    outside.SERVICE,
    policies.SERVICE,
    roles.SERVICE,
    service_accounts.SERVICE,
)


def read(gcp: Gcp, path: Path, **settings: Any) -> Inventory:
    """What the services of this test tell."""
    return inventory_by(gcp, path / "b", *SERVICES, joined=True, **settings)


@pytest.mark.parametrize(
    "email",
    [
        "service-123456789012@lab.iam.gserviceaccount.com",
        "service-123456789012@compute-systems.iam.gserviceaccount.com",
        "service-123456789012@my-gcp-sa-pubsub.iam.gserviceaccount.com",
        "service-org-123456789012@lab.iam.gserviceaccount.com",
        "service-12@compute-system.iam.gserviceaccount.com.evil.example",
        "service-\u0661\u0662@gcp-sa-pubsub.iam.gserviceaccount.com",
        "\u0661\u0662@cloudservices.gserviceaccount.com",
        "bot@notgoogle.com.iam.gserviceaccount.com",
    ],
)
def test_a_name_alone_makes_no_service_agent(email: str) -> None:
    assert not is_service_agent(email)


@pytest.mark.parametrize(
    "email",
    [
        "service-12@compute-system.iam.gserviceaccount.com",
        "service-12@serverless-robot-prod.iam.gserviceaccount.com",
        "bq-12@bigquery-encryption.iam.gserviceaccount.com",
        "project-12@storage-transfer-service.iam.gserviceaccount.com",
        "service-org-12@security-center-api.iam.gserviceaccount.com",
        "p12-345@gcp-sa-cloud-sql.iam.gserviceaccount.com",
        "service-12@gae-api-prod.google.com.iam.gserviceaccount.com",
        "service-12@gae-api-prod.iam.gserviceaccount.com",
        "service-12@cloud-ml.iam.gserviceaccount.com",
        "service-12@cloud-cdn-fill.iam.gserviceaccount.com",
        "service-12@gcp-ri-identitypool.iam.gserviceaccount.com",
        "service-12@gcp-ri-contactcenterinsights.iam.gserviceaccount.com",
        "12@cloudservices.gserviceaccount.com",
        "cloud-logs@system.gserviceaccount.com",
    ],
)
def test_agents_of_googles_projects_are_googles(email: str) -> None:
    assert is_service_agent(email)


def test_the_app_engine_account_of_a_domains_project_is_of_that_project() -> None:
    assert project_of_account("proj.acme.example@appspot.gserviceaccount.com") == "acme.example:proj"
    assert project_of_account("proj@appspot.gserviceaccount.com") == "proj"


@ROADS
def test_an_account_that_looks_like_googles_is_judged_like_any_other(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    lab = gcp.company.project("lab")
    gcp.company.project("gcp-sa-evil")
    own = gcp.company.service_account(lab, "service-123456789012")
    other = "service-123456789012@attacker.iam.gserviceaccount.com"
    posing = "service-1@gcp-sa-evil.iam.gserviceaccount.com"
    real = "service-1@gcp-sa-pubsub.iam.gserviceaccount.com"
    gcp.company.bind(lab, "owner", own, other, posing, real)
    close(gcp, swept=swept)
    found = read(gcp, tmp_path).identities
    told = {id.removeprefix(ACCOUNTS): (one.managed_by_provider, one.attributes) for id, one in found.items()}
    assert told[own][0] is False
    assert told[other] == (False, {"outside": "true"})
    assert told[posing] == (False, {"missing": "true"})
    assert told[real] == (True, {})


@ROADS
def test_a_project_asked_for_by_its_number_is_the_same_as_by_its_id(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay", gcp.company.folder("Production"))
    deploy = gcp.company.service_account(pay, "deploy")
    gcp.company.bind(pay, "viewer", deploy, "user:ada@acme.example")
    close(gcp, swept=swept)
    gcp.faults.add("deny", "*effectiveIamPolicies:batchGet", service="cloudasset")
    number = gcp.emulator.state.aliases["pay"]
    found = read(gcp, tmp_path, scope=(number, f"projects/{number}", "pay"))
    assert set(found.scopes) == {f"{RM}projects/pay"}
    assert {gap.scope for gap in found.gaps} <= {f"{RM}projects/pay"}
    # What is inherited was refused, so nobody knows what the account may do.
    assert not found.knows(f"{RM}projects/pay", "policies", f"{ACCOUNTS}{deploy}")
    assert found.identities["user:ada@acme.example"].scope == f"{RM}projects/pay"


def test_a_number_that_only_the_inventory_explains(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay")
    gcp.company.service_account(pay, "deploy")
    gcp.faults.add("deny", service="cloudresourcemanager")
    found = read(gcp, tmp_path, scope=(gcp.emulator.state.aliases["pay"],))
    assert {one.scope for one in found.identities.values()} == {f"{RM}projects/pay"}
    assert f"{RM}projects/pay" in found.scopes


@ROADS
def test_scopes_that_lie_in_each_other_are_read_once(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    outer = gcp.company.folder("outer")
    inner = gcp.company.folder("inner", outer)
    pay, lab = gcp.company.project("pay", inner), gcp.company.project("lab", outer)
    for project in (pay, lab):
        gcp.company.bind(project, "viewer", gcp.company.service_account(project, "bot"))
    close(gcp, swept=swept)
    found = read(gcp, tmp_path, scope=("pay", inner, outer, gcp.emulator.state.aliases["lab"]))
    shards = open_bundle(tmp_path / "b").manifest.shards
    assert [(shard.scope.removeprefix(RM), shard.part) for shard in shards if shard.part != "plan"] == [
        (outer, "estate"),
        ("projects/lab", "project"),
        ("projects/pay", "project"),
    ]
    held = [(one.principal, one.role, one.scope) for one in found.assignments]
    assert len(held) == len(set(held)) == 2


def test_a_project_of_two_scopes_is_one_part_where_nobody_says_how_they_lie(gcp: Gcp, tmp_path: Path) -> None:
    folder = gcp.company.folder("Production")
    pay = gcp.company.project("pay", folder)
    gcp.company.service_account(pay, "bot")
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", f"v3/{folder}")
    gcp.faults.add("deny", "v3/projects/pay")
    found = read(gcp, tmp_path, scope=(f"organizations/{ORGANIZATION_ID}", folder, "pay"))
    ids = [shard.id for shard in open_bundle(tmp_path / "b").manifest.shards]
    assert len(ids) == len(set(ids))
    assert f"{ACCOUNTS}bot@pay.iam.gserviceaccount.com" in found.identities


def test_where_the_inventory_knows_no_project_each_is_asked(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab")
    bot = gcp.company.service_account(lab, "bot")
    state = gcp.emulator.state
    for asset in state.within(lab):
        asset.search["state"] = "DELETED"  # as the inventory tells of it; Resource Manager knows better
    state.index["iam.googleapis.com/ServiceAccount"][0].type = "iam.googleapis.com/Elsewhere"
    read(gcp, tmp_path)
    assert {shard.options.get("swept") for shard in open_bundle(tmp_path / "b").manifest.shards} >= {"no"}
    assert gcp.calls.count("ListServiceAccounts/*") == 1
    assert bot


def test_an_account_made_anew_has_no_history(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab")
    bot = gcp.company.service_account(lab, "bot", days=2)
    gcp.company.used(bot, 400)
    gcp.company.used(bot, 1)
    (told,) = [items for name, items in gcp.emulator.state.lists.items() if "serviceAccountLast" in name]
    mine = gcp.emulator.state.aliases[bot]
    told[0]["activity"]["serviceAccount"]["serviceAccountId"] = "100000000000000000000"
    told[1]["activity"]["serviceAccount"]["serviceAccountId"] = mine
    for items in (told, told[::-1]):
        told[:] = items
        activity = inventory_by(gcp, tmp_path / items[0]["activity"]["serviceAccount"]["serviceAccountId"],
                                *SERVICES).identities[f"{ACCOUNTS}{bot}"].activity  # fmt: skip
        assert activity is not None
        assert activity.last_used_at is not None
        assert (NOW - activity.last_used_at).days == 1


def test_of_two_answers_about_one_account_the_later_use_counts(gcp: Gcp, tmp_path: Path) -> None:
    bot = gcp.company.service_account(gcp.company.project("lab"), "bot")
    gcp.company.used(bot, 3)
    gcp.company.used(bot, None)
    activity = read(gcp, tmp_path).identities[f"{ACCOUNTS}{bot}"].activity
    assert activity is not None
    assert activity.last_used_at is not None


def test_a_state_that_is_no_truth_value_is_unknown(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab")
    bot = gcp.company.service_account(lab, "bot", disabled="true")
    gcp.company.key(bot, disabled="yes", extendedStatus=7)
    found = read(gcp, tmp_path)
    assert found.identities[f"{ACCOUNTS}{bot}"].enabled is None
    assert [key.status for key in found.credentials.values()] == [None]


def stray_key(gcp: Gcp, project: str) -> str:
    """A key of an account that no list tells of, for it was made a moment later; gives its id."""
    name = f"{project}/serviceAccounts/100000000000000000007/keys/abc"
    gcp.company.asset(
        "iam.googleapis.com/ServiceAccountKey",
        f"//iam.googleapis.com/{name}",
        {"name": name, "keyType": "USER_MANAGED", "validAfterTime": ago(100), "validBeforeTime": NEVER},
        project,
    )
    return f"{ACCOUNTS}100000000000000000007/keys/abc"


def test_a_key_of_an_account_that_is_not_listed_is_a_key(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab")
    bot = gcp.company.service_account(lab, "bot")
    id = stray_key(gcp, lab)
    found = read(gcp, tmp_path)
    key: Credential = found.credentials[id]
    assert (key.scope, key.lifetime, key.status) == (f"{RM}projects/lab", "never_expires", "active")
    assert [gap.subjects for gap in found.gaps] == [(key.holder,)]
    assert found.knows(f"{RM}projects/lab", "credentials", f"{ACCOUNTS}{bot}")


def asset(kind: str, name: str, **data: Any) -> dict[str, Any]:
    """As the inventory tells of it."""
    return {
        "name": f"//iam.googleapis.com/{name}",
        "assetType": f"iam.googleapis.com/{kind}",
        "resource": {"data": data},
    }


def test_where_not_all_accounts_are_listed_a_key_may_be_anybodys() -> None:
    key = asset("ServiceAccountKey", "projects/lab/serviceAccounts/17/keys/abc", keyType="USER_MANAGED")
    account = asset("ServiceAccount", "projects/lab/serviceAccounts/18", email=BOT, uniqueId="18", projectId="lab")
    answers = [
        Evidence(operation=service_accounts.KEYS.name, body={"assets": [key]}),
        Evidence(operation=SWEPT.name, body={"assets": [account]}, next="2"),
        Evidence(operation=SWEPT.name, page=1, problem="denied", detail="no"),
    ]
    shard = Place(part="estate", root=f"organizations/{ORGANIZATION_ID}", swept=True).shard()
    whole, cut = (Inventory(service_accounts.parse(shard, Answers(told))) for told in (answers[:2], answers))
    assert set(whole.credentials) == set(cut.credentials) == {f"{ACCOUNTS}17/keys/abc"}
    assert whole.knows(ORGANIZATION, "credentials", f"{ACCOUNTS}{BOT}")
    assert not cut.knows(ORGANIZATION, "credentials", f"{ACCOUNTS}{BOT}")


@ROADS
def test_a_role_that_was_deleted_gives_nothing(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    lab = gcp.company.project("lab")
    role = gcp.company.role(lab, "gone", "resourcemanager.projects.setIamPolicy", deleted=True)
    gcp.company.bind(lab, role, "user:ada@acme.example")
    close(gcp, swept=swept)
    told = read(gcp, tmp_path).policies[role]
    assert told.document is not None
    assert json.loads(told.document)["includedPermissions"] == []
    assert (told.problem, told.attributes) == ("", {"deleted": "true"})


@ROADS
def test_an_account_of_a_project_that_is_being_deleted_is_not_missing(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    lab, old = gcp.company.project("lab"), gcp.company.project("old")
    for one in gcp.emulator.state.within(old):
        one.data["state"] = one.search["state"] = "DELETE_REQUESTED"
    gcp.company.bind(lab, "viewer", "ghost@old.iam.gserviceaccount.com")
    close(gcp, swept=swept)
    assert read(gcp, tmp_path).identities[f"{ACCOUNTS}ghost@old.iam.gserviceaccount.com"].attributes == {}


@ROADS
def test_what_a_key_opens_is_unknown_where_services_are_not_told(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    lab = gcp.company.project("lab", services=("generativelanguage", "apikeys"))
    gcp.company.api_key(lab, "anything")
    gcp.company.api_key(lab, "maps", services=("maps-backend",))
    close(gcp, swept=swept)
    gcp.faults.add("deny", service="serviceusage")
    gcp.faults.add("deny", "*:searchAllResources", service="cloudasset", after=1)
    keys = {key.name: key for key in read(gcp, tmp_path).credentials.values()}
    assert keys["anything"].attributes.get("may_open") == "the Gemini API"
    assert {"may_open", "open_to"}.isdisjoint(keys["maps"].attributes)


def test_what_a_key_opens_is_known_where_services_are_told(gcp: Gcp, tmp_path: Path) -> None:
    gcp.company.api_key(gcp.company.project("lab", services=("apikeys",)), "anything")
    ai = gcp.company.project("ai", services=("generativelanguage",))
    gcp.company.api_key(ai, "open")
    callers = {"browserKeyRestrictions": {"allowedReferrers": ["https://acme.example/*"]}}
    gcp.company.api_key(ai, "map", restrictions=callers)
    keys = {key.name: key.attributes for key in read(gcp, tmp_path).credentials.values()}
    assert {"may_open", "open_to"}.isdisjoint(keys["anything"])
    assert keys["open"]["open_to"] == "the Gemini API"
    assert keys["open"]["refused_since"] == "June 2026"
    # A key that says who may call has a restriction, which the service may take for enough.
    assert keys["map"]["open_to"] == "the Gemini API"
    assert "refused_since" not in keys["map"]


@pytest.mark.parametrize(
    "member",
    [
        "user:",
        "group: ",
        "serviceAccount:",
        "deleted:",
        "principalSet://",
        "principal:///",
        f"user:{'a' * 3000}@x.example",
    ],
)
def test_a_member_that_names_nobody_is_damage_and_nothing_else(gcp: Gcp, tmp_path: Path, member: str) -> None:
    lab = gcp.company.project("lab")
    bot = gcp.company.service_account(lab, "bot")
    gcp.company.bind(lab, "viewer", member, "user:ada@acme.example", bot)
    found = read(gcp, tmp_path)
    assert {one.principal for one in found.assignments} == {"user:ada@acme.example", f"{ACCOUNTS}{bot}"}
    (gap,) = found.gaps
    assert (gap.reason, gap.subjects) == ("failed", (f"{RM}projects/lab",))
    assert "names nobody" in gap.detail
    assert len(gap.detail) < 400
    assert found.knows(f"{RM}projects/lab", "policies", f"{ACCOUNTS}{bot}")


def test_a_policy_that_is_not_found_is_not_an_empty_one(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab")
    bot = gcp.company.service_account(lab, "bot")
    gcp.company.bind(lab, "owner", bot)
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("absent", "v3/projects/lab:getIamPolicy")
    gcp.faults.add("absent", "ListServiceAccountKeys/*")
    found = read(gcp, tmp_path)
    assert not found.knows(f"{RM}projects/lab", "policies", f"{ACCOUNTS}{bot}")
    assert not found.knows(f"{RM}projects/lab", "credentials", f"{ACCOUNTS}{bot}")


@pytest.mark.parametrize("scope", ["organizations/999", "folders/999", "nothing-here"])
def test_why_a_scope_is_closed_is_said(gcp: Gcp, tmp_path: Path, scope: str) -> None:
    inventory_by(gcp, tmp_path / "b", hierarchy.SERVICE, scope=(scope,))
    failure = open_bundle(tmp_path / "b").manifest.connectors[0].failure
    assert f"resourcemanager.{scope.partition('/')[0] if '/' in scope else 'projects'}.get" in failure


@ROADS
def test_what_accounts_of_others_hold_is_unknown_where_policies_were_refused(
    gcp: Gcp, tmp_path: Path, swept: bool
) -> None:
    one, two = gcp.company.project("one"), gcp.company.project("two")
    vendor = "sync@vendor.iam.gserviceaccount.com"
    gcp.company.bind(one, "viewer", vendor)
    gcp.company.bind(two, "owner", vendor)
    gcp.emulator.page_size = 1
    gcp.faults.add("deny", "*:searchAllIamPolicies", service="cloudasset", after=1)
    gcp.faults.add("deny", "v3/projects/two:getIamPolicy")
    close(gcp, swept=swept)
    found = read(gcp, tmp_path)
    (held,) = found.assignments
    assert held.role == "roles/viewer"
    stranger = found.identities[f"{ACCOUNTS}{vendor}"]
    assert not found.knows(stranger.scope, "policies", stranger.id)


@ROADS
def test_numbers_of_projects_are_understood_in_what_stands_above_them(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    folder = gcp.company.folder("Production")
    lab = gcp.company.project("lab", folder)
    gcp.company.role(lab, "mine", "iam.serviceAccounts.getAccessToken")
    number = gcp.emulator.state.aliases["lab"]
    gcp.company.bind(folder, f"projects/{number}/roles/mine", "user:ada@acme.example")
    close(gcp, swept=swept)
    found = read(gcp, tmp_path)
    assert [(one.role, one.scope) for one in found.assignments] == [("projects/lab/roles/mine", f"{RM}{folder}")]
    assert found.policies["projects/lab/roles/mine"].problem == ""


def test_how_scopes_lie_is_asked_once_a_folder(gcp: Gcp, tmp_path: Path) -> None:
    outer = gcp.company.folder("outer")
    inner = gcp.company.folder("inner", outer)
    scope = [gcp.company.project(f"p-{number}", inner) for number in range(5)]
    inventory_by(gcp, tmp_path / "b", hierarchy.SERVICE, scope=(*scope, "folders/7"))
    assert gcp.calls.count(f"v3/{inner}") == gcp.calls.count(f"v3/{outer}") == 1
    assert [gcp.calls.count(f"v3/{name}") for name in scope] == [1] * 5


def test_a_subject_that_names_a_pool_of_people_is_no_person(gcp: Gcp, tmp_path: Path) -> None:
    posing = (
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/x/workforcePools/y"
    )
    person = "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/ada"
    gcp.company.bind(gcp.company.project("lab"), "viewer", posing, person)
    found = read(gcp, tmp_path).identities
    assert {id: one.human_access for id, one in found.items()} == {posing: False, person: True}
