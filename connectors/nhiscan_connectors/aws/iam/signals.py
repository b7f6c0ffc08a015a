"""Signals: what IAM says for and against each class of identity. Their weights stand in `nhiscan.classify.table`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from nhiscan.model import Signal, Trust
from nhiscan_connectors.aws.documents import listed, statements
from nhiscan_connectors.aws.iam.operations import DETAILS

_AI = frozenset({
    "bedrock", "bedrock-agentcore", "bedrock-mantle", "network.bedrock-agentcore", "runtime-identity.bedrock-agentcore",
    "qbusiness", "q", "qapps", "lexv2", "lex", "kendra", "aiops", "aidevops", "securityagent", "transform-custom",
    "application-transformation", "developer.qbusiness", "agentcore",
})  # fmt: skip
_ML = frozenset({"sagemaker", "personalize", "forecast", "comprehend", "rekognition"})
_COMPUTE = frozenset({
    "ec2", "lambda", "ecs-tasks", "ecs", "eks", "pods.eks", "codebuild", "codepipeline", "codedeploy", "glue", "states",
    "batch", "events", "scheduler", "pipes", "cloudformation", "elasticmapreduce", "emr-serverless", "tasks.apprunner",
    "build.apprunner", "apigateway", "firehose", "backup", "config", "cloudtrail", "ssm", "rds", "monitoring.rds",
    "spotfleet", "edgelambda", "airflow", "airflow-env", "transfer", "datasync", "dms", "iot", "s3", "sns", "vpc-flow-logs",
    "delivery.logs", "replicator.lambda", "eks-fargate-pods", "autoscaling", "application-autoscaling", "opsworks",
    "elasticbeanstalk", "redshift", "redshift-serverless", "appsync", "cognito-idp", "storagegateway", "amplify",
})  # fmt: skip
_CI_ISSUERS = (
    "token.actions.githubusercontent.com", "gitlab", "oidc.circleci.com", "agent.buildkite.com", "app.terraform.io",
    "vstoken.dev.azure.com", "api.bitbucket.org", "oidc.vercel.com", "oidc.codefresh.io", "app.harness.io",
)  # fmt: skip
_AI_POLICIES = re.compile(
    r":policy/(?:service-role/|aws-service-role/)?(?:AmazonBedrock|BedrockAgentCore|AIDevOps|AIOps|AmazonQ|QBusiness"
    r"|QApps|NovaAct|SecurityAgent|AmazonSageMakerCanvasBedrock|SageMakerStudioBedrock|AmazonDataZoneBedrock)"
)
_AI_ACTIONS = re.compile(
    r"(?:bedrock(?:-mantle)?:(?:\*|invoke.*|converse.*|retrieve.*|callwithbearertoken|i.*\*)"
    r"|bedrock-agentcore:(?:\*|invoke.*|getworkloadaccesstoken.*|getresource.*)"
    r"|aws-external-anthropic:.*|sagemaker:invokeendpoint.*|qbusiness:(?:\*|chat.*)|aidevops:.*)",
    re.IGNORECASE,
)
_SOURCE = DETAILS.name


def service_of(principal: str) -> str:
    """ "lambda" of "service:lambda.amazonaws.com"."""
    return re.sub(r"\.amazonaws\.com(?:\.cn)?$", "", principal.removeprefix("service:"))


def of_trusts(role: str, account: str, trusts: Iterable[Trust]) -> Iterator[Signal]:
    """What the trust policy of a role says about who acts with it."""
    found = list(trusts)
    for trust in found:
        signal = _of_trust(trust, account)
        if signal is not None:
            name, detail = signal
            yield Signal(subject=role, name=name, detail=detail, source=_SOURCE)
    if found and all(trust.kind == "saml" for trust in found):
        yield Signal(
            subject=role, name="saml-trust", detail="is open to people who sign in by SAML only", source=_SOURCE
        )


def _of_trust(trust: Trust, account: str) -> tuple[str, str] | None:
    if trust.kind == "service":
        service = service_of(trust.principal)
        if service in _AI:
            return "trusted-by-ai-service", f"is trusted by the AI service {service}"
        if service in _ML:
            return "trusted-by-ml-service", f"is trusted by the machine learning service {service}"
        if service in _COMPUTE:
            return "trusted-by-compute-service", f"is trusted by the service {service}"
        return None
    if trust.kind == "oidc":
        issuer = trust.principal.removeprefix("oidc:").partition("#")[0]
        if any(known in issuer for known in _CI_ISSUERS):
            return "trusted-by-ci-oidc", f"is trusted by the CI issuer {issuer}"
        if issuer.startswith("oidc.eks."):
            return "trusted-by-cluster-oidc", f"is trusted by the cluster issuer {issuer}"
        return "oidc-trust", f"is trusted by the token issuer {issuer}"
    if trust.kind == "account" and trust.principal != f"aws:{account}":
        return "cross-account-trust", f"is trusted by the account {trust.principal.removeprefix('aws:')}"
    return None


def of_attached(holder: str, arns: Iterable[str]) -> Iterator[Signal]:
    """Policies of AWS that are made for the use of AI services."""
    for arn in arns:
        if _AI_POLICIES.search(arn):
            detail = f"holds the policy {arn.rpartition('/')[2]}"
            yield Signal(subject=holder, name="ai-managed-policy", detail=detail, source=_SOURCE)


@lru_cache(maxsize=65536)
def ai_actions(text: str) -> tuple[str, ...]:
    """Actions of AI services that a document allows by name; a bare "*" names none."""
    return tuple(
        dict.fromkeys(
            action
            for _, statement in statements(text)
            if statement.get("Effect") == "Allow"
            for action in listed(statement.get("Action"))
            if _AI_ACTIONS.fullmatch(action)
        )
    )
