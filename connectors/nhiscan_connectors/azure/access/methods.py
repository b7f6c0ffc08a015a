"""Escalation through Azure Resource Manager: who controls a host gains its managed identity; who assigns roles, all.

Whoever holds `on` at a scope holds it on everything in it. Sources: the catalogues of BloodHound and
HackTricks Cloud, and Azure's lists of operations.
"""

from __future__ import annotations

from typing import Final

from nhiscan_connectors.azure.access.method import Method

_NARROW: Final = "Take role {role} at {scope} from {who}, or give it a role without {action}."

USER_ASSIGNED: Final = "microsoft.managedidentity/userassignedidentities"
_VM: Final = ("microsoft.compute/virtualmachines",)
_SCALE_SET: Final = ("microsoft.compute/virtualmachinescalesets",)
_SITE: Final = ("microsoft.web/sites", "microsoft.web/sites/slots")
_APP: Final = ("microsoft.app/containerapps",)
_JOB: Final = ("microsoft.app/jobs",)
_GROUP: Final = ("microsoft.containerinstance/containergroups",)
_AUTOMATION: Final = ("microsoft.automation/automationaccounts",)
_LOGIC: Final = ("microsoft.logic/workflows",)
_ML: Final = ("microsoft.machinelearningservices/workspaces",)
_ML_COMPUTE: Final = ("microsoft.machinelearningservices/workspaces/computes",)
_ML_ENDPOINT: Final = (
    "microsoft.machinelearningservices/workspaces/onlineendpoints",
    "microsoft.machinelearningservices/workspaces/batchendpoints",
)
_CLUSTER: Final = ("microsoft.containerservice/managedclusters",)
_ARC: Final = ("microsoft.hybridcompute/machines",)
_FACTORY: Final = ("microsoft.datafactory/factories",)
_BATCH: Final = ("microsoft.batch/batchaccounts",)

ASSIGN: Final = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
CARRIERS: Final[tuple[tuple[str, ...], ...]] = (
    ("Microsoft.Compute/virtualMachines/write",),
    ("Microsoft.Compute/virtualMachineScaleSets/write",),
    ("Microsoft.Web/sites/write",),
    ("Microsoft.App/containerApps/write",),
    ("Microsoft.App/jobs/write", "Microsoft.App/jobs/start/action"),
    ("Microsoft.ContainerInstance/containerGroups/write",),
    ("Microsoft.Logic/workflows/write",),
    ("Microsoft.Automation/automationAccounts/write", "Microsoft.Automation/automationAccounts/jobs/write"),
    ("Microsoft.MachineLearningServices/workspaces/computes/write",),
    ("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/write",),
    ("Microsoft.Batch/batchAccounts/pools/write",),
)
"""What an identity can be attached to so that one's own code runs with it."""


def _held(id: str, kinds: tuple[str, ...], on: str, can: str, note: str = "") -> Method:
    """A method that makes an existing host do as one likes. Actions are separated by spaces."""
    actions = tuple(on.split())
    fix = _NARROW.replace("{action}", actions[-1].removeprefix("data:"))
    return Method(id=id, kinds=kinds, on=actions, can=can, fix=fix, note=note)


def _scope(id: str, on: str, can: str, note: str = "") -> Method:
    return Method(id=id, aim="scope", on=(on,), can=can, fix=_NARROW.replace("{action}", on), note=note)


