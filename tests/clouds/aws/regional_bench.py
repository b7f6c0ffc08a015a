"""An estate to measure with whose workloads live in many regions: functions, tasks, secrets and agents."""

from __future__ import annotations

from tests.clouds.aws.ids import stable_secret
from tests.clouds.aws.seed import Account, Role, Seed, ago, allow, trust_service
from tests.clouds.aws.seed_agentcore import Agents
from tests.clouds.aws.seed_functions import lambda_function, task_definition
from tests.clouds.aws.seed_secrets import Stores

REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
"""The regions that every account has."""

_BUSY = ("us-east-1", "eu-west-1", "eu-central-1")
"""Most of what a company runs is in a few regions."""


def _region(number: int) -> str:
    return _BUSY[number % len(_BUSY)] if number % 5 else REGIONS[number // 5 % len(REGIONS)]


def regional_estate(
    seed: Seed, functions: int = 2000, tasks: int = 500, secrets: int = 300, agents: int = 100
) -> dict[str, str]:
    """Seed it; credentials of a session in the account. One role for four functions, for each task and each agent."""
    account = seed.account()
    account.alias("regional")
    account.regions(*REGIONS)
    for number in range(secrets):
        kind = "openai/key" if number % 10 == 0 else "service/database"
        Stores(account, _region(number)).secret(f"{kind}-{number}", created=ago(30 + number))
    for number in range(functions):
        if number % 4 == 0:
            role = _role(account, f"function-{number // 4}", "lambda", number)
        variables = {"STAGE": "production", "TABLE_NAME": f"table-{number}", "LOG_LEVEL": "info"}
        if number % 40 == 0:
            variables["OPENAI_API_KEY"] = _openai_key(number)
        lambda_function(account, f"function-{number}", role.arn, variables, region=_region(number))
    for number in range(tasks):
        role = _role(account, f"task-{number}", "ecs-tasks", number)
        task_definition(account, f"task-{number}", role.arn, {"STAGE": "production"}, region=_region(number))
    for number in range(agents):
        role = _role(account, f"agent-{number}", "bedrock-agentcore", number)
        Agents(account, _region(number)).runtime(f"agent_{number}", role.arn, ago(number))
    return account.session()


def _role(account: Account, name: str, service: str, number: int) -> Role:
    actions = ("s3:GetObject", "dynamodb:Query", "secretsmanager:GetSecretValue", "bedrock:InvokeModel")
    return account.role(
        name,
        trust_service(service),
        created=ago(10 + number % 700),
        last_used=ago(number % 30),
        inline={"own": allow(actions[number % 4], on=[f"arn:aws:{actions[number % 4].partition(':')[0]}:::{name}/*"])},
    )


def _openai_key(number: int) -> str:
    """Nobody's key, in the form of one."""
    first, second = (stable_secret(74, "openai", str(number), half) for half in ("first", "second"))
    return f"sk-proj-{first}T3BlbkFJ{second}"
