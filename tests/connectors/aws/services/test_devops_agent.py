"""AWS DevOps Agent over a socket: spaces, roles, connected services and their standing credentials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.devops_agent import ASSOCIATIONS, OPERATOR, SERVICE, SERVICES, SPACES, WEBHOOKS
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.devops_agent import DevOpsAgent
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_assistants import devops_service, devops_space
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "us-east-1"
SPACE = f"arn:aws:aidevops:eu-west-1:{ACCOUNT}:agentspace/as-1"


@pytest.fixture
def devops(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The emulator under one name: the SDK would put "cp." before the host of this service, where nobody listens."""
    monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
    return aws


def service_arn(id: str, region: str = REGION) -> str:
    return f"arn:aws:aidevops:{region}:{ACCOUNT}:service/{id}"


def role(name: str) -> str:
    return f"{IAM}:role/{name}"


def all_files(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_a_space_its_roles_and_the_accounts_it_enters(devops: Aws, tmp_path: Path) -> None:
    watched = {"accountId": ACCOUNT, "accountType": "monitor", "assumableRoleArn": role("watch")}
    source = {
        "accountId": "210987654321",
        "accountType": "source",
        "assumableRoleArn": "arn:aws:iam::210987654321:role/source",
        "agentElevatedRoleArn": "arn:aws:iam::210987654321:role/fix",
    }
    slack = {
        "workspaceId": "T0123456789",
        "workspaceName": "acme",
        "transmissionTarget": {"opsOncallTarget": {"channelId": "C0123456789"}},
        "bidirectional": {"roleArn": role("chat"), "enabled": True},
    }
    arn = devops_space(
        devops.account,
        "prod",
        [("aws", {"aws": watched}), ("aws", {"sourceAws": source}), ("slack-1", {"slack": slack})],
        operator={"iam": {"operatorAppRoleArn": role("operator"), "createdAt": ago(50)}},
        webhook="hmac",
        preferences={"elevatedActionsEnabled": True},
    )
    inventory = collected(SERVICE, tmp_path, endpoint=devops.endpoint, region=REGION)
    space = inventory.workloads[arn]
    assert (space.kind, space.name, space.agent) == ("devops-agent-space", "prod", True)
    assert space.public is False
    assert (space.ai_platform, space.created_at, space.updated_at) == ("AWS DevOps Agent", ago(50), ago(5))
    assert space.attributes == {
        "accounts": f"{ACCOUNT}, 210987654321",
        "services": "slack",
        "elevated_actions": "true",
        "no_external_id": "210987654321",
        "operator_app": "iam",
        "webhooks": "hmac",
    }
    assert inventory.runs_as == [
        RunsAs(workload=arn, identity=role("watch"), detail="monitored account role"),
        RunsAs(workload=arn, identity="arn:aws:iam::210987654321:role/source", detail="source account role"),
        RunsAs(workload=arn, identity="arn:aws:iam::210987654321:role/fix", detail="elevated role"),
        RunsAs(workload=arn, identity=role("chat"), detail="chat role"),
        RunsAs(workload=arn, identity=role("operator"), detail="operator app role"),
    ]
    assert not inventory.gaps
    # Accounts have no webhooks: only the outside service is asked about.
    assert devops.calls.count("devops-agent", "ListWebhooks") == 1
    assert b"event-ai" not in all_files(tmp_path)


def test_services_and_the_credentials_that_the_agent_keeps_of_them(devops: Aws, tmp_path: Path) -> None:
    endpoint = "https://mcp.example.com"
    method = "bearer-token"
    details = {"name": "tools", "endpoint": f"{endpoint}/mcp?token=x", "authorizationMethod": method}
    tools = devops_service(devops.account, "mcpserver", "Tools", details)
    lab = devops_service(
        devops.account, "gitlab", "Lab", {"targetUrl": "https://gitlab.example.com", "tokenType": "personal"}
    )
    azure = devops_service(
        devops.account,
        "azureidentity",
        "Azure",
        {
            "tenantId": "tenant-1",
            "clientId": "client-1",
            "webIdentityRoleArn": role("to-azure"),
            "webIdentityTokenAudiences": ["api://AzureADTokenExchange"],
        },
    )
    details = {"name": "splunk", "endpoint": "https://splunk.example.com/mcp", "authorizationMethod": "oauth-3lo"}
    person = devops_service(devops.account, "mcpserversplunk", "Splunk", details)
    classified = [
        {"name": "restart", "toolClassification": "MUTATIVE"},
        {"name": "wipe", "toolClassification": "DESTRUCTIVE"},
        {"name": "look", "toolClassification": "READ_ONLY"},
    ]
    arn = devops_space(
        devops.account,
        "prod",
        [
            (tools, {"mcpserver": {"tools": ["restart", "wipe", "look"], "toolDetails": classified}}),
            (azure, {"azure": {"subscriptionId": "sub-1"}}),
            (person, {"mcpserversplunk": {}}),
        ],
    )
    devops.emulator.store.get(DevOpsAgent, devops.account.id, REGION).page = 1
    inventory = collected(SERVICE, tmp_path, endpoint=devops.endpoint, region=REGION)
    assert set(inventory.secrets) == {f"{service_arn(tools)}/credential", f"{service_arn(lab)}/credential"}
    credential = inventory.secrets[f"{service_arn(lab)}/credential"]
    assert (credential.kind, credential.created_at) == ("devops-agent-credential", ago(60))
    assert credential.attributes == {
        "type": "gitlab",
        "authorisation_method": "access-token",
        "token_type": "personal",
    }
    assert inventory.secrets[f"{service_arn(tools)}/credential"].attributes["authorisation_method"] == method
    assert inventory.resources[endpoint].kind == "mcp-endpoint"
    assert {(link.kind, link.target) for link in inventory.links_from(service_arn(tools))} == {
        ("invokes_tool", endpoint),
        ("stored_in", f"{service_arn(tools)}/credential"),
    }
    assert inventory.resources[service_arn(azure)].attributes == {
        "type": "azureidentity",
        "tenant_id": "tenant-1",
        "client_id": "client-1",
        "audiences": "api://AzureADTokenExchange",
        "roles": role("to-azure"),
    }
    assert inventory.runs_as == [RunsAs(workload=arn, identity=role("to-azure"), detail="web identity role")]
    # The service that nobody connected to the space is not the space's.
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("invokes_tool", service_arn(tools)),
        ("reads_secret", f"{service_arn(tools)}/credential"),
        ("invokes_tool", service_arn(azure)),
        ("invokes_tool", service_arn(person)),
    }
    assert inventory.workloads[arn].attributes["mutating_tools"] == "restart"
    assert inventory.workloads[arn].attributes["destructive_tools"] == "wipe"
    assert not inventory.gaps
    assert devops.calls.count("devops-agent", "ListServices") == 4


