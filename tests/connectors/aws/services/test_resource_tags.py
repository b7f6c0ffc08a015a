"""The sweep of tags over a socket: one call where there is nothing, pages, and regions that know fewer services."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.aws.services.resource_tags import SERVICE
from nhiscan_connectors.aws.tagging import TAGS, tags_by_arn
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import REGION_SHARD, answer
from tests.connectors.aws.services.test_lambda_functions import make_function, prepared
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"


def test_one_call_in_an_empty_region(aws: Aws, tmp_path: Path) -> None:
    assert not collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION).gaps
    assert aws.calls.names() == {TAGS.name: 1}


def test_tags_of_functions_over_pages(aws: Aws, tmp_path: Path) -> None:
    prepared(aws)
    arns = {make_function(aws, f"f-{number}", {}, Tags={"Owner": f"owner-{number}"}) for number in range(105)}
    assert not collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION).gaps
    assert aws.calls.count("resourcegroupstaggingapi") == 2
    assert len(arns) == 105


def test_a_region_that_does_not_know_a_service_is_asked_for_the_others(aws: Aws, tmp_path: Path) -> None:
    message = "Unsupported service=bedrock in ResourceTypeFilter - bedrock"
    aws.faults.error("resourcegroupstaggingapi", "GetResources", "InvalidParameterException", message, times=1)
    (gap,) = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION).gaps
    assert message in gap.detail
    assert not gap.blinds
    asked = [call.params["ResourceTypeFilters"] for call in aws.calls.of("resourcegroupstaggingapi")]
    assert [("bedrock" in types, "lambda:function" in types) for types in asked] == [(True, True), (False, True)]


def test_tags_of_one_service() -> None:
    entries = [
        {"ResourceARN": "arn:aws:lambda:eu-west-1:1:function:a", "Tags": [{"Key": "a", "Value": "1"}]},
        {"ResourceARN": "arn:aws:states:eu-west-1:1:stateMachine:b", "Tags": [{"Key": "b", "Value": "2"}]},
        {"ResourceARN": "nonsense"},
        {"ResourceARN": 7},
        "x",
    ]
    found = [answer(TAGS, {"ResourceTagMappingList": entries}), answer(TAGS, {"ResourceTagMappingList": 7}, page=1)]
    reading = Reading(REGION_SHARD, Answers([*found, answer(TAGS, [], page=2)]))
    assert tags_by_arn(reading, "states") == {"arn:aws:states:eu-west-1:1:stateMachine:b": {"b": "2"}}
    assert len(tags_by_arn(reading)) == 3
