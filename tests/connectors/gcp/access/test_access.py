"""Grants and first steps: hierarchy, groups, roles, conditions, other sets of principals."""

from __future__ import annotations

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Assignment, Gap, Identity, Policy, Scope, administrator_of
from nhiscan_connectors.gcp.access import access
from nhiscan_connectors.gcp.access.reference_roles import REFERENCE
from nhiscan_connectors.gcp.access.roles import allows
from nhiscan_connectors.gcp.access.universe import mask_of
from tests.connectors.gcp.access.estates import BUCKET, DEV, FOLDER, ORG, PAY, SECRET, Estate

GET_TOKEN = "iam.serviceAccounts.getAccessToken"
ACCESS = "secretmanager.versions.access"
SET = "resourcemanager.projects.setIamPolicy"
ONLY = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([{}])"


@pytest.mark.parametrize("scope", [ORG, FOLDER, PAY, SECRET])
def test_bindings_hold_downward(scope: str) -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, scope, ACCESS)
    grants = estate.grants(who)
    assert list(grants) == [("read_secrets", scope)]
    assert grants["read_secrets", scope].answer == "allowed"


@pytest.mark.parametrize("scope", [ORG, FOLDER, PAY])
def test_accounts_in_a_scope_are_gained(scope: str) -> None:
    estate = Estate()
    who, inside, outside = estate.user("ada"), estate.account("inside"), estate.account("outside", DEV)
    estate.can(who, scope, GET_TOKEN)
    found = estate.gained(who)
    assert inside in found
    assert (outside in found) is (scope == ORG)


def test_a_role_on_one_account_gives_that_account_only() -> None:
    estate = Estate()
    who, one = estate.user("ada"), estate.account("one")
    estate.account("other")
    estate.can(who, one, GET_TOKEN, SET, ACCESS)
    assert {*estate.gained(who)} == {one}
    assert not estate.grants(who)


def test_on_a_bucket_only_permissions_of_buckets_count() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.bind(who, "roles/owner", BUCKET)
    estate.can(who, BUCKET, "storage.objects.get", ACCESS, SET)
    found = {capability for capability, _ in estate.grants(who)}
    assert {"read_data", "write_data", "destroy"} <= found
    assert ("administer", BUCKET) not in estate.grants(who)
    assert ("read_secrets", BUCKET) not in estate.grants(who)


def test_nested_groups_and_the_sentence_that_names_them() -> None:
    estate = Estate()
    who = estate.user("ada")
    inner = estate.group("inner", who)
    outer = estate.group("outer", inner)
    estate.can(outer, PAY, ACCESS)
    grant = estate.grants(who)["read_secrets", PAY]
    assert "through group outer@acme.example" in grant.reason
    assert "at project Pay" in grant.reason


def test_groups_in_a_circle() -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    one = estate.group("one", who)
    two = estate.group("two", one)
    estate.group("one", two)
    estate.can(two, target, GET_TOKEN)
    assert target in estate.gained(who)


def test_two_groups_together_give_what_neither_gives() -> None:
    estate = Estate()
    who, only_one, target = estate.user("ada"), estate.user("bob"), estate.account("t")
    estate.can(estate.group("acting", who, only_one), target, "iam.serviceAccounts.actAs")
    estate.can(estate.group("building", who), PAY, "cloudbuild.builds.create")
    assert target in estate.gained(who)
    assert target not in estate.gained(only_one)


def test_everybody_and_anybody_with_an_account() -> None:
    estate = Estate()
    target = estate.account("t")
    estate.can("*", BUCKET, "storage.objects.get")
    estate.can("allAuthenticatedUsers", target, GET_TOKEN)
    assert estate.grants("*")["read_data", BUCKET].reason.startswith("anybody on the internet")
    assert target in estate.gained("allAuthenticatedUsers")


def test_people_of_a_domain() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can("domain:acme.example", PAY, ACCESS)
    estate.can("domain:other.example", PAY, "storage.objects.get")
    assert {*estate.grants(who)} == {("read_secrets", PAY)}


