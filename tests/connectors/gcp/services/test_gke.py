"""Clusters of GKE, their nodes' accounts, and the pods that act as service accounts."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.common.issuers import is_cluster_issuer
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.services import policies, roles, service_accounts
from nhiscan_connectors.gcp.services.gke import LIST, SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_workloads import cluster, number_of
from tests.connectors.gcp.scanning import inventory_by
from tests.connectors.gcp.services.roads import ROADS, close, everything_written

HIDES = {"workloadMetadataConfig": {"mode": "GKE_METADATA"}}


@ROADS
def test_a_cluster_with_its_nodes_and_its_issuer(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("container",))
    nodes = gcp.company.service_account(pay, "nodes")
    name = cluster(
        gcp.company,
        pay,
        "main",
        pools={
            "safe": {
                "serviceAccount": nodes,
                "oauthScopes": ["https://www.googleapis.com/auth/cloud-platform"],
                **HIDES,
            },
            "old": {"serviceAccount": "default", "metadata": {"disable-legacy-endpoints": "false"}},
        },
        resourceLabels={"owner": "platform"},
        legacyAbac={"enabled": True},
        masterAuthorizedNetworksConfig={"enabled": True, "cidrBlocks": [{"cidrBlock": "198.51.100.0/24"}]},
    )
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    main = found.workloads[name]
    issuer = "container.googleapis.com/v1/projects/pay-prod/locations/europe-west1/clusters/main"
    assert main.attributes == {
        "version": "1.33.2-gke.100",
        "workload_pool": "pay-prod.svc.id.goog",
        "oidc_issuer": issuer,
        "api": "restricted",
        "scopes": "cloud-platform",
        "node_account_open": "old",
        "legacy_metadata": "old",
        "legacy_abac": "enabled",
    }
    assert main.tags == {"owner": "platform"}
    number = number_of(gcp.company, pay)
    default = service_account_id(f"{number}-compute@developer.gserviceaccount.com")
    runs = {(run.identity, run.by_platform) for run in found.identities_run_by(name)}
    assert runs == {(service_account_id(nodes), True), (default, False)}
    (provider,) = found.federation_providers.values()
    assert (provider.kind, provider.issuer) == ("outbound-oidc", issuer)
    assert is_cluster_issuer(issuer)
    assert b"LS0tLS1CRUdJ" not in everything_written(tmp_path / "b")


@ROADS
def test_pods_that_a_policy_names_act_as_an_account(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    pay = gcp.company.project("pay-prod", services=("container", "iam"))
    robot = gcp.company.service_account(pay, "robot")
    name = cluster(gcp.company, pay, "main", pools={"p": HIDES}, location="europe-west1-b")
    gcp.company.bind(robot, "iam.workloadIdentityUser", "serviceAccount:pay-prod.svc.id.goog[shop/checkout]")
    close(gcp, swept=swept)
    found = inventory_by(gcp, tmp_path / "b", SERVICE, policies.SERVICE, service_accounts.SERVICE, joined=True)
    id = service_account_id(robot)
    issuer = found.workloads[name].attributes["oidc_issuer"]
    assert issuer == "container.googleapis.com/v1/projects/pay-prod/locations/europe-west1-b/clusters/main"
    (trust,) = found.trusts_of(id)
    assert trust.principal == f"oidc:{issuer}#system:serviceaccount:shop:checkout"
    assert [guard.values for guard in trust.guards] == [("system:serviceaccount:shop:checkout",)]
    (signal,) = [one for one in found.signals_of(id) if one.name == "trusted-by-cluster-oidc"]
    assert "shop/checkout" in signal.detail
    pod = found.workloads[f"{name}/serviceaccount/shop/checkout"]
    assert pod.kind == "google-gke-service-account"
    assert [run.identity for run in found.identities_run_by(pod.id)] == [id]
    assert {(link.kind, link.target) for link in found.links_from(pod.id)} == {
        ("part_of", name),
        ("federates", trust.principal),
    }


def test_a_binding_on_a_project_and_a_custom_role_count_and_others_do_not(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("container",))
    one, two = (gcp.company.service_account(pay, name) for name in ("one", "two"))
    number = number_of(gcp.company, pay)
    pool = f"principal://iam.googleapis.com/projects/{number}/locations/global/workloadIdentityPools"
    cluster(gcp.company, pay, "main")
    tokens = gcp.company.role(pay, "tokens", "iam.serviceAccounts.getAccessToken")
    gcp.company.bind(pay, tokens, f"{pool}/pay-prod.svc.id.goog/subject/ns/shop/sa/cart", condition="true")
    gcp.company.bind(one, "viewer", "serviceAccount:pay-prod.svc.id.goog[shop/other]")
    gcp.company.bind(one, "iam.workloadIdentityUser", "serviceAccount:pay-prod.svc.id.goog[shop/..//x]")
    services = (SERVICE, policies.SERVICE, roles.SERVICE, service_accounts.SERVICE)
    found = inventory_by(gcp, tmp_path / "b", *services, joined=True)
    for account in (one, two):
        (trust,) = found.trusts_of(service_account_id(account))
        assert trust.principal.endswith("#system:serviceaccount:shop:cart")
        assert [guard.kind for guard in trust.guards] == ["subject", "other"]


def test_a_pool_without_a_cluster_that_was_seen_is_told_of_all_the_same(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod")
    robot = gcp.company.service_account(pay, "robot")
    gcp.company.bind(robot, "iam.workloadIdentityUser", "serviceAccount:elsewhere.svc.id.goog[shop/checkout]")
    found = inventory_by(gcp, tmp_path / "b", SERVICE, policies.SERVICE, service_accounts.SERVICE, joined=True)
    (trust,) = found.trusts_of(service_account_id(robot))
    assert trust.principal == "oidc:elsewhere.svc.id.goog#system:serviceaccount:shop:checkout"


def test_how_the_api_server_is_reached(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("container",))
    everybody = {"enabled": True, "cidrBlocks": [{"cidrBlock": "0.0.0.0/0"}]}
    made = {
        "public": cluster(gcp.company, pay, "a"),
        "open": cluster(gcp.company, pay, "b", masterAuthorizedNetworksConfig=everybody),
        "private": cluster(gcp.company, pay, "c", privateClusterConfig={"enablePrivateEndpoint": True}),
        "auto": cluster(gcp.company, pay, "d", autopilot={"enabled": True}, pools={"p": {}}),
    }
    found = inventory_by(gcp, tmp_path / "b", SERVICE).workloads
    assert [found[made[one]].attributes["api"] for one in made] == ["public", "public", "private", "public"]
    assert "node_account_open" not in found[made["auto"]].attributes


def test_a_denied_list_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    gcp.company.project("pay-prod", services=("container",))
    gcp.faults.add("deny", service="container")
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = [gap for gap in found.gaps if gap.operation == LIST.name]
    assert (gap.permission, gap.blinds) == ("container.clusters.list", ("workloads",))


def test_a_zone_that_does_not_answer_is_told_of(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("container",))
    name = cluster(gcp.company, pay, "main")
    gcp.company.state.lists["unreached container"].append({"name": "us-central1-f"})
    close(gcp, swept=False)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert name in found.workloads
    (gap,) = [gap for gap in found.gaps if gap.operation == LIST.name]
    assert "us-central1-f" in gap.detail


def test_a_namespace_or_a_whole_cluster_may_be_let_in(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay-prod", services=("container",))
    space, whole, gone = (gcp.company.service_account(pay, name) for name in ("space", "whole", "gone"))
    number = number_of(gcp.company, pay)
    pool = f"iam.googleapis.com/projects/{number}/locations/global/workloadIdentityPools/pay-prod.svc.id.goog"
    clusters = "https://container.googleapis.com/v1/projects/pay-prod/locations/europe-west1/clusters"
    for name in ("one", "two"):
        cluster(gcp.company, pay, name)
    role = "iam.workloadIdentityUser"
    gcp.company.bind(space, role, f"principalSet://{pool}/namespace/shop")
    gcp.company.bind(whole, role, f"principalSet://{pool}/kubernetes.cluster/{clusters}/two")
    gcp.company.bind(gone, role, f"principalSet://{pool}/kubernetes.cluster/{clusters}/three")
    found = inventory_by(gcp, tmp_path / "b", SERVICE, policies.SERVICE, service_accounts.SERVICE, joined=True)

    def trusted(account: str) -> list[str]:
        return [trust.principal.partition("/clusters/")[2] for trust in found.trusts_of(service_account_id(account))]

    assert trusted(space) == ["one#system:serviceaccount:shop:*", "two#system:serviceaccount:shop:*"]
    assert trusted(whole) == ["two#system:serviceaccount:*:*"]
    assert trusted(gone) == ["three#system:serviceaccount:*:*"]
    (trust,) = found.trusts_of(service_account_id(whole))
    assert [guard.confines for guard in trust.guards] == [False]
    assert {workload.kind for workload in found.workloads.values()} == {"google-gke-cluster"}
    details = {one.detail for one in found.signals if one.name == "trusted-by-cluster-oidc"}
    assert details == {
        "pods of namespace shop in clusters of project pay-prod may act as it",
        "every pod in cluster two may act as it",
        "every pod in cluster three may act as it",
    }
