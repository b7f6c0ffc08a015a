"""App Engine: services, the accounts that their versions run as, and the names of their variables.

One sweep of all projects tells of applications, services and versions. Where that is not open, a project is asked for
its application, its services, and the versions of each service. A service becomes one workload; of its versions those
that get traffic count, or all that are served where nothing says which do.

Attributes: "ingress" (all, internal, load-balancer), "versions" (that count), "runtimes", "sign_in_page" (the whole
application is behind Google's own), "url". `public` is True where everybody on the internet gets to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Ownership
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import entries, gather, workloads_of
from nhiscan_connectors.gcp.compute.exposure import Ingress
from nhiscan_connectors.gcp.compute.workloads import Workloads, joined, names_in
from nhiscan_connectors.gcp.service import Answers, Service

APPLICATION: Final = "appengine.googleapis.com/Application"
SERVICE_TYPE: Final = "appengine.googleapis.com/Service"
VERSION: Final = "appengine.googleapis.com/Version"
SWEEP: Final = workloads_of("app-engine-services", APPLICATION, SERVICE_TYPE, VERSION, drop=("oauth2ClientSecret",))
GET: Final = rest(
    "appengine:apps.get",
    "v1/apps/{project}",
    permission="appengine.applications.get",
    purpose="tells which account an application of App Engine runs as by default",
    hides="which account versions run as that name none",
    blinds=("workloads",),
    drop=("oauth2ClientSecret",),
)
SERVICES: Final = rest(
    "appengine:apps.services.list",
    "v1/apps/{project}/services",
    size=500,
    permission="appengine.services.list",
    purpose="lists services of App Engine, where Cloud Asset Inventory may not be read",
    hides="which services of App Engine the project has",
    blinds=("workloads",),
)
VERSIONS: Final = rest(
    "appengine:apps.services.versions.list",
    "v1/apps/{project}/services/{name}/versions",
    query=(("view", "FULL"),),
    size=100,
    permission="appengine.versions.list",
    purpose="tells what versions of a service of App Engine run as, where Cloud Asset Inventory may not be read",
    hides="what versions of the service run as",
    blinds=("workloads",),
)
_SERVICES: Final = Listing(type=SERVICE_TYPE, operation=SERVICES, key="services", service="appengine")
_VERSIONS: Final = Listing(type=VERSION, operation=VERSIONS, key="versions", service="appengine")
_INGRESS: Final[dict[str, Ingress]] = {
    "": "all",
    "INGRESS_TRAFFIC_ALLOWED_UNSPECIFIED": "all",
    "INGRESS_TRAFFIC_ALLOWED_ALL": "all",
    "INGRESS_TRAFFIC_ALLOWED_INTERNAL_ONLY": "internal",
    "INGRESS_TRAFFIC_ALLOWED_INTERNAL_AND_LB": "load-balancer",
}


def collect(calls: Calls) -> None:
    """One sweep, or two calls a project and one a service."""
    found = gather(calls, SWEEP, "appengine", GET, SERVICES)
    names = [text(item.get("name")) for item in entries(found, SERVICES, "services")]
    pairs = [(parts[1], parts[3]) for name in names if len(parts := name.split("/")) == 4]
    calls.each(lambda pair: calls.ask(VERSIONS, project=pair[0], name=pair[1]), pairs)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Services as workloads, with the accounts of their versions."""
    reading = Workloads(shard, answers, SWEEP, SERVICES, VERSIONS)
    applications = {_application(one): one.data for one in reading.all(SWEEP, APPLICATION)}
    for body in reading.bodies(GET):
        applications[text(body.get("id"))] = body
    versions: dict[str, list[Asset]] = defaultdict(list)
    for version in reading.all(SWEEP, VERSION, _VERSIONS):
        versions[version.name.partition("/versions/")[0]].append(version)
    for asset in reading.all(SWEEP, SERVICE_TYPE, _SERVICES):
        # Its name is that of the application, which has the id of its project.
        placed = asset if asset.project else msgspec.structs.replace(asset, project=_application(asset))
        application = applications.get(_application(asset), {})
        yield from _service(reading, placed, application, versions.get(asset.name, []))
    yield from reading.sightings(SWEEP, _SERVICES, _VERSIONS)
    yield from reading.gaps()


def _service(
    reading: Workloads, asset: Asset, application: dict[str, Any], versions: list[Asset]
) -> Iterator[AnyRecord]:
    traffic = table(table(asset.data.get("split")).get("allocations"))
    served = [one for one in versions if text(one.data.get("servingStatus")) != "STOPPED"]
    counts = [one for one in served if one.short in traffic] or served
    ingress = _INGRESS.get(text(table(asset.data.get("networkSettings")).get("ingressTrafficAllowed")), "")
    page = table(application.get("iap")).get("enabled") is True
    disabled = text(application.get("servingStatus")) in ("USER_DISABLED", "SYSTEM_DISABLED")
    variables = [name for one in counts for name in names_in(one.data.get("envVariables"))]
    yield reading.workload(
        asset,
        "google-app-engine-service",
        facts={
            "ingress": ingress,
            "versions": joined(one.short for one in counts),
            "runtimes": joined(text(one.data.get("runtime")) for one in counts),
            "sign_in_page": "true" if page else "",
            "state": "disabled" if disabled else "",
            "url": _url(asset, application),
        },
        public=_public(ingress, application, closed=page or disabled or not counts),
        variables=variables,
        created_at=None,
    )
    # What no version is told of yet runs as the default all the same.
    accounts = dict.fromkeys(text(one.data.get("serviceAccount")) for one in counts) if counts else {"": None}
    for account in accounts:
        written = account or text(application.get("serviceAccount"))
        yield from reading.acts_as(asset, written, "service account", default="appengine")
    for creator in dict.fromkeys(text(one.data.get("createdBy")) for one in counts):
        if "@" in creator:
            yield Ownership(subject=asset.name, owner=creator, kind="creator", source=f"{asset.source}, createdBy")
    yield from reading.environment(asset, f"service {asset.short} of App Engine", [(name, "") for name in variables])


def _application(asset: Asset) -> str:
    """Id of the application that an asset is, or belongs to."""
    return asset.name.partition("/apps/")[2].partition("/")[0]


def _url(asset: Asset, application: dict[str, Any]) -> str:
    host = text(application.get("defaultHostname"))
    if not host:
        return ""
    return f"https://{host}" if asset.short == "default" else f"https://{asset.short}-dot-{host}"


def _public(ingress: Ingress, application: dict[str, Any], *, closed: bool) -> bool | None:
    """App Engine asks nobody who they are, but for its sign-in page and the application's own code."""
    if closed or ingress == "internal":
        return False
    return True if ingress == "all" and application else None


SERVICE = Service(
    name="app-engine",
    part="any",
    operations=(SWEEP, GET, SERVICES, VERSIONS),
    collect=collect,
    parse=parse,
)
