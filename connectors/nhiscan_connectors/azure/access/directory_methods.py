"""What roles of the directory and application permissions of Microsoft Graph give: escalations and capabilities.

Sources: "Microsoft Entra built-in roles", "Microsoft Graph permissions reference", and the edges of BloodHound.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from nhiscan.model import Capability
from nhiscan_connectors.azure.access import names as n

Aim: TypeAlias = Literal[
    "tenant", "service-principals", "users", "users-without-roles", "groups", "protected-groups", "agents"
]
"""tenant: administration of the tenant. service-principals: every application's service principal that can be given a
credential. users: every person. users-without-roles: people who hold no role of the directory and neither belong to a
group that roles can be assigned to nor own one. groups: every group that no role of the directory can be assigned to.
protected-groups: the others. agents: every agent identity with a blueprint."""


class DirectoryMethod(msgspec.Struct, frozen=True, kw_only=True):
    """One way to gain power in the directory."""

    id: str
    aim: Aim
    roles: tuple[str, ...] = ()
    """Template ids of roles of which any one is enough."""
    permissions: tuple[str, ...] = ()
    """Application permissions of Microsoft Graph of which any one is enough."""
    actions: tuple[str, ...] = ()
    """Actions in custom roles of the directory of which any one is enough."""
    note: str = ""
    """What must hold besides; a method with a note is never better than `conditional`."""
    changes: bool = True
    """It changes what it is aimed at, so that a restricted administrative unit keeps it off."""
    can: str
    """Rest of a sentence after the principal's name; `{target}` is filled in."""


_SECOND_FACTOR: Final = "no second factor, or one that can be got round, protects the account"