@pytest.mark.parametrize(
    ("member", "role"), [("projectOwner", "owner"), ("projectEditor", "editor"), ("projectViewer", "viewer")]
)
def test_basic_role_members(member: str, role: str) -> None:
    estate = Estate()
    who, elsewhere, other = estate.user("ada"), estate.user("bob"), estate.user("eve")
    estate.bind(who, f"roles/{role}", PAY)
    estate.bind(elsewhere, f"roles/{role}", DEV)
    estate.bind(other, "roles/browser", PAY)
    estate.can(f"{member}:pay-prod", BUCKET, "storage.objects.get")
    assert ("read_data", BUCKET) in estate.grants(who)
    assert ("read_data", BUCKET) not in estate.grants(elsewhere)
    assert ("read_data", BUCKET) not in estate.grants(other)


def test_a_basic_role_on_the_folder_is_not_one_on_the_project() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.bind(who, "roles/viewer", FOLDER)
    estate.can("projectViewer:pay-prod", BUCKET, "storage.objects.get")
    assert ("read_data", BUCKET) not in estate.grants(who)


@pytest.mark.parametrize(
    ("written", "spares"),
    [
        ("principalSet://cloudresourcemanager.googleapis.com/projects/42", "dev"),
        ("principalSet://cloudresourcemanager.googleapis.com/projects/42/type/ServiceAccount", "dev"),
        ("principalSet://cloudresourcemanager.googleapis.com/folders/2", "dev"),
        ("principalSet://cloudresourcemanager.googleapis.com/organizations/1", ""),
        ("principalSet://cloudresourcemanager.googleapis.com/organizations/9", "both"),
    ],
)
def test_accounts_of_a_scope_as_members(written: str, spares: str) -> None:
    estate = Estate()
    pay, dev, person = estate.account("pay"), estate.account("dev", DEV), estate.user("ada")
    estate.can(written, BUCKET, "storage.objects.get")
    assert bool(estate.grants(pay)) is (spares != "both")
    assert bool(estate.grants(dev)) is (spares == "")
    assert not estate.grants(person)


def test_whole_pool_as_member() -> None:
    estate = Estate()
    pool = "iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci"
    one = estate.federated(f"principal://{pool}/subject/repo:acme/web:ref:refs/heads/main")
    other = estate.federated(f"principal://{pool}x/subject/a")
    target = estate.account("t")
    estate.can(f"principalSet://{pool}/*", target, GET_TOKEN)
    assert target in estate.gained(one)
    assert target not in estate.gained(other)
    assert target in estate.gained(f"principalSet://{pool}/*")


def test_subjects_differ_in_case() -> None:
    estate = Estate()
    pool = "principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/subject/"
    estate.can(f"{pool}Ada", PAY, ACCESS)
    estate.federated(f"{pool}ada")
    assert not estate.grants(f"{pool}ada")
    assert estate.grants(f"{pool}Ada")


def test_principals_that_only_policies_name_are_judged() -> None:
    estate = Estate()
    target = estate.account("t")
    foreign = "//iam.googleapis.com/projects/-/serviceAccounts/x@other.iam.gserviceaccount.com"
    estate.can(foreign, target, GET_TOKEN)
    estate.can("deleted:serviceAccount:x@pay-prod.iam.gserviceaccount.com?uid=1", target, GET_TOKEN)
    inventory, _ = estate.judged()
    assert [edge.target for edge in inventory.becomes_of(foreign)] == [target]
    assert not [edge for edge in inventory.becomes if edge.identity.startswith("deleted:")]


def test_agent_identity() -> None:
    estate = Estate()
    agent = "principal://agents.global.org-1.system.id.goog/resources/aiplatform/projects/42/locations/eu/reasoningEngines/7"
    estate.add(Identity(id=agent, provider="gcp", kind="google-agent-identity", name="helper", scope=PAY))
    estate.bind(agent, "roles/aiplatform.user", PAY)
    grant = estate.grants(agent)["invoke_models", PAY]
    assert grant.reason.startswith("agent identity helper may use aiplatform.endpoints.predict")


# Roles.


def test_role_without_a_definition_is_unknown_and_never_nothing() -> None:
    estate = Estate()
    who = estate.account("x")
    for scope in (PAY, SECRET, BUCKET):
        estate.bind(who, "roles/nobody.knows", scope)
    found = {(key[0], grant.answer) for key, grant in estate.grants(who).items()}
    assert found == {("administer", "unknown"), ("read_secrets", "unknown"), ("read_data", "unknown")}
    verdict, why = admin_verdicts(estate.judged()[0])[who]
    assert verdict == "unknown"
    assert "nobody.knows" in why


