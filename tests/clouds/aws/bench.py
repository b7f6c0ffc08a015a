"""An estate to measure with: one account with as many users, roles and policies as are asked for."""

from __future__ import annotations

from tests.clouds.aws.seed import Seed, ago, allow, trust, trust_service

_ACTIONS = (
    ("s3:GetObject", "s3:ListBucket"), ("dynamodb:*",), ("sqs:SendMessage", "sqs:ReceiveMessage"), ("kms:Decrypt",),
    ("ec2:Describe*",), ("lambda:InvokeFunction",), ("secretsmanager:GetSecretValue",), ("bedrock:InvokeModel",),
    ("iam:PassRole", "ec2:RunInstances"), ("logs:*",), ("sts:AssumeRole",), ("rds:*",), ("sns:Publish",),
)  # fmt: skip
_SERVICES = ("ec2", "lambda", "ecs-tasks", "bedrock", "glue", "states", "codebuild", "events", "sagemaker")
_USERS_TO_A_GROUP = 25


def bench_estate(seed: Seed, users: int = 1000, roles: int = 1000, policies: int = 300) -> dict[str, str]:
    """Seed it; credentials of a session in the account, as environment variables.

    Each user has a key, every third has two, so that the credential report does not say which of them is which.
    Some have a password and a second factor, a Bedrock key, tags of an owner. Roles are trusted by services, by
    pipelines of GitHub and by another account.
    """
    account = seed.account()
    account.alias("bench")
    arns = [
        account.policy(
            f"policy-{number:04d}",
            allow(
                *_ACTIONS[number % len(_ACTIONS)],
                on=[f"arn:aws:s3:::bucket-{number}", f"arn:aws:s3:::bucket-{number}/*"],
            ),
            created=ago(100 + number % 900),
        )
        for number in range(policies)
    ]

    def policy(number: int) -> list[str]:
        return [arns[number % len(arns)]] if arns else []

    groups = max(1, users // _USERS_TO_A_GROUP)
    for number in range(groups):
        account.group(f"group-{number:03d}", attach=policy(number * 7))
    for number in range(users):
        user = account.user(
            f"user-{number:05d}",
            created=ago(200 + number % 1500),
            tags={"Owner": f"person{number % 40}@example.com", "Team": f"team-{number % 12}"} if number % 2 else {},
            groups=[f"group-{number % groups:03d}"],
            attach=policy(number) if number % 4 == 0 else (),
            inline={"own": allow(*_ACTIONS[number % len(_ACTIONS)])} if number % 5 == 0 else {},
        )
        user.key(ago(1 + number % 700), ago(number % 200) if number % 6 else None, active=number % 9 != 0)
        if number % 3 == 0:
            user.key(ago(1 + number % 300), ago(number % 30) if number % 2 else None)
        if number % 10 == 0:
            user.password(last_used=ago(number % 400) if number % 20 else None)
            if number % 40 != 0:
                user.mfa()
        if number % 50 == 0:
            user.service_credential(expires=ago(-30) if number % 100 else None)
    github = account.oidc("token.actions.githubusercontent.com")
    for number in range(roles):
        trusts = trust_service(_SERVICES[number % len(_SERVICES)])
        if number % 10 == 3:
            subject = {"token.actions.githubusercontent.com:sub": f"repo:example/service-{number}:ref:refs/heads/main"}
            trusts = trust({"Federated": github}, "sts:AssumeRoleWithWebIdentity", StringEquals=subject)
        elif number % 10 == 7:
            trusts = trust({"AWS": f"arn:aws:iam::{210987654321 - number % 5}:root"})
        account.role(
            f"role-{number:05d}",
            trusts,
            created=ago(100 + number % 1400),
            last_used=ago(number % 395) if number % 7 else None,
            tags={"Service": f"service-{number % 60}"} if number % 3 == 0 else {},
            attach=policy(number * 3),
            inline={"own": allow(*_ACTIONS[number % len(_ACTIONS)])} if number % 2 else {},
        )
    return account.session()
