"""Names under which directory roles and application permissions stand in `Assignment.role`, and ids of known roles.

Microsoft gives every built-in role of the directory one template id in all tenants; names can be translated, ids not.
Source: "Microsoft Entra built-in roles".
"""

from __future__ import annotations

from typing import Final

from nhiscan_connectors.azure.ids import directory_role_id

GRAPH_PERMISSION: Final = "graph-permission:"
"""Stands before the value of an application permission of Microsoft Graph: "graph-permission:User.Read.All"."""

DIRECTORY_ROLES: Final = directory_role_id("")
"""Beginning of the ids of roles of the directory."""

GLOBAL_ADMINISTRATOR: Final = "62e90394-69f5-4237-9190-012177145e10"
PRIVILEGED_ROLE_ADMINISTRATOR: Final = "e8611ab8-c189-46e8-94e1-60213ab1f814"
PRIVILEGED_AUTHENTICATION_ADMINISTRATOR: Final = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
APPLICATION_ADMINISTRATOR: Final = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
CLOUD_APPLICATION_ADMINISTRATOR: Final = "158c047a-c907-4556-b7ef-446551a6b5f7"
HYBRID_IDENTITY_ADMINISTRATOR: Final = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"
DIRECTORY_SYNCHRONIZATION_ACCOUNTS: Final = "d29b2b05-8046-44ba-8758-1e26182fcf32"
PARTNER_TIER1_SUPPORT: Final = "4ba39ca4-527c-499a-b93d-d9b492c50246"
PARTNER_TIER2_SUPPORT: Final = "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8"
USER_ADMINISTRATOR: Final = "fe930be7-5e62-47db-91af-98c3a49a38b1"
HELPDESK_ADMINISTRATOR: Final = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
PASSWORD_ADMINISTRATOR: Final = "966707d0-3269-4727-9be2-8c3a10f19b9d"  # noqa: S105 - the id of a role
AUTHENTICATION_ADMINISTRATOR: Final = "c4e39bd9-1100-46d3-8c65-fb160da0071f"
GROUPS_ADMINISTRATOR: Final = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
DIRECTORY_WRITERS: Final = "9360feb5-f418-4baa-8175-e2a00bac4301"
INTUNE_ADMINISTRATOR: Final = "3a2c62db-5318-420d-8d74-23affee5d9d5"
SECURITY_ADMINISTRATOR: Final = "194ae4cb-b126-40b2-bd5b-6091b380977d"
CONDITIONAL_ACCESS_ADMINISTRATOR: Final = "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"
EXTERNAL_IDENTITY_PROVIDER_ADMINISTRATOR: Final = "be2f45a1-457d-42af-a067-6ec1fa63bc45"
AGENT_ID_ADMINISTRATOR: Final = "db506228-d27e-4b7d-95e5-295956d6615f"
AI_ADMINISTRATOR: Final = "d2562ede-74db-457e-a7b6-544e236ebb61"
EXCHANGE_ADMINISTRATOR: Final = "29232cdf-9323-42fd-ade2-1d097af3e4de"
SHAREPOINT_ADMINISTRATOR: Final = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"

ROLE_NAMES: Final = {
    GLOBAL_ADMINISTRATOR: "Global Administrator",
    PRIVILEGED_ROLE_ADMINISTRATOR: "Privileged Role Administrator",
    PRIVILEGED_AUTHENTICATION_ADMINISTRATOR: "Privileged Authentication Administrator",
    APPLICATION_ADMINISTRATOR: "Application Administrator",
    CLOUD_APPLICATION_ADMINISTRATOR: "Cloud Application Administrator",
    HYBRID_IDENTITY_ADMINISTRATOR: "Hybrid Identity Administrator",
    DIRECTORY_SYNCHRONIZATION_ACCOUNTS: "Directory Synchronization Accounts",
    PARTNER_TIER1_SUPPORT: "Partner Tier1 Support",
    PARTNER_TIER2_SUPPORT: "Partner Tier2 Support",
    USER_ADMINISTRATOR: "User Administrator",
    HELPDESK_ADMINISTRATOR: "Helpdesk Administrator",
    PASSWORD_ADMINISTRATOR: "Password Administrator",
    AUTHENTICATION_ADMINISTRATOR: "Authentication Administrator",
    GROUPS_ADMINISTRATOR: "Groups Administrator",
    DIRECTORY_WRITERS: "Directory Writers",
    INTUNE_ADMINISTRATOR: "Intune Administrator",
    SECURITY_ADMINISTRATOR: "Security Administrator",
    CONDITIONAL_ACCESS_ADMINISTRATOR: "Conditional Access Administrator",
    EXTERNAL_IDENTITY_PROVIDER_ADMINISTRATOR: "External Identity Provider Administrator",
    AGENT_ID_ADMINISTRATOR: "Agent ID Administrator",
    AI_ADMINISTRATOR: "AI Administrator",
    EXCHANGE_ADMINISTRATOR: "Exchange Administrator",
    SHAREPOINT_ADMINISTRATOR: "SharePoint Administrator",
}
"""Template id -> the English name, for tenants whose role definitions were not read."""


def graph_permission(value: str) -> str:
    """Name of an application permission of Microsoft Graph, for `Assignment.role`."""
    return f"{GRAPH_PERMISSION}{value}"


def template_of(role: str) -> str:
    """Template id of a role of the directory, given its id; empty for a role that is none."""
    return role.removeprefix(DIRECTORY_ROLES) if role.startswith(DIRECTORY_ROLES) else ""
