"""Whatever becomes of an answer about workloads, no parser raises, and the other workloads in it are still told of."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nhiscan import engine
from nhiscan.connector import Evidence, Shard
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services import (
    app_engine,
    batch,
    cloud_build,
    cloud_functions,
    cloud_run,
    cloud_scheduler,
    composer,
    compute,
    dataflow,
    dataproc,
    eventarc,
    gke,
    pubsub_push,
    workflows,
)
from tests.clouds.gcp import seed_workloads as seeds
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW, Company
from tests.connectors.gcp.services.roads import ROADS, close

SERVICES: tuple[Service, ...] = tuple(
    module.SERVICE
    for module in (
        app_engine, batch, cloud_build, cloud_functions, cloud_run, cloud_scheduler, composer, compute, dataflow,
        dataproc, eventarc, gke, pubsub_push, workflows,
    )
)  # fmt: skip
ODD: tuple[Any, ...] = (None, 7, True, "x", "//x/projects/", [], {}, [None, 3, "y", {}], {"a": {"b": [1]}})
_ENABLED = ("run", "cloudfunctions", "compute", "container", "cloudbuild", "cloudscheduler", "workflows", "eventarc",
            "pubsub", "appengine", "dataflow", "dataproc", "composer", "batch")  # fmt: skip


def everything(company: Company) -> None:
    """One or two of each kind of workload, with all that is read of them."""
    pay = company.project("pay-prod", services=_ENABLED)
    one = company.service_account(pay, "one")
    env, secrets = {"OPENAI_API_KEY": "x"}, {"TOKEN": "token", "KEY": "projects/vault/secrets/key"}
    web = seeds.run_service(
        company, pay, "web", account=one, env=env, secrets=secrets, mounted=("tls",), creator="a@b.c"
    )
    company.bind(web, "run.invoker", "allUsers")
    seeds.run_job(company, pay, "nightly", env=env, secrets=secrets)
    seeds.worker_pool(company, pay, "pull", account=one, env=env)
    for generation in (1, 2):
        name = seeds.function(company, pay, f"f{generation}", generation=generation, builder=one, secrets={"A": "b"})
        company.bind(name, "cloudfunctions.invoker", "allUsers")
    seeds.function(company, pay, "events", event="x.y", env=env)
    seeds.instance(company, pay, "vm", account=one, external=True, metadata={"startup-script": "x"}, labels={"a": "b"})
    seeds.instance_template(company, pay, "mould", account="default")
    nodes = {"p": {"serviceAccount": one, "oauthScopes": ["x"], "workloadMetadataConfig": {"mode": "GKE_METADATA"}}}
    networks = {"enabled": True, "cidrBlocks": [{"cidrBlock": "0.0.0.0/0"}]}
    seeds.cluster(
        company, pay, "main", pools=nodes, masterAuthorizedNetworksConfig=networks, autopilot={"enabled": False}
    )
    kept = {"secretManager": [{"env": "T", "versionName": "projects/p/secrets/t/versions/1"}]}
    steps = {"steps": [{"env": ["A=b"], "secretEnv": ["T"]}], "availableSecrets": kept}
    seeds.build_trigger(
        company, pay, "b", github={"owner": "o", "name": "n", "pullRequest": {"branch": "x"}}, build=steps
    )
    seeds.build_trigger(company, pay, "c", account=one, triggerTemplate={"repoName": "r"}, tags=["owner=x"])
    seeds.scheduler_job(
        company, pay, "s", httpTarget={"uri": "https://x.y/z", "oidcToken": {"serviceAccountEmail": one}}
    )
    seeds.scheduler_job(company, pay, "t", appEngineHttpTarget={"appEngineRouting": {"service": "web"}})
    seeds.simple(company, pay, "workflows.googleapis.com/Workflow", "w", serviceAccount=one, labels={"a": "b"})
    filters = [{"attribute": "type", "value": "x"}]
    goal = {"cloudRun": {"service": "web", "region": "europe-west1"}, "gke": {"cluster": "main", "location": "x"}}
    seeds.simple(company, pay, "eventarc.googleapis.com/Trigger", "e", destination=goal, eventFilters=filters)
    push = {"pushEndpoint": "https://x.y/z", "oidcToken": {"serviceAccountEmail": one}}
    seeds.subscription(company, pay, "push", pushConfig=push)
    seeds.subscription(company, pay, "store", bigqueryConfig={"table": "t", "serviceAccountEmail": one})
    seeds.app_engine(company, pay, iap={"enabled": True})
    seeds.app_service(company, pay, "web", {"v1": {"serviceAccount": one, "createdBy": "a@b.c"}, "v2": {}})
    seeds.dataflow_job(company, pay, "flow", account=one)
    seeds.dataproc_cluster(company, pay, "spark", account=one)
    settings = {"nodeConfig": {"serviceAccount": one}, "softwareConfig": {"imageVersion": "x"},
                "webServerNetworkAccessControl": {"allowedIpRanges": [{"value": "0.0.0.0/0"}]}}  # fmt: skip
    seeds.simple(company, pay, "composer.googleapis.com/Environment", "air", config=settings)
    task = {"environment": {"variables": {"A": "b"}, "secretVariables": {"S": "projects/p/secrets/s/versions/1"}}}
    whom = {"serviceAccount": {"email": one}}
    groups = [{"taskSpec": {**task, "runnables": [{}]}}]
    seeds.simple(company, pay, "batch.googleapis.com/Job", "job", taskGroups=groups, allocationPolicy=whom)


def _collected(gcp: Gcp, directory: Path) -> list[tuple[Shard, list[Evidence]]]:
    connectors = {"gcp": GcpConnector()}
    bundle = engine.begin(directory, {"gcp": gcp.settings}, connectors, started=NOW)
    engine.collect(bundle, connectors, {})
    read = open_bundle(directory)
    return [(shard, read.read(shard)[0]) for shard in read.manifest.shards]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything that stands in an answer."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield (*path, number)
            yield from _places(inner, (*path, number))


def _changed(body: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """An answer with something else in one place."""
    copied = copy.deepcopy(body)
    here = copied
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = odd
    return copied


@ROADS
def test_everything_is_found_and_no_damage_makes_a_parser_raise(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    everything(gcp.company)
    close(gcp, swept=swept)
    collected = _collected(gcp, tmp_path / "b")
    kinds: set[str] = set()
    for service in SERVICES:
        own = {operation.name for operation in service.operations}
        for shard, evidence in collected:
            mine = [item for item in evidence if item.operation in own]
            whole = Inventory(service.parse(shard, Answers(mine)))
            kinds |= {workload.kind for workload in whole.workloads.values()}
            if whole.workloads:
                _damage(service, shard, mine)
    assert len(kinds) == 17


def _damage(service: Service, shard: Shard, evidence: list[Evidence]) -> None:
    """Put something odd into each place of each answer, and parse."""
    tried = 0
    for number, item in enumerate(evidence):
        if "searchAllResources" in item.operation:
            continue
        for turn, path in enumerate(_places(item.body)):
            odd = ODD[(turn + number) % len(ODD)], ODD[(turn + number + 4) % len(ODD)]
            for value in odd:
                worse = msgspec.structs.replace(item, body=_changed(item.body, path, value))
                found = Inventory(service.parse(shard, Answers([*evidence[:number], worse, *evidence[number + 1 :]])))
                if service.join is not None:
                    list(service.join(found))
                tried += 1
    assert tried > 20


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_same_records_whatever_the_order_of_the_answers(gcp: Gcp, tmp_path: Path, service: Service) -> None:
    everything(gcp.company)
    gcp.emulator.page_size = 1
    own = {operation.name for operation in service.operations}
    for shard, evidence in _collected(gcp, tmp_path / "b"):
        mine = [item for item in evidence if item.operation in own]
        assert list(service.parse(shard, Answers(mine))) == list(service.parse(shard, Answers(reversed(mine))))
