"""Builds small AWS estates as the connector's parser would describe them."""

from __future__ import annotations

import json
from typing import Any

from nhiscan.inventory import Inventory
from nhiscan.model import (
    AnyRecord,
    CanBecome,
    Confinement,
    Gap,
    Grant,
    Group,
    Identity,
    Link,
    Membership,
    Policy,
    PolicyUse,
    Resource,
    RunsAs,
    Scope,
    Workload,
)
from nhiscan_connectors.aws.access import access

ACCOUNT = "111122223333"
OTHER = "444455556666"
PARTNER = "777788889999"

Stmt = dict[str, Any]


def allow(actions: str | list[str], resources: str | list[str] = "*", **more: Any) -> Stmt:
    """An Allow statement of an identity policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions: str | list[str], resources: str | list[str] = "*", **more: Any) -> Stmt:
    """A Deny statement of an identity policy."""
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **more}


def document(*statements: Stmt, version: str = "2012-10-17") -> str:
    """A policy document as JSON text."""
    return json.dumps({"Version": version, "Statement": list(statements)})


def user_arn(name: str, account: str = ACCOUNT) -> str:
    """ARN of a user."""
    return f"arn:aws:iam::{account}:user/{name}"


def role_arn(name: str, account: str = ACCOUNT) -> str:
    """ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


class Estate:
    """Records of an estate under construction."""

    def __init__(self) -> None:
        self.records: list[AnyRecord] = []
        self._scopes: set[str] = set()

    def scope(self, account: str = ACCOUNT, parent: str | None = None, **attributes: str) -> str:
        """An account; made on first use."""
        id_ = f"aws:{account}"
        if id_ not in self._scopes:
            self._scopes.add(id_)
            self.records.append(
                Scope(id=id_, provider="aws", kind="account", name=account, parent=parent, attributes=attributes)
            )
        return id_

    def level(self, id_: str, kind: str, parent: str | None = None, **attributes: str) -> str:
        """A level of the organization above accounts."""
        self._scopes.add(id_)
        self.records.append(Scope(id=id_, provider="aws", kind=kind, name=id_, parent=parent, attributes=attributes))
        return id_

    def user(self, name: str, *statements: Stmt, account: str = ACCOUNT, **fields: Any) -> str:
        """A user with one inline policy."""
        return self._identity("iam-user", user_arn(name, account), name, account, statements, fields)

    def role(
        self,
        name: str,
        *statements: Stmt,
        trust: list[Stmt] | None = None,
        service: str = "",
        account: str = ACCOUNT,
        **fields: Any,
    ) -> str:
        """A role with one inline policy, and a trust policy by statements or for one service."""
        id_ = self._identity("iam-role", role_arn(name, account), name, account, statements, fields)
        if service:
            trust = [trusts({"Service": service})]
        if trust is not None:
            self.attach(id_, document(*trust), f"{id_}/policy/trust", use="trust", kind="trust", account=account)
        return id_

    def _identity(
        self, kind: str, id_: str, name: str, account: str, statements: tuple[Stmt, ...], fields: dict[str, Any]
    ) -> str:
        fields.setdefault("path", "/")
        self.records.append(Identity(id=id_, provider="aws", kind=kind, name=name, scope=self.scope(account), **fields))
        if statements:
            self.attach(id_, document(*statements), f"{id_}/policy/own", account=account)
        return id_

    def attach(
        self,
        target: str,
        text: str | None,
        id_: str,
        *,
        use: Any = "permission",
        kind: Any = "inline",
        account: str = ACCOUNT,
        problem: str = "",
    ) -> str:
        """A policy that applies to `target`; the same id may be attached several times."""
        name = id_.rpartition("/")[2]
        self.records.append(
            Policy(
                id=id_,
                provider="aws",
                kind=kind,
                name=name,
                scope=f"aws:{account}",
                document=text,
                problem=problem,
            )
        )
        self.records.append(PolicyUse(policy=id_, target=target, use=use))
        return id_

    def boundary(self, target: str, *statements: Stmt) -> str:
        """A permissions boundary."""
        id_ = f"arn:aws:iam::{ACCOUNT}:policy/limit-of-{target.rpartition('/')[2]}"
        return self.attach(target, document(*statements), id_, use="boundary", kind="managed")

    def scp(self, scope: str, *statements: Stmt, name: str = "") -> str:
        """A service control policy of an account or a level."""
        id_ = f"arn:aws:organizations::999999999999:policy/o-1/service_control_policy/{name or 'p-' + scope}"
        return self.attach(scope, document(*statements), id_, use="organization-limit", kind="organization")

    def rcp(self, scope: str, *statements: Stmt) -> str:
        """A resource control policy of an account or a level."""
        id_ = f"arn:aws:organizations::999999999999:policy/o-1/resource_control_policy/r-{scope}"
        return self.attach(scope, document(*statements), id_, use="resource-limit", kind="organization")

    def resource_policy(self, resource: str, *statements: Stmt, account: str = ACCOUNT) -> str:
        """The policy of a resource."""
        self.scope(account)
        return self.attach(
            resource, document(*statements), f"{resource}/policy", use="resource", kind="resource", account=account
        )

    def group(self, name: str, *statements: Stmt, members: tuple[str, ...] = ()) -> str:
        """A group with one inline policy."""
        id_ = f"arn:aws:iam::{ACCOUNT}:group/{name}"
        self.records.append(Group(id=id_, provider="aws", name=name, scope=self.scope()))
        if statements:
            self.attach(id_, document(*statements), f"{id_}/policy/own")
        self.records.extend(Membership(member=member, group=id_) for member in members)
        return id_

    def workload(self, kind: str, arn: str, role: str, **fields: Any) -> str:
        """Something that runs as a role."""
        name = arn.rpartition(":")[2].rpartition("/")[2]
        self.records.append(Workload(id=arn, provider="aws", kind=kind, name=name, scope=self.scope(), **fields))
        self.records.append(RunsAs(workload=arn, identity=role))
        return arn

    def identity_center(self, administered: str, account: str = ACCOUNT) -> None:
        """An instance of Identity Center that an account sees. `administered`: whether it is from there, "true"."""
        id_ = f"arn:aws:sso:::instance/ssoins-1/seen-by/{account}"
        attributes = {"owner": PARTNER, "administered_here": administered}
        self.records.append(
            Resource(
                id=id_,
                provider="aws",
                kind="identity-center-instance",
                name="people",
                scope=self.scope(account),
                attributes=attributes,
            )
        )

    def add(self, *records: AnyRecord) -> None:
        """Any other records."""
        self.records.extend(records)

    def inventory(self) -> Inventory:
        """The inventory as collected, nothing derived."""
        return Inventory(self.records)

    def judged(self) -> tuple[Inventory, list[Grant | CanBecome | Confinement | Link | Gap]]:
        """The inventory with everything that `access` derives, and that alone."""
        inventory = self.inventory()
        derived = list(access(inventory))
        for record in derived:
            inventory.add(record)
        return inventory, derived


def trusts(principal: Any, action: str | list[str] = "sts:AssumeRole", **more: Any) -> Stmt:
    """A statement of a trust policy."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}
