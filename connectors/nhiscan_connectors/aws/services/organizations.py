"""AWS Organizations: accounts, units, and the policies that limit them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Aspect, Gap, Link, Policy, PolicyUse, Scope
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.plan import ACCOUNTS
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.environment import environment_of
from nhiscan_connectors.common.fields import Fields, table, text


def _operation(name: str, purpose: str, hides: str, *blinds: Aspect) -> Operation:
    return Operation(
        name=f"organizations:{name}",
        permission=f"organizations:{name}",
        purpose=purpose,
        hides=hides,
        blinds=blinds,
    )


DESCRIBE = _operation(
    "DescribeOrganization",
    "tells whether the account belongs to an organization",
    "which organization limits the account",
    "organization",
)
ROOTS = _operation("ListRoots", "reads the top of the organization", "the units of the organization", "organization")
UNITS = _operation("ListOrganizationalUnitsForParent", "lists units", "the units of the organization", "organization")
CHILDREN = _operation(
    "ListAccountsForParent", "tells which account stands in which unit", "where accounts stand", "organization"
)
POLICIES = _operation(
    "ListPolicies",
    "lists service and resource control policies",
    "which policies of the organization limit accounts",
    "organization",
)
POLICY = _operation(
    "DescribePolicy", "reads a control policy", "what a policy of the organization forbids", "organization"
)
TARGETS = _operation(
    "ListTargetsForPolicy", "tells where a control policy applies", "where control policies apply", "organization"
)
DELEGATES = _operation(
    "ListDelegatedAdministrators",
    "lists the accounts that act for the organization",
    "which member accounts act for the organization",
)
DELEGATED = _operation(
    "ListDelegatedServicesForAccount",
    "tells with which services an account acts for the organization",
    "with which services member accounts act for the organization",
)

OPERATIONS = (DESCRIBE, ACCOUNTS, ROOTS, UNITS, CHILDREN, POLICIES, POLICY, TARGETS, DELEGATES, DELEGATED)
KINDS: dict[str, Literal["organization-limit", "resource-limit"]] = {
    "SERVICE_CONTROL_POLICY": "organization-limit",
    "RESOURCE_CONTROL_POLICY": "resource-limit",
}
_DEEPEST = 32
"""Units above each other that are looked at; AWS allows five."""
_INSIDE = re.compile(r"arn:aws[a-z-]*:organizations::(\d{12}):(?:account|root)/(o-[a-z0-9]+)/")
"""ARN of what is in an organization: the management account, and the organization."""


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

    def services(account: str) -> None:
        for _ in calls.pages(DELEGATED, AccountId=account):
            pass

    calls.each(policy, ids)
    calls.each(services, [str(account["Id"]) for account in calls.items(DELEGATES, "DelegatedAdministrators")])


_LISTS = (
    ("Accounts", ACCOUNTS, "Id"),
    ("Roots", ROOTS, "Id"),
    ("OrganizationalUnits", UNITS, "Id"),
    ("DelegatedAdministrators", DELEGATES, "Id"),
)
_PARENT = re.compile(r"(?<![a-z0-9])(?:r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})(?![a-z0-9])")
_POLICY = re.compile(r"(?<![A-Za-z0-9])p-[A-Za-z0-9]{8,128}(?![A-Za-z0-9])")


def recognise(body: dict[str, Any], name: str = "") -> tuple[Operation, dict[str, Any]] | None:
    """Which call of Organizations an exported answer belongs to, and with which parameters; None when to none.

    An answer does not repeat which parent, policy or filter was asked for. A parameter that was saved beside it
    (`ParentId`, `PolicyId`, `Filter`) is used, or else the id in the `name` of the file.
    """
    summary = table(table(body.get("Policy")).get("PolicySummary"))
    if text(summary.get("Id")):
        return POLICY, {"PolicyId": summary["Id"]}
    if text(table(body.get("Organization")).get("Id")):
        return DESCRIBE, {}
    for key, operation, required in _LISTS:
        if _are(body.get(key), required):
            parent = (text(body.get("ParentId")) or _only(_PARENT, name)) if operation in (ACCOUNTS, UNITS) else ""
            if parent and operation is ACCOUNTS:
                operation = CHILDREN
            return operation, {"ParentId": parent} if parent else {}
    if _are(body.get("Targets"), "TargetId"):
        policy = text(body.get("PolicyId")) or _only(_POLICY, name)
        return (TARGETS, {"PolicyId": policy}) if policy else None
    policies = body.get("Policies")
    if isinstance(policies, list) and _are(policies, "Id") and all(text(p.get("Type")) in KINDS for p in policies):
        asked = text(body.get("Filter")) or (policies[0]["Type"] if policies else next(iter(KINDS)))
        return POLICIES, {"Filter": asked}
    return None


def _only(pattern: re.Pattern[str], name: str) -> str:
    """The one id of a kind that stands in a name; empty when there is none, or when it could be either of several."""
    found = set(pattern.findall(name))
    return found.pop() if len(found) == 1 else ""


def _are(items: Any, required: str) -> bool:
    """Whether something is a list of objects with a text in a field."""
    return isinstance(items, list) and all(isinstance(item, dict) and text(item.get(required)) for item in items)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Scopes with their parents, and control policies with where they apply."""
    return _Organization(shard, answers).records()


