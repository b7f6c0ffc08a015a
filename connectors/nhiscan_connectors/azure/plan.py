"""Which tenant and subscriptions a scan covers."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Settings, Shard, Sink
from nhiscan.errors import NothingReadError
from nhiscan_connectors.azure.api import arm, graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.ids import is_guid, subscription_scope, tenant_scope
from nhiscan_connectors.azure.session import Sessions
from nhiscan_connectors.common.fields import text

ORGANIZATION = graph(
    "organization.list",
    "/organization",
    permission="Organization.Read.All",
    purpose="tells which tenant the credentials belong to, its name and its domains",
    hides="the name and the domains of the tenant",
    blinds=("organization",),
    select=("id", "displayName", "verifiedDomains", "createdDateTime", "tenantType", "assignedPlans"),
    top=0,
)
SUBSCRIPTIONS = arm(
    "Microsoft.Resources:subscriptions.list",
    "/subscriptions",
    "2022-12-01",
    permission="Microsoft.Resources/subscriptions/read",
    purpose="lists the subscriptions that the scanner may read",
    hides="the subscriptions of the tenant, and everything in them",
    blinds=("organization",),
)
SUBSCRIPTION = arm(
    "Microsoft.Resources:subscriptions.get",
    "/subscriptions/{subscription}",
    "2022-12-01",
    permission="Microsoft.Resources/subscriptions/read",
    purpose="tells whether the scanner may read a subscription, and its name and tags",
    hides="everything in the subscription: it did not let the scanner in",
    blinds=("identities", "policies", "owners", "workloads", "secrets", "agents", "usage", "trust"),
)
OPERATIONS = (ORGANIZATION, SUBSCRIPTIONS, SUBSCRIPTION)
TENANT = "tenant"
"""Option of a shard: id of the tenant that it lies in."""

NEVER = (
    # Graph: calls that make a credential and answer with it.
    "graph:applications.addPassword", "graph:applications.addKey", "graph:servicePrincipals.addPassword",
    "graph:servicePrincipals.addKey", "graph:servicePrincipals.addTokenSigningCertificate",
    "graph:users.authentication.temporaryAccessPassMethods.create", "graph:deviceLocalCredentials.get",
    "graph:informationProtection.bitlocker.recoveryKeys.get", "graph:servicePrincipals.synchronization.secrets.list",
    # Keys, tokens and connection strings of resources.
    "Microsoft.CognitiveServices:accounts.listKeys", "Microsoft.CognitiveServices:accounts.regenerateKey",
    "Microsoft.MachineLearningServices:workspaces.listKeys",
    "Microsoft.MachineLearningServices:workspaces.listStorageAccountKeys",
    "Microsoft.MachineLearningServices:workspaces.listNotebookKeys",
    "Microsoft.MachineLearningServices:workspaces.listNotebookAccessToken",
    "Microsoft.MachineLearningServices:workspaces.connections.listSecrets",
    "Microsoft.MachineLearningServices:workspaces.datastores.listSecrets",
    "Microsoft.MachineLearningServices:workspaces.computes.listKeys",
    "Microsoft.MachineLearningServices:workspaces.onlineEndpoints.listKeys",
    "Microsoft.MachineLearningServices:workspaces.onlineEndpoints.token",
    "Microsoft.MachineLearningServices:workspaces.onlineEndpoints.regenerateKeys",
    "Microsoft.MachineLearningServices:workspaces.batchEndpoints.listKeys",
    "Microsoft.Search:searchServices.listAdminKeys", "Microsoft.Search:searchServices.listQueryKeys",
    "Microsoft.Search:searchServices.regenerateAdminKey",
    "Microsoft.BotService:botServices.channels.listChannelWithKeys",
    "Microsoft.BotService:botServices.connections.listWithSecrets",
    "Microsoft.Storage:storageAccounts.listKeys", "Microsoft.Storage:storageAccounts.regenerateKey",
    "Microsoft.Storage:storageAccounts.listAccountSas", "Microsoft.Storage:storageAccounts.listServiceSas",
    "Microsoft.DocumentDB:databaseAccounts.listKeys", "Microsoft.DocumentDB:databaseAccounts.listConnectionStrings",
    "Microsoft.EventHub:namespaces.authorizationRules.listKeys",
    "Microsoft.ServiceBus:namespaces.authorizationRules.listKeys",
    "Microsoft.Cache:redis.listKeys", "Microsoft.ContainerRegistry:registries.listCredentials",
    "Microsoft.AppConfiguration:configurationStores.listKeys", "Microsoft.Automation:automationAccounts.listKeys",
    "Microsoft.ApiManagement:service.namedValues.listValue",
    "Microsoft.ApiManagement:service.subscriptions.listSecrets",
    "Microsoft.OperationalInsights:workspaces.sharedKeys", "Microsoft.SignalRService:signalR.listKeys",
    "Microsoft.ContainerService:managedClusters.listClusterAdminCredential",
    "Microsoft.ContainerService:managedClusters.listClusterUserCredential",
    # What runs: settings with values, host keys, publishing passwords, callback addresses that hold a signature.
    "Microsoft.Web:sites.config.listAppSettings", "Microsoft.Web:sites.config.listConnectionStrings",
    "Microsoft.Web:sites.config.listPublishingCredentials", "Microsoft.Web:sites.publishxml",
    "Microsoft.Web:sites.host.listKeys", "Microsoft.Web:sites.functions.listKeys",
    "Microsoft.Web:sites.functions.listSecrets", "Microsoft.Web:connections.listConnectionKeys",
    "Microsoft.App:containerApps.listSecrets", "Microsoft.App:jobs.listSecrets",
    "Microsoft.App:containerApps.getAuthToken", "Microsoft.App:managedEnvironments.daprComponents.listSecrets",
    "Microsoft.Logic:workflows.listCallbackUrl", "Microsoft.Logic:workflows.triggers.listCallbackUrl",
    # Values in vaults.
    "vault:secrets.get", "vault:secrets.backup", "vault:keys.decrypt", "vault:keys.unwrapKey", "vault:keys.release",
    "vault:keys.export", "vault:certificates.backup",
    "foundry:connections.getWithCredentials",
)  # fmt: skip
"""Calls that return a secret, by service and call, named as `Api.name` is."""


def plan(sessions: Sessions, settings: Settings, sink: Sink) -> Iterator[Shard]:
    """Yield the shards: the tenant first, then each subscription that is open.

    Raises NothingReadError where neither the directory nor Azure Resource Manager lets the scanner in.
    """
    start = Shard(connector="azure", scope="azure", part="plan")
    first = Calls(sessions, start, sink.of(start))
    found = next((item for item in first.items(ORGANIZATION) if isinstance(item, dict)), {})
    subscriptions = [item for item in first.items(SUBSCRIPTIONS) if isinstance(item, dict)]
    tenant = text(found.get("id")) or (sessions.tenant if is_guid(sessions.tenant) else "")
    tenant = tenant or next((text(item.get("tenantId")) for item in subscriptions), "")
    whys = [sink.of(start).refusal(operation) for operation in (ORGANIZATION, SUBSCRIPTIONS)]
    if all(whys) or not tenant:
        why = next((why for why in whys if why), "it names no tenant")
        raise NothingReadError(
            f"Microsoft Entra and Azure did not let the scanner in: {why.rstrip('.')}.",
            "Log in (az login), or check --tenant-id, --client-id and the secret or certificate that goes with them.",
        )
    if is_guid(sessions.tenant) and sessions.tenant.lower() != tenant.lower():
        raise NothingReadError(
            f"The credentials belong to tenant {tenant}, not to {sessions.tenant}.",
            "Log in to the tenant that is to be scanned (az login --tenant), or leave --tenant-id out.",
        )
    options = {TENANT: tenant.lower()}
    yield Shard(connector="azure", scope=tenant_scope(tenant), part="tenant", options=options)
    for subscription in _chosen(settings, tenant, subscriptions):
        yield Shard(connector="azure", scope=subscription_scope(subscription), part="subscription", options=options)


def _chosen(settings: Settings, tenant: str, subscriptions: list[dict[str, object]]) -> list[str]:
    """Ids of the subscriptions to scan: those that were asked for, else all of the tenant that are not gone.

    What was asked for and is not in the list is scanned all the same, so that its refusal stands in the report.
    """
    asked = settings.get("subscription") or ()
    listed = {
        text(item.get("subscriptionId")).lower(): item for item in subscriptions if text(item.get("subscriptionId"))
    }
    if asked:
        names = {text(item.get("displayName")): id for id, item in listed.items()}
        return sorted({names.get(name, name).lower() for name in asked})
    return sorted(
        id
        for id, item in listed.items()
        # A subscription of another tenant is visible to a guest; its directory is not the one that is scanned.
        if text(item.get("tenantId")).lower() in ("", tenant.lower()) and text(item.get("state")) != "Deleted"
    )
