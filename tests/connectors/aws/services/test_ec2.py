"""EC2 over a socket: instances, the role in their profile, their metadata service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan.model import Link, RunsAs
from nhiscan_connectors.aws.services.ec2 import INSTANCES, SERVICE, join
from nhiscan_connectors.aws.services.iam import SERVICE as IAM_SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ARN = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance"


def start(aws: Aws, count: int = 1, **more: Any) -> list[str]:
    """Instances in the emulator; their ARNs."""
    made = aws.client("ec2", REGION).run_instances(ImageId="ami-12c6146b", MinCount=count, MaxCount=count, **more)
    return [f"{ARN}/{instance['InstanceId']}" for instance in made["Instances"]]


def test_an_instance_runs_as_the_role_in_its_profile(aws: Aws, tmp_path: Path) -> None:
    role = aws.account.role("web", {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})  # fmt: skip
    profile = aws.account.instance_profile("web-profile", role)
    tags = [{"Key": "Name", "Value": "web-1"}, {"Key": "Team", "Value": "shop"}]
    (arn,) = start(
        aws,
        IamInstanceProfile={"Name": "web-profile"},
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )
    inventory = collected(SERVICE, tmp_path / "ec2", endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.name, workload.tags["Team"]) == ("ec2-instance", "web-1", "shop")
    assert workload.attributes["instance_profile"] == profile
    assert workload.attributes["imdsv2"] == "required"
    assert workload.created_at is not None
    assert not inventory.gaps
    assert not inventory.runs_as
    for link in collected(IAM_SERVICE, tmp_path / "iam", endpoint=aws.endpoint).links_from(profile):
        inventory.add(link)
    assert list(join(inventory)) == [RunsAs(workload=arn, identity=role.arn, detail="instance profile web-profile")]


def test_pages_and_terminated_instances(aws: Aws, tmp_path: Path) -> None:
    arns = start(aws, 3)
    aws.client("ec2", REGION).terminate_instances(InstanceIds=[arns[0].rpartition("/")[2]])
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == set(arns[1:])
    assert aws.calls.names() == {"ec2:RunInstances": 1, "ec2:TerminateInstances": 1, "ec2:DescribeInstances": 1}


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("ec2") == 1


def test_a_refused_list_is_a_gap(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("ec2", "DescribeInstances")
    (gap,) = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION).gaps
    assert (gap.reason, gap.permission, gap.blinds) == ("denied", "ec2:DescribeInstances", ("workloads",))


def test_the_age_of_an_instance_is_that_of_its_first_interface() -> None:
    interfaces = [
        "x",
        {"Attachment": {"DeviceIndex": 1, "AttachTime": "2026-01-01T00:00:00Z"}},
        {"Attachment": {"DeviceIndex": 0, "AttachTime": "2020-01-01T00:00:00Z"}},
    ]
    old = {"InstanceId": "i-1", "LaunchTime": "2026-11-01T00:00:00Z", "NetworkInterfaces": interfaces}
    gone = {"InstanceId": "i-2", "State": {"Name": "terminated"}}
    odd = {"InstanceId": "i-3", "MetadataOptions": 7, "Tags": [7, {"Key": "a"}], "IamInstanceProfile": "x"}
    pages = [{"Instances": [old, gone, odd, {"State": 7}]}, 7, {"Instances": "none"}]
    inventory = parse(REGION_SHARD, [answer(INSTANCES, {"Reservations": pages})])
    assert set(inventory.workloads) == {f"{ARN}/i-1", f"{ARN}/i-3"}
    first = inventory.workloads[f"{ARN}/i-1"]
    assert first.created_at is not None
    assert first.created_at.year == 2020
    assert first.updated_at is not None
    assert first.updated_at.year == 2026
    (gap,) = inventory.gaps
    assert "Instances[3] has no InstanceId" in gap.detail
    assert "Reservations[1] is a number" in gap.detail


def test_a_profile_that_nobody_knows_gives_no_role() -> None:
    profile = {"Arn": f"{IAM}:instance-profile/lost"}
    page = {"Reservations": [{"Instances": [{"InstanceId": "i-1", "IamInstanceProfile": profile}]}]}
    inventory = parse(REGION_SHARD, [answer(INSTANCES, page)])
    inventory.add(Link(source=profile["Arn"], target=f"{IAM}:role/x", kind="part_of", reason="something else"))
    assert not list(join(inventory))
