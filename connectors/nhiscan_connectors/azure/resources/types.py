"""Types of resources that nhiscan looks at, and how each is listed where Resource Graph does not answer."""

from __future__ import annotations

from nhiscan.model import Aspect
from nhiscan_connectors.azure.api import Api, arm


def _list(kind: str, version: str, what: str, *blinds: Aspect) -> Api:
    namespace, _, collection = kind.partition("/")
    return arm(
        f"{namespace}:{collection}.list",
        f"/subscriptions/{{subscription}}/providers/{kind}",
        version,
        permission=f"{kind}/read",
        purpose=f"lists {what}",
        hides=f"which {what} there are, what they run as and how they let callers in",
        blinds=blinds or ("workloads",),
    )


IDENTITIES = _list(
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "2023-01-31",
    "user-assigned managed identities",
    "identities",
    "trust",
)
MACHINES = _list("Microsoft.Compute/virtualMachines", "2024-07-01", "virtual machines")
SCALE_SETS = _list("Microsoft.Compute/virtualMachineScaleSets", "2024-07-01", "virtual machine scale sets")
SITES = _list("Microsoft.Web/sites", "2023-12-01", "web apps and function apps")
API_CONNECTIONS = _list("Microsoft.Web/connections", "2016-06-01", "connections of Logic Apps", "workloads", "secrets")
CONTAINER_APPS = _list("Microsoft.App/containerApps", "2024-03-01", "container apps")
CONTAINER_JOBS = _list("Microsoft.App/jobs", "2024-03-01", "jobs of Container Apps")
CONTAINER_GROUPS = _list("Microsoft.ContainerInstance/containerGroups", "2023-05-01", "container instances")
CLUSTERS = _list(
    "Microsoft.ContainerService/managedClusters", "2024-05-01", "Kubernetes clusters", "workloads", "trust"
)
LOGIC_APPS = _list("Microsoft.Logic/workflows", "2019-05-01", "logic apps", "workloads", "agents")
AUTOMATION = _list("Microsoft.Automation/automationAccounts", "2023-11-01", "automation accounts")
FACTORIES = _list("Microsoft.DataFactory/factories", "2018-06-01", "data factories")
AI_ACCOUNTS = _list(
    "Microsoft.CognitiveServices/accounts",
    "2025-06-01",
    "accounts of Azure OpenAI, Foundry and AI services",
    "workloads",
    "secrets",
    "agents",
)
ML_WORKSPACES = _list(
    "Microsoft.MachineLearningServices/workspaces", "2024-10-01", "Machine Learning workspaces", "workloads", "agents"
)
BOTS = _list("Microsoft.BotService/botServices", "2022-09-15", "bots", "workloads", "agents")
SEARCH_SERVICES = _list("Microsoft.Search/searchServices", "2023-11-01", "search services", "workloads", "secrets")
VAULTS = _list("Microsoft.KeyVault/vaults", "2023-07-01", "key vaults", "secrets", "policies")
STORAGE = _list("Microsoft.Storage/storageAccounts", "2023-05-01", "storage accounts", "secrets")
EVENT_HUBS = _list("Microsoft.EventHub/namespaces", "2024-01-01", "Event Hubs namespaces", "secrets")
SERVICE_BUSES = _list("Microsoft.ServiceBus/namespaces", "2021-11-01", "Service Bus namespaces", "secrets")
COSMOS = _list("Microsoft.DocumentDB/databaseAccounts", "2024-05-15", "Cosmos DB accounts", "secrets")
CONFIGURATIONS = _list(
    "Microsoft.AppConfiguration/configurationStores", "2024-05-01", "App Configuration stores", "secrets"
)
REGISTRIES = _list("Microsoft.ContainerRegistry/registries", "2023-07-01", "container registries", "secrets")

LISTS: dict[str, Api] = {
    operation.path.partition("/providers/")[2].lower(): operation
    for operation in (
        IDENTITIES, MACHINES, SCALE_SETS, SITES, API_CONNECTIONS, CONTAINER_APPS, CONTAINER_JOBS, CONTAINER_GROUPS,
        CLUSTERS, LOGIC_APPS, AUTOMATION, FACTORIES, AI_ACCOUNTS, ML_WORKSPACES, BOTS, SEARCH_SERVICES, VAULTS, STORAGE,
        EVENT_HUBS, SERVICE_BUSES, COSMOS, CONFIGURATIONS, REGISTRIES,
    )
}  # fmt: skip
"""How resources of a type are listed, by the type in lower case."""

SLOT = "microsoft.web/sites/slots"
"""Type of the slots of web apps, which only Resource Graph lists over a whole subscription."""

TYPES = (*LISTS, SLOT)
"""Types that Resource Graph is asked for with all their properties."""
