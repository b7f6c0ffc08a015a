"""What the answers of one account say, read once: everything that more than one part of the parser asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from nhiscan.connector import JSON, Evidence, Operation, Shard
from nhiscan.model import Aspect, Gap, GapReason
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam import shapes
from nhiscan_connectors.aws.iam.report import ROOT, Row, rows
from nhiscan_connectors.aws.plan import CALLER
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.common.fields import Fields, table
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment

S = TypeVar("S", shapes.User, shapes.Group, shapes.Role, shapes.ManagedPolicy)


class PerUser:
    """The answers of a call that is made user by user."""

    def __init__(self, answers: Answers, operation: Operation, param: str = "UserName") -> None:
        self.operation = operation
        self._bodies: dict[str, list[JSON]] = {}
        self._refused: dict[str, Evidence] = {}
        for item in answers.of(operation):
            name = str(item.params.get(param, ""))
            if item.problem is not None or not (item.body is None or isinstance(item.body, dict)):
                self._refused[name] = item
            else:
                # A user that was deleted meanwhile has an empty answer, and so nothing.
                self._bodies.setdefault(name, []).extend([item.body] if item.body is not None else [])

    def answer(self, name: str) -> list[JSON] | None:
        """Bodies of all pages; None when the call was not made, or a page of it was refused."""
        return None if name in self._refused else self._bodies.get(name)

    def items(self, name: str, key: str) -> list[dict[str, Any]] | None:
        """Elements of the list `key`; None when they could not be read."""
        bodies = self.answer(name)
        if bodies is None:
            return None
        lists = [body.get(key) or [] for body in bodies]
        if not all(isinstance(items, list) and all(isinstance(item, dict) for item in items) for items in lists):
            return None
        return [item for items in lists for item in items]

    def was_refused(self, name: str) -> bool:
        """Whether the call was made for the user and a page of it was refused."""
        return name in self._refused


class Known:
    """The answers of one account."""

    def __init__(self, shard: Shard, answers: Answers) -> None:
        self._shard = shard
        self.scope = shard.scope
        self.account = shard.scope.removeprefix("aws:")
        self.region = shard.region
        self.answers = answers
        self.fields = Fields(shard, answers)
        """The same answers, read so that what is damaged is left out and told."""
        self.bad: list[str] = []
        """Entries of the authorization details that are not of the shape that AWS gives."""
        self.users = self._read(ops.DETAILS, "UserDetailList", shapes.User)
        self.groups = self._read(ops.DETAILS, "GroupDetailList", shapes.Group)
        self.roles = self._read(ops.DETAILS, "RoleDetailList", shapes.Role)
        self.policies = self._read(ops.DETAILS, "Policies", shapes.ManagedPolicy)
        self.details_complete = self.complete(ops.DETAILS) and not self.bad
        self.listed_roles = {role.arn: role for role in self._read(ops.ROLES, "Roles", shapes.Role)}
        self._add_from_elsewhere()
        self.user_arns = {user.user_name: user.arn for user in self.users}
        self.group_arns = {group.group_name: group.arn for group in self.groups}
        self.role_arns = {role.role_name: role.arn for role in self.roles}
        self.unique_ids = {user.user_id: user.arn for user in self.users if user.user_id}
        self.unique_ids |= {role.role_id: role.arn for role in self.roles if role.role_id}

    def _read(self, operation: Operation, name: str, shape: type[S]) -> list[S]:
        """Entries of a list, each ARN once."""
        good, bad = shapes.read(self.fields.items(operation, name), shape)
        self.bad += [f"{name}, {problem}" for problem in bad]
        first: dict[str, S] = {}
        for entry in good:
            first.setdefault(entry.arn, entry)
        return list(first.values())

    def _add_from_elsewhere(self) -> None:
        """Users and roles that the sweep does not have: it was refused, or they are younger than it."""
        known = {role.arn for role in self.roles}
        self.late_roles = {arn for arn in self.listed_roles if arn not in known}
        self.roles += [self.listed_roles[arn] for arn in self.listed_roles if arn in self.late_roles]
        if not self.details_complete:
            named = {user.arn for user in self.users}
            for row in self.rows.values():
                if row.arn not in named and row.user != ROOT:
                    made = row.created.isoformat() if row.created else None
                    path = "/" + "".join(f"{part}/" for part in row.arn.partition(":user/")[2].split("/")[:-1])
                    self.users.append(shapes.User(arn=row.arn, user_name=row.user, create_date=made, path=path))

    @cached_property
    def _report(self) -> tuple[dict[str, Row], str]:
        for body in self.fields.bodies(ops.REPORT):
            try:
                return {row.arn: row for row in rows(str(body.get("Content", "")))}, ""
            except ValueError as error:
                return {}, str(error)
        return {}, ""

    @property
    def rows(self) -> dict[str, Row]:
        """Rows of the credential report, by ARN."""
        return self._report[0]

    @property
    def report_problem(self) -> str:
        """Why a report that was given cannot be used."""
        return self._report[1]

    @cached_property
    def report_at(self) -> datetime | None:
        """When the credential report was written, or at least when it was given."""
        written = [moment(body.get("GeneratedTime")) for body in self.fields.bodies(ops.REPORT)]
        given = [moment(item.at) for item in self.answers.of(ops.REPORT) if item.body is not None]
        return next((at for at in (*written, *given) if at is not None), None)

    @cached_property
    def details_at(self) -> datetime | None:
        """When the sweep ended; what it says of use it says as of then."""
        return max((at for item in self.answers.of(ops.DETAILS) if (at := moment(item.at))), default=None)

    @cached_property
    def partition(self) -> str:
        """ "aws", "aws-cn" or "aws-us-gov"."""
        arns = (entity.arn for entity in (*self.users[:1], *self.roles[:1]))
        caller = (str(body.get("Arn", "")) for body in self.fields.bodies(CALLER))
        parts = next((arn.split(":") for arn in (*arns, *caller) if arn.startswith("arn:")), ["arn", "aws"])
        return parts[1]

    @property
    def root_arn(self) -> str:
        """The first user of the account."""
        return f"arn:{self.partition}:iam::{self.account}:root"

    @cached_property
    def root_row(self) -> Row | None:
        """What the credential report says of the root user."""
        return next((row for row in self.rows.values() if row.user == ROOT), None)

    @cached_property
    def summary(self) -> dict[str, Any] | None:
        """The account summary."""
        return next((table(body.get("SummaryMap")) for body in self.fields.bodies(ops.SUMMARY)), None)

    def complete(self, operation: Operation) -> bool:
        """Whether the operation was asked, and nothing of its answer was refused or damaged so far."""
        damaged = {gap.operation for gap in self.fields.gaps()}
        return self.answers.answered(operation) and operation.name not in damaged

    def user_named(self, name: str) -> str:
        """ARN of a user; as good as can be said when nothing told of the user."""
        return self.user_arns.get(name) or f"arn:{self.partition}:iam::{self.account}:user/{name}"

    def role_named(self, name: str) -> str:
        """ARN of a role of this account; as good as can be said when nothing told of the role."""
        return self.role_arns.get(name) or f"arn:{self.partition}:iam::{self.account}:role/{name}"

    def each_user(self) -> Iterator[tuple[str, str, Row | None]]:
        """ARN, name and row of the report of every user."""
        for user in self.users:
            yield user.arn, user.user_name, self.rows.get(user.arn)

    def gap(
        self, operation: Operation, hides: str, *blinds: Aspect, subjects: list[str] | None = None, detail: str = ""
    ) -> Gap:
        """What could not be known because of an operation, with the reason that AWS gave if it gave one."""
        refused = next((item for item in self.answers.of(operation) if item.problem is not None), None)
        reason: GapReason = (refused.problem if refused else None) or "failed"
        told = detail or (refused.detail if refused else "")
        return gap_of(self._shard, operation, reason, told, hides=hides, blinds=blinds, subjects=tuple(subjects or ()))
