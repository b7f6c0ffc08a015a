"""Which accounts and regions a scan covers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from nhiscan.connector import Operation, Settings, Shard, Sink
from nhiscan.errors import NothingReadError
from nhiscan.model import Aspect
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.session import Sessions

CALLER = Operation(
    name="sts:GetCallerIdentity",
    permission="sts:AssumeRole",
    purpose="tells which account the credentials belong to, after assuming the scanner's role where one is named",
    hides="everything in the account: it did not let the scanner in",
    blinds=get_args(Aspect),
)
ASSUME = Operation(
    name="sts:AssumeRole",
    permission="sts:AssumeRole",
    purpose="takes on the scanner's role in an account",
    hides="everything in the account",
    # Asked by the SDK's own credential refresh, so its answer never passes through a sink.
)
REGIONS = Operation(
    name="ec2:DescribeRegions",
    permission="ec2:DescribeRegions",
    purpose="lists the regions that the account has enabled",
    hides="which regions are enabled; those that every account has are scanned",
)
ACCOUNTS = Operation(
    name="organizations:ListAccounts",
    permission="organizations:ListAccounts",
    purpose="lists the accounts of the organization",
    hides="the other accounts of the organization, and everything in them",
    blinds=("organization",),
)
USAGE = "usage"
"""Option of a shard: usage data are to be read as well."""
CREATORS = "creators"
"""Option of a shard: CloudTrail is to be asked who made things."""
OPERATIONS = (CALLER, ASSUME, REGIONS, ACCOUNTS)

NEVER = (
    # Credentials of AWS, long-lived and short-lived.
    "cognito-identity:GetCredentialsForIdentity", "cognito-identity:GetOpenIdToken",
    "cognito-identity:GetOpenIdTokenForDeveloperIdentity", "codeartifact:GetAuthorizationToken",
    "ecr:GetAuthorizationToken", "ecr-public:GetAuthorizationToken", "iam:CreateAccessKey",
    "redshift:GetClusterCredentials", "redshift:GetClusterCredentialsWithIAM", "redshift-serverless:GetCredentials",
    "sso:GetRoleCredentials",
    "sso-oidc:CreateToken", "sso-oidc:CreateTokenWithIAM", "sts:AssumeRoot", "sts:GetFederationToken",
    "sts:GetSessionToken", "sts:GetWebIdentityToken",
    # Stores of secrets, and what opens them.
    "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair", "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters",
    "ssm:GetParametersByPath",
    # What agents act with.
    "bedrock-agentcore:GetResourceApiKey", "bedrock-agentcore:GetResourceOauth2Token",
    "bedrock-agentcore:GetResourcePaymentToken", "bedrock-agentcore:GetWorkloadAccessToken",
    "bedrock-agentcore:GetWorkloadAccessTokenForJWT", "bedrock-agentcore:GetWorkloadAccessTokenForUserId",
    # Keys and passwords of single services. API Gateway's GetApiKeys gives no value unless it is asked to.
    "apigateway:GetApiKey", "codepipeline:GetJobDetails", "codepipeline:GetThirdPartyJobDetails",
    "codepipeline:PollForJobs", "codepipeline:PollForThirdPartyJobs", "ec2:GetPasswordData",
    "lightsail:DownloadDefaultKeyPair", "lightsail:GetInstanceAccessDetails",
    "lightsail:GetRelationalDatabaseMasterUserPassword",
    "emr:GetClusterSessionCredentials", "emr:GetOnClusterAppUIPresignedURL", "emr:GetPersistentAppUIPresignedURL",
    "mwaa:CreateCliToken", "mwaa:CreateWebLoginToken",
    # Contents: code and data, in which secrets stand.
    "devops-agent:GetAssetContent", "devops-agent:GetAssetFile", "lexv2-models:GetTestExecutionArtifactsUrl",
    "stepfunctions:DescribeExecution", "stepfunctions:GetExecutionHistory",
    "codecommit:GetBlob", "codecommit:GetFile", "lambda:GetFunction", "lambda:GetLayerVersion", "s3:GetObject",
)  # fmt: skip
"""Calls that return a secret, or what secrets stand in, by service and call as the SDK names them."""

# Regions that every account has: those opened before 2019-03-20 need no opt-in.
_ALWAYS_ENABLED = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip


def plan(sessions: Sessions, settings: Settings, sink: Sink) -> Iterator[Shard]:
    """Yield the shards: the organization first, for it names the accounts; then each account and its regions."""
    options = _options(settings)
    start = Shard(connector="aws", scope="aws", part="plan", options=options)
    first = Calls(sessions, start, sink.of(start))
    caller = first.page(CALLER)
    if caller is None:
        why = sink.of(start).refusal(CALLER)
        raise NothingReadError(
            f"AWS did not accept the credentials: {why.rstrip('.')}.",
            "Log in (aws sso login), choose another --profile, or check --role-arn and --external-id.",
        )
    own = str(caller["Account"])
    partition = str(caller["Arn"]).split(":")[1]
    yield Shard(connector="aws", scope=f"aws:{own}", part="organization", options=options)

    accounts = [Shard(connector="aws", scope=f"aws:{own}", part="account", options=options)]
    if settings.get("organization"):
        role = settings.get("organization_role") or "OrganizationAccountAccessRole"
        for account in _active(first):
            if account != own:
                arn = f"arn:{partition}:iam::{account}:role/{role}"
                accounts.append(
                    Shard(
                        connector="aws",
                        scope=f"aws:{account}",
                        part="account",
                        options={**options, "role_arn": arn, "external_id": options.get("external_id", "")},
                    )
                )

    def regions(shard: Shard) -> list[str]:
        return _regions(Calls(sessions, shard, sink.of(shard)), settings)

    for shard, names in zip(accounts, sink.each(regions, accounts), strict=True):
        yield shard
        for region in names:
            yield Shard(connector="aws", scope=shard.scope, region=region, part="region", options=shard.options)


def _options(settings: Settings) -> dict[str, str]:
    asked = {key: str(settings[key]) for key in ("role_arn", "external_id") if settings.get(key)}
    return {**asked, **{flag: "yes" for flag in (USAGE, CREATORS) if settings.get(flag)}}


def _active(calls: Calls) -> list[str]:
    """Ids of the accounts that are open; suspended ones answer nothing."""
    return [
        str(account["Id"])
        for account in calls.items(ACCOUNTS, "Accounts")
        if account.get("State", account.get("Status")) == "ACTIVE"
    ]


def _regions(calls: Calls, settings: Settings) -> list[str]:
    if calls.page(CALLER) is None:
        return []
    asked = settings.get("region") or ()
    if asked:
        return sorted(set(asked))
    answer = calls.page(REGIONS)
    if answer is None:
        return list(_ALWAYS_ENABLED)
    return sorted(
        region["RegionName"] for region in answer.get("Regions", ()) if region.get("OptInStatus") != "not-opted-in"
    )
