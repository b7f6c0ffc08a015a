"""Cloud Functions of both generations: what each acts as, what builds it, its variables and secrets, who may call it.

One sweep of all projects; where that is not open, one list a project, whose second version tells of both generations,
and one call for the policy of each function of the first. One of the second generation is a service of Cloud Run: the
service is a part of it, and policies on the service say who may call it.

Attributes: "generation" (1, 2), "runtime", "ingress" (all, internal, load-balancer), "callers" (everyone, any Google
account, named, unknown), "url", "event" (type of those that start it), "build_account".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import entries, gather, objects, workloads_of
from nhiscan_connectors.gcp.compute.exposure import Callers, Ingress, Invokers, public
from nhiscan_connectors.gcp.compute.own_policies import ask_policies, policy_of, policy_records
from nhiscan_connectors.gcp.compute.workloads import Default, Workloads, names_in
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services import cloud_run
from nhiscan_connectors.gcp.services.policies import SEARCH

FIRST: Final = "cloudfunctions.googleapis.com/CloudFunction"
SECOND: Final = "cloudfunctions.googleapis.com/Function"
_CODE: Final = ("sourceUploadUrl", "sourceToken")
SWEEP: Final = workloads_of("cloud-functions", FIRST, SECOND, drop=_CODE)
LIST: Final = rest(
    "cloudfunctions:projects.locations.functions.list",
    "v2/projects/{project}/locations/-/functions",
    size=1000,
    permission="cloudfunctions.functions.list",
    purpose="lists functions of both generations, where Cloud Asset Inventory may not be read",
    hides="which functions the project has and what they act as",
    blinds=("workloads",),
    drop=_CODE,
)
POLICY: Final = policy_of("cloudfunctions", "functions", "function of the first generation")
_LISTING: Final = Listing(type=SECOND, operation=LIST, key="functions", service="cloudfunctions")
_INVOKERS: Final = (
    "roles/cloudfunctions.invoker", "roles/cloudfunctions.admin", "roles/cloudfunctions.developer", "roles/owner",
    "roles/editor",
)  # fmt: skip
"""Predefined roles with cloudfunctions.functions.invoke."""
_INGRESS: Final[dict[str, Ingress]] = {
    "": "all",
    "ALLOW_ALL": "all",
    "ALLOW_INTERNAL_ONLY": "internal",
    "ALLOW_INTERNAL_AND_GCLB": "load-balancer",
}


class _Function(msgspec.Struct, frozen=True, kw_only=True):
    """A function, whichever API described it."""

    generation: str
    account: str
    builder: str
    runtime: str
    ingress: Ingress
    url: str
    event: str
    event_account: str
    service: str
    """Relative name of the service of Cloud Run that it is."""
    settings: dict[str, Any]
    """Where its variables and secrets stand."""


def collect(calls: Calls) -> None:
    """One sweep, or one list a project and the policy of each function of the first generation."""
    found = gather(calls, SWEEP, "cloudfunctions", LIST)
    if not calls.place.swept:
        first = [item for item in entries(found, LIST, "functions") if text(item.get("environment")) != "GEN_2"]
        ask_policies(calls, POLICY, (text(item.get("name")) for item in first))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Workloads with what they act as and read, and who may call them."""
    reading = Workloads(shard, answers, SWEEP, LIST)
    first = Invokers(reading, POLICY, *_INVOKERS)
    second = Invokers(reading, cloud_run.SERVICE_POLICY, *cloud_run.INVOKERS)
    seen: set[str] = set()
    for type in (SECOND, FIRST):
        for asset in reading.all(SWEEP, type, _LISTING):
            # The inventory may tell of one of the first generation under both types.
            if asset.name not in seen:
                seen.add(asset.name)
                yield from _one(reading, asset, first, second)
    yield from policy_records(reading, POLICY)
    reading.unreached(LIST, "unreachable")
    yield from reading.sightings(SWEEP, _LISTING)
    yield from reading.gaps()


