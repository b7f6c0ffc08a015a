"""IAM users of services: how everything was connected before there were roles for it."""

from __future__ import annotations

from tests.clouds.aws.company_shape import Company, tags
from tests.clouds.aws.seed import ago, allow, document


def seed_service_users(company: Company) -> None:
    """Keys of every age, used and forgotten."""
    _production(company)
    _development(company)


def _production(company: Company) -> None:
    account = company.production
    uploads = account.policy(
        "customer-uploads",
        allow("s3:GetObject", "s3:PutObject", on="arn:aws:s3:::harbourline-customer-uploads/*"),
        created=ago(1900),
        former=[allow("s3:*", on="*")],
    )

    backup = account.user("backup-s3", ago(1840), tags("peter.novak", "Operations"), attach=["AmazonS3FullAccess"])
    backup.key(ago(1420), ago(0.1), region="eu-west-1")
    datadog = account.user("datadog-integration", ago(1310), tags(team="Platform"), attach=["SecurityAudit"])
    datadog.key(ago(806), ago(0.1), service="monitoring")
    # Nobody has used it for years, its owner has left, and it reads what customers send.
    ftp = account.user("ftp-sync", ago(1995), tags("viktor.lindqvist", "Integration"), attach=[uploads])
    ftp.key(ago(1902), ago(523), region="eu-west-1")
    jenkins = account.user(
        "jenkins",
        ago(1760),
        tags("viktor.lindqvist", "Integration", ManagedBy="jenkins.harbourline.example"),
        attach=["PowerUserAccess"],
        inline={"PassAnyRole": allow("iam:PassRole", "iam:GetRole", "iam:CreateRole", "iam:AttachRolePolicy")},
    )
    jenkins.key(ago(1644), ago(0.4), service="ecs", region="eu-west-1")
    jenkins.key(ago(31))
    deploy = account.user(
        "svc-deploy-admin", ago(1200), tags("ingrid.solberg", "Platform"), attach=["AdministratorAccess"]
    )
    deploy.key(ago(642), ago(0.3), service="cloudformation", region="eu-west-1")
    mailer = account.user(
        "invoice-mailer", ago(980), tags("elif.kaya", "Support"), inline={"SendMail": allow("ses:SendRawEmail")}
    )
    mailer.key(ago(561), ago(0.2), service="ses", region="eu-west-1")
    edi = account.user(
        "edi-gateway",
        ago(1610),
        tags(team="Integration"),
        inline={"Queues": allow("sqs:*", on="arn:aws:sqs:eu-west-1:*:edi-*"), "Code": allow("codecommit:GitPull")},
    )
    edi.key(ago(1605), ago(690), active=False, service="sqs", region="eu-west-1")
    edi.signing_certificate(ago(1600))
    edi.ssh_key(ago(1590))
    erp = account.user(
        "legacy-erp-export",
        ago(1500),
        tags("hannah.fischer", "Data"),
        inline={"Export": allow("rds-data:ExecuteStatement", "s3:PutObject", "secretsmanager:GetSecretValue")},
    )
    erp.key(ago(1498), ago(402), active=False, service="rds-data", region="eu-west-1")
    erp.key(ago(404), ago(0.5), service="rds-data", region="eu-west-1")
    terraform = account.user("terraform-import", ago(421), attach=["ReadOnlyAccess"])
    terraform.key(ago(421))
    scanner = account.user("antivirus-scan", ago(760), tags(team="Security"), attach=[uploads])
    scanner.key(ago(29), ago(0.1), region="eu-west-1")
    scanner.key(ago(119), ago(30), active=False, region="eu-west-1")
    monitor = account.user("uptime-probe", ago(900), tags("daniel.okafor", "Platform"))
    monitor.key(ago(63), ago(0.1), service="cloudwatch", region="eu-west-1")
    company.is_a(
        "legacy_service",
        backup, datadog, ftp, jenkins, deploy, mailer, edi, erp, terraform, scanner, monitor,
    )  # fmt: skip
    account.server_certificate("old-load-balancer", ago(900), expires=ago(502))
    account.server_certificate("tracking.harbourline.example", ago(110), expires=ago(-288))


def _development(company: Company) -> None:
    account = company.development
    boundary = account.policy(
        "developer-boundary",
        document(
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        ),
        created=ago(800),
        description="Upper limit of what test automation may do.",
    )
    tests = account.user(
        "svc-integration-tests",
        ago(700),
        tags("mei.tanaka", "Engineering"),
        attach=["PowerUserAccess"],
        boundary=boundary,
    )
    tests.key(ago(210), ago(0.6), service="dynamodb", region="eu-west-1")
    seeder = account.user("testdata-seeder", ago(640), attach=["AmazonDynamoDBFullAccess"])
    seeder.key(ago(640))
    mobile = account.user(
        "mobile-app-uploads", ago(1330), tags("aisha.rahman"), inline={"Put": allow("s3:PutObject", "s3:PutObjectAcl")}
    )
    mobile.key(ago(1330), ago(4), region="eu-west-1")
    company.is_a("legacy_service", tests, seeder, mobile)
