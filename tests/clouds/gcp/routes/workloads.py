"""Lists of what runs code: they are drawn from the assets, as each service's own API gives them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tests.clouds.gcp.answers import ApiError, Item, not_found
from tests.clouds.gcp.routing import Request, get
from tests.clouds.gcp.seed_workloads import REGIONS
from tests.clouds.gcp.state import Asset


def _assets(request: Request, type: str) -> list[Asset]:
    return request.state.within(f"projects/{request.params['project']}", type)


def _here(request: Request, assets: Iterable[Asset], key: str = "location") -> list[Asset]:
    """Those in the location that is asked for; "-" is all of them."""
    wanted = request.params[key]
    return [one for one in assets if wanted in ("-", one.location)]


def _locations(request: Request) -> Any:
    project = request.params["project"]
    found = [{"name": f"projects/{project}/locations/{one}", "locationId": one} for one in REGIONS]
    return request.page("locations", found, most=200)


for _service in ("run", "cloudscheduler", "workflows"):
    get(_service, "v1/projects/{project}/locations")(_locations)


@get("run", "v2/projects/{project}/locations/{location}/services")
def run_services(request: Request) -> Any:
    """services.list of the second version; takes no "-"."""
    return _run(request, "services", "run.googleapis.com/Service")


@get("run", "v2/projects/{project}/locations/{location}/jobs")
def run_jobs(request: Request) -> Any:
    """jobs.list of the second version."""
    return _run(request, "jobs", "run.googleapis.com/Job")


@get("run", "v2/projects/{project}/locations/{location}/workerPools")
def run_pools(request: Request) -> Any:
    """workerPools.list of the second version."""
    return _run(request, "workerPools", "run.googleapis.com/WorkerPool")


def _run(request: Request, key: str, type: str) -> Any:
    if request.params["location"] not in REGIONS:
        raise not_found(request.params["location"])
    found = [request.state.lists[f"run {one.name}"][0] for one in _here(request, _assets(request, type))]
    return request.page(key, found, most=1000)


@get("run", "v2/{+name}:getIamPolicy")
def run_policy(request: Request) -> Any:
    """getIamPolicy, which is a GET in this API."""
    return _policy(request, "run")


@get("cloudfunctions", "v2/{+name}:getIamPolicy")
def function_policy(request: Request) -> Any:
    """getIamPolicy."""
    return _policy(request, "cloudfunctions")


def _policy(request: Request, service: str) -> Item:
    if request.one("options.requestedPolicyVersion") != "3":
        raise ApiError(400, "Conditions are shown in version 3 only.")
    name = f"//{service}.googleapis.com/{request.params['name']}"
    if name not in request.state.assets:
        raise not_found(name)
    bindings = request.state.policies.get(name)
    return {"version": 3, "bindings": bindings} if bindings else {"etag": "ACAB"}


@get("cloudfunctions", "v2/projects/{project}/locations/{location}/functions")
def functions(request: Request) -> Any:
    """functions.list of the second version: both generations, as that version describes them."""
    found = [
        *_assets(request, "cloudfunctions.googleapis.com/CloudFunction"),
        *_assets(request, "cloudfunctions.googleapis.com/Function"),
    ]
    told = [request.state.lists[f"functions {one.name}"][0] for one in _here(request, found)]
    return {**request.page("functions", told, most=1000), **_unreached(request, "unreachable")}


def _unreached(request: Request, key: str) -> Item:
    """Places that do not answer, in the field in which the service names them."""
    found = [str(one["name"]) for one in request.state.lists[f"unreached {request.service}"]]
    return {key: found} if found else {}


def _without_size(request: Request) -> Request:
    """Compute Engine calls the size of a page `maxResults`."""
    return replace(request, query={key: value for key, value in request.query.items() if key != "maxResults"})


@get("compute", "compute/v1/projects/{project}/aggregated/instances")
def instances(request: Request) -> Any:
    """instances.aggregatedList."""
    return _aggregated(request, "instances", "compute.googleapis.com/Instance")


@get("compute", "compute/v1/projects/{project}/aggregated/instanceTemplates")
def instance_templates(request: Request) -> Any:
    """instanceTemplates.aggregatedList."""
    return _aggregated(request, "instanceTemplates", "compute.googleapis.com/InstanceTemplate")


def _aggregated(request: Request, key: str, type: str) -> Any:
    """A page of resources by their zone; a zone without any is there too, with a warning."""
    if int(request.one("maxResults") or 500) > 500:
        raise ApiError(400, "Invalid value for field 'maxResults': no more than 500.")
    page = _without_size(request).page(key, [{"asset": one} for one in _assets(request, type)], most=500, default=500)
    zones: Item = {"zones/empty1-a": {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "There are no results."}}}
    for entry in page.pop(key, []):
        one: Asset = entry["asset"]
        place = f"zones/{one.location}" if "/zones/" in one.name else "global"
        zones.setdefault(place, {}).setdefault(key, []).append(_whole(request, one))
    return {"kind": f"compute#{key}AggregatedList", "items": zones, **page}


def _whole(request: Request, asset: Asset) -> Item:
    """A resource as its own API describes it, where the inventory holds less of it."""
    told = request.state.lists.get(f"compute {asset.name}")
    return told[0] if told else asset.data


@get("compute", "compute/v1/projects/{project}/regions")
def regions(request: Request) -> Any:
    """regions.list."""
    return _without_size(request).page("items", [{"name": one} for one in REGIONS], most=500)


@get("container", "v1/projects/{project}/locations/{location}/clusters")
def clusters(request: Request) -> Any:
    """clusters.list, which has no pages."""
    found = [one.data for one in _here(request, _assets(request, "container.googleapis.com/Cluster"))]
    return {**({"clusters": found} if found else {}), **_unreached(request, "missingZones")}
