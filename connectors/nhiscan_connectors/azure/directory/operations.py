"""The calls by which applications, service principals and those who answer for them are read from Microsoft Graph.

They stand together because what one of them tells completes what another one told: a service principal is made of its
application, whose credentials it carries, and of the sign-ins that only a report knows.

Graph gives up to 999 objects a page, 100 where a relation is expanded, and then at most `EXPANDED` of that relation.
A relation that is as long as that may go on, and is asked for by itself.
"""

from __future__ import annotations

from typing import Final

from nhiscan_connectors.azure.api import graph

EXPANDED: Final = 20
"""Most members of a relation that Graph gives with an object."""

_PAGE: Final = 100
"""Objects a page where a relation is expanded."""

_SECRETS: Final = ("secretText", "hint", "key")
"""The first characters of a secret, and public halves that are of no use here."""

SERVICE_PRINCIPALS = graph(
    "servicePrincipals.list",
    "/servicePrincipals",
    permission="Application.Read.All",
    purpose="lists service principals, managed identities and agent identities, and the dates of their credentials",
    hides="which service principals exist, managed identities among them",
    blinds=("identities", "credentials"),
    select=(
        "id",
        "appId",
        "displayName",
        "servicePrincipalType",
        "accountEnabled",
        "isDisabled",
        "appOwnerOrganizationId",
        "passwordCredentials",
        "keyCredentials",
        "tags",
        "alternativeNames",
        "servicePrincipalNames",
        "disabledByMicrosoftStatus",
        "appRoles",
        "signInAudience",
        "verifiedPublisher",
        "notes",
        "createdByAppId",
    ),
    drop=_SECRETS,
)
SERVICE_PRINCIPAL_OWNERS = graph(
    "servicePrincipals.owners.sweep",
    "/servicePrincipals",
    permission="Application.Read.All",
    purpose="reads who owns each service principal",
    hides="who owns service principals, and may add credentials to them",
    blinds=("owners",),
    select=("id",),
    expand="owners($select=id)",
    top=_PAGE,
)
OWNERS_OF_SERVICE_PRINCIPAL = graph(
    "servicePrincipals.owners.list",
    "/servicePrincipals/{principal}/owners",
    permission="Application.Read.All",
    purpose="reads all owners of a service principal that has many",
    hides="some of the owners of a service principal",
    blinds=("owners",),
    select=("id",),
    about="principal",
)
APPLICATIONS = graph(
    "applications.list",
    "/applications",
    permission="Application.Read.All",
    purpose="lists the applications that are registered in the tenant, and the dates of their credentials",
    hides="which applications are registered, and their secrets and certificates",
    blinds=("identities", "credentials"),
    select=(
        "id",
        "appId",
        "displayName",
        "createdDateTime",
        "signInAudience",
        "passwordCredentials",
        "keyCredentials",
        "tags",
        "notes",
        "serviceManagementReference",
        "isDisabled",
        "disabledByMicrosoftStatus",
        "verifiedPublisher",
        "publisherDomain",
        "createdByAppId",
    ),
    drop=_SECRETS,
)
APPLICATION_OWNERS = graph(
    "applications.owners.sweep",
    "/applications",
    permission="Application.Read.All",
    purpose="reads who owns each application",
    hides="who owns applications, and may add credentials to them",
    blinds=("owners",),
    select=("id",),
    expand="owners($select=id)",
    top=_PAGE,
)
OWNERS_OF_APPLICATION = graph(
    "applications.owners.list",
    "/applications/{application}/owners",
    permission="Application.Read.All",
    purpose="reads all owners of an application that has many",
    hides="some of the owners of an application",
    blinds=("owners",),
    select=("id",),
    about="application",
)
FEDERATED = graph(
    "applications.federatedIdentityCredentials.sweep",
    "/applications",
    permission="Application.Read.All",
    purpose="reads whom each application trusts without a secret: workflows, pods, managed identities",
    hides="which outside issuers and subjects can act as applications",
    blinds=("trust",),
    select=("id",),
    expand="federatedIdentityCredentials",
    top=_PAGE,
)
FEDERATED_OF_APPLICATION = graph(
    "applications.federatedIdentityCredentials.list",
    "/applications/{application}/federatedIdentityCredentials",
    permission="Application.Read.All",
    purpose="reads whom an application trusts that trusts many, or trusts by an expression",
    hides="some of the outside subjects that can act as an application",
    blinds=("trust",),
    version="beta",  # v1.0 does not tell the expression
    top=0,
    about="application",
)
AGENT_IDENTITIES = graph(
    "servicePrincipals.agentIdentity.list",
    "/servicePrincipals/microsoft.graph.agentIdentity",
    permission="AgentIdentity.Read.All",
    purpose="lists the identities of AI agents and the blueprint that each was made from",
    hides="which agent identities there are, when they were made and from which blueprint",
    blinds=("agents",),
    select=("id", "appId", "displayName", "agentIdentityBlueprintId", "createdDateTime", "createdByAppId",
            "accountEnabled", "servicePrincipalType", "disabledByMicrosoftStatus", "tags", "appOwnerOrganizationId"),
)  # fmt: skip
BLUEPRINTS = graph(
    "applications.agentIdentityBlueprint.list",
    "/applications/microsoft.graph.agentIdentityBlueprint",
    permission="AgentIdentityBlueprint.Read.All",
    purpose="lists the blueprints of agents, whose credentials act for every agent that is made from them",
    hides="which applications are blueprints of agents",
    blinds=("agents", "credentials"),
    select=("id", "appId", "displayName", "createdDateTime", "passwordCredentials", "keyCredentials", "signInAudience",
            "tags", "notes", "serviceManagementReference", "isDisabled", "disabledByMicrosoftStatus",
            "verifiedPublisher", "publisherDomain", "createdByAppId"),
    drop=_SECRETS,
)  # fmt: skip
BLUEPRINT_PRINCIPALS = graph(
    "servicePrincipals.agentIdentityBlueprintPrincipal.list",
    "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal",
    permission="AgentIdentityBlueprintPrincipal.Read.All",
    purpose="lists the service principals of blueprints of agents",
    hides="which service principals belong to blueprints of agents",
    blinds=("agents",),
    select=("id", "appId", "displayName", "accountEnabled", "servicePrincipalType", "appOwnerOrganizationId", "tags",
            "disabledByMicrosoftStatus", "createdByAppId"),
)  # fmt: skip
SPONSORS_OF_AGENT = graph(
    "servicePrincipals.agentIdentity.sponsors.list",
    "/servicePrincipals/{principal}/microsoft.graph.agentIdentity/sponsors",
    permission="AgentIdentity.Read.All",
    purpose="reads who answers for an agent",
    hides="who answers for an agent",
    blinds=("owners",),
    select=("id",),
    top=0,
    about="principal",
)
SPONSORS_OF_BLUEPRINT = graph(
    "applications.agentIdentityBlueprint.sponsors.list",
    "/applications/{application}/microsoft.graph.agentIdentityBlueprint/sponsors",
    permission="AgentIdentityBlueprint.Read.All",
    purpose="reads who answers for the agents of a blueprint",
    hides="who answers for a blueprint of agents",
    blinds=("owners",),
    select=("id",),
    top=0,
    about="application",
)
SPONSORS_OF_BLUEPRINT_PRINCIPAL = graph(
    "servicePrincipals.agentIdentityBlueprintPrincipal.sponsors.list",
    "/servicePrincipals/{principal}/microsoft.graph.agentIdentityBlueprintPrincipal/sponsors",
    permission="AgentIdentityBlueprintPrincipal.Read.All",
    purpose="reads who answers for a blueprint of agents that was brought into the tenant",
    hides="who answers for a blueprint of agents in this tenant",
    blinds=("owners",),
    select=("id",),
    top=0,
    about="principal",
)
ROLES_ON = graph(
    "servicePrincipals.appRoleAssignedTo.list",
    "/servicePrincipals/{principal}/appRoleAssignedTo",
    permission="Application.Read.All",
    purpose="reads which applications hold permissions on an API, Microsoft Graph first",
    hides="which applications hold permissions on an API",
    blinds=("policies",),
)
INHERITED_ROLES = graph(
    "servicePrincipals.inheritedAppRoleAssignments.list",
    "/servicePrincipals/{principal}/inheritedAppRoleAssignments",
    permission="Application.Read.All",
    purpose="reads which permissions an agent has from its blueprint, beside those that it was given itself",
    hides="which permissions an agent has from its blueprint",
    blinds=("policies",),
    version="beta",
    top=0,
    about="principal",
)
INHERITED_GRANTS = graph(
    "servicePrincipals.inheritedOauth2PermissionGrants.list",
    "/servicePrincipals/{principal}/inheritedOauth2PermissionGrants",
    permission="Application.Read.All",
    purpose="reads what an agent may do in the name of users because its blueprint may",
    hides="what an agent may do in the name of users because its blueprint may",
    blinds=("policies",),
    version="beta",
    top=0,
    about="principal",
)
GRANTS = graph(
    "oauth2PermissionGrants.list",
    "/oauth2PermissionGrants",
    permission="DelegatedPermissionGrant.Read.All",
    purpose="reads what applications may do in the name of a user who signs in to them",
    hides="what applications may do in the name of users",
    blinds=("policies",),
    select=("id", "clientId", "consentType", "principalId", "resourceId", "scope"),
)
SIGN_INS = graph(
    "reports.servicePrincipalSignInActivities.list",
    "/reports/servicePrincipalSignInActivities",
    permission="AuditLog.Read.All",
    purpose="reads when each application last signed in",
    hides="when applications were last used",
    blinds=("activity",),
    version="beta",
    top=0,
    optional=True,
)
CREDENTIAL_SIGN_INS = graph(
    "reports.appCredentialSignInActivities.list",
    "/reports/appCredentialSignInActivities",
    permission="AuditLog.Read.All",
    purpose="reads when each secret and certificate of an application was last used",
    hides="when single secrets and certificates were last used",
    blinds=("activity",),
    version="beta",
    top=0,
    optional=True,
)
