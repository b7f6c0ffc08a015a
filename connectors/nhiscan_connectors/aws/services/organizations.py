"""AWS Organizations: accounts, units, and the policies that limit them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Policy, PolicyUse, Scope
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.environment import environment_of
from nhiscan_connectors.aws.plan import ACCOUNTS
from nhiscan_connectors.aws.service import Answers, Service


def _operation(name: str, purpose: str, hides: str) -> Operation:
    return Operation(
        name=f"organizations:{name}",
        permission=f"organizations:{name}",
        purpose=purpose,
        hides=hides,
        blinds=("organization",),
    )


DESCRIBE = _operation(
    "DescribeOrganization",
    "tells whether the account belongs to an organization",
    "which organization limits the account",
)
ROOTS = _operation("ListRoots", "reads the top of the organization", "the units of the organization")
UNITS = _operation("ListOrganizationalUnitsForParent", "lists units", "the units of the organization")
CHILDREN = _operation("ListAccountsForParent", "tells which account stands in which unit", "where accounts stand")
POLICIES = _operation(
    "ListPolicies", "lists service and resource control policies", "which policies of the organization limit accounts"
)
POLICY = _operation("DescribePolicy", "reads a control policy", "what a policy of the organization forbids")
TARGETS = _operation("ListTargetsForPolicy", "tells where a control policy applies", "where control policies apply")

OPERATIONS = (DESCRIBE, ACCOUNTS, ROOTS, UNITS, CHILDREN, POLICIES, POLICY, TARGETS)
KINDS = {"SERVICE_CONTROL_POLICY": "organization-limit", "RESOURCE_CONTROL_POLICY": "resource-limit"}


def collect(calls: Calls) -> None:
    """Walk the organization from its root; a member account learns only that it belongs to one."""
    described = calls.page(DESCRIBE)
    if described is None:
        return  # not in an organization, or not allowed to know
    accounts = list(calls.items(ACCOUNTS, "Accounts"))
    if not accounts:
        return  # only the management account and its delegates may look further
    parents = [str(root["Id"]) for root in calls.items(ROOTS, "Roots")]
    while parents:
        found = calls.each(lambda parent: list(calls.items(UNITS, "OrganizationalUnits", ParentId=parent)), parents)
        calls.each(lambda parent: list(calls.items(CHILDREN, "Accounts", ParentId=parent)), parents)
        parents = [str(unit["Id"]) for units in found for unit in units]
    ids = [str(p["Id"]) for kind in KINDS for p in calls.items(POLICIES, "Policies", Filter=kind)]

    def policy(id: str) -> None:
        calls.page(POLICY, PolicyId=id)
        for _ in calls.pages(TARGETS, PolicyId=id):
            pass

    calls.each(policy, ids)


def recognise(body: dict[str, Any]) -> tuple[Operation, dict[str, Any]] | None:
    """Which call of Organizations an exported answer belongs to, and with which parameters; None when to none."""
    policy = body.get("Policy")
    if isinstance(policy, dict) and "PolicySummary" in policy:
        return POLICY, {"PolicyId": str((policy.get("PolicySummary") or {}).get("Id"))}
    for key, operation in (
        ("Organization", DESCRIBE),
        ("Accounts", ACCOUNTS),
        ("Roots", ROOTS),
        ("OrganizationalUnits", UNITS),
    ):
        if key in body:
            return operation, {}
    if isinstance(body.get("Targets"), list):
        # The answer does not repeat which policy was asked for; one that was saved with it is used.
        return (TARGETS, {"PolicyId": str(body["PolicyId"])}) if "PolicyId" in body else None
    if isinstance(policies := body.get("Policies"), list) and all(
        isinstance(p, dict) and str(p.get("Type", "")) in KINDS for p in policies
    ):
        return POLICIES, {"Filter": str(policies[0]["Type"]) if policies else "SERVICE_CONTROL_POLICY"}
    return None


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Scopes with their parents, and control policies with where they apply."""
    organization = next((b.get("Organization") or {} for b in answers.bodies(DESCRIBE)), {})
    if not organization:
        return
    org = f"aws:{organization.get('Id')}"
    yield Scope(id=org, provider="aws", kind="organization", name=str(organization.get("Id")))
    parents: dict[str, str] = {}
    for root in answers.items(ROOTS, "Roots"):
        id = f"aws:{root['Id']}"
        yield Scope(id=id, provider="aws", kind="organizational-unit", name=str(root.get("Name") or "Root"), parent=org)
    units: dict[str, Any] = {}
    for parent, bodies in answers.by_param(UNITS, "ParentId").items():
        for unit in (u for body in bodies for u in body.get("OrganizationalUnits") or ()):
            units[str(unit["Id"])] = unit
            parents[str(unit["Id"])] = str(parent)
    for parent, bodies in answers.by_param(CHILDREN, "ParentId").items():
        for account in (a for body in bodies for a in body.get("Accounts") or ()):
            parents[str(account["Id"])] = str(parent)
    names = {id: str(unit.get("Name") or id) for id, unit in units.items()}
    for id, name in names.items():
        yield Scope(
            id=f"aws:{id}",
            provider="aws",
            kind="organizational-unit",
            name=name,
            parent=f"aws:{parents[id]}" if parents.get(id, "None") != "None" else org,
            environment=environment_of(name),
        )
    management = str(organization.get("MasterAccountId") or organization.get("ManagementAccountId") or "")
    for account in answers.items(ACCOUNTS, "Accounts"):
        yield _account(account, parents, names, org, management)
    yield from _policies(answers)


def _account(
    account: dict[str, Any], parents: dict[str, str], names: dict[str, str], org: str, management: str
) -> Scope:
    id = str(account["Id"])
    parent = parents.get(id)
    name = str(account.get("Name") or id)
    return Scope(
        id=f"aws:{id}",
        provider="aws",
        kind="account",
        name=name,
        parent=f"aws:{parent}" if parent else org,
        environment=environment_of(name, names.get(parent or "", "")),
        attributes={
            "status": str(account.get("State") or account.get("Status") or ""),
            **({"management": "true"} if id == management else {}),
        },
    )


def _policies(answers: Answers) -> Iterator[AnyRecord]:
    kinds: dict[str, str] = {}
    for body in answers.bodies(POLICY):
        policy = body.get("Policy") or {}
        summary = policy.get("PolicySummary") or {}
        kind = str(summary.get("Type"))
        if kind not in KINDS:
            continue
        text, problem = document_text(policy.get("Content"))
        kinds[str(summary["Id"])] = kind
        yield Policy(
            id=str(summary.get("Arn") or summary["Id"]),
            provider="aws",
            kind="organization",
            name=str(summary.get("Name") or summary["Id"]),
            scope=f"aws:{str(summary.get('Arn') or '').rpartition('policy/')[2].split('/')[0]}",
            document=text,
            problem=problem,
            managed_by_provider=summary.get("AwsManaged") is True,
        )
    arns = {
        str(s["Id"]): str(s.get("Arn") or s["Id"])
        for body in answers.bodies(POLICY)
        if (s := (body.get("Policy") or {}).get("PolicySummary"))
    }
    for id, bodies in answers.by_param(TARGETS, "PolicyId").items():
        for target in (t for body in bodies for t in body.get("Targets") or ()):
            if id in kinds:
                use: Any = KINDS[kinds[id]]
                yield PolicyUse(policy=arns[id], target=f"aws:{target['TargetId']}", use=use)


SERVICE = Service(name="organizations", part="organization", operations=OPERATIONS, collect=collect, parse=parse)
