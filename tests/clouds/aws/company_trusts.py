"""Who gets in from outside: pipelines, vendors, machines in warehouses, and everybody."""

from __future__ import annotations

from typing import Any

from tests.clouds.aws.company_shape import Company, tags
from tests.clouds.aws.ids import stable_id
from tests.clouds.aws.seed import Role, ago, allow, trust
from tests.clouds.aws.seed_outside import Anywhere, delegation_request

GITHUB = "token.actions.githubusercontent.com"


def seed_pipelines(company: Company) -> None:
    """GitHub Actions, trusted well, too widely, and without saying whom."""
    production, development = company.production, company.development
    issuers = {account.id: account.oidc(GITHUB, created=ago(780)) for account in (production, development)}

    def pipeline(account: Any, name: str, used: float | None, created: float, **more: Any) -> Role:
        condition = more.pop("condition")
        made: Role = account.role(
            name,
            trust({"Federated": issuers[account.id]}, "sts:AssumeRoleWithWebIdentity", **condition),
            created=ago(created),
            last_used=None if used is None else ago(used),
            region="eu-west-1",
            **more,
        )
        company.is_a("legacy_service", made)
        return made

    audience = {f"{GITHUB}:aud": "sts.amazonaws.com"}
    pipeline(
        production,
        "github-deploy-shipment-api",
        0.2,
        500,
        condition={
            "StringEquals": {**audience, f"{GITHUB}:sub": "repo:harbourline/shipment-api:environment:production"}
        },
        tags=tags("mei.tanaka", "Engineering"),
        inline={"Deploy": allow("ecs:UpdateService", "ecs:RegisterTaskDefinition", "iam:PassRole")},
    )
    pipeline(
        production,
        "github-terraform",
        0.6,
        760,
        condition={"StringEquals": audience, "StringLike": {f"{GITHUB}:sub": "repo:harbourline/*"}},
        tags=tags("ingrid.solberg", "Platform"),
        attach=["AdministratorAccess"],
    )
    # It has no administrator's policy; it can write one for any user, and hand any role to a function of its own.
    pipeline(
        production,
        "github-user-provisioning",
        5,
        560,
        condition={
            "StringEquals": {
                **audience,
                f"{GITHUB}:sub": "repo:harbourline/onboarding:ref:refs/heads/main",
            }
        },
        tags=tags("yusuf.demir", "Security"),
        inline={
            "Users": allow("iam:CreateUser", "iam:PutUserPolicy", on=production.arn("user/*")),
            "Functions": allow("lambda:CreateFunction", "lambda:InvokeFunction", "iam:PassRole"),
        },
    )
    pipeline(
        production,
        "github-docs-preview",
        34,
        690,
        condition={"StringEquals": audience},
        attach=["AmazonS3FullAccess"],
    )
    pipeline(
        development,
        "github-mobile-builds",
        1,
        410,
        condition={"StringEquals": audience, "StringLike": {f"{GITHUB}:sub": "repo:harbour*"}},
        tags=tags("aisha.rahman", "Engineering"),
        inline={"Artifacts": allow("s3:PutObject", on="arn:aws:s3:::harbourline-mobile-builds/*")},
    )
    pipeline(
        development,
        "github-data-jobs",
        3,
        260,
        condition={
            "StringEquals": audience,
            "StringLike": {f"{GITHUB}:sub": "repo:harbourline@48213377/data-jobs@771203455:ref:refs/heads/main"},
        },
        tags=tags("hannah.fischer", "Data"),
        inline={"Jobs": allow("glue:StartJobRun", "glue:GetJobRun")},
    )


def seed_trusts(company: Company) -> None:
    """Vendors, everybody, the deleted, other accounts of the company, warehouses."""
    _vendors(company)
    _inside(company)
    _warehouses(company)
    company.production.saml("okta-legacy", created=ago(1700), valid_until=ago(-12))
    delegation_request(
        company.production, "CloudTuner", created=ago(2), Description="Tune idle databases", SessionDuration=14400
    )


