"""SageMaker over a socket: who runs what in notebooks, Studio, endpoints and jobs, and with which keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.sagemaker import hosting, jobs, products, studio
from nhiscan_connectors.aws.services.sagemaker import SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_machine_learning import IMAGE, Studio
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE, OTHER = f"{IAM}:role/ml", f"{IAM}:role/other"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:hf-AbCdEf"
# Made up; in two parts, so that no scanner of secrets takes it for one.
HF_TOKEN = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"


def roles_of(inventory: Inventory, workload: str) -> set[tuple[str, str, bool]]:
    return {(run.identity, run.detail, run.by_platform) for run in inventory.runs_as if run.workload == workload}


def links_of(inventory: Inventory, workload: str) -> set[tuple[str, str]]:
    return {(link.kind, link.target) for link in inventory.links_from(workload)}


def kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def arn(resource: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{resource}"


def test_models_and_their_endpoints(aws: Aws, tmp_path: Path) -> None:
    studio_ = Studio(aws, REGION)
    model = studio_.model("llama", ROLE, {"HF_TOKEN": HF_TOKEN, "KEY_ARN": SECRET})
    endpoint = studio_.endpoint("chat", "llama")
    component = studio_.component("small", "chat", variables={"OPENAI_API_KEY": "x"})
    shared = studio_.component("shared", "chat", model="llama")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[model]
    assert (workload.kind, workload.variables) == ("sagemaker-model", ("HF_TOKEN", "KEY_ARN"))
    assert workload.machine_learning
    assert workload.attributes["images"] == IMAGE
    assert roles_of(inventory, model) == {(ROLE, "execution role", False)}
    assert ("reads_secret", SECRET) in links_of(inventory, model)
    (sighting,) = inventory.sightings_in(model)
    assert (sighting.ai_provider, sighting.where) == ("huggingface", "environment variable HF_TOKEN")
    served = inventory.workloads[endpoint]
    assert (served.kind, served.public, served.machine_learning) == ("sagemaker-endpoint", False, True)
    assert served.attributes["models"] == "llama"
    assert served.attributes["serving"] == "ml.g4dn.xlarge"
    assert roles_of(inventory, endpoint) == {(ROLE, "role of model llama", False)}
    assert links_of(inventory, endpoint) == {("uses_model", model)}
    assert links_of(inventory, component) == {("part_of", endpoint), ("holds_key_of", "llm:openai")}
    assert links_of(inventory, shared) == {("part_of", endpoint), ("uses_model", model)}
    assert roles_of(inventory, shared) == {(ROLE, "role of model llama", False)}
    assert not inventory.gaps
    assert HF_TOKEN.encode() not in kept(tmp_path)


def test_notebooks(aws: Aws, tmp_path: Path) -> None:
    studio_ = Studio(aws, REGION)
    studio_.client.create_notebook_instance(
        NotebookInstanceName="lab", InstanceType="ml.t3.medium", RoleArn=ROLE, DirectInternetAccess="Enabled"
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (workload,) = inventory.workloads.values()
    assert (workload.kind, workload.name, workload.machine_learning) == ("sagemaker-notebook", "lab", True)
    assert workload.attributes["direct_internet"] == "Enabled"
    assert roles_of(inventory, workload.id) == {(ROLE, "execution role", False)}
    assert not inventory.gaps


def test_domains_and_their_users(aws: Aws, tmp_path: Path) -> None:
    studio_ = Studio(aws, REGION)
    made = studio_.client.create_domain(
        DomainName="science",
        AuthMode="SSO",
        DefaultUserSettings={"ExecutionRole": ROLE},
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
    )
    domain = str(made["DomainArn"]).rpartition("/")[2]
    ada = studio_.profile(domain, "ada", role=OTHER, person="ada@example.com")
    more = [studio_.profile(domain, f"user-{number}") for number in range(101)]
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    arn_ = next(id for id, workload in inventory.workloads.items() if workload.kind == "sagemaker-domain")
    assert roles_of(inventory, arn_) == {(ROLE, "execution role of its users", False)}
    assert inventory.workloads[ada].kind == "sagemaker-user-profile"
    assert roles_of(inventory, ada) == {(OTHER, "execution role of the user", False)}
    assert [(owner.owner, owner.kind) for owner in inventory.ownerships] == [("ada@example.com", "owner")]
    assert links_of(inventory, more[-1]) == {("part_of", arn_)}
    assert not roles_of(inventory, more[-1])
    assert aws.calls.count("sagemaker", "ListUserProfiles") == 2
    assert not inventory.gaps


def test_jobs_that_run_now(aws: Aws, tmp_path: Path) -> None:
    studio_ = Studio(aws, REGION)
    running = studio_.training("tune", ROLE, {"WANDB_API_KEY": "x", "TOKEN": HF_TOKEN})
    studio_.training("tuned", ROLE, {}, running=False)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert list(inventory.workloads) == [running]
    workload = inventory.workloads[running]
    assert (workload.kind, workload.variables) == ("sagemaker-training-job", ("WANDB_API_KEY", "TOKEN"))
    assert roles_of(inventory, running) == {(ROLE, "execution role", False)}
    places = [sighting.where for sighting in inventory.sightings_in(running)]
    assert places == ["a hyperparameter", "environment variable TOKEN"]
    assert b"a-value-that-must-not-stay" not in kept(tmp_path)
    assert not inventory.gaps


def test_pipelines_clusters_and_products(aws: Aws, tmp_path: Path) -> None:
    studio_ = Studio(aws, REGION)
    studio_.client.create_pipeline(
        PipelineName="retrain", RoleArn=ROLE, PipelineDefinition="{}", ClientRequestToken="a" * 32
    )
    group = {
        "InstanceGroupName": "gpu",
        "InstanceType": "ml.g5.xlarge",
        "InstanceCount": 1,
        "ThreadsPerCore": 1,
        "ExecutionRole": ROLE,
        "LifeCycleConfig": {"SourceS3Uri": "s3://sagemaker-start", "OnCreate": "start.sh"},
    }
    studio_.client.create_cluster(ClusterName="hyper", InstanceGroups=[group])
    server, app = studio_.mlflow("runs", ROLE, "ada"), studio_.mlflow_app("small", OTHER)
    partner = studio_.partner("guard", "lakera-guard", OTHER)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    by_kind = {workload.kind: id for id, workload in inventory.workloads.items()}
    assert roles_of(inventory, by_kind["sagemaker-pipeline"]) == {(ROLE, "execution role", False)}
    assert roles_of(inventory, by_kind["sagemaker-cluster"]) == {(ROLE, "execution role of its machines", False)}
    assert inventory.workloads[by_kind["sagemaker-cluster"]].attributes["scripts"] == "s3://sagemaker-start"
    assert by_kind["sagemaker-mlflow"] == server
    assert roles_of(inventory, server) == {(ROLE, "execution role", False)}
    assert [(owner.subject, owner.owner) for owner in inventory.ownerships] == [(server, "ada")]
    assert by_kind["sagemaker-mlflow-app"] == app
    assert inventory.workloads[partner].attributes == {"type": "lakera-guard", "status": "Available", "auth": "IAM"}
    assert roles_of(inventory, partner) == {(OTHER, "execution role", False)}
    assert b"a-value-that-must-not-stay" not in kept(tmp_path)
    assert not inventory.gaps


def test_an_empty_region_costs_one_call_a_root(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("sagemaker") == 11


def test_a_refused_list_hides_workloads_and_no_other_list(aws: Aws, tmp_path: Path) -> None:
    model = Studio(aws, REGION).model("llama", ROLE)
    aws.faults.deny("sagemaker", "ListNotebookInstances")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert model in inventory.workloads
    assert [gap.permission for gap in inventory.gaps] == ["sagemaker:ListNotebookInstances"]
    assert not inventory.knows(SCOPE, "workloads")


def test_a_refused_description_leaves_one_thing_unknown(aws: Aws, tmp_path: Path) -> None:
    studio_ = Studio(aws, REGION)
    known, unknown = studio_.model("known", ROLE), studio_.model("unknown", ROLE)
    aws.faults.deny("sagemaker", "DescribeModel", params={"ModelName": "unknown"})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert roles_of(inventory, known)
    assert not roles_of(inventory, unknown)
    assert [(gap.operation, gap.subjects) for gap in inventory.gaps] == [("sagemaker:DescribeModel", (unknown,))]


def test_users_of_the_same_name_in_two_domains_are_two() -> None:
    profiles = [{"DomainId": domain, "UserProfileName": "ada"} for domain in ("d-1", "d-2")]
    told = {"UserProfileArn": arn("user-profile/d-1/ada"), "UserSettings": {"ExecutionRole": ROLE}}
    found = [
        answer(studio.PROFILES, {"UserProfiles": profiles}),
        answer(studio.PROFILE, told, DomainId="d-1", UserProfileName="ada"),
        refused(studio.PROFILE, DomainId="d-2", UserProfileName="ada"),
    ]
    inventory = parse(REGION_SHARD, found)
    assert roles_of(inventory, arn("user-profile/d-1/ada")) == {(ROLE, "execution role of the user", False)}
    assert [gap.subjects for gap in inventory.gaps] == [(arn("user-profile/d-2/ada"),)]


def test_the_roles_and_logins_of_canvas_are_the_platforms() -> None:
    canvas = {
        "GenerativeAiSettings": {"AmazonBedrockRoleArn": ROLE},
        "IdentityProviderOAuthSettings": [{"DataSourceName": "Snowflake", "SecretArn": SECRET}, 7],
    }
    settings = {"ExecutionRole": OTHER, "CanvasAppSettings": canvas}
    domain = {"DomainArn": arn("domain/d-1"), "DomainId": "d-1", "DomainName": "science"}
    detail = {**domain, "DefaultUserSettings": settings, "DefaultSpaceSettings": {"ExecutionRole": OTHER}}
    found = [answer(studio.DOMAINS, {"Domains": [domain]}), answer(studio.DOMAIN, detail, DomainId="d-1")]
    inventory = parse(REGION_SHARD, found)
    assert roles_of(inventory, domain["DomainArn"]) == {
        (OTHER, "execution role of its users", False),
        (ROLE, "role with which Canvas calls Bedrock", True),
    }
    assert links_of(inventory, domain["DomainArn"]) == {("reads_secret", SECRET)}


def test_endpoints_that_share_a_refused_configuration_are_both_unknown() -> None:
    endpoints = [{"EndpointName": name, "EndpointArn": arn(f"endpoint/{name}")} for name in ("a", "b")]
    found = [
        answer(hosting.ENDPOINTS, {"Endpoints": endpoints}),
        *(answer(hosting.ENDPOINT, {"EndpointConfigName": "c"}, EndpointName=name) for name in ("a", "b")),
        refused(hosting.CONFIG, EndpointConfigName="c"),
    ]
    inventory = parse(REGION_SHARD, found)
    assert [gap.subjects for gap in inventory.gaps] == [(arn("endpoint/a"),), (arn("endpoint/b"),)]


@pytest.mark.parametrize(
    ("operation", "key"),
    [
        (studio.NOTEBOOKS, "NotebookInstances"),
        (studio.DOMAINS, "Domains"),
        (studio.PROFILES, "UserProfiles"),
        (hosting.MODELS, "Models"),
        (hosting.ENDPOINTS, "Endpoints"),
        (hosting.COMPONENTS, "InferenceComponents"),
        (jobs.TRAININGS, "TrainingJobSummaries"),
        (jobs.PROCESSINGS, "ProcessingJobSummaries"),
        (jobs.PIPELINES, "PipelineSummaries"),
        (products.SERVERS, "TrackingServerSummaries"),
        (products.APPS, "Summaries"),
        (products.CLUSTERS, "ClusterSummaries"),
        (products.PARTNERS, "Summaries"),
    ],
)
@pytest.mark.parametrize("value", ["x", 7, [None], [{"Name": []}], {"a": 1}])
def test_damaged_lists_are_told(operation: Any, key: str, value: Any) -> None:
    inventory = parse(REGION_SHARD, [answer(operation, {key: value})])
    assert not inventory.workloads
    assert [gap.operation for gap in inventory.gaps] == [operation.name]


def test_a_damaged_description_hides_no_other() -> None:
    models = [{"ModelName": name, "ModelArn": arn(f"model/{name}")} for name in ("bad", "good")]
    bad = {"ModelArn": arn("model/bad"), "PrimaryContainer": 7, "Containers": ["x"], "ExecutionRoleArn": {}}
    twice: dict[str, Any] = {"Environment": {"A": {"b": []}}}
    good = {"PrimaryContainer": twice, "Containers": [twice], "ExecutionRoleArn": ROLE}
    found = [
        answer(hosting.MODELS, {"Models": models}),
        answer(hosting.MODEL, bad, ModelName="bad"),
        answer(hosting.MODEL, good, ModelName="good"),
    ]
    inventory = parse(REGION_SHARD, found)
    assert roles_of(inventory, arn("model/good"))
    assert inventory.workloads[arn("model/good")].variables == ("A",)
    (gap,) = inventory.gaps
    assert gap.subjects == (arn("model/bad"),)
