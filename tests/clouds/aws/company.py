"""Harbourline, a believable company of twenty-five people that moves freight, and its AWS after six years.

Three accounts in one organization. Some of it is in order and much of it is not, in the ways in which such things go
wrong: keys that nobody rotates, people who have left, vendors let in by account alone, pipelines trusted too widely,
AI that came in through the side door. Everything follows from names and from one clock, so each run gives the same.
"""

from __future__ import annotations

from tests.clouds.aws.company_agents import seed_agents_at_work
from tests.clouds.aws.company_ai import seed_agents, seed_bedrock_keys
from tests.clouds.aws.company_people import seed_old_users, seed_people
from tests.clouds.aws.company_roles import seed_service_roles, seed_workload_roles
from tests.clouds.aws.company_services import seed_service_users
from tests.clouds.aws.company_shape import DEVELOPMENT, MANAGEMENT, PRODUCTION, Company
from tests.clouds.aws.company_trusts import seed_pipelines, seed_trusts
from tests.clouds.aws.overlays.root_user import RootKey
from tests.clouds.aws.seed import NOW, Seed, ago
from tests.clouds.aws.server import AwsServer

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
"""Fewer than AWS gives to an account: an empty region shows nothing but takes its time."""


def company_estate(seed: Seed) -> Company:
    """Seed the company and stop the emulator's clock at the estate's."""
    seed.emulator.set_clock(NOW)
    company = _organization(seed)
    seed_people(company)
    seed_old_users(company)
    seed_service_users(company)
    seed_service_roles(company)
    seed_workload_roles(company)
    seed_bedrock_keys(company)
    seed_agents(company)
    seed_pipelines(company)
    seed_trusts(company)
    seed_agents_at_work(company)
    return company


def build(server: AwsServer) -> None:
    """Put the company, and nothing else, into the emulator behind `server`."""
    server.emulator.reset()
    company_estate(Seed(server.emulator))


def _organization(seed: Seed) -> Company:
    management = seed.account(MANAGEMENT)
    organization = seed.organization(management)
    workloads = organization.unit("Workloads")
    sandbox = organization.unit("Sandbox")
    production = organization.account(PRODUCTION, "Harbourline Production", workloads, created=ago(2100))
    development = organization.account(DEVELOPMENT, "Harbourline Development", sandbox, created=ago(1900))
    organization.account("640193827451", "Harbourline Archive", created=ago(2000), suspended=True)
    organization.control(
        "StayInTheOrganization",
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}],
        },
        [organization.root],
    )
    organization.control(
        "OurRegionsOnly",
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "OtherRegions",
                    "Effect": "Deny",
                    "NotAction": ["iam:*", "sts:*", "organizations:*", "support:*", "cloudfront:*", "route53:*"],
                    "Resource": "*",
                    "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(REGIONS)}},
                }
            ],
        },
        [workloads],
    )
    organization.root_features("RootCredentialsManagement")
    management.alias("harbourline")
    production.alias("harbourline-prod")
    development.alias("harbourline-dev")
    management.root(password_last_used=ago(64), mfa=True, created=ago(2200))
    production.root(password_last_used=ago(1530), mfa=True, created=ago(2100))
    # Somebody needed a key in a hurry, four years ago, and made it where nothing stood in the way.
    development.root(
        password_last_used=ago(412),
        mfa=False,
        keys=[RootKey(created=ago(1478), last_used=ago(733), region="eu-west-1", service="s3")],
        created=ago(1900),
    )
    for account in (management, production, development):
        account.regions(*REGIONS)
    return Company(organization, management, production, development)