DIRECTORY_METHODS: Final = (
    DirectoryMethod(
        id="entra-assign-role",
        aim="tenant",
        roles=(n.PRIVILEGED_ROLE_ADMINISTRATOR,),
        permissions=(
            "RoleManagement.ReadWrite.Directory",
            "RoleAssignmentSchedule.ReadWrite.Directory",
            "RoleEligibilitySchedule.ReadWrite.Directory",
            "PrivilegedAccess.ReadWrite.AzureAD",
        ),
        actions=("microsoft.directory/roleAssignments/allProperties/allTasks",),
        can="can give itself Global Administrator",
    ),
    DirectoryMethod(
        id="entra-grant-app-role",
        aim="tenant",
        permissions=("AppRoleAssignment.ReadWrite.All",),
        can="can grant itself any application permission, RoleManagement.ReadWrite.Directory among them",
    ),
    DirectoryMethod(
        id="entra-consent-policy",
        aim="tenant",
        permissions=("Policy.ReadWrite.PermissionGrant",),
        note="an application of its own that may be consented to by a policy it writes",
        can="can write a policy that lets it consent to any application permission",
    ),
    DirectoryMethod(
        id="entra-delegated-grant",
        aim="tenant",
        permissions=("DelegatedPermissionGrant.ReadWrite.All",),
        note="an administrator signs in to the application",
        can="can let an application act with all rights of an administrator who signs in to it",
    ),
    DirectoryMethod(
        id="entra-privileged-group",
        aim="tenant",
        permissions=(
            "PrivilegedAccess.ReadWrite.AzureADGroup",
            "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
            "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
        ),
        note="a group under Privileged Identity Management holds a role that administers",
        can="can make itself a member of groups under Privileged Identity Management",
    ),
    DirectoryMethod(
        id="entra-access-package",
        aim="tenant",
        permissions=("EntitlementManagement.ReadWrite.All",),
        note="a catalogue holds a role or a group that administers",
        can="can give itself an access package",
    ),
    DirectoryMethod(
        id="entra-add-secret",
        aim="service-principals",
        roles=(n.APPLICATION_ADMINISTRATOR, n.CLOUD_APPLICATION_ADMINISTRATOR),
        permissions=("Application.ReadWrite.All",),
        actions=(
            "microsoft.directory/applications/credentials/update",
            "microsoft.directory/applications/allProperties/update",
            "microsoft.directory/servicePrincipals/credentials/update",
            "microsoft.directory/servicePrincipals/synchronizationCredentials/manage",
        ),
        can="can add a secret to {target}",
    ),
    DirectoryMethod(
        id="entra-add-owner",
        aim="service-principals",
        roles=(
            n.HYBRID_IDENTITY_ADMINISTRATOR,
            n.PARTNER_TIER1_SUPPORT,
            n.PARTNER_TIER2_SUPPORT,
            n.DIRECTORY_SYNCHRONIZATION_ACCOUNTS,
        ),
        permissions=("ServicePrincipalEndpoint.ReadWrite.All",),
        actions=(
            "microsoft.directory/applications/owners/update",
            "microsoft.directory/servicePrincipals/owners/update",
        ),
        can="can make itself owner of {target} and add a secret then",
    ),
    DirectoryMethod(
        id="entra-reset-any-password",
        aim="users",
        roles=(n.PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,),
        can="can reset the password and the second factors of {target}",
    ),
    DirectoryMethod(
        id="entra-reset-password",
        aim="users-without-roles",
        roles=(
            n.USER_ADMINISTRATOR,
            n.HELPDESK_ADMINISTRATOR,
            n.PASSWORD_ADMINISTRATOR,
            n.PARTNER_TIER1_SUPPORT,
            n.PARTNER_TIER2_SUPPORT,
        ),
        permissions=("User-PasswordProfile.ReadWrite.All",),
        actions=("microsoft.directory/users/password/update",),
        note=_SECOND_FACTOR,
        can="can reset the password of {target}",
    ),
    DirectoryMethod(
        id="entra-reset-authentication",
        aim="users-without-roles",
        roles=(n.AUTHENTICATION_ADMINISTRATOR,),
        can="can reset the password and the second factors of {target}",
    ),
    DirectoryMethod(
        id="entra-temporary-access-pass",
        aim="users",
        permissions=("UserAuthenticationMethod.ReadWrite.All",),
        note="the tenant lets temporary access passes be used",
        can="can make a temporary access pass for {target}",
    ),
    DirectoryMethod(
        id="entra-federate-domain",
        aim="users",
        changes=False,
        roles=(n.HYBRID_IDENTITY_ADMINISTRATOR, n.EXTERNAL_IDENTITY_PROVIDER_ADMINISTRATOR),
        permissions=("Domain.ReadWrite.All", "Domain-InternalFederation.ReadWrite.All"),
        note="the account is of a domain that is federated, or can be",
        can="can have an issuer of its own vouch for {target}",
    ),
    DirectoryMethod(
        id="entra-certificate-authority",
        aim="users",
        changes=False,
        permissions=("Organization.ReadWrite.All",),
        note="the tenant lets people sign in with certificates",
        can="can have the tenant trust a certificate authority of its own that vouches for {target}",
    ),
    DirectoryMethod(
        id="entra-add-member",
        aim="groups",
        roles=(
            n.GROUPS_ADMINISTRATOR,
            n.USER_ADMINISTRATOR,
            n.DIRECTORY_WRITERS,
            n.INTUNE_ADMINISTRATOR,
            n.PARTNER_TIER1_SUPPORT,
            n.PARTNER_TIER2_SUPPORT,
        ),
        permissions=("Group.ReadWrite.All", "GroupMember.ReadWrite.All", "Directory.ReadWrite.All"),
        actions=(
            "microsoft.directory/groups/members/update",
            "microsoft.directory/groups/owners/update",
            "microsoft.directory/groups/dynamicMembershipRule/update",
            "microsoft.directory/groups.security/members/update",
        ),
        can="can put itself into {target}",
    ),
    DirectoryMethod(
        id="entra-add-protected-member",
        aim="protected-groups",
        actions=("microsoft.directory/groupsAssignableToRoles/allProperties/update",),
        can="can put itself into {target}",
    ),
    DirectoryMethod(
        id="entra-blueprint-secret",
        aim="agents",
        roles=(n.AGENT_ID_ADMINISTRATOR,),
        permissions=("AgentIdentityBlueprint.AddRemoveCreds.All", "AgentIdentityBlueprint.ReadWrite.All"),
        can="can add a secret to the blueprint of {target} and act as it",
    ),
)

