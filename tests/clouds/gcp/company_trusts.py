"""Who gets in from outside: workflows of GitHub, jobs of the company's AWS, and what was left when they came."""

from __future__ import annotations

from typing import Final

from tests.clouds.aws.company_shape import PRODUCTION as AWS_PRODUCTION
from tests.clouds.gcp.company_shape import CICD, SHIPPING, WAREHOUSE, WEBSITE, Estate
from tests.clouds.gcp.seed_federation import github, pool, principal, principals, provider

_USER: Final = "iam.workloadIdentityUser"
_AWS_MAPPING: Final = {
    "google.subject": "assertion.arn",
    "attribute.aws_role": (
        "assertion.arn.contains('assumed-role') ? assertion.arn.extract('{account_arn}assumed-role/') + 'assumed-role/'"
        " + assertion.arn.extract('assumed-role/{role_name}/') : assertion.arn"
    ),
}
"""The one that Google makes where nothing else is asked for."""


def seed_trusts(estate: Estate) -> None:
    """Two pools, and the accounts that they lead to."""
    _github(estate)
    _aws(estate)


def _github(estate: Estate) -> None:
    company = estate.company
    workflows = pool(company, CICD, "github", displayName="Workflows of GitHub")
    github(company, workflows, "assertion.repository_owner == 'harbourline'", displayName="GitHub Actions")
    deploy = estate.account(CICD, "deploy-shipping", 480, 0.6, "Releases of the shipment API")
    company.bind(deploy, _USER, principal(workflows, "repo:harbourline/shipment-api:environment:production"))
    company.bind(SHIPPING, "run.developer", deploy)
    company.bind(estate.accounts["tracking-api"], "iam.serviceAccountUser", deploy)
    jobs = estate.account(CICD, "data-jobs", 250, 2, "Starts jobs of the warehouse")
    company.bind(jobs, _USER, principal(workflows, "repo:harbourline@48213377/data-jobs@771203455:ref:refs/heads/main"))
    company.bind(WAREHOUSE, "run.developer", jobs)
    terraform = estate.account(CICD, "terraform", 760, 0.7, "Terraform of all projects")
    company.bind(terraform, _USER, principals(workflows, "attribute.repository/harbourline/terraform"))
    company.bind(estate.production, "resourcemanager.projectIamAdmin", terraform)
    company.bind(estate.production, "editor", terraform)
    # Releases went over to federation last year. The key from before was forgotten, and works.
    website = estate.account(WEBSITE, "website-release", 610, 0.9, "Releases of the web site", key=(604, 163))
    company.bind(website, _USER, principal(workflows, "repo:harbourline/web:environment:production"))
    company.bind(WEBSITE, "run.developer", website)
    company.bind(estate.accounts["website"], "iam.serviceAccountUser", website)
    pusher = estate.account(CICD, "image-pusher", 590, 0.6, "Pushes images")
    company.bind(pusher, _USER, principals(workflows, "attribute.repository/harbourline/shipment-api"))
    company.bind(CICD, "artifactregistry.writer", pusher)


def _aws(estate: Estate) -> None:
    """The nightly job of the company's AWS brings its files over without a key."""
    company = estate.company
    jobs = pool(company, WAREHOUSE, "aws", displayName="Jobs in AWS")
    provider(company, jobs, "production", aws={"accountId": AWS_PRODUCTION}, attributeMapping=_AWS_MAPPING)
    role = f"arn:aws:sts::{AWS_PRODUCTION}:assumed-role/nightly-etl"
    company.bind(estate.accounts["aws-import"], _USER, principals(jobs, f"attribute.aws_role/{role}"))
