"""Cloud Run: services, jobs and worker pools, what each acts as, its variables and secrets, and who may call it.

One sweep of all projects. Where that is not open, each project in which Cloud Run is enabled is asked: one call for the
locations, and three a location, for Cloud Run lists one location at a time; and one more for each policy.

Attributes of a service: "ingress" (all, internal, load-balancer, none), "callers" (everyone, any Google account, named,
unknown), "url", "images", "build_account", "sign_in_page" (callers go through Google's own), "serves" (mcp-server).
`public` is True where everybody on the internet gets an answer; None where a load balancer may hand calls on, or
policies are not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, RunsAs
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.assets import Asset, Listing
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import entries, gather, objects, workloads_of
from nhiscan_connectors.gcp.compute.exposure import Invokers, public
from nhiscan_connectors.gcp.compute.own_policies import ask_policies, policy_of, policy_records
from nhiscan_connectors.gcp.compute.run_specs import RunSpec, run_spec
from nhiscan_connectors.gcp.compute.workloads import Workloads, joined
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services.policies import SEARCH
from nhiscan_connectors.gcp.vertex.locations import locations, number_of
from nhiscan_connectors.gcp.vertex.principals import agent_records, principal_of

SERVICE_TYPE: Final = "run.googleapis.com/Service"
JOB_TYPE: Final = "run.googleapis.com/Job"
POOL_TYPE: Final = "run.googleapis.com/WorkerPool"
SWEEP: Final = workloads_of("cloud-run-services-and-jobs", SERVICE_TYPE, JOB_TYPE, POOL_TYPE)
WHERE: Final = locations("run", "services and jobs of Cloud Run", ("workloads",))


def _list(what: str, title: str) -> Api:
    return rest(
        f"run:projects.locations.{what}.list",
        f"v2/projects/{{project}}/locations/{{location}}/{what}",
        size=500,
        permission=f"run.{what.lower()}.list",  # "run.workerpools.list": not as the path is written
        purpose=f"lists {title} of Cloud Run, where Cloud Asset Inventory may not be read",
        hides=f"which {title} of Cloud Run the project has and what they act as",
        blinds=("workloads",),
    )


SERVICES: Final = _list("services", "services")
JOBS: Final = _list("jobs", "jobs")
POOLS: Final = _list("workerPools", "worker pools")
SERVICE_POLICY: Final = policy_of("run", "services", "service of Cloud Run")
JOB_POLICY: Final = policy_of("run", "jobs", "job of Cloud Run")
_SERVICES: Final = Listing(type=SERVICE_TYPE, operation=SERVICES, key="services", service="run")
_JOBS: Final = Listing(type=JOB_TYPE, operation=JOBS, key="jobs", service="run")
_POOLS: Final = Listing(type=POOL_TYPE, operation=POOLS, key="workerPools", service="run")
INVOKERS: Final = ("roles/run.invoker", "roles/run.servicesInvoker", "roles/run.admin", "roles/owner", "roles/editor")
"""Predefined roles with run.routes.invoke."""


def collect(calls: Calls) -> None:
    """One sweep, or every location of a project and the policy of everything in it."""
    found = gather(calls, SWEEP, "run", SERVICES, JOBS, POOLS, where=WHERE)
    if not calls.place.swept:
        for operation, key, its in ((SERVICES, "services", SERVICE_POLICY), (JOBS, "jobs", JOB_POLICY)):
            ask_policies(calls, its, (text(item.get("name")) for item in entries(found, operation, key)))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Workloads with what they act as and read, and who may call them."""
    reading = Workloads(shard, answers, SWEEP, SERVICES, JOBS, POOLS)
    invokers = Invokers(reading, SERVICE_POLICY, *INVOKERS)
    for asset in reading.all(SWEEP, SERVICE_TYPE, _SERVICES):
        yield from _service(reading, asset, invokers)
    for asset in reading.all(SWEEP, JOB_TYPE, _JOBS):
        yield from _job(reading, asset, "job")
    for asset in reading.all(SWEEP, POOL_TYPE, _POOLS):
        yield from _job(reading, asset, "worker-pool")
    yield from policy_records(reading, SERVICE_POLICY, JOB_POLICY)
    yield from reading.sightings(SWEEP, _SERVICES, _JOBS, _POOLS)
    yield from reading.gaps()


