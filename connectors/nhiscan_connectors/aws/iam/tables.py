"""What is known by name: services by what they do, issuers, policies that AWS wrote for users of AI, AI actions."""

from __future__ import annotations

import re
from typing import Final

AI_SERVICES: Final = frozenset({
    "bedrock", "bedrock-agentcore", "network.bedrock-agentcore", "runtime-identity.bedrock-agentcore",
    "gateway.bedrock-agentcore", "bedrock-mantle", "qbusiness", "q", "qapps", "developer.q", "lexv2", "lex", "kendra",
    "aiops", "aidevops", "securityagent", "nova-act", "transform-custom", "application-transformation",
})  # fmt: skip
"""Services that take a role on in order to let a model act, by the first part of their principal."""

ML_SERVICES: Final = frozenset({
    "sagemaker", "comprehend", "rekognition", "personalize", "forecast", "machinelearning", "textract",
})  # fmt: skip
"""Services that train and serve models; what they run may or may not be an agent."""

COMPUTE_SERVICES: Final = frozenset({
    "ec2", "spotfleet", "ec2fleet", "autoscaling", "lambda", "edgelambda", "replicator.lambda", "ecs", "ecs-tasks",
    "eks", "eks-fargate-pods", "eks-nodegroup", "pods.eks", "tasks.apprunner", "build.apprunner", "batch",
    "elasticbeanstalk", "elasticmapreduce", "emr-containers", "emr-serverless", "ops.emr-serverless", "glue",
    "datapipeline", "codebuild", "codepipeline", "codedeploy", "cloudformation", "amplify", "opsworks", "states",
    "events", "scheduler", "pipes", "ssm", "airflow", "airflow-env", "imagebuilder", "gamelift", "greengrass",
    "kinesisanalytics", "firehose", "appsync", "apigateway", "iot", "transfer", "datasync", "dms", "backup", "rds",
    "monitoring.rds", "redshift", "redshift-serverless", "synthetics", "m2", "fis", "application-autoscaling",
    "config", "cloudtrail", "logs", "delivery.logs", "vpc-flow-logs", "s3", "batchoperations.s3", "sns",
    "cognito-idp", "storagegateway", "rolesanywhere",
})  # fmt: skip
"""Compute and automation: services that take a role on to run the account's own code, jobs, copies or deliveries."""

SAME_ACCOUNT_SERVICES: Final = frozenset({
    "ec2", "spotfleet", "ec2fleet", "autoscaling", "lambda", "edgelambda", "replicator.lambda", "ecs", "ecs-tasks",
    "eks", "eks-fargate-pods", "eks-nodegroup", "pods.eks", "tasks.apprunner", "build.apprunner", "batch",
    "elasticbeanstalk", "elasticmapreduce", "emr-serverless", "codedeploy", "cloudformation", "datapipeline",
    "opsworks", "rds", "monitoring.rds", "redshift", "dms", "lightsail", "workspaces", "dax",
})  # fmt: skip
"""Services that act with a role for resources of the role's own account only: whoever hands them the role needs
iam:PassRole on it there, so nobody can send them from elsewhere."""

SERVICE_CREDENTIALS: Final = {
    "bedrock.amazonaws.com": "bedrock",
    "bedrock-mantle.amazonaws.com": "bedrock",
    "aws-external-anthropic.amazonaws.com": "anthropic",
}
"""Services whose service-specific credentials open an LLM provider, and which. Not so CodeCommit, Keyspaces, logs."""

AI_NAMESPACES: Final = frozenset({
    "bedrock", "bedrock-runtime", "bedrock-agent", "bedrock-agent-runtime", "bedrock-agentcore", "bedrock-mantle",
    "aws-external-anthropic", "qbusiness", "aidevops", "nova-act",
})  # fmt: skip
"""Services, by the namespace with which the use of a key is recorded, that somebody calls to use a model."""

_AI_POLICIES: Final = re.compile(
    r"AmazonBedrock\w+|AWSBedrockAgentCore\w+|BedrockAgentCore\w+|Anthropic\w+|AIDevOps\w+|AIOps\w+|AmazonQ(?:FullAccess"
    r"|DeveloperAccess)|QBusiness\w+|QApps\w+|NovaAct\w+|(?:AWS)?SecurityAgent\w+|AmazonSageMakerCanvasBedrockAccess"
    r"|SageMakerStudioBedrock\w+|AmazonDataZoneBedrock\w+|GitLabDuoWithAmazonQPermissionsPolicy"
    r"|AmazonLexRunBotsOnly|AmazonLexV2BotPolicy"
)


def is_ai_policy(arn: str) -> bool:
    """Whether a managed policy is one that AWS wrote for users of AI services."""
    return ":iam::aws:policy/" in arn and _AI_POLICIES.fullmatch(arn.rpartition("/")[2]) is not None


AI_ACTIONS: Final = {
    "bedrock": (
        "invokemodel", "invokemodelwithresponsestream", "converse", "conversestream", "callwithbearertoken",
        "invokeagent", "invokeinlineagent", "invokeflow", "startflowexecution", "invoketool", "invokebuilder",
        "retrieve", "retrieveandgenerate",
    ),
    "bedrock-mantle": ("createinference", "callwithbearertoken"),
    "aws-external-anthropic": ("createinference", "callwithbearertoken"),
    "bedrock-agentcore": (
        "invokeagentruntime", "invokeagentruntimeforuser", "invokeharness", "invokegateway", "invokewebsearch",
        "invokecodeinterpreter", "startcodeinterpretersession", "startbrowsersession", "invokeregistrymcp",
        "getworkloadaccesstoken", "getworkloadaccesstokenforjwt", "getworkloadaccesstokenforuserid",
        "getresourceapikey", "getresourceoauth2token", "getresourcepaymenttoken",
    ),
    "qbusiness": ("chat", "chatsync"),
    "aidevops": ("createchat", "sendmessage"),
    "nova-act": ("invokeactstep",),
    "sagemaker": ("invokeendpoint", "invokeendpointasync", "invokeendpointwithresponsestream"),
}  # fmt: skip
"""Actions that call models or agents, or fetch what an agent acts with; lower-case, by service."""

_REGIONAL: Final = re.compile(r"(.+)\.[a-z]{2}(?:-[a-z]+)+-\d")
_DOMAIN: Final = re.compile(r"\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal|aws)\Z")


def service_of(principal: str) -> str:
    """The name of a service principal without region and domain: "states" of "states.eu-west-1.amazonaws.com"."""
    name = _DOMAIN.sub("", principal.lower())
    regional = _REGIONAL.fullmatch(name)
    return regional[1] if regional else name