@pytest.mark.parametrize(
    "document", [None, "", "[]", "{", '{"includedPermissions": "x"}', '{"includedPermissions": [1]}']
)
def test_unusable_definition(document: str | None) -> None:

    estate = Estate()
    who = estate.account("x")
    role = "projects/pay-prod/roles/x"
    estate.add(Policy(id=role, provider="gcp", kind="role-definition", name="x", scope=PAY, document=document))
    estate.bind(who, role, PAY)
    inventory, derived = estate.judged()
    assert estate.grants(who)["administer", PAY].answer == "unknown"
    assert [gap.subjects for gap in derived if isinstance(gap, Gap)] == [(who,)]
    assert not inventory.knows(PAY, "policies", who)


@pytest.mark.parametrize("state", [{"stage": "DISABLED"}, {"deleted": True}])
def test_custom_role_that_is_off_gives_nothing(state: dict[str, object]) -> None:
    estate = Estate()
    who = estate.account("x")
    estate.bind(who, estate.role(ACCESS, id="projects/pay-prod/roles/x", **state), PAY)
    assert not estate.grants(who)


def test_known_by_reference() -> None:
    estate = Estate()
    who = estate.account("x")
    estate.bind(who, "roles/owner", PAY)
    grant = estate.grants(who)["administer", PAY]
    assert grant.answer == "allowed"
    assert "role owner (known by reference) at project Pay" in grant.reason


def test_definition_goes_before_reference() -> None:
    estate = Estate()
    who = estate.account("x")
    estate.bind(who, estate.role("run.jobs.run", id="roles/owner"), PAY)
    assert {*estate.grants(who)} == {("run_code", PAY)}


@pytest.mark.parametrize("role", sorted(REFERENCE))
def test_each_role_known_by_reference_holds_something(role: str) -> None:
    assert REFERENCE[role]


@pytest.mark.parametrize(
    ("role", "target"),
    [
        ("roles/owner", "administrator"), ("roles/editor", "account"), ("roles/viewer", ""),
        ("roles/iam.serviceAccountTokenCreator", "account"), ("roles/iam.serviceAccountUser", ""),
        ("roles/iam.serviceAccountKeyAdmin", "account"), ("roles/iam.serviceAccountAdmin", "account"),
        ("roles/iam.workloadIdentityUser", "account"), ("roles/iam.securityAdmin", "administrator"),
        ("roles/resourcemanager.projectIamAdmin", "administrator"), ("roles/run.admin", ""),
        ("roles/secretmanager.secretAccessor", ""), ("roles/aiplatform.user", ""), ("roles/storage.admin", ""),
        ("roles/storage.hmacKeyAdmin", "account"),
        ("roles/iam.roleAdmin", ""), ("roles/compute.admin", ""),
    ],
)  # fmt: skip
def test_what_well_known_roles_lead_to(role: str, target: str) -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("t")
    estate.bind(who, role, PAY)
    found = {id for id, edge in estate.gained(who).items() if edge.answer in ("allowed", "conditional")}
    expected = {"administrator": administrator_of(PAY), "account": account}.get(target)
    assert (expected in found) if expected else not found - {f"delegate-of:gcp:{account}"}


_TABLES = ("bigquery.tables.getData", "bigquery.tables.export", "bigquery.tables.updateData", "bigquery.tables.delete")
_CLUSTER_ROLES = (
    "container.clusterRoleBindings.create", "container.clusterRoles.bind", "container.clusterRoles.escalate",
    "container.clusterRoles.update", "container.roleBindings.create", "container.roles.bind",
    "container.roles.escalate", "container.roles.update",
)  # fmt: skip