@pytest.mark.parametrize(
    ("type", "details", "method", "standing"),
    [
        ("servicenow", {"instanceUrl": "https://acme.service-now.com"}, "oauth-client-credentials", True),
        ("mcpservernewrelic", {"accountId": "1", "region": "US"}, "api-key", True),
        ("remoteagent", {"endpoint": "https://a.example", "authorizationMethod": "api-key"}, "api-key", True),
        (
            "mcpservergrafana",
            {"endpoint": "https://g", "authorizationMethod": "custom-headers"},
            "custom-headers",
            True,
        ),
        ("mcpserverdatadog", {"endpoint": "https://d", "authorizationMethod": "oauth-3lo"}, "oauth-3lo", False),
        ("github", {"owner": "acme", "ownerType": "organization"}, None, False),
        ("azuredevops", {"organizationName": "acme"}, None, False),
    ],
)
def test_how_a_service_is_reached(type: str, details: dict[str, Any], method: str | None, standing: bool) -> None:
    item = {"serviceId": "s1", "serviceType": type, "additionalServiceDetails": {type: details}}
    inventory = parse(REGION_SHARD, [answer(SERVICES, {"services": [item]})])
    service = inventory.resources[service_arn("s1", "eu-west-1")]
    assert service.attributes.get("authorisation_method") == method
    assert bool(inventory.secrets) == standing


