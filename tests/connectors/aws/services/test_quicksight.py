"""Amazon Quick over a socket: connectors, agents and flows, and accounts and regions that have none."""

from __future__ import annotations

from pathlib import Path

from nhiscan.model import Ownership, RunsAs
from nhiscan_connectors.aws.services.quicksight import (
    AGENT,
    AGENTS,
    CONNECTOR,
    CONNECTORS,
    FLOWS,
    SERVICE,
    SUBSCRIPTION,
)
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_assistants import QuickAccount
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "us-east-1"
PEOPLE = f"arn:aws:quicksight:{REGION}:{ACCOUNT}:user/default"
ROLE = f"{IAM}:role/quick-s3"
CONNECTOR_ARN = f"arn:aws:quicksight:eu-west-1:{ACCOUNT}:action-connector/c1"
AGENT_ARN = f"arn:aws:quicksight:eu-west-1:{ACCOUNT}:agent/a1"


def all_files(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_connectors_agents_and_flows(aws: Aws, tmp_path: Path) -> None:
    quick = QuickAccount(aws.account)
    files = quick.connector(
        "Files",
        "AMAZON_S3",
        "IAM",
        {"IamConnectionMetadata": {"RoleArn": ROLE, "SourceArn": f"arn:aws:quicksight:{REGION}:{ACCOUNT}:*"}},
        EnabledActions=["GetObject", "PutObject"],
    )
    model = quick.connector(
        "Writer",
        "GENERIC_HTTP",
        "API_KEY",
        {"ApiKeyConnectionMetadata": {"BaseEndpoint": "https://api.openai.com/v1", "Email": "ada@example.com"}},
    )
    details = {
        "ReadAuthorizationCodeGrantDetails": {
            "ClientId": "client-1",
            "TokenEndpoint": "t",
            "AuthorizationEndpoint": "a",
        }
    }
    person = quick.connector(
        "Jira",
        "JIRA_CLOUD",
        "OAUTH2_AUTHORIZATION_CODE",
        {
            "AuthorizationCodeGrantMetadata": {
                "BaseEndpoint": "https://acme.atlassian.net",
                "RedirectUrl": "https://quicksight.aws/back",
                "ReadAuthorizationCodeGrantCredentialsDetails": details,
            }
        },
    )
    agent = quick.agent(
        "Analyst",
        f"{PEOPLE}/ada",
        [files, model.rpartition("/")[2]],
        WelcomeMessage="the password is swordfish",
    )
    flow = quick.flow("Weekly", f"{PEOPLE}/bob")
    quick.state.page = 1
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    connector = inventory.workloads[files]
    assert (connector.kind, connector.name, connector.agent) == ("quick-action-connector", "Files", True)
    assert {workload.public for workload in inventory.workloads.values()} == {False}
    assert (connector.created_at, connector.updated_at) == (ago(70), ago(7))
    assert connector.attributes == {
        "type": "AMAZON_S3",
        "authentication": "IAM",
        "status": "CREATION_SUCCESSFUL",
        "actions": "GetObject, PutObject",
        "source": f"arn:aws:quicksight:{REGION}:{ACCOUNT}:*",
    }
    assert inventory.runs_as == [RunsAs(workload=files, identity=ROLE, detail="connector role")]
    # Who signs in as a person leaves no credential of the connector's own.
    assert set(inventory.secrets) == {f"{model}/credential"}
    assert inventory.secrets[f"{model}/credential"].ai_provider == "openai"
    assert {(link.kind, link.target) for link in inventory.links_from(model)} == {
        ("invokes_tool", "https://api.openai.com"),
        ("reads_secret", f"{model}/credential"),
        ("holds_key_of", "llm:openai"),
    }
    assert inventory.resources["https://api.openai.com"].kind == "llm-endpoint"
    assert inventory.workloads[person].attributes["client_id"] == "client-1"
    assert {(link.kind, link.target) for link in inventory.links_from(agent)} == {
        ("invokes_tool", files),
        ("invokes_tool", model),
    }
    assert inventory.workloads[agent].attributes == {
        "lifecycle": "PUBLISHED",
        "status": "ACTIVE",
        "connectors": "2",
        "spaces": "0",
    }
    assert inventory.workloads[flow].attributes == {"publish_state": "PUBLISHED", "runs": "12", "users": "3"}
    assert inventory.ownerships == [
        Ownership(subject=agent, owner=f"{PEOPLE}/ada", kind="creator", source=AGENT.name),
        Ownership(subject=flow, owner=f"{PEOPLE}/bob", kind="creator", source=FLOWS.name),
    ]
    assert not inventory.gaps
    assert aws.calls.count("quicksight", "ListActionConnectors") == 3
    held = all_files(tmp_path)
    for private in (b"swordfish", b"ada@example.com", b"bi@example.com"):
        assert private not in held


def test_an_account_without_subscription_costs_one_call_and_is_no_gap(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("quicksight") == 1


def test_a_subscription_that_was_given_up(aws: Aws, tmp_path: Path) -> None:
    QuickAccount(aws.account).subscription.status = "UNSUBSCRIBED"
    assert not collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION).gaps
    assert aws.calls.count("quicksight") == 1


def test_what_stands_outside_of_the_home_region_is_found(aws: Aws, tmp_path: Path) -> None:
    agent = QuickAccount(aws.account, home="eu-west-1", region=REGION).agent("Analyst", PEOPLE)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == {agent}
    assert not inventory.gaps


def test_a_region_that_only_sends_home_is_no_gap(aws: Aws, tmp_path: Path) -> None:
    QuickAccount(aws.account, home="eu-west-1").subscription.everywhere = False
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert inventory.knows(SCOPE, "agents")


def test_an_edition_without_agents_is_no_gap(aws: Aws, tmp_path: Path) -> None:
    quick = QuickAccount(aws.account)
    quick.subscription.edition = "STANDARD"
    flow = quick.flow("Weekly", PEOPLE)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == {flow}
    assert not inventory.gaps


def test_a_resumed_scan_goes_on_where_it_was(aws: Aws, tmp_path: Path) -> None:
    agent = QuickAccount(aws.account, home="eu-west-1", region=REGION).agent("Analyst", PEOPLE)
    told = answer(SUBSCRIPTION, {"IdentityRegion": "eu-west-1"}, AwsAccountId=ACCOUNT)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION, answered=[told])
    assert set(inventory.workloads) == {agent}
    assert aws.calls.count("quicksight", "DescribeAccountSubscription") == 0