@pytest.mark.parametrize(
    ("role", "held", "not_held"),
    [
        (
            "roles/owner",
            ("secretmanager.versions.access", "parametermanager.parameterVersions.render", "logging.sinks.delete",
             "cloudkms.cryptoKeyVersions.useToDecrypt", "bigquery.datasets.setIamPolicy", "iam.roles.update",
             *_CLUSTER_ROLES),
            ("iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.signJwt", "storage.objects.get", *_TABLES),
        ),
        (
            "roles/editor",
            ("iam.serviceAccounts.actAs", "iam.serviceAccountKeys.create", "iam.serviceAccounts.create",
             "cloudbuild.builds.create", "compute.instances.setMetadata", "cloudfunctions.functions.call",
             "run.routes.invoke", "storage.hmacKeys.create", "storage.buckets.delete", "container.secrets.get",
             "secretmanager.versions.add", "apikeys.keys.getKeyString", "cloudsql.instances.login"),
            ("resourcemanager.projects.setIamPolicy", "iam.serviceAccounts.setIamPolicy", "iam.roles.update",
             "secretmanager.versions.access", "parametermanager.parameterVersions.render", "storage.objects.get",
             "bigquery.datasets.delete", "datastore.databases.delete", "logging.exclusions.create",
             "logging.sinks.delete", "logging.sinks.update", "cloudkms.cryptoKeyVersions.useToDecrypt",
             "cloudbuild.repositories.accessReadWriteToken", "container.serviceAccounts.createToken",
             "iam.workloadIdentityPools.create", *_CLUSTER_ROLES, *_TABLES),
        ),
        (
            "roles/storage.admin",
            ("storage.buckets.setIamPolicy", "storage.buckets.delete", "storage.objects.get", "storage.objects.delete"),
            ("storage.hmacKeys.create",),
        ),
        (
            "roles/container.developer",
            ("container.secrets.get", "container.pods.exec"),
            ("container.mutatingWebhookConfigurations.create", *_CLUSTER_ROLES),
        ),
    ],
)  # fmt: skip
def test_what_google_says_that_a_role_holds(role: str, held: tuple[str, ...], not_held: tuple[str, ...]) -> None:
    assert [one for one in held if not REFERENCE[role] & mask_of((one,))] == []
    assert [one for one in not_held if not mask_of((one,)) or REFERENCE[role] & mask_of((one,))] == []


def test_a_role_may_write_permissions_with_the_whole_service() -> None:
    estate = Estate()
    who = estate.user("ada")
    written = "iam.googleapis.com/workloadIdentityPoolProviders.update"
    role = estate.role(written)
    estate.bind(who, role, PAY)
    assert mask_of((written,)) == mask_of(("iam.workloadIdentityPoolProviders.update",)) != 0
    policy = estate.judged()[0].policies[role]
    assert allows(role, policy, "iam.workloadIdentityPoolProviders.update") is True
    assert allows(role, policy, written) is True
    assert allows(role, policy, "iam.workloadIdentityPools.create") is False


# Administration.


@pytest.mark.parametrize("scope", [ORG, FOLDER, PAY])
def test_owner_administers_and_that_leads_down(scope: str) -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("t")
    estate.bind(who, "roles/owner", scope)
    estate.can(who, scope, "resourcemanager.organizations.setIamPolicy", "resourcemanager.folders.setIamPolicy")
    inventory, _ = estate.judged()
    assert [(edge.target, edge.answer) for edge in inventory.becomes_of(who)] == [(administrator_of(scope), "allowed")]
    found = estate.gained(who)
    assert administrator_of(PAY) in found
    assert account in found
    assert admin_verdicts(inventory)[who][0] == "is"


def test_way_to_administration_through_accounts() -> None:
    estate = Estate()
    who, one, two = estate.account("start"), estate.account("one"), estate.account("two")
    estate.can(who, one, GET_TOKEN)
    estate.can(one, two, "iam.serviceAccountKeys.create")
    estate.bind(two, "roles/owner", ORG)
    verdict, why = admin_verdicts(estate.judged()[0])[who]
    assert verdict == "can_become"
    assert "can create a key of service account two" in why


# Conditions.


def test_time_limits_are_conditions() -> None:
    estate = Estate()
    who = estate.user("ada")
    text = "request.time < timestamp('2020-01-01T00:00:00Z')"
    estate.bind(who, "roles/owner", PAY, condition=text)
    grant = estate.grants(who)["administer", PAY]
    assert grant.answer == "conditional"
    assert grant.conditions == (text,)
    edge = estate.judged()[0].becomes_of(who)[0]
    assert edge.answer == "conditional"


def test_the_same_role_without_the_condition_wins() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.bind(who, "roles/owner", PAY, condition="request.time < timestamp('2020-01-01T00:00:00Z')")
    estate.bind(who, "roles/owner", PAY)
    assert estate.grants(who)["administer", PAY].answer == "allowed"
    assert [e.answer for e in estate.judged()[0].becomes_of(who)] == ["allowed"]


def test_types_in_conditions_are_settled() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, PAY, ACCESS, "storage.objects.get", condition="resource.service == 'storage.googleapis.com'")
    assert {(key, grant.answer) for key, grant in estate.grants(who).items()} == {(("read_data", PAY), "allowed")}


