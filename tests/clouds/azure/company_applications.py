"""Applications of the company and of its vendors, with their secrets, permissions and owners."""

from __future__ import annotations

from typing import Any, Final

from tests.clouds.azure.company_resources import SECRETS_USER
from tests.clouds.azure.seed import CONTRIBUTOR, MICROSOFT, READER, Tenant, ago
from tests.clouds.azure.seed_directory import (
    MAIL_READ,
    ROLES_WRITE,
    app_role,
    application_permission,
    certificate,
    credential_used,
    delegated_grant,
    federated,
    microsoft_graph,
    signed_in,
)
from tests.clouds.azure.state import Item

SITES_CONTROL: Final = "a82116e5-55eb-4c41-a434-62fe8a61c773"
USERS_READ: Final = "df021288-bdef-4463-88db-98f22de89214"
_FOREVER: Final = 36_500
"""Days that a secret lasts whose maker asked for a hundred years, as scripts can."""
_ACTIONS: Final = "https://token.actions.githubusercontent.com"


def seed_applications(tenant: Tenant, people: dict[str, Item], production: Item, development: Item) -> dict[str, Item]:
    """Make them all. Gives the service principals by name."""
    roles = [
        app_role("Mail.Read", MAIL_READ),
        app_role("RoleManagement.ReadWrite.Directory", ROLES_WRITE),
        app_role("Sites.FullControl.All", SITES_CONTROL),
        app_role("User.Read.All", USERS_READ),
    ]
    graph = microsoft_graph(tenant, appRoles=roles)
    tenant.service_principal("Office 365 Exchange Online", appOwnerOrganizationId=MICROSOFT)
    found = {"Microsoft Graph": graph}
    _pipelines(tenant, people, production, development)
    _in_order(tenant, people, graph, production)
    _neglected(tenant, people, graph)
    _vendors(tenant, people, graph, production)
    found["support-triage"] = _own(
        tenant, "support-triage", 330, people["elif.kaya"], used=0.6, secret=tenant.password(88, 180)
    )
    return found


def _own(
    tenant: Tenant,
    name: str,
    days: float,
    owner: Item | None = None,
    *,
    secret: Item | None = None,
    used: float | None = None,
    **fields: Any,
) -> Item:
    """An application that is registered here: made and last used so many days ago. Gives its service principal."""
    given: Item = {"createdDateTime": ago(days), **({"passwordCredentials": [secret]} if secret else {}), **fields}
    application = tenant.application(name, **given)
    if owner is not None:
        tenant.relate("applications", application, "owners", owner)
    if used is not None:
        signed_in(tenant, application["appId"], used)
        for key in (*application["passwordCredentials"], *application["keyCredentials"]):
            credential_used(tenant, application, key, used)
    return tenant.service_principal(name, application=application, createdDateTime=ago(days))


def _application(tenant: Tenant, principal: Item) -> Item:
    return next(item for item in tenant.state.table("applications").values() if item["appId"] == principal["appId"])


def _pipelines(tenant: Tenant, people: dict[str, Item], production: Item, development: Item) -> None:
    deploy = _own(tenant, "github-deploy", 640, people["tomas.herrera"], used=0.5)
    # One line for all repositories: any branch of any of them deploys to production.
    expression = {"value": "claims['sub'] matches 'repo:harbourline/*'", "languageVersion": 1}
    federated(tenant, _application(tenant, deploy), _ACTIONS, None, name="all", claimsMatchingExpression=expression)
    for subscription in (production, development):
        tenant.role_assignment(deploy, CONTRIBUTOR, subscription["id"], createdOn=ago(640))
    website = _own(tenant, "github-web-release", 300, people["mei.tanaka"], used=1)
    federated(
        tenant, _application(tenant, website), _ACTIONS, "repo:harbourline/web:environment:production", name="release"
    )
    tenant.role_assignment(website, CONTRIBUTOR, f"{production['id']}/resourceGroups/web", createdOn=ago(300))


def _in_order(tenant: Tenant, people: dict[str, Item], graph: Item, production: Item) -> None:
    _own(
        tenant,
        "freight-dashboards",
        310,
        people["leila.haddad"],
        used=0.6,
        keyCredentials=[certificate(tenant, displayName="CN=freight-dashboards")],
    )
    onboarding = _own(tenant, "hr-onboarding", 700, people["robert.keller"], used=3, secret=tenant.password(41, 90))
    application_permission(tenant, onboarding, graph, USERS_READ)
    rotation = _own(
        tenant,
        "secret-rotation",
        480,
        people["ingrid.solberg"],
        used=1,
        keyCredentials=[certificate(tenant, displayName="CN=secret-rotation")],
    )
    tenant.role_assignment(rotation, SECRETS_USER, production["id"], createdOn=ago(480))


def _neglected(tenant: Tenant, people: dict[str, Item], graph: Item) -> None:
    joiner = _own(
        tenant,
        "joiner-mover-leaver",
        1120,
        people["peter.novak"],
        used=0.5,
        secret=tenant.password(1118, _FOREVER, displayName="sync"),
    )
    application_permission(tenant, joiner, graph, ROLES_WRITE)
    _own(tenant, "warehouse-labels", 1650, people["viktor.lindqvist"], secret=tenant.password(1640, 730))
    migration = _own(tenant, "sharepoint-migration", 830, secret=tenant.password(712, 730, displayName="contractor"))
    application_permission(tenant, migration, graph, SITES_CONTROL)
    customs = _own(tenant, "customs-edi", 1380, people["viktor.lindqvist"], used=0.8, secret=tenant.password(700, 1095))
    application_permission(tenant, customs, graph, MAIL_READ)


def _vendors(tenant: Tenant, people: dict[str, Item], graph: Item, production: Item) -> None:
    insights = _vendor(tenant, "Fleetpulse Mail Insights", "Fleetpulse GmbH", 430, used=0.9)
    application_permission(tenant, insights, graph, MAIL_READ)
    monitoring = _vendor(tenant, "Skylens Monitoring", "Skylens Inc.", 900, used=0.5)
    tenant.role_assignment(monitoring, READER, production["id"], createdOn=ago(900))
    claude = _vendor(tenant, "Claude", "Anthropic", 170, used=0.5)
    delegated_grant(tenant, claude, graph, "User.Read Files.Read.All offline_access")
    chat = _vendor(tenant, "ChatGPT", "OpenAI", 120, used=1.1)
    delegated_grant(tenant, chat, graph, "User.Read Mail.Read offline_access", user=people["chloe.martin"])


def _vendor(tenant: Tenant, name: str, publisher: str, days: float, used: float) -> Item:
    """An application of another company's tenant."""
    principal = tenant.service_principal(
        name,
        appOwnerOrganizationId=tenant.state.guid(),
        createdDateTime=ago(days),
        signInAudience="AzureADMultipleOrgs",
        verifiedPublisher={
            "displayName": publisher,
            "verifiedPublisherId": "4312876",
            "addedDateTime": ago(days + 100),
        },
    )
    signed_in(tenant, principal["appId"], used)
    return principal
