"""Roles of what runs in the company's accounts, and those that AWS keeps there for itself."""

from __future__ import annotations

from tests.clouds.aws.company_shape import Company, tags
from tests.clouds.aws.seed import Account, Document, ago, allow, trust, trust_service


def seed_service_roles(company: Company) -> None:
    """Service-linked roles."""
    for account in company.accounts:
        roles = [
            account.service_linked_role(
                "support", "AWSServiceRoleForSupport", ago(2000), ago(40), ["AWSSupportServiceRolePolicy"]
            ),
            account.service_linked_role(
                "trustedadvisor", "AWSServiceRoleForTrustedAdvisor", ago(2000), ago(1),
                ["AWSTrustedAdvisorServiceRolePolicy"],
            ),
            account.service_linked_role(
                "organizations", "AWSServiceRoleForOrganizations", ago(1900), None,
                ["AWSOrganizationsServiceTrustPolicy"],
            ),
            account.service_linked_role("sso", "AWSServiceRoleForSSO", ago(1200), ago(1), ["AWSSSOServiceRolePolicy"]),
        ]  # fmt: skip
        company.is_a("legacy_service", *roles)
    production = company.production
    company.is_a(
        "legacy_service",
        production.service_linked_role(
            "ecs", "AWSServiceRoleForECS", ago(1700), ago(0.1), ["AmazonECSServiceRolePolicy"]
        ),
        production.service_linked_role(
            "autoscaling", "AWSServiceRoleForAutoScaling", ago(1800), ago(0.2), ["AutoScalingServiceRolePolicy"]
        ),
        production.service_linked_role(
            "network.bedrock-agentcore", "AWSServiceRoleForBedrockAgentCoreNetwork", ago(140), ago(1),
            ["BedrockAgentCoreNetworkServiceRolePolicy"],
        ),
    )  # fmt: skip


def seed_workload_roles(company: Company) -> None:
    """Roles of machines, functions, containers and jobs."""
    production, development = company.production, company.development

    def role(
        account: Account,
        name: str,
        service: str,
        created: float,
        used: float | None,
        owner: str = "",
        attach: tuple[str, ...] = (),
        inline: dict[str, Document] | None = None,
        profile: bool = False,
    ) -> None:
        made = account.role(
            name,
            trust_service(service),
            created=ago(created),
            last_used=None if used is None else ago(used),
            tags=tags(owner) if owner else {},
            attach=attach,
            inline=inline,
            region="eu-west-1",
        )
        company.is_a("legacy_service", made)
        if profile:
            account.instance_profile(name, made, ago(created))

    machine, function = ("AmazonSSMManagedInstanceCore",), ("AWSLambdaBasicExecutionRole",)
    role(production, "web-frontend", "ec2", 1700, 0.1, "lukas.weber", (*machine, "AmazonS3ReadOnlyAccess"), None, True)
    # Somebody wanted to be done with permission errors on the jump host.
    role(production, "bastion", "ec2", 1650, 2, "peter.novak", (*machine, "AdministratorAccess"), None, True)
    role(
        production, "order-intake-lambda", "lambda", 900, 0.1, "sofia.ricci", function,
        {"Orders": allow("dynamodb:PutItem", "dynamodb:GetItem", on="arn:aws:dynamodb:eu-west-1:*:table/orders")},
    )  # fmt: skip
    role(
        production, "invoice-render-lambda", "lambda", 860, 0.3, "", function,
        {"Invoices": allow("s3:PutObject", on="arn:aws:s3:::harbourline-invoices/*")},
    )  # fmt: skip
    role(production, "image-resize-lambda", "lambda", 720, None, "aisha.rahman", (*function, "AmazonS3FullAccess"))
    role(
        production, "rotate-secrets-lambda", "lambda", 640, 5, "yusuf.demir", function,
        {"Rotate": allow("secretsmanager:*", "iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys")},
    )  # fmt: skip
    role(
        production, "shipment-api-task", "ecs-tasks", 1100, 0.1, "mei.tanaka", (),
        {"Shipments": allow("dynamodb:*", on="arn:aws:dynamodb:eu-west-1:*:table/shipments*")},
    )  # fmt: skip
    role(production, "tracking-api-task", "ecs-tasks", 1010, 0.1, "", (), {"Read": allow("dynamodb:Query")})
    role(production, "ecs-task-execution", "ecs-tasks", 1700, 0.1, "", ("AmazonECSTaskExecutionRolePolicy",))
    role(production, "nightly-etl", "glue", 990, 0.4, "hannah.fischer", ("AWSGlueServiceRole", "AmazonS3FullAccess"))
    role(production, "order-flow", "states", 500, 0.2, "sofia.ricci", (), {"Run": allow("lambda:InvokeFunction")})
    role(
        production, "image-builder", "codebuild", 1300, 0.5, "tomas.herrera", ("AmazonEC2ContainerRegistryPowerUser",),
        {"Pass": allow("iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:UpdateService")},
    )  # fmt: skip
    role(production, "nightly-snapshots", "backup", 1600, 0.3, "", ("AWSBackupServiceRolePolicyForBackup",))
    role(production, "old-batch-runner", "batch", 1780, 388, "viktor.lindqvist", ("AmazonS3FullAccess",))
    role(development, "demand-forecast", "sagemaker", 400, 9, "mateo.silva", ("AmazonSageMakerFullAccess",))
    role(development, "sandbox-lambda", "lambda", 800, 60, "", (*function, "PowerUserAccess"))
    role(development, "dev-web", "ec2", 1400, 0.3, "lukas.weber", machine, None, True)
    cluster = "oidc.eks.eu-west-1.amazonaws.com/id/7C1F5E0A9D3B4826B0E4D5F6A7B8C9D0"
    issuer = production.oidc(cluster, created=ago(620))
    company.is_a(
        "legacy_service",
        production.role(
            "route-planner-pod",
            trust(
                {"Federated": issuer},
                "sts:AssumeRoleWithWebIdentity",
                StringEquals={
                    f"{cluster}:sub": "system:serviceaccount:routing:planner",
                    f"{cluster}:aud": "sts.amazonaws.com",
                },
            ),
            created=ago(600),
            last_used=ago(0.1),
            tags=tags("daniel.okafor", "Platform"),
            inline={"Maps": allow("geo:CalculateRoute", "s3:GetObject")},
            region="eu-west-1",
        ),
        production.role(
            "customer-data-export",
            trust({"AWS": production.arn("user/legacy-erp-export")}),
            created=ago(1450),
            last_used=ago(0.5),
            tags=tags("hannah.fischer", "Data"),
            attach=["AmazonS3FullAccess"],
            max_session=43200,
        ),
    )
