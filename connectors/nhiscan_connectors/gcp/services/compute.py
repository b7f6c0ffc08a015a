"""Compute Engine: instances and templates of instances, the account that each hands to whatever runs on it.

One sweep of all projects; where that is not open, two lists a project. What stands in the metadata of an instance is
dropped before anything is written, for startup scripts and keys of nodes are among it; the names of the keys stay. Of
those the inventory holds a few only, so whether there is a startup script is known from a project's own lists.

Attributes: "scopes" (what tokens of the account may be used for, short), "metadata_keys", "startup_script" (yes),
"os_login" (set, where the instance decides it for itself), "project_ssh_keys" (set, likewise), "external_ip"
(enabled), "state", "zone", "machine_type", "cluster" (name of the GKE cluster of a node).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.assets import Asset, Listing, labels_of
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import gather, objects, workloads_of
from nhiscan_connectors.gcp.compute.links import by_link
from nhiscan_connectors.gcp.compute.workloads import Workloads, joined
from nhiscan_connectors.gcp.service import Answers, Service

INSTANCE: Final = "compute.googleapis.com/Instance"
TEMPLATE: Final = "compute.googleapis.com/InstanceTemplate"
_METADATA: Final = ("value",)
"""What a key of the metadata holds."""
SWEEP: Final = workloads_of("instances-and-templates", INSTANCE, TEMPLATE, drop=_METADATA)


def _list(what: str, permission: str, title: str) -> Api:
    return rest(
        f"compute:{what}.aggregatedList",
        f"compute/v1/projects/{{project}}/aggregated/{what}",
        query=(("maxResults", "500"),),
        permission=permission,
        purpose=f"lists {title}, where Cloud Asset Inventory may not be read",
        hides=f"which {title} the project has and what they act as",
        blinds=("workloads",),
        drop=_METADATA,
    )


INSTANCES: Final = _list("instances", "compute.instances.list", "instances of Compute Engine")
TEMPLATES: Final = _list("instanceTemplates", "compute.instanceTemplates.list", "templates of instances")
_INSTANCES: Final = Listing(
    type=INSTANCE, operation=INSTANCES, key="items/*/instances", service="compute", name="selfLink"
)
_TEMPLATES: Final = Listing(
    type=TEMPLATE, operation=TEMPLATES, key="items/*/instanceTemplates", service="compute", name="selfLink"
)
_STARTUP: Final = ("startup-script", "startup-script-url", "windows-startup-script-ps1", "windows-startup-script-url",
                   "windows-startup-script-cmd", "windows-startup-script-bat", "user-data")  # fmt: skip
_CLUSTER: Final = "goog-k8s-cluster-name"


def collect(calls: Calls) -> None:
    """One sweep, or two lists a project."""
    gather(calls, SWEEP, "compute", INSTANCES, TEMPLATES)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Instances and templates, with the accounts that they hand out."""
    reading = Workloads(shard, answers, SWEEP, INSTANCES, TEMPLATES)
    for asset in reading.all(SWEEP, INSTANCE, _INSTANCES):
        yield from _one(reading, by_link(asset, "compute"), asset.data, "google-compute-instance")
    for asset in reading.all(SWEEP, TEMPLATE, _TEMPLATES):
        its = table(asset.data.get("properties"))
        yield from _one(reading, by_link(asset, "compute"), its, "google-compute-instance-template")
    for operation in (INSTANCES, TEMPLATES):
        reading.unreached(operation, "unreachables")
    yield from reading.sightings(SWEEP)
    yield from reading.gaps()


def _one(reading: Workloads, asset: Asset, its: dict[str, Any], kind: str) -> Iterator[AnyRecord]:
    accounts = objects(its.get("serviceAccounts"))
    keys = {text(item.get("key")) for item in objects(table(its.get("metadata")).get("items"))}
    labels = labels_of(its)
    facts = {
        "scopes": joined(scope for account in accounts for scope in scopes_of(account.get("scopes"))),
        "metadata_keys": joined(keys)[:500],
        "startup_script": "yes" if keys & set(_STARTUP) else "",
        "os_login": "set" if "enable-oslogin" in keys else "",
        "project_ssh_keys": "set" if "block-project-ssh-keys" in keys else "",
        "external_ip": "enabled" if _external(its) else "",
        "state": text(its.get("status")),
        "zone": asset.location if "/zones/" in asset.name else "",
        "machine_type": text(its.get("machineType")).rpartition("/")[2],
        "cluster": labels.get(_CLUSTER, ""),
    }
    yield reading.workload(
        asset,
        kind,
        facts=facts,
        # Whether anything on it answers, and whom firewalls and load balancers let through, is not told.
        public=None,
        tags=labels,
        created_at=moment(asset.data.get("creationTimestamp")),
        updated_at=moment(its.get("lastStartTimestamp")),
    )
    for account in accounts:
        yield from reading.acts_as(asset, account.get("email"), "service account")


def scopes_of(value: object) -> list[str]:
    """Scopes of tokens without the address that all of them begin with."""
    found = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    return [one.removeprefix("https://www.googleapis.com/auth/") for one in found]


def _external(its: dict[str, Any]) -> bool:
    return any(
        objects(card.get("accessConfigs")) or objects(card.get("ipv6AccessConfigs"))
        for card in objects(its.get("networkInterfaces"))
    )


SERVICE = Service(
    name="compute",
    part="any",
    operations=(SWEEP, INSTANCES, TEMPLATES),
    collect=collect,
    parse=parse,
    never=("compute:instances.getSerialPortOutput", "compute:instances.getGuestAttributes"),
)
