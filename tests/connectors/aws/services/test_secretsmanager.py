"""Secrets Manager over a socket: LLM keys by name, tags and description, dates, policies; no value is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiscan.access.question import Question
from nhiscan.inventory import Inventory
from nhiscan.model import Link, Policy, Resource, Secret, Workload
from nhiscan_connectors.aws.connector import AwsConnector
from nhiscan_connectors.aws.iam.operations import DETAILS
from nhiscan_connectors.aws.llm_keys import key_provider
from nhiscan_connectors.aws.services.secretsmanager import POLICY, SECRETS, SERVICE, join
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_secrets import Stores
from tests.connectors.aws.answers import (
    ACCOUNT,
    ACCOUNT_SHARD,
    IAM,
    REGION_SHARD,
    SCOPE,
    allow,
    answer,
    details,
    document,
    parse,
    records,
    role,
)
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
BASE = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"
# Made up; in two parts, so that no scanner of secrets takes it for one.
ANTHROPIC_KEY = (
    "sk-ant-" + "api03-" + "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3" * 2 + "Ab1Cd2Ef3Gh4Ij5-" + "QAAA" + "aaAA"
)
TO_ANOTHER = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
    ],
}


def gather(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def test_a_secret_with_an_llm_key(aws: Aws, tmp_path: Path) -> None:
    stores = Stores(aws.account, REGION)
    arn = stores.secret(
        "prod/openai/api-key",
        tags={"Owner": "ada@example.com"},
        policy=TO_ANOTHER,
        Description="Key of the support bot",
        LastAccessedDate=ago(3),
        LastRotatedDate=ago(30),
        NextRotationDate=ago(-60),
        RotationEnabled=True,
        RotationRules={"AutomaticallyAfterDays": 90},
        RotationLambdaARN=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate",
        KmsKeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1",
    )
    inventory = gather(aws, tmp_path)
    secret = inventory.secrets[arn]
    assert (secret.kind, secret.name, secret.region) == ("secretsmanager-secret", "prod/openai/api-key", REGION)
    assert (secret.ai_provider, secret.encrypted, secret.rotation) == ("openai", True, True)
    assert (secret.created_at, secret.rotated_at) == (ago(200), ago(30))
    assert secret.activity is not None
    assert secret.activity.last_used_at == ago(3)
    assert secret.activity.detail == "in eu-west-1, to the day"
    assert secret.tags == {"Owner": "ada@example.com"}
    assert secret.description == "Key of the support bot"
    assert {key: secret.attributes[key] for key in ("ai_evidence", "rotated_by", "rotates_every")} == {
        "ai_evidence": "name",
        "rotated_by": "rotation",
        "rotates_every": "90 days",
    }
    assert secret.attributes["rotation_function"].endswith(":function:rotate")
    assert secret.attributes["kms_key"].endswith(":key/1")
    (link,) = inventory.links_from(arn)
    assert (link.kind, link.target) == ("holds_key_of", "llm:openai")
    assert link.reason == "secret prod/openai/api-key seems to hold a key of OpenAI, by its name"
    (use,) = inventory.policy_uses_of(arn)
    assert "999999999999" in (inventory.policies[use.policy].document or "")
    assert not inventory.gaps


def test_policies_are_asked_for_llm_keys_only_and_the_rest_stays_unknown(aws: Aws, tmp_path: Path) -> None:
    stores = Stores(aws.account, REGION)
    stores.state.page = 7
    plain = [stores.secret(f"app/{number}/database", policy=TO_ANOTHER) for number in range(18)]
    key = stores.secret("anthropic")
    inventory = gather(aws, tmp_path)
    assert len(inventory.secrets) == 19
    assert aws.calls.count("secretsmanager", "ListSecrets") == 3  # pages of seven
    assert aws.calls.count("secretsmanager", "GetResourcePolicy") == 1
    assert aws.calls.count("secretsmanager") == 4
    unread = [inventory.policies[use.policy] for arn in plain for use in inventory.policy_uses_of(arn)]
    assert len(unread) == 18
    assert {(policy.document, policy.attributes.get("unread")) for policy in unread} == {
        (None, "nhiscan asks for the policies of secrets with LLM keys only")
    }
    assert not inventory.policy_uses_of(key)  # asked, and it has none


def test_never_read_and_not_known_are_two_things() -> None:
    never = {"ARN": f"{BASE}a-AAAAAA", "Name": "a"}
    damaged = {"ARN": f"{BASE}b-AAAAAA", "Name": "b", "LastAccessedDate": "yesterday", "RotationEnabled": "yes"}
    inventory = parse(REGION_SHARD, [answer(SECRETS, {"SecretList": [never, damaged]})])
    first, second = inventory.secrets[never["ARN"]], inventory.secrets[damaged["ARN"]]
    assert first.activity is not None
    assert first.activity.last_used_at is None
    assert second.activity is None
    assert (first.rotation, second.rotation) == (False, None)


def test_a_value_replaced_by_hand_is_as_young_as_the_last_change_and_no_younger_is_claimed() -> None:
    common = {"CreatedDate": "2024-01-01T00:00:00Z", "LastChangedDate": "2026-05-05T00:00:00Z"}
    tagged = {"ARN": f"{BASE}a-AAAAAA", "Name": "a", **common, "SecretVersionsToStages": {"1": ["AWSCURRENT"]}}
    replaced = {
        "ARN": f"{BASE}b-AAAAAA",
        "Name": "b",
        **common,
        "SecretVersionsToStages": {"1": ["AWSPREVIOUS"], "2": ["AWSCURRENT"]},
    }
    inventory = parse(REGION_SHARD, [answer(SECRETS, {"SecretList": [tagged, replaced]})])
    first, second = inventory.secrets[str(tagged["ARN"])], inventory.secrets[str(replaced["ARN"])]
    assert first.rotated_at is None
    assert "rotated_by" not in first.attributes
    assert second.rotated_at is not None
    assert second.rotated_at.isoformat() == "2026-05-05T00:00:00+00:00"
    assert second.attributes["rotated_by"] == "hand"


def test_deleted_managed_and_replicated_secrets_say_so(aws: Aws, tmp_path: Path) -> None:
    stores = Stores(aws.account, REGION)
    deleted = stores.secret("old", DeletedDate=ago(1))
    managed = stores.secret("events!connection/x/1/auth", OwningService="events")
    copied = stores.secret("copy", PrimaryRegion="us-east-1")
    external = stores.secret(
        "sales", Type="SalesforceClientSecret", ExternalSecretRotationRoleArn="arn:aws:iam::1:role/r"
    )
    inventory = gather(aws, tmp_path)
    assert inventory.secrets[deleted].attributes["deleted_at"] == ago(1).isoformat().replace("+00:00", "Z")
    assert inventory.secrets[managed].attributes["owning_service"] == "events"
    assert inventory.secrets[copied].attributes["primary_region"] == "us-east-1"
    assert inventory.secrets[external].attributes["partner"] == "SalesforceClientSecret"
    assert inventory.secrets[external].attributes["rotation_role"] == "arn:aws:iam::1:role/r"


def test_a_secret_that_moto_keeps(aws: Aws, tmp_path: Path) -> None:
    made = aws.client("secretsmanager", REGION).create_secret(Name="gemini-key", SecretString="made-up-value-of-no-use")
    inventory = gather(aws, tmp_path)
    secret = inventory.secrets[made["ARN"]]
    assert (secret.ai_provider, secret.rotated_at) == ("google", None)
    assert secret.activity is not None
    assert secret.activity.last_used_at is None


def test_a_region_without_secrets_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = gather(aws, tmp_path)
    assert not inventory.secrets
    assert not inventory.gaps
    assert aws.calls.count("secretsmanager") == 1


def test_a_refused_list_hides_secrets(aws: Aws, tmp_path: Path) -> None:
    Stores(aws.account, REGION).secret("openai")
    aws.faults.deny("secretsmanager", "ListSecrets")
    inventory = gather(aws, tmp_path)
    (gap,) = inventory.gaps
    assert (gap.reason, gap.permission) == ("denied", "secretsmanager:ListSecrets")
    assert not inventory.knows(SCOPE, "secrets")


def test_a_refused_policy_leaves_that_secret_unknown(aws: Aws, tmp_path: Path) -> None:
    stores = Stores(aws.account, REGION)
    closed, open_ = stores.secret("openai", policy=TO_ANOTHER), stores.secret("anthropic")
    aws.faults.deny("secretsmanager", "GetResourcePolicy", params={"SecretId": closed})
    inventory = gather(aws, tmp_path)
    (gap,) = inventory.gaps
    assert gap.subjects == (closed,)
    assert gap.permission == "secretsmanager:GetResourcePolicy"
    assert not inventory.knows(SCOPE, "policies", closed)
    assert inventory.knows(SCOPE, "policies", open_)
    policy: Policy = inventory.policies[f"{closed}/policy/resource"]
    assert policy.document is None
    assert policy.attributes["unread"] == "it could not be read (denied)"


def test_a_key_in_a_description_or_tag_is_dropped_and_told(aws: Aws, tmp_path: Path) -> None:
    stores = Stores(aws.account, REGION)
    arn = stores.secret("notes", Description=f"for the bot: {ANTHROPIC_KEY}", tags={"claude_api_key": ANTHROPIC_KEY})
    inventory = gather(aws, tmp_path)
    found = {(sighting.where, sighting.ai_provider) for sighting in inventory.sightings_in(arn)}
    assert found == {("description", "anthropic"), ("tag claude_api_key", "anthropic")}
    assert ANTHROPIC_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_damaged_entries_are_told_and_hide_no_others() -> None:
    well = {
        "ARN": f"{BASE}openai-AAAAAA",
        "Name": "openai",
        "Tags": "no",
        "SecretVersionsToStages": [1],
        "Description": 7,
    }
    page = {"SecretList": [{"Name": "x"}, 3, well]}
    found = [answer(SECRETS, page), answer(POLICY, {"ResourcePolicy": "{{{"}, SecretId=well["ARN"])]
    inventory = parse(REGION_SHARD, found)
    assert list(inventory.secrets) == [well["ARN"]]
    (gap,) = inventory.gaps
    assert "SecretList[0] has no ARN" in gap.detail
    assert "SecretList[1] is a number" in gap.detail
    assert inventory.policies[f"{well['ARN']}/policy/resource"].problem.startswith("is not JSON")


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("prod/openai/api-key", "openai"),
        ("openai", "openai"),
        ("anthropic/prod", "anthropic"),
        ("gemini-key-v2", "google"),
        ("bedrock-api-key", "bedrock"),
        ("openai-endpoint-url", ""),
        ("openai_base_url_prod", ""),
        ("OPENAI_API_KEY_ARN", ""),
        ("openai-org-id", ""),
        ("openai/model", ""),
        ("litellm-db-password", ""),
        ("openai-webhook-secret", ""),
        ("bedrock-knowledge-base", ""),
        ("mcp", ""),
        ("payroll", ""),
        ("bedrock-agentcore-identity!default/apikey/openai", "openai"),
        ("bedrock-agentcore-identity!default/apikey/slack", ""),
        ("/copilot/shop/prod/secrets/SESSION_TOKEN", ""),
        ("/copilot/shop/prod/secrets/OPENAI_API_KEY", "openai"),
        ("github-copilot-token", "github-copilot"),
    ],
)
def test_what_a_name_says(name: str, provider: str) -> None:
    assert key_provider(name)[0] == provider


@pytest.mark.parametrize(
    ("tags", "description", "told"),
    [
        ({"Provider": "Anthropic"}, "", ("anthropic", "tag Provider")),
        ({"llm:provider": "openai"}, "", ("openai", "tag llm:provider")),
        ({"Purpose": "OpenAI API key"}, "", ("openai", "tag Purpose")),
        ({"Project": "openai-migration"}, "", ("", "")),
        ({}, "OpenAI API key of the support bot", ("openai", "description")),
        ({}, "Token of Hugging Face", ("huggingface", "description")),
        ({}, "The reports that openai sends. Ask ada for the key", ("", "")),
        ({}, "x " * 300 + "OpenAI API key", ("", "")),
    ],
)
def test_what_tags_and_description_say(tags: dict[str, str], description: str, told: tuple[str, str]) -> None:
    assert key_provider("billing", tags, description) == told
    # Whoever may write a description does not make a key out of what its name says is something else.
    assert key_provider("billing-database", tags, description) == ("", "")


def test_what_was_not_asked_is_unknown_to_the_evaluator() -> None:
    grants = [{"PolicyName": "p", "PolicyDocument": document(allow("secretsmanager:GetSecretValue"))}]
    account = records(ACCOUNT_SHARD, [answer(DETAILS, details(roles=[role("app", RolePolicyList=grants)]))])
    names = ("anthropic", "openai", "payroll")
    listed = {"SecretList": [{"ARN": f"{BASE}{name}-AAAAAA", "Name": name} for name in names]}
    closing = document({"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"})
    region = [
        answer(SECRETS, listed),
        answer(POLICY, {"ResourcePolicy": json.dumps(closing)}, SecretId=f"{BASE}anthropic-AAAAAA"),
        answer(POLICY, {"Name": "openai"}, SecretId=f"{BASE}openai-AAAAAA"),  # it has none
    ]
    inventory = Inventory([*account, *records(REGION_SHARD, region)])

    def may_read(name: str) -> str:
        action, resource = "secretsmanager:GetSecretValue", f"{BASE}{name}-AAAAAA"
        question = Question(identity=f"{IAM}:role/app", action=action, resource=resource)
        return AwsConnector().decide(inventory, question).answer

    assert {name: may_read(name) for name in names} == {
        "anthropic": "denied",
        "openai": "allowed",
        "payroll": "unknown",
    }


def with_links(*links: Link, **more: Any) -> list[Link]:
    """The links that joining adds to an inventory with one secret called "prod/openai" and these links."""
    secret = Secret(
        id=f"{BASE}prod/openai-AbCdEf", provider="aws", kind="secretsmanager-secret", name="prod/openai", scope=SCOPE
    )
    workload = Workload(
        id=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay",
        provider="aws",
        kind="lambda-function",
        name="pay",
        scope=SCOPE,
        region=REGION,
    )
    tool = Resource(id="tool", provider="aws", kind="mcp-endpoint", name="t", scope=SCOPE, region="us-east-1")
    inventory = Inventory([secret, workload, tool, *links])
    return [record for record in join(inventory) if isinstance(record, Link)]


@pytest.mark.parametrize(
    "target",
    [
        f"{BASE}prod/openai",
        "prod/openai",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/aws/reference/secretsmanager/prod/openai",
    ],
)
def test_a_secret_named_without_its_suffix_is_found(target: str) -> None:
    source = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay"
    (link,) = with_links(
        Link(source=source, target=target, kind="reads_secret", reason="function pay takes KEY from it")
    )
    assert (link.source, link.target, link.kind) == (source, f"{BASE}prod/openai-AbCdEf", "reads_secret")
    assert link.reason == "function pay takes KEY from it"


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay", f"{BASE}prod/openai-AbCdEf", "reads_secret"),  # is whole
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay", f"{BASE}prod/open", "reads_secret"),
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay", f"{BASE}prod/openai-AbCdE", "reads_secret"),
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay", "llm:openai", "holds_key_of"),
        (
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay",
            f"arn:aws:secretsmanager:{REGION}:999999999999:secret:prod/openai",
            "reads_secret",
        ),
        ("tool", "prod/openai", "reads_secret"),  # of another region
        ("nobody", "prod/openai", "reads_secret"),
    ],
)
def test_nothing_else_is_taken_for_it(source: str, target: str, kind: str) -> None:
    assert not with_links(Link(source=source, target=target, kind=kind, reason="."))
