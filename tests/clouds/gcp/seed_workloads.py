"""What runs code in the emulated organization. Each helper gives the full resource name of what it makes."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import Item
from tests.clouds.gcp.seed import Company, ago

_HELD = frozenset({"block-project-ssh-keys", "enable-oslogin", "enable-osconfig", "serial-port-enable"})
"""Keys of the metadata of an instance that Cloud Asset Inventory holds."""
REGIONS = ("europe-west1", "us-central1")
"""Locations in which the emulated services work."""


def id_of(project: str) -> str:
    """Id of a project that is named "projects/<id>"."""
    return project.removeprefix("projects/")


def number_of(company: Company, project: str) -> str:
    """Number of a project."""
    return company.state.place(project).removeprefix("projects/")


def run_service(
    company: Company,
    project: str,
    name: str,
    *,
    account: str = "",
    env: dict[str, str] | None = None,
    secrets: dict[str, str] | None = None,
    mounted: tuple[str, ...] = (),
    ingress: str = "all",
    location: str = "europe-west1",
    labels: dict[str, str] | None = None,
    creator: str = "",
    function: str = "",
    notes: dict[str, str] | None = None,
    **second: Any,
) -> str:
    """A service of Cloud Run, in both forms. `secrets`: names of secrets by variable, "projects/<id>/secrets/<name>"
    for one of another project. `second`: further fields of the second version."""
    full = f"//run.googleapis.com/{project}/locations/{location}/services/{name}"
    url = f"https://{name}-{number_of(company, project)}.{location}.run.app"
    template, within, told = _run_template(account, env or {}, secrets or {}, mounted)
    about: Item = {"name": name, "namespace": number_of(company, project), "creationTimestamp": ago(200)}
    about["labels"] = {"cloud.googleapis.com/location": location, **(labels or {})}
    about["annotations"] = {"run.googleapis.com/ingress": ingress, **(notes or {})}
    if creator:
        about["annotations"]["serving.knative.dev/creator"] = creator
    if function:
        about["annotations"]["run.googleapis.com/functional-type"] = function
    data = {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": about,
        "spec": {"template": {"metadata": {"annotations": told}, "spec": within}},
        "status": {"url": url},
    }
    company.asset("run.googleapis.com/Service", full, data, project, location=location)
    words = {"internal": "INTERNAL_ONLY", "internal-and-cloud-load-balancing": "INTERNAL_LOAD_BALANCER"}
    listed: Item = {
        "name": full.partition(".com/")[2],
        "createTime": ago(200),
        "updateTime": ago(5),
        "labels": labels or {},
        "ingress": f"INGRESS_TRAFFIC_{words.get(ingress, ingress.upper())}",
        "uri": url,
        "template": template,
        **({"creator": creator} if creator else {}),
        **({"functionalType": function} if function else {}),
        **second,
    }
    company.state.lists[f"run {full}"].append(listed)
    return full


def run_job(
    company: Company,
    project: str,
    name: str,
    *,
    account: str = "",
    env: dict[str, str] | None = None,
    secrets: dict[str, str] | None = None,
    location: str = "europe-west1",
) -> str:
    """A job of Cloud Run, in both forms."""
    full = f"//run.googleapis.com/{project}/locations/{location}/jobs/{name}"
    template, within, told = _run_template(account, env or {}, secrets or {}, ())
    data = {
        "apiVersion": "run.googleapis.com/v1",
        "kind": "Job",
        "metadata": {"name": name, "creationTimestamp": ago(100)},
        "spec": {"template": {"metadata": {"annotations": told}, "spec": {"template": {"spec": within}}}},
    }
    company.asset("run.googleapis.com/Job", full, data, project, location=location)
    listed = {"name": full.partition(".com/")[2], "createTime": ago(100), "template": {"template": template}}
    company.state.lists[f"run {full}"].append(listed)
    return full


def _run_template(
    account: str, env: dict[str, str], secrets: dict[str, str], mounted: tuple[str, ...]
) -> tuple[Item, Item, Item]:
    """Template of the second version, that of Knative, and the annotations that explain aliases in the latter."""
    image = "europe-west1-docker.pkg.dev/acme/app:1"
    plain = [{"name": name, "value": value} for name, value in env.items()]
    aliases = {name: f"secret-{n}" for n, name in enumerate(secrets) if "/" in secrets[name]}
    second: Item = {
        "containers": [
            {
                "image": image,
                "env": [
                    *plain,
                    *(
                        {"name": name, "valueSource": {"secretKeyRef": {"secret": secret, "version": "latest"}}}
                        for name, secret in secrets.items()
                    ),
                ],
            }
        ],
        "volumes": [{"name": f"v{n}", "secret": {"secret": one}} for n, one in enumerate(mounted)],
    }
    knative: Item = {
        "containers": [
            {
                "image": image,
                "env": [
                    *plain,
                    *(
                        {
                            "name": name,
                            "valueFrom": {"secretKeyRef": {"name": aliases.get(name, secret), "key": "latest"}},
                        }
                        for name, secret in secrets.items()
                    ),
                ],
            }
        ],
        "volumes": [{"name": f"v{n}", "secret": {"secretName": one}} for n, one in enumerate(mounted)],
    }
    if account:
        second["serviceAccount"] = account
        knative["serviceAccountName"] = account
    told = ",".join(f"{alias}:{secrets[name]}" for name, alias in aliases.items())
    return second, knative, {"run.googleapis.com/secrets": told} if told else {}


def worker_pool(
    company: Company, project: str, name: str, *, account: str = "", env: dict[str, str] | None = None
) -> str:
    """A worker pool of Cloud Run, in both forms."""
    location = "europe-west1"
    full = f"//run.googleapis.com/{project}/locations/{location}/workerPools/{name}"
    template, within, _ = _run_template(account, env or {}, {}, ())
    data = {
        "apiVersion": "run.googleapis.com/v1",
        "kind": "WorkerPool",
        "metadata": {"name": name, "creationTimestamp": ago(50)},
        "spec": {"template": {"metadata": {}, "spec": within}},
    }
    company.asset("run.googleapis.com/WorkerPool", full, data, project, location=location)
    listed = {"name": full.partition(".com/")[2], "createTime": ago(50), "template": template}
    company.state.lists[f"run {full}"].append(listed)
    return full


def function(
    company: Company,
    project: str,
    name: str,
    *,
    generation: int = 2,
    account: str = "",
    builder: str = "",
    env: dict[str, str] | None = None,
    secrets: dict[str, str] | None = None,
    ingress: str = "ALLOW_ALL",
    event: str = "",
    location: str = "europe-west1",
    labels: dict[str, str] | None = None,
) -> str:
    """A function. In the inventory one of the first generation is described by the first version of the API."""
    full = f"//cloudfunctions.googleapis.com/{project}/locations/{location}/functions/{name}"
    relative = full.partition(".com/")[2]
    kept = [
        {"key": key, "projectId": number_of(company, project), "secret": secret, "version": "latest"}
        for key, secret in (secrets or {}).items()
    ]
    url = f"https://{location}-{id_of(project)}.cloudfunctions.net/{name}"
    settings: Item = {
        "environmentVariables": env or {},
        "secretEnvironmentVariables": kept,
        "ingressSettings": ingress,
        **({"serviceAccountEmail": account} if account else {}),
    }
    triggered: Item = {"eventType": event} if event else {}
    second: Item = {
        "name": relative,
        "environment": f"GEN_{generation}",
        "state": "ACTIVE",
        "createTime": ago(90),
        "updateTime": ago(9),
        "labels": labels or {},
        "buildConfig": {"runtime": "python312", "entryPoint": "main"},
        "serviceConfig": dict(settings),
        "url": url,
    }
    if builder:
        second["buildConfig"]["serviceAccount"] = f"{project}/serviceAccounts/{builder}"
    if event:
        second["eventTrigger"] = dict(triggered)
    if generation == 2:
        second["serviceConfig"]["service"] = f"{project}/locations/{location}/services/{name}"
        type, data = "cloudfunctions.googleapis.com/Function", second
    else:
        data = {
            "name": relative,
            "status": "ACTIVE",
            "runtime": "python312",
            "entryPoint": "main",
            "updateTime": ago(9),
            "labels": labels or {},
            **settings,
            **({"eventTrigger": triggered} if event else {"httpsTrigger": {"url": url}}),
            **({"buildServiceAccount": f"{project}/serviceAccounts/{builder}"} if builder else {}),
        }
        type = "cloudfunctions.googleapis.com/CloudFunction"
        if event:
            del second["url"]
    company.asset(type, full, data, project, location=location)
    company.state.lists[f"functions {full}"].append(second)
    return full


def instance(
    company: Company,
    project: str,
    name: str,
    *,
    account: str = "",
    scopes: tuple[str, ...] = ("cloud-platform",),
    metadata: dict[str, str] | None = None,
    external: bool = False,
    zone: str = "europe-west1-b",
    labels: dict[str, str] | None = None,
    status: str = "RUNNING",
) -> str:
    """An instance of Compute Engine. The inventory holds only some keys of its metadata."""
    relative = f"{project}/zones/{zone}/instances/{name}"
    data = {
        **_machine(account, scopes, metadata or {}, labels or {}, external=external),
        "name": name,
        "id": company.state.number(),
        "selfLink": f"https://www.googleapis.com/compute/v1/{relative}",
        "zone": f"https://www.googleapis.com/compute/v1/{project}/zones/{zone}",
        "machineType": f"https://www.googleapis.com/compute/v1/{project}/zones/{zone}/machineTypes/e2-small",
        "status": status,
        "creationTimestamp": ago(60),
        "lastStartTimestamp": ago(2),
    }
    full = f"//compute.googleapis.com/{relative}"
    held = [one for one in data["metadata"]["items"] if one["key"] in _HELD]
    company.asset(
        "compute.googleapis.com/Instance", full, {**data, "metadata": {"items": held}}, project, location=zone
    )
    company.state.lists[f"compute {full}"].append(data)
    return full


def instance_template(
    company: Company, project: str, name: str, *, account: str = "", metadata: dict[str, str] | None = None
) -> str:
    """A template of instances, of no region."""
    relative = f"{project}/global/instanceTemplates/{name}"
    data = {
        "name": name,
        "selfLink": f"https://www.googleapis.com/compute/v1/{relative}",
        "creationTimestamp": ago(60),
        "properties": {
            **_machine(account, ("cloud-platform",), metadata or {}, {}, external=False),
            "machineType": "e2-small",
        },
    }
    full = f"//compute.googleapis.com/{relative}"
    company.asset("compute.googleapis.com/InstanceTemplate", full, data, project)
    return full


def _machine(
    account: str, scopes: tuple[str, ...], metadata: dict[str, str], labels: dict[str, str], *, external: bool
) -> Item:
    found: Item = {
        "metadata": {"items": [{"key": key, "value": value} for key, value in metadata.items()]},
        "labels": labels,
        "networkInterfaces": [{"networkIP": "10.0.0.2"}],
    }
    if external:
        found["networkInterfaces"][0]["accessConfigs"] = [{"natIP": "203.0.113.7", "type": "ONE_TO_ONE_NAT"}]
    if account:
        full = [f"https://www.googleapis.com/auth/{scope}" for scope in scopes]
        found["serviceAccounts"] = [{"email": account, "scopes": full}]
    return found


def cluster(
    company: Company,
    project: str,
    name: str,
    *,
    pools: dict[str, Item] | None = None,
    identities: bool = True,
    location: str = "europe-west1",
    **fields: Any,
) -> str:
    """A cluster of GKE. `pools`: configurations of nodes by name. `identities`: pods may have some of their own."""
    kind = "zones" if location.count("-") > 1 else "locations"
    relative = f"{project}/{kind}/{location}/clusters/{name}"
    data: Item = {
        "name": name,
        "location": location,
        "selfLink": f"https://container.googleapis.com/v1/{relative}",
        "status": "RUNNING",
        "createTime": ago(300),
        "currentMasterVersion": "1.33.2-gke.100",
        "nodePools": [{"name": pool, "config": config} for pool, config in (pools or {"default-pool": {}}).items()],
        "masterAuth": {"clusterCaCertificate": "LS0tLS1CRUdJTg==", "clientKey": "LS0tLS1CRUdJTi0t"},
        **fields,
    }
    if identities:
        data["workloadIdentityConfig"] = {"workloadPool": f"{id_of(project)}.svc.id.goog"}
    full = f"//container.googleapis.com/{relative}"
    company.asset("container.googleapis.com/Cluster", full, data, project, location=location)
    return full


def build_trigger(
    company: Company,
    project: str,
    name: str,
    *,
    account: str = "",
    location: str = "global",
    **fields: Any,
) -> str:
    """A trigger of Cloud Build. `fields`: what starts it, and what it builds."""
    id = company.state.number().rjust(32, "b")
    relative = f"{project}/locations/{location}/triggers/{id}"
    data: Item = {"id": id, "name": name, "resourceName": relative, "createTime": ago(40), **fields}
    if account:
        data["serviceAccount"] = f"{project}/serviceAccounts/{account}"
    full = f"//cloudbuild.googleapis.com/{relative}"
    company.asset("cloudbuild.googleapis.com/BuildTrigger", full, data, project, location=location)
    return full


def simple(
    company: Company,
    project: str,
    type: str,
    name: str,
    *,
    location: str = "europe-west1",
    **fields: Any,
) -> str:
    """Anything that is named projects/*/locations/*/<collection>/*. `type`: "workflows.googleapis.com/Workflow"."""
    service, _, kind = type.partition("/")
    relative = f"{project}/locations/{location}/{kind[0].lower()}{kind[1:]}s/{name}"
    full = f"//{service}/{relative}"
    data = {"name": relative, "createTime": ago(30), **fields}
    company.asset(type, full, data, project, location=location)
    return full


def scheduler_job(company: Company, project: str, name: str, **fields: Any) -> str:
    """A job of Cloud Scheduler, which the inventory does not know."""
    location = "europe-west1"
    relative = f"{project}/locations/{location}/jobs/{name}"
    job = {"name": relative, "schedule": "0 3 * * *", "state": "ENABLED", "userUpdateTime": ago(12), **fields}
    company.state.lists[f"jobs {company.state.place(project)} {location}"].append(job)
    return f"//cloudscheduler.googleapis.com/{relative}"


def subscription(company: Company, project: str, name: str, **fields: Any) -> str:
    """A subscription of Pub/Sub."""
    relative = f"{project}/subscriptions/{name}"
    full = f"//pubsub.googleapis.com/{relative}"
    data = {"name": relative, "topic": f"{project}/topics/orders", "state": "ACTIVE", **fields}
    company.asset("pubsub.googleapis.com/Subscription", full, data, project)
    return full


def app_engine(company: Company, project: str, *, account: str = "", **fields: Any) -> str:
    """The application of a project."""
    id = id_of(project)
    data = {
        "name": f"apps/{id}",
        "id": id,
        "servingStatus": "SERVING",
        "defaultHostname": f"{id}.ew.r.appspot.com",
        **({"serviceAccount": account} if account else {}),
        **fields,
    }
    full = f"//appengine.googleapis.com/apps/{id}"
    company.asset("appengine.googleapis.com/Application", full, data, project)
    return full


def app_service(company: Company, project: str, name: str, versions: dict[str, Item], **fields: Any) -> str:
    """A service of App Engine. `versions`: fields of each by its id; the first gets all traffic."""
    relative = f"apps/{id_of(project)}/services/{name}"
    first = next(iter(versions), "")
    data = {"name": relative, "id": name, **({"split": {"allocations": {first: 1}}} if first else {}), **fields}
    full = f"//appengine.googleapis.com/{relative}"
    company.asset("appengine.googleapis.com/Service", full, data, project)
    for id, more in versions.items():
        version = {"name": f"{relative}/versions/{id}", "id": id, "servingStatus": "SERVING", "runtime": "python312"}
        company.asset("appengine.googleapis.com/Version", f"{full}/versions/{id}", {**version, **more}, project)
    return full


def dataflow_job(company: Company, project: str, name: str, *, account: str = "", state: str = "RUNNING") -> str:
    """A job of Dataflow."""
    id = f"2026-11-20_{company.state.number()}"
    place = "europe-west1"
    data = {
        "id": id,
        "name": name,
        "projectId": id_of(project),
        "location": place,
        "type": "JOB_TYPE_STREAMING",
        "currentState": f"JOB_STATE_{state}",
        "createTime": ago(4),
        "environment": {
            **({"serviceAccountEmail": account} if account else {}),
            "sdkPipelineOptions": {"options": {"password": "correct-horse-battery"}},
        },
    }
    full = f"//dataflow.googleapis.com/{project}/locations/{place}/jobs/{id}"
    company.asset("dataflow.googleapis.com/Job", full, data, project, location=place)
    return full


def dataproc_cluster(company: Company, project: str, name: str, *, account: str = "", **fields: Any) -> str:
    """A cluster of Dataproc."""
    place = "us-central1"
    machines: Item = {"metadata": {"db-password": "correct-horse-battery"}}
    if account:
        machines["serviceAccount"] = account
        machines["serviceAccountScopes"] = ["https://www.googleapis.com/auth/cloud-platform"]
    data = {
        "clusterName": name,
        "projectId": id_of(project),
        "status": {"state": "RUNNING"},
        "config": {"gceClusterConfig": machines},
        **fields,
    }
    full = f"//dataproc.googleapis.com/{project}/regions/{place}/clusters/{name}"
    company.asset("dataproc.googleapis.com/Cluster", full, data, project, location=place)
    return full