class _Organization:
    def __init__(self, shard: Shard, answers: Answers) -> None:
        self._shard = shard
        self._answers = answers
        self._fields = Fields(shard, answers)
        self._accounts = list(self._fields.items(ACCOUNTS, "Accounts", "Id"))
        self._roots = list(self._fields.items(ROOTS, "Roots", "Id"))
        described = [table(body.get("Organization")) for body in self._fields.bodies(DESCRIBE)]
        self._id = next((text(one.get("Id")) for one in described if text(one.get("Id"))), "")
        self._management = next((text(one.get("MasterAccountId")) for one in described), "")
        # Whoever may not describe the organization still reads its id in the ARNs of what is in it.
        arns = [text(item.get("Arn")) for item in (*self._accounts, *self._roots)]
        for match in filter(None, map(_INSIDE.match, arns)):
            self._management = self._management or match[1]
            self._id = self._id or match[2]
        self._above: dict[str, tuple[str, str]] = {}
        """Unit -> its name, and the unit or root above it."""

    def records(self) -> Iterator[AnyRecord]:
        if self._id:
            yield Scope(id=f"aws:{self._id}", provider="aws", kind="organization", name=self._id)
            yield from self._units()
            yield from self._placed()
            yield from self._policies()
            yield from self._delegates()
        elif self._accounts:
            yield from (self._account(account, {}) for account in self._accounts)
        damaged = list(self._fields.gaps())
        yield from damaged
        yield from self._unread(damaged)

    @property
    def _top(self) -> str | None:
        return f"aws:{self._id}" if self._id else None

    def _units(self) -> Iterator[Scope]:
        """Roots and units, each under the one above it."""
        for root in self._roots:
            name = text(root.get("Name")) or "Root"
            yield self._unit(root["Id"], name, self._top)
        for parent, bodies in self._fields.by_param(UNITS, "ParentId").items():
            for body in bodies:
                for unit in self._fields.within(UNITS, body, "OrganizationalUnits", "Id"):
                    self._above.setdefault(unit["Id"], (text(unit.get("Name")) or unit["Id"], parent))
        for id, (name, parent) in self._above.items():
            yield self._unit(id, name, f"aws:{parent}" if parent else self._top)

    def _unit(self, id: str, name: str, parent: str | None) -> Scope:
        return Scope(
            id=f"aws:{id}",
            provider="aws",
            kind="organizational-unit",
            name=name,
            parent=parent,
            environment=environment_of(name, *self._names_above(id)[1:]),
        )

    def _names_above(self, unit: str) -> list[str]:
        """Names of a unit and of those above it, the nearest first. Units that lie in each other end the list."""
        names: list[str] = []
        while unit in self._above and len(names) < _DEEPEST:
            name, unit = self._above[unit]
            names.append(name)
        return names

    def _placed(self) -> Iterator[Scope]:
        """Accounts, each under its unit where that is known, and under the organization where it is not."""
        parents: dict[str, str] = {}
        accounts = {account["Id"]: account for account in self._accounts}
        for parent, bodies in self._fields.by_param(CHILDREN, "ParentId").items():
            for body in bodies:
                for account in self._fields.within(CHILDREN, body, "Accounts", "Id"):
                    parents[account["Id"]] = parent
                    accounts.setdefault(account["Id"], account)
        own = self._shard.scope.removeprefix("aws:")
        if own.isdigit():
            # A member may not list the others, but it belongs to the organization that it was told of.
            accounts.setdefault(own, {"Id": own})
        for account in accounts.values():
            yield self._account(account, parents)

    def _account(self, account: dict[str, Any], parents: dict[str, str]) -> Scope:
        id = account["Id"]
        parent = parents.get(id, "")
        name = text(account.get("Name")) or id
        status = text(account.get("State")) or text(account.get("Status"))
        return Scope(
            id=f"aws:{id}",
            provider="aws",
            kind="account",
            name=name,
            parent=f"aws:{parent}" if parent else self._top,
            environment=environment_of(name, *self._names_above(parent)),
            attributes={
                **({"status": status} if status else {}),
                **({"management": "true"} if id == self._management else {}),
            },
        )

    def _policies(self) -> Iterator[AnyRecord]:
        """Control policies and their targets. One whose document was not given limits in a way that is not known."""
        summaries: dict[str, dict[str, Any]] = {
            summary["Id"]: summary
            for summary in self._fields.items(POLICIES, "Policies", "Id")
            if text(summary.get("Type")) in KINDS
        }
        contents: dict[str, Any] = {}
        for body in self._fields.bodies(POLICY):
            policy = table(body.get("Policy"))
            summary = table(policy.get("PolicySummary"))
            if text(summary.get("Id")) and text(summary.get("Type")) in KINDS:
                summaries[summary["Id"]] = summary
                contents[summary["Id"]] = policy.get("Content")
        for id, summary in summaries.items():
            document, problem = document_text(contents.get(id))
            yield Policy(
                id=_arn(summary),
                provider="aws",
                kind="organization",
                name=text(summary.get("Name")) or id,
                scope=f"aws:{self._id}",
                document=document,
                problem=problem,
                managed_by_provider=summary.get("AwsManaged") is True,
            )
        for id, bodies in self._fields.by_param(TARGETS, "PolicyId").items():
            for body in bodies if id in summaries else ():
                for target in self._fields.within(TARGETS, body, "Targets", "TargetId"):
                    use = KINDS[summaries[id]["Type"]]
                    yield PolicyUse(policy=_arn(summaries[id]), target=f"aws:{target['TargetId']}", use=use)

    def _unread(self, damaged: list[Gap]) -> Iterator[Gap]:
        """What was refused or damaged hides the limits of every account, not only of the one that asked."""
        if not self._id:
            return
        for operation in OPERATIONS:
            refused = next((item for item in self._answers.of(operation) if item.problem is not None), None)
            if operation.blinds and (refused or any(gap.operation == operation.name for gap in damaged)):
                reason = (refused.problem if refused else None) or "failed"
                yield Gap(
                    connector=self._shard.connector,
                    scope=f"aws:{self._id}",
                    operation=operation.name,
                    reason=reason,
                    permission=operation.permission if reason == "denied" else "",
                    hides=f"{operation.hides}, for every account of the organization",
                    detail=refused.detail if refused else "the answer is damaged",
                    blinds=operation.blinds,
                )

    def _delegates(self) -> Iterator[Link]:
        """Member accounts that act for the organization, and by which services."""
        services = self._fields.by_param(DELEGATED, "AccountId")
        for account in self._fields.items(DELEGATES, "DelegatedAdministrators", "Id"):
            id = account["Id"]
            known = {
                service["ServicePrincipal"]
                for body in services.get(id, ())
                for service in self._fields.within(DELEGATED, body, "DelegatedServices", "ServicePrincipal")
            }
            name = text(account.get("Name")) or id
            what = ", ".join(sorted(known)) or "services that were not told"
            reason = f"account {name} acts for organization {self._id} by {what}"
            yield Link(source=f"aws:{self._id}", target=f"aws:{id}", kind="delegates_to", reason=reason)


def _arn(summary: dict[str, Any]) -> str:
    return text(summary.get("Arn")) or summary["Id"]


SERVICE = Service(name="organizations", part="organization", operations=OPERATIONS, collect=collect, parse=parse)