def test_who_gives_out_harmless_roles_only_is_no_administrator() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.role("resourcemanager.projects.get", id="roles/harmless")
    estate.can(who, PAY, SET, condition=ONLY.format("'roles/harmless'"))
    assert not estate.grants(who)
    assert not estate.gained(who)


def test_who_gives_out_some_roles_holds_them_if_it_likes() -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("t")
    estate.can(who, PAY, SET, condition=ONLY.format("'roles/iam.serviceAccountTokenCreator'"))
    assert ("administer", PAY) not in estate.grants(who)
    edge = estate.gained(who)[account]
    assert edge.answer == "conditional"
    assert edge.conditions == ("it gives itself a role that it may give out (iam.serviceAccountTokenCreator)",)
    assert administrator_of(PAY) not in estate.gained(who)


def test_who_may_give_out_owner_administers_if_it_likes() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, PAY, SET, condition=ONLY.format("'roles/owner', 'roles/viewer'"))
    assert estate.grants(who)["administer", PAY].answer == "conditional"


def test_who_gives_out_roles_that_nobody_knows_depends() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, PAY, SET, condition=ONLY.format("'roles/nobody.knows'"))
    assert estate.grants(who)["administer", PAY].answer == "conditional"


def test_eligible_for_a_role() -> None:
    estate = Estate()
    who, both = estate.user("ada"), estate.user("bob")
    estate.bind(who, "roles/owner", PAY, eligible=True)
    estate.bind(both, "roles/owner", PAY, eligible=True)
    estate.bind(both, "roles/owner", PAY)
    grant = estate.grants(who)["administer", PAY]
    assert grant.conditions == ("it activates the role first",)
    assert "administers project Pay when it activates the role first (role owner" in grant.reason
    assert estate.grants(both)["administer", PAY].answer == "allowed"


def test_records_of_other_clouds_are_left_alone() -> None:
    records: list[AnyRecord] = [
        Scope(id="aws:1", provider="aws", kind="account", name="a"),
        Identity(id="arn:aws:iam::1:role/x", provider="aws", kind="iam-role", name="x", scope="aws:1"),
        Assignment(principal="/users/1", role="/providers/microsoft.authorization/roledefinitions/1", scope="/"),
    ]
    assert not list(access(Inventory(records)))


def test_scopes_in_a_circle() -> None:
    estate = Estate()
    one, two = "//cloudresourcemanager.googleapis.com/folders/8", "//cloudresourcemanager.googleapis.com/folders/9"
    estate.add(Scope(id=one, provider="gcp", kind="folder", name="a", parent=two))
    estate.add(Scope(id=two, provider="gcp", kind="folder", name="b", parent=one))
    who = estate.user("ada")
    estate.can(who, one, SET, GET_TOKEN)
    estate.bind(who, "roles/resourcemanager.folderAdmin", two)
    assert administrator_of(two) in estate.gained(who)


@pytest.mark.parametrize(
    ("resource", "given"),
    [
        ("//run.googleapis.com/projects/pay-prod/locations/eu/services/web", {"run.services.update"}),
        ("//run.googleapis.com/projects/pay-prod/locations/eu/jobs/nightly", {"run.jobs.run"}),
        ("//pubsub.googleapis.com/projects/pay-prod/topics/t", {"pubsub.topics.publish"}),
        ("//compute.googleapis.com/projects/pay-prod/zones/z/instances/vm", {"compute.instances.setMetadata"}),
        (
            "//aiplatform.googleapis.com/projects/pay-prod/locations/eu/reasoningEngines/1",
            {"aiplatform.reasoningEngines.query"},
        ),
        (BUCKET, {"storage.objects.get"}),
    ],
)
def test_what_permissions_on_a_resource_are_about(resource: str, given: set[str]) -> None:
    every = (
        "run.services.update", "run.jobs.run", "pubsub.topics.publish", "compute.instances.setMetadata",
        "compute.projects.setCommonInstanceMetadata", "aiplatform.reasoningEngines.query", "storage.objects.get",
        "storage.hmacKeys.create", "aiplatform.customJobs.create", "pubsub.subscriptions.consume",
    )  # fmt: skip
    estate = Estate()
    who = estate.user("ada")
    for permission in every:
        estate.can(who, resource, permission)
    reasons = " ".join(grant.reason for grant in estate.grants(who).values())
    assert {permission for permission in every if permission in reasons or _short(permission) in reasons} == given


def _short(permission: str) -> str:
    return {"storage.objects.get": "can read objects of"}.get(permission, permission)
