"""The calls that tell of Azure RBAC and of the tree of management groups."""

from __future__ import annotations

from nhiscan_connectors.azure.api import Api, arm, resource_graph

_AUTHORIZATION = "/providers/Microsoft.Authorization"
_AT_SCOPE = (("$filter", "atScope()"),)

CONTAINERS = resource_graph(
    "resourcecontainers.list",
    "resourcecontainers"
    " | where type in~ ('microsoft.resources/subscriptions', 'microsoft.management/managementgroups')"
    " | project id, name, type, tenantId, properties | order by id asc",
    permission="Microsoft.Management/managementGroups/read",
    purpose="reads in one sweep under which management groups each subscription stands",
    hides="under which management groups the subscriptions stand, unless Azure's own list tells",
    optional=True,
)
ROLES = resource_graph(
    "authorizationresources.list",
    "authorizationresources | where type =~ 'microsoft.authorization/roledefinitions'"
    " | project id, name, type, tenantId, properties | order by id asc",
    permission="Microsoft.Authorization/roleDefinitions/read",
    purpose="reads in one sweep what the roles of the tenant allow, built-in and custom ones",
    hides="what roles of Azure allow, unless Azure's own lists tell",
    optional=True,
)
GROUPS = arm(
    "Microsoft.Management:managementGroups.list",
    "/providers/Microsoft.Management/managementGroups",
    "2020-05-01",
    permission="Microsoft.Management/managementGroups/read",
    purpose="lists the management groups that the scanner may read",
    hides="the management groups above the subscriptions",
    blinds=("organization",),
)
GROUP = arm(
    "Microsoft.Management:managementGroups.get",
    "/providers/Microsoft.Management/managementGroups/{group}",
    "2020-05-01",
    query=(("$expand", "children"), ("$recurse", "true")),
    permission="Microsoft.Management/managementGroups/read",
    purpose="reads which groups and subscriptions stand under a management group",
    hides="which groups and subscriptions stand under a management group",
    blinds=("organization",),
)
BUILT_IN = arm(
    "Microsoft.Authorization:roleDefinitions.listBuiltIn",
    "/{+scope}" + _AUTHORIZATION + "/roleDefinitions",
    "2022-04-01",
    query=(("$filter", "type eq 'BuiltInRole'"),),
    permission="Microsoft.Authorization/roleDefinitions/read",
    purpose="reads what each built-in role allows, where Resource Graph does not tell, in one subscription",
    hides="what built-in roles of Azure allow",
)
DEFINITIONS = arm(
    "Microsoft.Authorization:roleDefinitions.list",
    "/{+scope}" + _AUTHORIZATION + "/roleDefinitions",
    "2022-04-01",
    query=(("$filter", "type eq 'CustomRole'"),),
    permission="Microsoft.Authorization/roleDefinitions/read",
    purpose="reads what each custom role of a subscription allows",
    hides="what custom roles of the subscription allow",
    blinds=("policies",),
)
ASSIGNMENTS = arm(
    "Microsoft.Authorization:roleAssignments.list",
    "/subscriptions/{subscription}" + _AUTHORIZATION + "/roleAssignments",
    "2022-04-01",
    permission="Microsoft.Authorization/roleAssignments/read",
    purpose="reads who holds which role in a subscription, its resource groups and resources",
    hides="who holds roles in the subscription",
    blinds=("policies",),
)
DENIALS = arm(
    "Microsoft.Authorization:denyAssignments.list",
    "/subscriptions/{subscription}" + _AUTHORIZATION + "/denyAssignments",
    "2022-04-01",
    permission="Microsoft.Authorization/denyAssignments/read",
    purpose="reads who is denied what in a subscription, whatever roles they hold",
    hides="who is denied what in the subscription",
    blinds=("policies",),
)
ELIGIBLE = arm(
    "Microsoft.Authorization:roleEligibilityScheduleInstances.list",
    "/{+scope}" + _AUTHORIZATION + "/roleEligibilityScheduleInstances",
    "2020-10-01",
    permission="Microsoft.Authorization/roleEligibilityScheduleInstances/read",
    purpose="reads who may activate which role in a subscription, and until when",
    hides="who may activate roles in the subscription",
    optional=True,
)
ACTIVE = arm(
    "Microsoft.Authorization:roleAssignmentScheduleInstances.list",
    "/{+scope}" + _AUTHORIZATION + "/roleAssignmentScheduleInstances",
    "2020-10-01",
    permission="Microsoft.Authorization/roleAssignmentScheduleInstances/read",
    purpose="reads which role assignments of a subscription end by themselves, and when",
    hides="which role assignments of the subscription end by themselves",
    optional=True,
)
CLASSIC = arm(
    "Microsoft.Authorization:classicAdministrators.list",
    "/subscriptions/{subscription}" + _AUTHORIZATION + "/classicAdministrators",
    "2015-07-01",
    permission="Microsoft.Authorization/classicAdministrators/read",
    purpose="reads the administrators from before roles, where Azure still has some",
    hides="classic administrators, which Azure has retired",
    optional=True,
)
# Above subscriptions. What a refusal hides depends on where it was asked: the parser says so, not the operation.
ASSIGNMENTS_ABOVE = arm(
    "Microsoft.Authorization:roleAssignments.listAbove",
    "/{+scope}" + _AUTHORIZATION + "/roleAssignments",
    "2022-04-01",
    query=_AT_SCOPE,
    permission="Microsoft.Authorization/roleAssignments/read",
    purpose="reads who holds which role in management groups and at the root",
    hides="who holds roles in the management groups above",
)
DENIALS_ABOVE = arm(
    "Microsoft.Authorization:denyAssignments.listAbove",
    "/{+scope}" + _AUTHORIZATION + "/denyAssignments",
    "2022-04-01",
    query=_AT_SCOPE,
    permission="Microsoft.Authorization/denyAssignments/read",
    purpose="reads who is denied what in management groups and at the root",
    hides="who is denied what in the management groups above",
)
ELIGIBLE_ABOVE = arm(
    "Microsoft.Authorization:roleEligibilityScheduleInstances.listAbove",
    "/{+scope}" + _AUTHORIZATION + "/roleEligibilityScheduleInstances",
    "2020-10-01",
    query=_AT_SCOPE,
    permission="Microsoft.Authorization/roleEligibilityScheduleInstances/read",
    purpose="reads who may activate which role in management groups and at the root",
    hides="who may activate roles in the management groups above",
    optional=True,
)
ACTIVE_ABOVE = arm(
    "Microsoft.Authorization:roleAssignmentScheduleInstances.listAbove",
    "/{+scope}" + _AUTHORIZATION + "/roleAssignmentScheduleInstances",
    "2020-10-01",
    query=_AT_SCOPE,
    permission="Microsoft.Authorization/roleAssignmentScheduleInstances/read",
    purpose="reads which role assignments in management groups end by themselves, and when",
    hides="which role assignments in the management groups above end by themselves",
    optional=True,
)

IN_SUBSCRIPTION: tuple[Api, ...] = (DEFINITIONS, ASSIGNMENTS, DENIALS, ELIGIBLE, ACTIVE, CLASSIC)
IN_TENANT: tuple[Api, ...] = (
    CONTAINERS, ROLES, GROUPS, GROUP, BUILT_IN, ASSIGNMENTS_ABOVE, DENIALS_ABOVE, ELIGIBLE_ABOVE, ACTIVE_ABOVE,
)  # fmt: skip

BLINDING = frozenset(api.name for api in (ELIGIBLE, ASSIGNMENTS_ABOVE, DENIALS_ABOVE, ELIGIBLE_ABOVE))
"""Lists that leave open who holds what when they are damaged, though a refusal may leave nothing open: a tenant without
the licence for eligible roles has none."""
