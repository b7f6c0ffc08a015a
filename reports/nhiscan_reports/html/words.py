"""The words that the page uses for what a result says in keywords; templates and script share them."""

from __future__ import annotations

from typing import Any, Final

CLASSES: Final = {
    "ai_persona": "AI persona",
    "legacy_service": "Legacy service",
    "human": "Person",
    "unknown": "Unknown",
}
CLASSES_MANY: Final = {
    "ai_persona": "AI personas",
    "legacy_service": "Legacy services",
    "human": "People",
    "unknown": "Unknown",
}
ADMIN: Final = {
    "is": "Administrator",
    "can_become": "Can become one",
    "conditional": "Under conditions",
    "latent": "Latent",
    "no": "No",
    "unknown": "Not known",
}
ADMIN_SENTENCES: Final = {
    "is": "It is an administrator.",
    "can_become": "It is no administrator, but it can make itself one.",
    "conditional": "It can become an administrator where certain conditions hold.",
    "latent": "It could become an administrator if a role or resource that is not there now appeared.",
    "no": "It is no administrator and cannot become one.",
    "unknown": "Whether it is an administrator is not known.",
}
SEVERITIES: Final = {
    "critical": "Critical",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "info": "For information",
}
CAPABILITIES: Final = {
    "administer": "administer",
    "administer_identities": "administer identities",
    "read_secrets": "read secrets",
    "read_data": "read data",
    "write_data": "write data",
    "run_code": "run code",
    "invoke_models": "invoke models",
    "change_guardrails": "change guardrails",
    "destroy": "destroy",
}
ANSWERS: Final = {
    "allowed": "Yes",
    "conditional": "Under conditions",
    "latent": "Latent",
    "unknown": "Not known",
}
GAP_REASONS: Final = {
    "denied": "Permission is missing",
    "throttled": "The provider slowed us down",
    "unsupported": "Not supported there",
    "failed": "Failed",
    "not_licensed": "Not licensed",
}
KINDS: Final = {
    "agentcore": "AgentCore",
    "ai": "AI",
    "api": "API",
    "apigateway": "API Gateway",
    "apprunner": "App Runner",
    "bigquery": "BigQuery",
    "codebuild": "CodeBuild",
    "ec2": "EC2",
    "ecs": "ECS",
    "eks": "EKS",
    "emr": "EMR",
    "eventbridge": "EventBridge",
    "foundry": "Foundry",
    "gke": "GKE",
    "hmac": "HMAC",
    "iam": "IAM",
    "kms": "KMS",
    "lambda": "Lambda",
    "mcp": "MCP",
    "oauth": "OAuth",
    "oauth2": "OAuth2",
    "openai": "OpenAI",
    "qbusiness": "Q Business",
    "sagemaker": "SageMaker",
    "secretsmanager": "Secrets Manager",
    "ssm": "SSM",
    "stepfunctions": "Step Functions",
    "vertex": "Vertex AI",
}
"""Words of kinds that are names or abbreviations; the others stand as they are."""
PRODUCTS: Final = (
    "App Engine", "Cloud Build", "Cloud Function", "Cloud Run", "Cloud Scheduler", "Compute Engine", "Container App",
    "Cosmos DB", "Gemini Enterprise", "Key Vault", "Logic App", "Secret Manager",
)  # fmt: skip
"""Names of products of several words that kinds are made of."""
STATUS: Final = {"complete": "Complete", "incomplete": "Incomplete", "failed": "Failed"}
EDGES: Final = {
    "can_become": "can become",
    "has_credential": "holds",
    "member_of": "is a member of",
    "runs_as": "runs as",
    "owned_by": "is answered for by",
    "trusted_by": "is trusted by",
    "assigned": "is assigned",
    "exposes": "exposes",
    "reads_secret": "reads",
    "uses_model": "uses",
    "invokes_tool": "invokes",
    "may_read_secret": "may read",
    "holds_key_of": "holds a key of",
    "served_by": "is served by",
    "stored_in": "is stored in",
    "registered_in": "is registered in",
    "governed_by": "is governed by",
    "part_of": "is part of",
    "logs_to": "logs to",
    "federates": "vouches for",
    "hands_out": "hands out",
    "runs": "runs",
    "triggers": "triggers",
    "administers": "administers",
    "signs_in_to": "signs in to",
    "collaborates_with": "works with",
}
NODES: Final = {
    "identity": "identity",
    "credential": "credential",
    "workload": "workload",
    "secret": "secret",
    "group": "group",
    "scope": "scope",
    "owner": "owner",
    "federation_provider": "federation provider",
    "outside_identity": "outside identity",
    "everyone": "everyone",
    "service": "service of the provider",
    "administration": "administration",
    "model": "model",
    "tool": "tool",
    "other": "other",
}


def for_script() -> dict[str, Any]:
    """All of them, as the script knows them."""
    return {
        "classes": CLASSES,
        "admin": ADMIN,
        "adminSentences": ADMIN_SENTENCES,
        "severities": SEVERITIES,
        "capabilities": CAPABILITIES,
        "answers": ANSWERS,
        "gapReasons": GAP_REASONS,
        "edges": EDGES,
        "nodes": NODES,
    }
