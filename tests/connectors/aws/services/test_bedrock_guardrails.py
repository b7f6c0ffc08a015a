"""Guardrails over a socket: which exist, which apply to every call, and who outside may use them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.services.bedrock_guardrails import ENFORCED, GUARDRAILS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_bedrock import Bedrock
from tests.clouds.aws.seed_bedrock_models import Models
from tests.connectors.aws.answers import REGION_SHARD, allow, answer, document, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"


@pytest.fixture
def models(aws: Aws) -> Models:
    return Models(Bedrock(aws.account, REGION))


def scanned(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def test_guardrails(aws: Aws, models: Models, tmp_path: Path) -> None:
    plain, enforced = models.guardrail("pii"), models.guardrail("base", enforced=True)
    foreign = f"arn:aws:bedrock:{REGION}:222222222222:guardrail/abc"
    models.enforce(foreign, modelEnforcement={"includedModels": ["ALL"], "excludedModels": ["b", "a"]})
    policy = document(allow("bedrock:ApplyGuardrail", Principal={"AWS": "arn:aws:iam::333333333333:root"}))
    models.state.policies[plain] = json.dumps(policy)
    inventory = scanned(aws, tmp_path)
    found = {id: resource.attributes for id, resource in inventory.resources.items()}
    assert found == {
        plain: {"status": "READY", "version": "DRAFT"},
        enforced: {"status": "READY", "version": "DRAFT", "enforced": "true", "enforced_models": "ALL"},
        foreign: {"version": "1", "enforced": "true", "enforced_models": "ALL", "exempt_models": "a, b"},
    }
    assert inventory.resources[plain].name == "pii"
    assert [use.policy for use in inventory.policy_uses_of(plain)] == [f"{plain}/policy/resource"]
    assert "333333333333" in (inventory.policies[f"{plain}/policy/resource"].document or "")
    assert not inventory.policy_uses_of(enforced)
    assert not inventory.gaps


def test_guardrails_come_in_pages(aws: Aws, models: Models, tmp_path: Path) -> None:
    models.state.most = 2
    arns = {models.guardrail(f"g{number}", enforced=True) for number in range(3)}
    inventory = scanned(aws, tmp_path)
    assert {id for id, one in inventory.resources.items() if one.attributes.get("enforced") == "true"} == arns
    assert aws.calls.count("bedrock", "ListGuardrails") == 2


def test_an_empty_region_costs_one_call_for_each_list(aws: Aws, tmp_path: Path) -> None:
    inventory = scanned(aws, tmp_path)
    assert not inventory.resources
    assert not inventory.gaps
    assert aws.calls.count("bedrock") == 2


def test_refusals(aws: Aws, models: Models, tmp_path: Path) -> None:
    arn = models.guardrail("pii", enforced=True)
    aws.faults.deny("bedrock", "ListEnforcedGuardrailsConfiguration")
    aws.faults.deny("bedrock", "GetResourcePolicy")
    inventory = scanned(aws, tmp_path)
    assert "enforced" not in inventory.resources[arn].attributes
    assert {(gap.permission, gap.subjects, gap.blinds) for gap in inventory.gaps} == {
        ("bedrock:ListEnforcedGuardrailsConfiguration", (), ()),
        ("bedrock:GetResourcePolicy", (arn,), ("policies",)),
    }


@pytest.mark.parametrize("odd", [None, 7, "x", [], [7], {}, {"a": 1}])
def test_any_answer(odd: Any) -> None:
    arn = f"arn:aws:bedrock:{REGION}:123456789012:guardrail/g"
    listed = {"arn": arn, "name": "g", "status": odd, "crossRegionDetails": odd, "createdAt": odd}
    inventory = parse(REGION_SHARD, [
        answer(GUARDRAILS, {"guardrails": [odd, listed]}),
        answer(ENFORCED, {"guardrailsConfig": [odd, {"guardrailArn": odd, "modelEnforcement": odd},
                                               {"guardrailArn": arn, "modelEnforcement": {"includedModels": odd}}]}),
    ])  # fmt: skip
    assert inventory.resources[arn].attributes["enforced"] == "true"
