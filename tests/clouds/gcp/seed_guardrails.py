"""Deny policies, boundaries, entitlements, groups, insights and HMAC keys, to put into an emulated organization."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import Item
from tests.clouds.gcp.seed import RM, Company, ago

PAB = "PRINCIPAL_ACCESS_BOUNDARY"


def deny(
    permissions: tuple[str, ...],
    principals: tuple[str, ...] = ("principalSet://goog/public:all",),
    *,
    but_for: tuple[str, ...] = (),
    condition: str = "",
) -> Item:
    """A rule of a deny policy. `permissions`: "iam.googleapis.com/serviceAccountKeys.create"."""
    rule: Item = {"deniedPrincipals": list(principals), "deniedPermissions": list(permissions)}
    if but_for:
        rule["exceptionPrincipals"] = list(but_for)
    if condition:
        rule["denialCondition"] = {"expression": condition}
    return {"description": "A rule", "denyRule": rule}


def deny_policy(company: Company, where: str, id: str, *rules: Item, **fields: Any) -> None:
    """A deny policy on the organization, a folder or a project."""
    item = {"name": id, "displayName": id, "uid": id, "createTime": ago(200), "rules": list(rules), **fields}
    company.state.lists[f"iam denypolicies {company.state.place(where)}"].append(item)


def boundary(company: Company, id: str, *resources: str) -> str:
    """A principal access boundary; gives its name. `resources`: "//cloudresourcemanager.googleapis.com/folders/1"."""
    name = f"{company.organization}/locations/global/principalAccessBoundaryPolicies/{id}"
    rules = [{"effect": "ALLOW", "resources": list(resources), "description": id}]
    item = {"name": name, "uid": id, "displayName": id, "details": {"rules": rules, "enforcementVersion": "1"}}
    company.state.lists[f"iam boundaries {company.organization}"].append(item)
    return name


def bind_boundary(
    company: Company, name: str, id: str, principals: str, *, kept_in: str = "", condition: str = "", **fields: Any
) -> str:
    """Binds a set of principals to a boundary; gives the binding's name."""
    place = company.state.place(kept_in or company.organization)
    binding = f"{place}/locations/global/policyBindings/{id}"
    item: Item = {
        "name": binding,
        "displayName": id,
        "target": {"principalSet": principals},
        "policyKind": PAB,
        "policy": name,
        "policyUid": name.rpartition("/")[2],
        **fields,
    }
    if condition:
        item["condition"] = {"expression": condition}
    company.state.lists[f"iam policyBindings {place}"].append(item)
    return binding


def entitlement(
    company: Company,
    where: str,
    id: str,
    *principals: str,
    roles: tuple[str, ...] = ("roles/owner",),
    condition: str = "",
    minutes: int = 60,
    approvers: tuple[str, ...] = (),
    **fields: Any,
) -> str:
    """An entitlement of Privileged Access Manager on a container; gives its name."""
    name = f"{where}/locations/global/entitlements/{id}"
    item: Item = {
        "name": name,
        "createTime": ago(100),
        "eligibleUsers": [{"principals": list(principals)}],
        "privilegedAccess": _access(where, roles, condition),
        "maxRequestDuration": f"{minutes * 60}s",
        "requesterJustificationConfig": {"unstructured": {}},
        "state": "AVAILABLE",
        **fields,
    }
    if approvers:
        steps = [{"approvers": [{"principals": list(approvers)}], "approvalsNeeded": 1}]
        item["approvalWorkflow"] = {"manualApprovals": {"requireApproverJustification": True, "steps": steps}}
    company.state.lists[f"pam {company.state.place(where)}"].append(item)
    return name


def _access(where: str, roles: tuple[str, ...], condition: str) -> Item:
    bindings = [{"role": role, **({"conditionExpression": condition} if condition else {})} for role in roles]
    kind = {"o": "Organization", "f": "Folder", "p": "Project"}[where[0]]
    return {"gcpIamAccess": {"resourceType": f"{RM}/{kind}", "resource": f"//{RM}/{where}", "roleBindings": bindings}}