METHODS: Final[tuple[Method, ...]] = (
    _scope(
        "az-roleassign",
        "Microsoft.Authorization/roleAssignments/write",
        "can give itself Owner at {target}",
    ),
    _scope(
        "az-pim-assign",
        "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
        "can give itself Owner at {target} by a request for a scheduled assignment",
        note="roleAssignments/write at the scope, or an eligible assignment that allows the request",
    ),
    _scope(
        "az-roledef",
        "Microsoft.Authorization/roleDefinitions/write",
        "can rewrite custom roles that are assigned at {target} so that they allow everything",
        note="a custom role that it holds, or can come to hold",
    ),
    _scope(
        "az-policy",
        "Microsoft.Authorization/policyAssignments/write",
        "can assign a policy at {target} that deploys what it likes",
        note="a managed identity with a role at the scope that the policy may use",
    ),
    Method(
        id="az-fic",
        kinds=(USER_ASSIGNED,),
        on=("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",),
        can="can make {target} trust an issuer of its own",
        fix=_NARROW.replace("{action}", "federatedIdentityCredentials/write"),
    ),
    Method(
        id="az-assign",
        kinds=(USER_ASSIGNED,),
        on=(ASSIGN,),
        anywhere=CARRIERS,
        can="can attach {target} to something that runs its own code",
        fix=_NARROW.replace("{action}", ASSIGN),
    ),
    Method(
        id="az-deployment-script",
        kinds=(USER_ASSIGNED,),
        on=(ASSIGN,),
        anywhere=(("Microsoft.Resources/deploymentScripts/write",),),
        can="can run a deployment script as {target}",
        fix=_NARROW.replace("{action}", ASSIGN),
    ),
    _held(
        "az-vm-run-command",
        _VM,
        "Microsoft.Compute/virtualMachines/runCommand/action",
        "can run commands on {target}",
    ),
    _held(
        "az-vm-run-command-managed",
        _VM,
        "Microsoft.Compute/virtualMachines/runCommands/write",
        "can run commands on {target}",
    ),
    _held(
        "az-vm-extension",
        _VM,
        "Microsoft.Compute/virtualMachines/extensions/write",
        "can install an extension that runs its own code on {target}",
    ),
    _held(
        "az-vm-login",
        _VM,
        "data:Microsoft.Compute/virtualMachines/loginAsAdmin/action",
        "can log in to {target} as its administrator",
        note="a way over the network to the machine, and its extension for logging in with Entra",
    ),
    _held(
        "az-vmss",
        _SCALE_SET,
        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action",
        "can run commands on machines of {target}",
    ),
    _held(
        "az-vmss-extension",
        _SCALE_SET,
        "Microsoft.Compute/virtualMachineScaleSets/extensions/write",
        "can install an extension that runs its own code on machines of {target}",
    ),
    _held(
        "az-arc",
        _ARC,
        "Microsoft.HybridCompute/machines/extensions/write",
        "can install an extension that runs its own code on {target}",
    ),
    _held(
        "az-arc-run-command",
        _ARC,
        "Microsoft.HybridCompute/machines/runCommands/write",
        "can run commands on {target}",
    ),
    _held(
        "az-automanage",
        _VM,
        "Microsoft.Automanage/configurationProfileAssignments/write Microsoft.Automanage/configurationProfiles/write",
        "can have Automanage put its own configuration on {target}",
        note="the managed identity of Automanage may change the machine",
    ),
    _held("az-web-write", _SITE, "Microsoft.Web/sites/write", "can change what {target} runs"),
    _held("az-web-publish", _SITE, "Microsoft.Web/sites/publish/action", "can publish its own code to {target}"),
    _held(
        "az-web-publish-profile",
        _SITE,
        "Microsoft.Web/sites/publishxml/action",
        "can read the publishing profile of {target} and publish its own code with it",
        note="basic authentication for publishing is not switched off",
    ),
    _held(
        "az-web-credentials",
        _SITE,
        "Microsoft.Web/sites/config/list/action",
        "can read the publishing credentials of {target} and publish its own code with them",
        note="basic authentication for publishing is not switched off",
    ),
    _held("az-web-config", _SITE, "Microsoft.Web/sites/config/write", "can change what {target} runs by its settings"),
    _held(
        "az-web-vfs",
        _SITE,
        "Microsoft.Web/sites/hostruntime/vfs/write",
        "can overwrite the files of {target}",
    ),
    _held(
        "az-web-host-keys",
        _SITE,
        "Microsoft.Web/sites/host/listkeys/action",
        "can read the master key of {target} and change its functions with it",
        note="it is a function app whose files can be written",
    ),
    _held("az-container-app", _APP, "Microsoft.App/containerApps/write", "can change the image that {target} runs"),
    _held(
        "az-container-app-exec",
        _APP,
        "Microsoft.App/containerApps/exec/action",
        "can open a shell in {target}",
    ),
    _held(
        "az-container-job",
        _JOB,
        "Microsoft.App/jobs/write Microsoft.App/jobs/start/action",
        "can change what {target} runs, and start it",
    ),
    _held(
        "az-container-group",
        _GROUP,
        "Microsoft.ContainerInstance/containerGroups/containers/exec/action",
        "can open a shell in {target}",
    ),
    _held(
        "az-automation-runbook",
        _AUTOMATION,
        "Microsoft.Automation/automationAccounts/runbooks/draft/content/write"
        " Microsoft.Automation/automationAccounts/runbooks/publish/action"
        " Microsoft.Automation/automationAccounts/jobs/write",
        "can write, publish and run a runbook of {target}",
    ),
    _held(
        "az-logic",
        _LOGIC,
        "Microsoft.Logic/workflows/write",
        "can rewrite {target} so that it sends the token of its identity on",
    ),
    _held(
        "az-ml-job",
        _ML,
        "Microsoft.MachineLearningServices/workspaces/jobs/write",
        "can run a job in {target}",
        note="a compute of the workspace that runs jobs with the identity of the workspace",
    ),
    _held(
        "az-ml-compute",
        _ML_COMPUTE,
        "Microsoft.MachineLearningServices/workspaces/jobs/write",
        "can run a job on {target}",
    ),
    _held(
        "az-ml-endpoint",
        _ML_ENDPOINT,
        "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/write",
        "can put a deployment of its own code behind {target}",
    ),
    _held(
        "az-aks",
        _CLUSTER,
        "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
        "can become administrator of cluster {target} and use its identities",
        note="local accounts of the cluster are not switched off",
    ),
    _held(
        "az-aks-run-command",
        _CLUSTER,
        "Microsoft.ContainerService/managedClusters/runCommand/action",
        "can run commands in cluster {target} as its administrator",
    ),
    _held(
        "az-data-factory",
        _FACTORY,
        "Microsoft.DataFactory/factories/pipelines/write Microsoft.DataFactory/factories/createPipelineRun/action",
        "can run a pipeline of {target} that sends the token of its identity on",
    ),
    _held(
        "az-batch",
        _BATCH,
        "Microsoft.Batch/batchAccounts/pools/write",
        "can run its own code on a pool of {target}",
        note="the pool carries the identity",
    ),
)
"""Every method. The core's answer is `allowed`, or `conditional` with a note; without a target it is `latent`."""

ALL_KINDS: Final = tuple(sorted({kind for method in METHODS for kind in method.kinds}))
