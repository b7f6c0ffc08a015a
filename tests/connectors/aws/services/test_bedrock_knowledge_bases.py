"""Knowledge bases over a socket: their roles, and every secret that opens a store or a source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import PolicyUse, RunsAs
from nhiscan_connectors.aws.bedrock.data_sources import GET_SOURCE, host_of
from nhiscan_connectors.aws.services.bedrock_knowledge_bases import GET_BASE, LIST_BASES, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.bedrock_knowledge_bases import KnowledgeBases
from tests.clouds.aws.seed_bedrock import Bedrock
from tests.connectors.aws.answers import REGION_SHARD, allow, answer, document, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ID = "ABCDEFGHIJ"
ARN = f"arn:aws:bedrock:{REGION}:123456789012:knowledge-base/{ID}"


def secret(name: str) -> str:
    return f"arn:aws:secretsmanager:{REGION}:123456789012:secret:{name}-AbCdEf"


@pytest.fixture
def bedrock(aws: Aws) -> Bedrock:
    return Bedrock(aws.account, REGION)


def scanned(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


VECTORS = {"vectorField": "v", "textField": "t", "metadataField": "m"}
PLAIN = {"textField": "t", "metadataField": "m"}
STORES = [
    ("PINECONE", "pineconeConfiguration",
     {"connectionString": "https://contracts-1.svc.pinecone.io/x", "fieldMapping": PLAIN},
     "contracts-1.svc.pinecone.io"),
    ("REDIS_ENTERPRISE_CLOUD", "redisEnterpriseCloudConfiguration",
     {"endpoint": "redis-1.cloud.redislabs.com:1234", "vectorIndexName": "i", "fieldMapping": VECTORS},
     "redis-1.cloud.redislabs.com"),
    ("RDS", "rdsConfiguration",
     {"resourceArn": f"arn:aws:rds:{REGION}:123456789012:cluster:kb", "databaseName": "d", "tableName": "t",
      "fieldMapping": {"primaryKeyField": "p", **VECTORS}}, f"arn:aws:rds:{REGION}:123456789012:cluster:kb"),
    ("MONGO_DB_ATLAS", "mongoDbAtlasConfiguration",
     {"endpoint": "kb.abcde.mongodb.net", "databaseName": "d", "collectionName": "c", "vectorIndexName": "i",
      "fieldMapping": VECTORS}, "kb.abcde.mongodb.net"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "field", "settings", "store"), STORES)
def test_every_store_with_a_secret(
    aws: Aws, bedrock: Bedrock, tmp_path: Path, kind: str, field: str, settings: dict[str, Any], store: str
) -> None:
    role = bedrock.role("contracts-kb")
    base = bedrock.base("contracts", role, {"type": kind, field: {**settings, "credentialsSecretArn": secret("store")}})
    inventory = scanned(aws, tmp_path)
    workload = inventory.workloads[base.arn]
    assert (workload.kind, workload.agent, workload.public) == ("bedrock-knowledge-base", True, False)
    assert workload.model.endswith("amazon.titan-embed-text-v2:0")
    assert workload.attributes == {"status": "ACTIVE", "type": "VECTOR", "storage": kind, "store": store}
    assert inventory.runs_as == [RunsAs(workload=base.arn, identity=role.arn, detail="knowledge base role")]
    assert {(link.kind, link.target, link.reason) for link in inventory.links_from(base.arn)} == {
        ("uses_model", "llm:bedrock", f"knowledge base contracts is set up with model {workload.model}"),
        ("reads_secret", secret("store"), "knowledge base contracts opens its store with secret store-AbCdEf"),
    }
    assert not inventory.gaps


def test_sources_and_their_secrets(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    base = bedrock.base("wiki", bedrock.role("wiki"), {"type": "S3_VECTORS", "s3VectorsConfiguration": {
        "indexArn": f"arn:aws:s3vectors:{REGION}:123456789012:bucket/b/index/i"}})  # fmt: skip
    base.source("docs", {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::harbourline-docs"}})
    base.source("site", {"type": "WEB", "webConfiguration": {"sourceConfiguration": {"urlConfiguration": {
        "seedUrls": [{"url": "https://www.example.com/a"}]}}}})  # fmt: skip
    base.source("confluence", {"type": "CONFLUENCE", "confluenceConfiguration": {"sourceConfiguration": {
        "hostUrl": "https://x.atlassian.net", "hostType": "SAAS", "authType": "BASIC",
        "credentialsSecretArn": secret("confluence")}}})  # fmt: skip
    base.source("crm", {"type": "SALESFORCE", "salesforceConfiguration": {"sourceConfiguration": {
        "hostUrl": "https://x.my.salesforce.com", "authType": "OAUTH2_CLIENT_CREDENTIALS",
        "credentialsSecretArn": secret("crm")}}})  # fmt: skip
    function = f"arn:aws:lambda:{REGION}:123456789012:function:chunk"
    base.source("sites", {"type": "SHAREPOINT", "sharePointConfiguration": {"sourceConfiguration": {
        "domain": "x", "siteUrls": ["https://x.sharepoint.com/sites/a"], "hostType": "ONLINE",
        "authType": "OAUTH2_CLIENT_CREDENTIALS", "credentialsSecretArn": secret("sharepoint")}}},
        vectorIngestionConfiguration={
            "customTransformationConfiguration": {
                "intermediateStorage": {"s3Location": {"uri": "s3://b"}},
                "transformations": [{"stepToApply": "POST_CHUNKING", "transformationFunction": {
                    "transformationLambdaConfiguration": {"lambdaArn": f"{function}:3"}}}]},
            "parsingConfiguration": {"parsingStrategy": "BEDROCK_FOUNDATION_MODEL",
                                     "bedrockFoundationModelConfiguration": {"modelArn": "eu.anthropic.claude-x-v1:0"}},
        })  # fmt: skip
    inventory = scanned(aws, tmp_path)
    attributes = inventory.workloads[base.arn].attributes
    assert attributes["data_sources"] == (
        "confluence (CONFLUENCE), crm (SALESFORCE), docs (S3), site (WEB), sites (SHAREPOINT)"
    )
    assert attributes["buckets"] == "harbourline-docs"
    assert attributes["sites"] == "www.example.com, x.atlassian.net, x.my.salesforce.com, x.sharepoint.com"
    assert {(link.kind, link.target) for link in inventory.links_from(base.arn)} == {
        ("uses_model", "llm:bedrock"),
        ("uses_model", bedrock.arn("inference-profile/eu.anthropic.claude-x-v1:0")),
        ("invokes_tool", function),
        ("reads_secret", secret("confluence")),
        ("reads_secret", secret("crm")),
        ("reads_secret", secret("sharepoint")),
    }
    assert not inventory.gaps


def test_a_base_that_asks_a_database(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    group = f"arn:aws:redshift-serverless:{REGION}:123456789012:workgroup/w"
    base = bedrock.base("sales", bedrock.role("sales"), configuration={"type": "SQL", "sqlKnowledgeBaseConfiguration": {
        "type": "REDSHIFT", "redshiftConfiguration": {
            "storageConfigurations": [{"type": "REDSHIFT", "redshiftConfiguration": {"databaseName": "d"}}],
            "queryEngineConfiguration": {"type": "SERVERLESS", "serverlessConfiguration": {
                "workgroupArn": group, "authConfiguration": {
                    "type": "USERNAME_PASSWORD", "usernamePasswordSecretArn": secret("redshift")}}}}}})  # fmt: skip
    inventory = scanned(aws, tmp_path)
    attributes = inventory.workloads[base.arn].attributes
    assert (attributes["query_engine"], attributes["query_auth"]) == (group, "USERNAME_PASSWORD")
    assert [(link.kind, link.target) for link in inventory.links_from(base.arn)] == [
        ("reads_secret", secret("redshift"))
    ]


def test_the_policy_that_a_base_carries(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    base = bedrock.base("shared", bedrock.role("shared"))
    base.policy(json.dumps(document(allow("bedrock:Retrieve", Principal={"AWS": "arn:aws:iam::222222222222:root"}))))
    inventory = scanned(aws, tmp_path)
    (use,) = inventory.policy_uses_of(base.arn)
    assert use == PolicyUse(policy=f"{base.arn}/policy/resource", target=base.arn, use="resource")
    assert "222222222222" in (inventory.policies[use.policy].document or "")
    assert not inventory.gaps


def test_bases_and_sources_come_in_pages(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    bedrock.state(KnowledgeBases).most = 2
    bases = [bedrock.base(f"base-{number}", bedrock.role(f"role-{number}")) for number in range(3)]
    for number in range(3):
        bucket = {"type": "S3", "s3Configuration": {"bucketArn": f"arn:aws:s3:::b{number}"}}
        bases[0].source(f"s{number}", bucket)
    inventory = scanned(aws, tmp_path)
    assert set(inventory.workloads) == {base.arn for base in bases}
    assert inventory.workloads[bases[0].arn].attributes["buckets"] == "b0, b1, b2"
    assert aws.calls.count("bedrock-agent", "ListKnowledgeBases") == 2


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = scanned(aws, tmp_path)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agent") == 1


def test_refusals(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    base = bedrock.base("docs", bedrock.role("docs"))
    aws.faults.deny("bedrock-agent", "ListDataSources")
    aws.faults.deny("bedrock-agent", "GetResourcePolicy")
    inventory = scanned(aws, tmp_path)
    assert inventory.identities_run_by(base.arn)
    assert {(gap.operation, gap.permission, gap.subjects) for gap in inventory.gaps} == {
        ("bedrock-agent:ListDataSources", "bedrock:ListDataSources", (base.arn,)),
        ("bedrock-agent:GetResourcePolicy", "bedrock:GetResourcePolicy", (base.arn,)),
    }


def test_a_refused_list_hides_agents(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    bedrock.base("docs", bedrock.role("docs"))
    aws.faults.deny("bedrock-agent", "ListKnowledgeBases")
    (gap,) = scanned(aws, tmp_path).gaps
    assert set(gap.blinds) == {"agents", "workloads"}


@pytest.mark.parametrize("odd", [None, 7, "x", [], [7], {}, {"a": 1}, {"type": 5}])
def test_whatever_the_settings_are_the_base_stays_known(odd: Any) -> None:
    inventory = parse(REGION_SHARD, [
        answer(LIST_BASES, {"knowledgeBaseSummaries": [7, {"knowledgeBaseId": ID, "name": "b", "status": odd}]}),
        answer(GET_BASE, {"knowledgeBase": {"roleArn": odd, "knowledgeBaseConfiguration": odd,
                                            "storageConfiguration": odd, "createdAt": odd}}, knowledgeBaseId=ID),
        answer(GET_SOURCE, {"dataSource": odd}, knowledgeBaseId=ID, dataSourceId="1"),
        answer(GET_SOURCE, {"dataSource": {"dataSourceConfiguration": {
            "s3Configuration": odd, "webConfiguration": odd, "confluenceConfiguration": odd,
            "sharePointConfiguration": {"sourceConfiguration": {"siteUrls": odd, "hostUrl": odd}}},
            "vectorIngestionConfiguration": odd}}, knowledgeBaseId=ID, dataSourceId="2"),
    ])  # fmt: skip
    assert [workload.id for workload in inventory.workloads.values()] == [ARN]
    assert not inventory.runs_as
    assert any("knowledgeBaseSummaries[0] is a number" in gap.detail for gap in inventory.gaps)


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://a.example/x", "a.example"), ("a.example:80", "a.example"), ("http://[x", ""), (7, ""), ("", "")],
)
def test_hosts(url: object, host: str) -> None:
    assert host_of(url) == host
