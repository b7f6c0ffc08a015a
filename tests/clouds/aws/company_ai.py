"""The company's AI: Bedrock keys made in the console and in code, and roles that agents act with."""

from __future__ import annotations

from tests.clouds.aws.company_shape import Company, tags
from tests.clouds.aws.seed import ago, allow, trust_service
from tests.clouds.aws.seed_outside import outbound_tokens

ANTHROPIC = "aws-external-anthropic.amazonaws.com"


def seed_bedrock_keys(company: Company) -> None:
    """API keys of models, with and without an end."""
    production, development = company.production, company.development
    limited = ["AmazonBedrockLimitedAccess"]

    phantom = development.user("BedrockAPIKey-a7x2", ago(160), attach=limited)
    phantom.service_credential(created=ago(160))  # for ever
    # Its key ran out. Its policy stayed, and somebody gave it an access key.
    orphan = development.user("BedrockAPIKey-q9f4", ago(300), attach=limited)
    orphan.service_credential(created=ago(300), expires=ago(270), status="Expired")
    orphan.key(ago(88), ago(2), service="bedrock", region="us-east-1")
    left = development.user("BedrockAPIKey-m3k8", ago(245), attach=limited)

    quotes = production.user(
        "svc-quote-assistant",
        ago(230),
        tags("olivia.chen", "Data", **{"ai:agent-id": "quote-assistant"}),
        inline={"Models": allow("bedrock:InvokeModel", "bedrock:CallWithBearerToken")},
    )
    quotes.service_credential(created=ago(28), expires=ago(-62))
    support = production.user(
        "support-copilot",
        ago(340),
        tags("elif.kaya", "Support"),
        attach=["AmazonBedrockFullAccess"],
        inline={"Tickets": allow("dynamodb:Scan", "dynamodb:GetItem", on="arn:aws:dynamodb:eu-west-1:*:table/tickets")},
    )
    support.service_credential(created=ago(338), expires=ago(338 - 36600))
    batch = development.user(
        "claude-batch",
        ago(95),
        tags("dana.whitfield", "Data"),
        inline={
            "Inference": allow("aws-external-anthropic:CreateInference", "aws-external-anthropic:CallWithBearerToken")
        },
    )
    batch.service_credential(ANTHROPIC, created=ago(95))
    outbound_tokens(development)
    company.is_a("ai_persona", phantom, orphan, left, quotes, support, batch)


def seed_agents(company: Company) -> None:
    """Roles that agents act with."""
    production, development = company.production, company.development
    assistant = production.role(
        "quote-assistant-agent",
        trust_service(
            "bedrock",
            StringEquals={"aws:SourceAccount": production.id},
            ArnLike={"aws:SourceArn": f"arn:aws:bedrock:eu-west-1:{production.id}:agent/*"},
        ),
        created=ago(225),
        last_used=ago(0.1),
        tags=tags("olivia.chen", "Data", **{"ai:agent-id": "quote-assistant"}),
        inline={
            "Models": allow("bedrock:InvokeModel", on="arn:aws:bedrock:eu-west-1::foundation-model/*"),
            "Rates": allow("dynamodb:Query", on="arn:aws:dynamodb:eu-west-1:*:table/rates"),
        },
        region="eu-west-1",
    )
    # Nothing says for whose runtime, and it reads every secret of the account.
    runtime = production.role(
        "support-agent-runtime",
        trust_service("bedrock-agentcore"),
        created=ago(138),
        last_used=ago(0.2),
        tags=tags("elif.kaya", "Support"),
        attach=["BedrockAgentCoreFullAccess"],
        inline={"Tools": allow("secretsmanager:GetSecretValue", "ses:SendEmail", "dynamodb:*")},
        max_session=43200,
        region="eu-west-1",
    )
    knowledge = production.role(
        "contracts-knowledge-base",
        trust_service("bedrock", StringEquals={"aws:SourceAccount": production.id}),
        created=ago(180),
        last_used=ago(6),
        inline={"Read": allow("s3:GetObject", on="arn:aws:s3:::harbourline-contracts/*")},
        region="eu-west-1",
    )
    prototype = development.role(
        "dana-rag-prototype",
        trust_service("lambda", "bedrock"),
        created=ago(330),
        last_used=ago(121),
        tags=tags("dana.whitfield", "Data"),
        attach=["AmazonBedrockFullAccess", "AmazonS3ReadOnlyAccess"],
        region="us-east-1",
    )
    company.is_a("ai_persona", assistant, runtime, knowledge, prototype)
