"""EKS over a socket: clusters, pod identity, IRSA, and the roles of nodes, add-ons and controllers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nhiscan.inventory import Inventory
from nhiscan.model import RunsAs, Trust, Workload
from nhiscan_connectors.aws.compute import eks_operations as ops
from nhiscan_connectors.aws.services.eks import SERVICE
from nhiscan_connectors.aws.services.iam import SERVICE as IAM_SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import Role, document, trust_service
from tests.clouds.aws.seed_compute import Eks
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
CLUSTER = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster"


def role(aws: Aws, name: str) -> Role:
    return aws.account.role(name, document(trust_service("pods.eks.amazonaws.com")))


def cluster(aws: Aws, name: str = "shop") -> Eks:
    return Eks(aws.account, name, role(aws, f"{name}-cluster"), REGION)


def scanned(aws: Aws, directory: Path) -> Inventory:
    return collected(SERVICE, directory, endpoint=aws.endpoint, region=REGION)


def runs(inventory: Inventory, workload: str) -> list[tuple[str, str, bool]]:
    """Role names, how, and whether the platform alone holds them."""
    return [
        (run.identity.rpartition("/")[2], run.detail, run.by_platform) for run in inventory.identities_run_by(workload)
    ]


def test_a_cluster_and_who_administers_it(aws: Aws, tmp_path: Path) -> None:
    made = cluster(aws)
    made.entry(f"{IAM}:role/platform", "AmazonEKSClusterAdminPolicy")
    made.entry(f"{IAM}:role/nodes")
    inventory = scanned(aws, tmp_path)
    workload = inventory.workloads[made.arn]
    assert (workload.kind, workload.name) == ("eks-cluster", "shop")
    assert workload.attributes["oidc_issuer"] == made.issuer
    assert (workload.attributes["endpoint"], workload.attributes["public_cidrs"]) == ("public", "0.0.0.0/0")
    assert runs(inventory, made.arn) == [("shop-cluster", "cluster role", True)]
    assert {(link.source, link.kind) for link in inventory.links_to(made.arn)} == {
        (f"{IAM}:role/platform", "administers"),
        (f"{IAM}:role/nodes", "signs_in_to"),
    }
    assert not inventory.gaps


def test_access_entries_are_not_asked_for_where_there_are_none(aws: Aws, tmp_path: Path) -> None:
    cluster(aws).state.mode = "CONFIG_MAP"
    assert not scanned(aws, tmp_path).gaps
    assert aws.calls.count("eks", "ListAccessEntries") == 0


def test_pod_identity_gives_a_service_account_its_roles(aws: Aws, tmp_path: Path) -> None:
    made = cluster(aws)
    made.pod_identity(
        "agents", "planner", role(aws, "planner"), role(aws, "data"), externalId="x-1", tags={"Team": "ml"}
    )
    inventory = scanned(aws, tmp_path)
    id = f"{made.arn}/serviceaccount/agents/planner"
    workload = inventory.workloads[id]
    assert (workload.kind, workload.name, workload.tags) == ("eks-service-account", "agents/planner", {"Team": "ml"})
    assert workload.attributes == {"namespace": "agents", "cluster": made.arn, "external_id": "set"}
    assert runs(inventory, id) == [("planner", "pod identity", False), ("data", "target role", False)]
    assert [(link.kind, link.target) for link in inventory.links_from(id)] == [("part_of", made.arn)]


def test_parts_of_a_cluster_and_their_roles(aws: Aws, tmp_path: Path) -> None:
    made = cluster(aws)
    addon = made.addon("vpc-cni", role(aws, "cni"))
    plain = made.addon("coredns")
    controller = made.capability("argo", role(aws, "argo"))
    eks = aws.client("eks", REGION)
    group = eks.create_nodegroup(
        clusterName="shop", nodegroupName="n", subnets=["subnet-1"], nodeRole=f"{IAM}:role/node"
    )
    profile = eks.create_fargate_profile(
        clusterName="shop",
        fargateProfileName="f",
        podExecutionRoleArn=f"{IAM}:role/fargate",
        subnets=["subnet-1"],
        selectors=[{"namespace": "jobs"}],
    )
    inventory = scanned(aws, tmp_path)
    arns = {
        "eks-nodegroup": group["nodegroup"]["nodegroupArn"],
        "eks-fargate-profile": profile["fargateProfile"]["fargateProfileArn"],
        "eks-capability": controller,
    }
    assert {one.kind: one.id for one in inventory.workloads.values() if one.kind in arns} == arns
    assert runs(inventory, addon) == [("cni", "service account role", False)]
    assert runs(inventory, plain) == []
    assert runs(inventory, controller) == [("argo", "capability role", False)]
    assert runs(inventory, arns["eks-nodegroup"]) == [("node", "node role", False)]
    assert runs(inventory, arns["eks-fargate-profile"]) == [("fargate", "pod execution role", True)]
    assert inventory.workloads[arns["eks-fargate-profile"]].attributes["namespaces"] == "jobs"
    assert {link.kind for link in inventory.links_to(made.arn)} == {"part_of"}


def test_lists_are_paged_and_empty_regions_cost_one_call(aws: Aws, tmp_path: Path) -> None:
    assert not scanned(aws, tmp_path / "empty").gaps
    assert aws.calls.count("eks") == 1
    made = cluster(aws)
    planner = role(aws, "planner")
    for number in range(101):
        made.pod_identity("agents", f"planner-{number}", planner)
    aws.calls.clear()
    inventory = scanned(aws, tmp_path / "full")
    assert len(inventory.workloads_running_as(planner.arn)) == 101
    counts = aws.calls.names()
    assert counts["eks:ListPodIdentityAssociations"] == 2
    assert sum(counts.values()) == 2 + 1 + 1 + 4 + 101 + 2  # with the second page of associations


def test_an_association_that_may_not_be_read_leaves_its_service_account_unknown(aws: Aws, tmp_path: Path) -> None:
    made = cluster(aws)
    for name in ("open", "hidden"):
        id = made.pod_identity("agents", name, role(aws, name))
    aws.faults.deny("eks", "DescribePodIdentityAssociation", params={"associationId": id})
    inventory = scanned(aws, tmp_path)
    hidden, open_ = (f"{made.arn}/serviceaccount/agents/{name}" for name in ("hidden", "open"))
    assert hidden in inventory.workloads
    assert not inventory.knows(SCOPE, "workloads", hidden)
    assert inventory.knows(SCOPE, "workloads", open_)
    (gap,) = inventory.gaps
    assert (gap.permission, gap.subjects) == ("eks:DescribePodIdentityAssociation", (hidden,))


def test_a_cluster_that_may_not_be_described_is_known_by_name_only(aws: Aws, tmp_path: Path) -> None:
    made, other = cluster(aws), cluster(aws, "other")
    made.pod_identity("agents", "planner", role(aws, "planner"))
    aws.faults.deny("eks", "DescribeCluster", params={"name": "shop"})
    inventory = scanned(aws, tmp_path)
    assert inventory.workloads[made.arn].attributes == {}
    assert runs(inventory, f"{made.arn}/serviceaccount/agents/planner") == [("planner", "pod identity", False)]
    (gap,) = inventory.gaps
    assert (gap.permission, gap.subjects) == ("eks:DescribeCluster", (made.arn,))
    assert inventory.knows(SCOPE, "workloads", other.arn)


def test_irsa_over_the_socket(aws: Aws, tmp_path: Path) -> None:
    made = cluster(aws)
    provider = aws.account.oidc(made.issuer)
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    equals = {"StringEquals": {f"{made.issuer}:sub": "system:serviceaccount:agents:planner"}}
    like = {"StringLike": {f"{made.issuer}:sub": "system:serviceaccount:ci:*"}}
    planner = aws.account.role("planner", document({**statement, "Condition": equals}))
    aws.account.role("builder", document({**statement, "Condition": like}))
    inventory = scanned(aws, tmp_path / "eks")
    for trust in collected(IAM_SERVICE, tmp_path / "iam", endpoint=aws.endpoint).trusts:
        inventory.add(trust)
    assert SERVICE.join is not None
    for record in SERVICE.join(inventory):
        inventory.add(record)
    id = f"{made.arn}/serviceaccount/agents/planner"
    assert inventory.workloads[id].attributes["irsa"] == "yes"
    assert inventory.identities_run_by(id) == [RunsAs(workload=id, identity=planner.arn, detail="IRSA")]
    federated = {(link.source, link.target) for link in inventory.links if link.kind == "federates"}
    assert federated == {
        (id, f"oidc:{made.issuer}#system:serviceaccount:agents:planner"),
        (made.arn, f"oidc:{made.issuer}#system:serviceaccount:ci:*"),
    }


ISSUER = f"oidc.eks.{REGION}.amazonaws.com/id/0123456789ABCDEF"


def joined(principals: Iterable[str], *, issuer: str = ISSUER) -> list[object]:
    """What joins say of roles that trust principals, beside one cluster."""
    made = Workload(
        id=f"{CLUSTER}/shop",
        provider="aws",
        kind="eks-cluster",
        name="shop",
        scope=SCOPE,
        region=REGION,
        attributes={"oidc_issuer": issuer} if issuer else {},
    )
    trusts = [Trust(identity=f"{IAM}:role/r{n}", principal=one, kind="oidc") for n, one in enumerate(principals)]
    assert SERVICE.join is not None
    return list(SERVICE.join(Inventory([made, *trusts])))


def test_only_issuers_of_known_clusters_count() -> None:
    assert not joined(["oidc:oidc.eks.eu-west-1.amazonaws.com/id/OTHER#system:serviceaccount:a:b", "oidc:#x", "x"])
    assert not joined([f"oidc:{ISSUER}#system:serviceaccount:a:b"], issuer="")


def test_subjects_that_are_no_service_account_become_no_workload() -> None:
    subjects = ["*", "system:serviceaccount:a:*", "system:serviceaccount:a:b?", "system:node:x", "", "a" * 9000]
    found = joined(f"oidc:{ISSUER}#{subject}" for subject in subjects)
    assert len(found) == len(subjects)
    assert not [record for record in found if isinstance(record, (Workload, RunsAs))]


def test_two_roles_of_one_service_account_make_one_workload() -> None:
    found = joined([f"oidc:{ISSUER}#system:serviceaccount:a:b"] * 2)
    assert sum(isinstance(record, Workload) for record in found) == 1
    assert sum(isinstance(record, RunsAs) for record in found) == 2


def test_damaged_answers() -> None:
    listed = {"associations": [{"clusterName": "c", "namespace": "n"}, "x"]}
    inventory = parse(
        REGION_SHARD,
        [
            answer(ops.CLUSTERS, {"clusters": ["c", 7]}),
            answer(ops.CLUSTER, {"cluster": 7}, name="c"),
            answer(ops.POD_IDENTITIES.list, listed, clusterName="c"),
            answer(ops.POD_IDENTITIES.describe, {"association": [1]}, clusterName="c", associationId="a-1"),
            answer(ops.ADDONS.describe, {"addon": 3}, clusterName="c", addonName="x"),
            answer(ops.ENTRIES, {"accessEntries": [7]}, clusterName="c"),
        ],
    )
    assert set(inventory.workloads) == {f"{CLUSTER}/c"}
    details = {gap.operation: gap.detail for gap in inventory.gaps}
    assert "clusters[1] is a number" in details["eks:ListClusters"]
    assert "associations[0] has no serviceAccount" in details["eks:ListPodIdentityAssociations"]
    assert "cluster[0] is a number" in details["eks:DescribeCluster"]
    assert "association[0] is a list" in details["eks:DescribePodIdentityAssociation"]
    assert "addon[0] is a number" in details["eks:DescribeAddon"]
    assert "accessEntries[0] is a number" in details["eks:ListAccessEntries"]
