"""EMR over a socket: the roles of the service and of the machines, by ARN, by name and by instance profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan.model import Identity, Link, RunsAs
from nhiscan_connectors.aws.services import emr
from nhiscan_connectors.aws.services.emr import CLUSTER, CLUSTERS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
MACHINES, SERVICE_ROLE = f"{IAM}:role/machines", f"{IAM}:role/EMR_DefaultRole"


def make_cluster(aws: Aws, name: str, **fields: Any) -> str:
    """A cluster that stays up; its id."""
    made = aws.client("emr", REGION).run_job_flow(
        Name=name,
        ReleaseLabel="emr-7.1.0",
        Instances={
            "MasterInstanceType": "m5.xlarge",
            "SlaveInstanceType": "m5.xlarge",
            "InstanceCount": 2,
            "KeepJobFlowAliveWhenNoSteps": True,
        },
        ServiceRole="EMR_DefaultRole",
        JobFlowRole="EMR_EC2_DefaultRole",
        Applications=[{"Name": "Spark"}],
        **fields,
    )
    return str(made["JobFlowId"])


def test_clusters_and_their_roles(aws: Aws, tmp_path: Path) -> None:
    secret = {"javax.jdo.option.ConnectionPassword": "a-value-that-must-not-stay"}
    id = make_cluster(aws, "spark", Configurations=[{"Classification": "hive-site", "Properties": secret}])
    gone = make_cluster(aws, "gone")
    aws.client("emr", REGION).terminate_job_flows(JobFlowIds=[gone])
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (workload,) = inventory.workloads.values()
    assert (workload.kind, workload.name) == ("emr-cluster", "spark")
    assert workload.id.endswith(f":cluster/{id}")
    facts = workload.attributes
    assert (facts["role_name"], facts["instance_profile"]) == ("EMR_DefaultRole", "EMR_EC2_DefaultRole")
    assert facts["applications"] == "Spark"
    assert not inventory.gaps
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"a-value-that-must-not-stay" not in kept
    inventory.add(Identity(id=SERVICE_ROLE, provider="aws", kind="iam-role", name="EMR_DefaultRole", scope=SCOPE))
    profile = f"{IAM}:instance-profile/EMR_EC2_DefaultRole"
    inventory.add(Link(source=profile, target=MACHINES, kind="gives_role", reason="r"))
    other = profile.replace(ACCOUNT, "999999999999")
    inventory.add(Link(source=other, target="another", kind="gives_role", reason="r"))
    assert list(emr.join(inventory)) == [
        RunsAs(workload=workload.id, identity=SERVICE_ROLE, detail="service role", by_platform=True),
        RunsAs(workload=workload.id, identity=MACHINES, detail="role of its machines"),
    ]


def test_a_region_without_clusters_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("emr") == 1


def test_refusals(aws: Aws, tmp_path: Path) -> None:
    make_cluster(aws, "spark")
    aws.faults.deny("emr", "DescribeCluster")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (workload,) = inventory.workloads.values()
    (gap,) = inventory.gaps
    assert (gap.subjects, gap.permission) == ((workload.id,), "elasticmapreduce:DescribeCluster")


def test_a_refused_list_hides_workloads(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("emr", "ListClusters")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert [gap.permission for gap in inventory.gaps] == ["elasticmapreduce:ListClusters"]
    assert not inventory.knows(SCOPE, "workloads")


def test_damaged_clusters_are_left_out_and_told() -> None:
    listed = [{"Id": "j-1", "Name": "a", "Status": 7}, {"Id": "j-2"}, 7]
    detail = {"ServiceRole": MACHINES, "AutoScalingRole": [], "Applications": ["x"], "Ec2InstanceAttributes": 7}
    found = [answer(CLUSTERS, {"Clusters": listed}), answer(CLUSTER, {"Cluster": detail}, ClusterId="j-1")]
    inventory = parse(REGION_SHARD, found)
    arn = f"arn:aws:elasticmapreduce:{REGION}:{ACCOUNT}:cluster/j-1"
    assert set(inventory.workloads) == {arn}
    assert inventory.runs_as == [RunsAs(workload=arn, identity=MACHINES, detail="service role", by_platform=True)]
    assert {(gap.operation, gap.subjects) for gap in inventory.gaps} == {(CLUSTERS.name, ()), (CLUSTER.name, (arn,))}