def _vendors(company: Company) -> None:
    production, management = company.production, company.management

    def vendor(account: Any, name: str, from_account: str, used: float | None, created: float, **more: Any) -> None:
        external = more.pop("external_id", "")
        condition = {"StringEquals": {"sts:ExternalId": external}} if external else {}
        made = account.role(
            name,
            trust({"AWS": f"arn:aws:iam::{from_account}:root"}, **condition),
            created=ago(created),
            last_used=None if used is None else ago(used),
            **more,
        )
        company.is_a("legacy_service", made)

    vendor(
        management, "costlens-readonly", "305817462290", 0.5, 620,
        attach=["ReadOnlyAccess"], tags=tags("grace.murphy", "Finance"),
    )  # fmt: skip
    vendor(
        production, "sentrywall-audit", "718203964415", 0.3, 540,
        attach=["SecurityAudit"], tags=tags("helena.brandt", "Security"), external_id="hl-7f31c9e2-4b8d",
    )  # fmt: skip
    vendor(
        production, "datadog-integration-role", "464290317758", 0.1, 95,
        attach=["SecurityAudit"], tags=tags(team="Platform"), external_id="9c2b6fd1e4a34b0c",
    )  # fmt: skip
    # The project was given up two summers ago.
    vendor(production, "freightmatch-integration", "926174038251", None, 830, attach=["AdministratorAccess"])


def _inside(company: Company) -> None:
    production, development = company.production, company.development
    gone = stable_id("AIDA", production.id, "user", "reporting-2021")
    made = [
        production.role(
            "shared-artifacts-read",
            trust({"AWS": "*"}, StringEquals={"aws:PrincipalOrgID": company.organization.id}),
            created=ago(870),
            last_used=ago(1),
            inline={"Read": allow("s3:GetObject", on="arn:aws:s3:::harbourline-artifacts/*")},
        ),
        production.role(
            "public-tracking-upload",
            trust("*"),
            created=ago(1240),
            last_used=ago(17),
            tags=tags("viktor.lindqvist", "Integration"),
            inline={"Put": allow("s3:PutObject", on="arn:aws:s3:::harbourline-tracking-inbox/*")},
        ),
        production.role(
            "legacy-reporting",
            trust({"AWS": gone}),
            created=ago(1570),
            last_used=ago(396),
            attach=["AmazonS3ReadOnlyAccess"],
        ),
        production.role(
            "deploy-from-development",
            trust({"AWS": development.arn("root")}),
            created=ago(1350),
            last_used=ago(8),
            tags=tags("ingrid.solberg", "Platform"),
            attach=["PowerUserAccess"],
            inline={"Pass": allow("iam:PassRole")},
        ),
    ]
    company.is_a("legacy_service", *made)


def _warehouses(company: Company) -> None:
    production = company.production
    anywhere = Anywhere(production, "eu-west-1")
    anchor = anywhere.anchor("warehouse-ca", created=ago(450))
    gateway = production.role(
        "warehouse-gateway",
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "rolesanywhere.amazonaws.com"},
                    "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
                    "Condition": {"ArnEquals": {"aws:SourceArn": anchor}},
                }
            ],
        },
        created=ago(450),
        last_used=ago(0.1),
        tags=tags("daniel.okafor", "Platform"),
        inline={"Events": allow("sqs:SendMessage", on="arn:aws:sqs:eu-west-1:*:scans")},
        region="eu-west-1",
    )
    company.is_a("legacy_service", gateway)
    anywhere.profile("warehouse", [gateway], duration=28800, created=ago(449))
    anywhere.subject("CN=rotterdam-gw-1,O=Harbourline", ago(0.1), created=ago(440))
    anywhere.subject("CN=gdansk-gw-1,O=Harbourline", ago(0.1), created=ago(430))
    anywhere.subject("CN=antwerp-gw-1,O=Harbourline", ago(201), created=ago(436))
