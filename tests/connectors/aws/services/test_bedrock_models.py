"""Inference profiles, throughput and marketplace endpoints over a socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import RunsAs
from nhiscan_connectors.aws.bedrock.agent_calls import GET_AGENT
from nhiscan_connectors.aws.bedrock.profiles import PROFILES, Profiles, geography_of
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.aws.services.agentcore_harnesses import HARNESS
from nhiscan_connectors.aws.services.bedrock_models import ENDPOINT, ENDPOINTS, SERVICE, THROUGHPUT
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_bedrock import MODEL, PROFILE, Bedrock
from tests.clouds.aws.seed_bedrock_models import Models
from tests.connectors.aws.answers import REGION_SHARD, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ARN = f"arn:aws:bedrock:{REGION}:123456789012:"


@pytest.fixture
def bedrock(aws: Aws) -> Bedrock:
    return Bedrock(aws.account, REGION)


@pytest.fixture
def models(bedrock: Bedrock) -> Models:
    return Models(bedrock)


def scanned(aws: Aws, tmp_path: Path, **more: Any) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION, **more)


def test_profiles_of_the_account(aws: Aws, models: Models, tmp_path: Path) -> None:
    arn = models.profile("claims", "eu-west-1", "eu-central-1")
    models.profile(PROFILE, "eu-west-1", "eu-north-1", system=True)
    inventory = scanned(aws, tmp_path)
    (profile,) = inventory.resources.values()
    assert (profile.id, profile.name, profile.kind, profile.node) == (arn, "claims", "inference-profile", "model")
    assert profile.attributes == {
        "type": "APPLICATION",
        "profile_id": arn.rpartition("/")[2],
        "status": "ACTIVE",
        "regions": "eu-central-1,eu-west-1",
        "models": MODEL,
    }
    assert not inventory.gaps


def test_a_profile_of_aws_that_an_agent_names(aws: Aws, models: Models, tmp_path: Path) -> None:
    arn = models.profile(PROFILE, "eu-west-1", "eu-north-1", system=True)
    everywhere = models.profile(f"global.{MODEL}", "eu-west-1", "", system=True)
    models.profile(f"us.{MODEL}", "us-east-1", system=True)
    told = [
        answer(GET_AGENT, {"agent": {"foundationModel": PROFILE}}, agentId="A"),
        answer(HARNESS, {"harness": {"model": {"bedrockModelConfig": {"modelId": everywhere}}}}, harnessId="h"),
    ]
    found = scanned(aws, tmp_path, answered=told).resources
    assert set(found) == {arn, everywhere}
    assert found[arn].attributes["geography"] == "eu"
    assert found[arn].attributes["regions"] == "eu-north-1,eu-west-1"
    assert found[everywhere].attributes["geography"] == "global"
    assert found[everywhere].attributes["regions"] == "*,eu-west-1"


def test_throughput_and_endpoints(aws: Aws, bedrock: Bedrock, models: Models, tmp_path: Path) -> None:
    throughput = models.throughput("claims")
    role = bedrock.role("marketplace")
    endpoint = models.endpoint("falcon", role)
    inventory = scanned(aws, tmp_path)
    assert inventory.resources[throughput].attributes["units"] == "2"
    assert inventory.resources[throughput].attributes["commitment"] == "SixMonths"
    id = f"{ARN}marketplace-model-endpoint/falcon"
    workload = inventory.workloads[id]
    assert (workload.machine_learning, workload.agent) == (True, False)
    assert (workload.model, workload.attributes["instance_type"]) == ("m/1", "ml.g5.2xlarge")
    assert inventory.runs_as == [RunsAs(workload=id, identity=role.arn, detail="execution role")]
    assert [(link.kind, link.target) for link in inventory.links_from(id)] == [("part_of", endpoint)]
    assert not inventory.gaps


def test_lists_come_in_pages(aws: Aws, models: Models, tmp_path: Path) -> None:
    models.state.most = 2
    profiles = {models.profile(f"profile-{number}", REGION) for number in range(5)}
    throughputs = {models.throughput(f"throughput-{number}") for number in range(3)}
    inventory = scanned(aws, tmp_path)
    assert set(inventory.resources) == profiles | throughputs
    assert aws.calls.count("bedrock", "ListInferenceProfiles") == 3 + 1


def test_an_empty_region_costs_one_call_for_each_list(aws: Aws, tmp_path: Path) -> None:
    inventory = scanned(aws, tmp_path)
    assert not inventory.resources
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.names() == {
        "bedrock:ListInferenceProfiles": 2,
        "bedrock:ListProvisionedModelThroughputs": 1,
        "bedrock:ListMarketplaceModelEndpoints": 1,
    }


def test_refusals(aws: Aws, bedrock: Bedrock, models: Models, tmp_path: Path) -> None:
    models.endpoint("falcon", bedrock.role("marketplace"))
    for operation in ("ListInferenceProfiles", "GetMarketplaceModelEndpoint"):
        aws.faults.deny("bedrock", operation)
    inventory = scanned(aws, tmp_path)
    assert {(gap.permission, gap.subjects) for gap in inventory.gaps} == {
        ("bedrock:ListInferenceProfiles", ()),
        ("bedrock:GetMarketplaceModelEndpoint", (f"{ARN}marketplace-model-endpoint/falcon",)),
    }
    assert not inventory.runs_as


@pytest.mark.parametrize(
    ("model", "target"),
    [
        (MODEL, "llm:bedrock"),
        (f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}", "llm:bedrock"),
        (PROFILE, f"{ARN}inference-profile/{PROFILE}"),
        ("eu.odd", "llm:bedrock"),
        ("zz.new.model-v1:0", f"{ARN}inference-profile/zz.new.model-v1:0"),
        ("moonshot.kimi-k2.5", "llm:bedrock"),
        (f"{ARN}application-inference-profile/abc", f"{ARN}application-inference-profile/abc"),
        (f"{ARN}provisioned-model/abc", f"{ARN}provisioned-model/abc"),
        ("two words", ""),
        ("", ""),
        (7, ""),
    ],
)
def test_what_a_model_id_means(model: object, target: str) -> None:
    listed = {
        "inferenceProfileId": "zz.new.model-v1:0",
        "inferenceProfileArn": f"{ARN}inference-profile/zz.new.model-v1:0",
    }
    page = answer(PROFILES, {"inferenceProfileSummaries": [listed]}, typeEquals="SYSTEM_DEFINED")
    assert Profiles(Reading(REGION_SHARD, Answers([page]))).target(model) == target


@pytest.mark.parametrize(
    ("id", "geography"),
    [
        (PROFILE, "eu"),
        (f"{ARN}inference-profile/{PROFILE}", "eu"),
        (f"us-gov.{MODEL}", "us-gov"),
        (MODEL, ""),
        ("", ""),
    ],
)
def test_geographies(id: str, geography: str) -> None:
    assert geography_of(id) == geography


@pytest.mark.parametrize("odd", [None, 7, "x", [], [7], {}, {"a": 1}])
def test_any_answer(odd: Any) -> None:
    profile = {
        "inferenceProfileArn": f"{ARN}inference-profile/x",
        "inferenceProfileId": "x",
        "models": odd,
        "type": odd,
    }
    inventory = parse(REGION_SHARD, [
        answer(PROFILES, {"inferenceProfileSummaries": [7, profile]}, typeEquals="APPLICATION"),
        answer(THROUGHPUT, {"provisionedModelSummaries": odd}),
        answer(ENDPOINTS, {"marketplaceModelEndpoints": [{"endpointArn": "e", "status": odd, "createdAt": odd}]}),
        answer(ENDPOINT, {"marketplaceModelEndpoint": odd}, endpointArn="e"),
        answer(ENDPOINT, {"marketplaceModelEndpoint": {"endpointConfig": {"sageMaker": odd}}}, endpointArn="f"),
    ])  # fmt: skip
    assert set(inventory.resources) == {profile["inferenceProfileArn"]}
    assert any("inferenceProfileSummaries[0] is a number" in gap.detail for gap in inventory.gaps)
