"""Accounts that are attached, workloads that run as them, and what is not there."""

from __future__ import annotations

import pytest

from nhiscan.model import Gap, RunsAs, Workload, administrator_of
from tests.connectors.gcp.access.estates import DEV, ORG, PAY, Estate

GET_TOKEN = "iam.serviceAccounts.getAccessToken"


def test_attaching_an_account_of_another_project_depends() -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t", DEV)
    estate.can(who, target, "iam.serviceAccounts.actAs")
    estate.can(who, PAY, "cloudbuild.builds.create")
    edge = estate.gained(who)[target]
    assert edge.answer == "conditional"
    assert edge.conditions == ("accounts may be attached in other projects than their own",)


def test_token_creator_on_the_account_and_developer_on_the_project() -> None:
    estate = Estate()
    who, target, other = estate.user("ada"), estate.account("t"), estate.account("other")
    estate.bind(who, "roles/iam.serviceAccountUser", target)
    estate.bind(who, "roles/run.developer", PAY)
    estate.workload("google-cloud-run-service", "web", other)
    found = estate.gained(who)
    assert found[target].answer == "allowed"
    assert other not in found


@pytest.mark.parametrize("acting", [True, False])
def test_metadata_of_a_machine_takes_acting_as_its_account(acting: bool) -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("t")
    machine = estate.workload("google-compute-instance", "vm", account)
    estate.can(who, machine, "compute.instances.setMetadata")
    if acting:
        estate.bind(who, "roles/iam.serviceAccountUser", account)
    assert (account in estate.gained(who)) is acting


def test_metadata_of_the_project_with_acting_on_one_account() -> None:
    estate = Estate()
    who, account, other = estate.user("ada"), estate.account("t"), estate.account("other")
    estate.workload("google-compute-instance", "vm", account)
    estate.workload("google-compute-instance", "vm2", other)
    estate.can(who, PAY, "compute.instances.setMetadata")
    estate.bind(who, "roles/iam.serviceAccountUser", account)
    found = estate.gained(who)
    assert account in found
    assert other not in found


def test_acting_under_a_condition_binds_only_what_needs_it() -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("t")
    job = estate.workload("google-cloud-run-job", "job", account)
    estate.can(who, job, "run.jobs.runWithOverrides", "run.jobs.setIamPolicy")
    estate.bind(who, "roles/iam.serviceAccountUser", account, eligible=True)
    answers = {(edge.method, edge.answer) for edge in estate.judged()[0].becomes_of(who) if edge.target == account}
    assert answers == {("gcp-run-job-overrides", "allowed"), ("gcp-run-job-set-policy", "conditional")}


@pytest.mark.parametrize("scope", [ORG, PAY])
def test_machine_that_runs_as_an_account_of_another_project(scope: str) -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("t", DEV)
    estate.workload("google-compute-instance", "vm", account)
    estate.can(who, scope, "compute.instances.setMetadata", "iam.serviceAccounts.actAs")
    assert (account in estate.gained(who)) is (scope == ORG)


def test_code_in_a_job_of_an_account_of_another_project() -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("t", DEV)
    estate.workload("google-cloud-run-job", "job", account)
    estate.can(who, PAY, "run.jobs.runWithOverrides")
    assert estate.gained(who)[account].answer == "allowed"


def test_shared_agent_of_reasoning_engines() -> None:
    estate = Estate()
    who = estate.user("ada")
    agent = estate.account("service-42@gcp-sa-aiplatform-re.iam.gserviceaccount.com", kind="google-service-agent")
    engines = [estate.workload("google-reasoning-engine", f"e{n}", agent) for n in range(2)]
    estate.can(who, engines[0], "aiplatform.reasoningEngines.update")
    assert estate.gained(who)[agent].method == "gcp-reasoning-engine-update-agent"