def grant(company: Company, name: str, id: str, requester: str, *, state: str = "ACTIVE", **fields: Any) -> str:
    """A grant under an entitlement, which began half an hour ago and lasts an hour; gives its name."""
    where = name.partition("/locations/")[0]
    item: Item = {
        "name": f"{name}/grants/{id}",
        "createTime": ago(0.03),
        "requester": requester,
        "requestedDuration": "3600s",
        "justification": {"unstructuredJustification": "the password of the database is hunter2-hunter2"},
        "state": state,
        "privilegedAccess": _access(where, ("roles/owner",), ""),
        "auditTrail": {"accessGrantTime": ago(1 / 48)},
        "timeline": {"events": [{"eventTime": ago(0.03), "approved": {"reason": "hunter3-hunter3", "actor": "bob"}}]},
        **fields,
    }
    company.state.lists[f"pam grants {name}"].append(item)
    return str(item["name"])


def group(company: Company, email: str, *members: str) -> None:
    """A group and its members: "user:ada@acme.example", "group:…", "serviceAccount:…"."""
    forms = {"user": "USER", "group": "GROUP", "serviceAccount": "SERVICE_ACCOUNT"}
    for number, member in enumerate(members):
        form, _, address = member.partition(":")
        company.state.lists[f"cloudidentity {email}"].append(
            {
                "name": f"groups/{email.partition('@')[0]}/memberships/{number}",
                "preferredMemberKey": {"id": address},
                "roles": [{"name": "MEMBER"}],
                "type": forms.get(form, form),
            }
        )


def insight(company: Company, where: str, kind: str, id: str, content: Item, **fields: Any) -> None:
    """An insight of the recommender. `kind`: "google.iam.policy.Insight"."""
    place = company.state.place(where)
    item = {
        "name": f"{place}/locations/global/insightTypes/{kind}/insights/{id}",
        "description": f"Insight {id}.",
        "content": content,
        "lastRefreshTime": ago(1),
        "observationPeriod": "7776000s",
        "stateInfo": {"state": "ACTIVE"},
        "category": "SECURITY",
        "targetResources": [f"//{RM}/{place}"],
        "insightSubtype": "PERMISSIONS_USAGE",
        "severity": "HIGH",
        **fields,
    }
    company.state.lists[f"recommender {place} {kind}"].append(item)


def recommendation(
    company: Company, where: str, id: str, member: str, role: str, instead: tuple[str, ...] = ()
) -> None:
    """A recommendation to take a role away, or to replace it."""
    place = company.state.place(where)
    kind = "google.iam.policy.Recommender"
    step = {"resource": f"//{RM}/{place}", "resourceType": f"{RM}/Project"}
    steps = [
        {
            **step,
            "action": "add",
            "path": "/iamPolicy/bindings/*/members/-",
            "value": member,
            "pathFilters": {"/iamPolicy/bindings/*/role": other},
        }
        for other in instead
    ]
    filters = {"/iamPolicy/bindings/*/role": role, "/iamPolicy/bindings/*/members/*": member}
    steps.append({**step, "action": "remove", "path": "/iamPolicy/bindings/*/members/*", "pathFilters": filters})
    item = {
        "name": f"{place}/locations/global/recommenders/{kind}/recommendations/{id}",
        "description": f"Recommendation {id}.",
        "lastRefreshTime": ago(1),
        "recommenderSubtype": "REPLACE_ROLE" if instead else "REMOVE_ROLE",
        "priority": "P2",
        "stateInfo": {"state": "ACTIVE"},
        "content": {"operationGroups": [{"operations": steps}]},
    }
    company.state.lists[f"recommender {place} {kind}"].append(item)


def hmac_key(company: Company, project: str, email: str, id: str, **fields: Any) -> None:
    """An HMAC key of a service account."""
    place = company.state.place(project)
    item = {
        "kind": "storage#hmacKeyMetadata",
        "id": f"{project.removeprefix('projects/')}/{id}",
        "accessId": id,
        "projectId": project.removeprefix("projects/"),
        "serviceAccountEmail": email,
        "state": "ACTIVE",
        "timeCreated": ago(300),
        "updated": ago(300),
        **fields,
    }
    company.state.lists[f"storage hmacKeys {place}"].append(item)
