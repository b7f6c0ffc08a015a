"""Machine learning on Vertex AI: endpoints, custom jobs, pipelines, Colab notebooks and Workbench instances.

Where Cloud Asset Inventory may be read, three sweeps of all projects tell, but for endpoints, of which it does not tell
what is deployed. Each project in which aiplatform is enabled is asked for those: one call for the locations, which
other services share, and one a location (some forty). Where it may not be read, four a location; and one call for
Workbench, whose list takes all locations at once. Models tell of nothing that acts and are named by endpoints.

Jobs that have ended are many and alike: of those that ran as one account in one location the last stands for all.

Attributes: of an endpoint "models", "network", "logging"; of a job "state", "runs" (how many ended ones it stands for),
"image", "web_access" (a shell into it may be opened); of a notebook "user", "state", "third_party", "public_ip".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Link, Ownership, RunsAs, Workload
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.assets import CONTAINERS, Asset, Listing, Reading, ask, labels_of, sweep
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.lists import listed
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.locations import VERTEX, ask_everywhere, number_of, placed, vertex_host
from nhiscan_connectors.gcp.vertex.principals import agent_records, principal_of
from nhiscan_connectors.gcp.vertex.variables import Variable, links_of, sightings, variables_in

_BULK: Final = (
    "pipelineSpec", "jobDetail", "runtimeConfig", "explanationSpec", "predictSchemata", "startupScript", "metadata",
    "args", "command", "metadataArtifact", "proxyUri", "thirdPartyProxyUrl",
)  # fmt: skip
"""Programs, parameters and texts of jobs: large, and nothing that is read here."""
ENDPOINT, CUSTOM_JOB = "aiplatform.googleapis.com/Endpoint", "aiplatform.googleapis.com/CustomJob"
PIPELINE_JOB, NOTEBOOK = "aiplatform.googleapis.com/PipelineJob", "aiplatform.googleapis.com/NotebookRuntime"
WORKBENCH = "notebooks.googleapis.com/Instance"
JOBS = sweep(
    "vertex-jobs",
    CUSTOM_JOB,
    PIPELINE_JOB,
    hides="which jobs and pipelines of Vertex AI there are, and what they run as",
    blinds=("workloads",),
    drop=_BULK,
)
COLAB = sweep(
    "colab-notebooks",
    NOTEBOOK,
    hides="which Colab notebooks run, and for whom",
    blinds=("workloads",),
    drop=_BULK,
)
BENCHES = sweep(
    "workbench-instances",
    WORKBENCH,
    hides="which Workbench instances there are, and what they run as",
    blinds=("workloads",),
    drop=_BULK,
)


def _list(
    collection: str, what: str, mask: str = "", when: str = ", where Cloud Asset Inventory may not be read"
) -> Api:
    return rest(
        f"aiplatform:projects.locations.{collection}.list",
        f"v1/projects/{{number}}/locations/{{location}}/{collection}",
        service="{host}",
        size=100,
        query=(("readMask", mask),) if mask else (),
        permission=f"aiplatform.{collection}.list",
        purpose=f"lists {what} of Vertex AI{when}",
        hides=f"which {what} there are, and what they run as",
        blinds=("workloads",),
        drop=_BULK,
    )


_JOB_MASK: Final = "name,displayName,state,createTime,updateTime,labels"
ENDPOINTS = _list("endpoints", "endpoints", when=" with the models that are deployed to them")
CUSTOM_JOBS = _list("customJobs", "custom jobs", f"{_JOB_MASK},jobSpec")
PIPELINES = _list("pipelineJobs", "pipelines", f"{_JOB_MASK},serviceAccount")
NOTEBOOKS = _list("notebookRuntimes", "Colab notebooks")
INSTANCES = rest(
    "notebooks:projects.locations.instances.list",
    "v2/projects/{number}/locations/-/instances",
    size=500,
    permission="notebooks.instances.list",
    purpose="lists Workbench instances, where Cloud Asset Inventory may not be read",
    hides="which Workbench instances there are, and what they run as",
    blinds=("workloads",),
    drop=_BULK,
)
_ENDPOINTS = Listing(type=ENDPOINT, operation=ENDPOINTS, key="endpoints", service="aiplatform")
_CUSTOM_JOBS = Listing(type=CUSTOM_JOB, operation=CUSTOM_JOBS, key="customJobs", service="aiplatform")
_PIPELINES = Listing(type=PIPELINE_JOB, operation=PIPELINES, key="pipelineJobs", service="aiplatform")
_NOTEBOOKS = Listing(type=NOTEBOOK, operation=NOTEBOOKS, key="notebookRuntimes", service="aiplatform")
_INSTANCES = Listing(type=WORKBENCH, operation=INSTANCES, key="instances", service="notebooks")
_KINDS: Final = {
    ENDPOINT: "google-vertex-endpoint",
    CUSTOM_JOB: "google-vertex-custom-job",
    PIPELINE_JOB: "google-vertex-pipeline-job",
    NOTEBOOK: "google-vertex-notebook",
    WORKBENCH: "google-workbench-instance",
}
_ENDED: Final = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED", "PARTIALLY_SUCCEEDED"})


def collect(calls: Calls) -> None:
    """Three sweeps and the endpoints of every location, or all the lists of every location."""
    place = calls.place
    ask(calls, JOBS)
    ask(calls, COLAB)
    ask(calls, BENCHES, _INSTANCES)
    if place.part == "project" and place.enabled("aiplatform"):
        lists = () if place.swept else (CUSTOM_JOBS, PIPELINES, NOTEBOOKS)
        ask_everywhere(calls, VERTEX, ENDPOINTS, *lists, host=vertex_host)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """All of them as workloads, with what they run as."""
    reading = Reading(shard, answers)
    for asset in placed(reading, None, ENDPOINT, _ENDPOINTS):
        yield from _endpoint(reading, asset)
    jobs = [*placed(reading, JOBS, CUSTOM_JOB, _CUSTOM_JOBS), *placed(reading, JOBS, PIPELINE_JOB, _PIPELINES)]
    for asset, runs in _last(jobs):
        yield from _job(reading, asset, runs)
    for asset in placed(reading, COLAB, NOTEBOOK, _NOTEBOOKS):
        yield from _notebook(reading, asset)
    for asset in placed(reading, BENCHES, WORKBENCH, _INSTANCES):
        yield from _bench(reading, asset)
    for operation in (JOBS, COLAB, BENCHES):
        yield from sightings(reading, operation, "assets", lambda _, entry: reading.resource(text(entry.get("name"))))
    for listing in (_ENDPOINTS, _CUSTOM_JOBS, _PIPELINES, _NOTEBOOKS, _INSTANCES):
        yield from sightings(reading, listing.operation, listing.key, _namer(reading, listing.service))
    for body in answers.bodies(INSTANCES):
        if away := [text(one) for one in listed(table(body), "unreachable")]:
            reading.leave_out(INSTANCES, f"{len(away)} places did not answer: {', '.join(sorted(away)[:5])[:200]}")
    yield from reading.gaps()


def _namer(reading: Reading, service: str) -> Callable[[Evidence, dict[str, Any]], str]:
    """The record that an entry of a list of a service is."""
    return lambda _, entry: reading.resource(f"//{service}.googleapis.com/{entry.get('name')}")


def _last(jobs: list[Asset]) -> list[tuple[Asset, int]]:
    """Jobs that may still run, and of those that ended the last one of each account and location, with their number."""
    found: list[tuple[Asset, int]] = []
    ended: dict[tuple[str, str, str, str], list[Asset]] = {}
    for job in jobs:
        if _state(job) in _ENDED:
            ended.setdefault((job.type, job.project, job.location, _account(job)), []).append(job)
        else:
            found.append((job, 0))
    for same in ended.values():
        last = max(same, key=lambda job: (text(job.data.get("updateTime")), job.name))
        found.append((last, len(same)))
    return sorted(found, key=lambda pair: pair[0].name)


def _state(job: Asset) -> str:
    return text(job.data.get("state")).removeprefix("JOB_STATE_").removeprefix("PIPELINE_STATE_")


def _account(job: Asset) -> str:
    spec = table(job.data.get("jobSpec"))
    return text(job.data.get("serviceAccount")) or text(spec.get("serviceAccount"))


def _workload(
    reading: Reading, asset: Asset, facts: dict[str, str], variables: tuple[Variable, ...] = (), **more: Any
) -> Workload:
    data = asset.data
    return Workload(
        id=asset.name,
        provider="gcp",
        kind=_KINDS[asset.type],
        name=text(data.get("displayName")) or asset.short,
        scope=reading.scope(asset),
        region=asset.location,
        machine_learning=True,
        ai_platform="Vertex AI",
        created_at=moment(data.get("createTime")),
        updated_at=moment(data.get("updateTime")) or asset.updated_at,
        variables=tuple(dict.fromkeys(name for name, _ in variables)),
        tags=labels_of(data),
        attributes={key: value for key, value in facts.items() if value},
        **more,
    )


def _runs_as(reading: Reading, asset: Asset, account: str, default: str, detail: str) -> Iterator[AnyRecord]:
    """What a workload runs as: the account that it names, or the project's default one. `{}` stands for its number."""
    number = number_of(reading, asset.project)
    id = principal_of(account, number)
    if id:
        yield RunsAs(workload=asset.name, identity=id, detail="service account")
    elif default and number.isdigit():
        id = service_account_id(default.replace("{}", number))
        yield RunsAs(workload=asset.name, identity=id, detail=detail)
    if id:
        yield from agent_records(id, reading.scope(asset), asset.short, asset.source)