def _service(reading: Workloads, asset: Asset, invokers: Invokers) -> Iterator[AnyRecord]:
    spec = run_spec(asset.data)
    callers = "everyone" if spec.open_to_all else invokers.of(asset.name, reading.scope(asset))
    facts = {
        "ingress": spec.ingress,
        "callers": callers,
        "url": spec.url,
        "images": joined(text(one.get("image")) for one in spec.containers),
        "build_account": spec.executor.rpartition("/")[2],
        "sign_in_page": "true" if spec.iap else "",
        "serves": spec.function if spec.function != "agent" else "",
    }
    open_to_internet = public(spec.ingress, callers)
    yield reading.workload(
        asset,
        "google-cloud-run-service",
        facts=facts,
        # Behind the sign-in page nobody gets an answer whom it does not let in.
        public=False if spec.iap and open_to_internet else open_to_internet,
        variables=(name for name, _ in _variables(reading, asset, spec)),
        tags=spec.labels,
        created_at=spec.created_at,
        updated_at=spec.updated_at,
        agent=spec.function == "agent",
        ai_platform="Cloud Run" if spec.function == "agent" else "",
    )
    yield from _acts(reading, asset, spec, f"Cloud Run service {asset.short}")


def _job(reading: Workloads, asset: Asset, what: str) -> Iterator[AnyRecord]:
    """A job or a worker pool: nobody calls either."""
    spec = run_spec(asset.data)
    yield reading.workload(
        asset,
        f"google-cloud-run-{what}",
        facts={"images": joined(text(one.get("image")) for one in spec.containers)},
        public=False,
        variables=(name for name, _ in _variables(reading, asset, spec)),
        tags=spec.labels,
        created_at=spec.created_at,
        updated_at=spec.updated_at,
        agent=spec.function == "agent",
        ai_platform="Cloud Run" if spec.function == "agent" else "",
    )
    yield from _acts(reading, asset, spec, f"Cloud Run {what.replace('-', ' ')} {asset.short}")


def _variables(reading: Workloads, asset: Asset, spec: RunSpec) -> list[tuple[str, str]]:
    """Names of variables, each with the id of the secret that it is taken from."""
    return [
        (name, reading.secret(asset, spec.secret_of(item)))
        for container in spec.containers
        for item in objects(container.get("env"))
        if (name := text(item.get("name")))
    ]


def _acts(reading: Workloads, asset: Asset, spec: RunSpec, title: str) -> Iterator[AnyRecord]:
    if spec.identity:
        if principal := principal_of(spec.identity, number_of(reading, asset.project)):
            yield RunsAs(workload=asset.name, identity=principal, detail="identity of its own")
            yield from agent_records(principal, reading.scope(asset), title, asset.source, resource=asset.name)
        else:
            reading.damage(asset, f"{asset.name[:200]} acts as {spec.identity[:100]!r}, which is no identity")
    if spec.account or not spec.identity:
        yield from reading.acts_as(asset, spec.account, "service account")
    if spec.executor:
        yield from reading.acts_as(asset, spec.executor, "builds it", by_platform=True)
    mounted = [reading.secret(asset, one) for one in spec.mounted]
    yield from reading.environment(asset, title, _variables(reading, asset, spec), mounted)
    yield from reading.made_by(asset, spec.creator)


SERVICE = Service(
    name="cloud-run",
    part="any",
    operations=(SWEEP, WHERE, SERVICES, JOBS, POOLS, SERVICE_POLICY, JOB_POLICY, SEARCH),
    collect=collect,
    parse=parse,
)