def test_a_real_refusal_is_a_gap(aws: Aws, tmp_path: Path) -> None:
    quick = QuickAccount(aws.account)
    arn = quick.connector("Files", "AMAZON_S3", "IAM", {"IamConnectionMetadata": {"RoleArn": ROLE, "SourceArn": "x"}})
    aws.faults.deny("quicksight", "DescribeActionConnector")
    inventory = collected(SERVICE, tmp_path / "one", endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.operation, gap.subjects) == (CONNECTOR.name, (arn,))
    aws.faults.deny("quicksight", "DescribeAccountSubscription")
    inventory = collected(SERVICE, tmp_path / "all", endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.reason, gap.permission) == ("denied", "quicksight:DescribeAccountSubscription")
    assert not inventory.knows(SCOPE, "agents")


def test_damaged_and_hostile_answers() -> None:
    login = {"AuthenticationType": ["API_KEY"], "AuthenticationMetadata": {"X": 1, "Y": {"RoleArn": "admin"}}}
    inventory = parse(
        REGION_SHARD,
        [
            answer(CONNECTORS, {"ActionConnectorSummaries": [{"Arn": CONNECTOR_ARN, "ActionConnectorId": "c1"}, {}]}),
            answer(
                CONNECTOR,
                {"ActionConnector": {"AuthenticationConfig": login, "EnabledActions": 1}},
                ActionConnectorId="c1",
            ),
            answer(AGENTS, {"AgentSummaries": [{"Arn": AGENT_ARN, "AgentId": "a1", "Name": 3}, "x"]}),
            answer(AGENT, {"Agent": {"ActionConnectors": [7], "Creator": {}}}, AgentId="a1"),
            answer(FLOWS, {"FlowSummaryList": [{"Arn": "arn:f", "FlowId": "f", "RunCount": True}, {"Arn": "arn:g"}]}),
        ],
    )
    assert set(inventory.workloads) == {CONNECTOR_ARN, AGENT_ARN, "arn:f"}
    assert not inventory.runs_as
    assert not inventory.secrets
    assert not inventory.links
    assert not inventory.ownerships
    told = " ".join(gap.detail for gap in inventory.gaps)
    for words in (
        "ActionConnectorSummaries[1] has no Arn and no ActionConnectorId",
        "EnabledActions is a number",
        "AgentSummaries[1] is text",
        "ActionConnectors[0] is a number",
        "FlowSummaryList[1] has no FlowId",
    ):
        assert words in told


def test_what_was_refused_of_one_agent() -> None:
    found = [answer(AGENTS, {"AgentSummaries": [{"Arn": AGENT_ARN, "AgentId": "a1"}]}), refused(AGENT, AgentId="a1")]
    inventory = parse(REGION_SHARD, found)
    assert [gap.subjects for gap in inventory.gaps] == [(AGENT_ARN,)]
    # Not known is not "none".
    assert "connectors" not in inventory.workloads[AGENT_ARN].attributes