def _endpoint(reading: Reading, asset: Asset) -> Iterator[AnyRecord]:
    deployed = list(reading.within(_operation(asset), asset.data, "deployedModels", subject=asset.name))
    models = sorted({text(one.get("displayName")) or text(one.get("model")).rpartition("/")[2] for one in deployed})
    logs = table(asset.data.get("predictRequestResponseLoggingConfig"))
    private = bool(asset.data.get("network") or asset.data.get("privateServiceConnectConfig"))
    facts = {
        "models": ", ".join(one for one in models if one)[:500],
        "network": "private" if private else "all",
        "logging": "true" if logs.get("enabled") is True else "",
    }
    # Whoever calls it needs a token.
    yield _workload(reading, asset, facts, model=", ".join(one for one in models if one)[:200], public=False)
    for account in sorted({text(one.get("serviceAccount")) for one in deployed} - {""}):
        yield from _runs_as(reading, asset, account, "", "")
    for one in deployed:
        if model := text(one.get("model")):
            target = reading.resource(f"//aiplatform.googleapis.com/{model.partition('@')[0]}")
            reason = f"endpoint {asset.short} serves model {text(one.get('displayName')) or model.rpartition('/')[2]}"
            yield Link(source=asset.name, target=target, kind="uses_model", reason=reason)


