"""Lists of what starts, schedules and processes: builds, jobs, workflows, events, applications and clusters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.clouds.gcp.answers import ApiError, Item, not_found
from tests.clouds.gcp.routing import Request, get
from tests.clouds.gcp.seed_workloads import REGIONS
from tests.clouds.gcp.state import Asset


def _assets(request: Request, type: str) -> list[Asset]:
    return request.state.within(f"projects/{request.params['project']}", type)


def _listed(type: str, key: str, most: int, *, everywhere: bool) -> Callable[[Request], Any]:
    """A list of one location. `everywhere`: "-" stands for all of them."""

    def route(request: Request) -> Any:
        wanted = request.params["location"]
        if wanted == "-" and not everywhere:
            raise ApiError(400, "The location must be one.")
        found = [one.data for one in _assets(request, type) if wanted in ("-", one.location)]
        missing: list[Any] = [one["name"] for one in request.state.lists[f"unreached {request.service}"]]
        return {**request.page(key, found, most=most), **({"unreachable": missing} if missing else {})}

    return route


_PLACE = "projects/{project}/locations/{location}"
get("cloudbuild", f"v1/{_PLACE}/triggers")(
    _listed("cloudbuild.googleapis.com/BuildTrigger", "triggers", 1000, everywhere=False)
)
get("workflows", f"v1/{_PLACE}/workflows")(
    _listed("workflows.googleapis.com/Workflow", "workflows", 1000, everywhere=False)
)
get("eventarc", f"v1/{_PLACE}/triggers")(_listed("eventarc.googleapis.com/Trigger", "triggers", 1000, everywhere=True))
get("composer", f"v1/{_PLACE}/environments")(
    _listed("composer.googleapis.com/Environment", "environments", 1000, everywhere=False)
)
get("batch", f"v1/{_PLACE}/jobs")(_listed("batch.googleapis.com/Job", "jobs", 1000, everywhere=True))


@get("cloudbuild", "v2/projects/{project}/locations")
def build_locations(request: Request) -> Any:
    """locations.list, which leaves out "global"."""
    found = [{"name": f"projects/{request.params['project']}/locations/{one}", "locationId": one} for one in REGIONS]
    return request.page("locations", found, most=200)


@get("cloudbuild", "v1/projects/{project}/locations/global/defaultServiceAccount")
def default_build_account(request: Request) -> Any:
    """getDefaultServiceAccount."""
    place = request.state.place(f"projects/{request.params['project']}")
    chosen = request.state.lists[f"build account {place}"]
    number = place.removeprefix("projects/")
    email = str(chosen[0]["email"]) if chosen else f"{number}-compute@developer.gserviceaccount.com"
    name = f"{place}/locations/global/defaultServiceAccount"
    return {"name": name, "serviceAccountEmail": f"{place}/serviceAccounts/{email}"}


@get("cloudscheduler", "v1/projects/{project}/locations/{location}/jobs")
def scheduler_jobs(request: Request) -> Any:
    """jobs.list, of one location."""
    if request.params["location"] not in REGIONS:
        raise not_found(request.params["location"])
    place = request.state.place(f"projects/{request.params['project']}")
    return request.page("jobs", request.state.lists[f"jobs {place} {request.params['location']}"], most=500)


@get("pubsub", "v1/projects/{project}/subscriptions")
def subscriptions(request: Request) -> Any:
    """subscriptions.list."""
    found = [one.data for one in _assets(request, "pubsub.googleapis.com/Subscription")]
    return request.page("subscriptions", found, most=1000)


@get("appengine", "v1/apps/{project}")
def application(request: Request) -> Any:
    """apps.get; a project may have none."""
    found = _assets(request, "appengine.googleapis.com/Application")
    if not found:
        raise not_found(f"apps/{request.params['project']}")
    return found[0].data


@get("appengine", "v1/apps/{project}/services")
def app_services(request: Request) -> Any:
    """apps.services.list."""
    if not _assets(request, "appengine.googleapis.com/Application"):
        raise not_found(f"apps/{request.params['project']}")
    found = [one.data for one in _assets(request, "appengine.googleapis.com/Service")]
    return request.page("services", found, most=1000)


@get("appengine", "v1/apps/{project}/services/{service}/versions")
def app_versions(request: Request) -> Any:
    """apps.services.versions.list; without view=FULL it leaves variables out."""
    here = f"//appengine.googleapis.com/apps/{request.params['project']}/services/{request.params['service']}/versions/"
    found = [one.data for one in _assets(request, "appengine.googleapis.com/Version") if one.name.startswith(here)]
    if request.one("view") != "FULL":
        found = [{key: value for key, value in one.items() if key != "envVariables"} for one in found]
    return request.page("versions", found, most=1000, allow=("view",))


@get("dataflow", "v1b3/projects/{project}/jobs:aggregated")
def dataflow_jobs(request: Request) -> Any:
    """jobs.aggregated: summaries, without the environment."""
    found = [one.data for one in _assets(request, "dataflow.googleapis.com/Job")]
    if request.one("filter") == "ACTIVE":
        found = [one for one in found if one["currentState"] == "JOB_STATE_RUNNING"]
    told: list[Item] = [{key: value for key, value in one.items() if key != "environment"} for one in found]
    missing = [{"name": one["name"]} for one in request.state.lists["unreached dataflow"]]
    page = request.page("jobs", told, most=1000, allow=("filter",))
    return {**page, **({"failedLocation": missing} if missing else {})}


@get("dataflow", "v1b3/projects/{project}/locations/{location}/jobs/{job}")
def dataflow_job(request: Request) -> Any:
    """jobs.get."""
    for one in _assets(request, "dataflow.googleapis.com/Job"):
        if one.data["id"] == request.params["job"]:
            return one.data
    raise not_found(request.params["job"])


@get("dataproc", "v1/projects/{project}/regions/{region}/clusters")
def dataproc_clusters(request: Request) -> Any:
    """clusters.list, of one region."""
    found = [
        one.data
        for one in _assets(request, "dataproc.googleapis.com/Cluster")
        if one.location == request.params["region"]
    ]
    return request.page("clusters", found, most=1000)
