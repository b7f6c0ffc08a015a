"""What the company's agents are: runtimes, a pair of chained agents, functions and tasks, and where their keys lie."""

from __future__ import annotations

from typing import Final

from tests.clouds.aws.company_shape import Company, tags
from tests.clouds.aws.ids import stable_secret
from tests.clouds.aws.seed import Account, Role, ago, allow, trust_service
from tests.clouds.aws.seed_agentcore import Agents
from tests.clouds.aws.seed_agentcore_gateways import AgentCore
from tests.clouds.aws.seed_bedrock import Bedrock
from tests.clouds.aws.seed_compute import function_url
from tests.clouds.aws.seed_functions import lambda_function, task_definition
from tests.clouds.aws.seed_secrets import Stores
from tests.clouds.aws.untyped import moto_module

HOME: Final = "eu-west-1"
LABS: Final = "us-east-1"


def _openai_key(name: str) -> str:
    """Nobody's key, in the form of one."""
    first, second = (stable_secret(74, "openai", name, half) for half in ("first", "second"))
    return f"sk-proj-{first}T3BlbkFJ{second}"


def seed_agents_at_work(company: Company) -> None:
    """Workloads of both accounts, on the roles that are there already and on some of their own."""
    shared = _openai_key("support")
    _support(company, shared)
    _quotes(company)
    _functions(company, shared)
    _labs(company)


def _support(company: Company, key: str) -> None:
    """A runtime with a key in its environment, and a gateway that lets anybody in."""
    production = company.production
    Agents(production, HOME).api_key("openai-support", ago(410))
    Agents(production, HOME).runtime(
        "support_agent",
        production.arn("role/support-agent-runtime"),
        ago(138),
        ago(12),
        environmentVariables={"OPENAI_API_KEY": key, "STAGE": "production"},
        protocolConfiguration={"serverProtocol": "HTTP"},
    )
    refunds = _role(production, "refund-payments", 190, allow("dynamodb:UpdateItem", "sqs:SendMessage"))
    function = lambda_function(production, "refund-payments", refunds.arn, {"TABLE_NAME": "payments"}, region=HOME)
    gateway_role = production.role(
        "support-tools-gateway",
        trust_service("bedrock-agentcore", StringEquals={"aws:SourceAccount": production.id}),
        created=ago(133),
        last_used=ago(0.2),
        tags=tags("elif.kaya", "Support"),
        inline={"Tools": allow("lambda:InvokeFunction", on=function)},
        region=HOME,
    )
    core = AgentCore(production, HOME)
    gateway = core.gateway("support-tools", "NONE", created=ago(133), roleArn=gateway_role.arn)
    tool = {"name": "refund", "description": "Refunds a payment.", "inputSchema": {"type": "object"}}
    schema = {"inlinePayload": [tool]}
    core.target(gateway, "refunds", "LAMBDA", {"mcp": {"lambda": {"lambdaArn": function, "toolSchema": schema}}})
    company.is_a("ai_persona", gateway_role)
    company.is_a("legacy_service", refunds)


def _quotes(company: Company) -> None:
    """Two agents of which one asks the other, in a registry that knows only the first; their calls are recorded."""
    production = company.production
    bedrock = Bedrock(production, HOME)
    assistant = _known(production, "quote-assistant-agent")
    reader = _known(production, "contracts-knowledge-base")
    contracts = bedrock.agent("contracts-reader", reader, created=ago(180))
    contracts.version("1")
    alias = contracts.alias("live", "1")
    quotes = bedrock.agent("quote-assistant", assistant, created=ago(225), agentCollaboration="SUPERVISOR")
    quotes.collaborator("contracts-reader", alias)
    quotes.version("1")
    quotes.collaborator("contracts-reader", alias, version="1")
    quotes.alias("live", "1")
    base = bedrock.base("contracts", reader)
    base.source(
        "contracts", {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::harbourline-contracts"}}
    )  # fmt: skip
    contracts.reads(base.id, version="1")
    core = AgentCore(production, HOME)
    registry = core.registry("harbourline-agents")
    core.record(registry, "quote-assistant", "CUSTOM", {"custom": {"inlineContent": f'{{"arn": "{quotes.arn}"}}'}})
    moto_module("bedrock.models").bedrock_backends[production.id][HOME].put_model_invocation_logging_configuration(
        {"s3Config": {"bucketName": "harbourline-model-calls"}, "textDataDeliveryEnabled": True}
    )


def _functions(company: Company, key: str) -> None:
    """Functions and tasks that call models: one with the key of the support agent, one whose key lies in a secret."""
    production = company.production
    stores = Stores(production, HOME)
    anthropic = stores.secret("anthropic/chat-widget", tags=tags("olivia.chen", "Data"), created=ago(520))
    stores.secret("openai/support", tags=tags("elif.kaya", "Support"), created=ago(430))
    stores.secret("payments/database", created=ago(900), RotationEnabled=True, LastRotatedDate=ago(11))
    invoices = _role(
        production, "invoice-summary", 260, allow("s3:GetObject", on="arn:aws:s3:::harbourline-invoices/*")
    )
    layer = f"arn:aws:lambda:{HOME}:{production.id}:layer:langchain:7"
    lambda_function(
        production,
        "invoice-summary",
        invoices.arn,
        {"OPENAI_API_KEY": key, "BUCKET": "harbourline-invoices"},
        region=HOME,
        layers=[layer],
    )
    function_url(production, "invoice-summary", region=HOME)
    lambda_function(production, "invoice-export", invoices.arn, {"BUCKET": "harbourline-invoices"}, region=HOME)
    widget = production.role(
        "chat-widget-task",
        trust_service("ecs-tasks"),
        created=ago(500),
        last_used=ago(0.1),
        tags=tags("olivia.chen", "Data"),
        inline={"Key": allow("secretsmanager:GetSecretValue", on=anthropic)},
        region=HOME,
    )
    task_definition(
        production,
        "chat-widget",
        widget.arn,
        {"STAGE": "production"},
        secrets={"ANTHROPIC_API_KEY": anthropic},
        execution_role=widget.arn,
        region=HOME,
        image="ghcr.io/example/crewai-chat:3.1",
    )
    company.is_a("ai_persona", invoices, widget)


def _labs(company: Company) -> None:
    """The laboratory: an administrator with a model, a key in a plain parameter, nothing recorded."""
    development = company.development
    agent = development.role(
        "dana-research-agent",
        trust_service("bedrock-agentcore"),
        created=ago(77),
        last_used=ago(1),
        attach=["AdministratorAccess"],
        region=LABS,
    )
    agents = Agents(development, LABS)
    key = agents.api_key("openai-research", ago(77))
    agents.harness(
        "research",
        agent.arn,
        {"openAiModelConfig": {"modelId": "gpt-5", "apiKeyArn": key}},
        ago(77),
        tools=[{"type": "agentcore_code_interpreter", "name": "python", "config": {"agentCoreCodeInterpreter": {}}}],
    )
    Stores(development, LABS).parameter("/labs/anthropic/api_key", "String", changed=ago(301))
    Stores(development, LABS).parameter("/labs/anthropic/api_key_secret_name", "String", changed=ago(301))
    company.is_a("ai_persona", agent)


def _role(account: Account, name: str, days: float, policy: dict[str, object]) -> Role:
    return account.role(
        name, trust_service("lambda"), created=ago(days), last_used=ago(0.3), inline={"own": policy}, region=HOME
    )


def _known(account: Account, name: str) -> Role:
    """A role that was seeded before."""
    return Role(account, account.iam.get_role(name))