def test_workload_identity_of_a_cluster() -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    pod = "//iam.googleapis.com/projects/-/serviceAccounts/pay-prod.svc.id.goog[web/front]"
    estate.bind(pod, "roles/iam.workloadIdentityUser", target)
    estate.can(who, PAY, "container.pods.create")
    found = estate.gained(who)
    assert found[pod].method == "gcp-gke-pods"
    assert found[target].identity == pod


def test_provider_of_a_pool_of_another_project_gives_nothing() -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    pool = "principalSet://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/attribute.repo/a/b"
    estate.bind(pool, "roles/iam.workloadIdentityUser", target)
    estate.can(who, DEV, "iam.workloadIdentityPoolProviders.update")
    assert target not in estate.gained(who)
    estate.can(who, PAY, "iam.workloadIdentityPoolProviders.update")
    assert target in estate.gained(who)


def test_latent_where_nothing_is_there() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, DEV, "composer.environments.update")
    edge = estate.judged()[0].becomes_of(who)[0]
    assert (edge.answer, edge.target) == ("latent", administrator_of(DEV))
    estate.add(Gap(connector="gcp", scope=DEV, operation="list", reason="denied", blinds=("workloads",)))
    assert estate.judged()[0].becomes_of(who)[0].answer == "unknown"


def test_what_the_platform_uses_is_not_gained() -> None:

    estate = Estate()
    who, agent = estate.user("ada"), estate.account("t", DEV)
    id = "//composer.googleapis.com/projects/dev/locations/eu/environments/e"
    estate.add(Workload(id=id, provider="gcp", kind="google-composer-environment", name="e", scope=DEV))
    estate.add(RunsAs(workload=id, identity=agent, by_platform=True))
    estate.can(who, DEV, "composer.environments.update")
    assert agent not in estate.gained(who)


def test_accounts_of_pods_in_a_cluster() -> None:
    estate = Estate()
    who, nodes, pod = estate.user("ada"), estate.account("nodes"), estate.account("pod")
    cluster = "//container.googleapis.com/projects/pay-prod/locations/eu/clusters/c"
    estate.workload("google-gke-cluster", "c", nodes, place=cluster)
    id = f"{cluster}/serviceaccount/web/front"
    estate.add(Workload(id=id, provider="gcp", kind="google-gke-service-account", name="web/front", scope=PAY))
    estate.add(RunsAs(workload=id, identity=pod))
    estate.can(who, PAY, "container.pods.create")
    assert {nodes, pod} <= {*estate.gained(who)}


def test_account_that_only_policies_name_is_gained() -> None:
    estate = Estate()
    who = estate.user("ada")
    target = "//iam.googleapis.com/projects/-/serviceAccounts/hidden@pay-prod.iam.gserviceaccount.com"
    estate.can(who, target, GET_TOKEN)
    assert estate.gained(who)[target].answer == "allowed"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("projects/pay-prod/locations/eu/things/job", "allowed"),
        ("projects/42/locations/eu/things/", "allowed"),
        ("projects/pay-prod/locations/eu/things/other", None),
        ("projects/43/", None),
    ],
)
def test_condition_on_the_name_of_a_workload(name: str, answer: str | None) -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("t")
    estate.workload("google-cloud-run-job", "job", account)
    estate.can(who, PAY, "run.jobs.runWithOverrides", condition=f"resource.name.startsWith('{name}')")
    found = [edge.answer for edge in estate.judged()[0].becomes_of(who)]
    assert found == ([answer] if answer else [])


def test_condition_on_names_of_what_needs_more_than_one_permission_stays() -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("t")
    estate.workload("google-compute-instance", "vm", account)
    estate.can(who, PAY, "compute.instances.setMetadata", "iam.serviceAccounts.actAs",
               condition="resource.name.startsWith('projects/pay-prod/locations/eu/things/vm')")  # fmt: skip
    assert [edge.answer for edge in estate.judged()[0].becomes_of(who) if edge.target == account] == ["conditional"]