CAPABILITIES: Final[tuple[tuple[Capability, frozenset[str], frozenset[str]], ...]] = (
    (
        "administer_identities",
        frozenset((
            n.GLOBAL_ADMINISTRATOR, n.PRIVILEGED_ROLE_ADMINISTRATOR, n.PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
            n.APPLICATION_ADMINISTRATOR, n.CLOUD_APPLICATION_ADMINISTRATOR, n.HYBRID_IDENTITY_ADMINISTRATOR,
            n.DIRECTORY_SYNCHRONIZATION_ACCOUNTS, n.PARTNER_TIER1_SUPPORT, n.PARTNER_TIER2_SUPPORT,
            n.USER_ADMINISTRATOR, n.HELPDESK_ADMINISTRATOR, n.PASSWORD_ADMINISTRATOR,
            n.AUTHENTICATION_ADMINISTRATOR, n.GROUPS_ADMINISTRATOR, n.DIRECTORY_WRITERS,
            n.EXTERNAL_IDENTITY_PROVIDER_ADMINISTRATOR, n.AGENT_ID_ADMINISTRATOR,
        )),
        frozenset((
            "RoleManagement.ReadWrite.Directory", "RoleAssignmentSchedule.ReadWrite.Directory",
            "RoleEligibilitySchedule.ReadWrite.Directory", "PrivilegedAccess.ReadWrite.AzureAD",
            "PrivilegedAccess.ReadWrite.AzureADGroup", "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
            "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", "AppRoleAssignment.ReadWrite.All",
            "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", "ServicePrincipalEndpoint.ReadWrite.All",
            "Directory.ReadWrite.All", "Group.ReadWrite.All", "GroupMember.ReadWrite.All", "User.ReadWrite.All",
            "User-PasswordProfile.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All",
            "DelegatedPermissionGrant.ReadWrite.All", "Domain.ReadWrite.All", "Organization.ReadWrite.All",
            "Domain-InternalFederation.ReadWrite.All", "EntitlementManagement.ReadWrite.All",
            "AgentIdentityBlueprint.AddRemoveCreds.All", "AgentIdentityBlueprint.ReadWrite.All",
            "AgentIdentity.CreateAsManager", "AgentIdUser.ReadWrite.All",
        )),
    ),
    (
        "change_guardrails",
        frozenset((n.GLOBAL_ADMINISTRATOR, n.SECURITY_ADMINISTRATOR, n.CONDITIONAL_ACCESS_ADMINISTRATOR)),
        frozenset((
            "Policy.ReadWrite.ConditionalAccess", "Policy.ReadWrite.AuthenticationMethod",
            "Policy.ReadWrite.PermissionGrant", "Policy.ReadWrite.Authorization",
            "Policy.ReadWrite.ApplicationConfiguration", "Policy.ReadWrite.CrossTenantAccess",
            "RoleManagementPolicy.ReadWrite.Directory",
        )),
    ),
    (
        "read_data",
        frozenset((n.GLOBAL_ADMINISTRATOR, n.EXCHANGE_ADMINISTRATOR, n.SHAREPOINT_ADMINISTRATOR)),
        frozenset((
            "Mail.Read", "Mail.ReadWrite", "Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All",
            "Sites.ReadWrite.All", "Sites.FullControl.All", "Chat.Read.All", "Chat.ReadWrite.All",
            "ChannelMessage.Read.All", "Notes.Read.All", "Notes.ReadWrite.All", "Calendars.Read",
            "Calendars.ReadWrite", "Contacts.Read", "Contacts.ReadWrite", "MailboxSettings.Read",
            "CallRecords.Read.All", "OnlineMeetingTranscript.Read.All", "OnlineMeetingRecording.Read.All",
            "AiEnterpriseInteraction.Read.All",
        )),
    ),
    (
        "write_data",
        frozenset((n.GLOBAL_ADMINISTRATOR, n.EXCHANGE_ADMINISTRATOR, n.SHAREPOINT_ADMINISTRATOR)),
        frozenset((
            "Mail.ReadWrite", "Mail.Send", "Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.FullControl.All",
            "Sites.Manage.All", "Chat.ReadWrite.All", "Notes.ReadWrite.All", "Calendars.ReadWrite",
            "Contacts.ReadWrite", "MailboxSettings.ReadWrite",
        )),
    ),
    (
        "read_secrets",
        frozenset(),
        frozenset((
            "BitlockerKey.Read.All", "DeviceLocalCredential.Read.All",
        )),
    ),
    (
        "run_code",
        frozenset((n.INTUNE_ADMINISTRATOR,)),
        frozenset((
            "DeviceManagementConfiguration.ReadWrite.All", "DeviceManagementApps.ReadWrite.All",
            "DeviceManagementManagedDevices.PrivilegedOperations.All", "DeviceManagementScripts.ReadWrite.All",
        )),
    ),
    (
        "destroy",
        frozenset((n.USER_ADMINISTRATOR,)),
        frozenset((
            "Sites.FullControl.All", "User.ReadWrite.All", "User.DeleteRestore.All",
            "DeviceManagementManagedDevices.PrivilegedOperations.All",
        )),
    ),
)  # fmt: skip
"""Capability over the tenant, the template ids of roles that give it, and the permissions that do."""

OWNED_BY: Final = "Application.ReadWrite.OwnedBy"
"""Permission by which an application may use that it owns another."""