def _operation(asset: Asset) -> Api:
    return next((one for one in SERVICE.operations if isinstance(one, Api) and one.name == asset.source), JOBS)


def _job(reading: Reading, asset: Asset, runs: int) -> Iterator[AnyRecord]:
    spec = table(asset.data.get("jobSpec"))
    variables: list[Variable] = []
    images: set[str] = set()
    for pool in reading.within(_operation(asset), spec, "workerPoolSpecs", subject=asset.name):
        for field in ("containerSpec", "pythonPackageSpec"):
            container = table(pool.get(field))
            variables += variables_in(reading, container, asset.project)
            images |= {text(container.get("imageUri")), text(container.get("executorImageUri"))}
    facts = {
        "state": _state(asset).lower(),
        "runs": str(runs) if runs else "",
        "image": ", ".join(sorted(images - {""})),
        "web_access": "true" if spec.get("enableWebAccess") is True else "",
    }
    yield _workload(reading, asset, facts, tuple(variables))
    pipeline = asset.type == PIPELINE_JOB
    yield from _runs_as(
        reading,
        asset,
        _account(asset),
        "{}-compute@developer.gserviceaccount.com"
        if pipeline
        else "service-{}@gcp-sa-aiplatform-cc.iam.gserviceaccount.com",
        "default account of the project" if pipeline else "service agent for custom code",
    )
    yield from links_of(asset.name, f"job {text(asset.data.get('displayName')) or asset.short}", variables)


def _notebook(reading: Reading, asset: Asset) -> Iterator[AnyRecord]:
    user = text(asset.data.get("runtimeUser"))
    facts = {
        "user": user,
        "state": text(asset.data.get("runtimeState")).lower(),
        "own_credentials": "false" if table(asset.data.get("eucConfig")).get("eucDisabled") is True else "",
    }
    yield _workload(reading, asset, facts)
    # Google ignores the account that a notebook names; it runs as this one, or as its user.
    yield from _runs_as(
        reading, asset, "", "service-{}@gcp-sa-aiplatform-vm.iam.gserviceaccount.com", "service agent for notebooks"
    )
    if user:
        yield Ownership(subject=asset.name, owner=user, source="user of the notebook")


def _bench(reading: Reading, asset: Asset) -> Iterator[AnyRecord]:
    data, setup = asset.data, table(asset.data.get("gceSetup"))
    facts = {
        "state": text(data.get("state")).lower(),
        "third_party": "true" if data.get("enableThirdPartyIdentity") is True else "",
        "public_ip": "false" if setup.get("disablePublicIp") is True else "",
        "creator": text(data.get("creator")),
    }
    # Version 1 of the API, which the inventory may still tell of, has the account beside the rest.
    accounts = [text(one.get("email")) for one in reading.within(_operation(asset), setup, "serviceAccounts")]
    account = next(filter(None, [*accounts, text(data.get("serviceAccount"))]), "")
    yield msgspec.structs.replace(_workload(reading, asset, facts), ai_platform="Vertex AI Workbench")
    yield from _runs_as(
        reading, asset, account, "{}-compute@developer.gserviceaccount.com", "default account of the project"
    )
    owners = data.get("instanceOwners")
    for owner in owners if isinstance(owners, list) else ():
        if text(owner):
            yield Ownership(subject=asset.name, owner=owner, source="owner of the Workbench instance")
    if creator := facts["creator"]:
        yield Ownership(subject=asset.name, owner=creator, kind="creator", source="creator of the Workbench instance")


SERVICE = Service(
    name="vertex-jobs",
    part="any",
    operations=(
        JOBS,
        COLAB,
        BENCHES,
        VERTEX,
        ENDPOINTS,
        CUSTOM_JOBS,
        PIPELINES,
        NOTEBOOKS,
        INSTANCES,
        CONTAINERS,
    ),
    collect=collect,
    parse=parse,
)