def _one(reading: Workloads, asset: Asset, first: Invokers, second: Invokers) -> Iterator[AnyRecord]:
    function = _of_second_api(asset.data) if "serviceConfig" in asset.data else _of_first_api(asset.data)
    title = f"function {asset.short}"
    run = reading.resource(f"//run.googleapis.com/{function.service}") if function.service else ""
    callers: Callers = "unknown"
    if function.generation == "1":
        callers = first.of(asset.name, reading.scope(asset))
    elif run:
        callers = second.of(run, reading.scope(asset))
    # One of the first generation that events start has no address.
    closed = function.generation == "1" and bool(function.event)
    variables = _variables(reading, asset, function.settings)
    yield reading.workload(
        asset,
        "google-cloud-function",
        facts={
            "generation": function.generation,
            "runtime": function.runtime,
            "ingress": function.ingress,
            "callers": callers if not closed else "",
            "url": function.url,
            "event": function.event,
            "build_account": function.builder.rpartition("/")[2],
        },
        public=False if closed else public(function.ingress, callers),
        variables=(name for name, _ in variables),
    )
    default: Default = "appengine" if function.generation == "1" else "compute"
    yield from reading.acts_as(asset, function.account, "service account", default=default)
    if function.builder:
        yield from reading.acts_as(asset, function.builder, "builds it", by_platform=True)
    if function.event and function.generation == "2":
        yield from reading.acts_as(asset, function.event_account, "calls it on events", by_platform=True)
    mounted = [
        reading.secret(asset, one.get("secret"), one.get("projectId"))
        for one in objects(function.settings.get("secretVolumes"))
    ]
    yield from reading.environment(asset, title, variables, mounted)
    if run:
        reason = f"service {run.rpartition('/')[2]} of Cloud Run is {title}"
        yield Link(source=run, target=asset.name, kind="part_of", reason=reason)


def _variables(reading: Workloads, asset: Asset, settings: dict[str, Any]) -> list[tuple[str, str]]:
    plain = [(name, "") for name in names_in(settings.get("environmentVariables"))]
    kept = [
        (name, reading.secret(asset, one.get("secret"), one.get("projectId")))
        for one in objects(settings.get("secretEnvironmentVariables"))
        if (name := text(one.get("key")))
    ]
    return [*plain, *kept]


def _of_second_api(data: dict[str, Any]) -> _Function:
    service, build, event = (table(data.get(key)) for key in ("serviceConfig", "buildConfig", "eventTrigger"))
    return _Function(
        generation="1" if text(data.get("environment")) == "GEN_1" else "2",
        account=text(service.get("serviceAccountEmail")),
        builder=text(build.get("serviceAccount")),
        runtime=text(build.get("runtime")),
        ingress=_INGRESS.get(text(service.get("ingressSettings")), ""),
        url=",".join(dict.fromkeys(one for one in (text(data.get("url")), text(service.get("uri"))) if one)),
        event=text(event.get("eventType")),
        event_account=text(event.get("serviceAccountEmail")),
        service=text(service.get("service")),
        settings=service,
    )


def _of_first_api(data: dict[str, Any]) -> _Function:
    return _Function(
        generation="1",
        account=text(data.get("serviceAccountEmail")),
        builder=text(data.get("buildServiceAccount")),
        runtime=text(data.get("runtime")),
        ingress=_INGRESS.get(text(data.get("ingressSettings")), ""),
        url=text(table(data.get("httpsTrigger")).get("url")),
        event=text(table(data.get("eventTrigger")).get("eventType")),
        event_account="",
        service="",
        settings=data,
    )


SERVICE = Service(
    name="cloud-functions",
    part="any",
    operations=(SWEEP, LIST, POLICY, SEARCH, cloud_run.SERVICE_POLICY),
    collect=collect,
    parse=parse,
)
