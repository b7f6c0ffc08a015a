"""AppFlow profiles over a socket: which SaaS credential, where it is kept, whose API it opens."""

from __future__ import annotations

from pathlib import Path

from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.services.appflow import PROFILES, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_secrets import Connections
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"


def gather(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def test_profiles_of_products_and_of_models(aws: Aws, tmp_path: Path) -> None:
    connections = Connections(aws.account, REGION)
    sales, secret = connections.profile("sales", "Salesforce", {"instanceUrl": "https://acme.my.salesforce.com/x"})
    custom, _ = connections.profile(
        "models",
        "CustomConnector",
        {
            "profileProperties": {"base": "https://api.anthropic.com/v1"},
            "oAuth2Properties": {
                "tokenUrl": "https://login.example.com/token",
                "oAuth2GrantType": "CLIENT_CREDENTIALS",
            },
        },
        connectorLabel="models-connector",
    )
    roles = {"roleArn": f"{IAM}:role/flow", "dataApiRoleArn": f"{IAM}:role/data", "bucketName": "staging-bucket"}
    warehouse, _ = connections.profile("warehouse", "Redshift", roles)
    inventory = gather(aws, tmp_path)
    profile = inventory.secrets[sales]
    assert (profile.kind, profile.name, profile.ai_provider) == ("appflow-connector-profile", "sales", "")
    assert (profile.created_at, profile.encrypted, profile.activity) == (ago(70), True, None)
    assert profile.attributes == {
        "connector": "Salesforce",
        "mode": "Public",
        "host": "acme.my.salesforce.com",
        "changed_at": ago(60).isoformat().replace("+00:00", "Z"),
    }
    assert [(link.kind, link.target) for link in inventory.links_from(sales)] == [("stored_in", secret)]
    model = inventory.secrets[custom]
    assert (model.ai_provider, model.attributes["ai_evidence"]) == ("anthropic", "endpoint")
    assert (model.attributes["token_host"], model.attributes["grant_type"]) == (
        "login.example.com",
        "CLIENT_CREDENTIALS",
    )
    assert ("holds_key_of", "llm:anthropic") in {(link.kind, link.target) for link in inventory.links_from(custom)}
    assert inventory.secrets[warehouse].attributes["roles"] == f"{IAM}:role/flow, {IAM}:role/data"
    assert not inventory.gaps


def test_a_custom_connector_by_its_label(aws: Aws, tmp_path: Path) -> None:
    connections = Connections(aws.account, REGION)
    arn, _ = connections.profile("p1", "CustomConnector", {}, connectorLabel="openai")
    profile = gather(aws, tmp_path).secrets[arn]
    assert (profile.ai_provider, profile.attributes["ai_evidence"]) == ("openai", "name")


def test_pages(aws: Aws, tmp_path: Path) -> None:
    connections = Connections(aws.account, REGION)
    connections.state.page = 2
    for number in range(5):
        connections.profile(f"p{number}", "Slack", {"instanceUrl": "https://acme.slack.com"})
    assert len(gather(aws, tmp_path).secrets) == 5
    assert aws.calls.count("appflow") == 3


def test_a_region_without_profiles_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = gather(aws, tmp_path)
    assert not inventory.secrets
    assert not inventory.gaps
    assert aws.calls.count("appflow") == 1


def test_a_refused_list_hides_secrets(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("appflow")
    inventory = gather(aws, tmp_path)
    assert [gap.permission for gap in inventory.gaps] == ["appflow:DescribeConnectorProfiles"]
    assert not inventory.knows(SCOPE, "secrets")


def test_damaged_profiles_are_told_and_hide_no_others() -> None:
    arn = f"arn:aws:appflow:eu-west-1:{ACCOUNT}:connectorprofile/a"
    well = {
        "connectorProfileArn": arn,
        "connectorProfileName": "a",
        "credentialsArn": "no ARN",
        "connectorProfileProperties": {
            "Slack": 3,
            "CustomConnector": {"profileProperties": [1], "oAuth2Properties": 2},
        },
    }
    page = {"connectorProfileDetails": ["x", {"connectorProfileName": "b"}, well]}
    inventory = parse(REGION_SHARD, [answer(PROFILES, page)])
    assert list(inventory.secrets) == [arn]
    assert not inventory.links
    (gap,) = inventory.gaps
    assert "connectorProfileDetails[0] is text" in gap.detail