def test_headers_with_credentials_stay_out_of_the_bundle(devops: Aws, tmp_path: Path) -> None:
    details = {
        "name": "own",
        "endpoint": "https://own.example.com/mcp",
        "region": REGION,
        "service": "execute-api",
        "roleArn": role("sign"),
        "mcpRoleArn": role("mcp"),
        "customHeaders": {"x-key": "open-sesame-4711"},
    }
    service = devops_service(devops.account, "mcpserversigv4", "Own", details)
    arn = devops_space(devops.account, "prod", [(service, {"mcpserversigv4": {"tools": ["x"]}})])
    inventory = collected(SERVICE, tmp_path, endpoint=devops.endpoint, region=REGION)
    assert b"open-sesame" not in all_files(tmp_path)
    assert inventory.runs_as == [
        RunsAs(workload=arn, identity=role("sign"), detail="signing role"),
        RunsAs(workload=arn, identity=role("mcp"), detail="MCP server role"),
    ]


def test_an_empty_region_costs_two_calls(devops: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=devops.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert devops.calls.count("devops-agent") == 2


def test_denied_lists(devops: Aws, tmp_path: Path) -> None:
    devops_space(devops.account, "prod")
    devops.faults.deny("devops-agent", "ListServices")
    inventory = collected(SERVICE, tmp_path / "services", endpoint=devops.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert gap.permission == "aidevops:ListServices"
    assert not inventory.knows(SCOPE, "secrets")
    devops.faults.deny("devops-agent", "ListAgentSpaces")
    inventory = collected(SERVICE, tmp_path / "spaces", endpoint=devops.endpoint, region=REGION)
    assert not inventory.knows(SCOPE, "agents")


def test_what_was_refused_of_one_space() -> None:
    inventory = parse(
        REGION_SHARD,
        [
            answer(SPACES, {"agentSpaces": [{"agentSpaceId": "as-1", "name": "prod"}]}),
            refused(ASSOCIATIONS, agentSpaceId="as-1"),
            refused(OPERATOR, agentSpaceId="as-1"),
            refused(WEBHOOKS, agentSpaceId="as-1", associationId="x"),
        ],
    )
    assert inventory.workloads[SPACE].attributes == {}
    assert {gap.subjects for gap in inventory.gaps} == {(SPACE,)}
    assert len(inventory.gaps) == 3


def test_damaged_and_hostile_answers() -> None:
    service = {
        "serviceId": "s1",
        "serviceType": "mcpserver",
        "additionalServiceDetails": {"mcpserver": {"endpoint": "javascript:alert(1)", "authorizationMethod": ["x"]}},
    }
    association = {
        "serviceId": ["s1"],
        "configuration": {
            "mcpserver": {"toolDetails": [{"toolClassification": "MUTATIVE"}, {"name": "a", "toolClassification": 1}]},
            "slack": {"bidirectional": []},
            "aws": {"assumableRoleArn": "role/admin"},
        },
        "capabilities": {"X": 1},
    }
    inventory = parse(
        REGION_SHARD,
        [
            answer(SERVICES, {"services": [service, {"name": "x"}]}),
            answer(SPACES, {"agentSpaces": [{"agentSpaceId": "as-1", "preferences": []}, 4]}),
            answer(ASSOCIATIONS, {"associations": [association, "x"]}, agentSpaceId="as-1"),
            answer(OPERATOR, {"iam": {"operatorAppRoleArn": 1}, "idp": []}, agentSpaceId="as-1"),
            answer(WEBHOOKS, {"webhooks": [{}]}, agentSpaceId="as-1", associationId="a"),
        ],
    )
    assert not inventory.runs_as
    assert not inventory.links
    assert not inventory.secrets
    assert inventory.workloads[SPACE].attributes == {
        "services": "mcpserver, slack",
        "operator_app": "iam",
        "webhooks": "unknown",
    }
    told = " ".join(gap.detail for gap in inventory.gaps)
    for words in (
        "services[1] has no serviceId",
        "agentSpaces[1] is a number",
        "associations[1] is text",
        "toolDetails[0] has no name",
    ):
        assert words in told
