"""Amazon Q Business over a socket: applications, web pages, plugins, data sources, outside readers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.qbusiness import (
    ACCESSORS,
    APPLICATION,
    EXPERIENCE,
    EXPERIENCES,
    INDICES,
    LIST,
    PLUGIN,
    PLUGINS,
    SERVICE,
    SOURCE,
    SOURCES,
)
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.qbusiness import QBusiness
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_assistants import QBusinessApplication
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "us-east-1"
VAULT = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
APP = f"arn:aws:qbusiness:eu-west-1:{ACCOUNT}:application/a1"


def role(name: str) -> str:
    return f"{IAM}:role/{name}"


def test_an_application_and_all_that_it_acts_with(aws: Aws, tmp_path: Path) -> None:
    app = QBusinessApplication(aws.account, "Desk", role("desk"), clientIdsForOIDC=["client-1"])
    plugin = app.plugin(
        "Jira",
        "JIRA_CLOUD",
        {"oAuth2ClientCredentialConfiguration": {"secretArn": f"{VAULT}:jira-AbCdEf", "roleArn": role("jira")}},
    )
    bare = app.plugin("Own", "CUSTOM", {"noAuthConfiguration": {}}, server="not a url")
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:clean"
    hook = {"lambdaArn": f"{function}:2", "s3BucketName": "documents", "roleArn": role("enrich")}
    app.source(
        "Wiki",
        "CONFLUENCE",
        role("crawl"),
        configuration={"type": "CONFLUENCEV2", "secretArn": f"{VAULT}:wiki-AbCdEf"},
        documentEnrichmentConfiguration={"preExtractionHookConfiguration": hook},
    )
    app.source("Files", "S3", role("files"))
    app.retriever(role("kendra"))
    aws.emulator.store.get(QBusiness, aws.account.id, REGION).page = 1
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[app.arn]
    assert (workload.kind, workload.name, workload.agent) == ("qbusiness-application", "Desk", True)
    assert (workload.ai_platform, workload.public) == ("Amazon Q Business", False)
    assert (workload.created_at, workload.updated_at) == (ago(150), ago(15))
    assert workload.attributes == {
        "identity_type": "AWS_IAM_IDC",
        "status": "ACTIVE",
        "client_ids": "client-1",
        "plugins": "CUSTOM, JIRA_CLOUD",
        "data_sources": "CONFLUENCE, S3",
    }
    assert {(run.identity, run.detail) for run in inventory.runs_as} == {
        (role("desk"), "service role"),
        (role("jira"), "plugin role"),
        (role("crawl"), "data source role"),
        (role("files"), "data source role"),
        (role("enrich"), "document enrichment role"),
        (role("kendra"), "retriever role"),
    }
    assert {run.workload for run in inventory.runs_as} == {app.arn}
    assert {(link.kind, link.target) for link in inventory.links_from(app.arn)} == {
        ("invokes_tool", plugin),
        ("invokes_tool", bare),
        ("invokes_tool", function),
        ("reads_secret", f"{VAULT}:jira-AbCdEf"),
        ("reads_secret", f"{VAULT}:wiki-AbCdEf"),
    }
    assert inventory.resources[plugin].attributes == {
        "type": "JIRA_CLOUD",
        "server": "https://acme.example.com",
        "authentication": "oauth",
        "state": "ENABLED",
    }
    assert inventory.resources[bare].attributes == {"type": "CUSTOM", "authentication": "none", "state": "ENABLED"}
    assert not inventory.gaps
    assert aws.calls.count("qbusiness", "ListPlugins") == 2


def test_web_pages_and_outside_readers(aws: Aws, tmp_path: Path) -> None:
    app = QBusinessApplication(aws.account, "Desk", role("desk"), "AWS_IAM_IDP_OIDC")
    oidc = {"secretsArn": f"{VAULT}:client-AbCdEf", "secretsRole": role("secrets")}
    page = app.experience(
        role("web"),
        title="Ask",
        welcomeMessage="the password is swordfish",
        origins=["https://intranet.example.com"],
        identityProviderConfiguration={"openIDConnectConfiguration": oidc},
    )
    accessor = app.accessor("Partner", "arn:aws:iam::210987654321:root", ["x-1"])
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[page]
    assert (workload.kind, workload.name, workload.public) == ("qbusiness-web-experience", "Ask", False)
    assert workload.attributes == {
        "identity_type": "AWS_IAM_IDP_OIDC",
        "status": "ACTIVE",
        "endpoint": "https://abc.chat.qbusiness.us-east-1.on.aws",
        "sign_in": "oidc",
        "origins": "https://intranet.example.com",
    }
    assert [run for run in inventory.runs_as if run.workload == page] == [
        RunsAs(workload=page, identity=role("web"), detail="web experience role"),
        RunsAs(workload=page, identity=role("secrets"), detail="secrets role"),
    ]
    assert {(link.kind, link.target) for link in inventory.links_from(page)} == {
        ("part_of", app.arn),
        ("reads_secret", f"{VAULT}:client-AbCdEf"),
    }
    assert inventory.resources[accessor].attributes == {
        "principal": "arn:aws:iam::210987654321:root",
        "authentication": "AWS_IAM_IDC_AUTH_CODE",
        "external_ids": "1",
    }
    (link,) = inventory.links_from(accessor)
    assert link.reason == "arn:aws:iam::210987654321:root may search the data of application Desk"
    assert b"swordfish" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_the_policy_of_an_application(aws: Aws, tmp_path: Path) -> None:
    app = QBusinessApplication(aws.account, "Desk", role("desk"))
    other = QBusinessApplication(aws.account, "Other", role("desk"))
    partner = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::210987654321:role/x"}, "Action": "qbusiness:*"}
    policy = {"Version": "2012-10-17", "Statement": [partner]}
    aws.emulator.store.get(QBusiness, aws.account.id, REGION).policies[app.id] = json.dumps(policy)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert {app.arn, other.arn} <= set(inventory.workloads)
    (found,) = inventory.policies.values()
    assert json.loads(found.document or "") == policy
    assert [(use.policy, use.target, use.use) for use in inventory.policy_uses] == [(found.id, app.arn, "resource")]
    assert not inventory.gaps


@pytest.mark.parametrize(("identity", "public"), [("ANONYMOUS", True), ("AWS_IAM_IDP_SAML", False), (None, None)])
def test_who_may_ask(identity: str | None, public: bool | None) -> None:
    item = {"applicationId": "a1", **({"identityType": identity} if identity else {})}
    inventory = parse(
        REGION_SHARD,
        [
            answer(LIST, {"applications": [item]}),
            answer(EXPERIENCES, {"webExperiences": [{"webExperienceId": "w1"}]}, applicationId="a1"),
        ],
    )
    assert {workload.public for workload in inventory.workloads.values()} == {public}
    assert {workload.attributes.get("identity_type") for workload in inventory.workloads.values()} == {identity}
    assert len(inventory.workloads) == 2


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("qbusiness") == 1


def test_denied_calls(aws: Aws, tmp_path: Path) -> None:
    app = QBusinessApplication(aws.account, "Desk", role("desk"))
    app.plugin("Jira", "JIRA_CLOUD", {"noAuthConfiguration": {}})
    aws.faults.deny("qbusiness", "GetPlugin")
    inventory = collected(SERVICE, tmp_path / "one", endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.operation, gap.permission, gap.subjects) == (PLUGIN.name, "qbusiness:GetPlugin", (app.arn,))
    # What is not known is not "none".
    (plugin,) = inventory.resources.values()
    assert "authentication" not in plugin.attributes
    aws.faults.deny("qbusiness", "ListApplications")
    inventory = collected(SERVICE, tmp_path / "all", endpoint=aws.endpoint, region=REGION)
    assert not inventory.knows(SCOPE, "agents")


def test_the_same_id_in_two_applications_is_two_plugins() -> None:
    def login(name: str) -> dict[str, object]:
        return {"authConfiguration": {"basicAuthConfiguration": {"roleArn": role(name)}}}

    found = [answer(LIST, {"applications": [{"applicationId": "a1"}, {"applicationId": "a2"}]})]
    for id in ("a1", "a2"):
        found.append(answer(PLUGINS, {"plugins": [{"pluginId": "p"}]}, applicationId=id))
        found.append(answer(PLUGIN, login(id), applicationId=id, pluginId="p"))
    runs = parse(REGION_SHARD, found).runs_as
    assert {(run.workload[-2:], run.identity) for run in runs} == {("a1", role("a1")), ("a2", role("a2"))}


def test_damaged_and_hostile_answers() -> None:
    login = {
        "basicAuthConfiguration": {"roleArn": 3, "secretArn": "http://evil"},
        "oAuth2ClientCredentialConfiguration": 1,
    }
    inventory = parse(
        REGION_SHARD,
        [
            answer(LIST, {"applications": [{"applicationId": "a1", "displayName": {}}, {}, "x"]}),
            answer(APPLICATION, {"roleArn": [], "clientIdsForOIDC": [1]}, applicationId="a1"),
            answer(PLUGINS, {"plugins": [{"pluginId": "p"}, {"type": "CUSTOM"}]}, applicationId="a1"),
            answer(PLUGIN, {"authConfiguration": login}, applicationId="a1", pluginId="p"),
            answer(INDICES, {"indices": [{"displayName": "x"}]}, applicationId="a1"),
            answer(SOURCES, {"dataSources": [{"dataSourceId": "d"}]}, applicationId="a1", indexId="i"),
            answer(
                SOURCE,
                {"configuration": "x", "documentEnrichmentConfiguration": []},
                applicationId="a1",
                indexId="i",
                dataSourceId="d",
            ),
            answer(ACCESSORS, {"dataAccessors": [None, {"dataAccessorId": "c", "principal": 1}]}, applicationId="a1"),
            answer(EXPERIENCES, {"webExperiences": [{"webExperienceId": "w"}]}, applicationId="a1"),
            answer(
                EXPERIENCE,
                {"origins": [2], "identityProviderConfiguration": "x"},
                applicationId="a1",
                webExperienceId="w",
            ),
            answer(PLUGINS, ["x"], applicationId="a1"),
        ],
    )  # fmt: skip
    assert inventory.workloads[APP].name == "a1"
    assert not inventory.runs_as
    assert {link.kind for link in inventory.links} == {"invokes_tool", "part_of"}
    told = " ".join(gap.detail for gap in inventory.gaps)
    for words in (
        "applications[1] has no applicationId",
        "clientIdsForOIDC[0] is a number",
        "plugins[1] has no pluginId",
        "indices[0] has no indexId",
        "dataAccessors[0] is null",
        "origins[0] is a number",
        "a page is a list",
    ):
        assert words in told


def test_refusals_name_the_application() -> None:
    found = [answer(LIST, {"applications": [{"applicationId": "a1"}]}), refused(ACCESSORS, applicationId="a1")]
    assert [gap.subjects for gap in parse(REGION_SHARD, found).gaps] == [(APP,)]
