"""AwsConnector: plans accounts and regions, and hands each shard to the services that live in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from nhiscan.access.proposal import Proposal, Window
from nhiscan.access.question import Decision, Question
from nhiscan.connector import Evidence, ExportSink, Operation, Option, Settings, Shard, Sink
from nhiscan.errors import NothingReadError
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Grant
from nhiscan_connectors.aws import plan as planning
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.services import find_services
from nhiscan_connectors.aws.session import Sessions
from nhiscan_connectors.common.isolated import asked, parsed

OPTIONS = (
    Option(name="profile", help="AWS profile of the shared configuration files.", envvar="AWS_PROFILE"),
    Option(name="region", help="Region to scan; may be repeated. Default: all enabled regions.", multiple=True),
    Option(name="role_arn", help="Role to assume before scanning.", metavar="ARN"),
    Option(name="external_id", help="External id that the role asks for."),
    Option(name="endpoint_url", help="Endpoint for all services, as AWS_ENDPOINT_URL gives.", metavar="URL"),
    Option(name="organization", help="Scan every active account of the AWS Organization.", flag=True),
    Option(
        name="organization_role",
        help="Name of the role to assume in each account.",
        default="OrganizationAccountAccessRole",
    ),
    Option(
        name="usage",
        help="Also read which services and actions each user and role used: two calls and more an identity.",
        flag=True,
    ),
    Option(
        name="creators",
        help="Also ask CloudTrail who made users, roles, keys, agents and functions in the last 90 days.",
        flag=True,
    ),
)


class AwsConnector:
    """See `nhiscan.connector.Connector`."""

    name = "aws"
    title = "Amazon Web Services"
    options = OPTIONS
    permission_forms = ("json", "terraform", "cloudformation")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: Sessions | None = None

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Everything under nhiscan_connectors.aws.services, by name."""
        return find_services()

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """See `Connector.operations`."""
        declared = (*planning.OPERATIONS, *(operation for service in self.services for operation in service.operations))
        return tuple(dict.fromkeys(declared))  # the plan and a service may share an operation

    @cached_property
    def never(self) -> tuple[str, ...]:
        """See `Connector.never`."""
        return tuple(sorted({*planning.NEVER, *(name for service in self.services for name in service.never)}))

    def plan(self, settings: Settings, sink: Sink) -> Iterable[Shard]:
        """See `Connector.plan`."""
        return planning.plan(self._shared(settings), settings, sink)

    def collect(self, settings: Settings, shard: Shard, sink: Sink) -> None:
        """See `Connector.collect`."""
        sessions = self._shared(settings)
        calls = Calls(sessions, shard, sink)
        try:
            if calls.page(planning.CALLER) is None:
                return  # the account did not let us in: the gap hides all of it, and asking on would only repeat it
            defects = sink.each(lambda service: asked(service, calls, shard), self._of(shard))
        finally:
            sessions.release(shard)
        for defect in defects:
            if defect is not None:
                raise defect  # after all the others were asked: one defect must not hide what they know

    def parse(self, shard: Shard, evidence: Iterable[Evidence]) -> Iterator[AnyRecord]:
        """See `Connector.parse`."""
        answers = Answers(evidence)
        for service in self._of(shard):
            yield from parsed(service, shard, answers)

    def join(self, inventory: Inventory) -> Iterator[AnyRecord]:
        """See `Connector.join`."""
        for service in self.services:
            if service.join is not None:
                yield from service.join(inventory)

    def read_export(self, path: Path, sink: ExportSink) -> None:
        """See `Connector.read_export`."""
        from nhiscan_connectors.aws.exports import read_export

        read_export(path, sink)

    def access(self, inventory: Inventory) -> Iterator[AnyRecord]:
        """See `Connector.access`."""
        from nhiscan_connectors.aws.access import access

        return access(inventory)

    def decide(self, inventory: Inventory, question: Question) -> Decision:
        """See `Connector.decide`."""
        from nhiscan_connectors.aws.access import decide

        return decide(inventory, question)

    def readers(self, inventory: Inventory, resource: str) -> Iterator[Grant]:
        """See `Connector.readers`."""
        from nhiscan_connectors.aws.access import readers

        return readers(inventory, resource)

    def tighten(self, inventory: Inventory, identity: str, window: Window) -> Proposal:
        """See `Connector.tighten`."""
        from nhiscan_connectors.aws.access import tighten

        return tighten(inventory, identity, window)

    def permission_policy(self, form: str) -> str:
        """See `Connector.permission_policy`."""
        from nhiscan_connectors.aws.permissions import permission_policy

        return permission_policy(self.operations, self.never, form)

    def _of(self, shard: Shard) -> list[Service]:
        return [service for service in self.services if service.part == shard.part]

    def _shared(self, settings: Settings) -> Sessions:
        with self._lock:
            if self._sessions is None:
                try:
                    self._sessions = Sessions(settings)
                except ImportError as error:  # pragma: no cover - boto3 is a plain dependency
                    raise NothingReadError(f"boto3 cannot be loaded: {error}") from error
            return self._sessions
