"""Words for what methods aim at, as sentences need them."""

from __future__ import annotations

from typing import Final

KINDS: Final[dict[str, str]] = {
    "agentcore-browser": "agent browser",
    "agentcore-code-interpreter": "code interpreter",
    "agentcore-gateway": "agent gateway",
    "agentcore-harness": "agent harness",
    "agentcore-memory": "agent memory",
    "agentcore-runtime": "agent runtime",
    "apprunner-service": "App Runner service",
    "batch-job-definition": "Batch job definition",
    "cloudformation-stack": "CloudFormation stack",
    "codebuild-project": "CodeBuild project",
    "codepipeline-pipeline": "CodePipeline pipeline",
    "cognito-identity-pool": "Cognito identity pool",
    "datazone-project": "DataZone project",
    "devops-agent-space": "DevOps Agent space",
    "ec2-instance": "EC2 instance",
    "ecs-service": "ECS service",
    "ecs-task": "ECS task",
    "ecs-task-definition": "ECS task definition",
    "eks-addon": "EKS add-on",
    "eks-capability": "EKS capability",
    "eks-cluster": "EKS cluster",
    "eks-nodegroup": "EKS node group",
    "eks-service-account": "EKS service account",
    "emr-cluster": "EMR cluster",
    "glue-dev-endpoint": "Glue development endpoint",
    "lambda-function": "Lambda function",
    "oidc-provider": "OIDC provider",
    "permission-set": "instance of Identity Center",
    "saml-provider": "SAML provider",
    "sagemaker-domain": "SageMaker domain",
    "sagemaker-mlflow": "MLflow server",
    "sagemaker-notebook": "notebook instance",
    "sagemaker-user-profile": "SageMaker user profile",
    "stepfunctions-state-machine": "state machine",
    "user-with-all-keys": "user with two access keys",
    "user-with-inactive-key": "user with an inactive access key",
    "user-with-password": "user with a console password",
    "user-with-room-for-a-key": "user with fewer than two access keys",
    "user-without-password": "user without a console password",
}


def kind(name: str) -> str:
    """A kind of workload or target: "EC2 instance"."""
    return KINDS.get(name, name.replace("-", " "))


def a(noun: str) -> str:
    """A noun with its article: "an EC2 instance", "a user"."""
    vowel = noun.startswith(_VOWELS) and not noun.startswith("user")
    return f"{'an' if vowel else 'a'} {noun}"


_VOWELS: Final = ("a", "e", "i", "o", "u", "A", "E", "I", "O", "ML")
