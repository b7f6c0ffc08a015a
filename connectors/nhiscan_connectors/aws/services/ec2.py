"""EC2: instances, the role that each has by its instance profile, and how its metadata service hands the role out.

One call a thousand instances; nothing is asked of a single instance, least of all its user data.
Terminated instances are not asked for. An instance names its profile; which role is in it, IAM tells.

Attributes of "ec2-instance": "instance_profile" (its ARN), "imdsv2" ("required", or "optional": then a request forgery
in anything that runs there can fetch the role's credentials), "metadata" ("disabled" when there is no such service),
"hop_limit" (over 1: containers on it reach the metadata service), "state", "image", "public_ip" ("enabled").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, RunsAs, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, tags_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

INSTANCES = call(
    "ec2:DescribeInstances",
    "lists instances, their instance profiles and the settings of their metadata service",
    "which instances exist, what they run as and how easily their role's credentials are taken",
)

_LIVE = ["pending", "running", "stopping", "stopped"]


def collect(calls: Calls) -> None:
    """One sweep. Without a size of pages EC2 puts the whole region into one answer, which may take too long."""
    for _ in calls.pages(INSTANCES, MaxResults=1000, Filters=[{"Name": "instance-state-name", "Values": _LIVE}]):
        pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload an instance that is not gone."""
    reading = Reading(shard, answers)
    for reservation in reading.items(INSTANCES, "Reservations"):
        for instance in reading.within(INSTANCES, reservation, "Instances", "InstanceId"):
            if table(instance.get("State")).get("Name") not in ("terminated", "shutting-down"):
                yield _instance(reading, instance)
    ids = named_on_the_way("InstanceId")
    yield from reading.sightings(INSTANCES, lambda item, path: _with_arn(reading, *ids(item, path)))
    yield from reading.gaps()


def _with_arn(reading: Reading, instance: str, where: str) -> tuple[str, str]:
    return (reading.arn("ec2", f"instance/{instance}") if instance else "", where)


def _instance(reading: Reading, instance: dict[str, Any]) -> Workload:
    id = instance["InstanceId"]
    tags = tags_of(instance.get("Tags"))
    metadata = table(instance.get("MetadataOptions"))
    hops = metadata.get("HttpPutResponseHopLimit")
    facts = {
        "instance_profile": text(table(instance.get("IamInstanceProfile")).get("Arn")),
        "imdsv2": text(metadata.get("HttpTokens")),
        "metadata": "disabled" if metadata.get("HttpEndpoint") == "disabled" else "",
        "hop_limit": str(hops) if isinstance(hops, int) else "",
        "state": text(table(instance.get("State")).get("Name")),
        "image": text(instance.get("ImageId")),
        "public_ip": "enabled" if text(instance.get("PublicIpAddress")) else "",
    }
    started = moment(instance.get("LaunchTime"))
    return Workload(
        id=reading.arn("ec2", f"instance/{id}"),
        provider="aws",
        kind="ec2-instance",
        name=tags.get("Name") or id,
        scope=reading.scope,
        region=reading.region,
        # Its launch time is that of the last start; its first network interface is as old as itself.
        created_at=_interface_attached(instance) or started,
        updated_at=started,
        tags=tags,
        attributes={key: value for key, value in facts.items() if value},
    )


def _interface_attached(instance: dict[str, Any]) -> Any:
    interfaces = instance.get("NetworkInterfaces")
    for interface in interfaces if isinstance(interfaces, list) else ():
        attachment = table(table(interface).get("Attachment"))
        if attachment.get("DeviceIndex") == 0:
            return moment(attachment.get("AttachTime"))
    return None


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """What an instance runs as: the role that IAM says is in its profile."""
    for workload in list(inventory.workloads.values()):
        profile = workload.attributes.get("instance_profile")
        if workload.kind != "ec2-instance" or not profile:
            continue
        for link in inventory.links_from(profile):
            if link.kind == "gives_role":
                detail = f"instance profile {profile.rpartition('/')[2]}"
                yield RunsAs(workload=workload.id, identity=link.target, detail=detail)


SERVICE = Service(name="ec2", part="region", operations=(INSTANCES,), collect=collect, parse=parse, join=join)
