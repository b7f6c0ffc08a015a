"""AwsConnector: plans accounts and regions, and hands each shard to the services that live in it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from nhiscan.connector import ExportSink, Operation, Option, Settings, Shard, Sink
from nhiscan.errors import NothingReadError
from nhiscan_connectors.aws import plan as planning
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.service import Service
from nhiscan_connectors.aws.services import find_services
from nhiscan_connectors.aws.session import Sessions
from nhiscan_connectors.common.services import Engine, ServiceConnector

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


class AwsConnector(ServiceConnector[Operation, Calls, Sessions]):
    """See `nhiscan.connector.Connector`."""

    name = "aws"
    title = "Amazon Web Services"
    options = OPTIONS
    permission_forms = ("json", "terraform", "cloudformation")
    plan_operations = planning.OPERATIONS
    plan_never = planning.NEVER

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Everything under nhiscan_connectors.aws.services, by name."""
        return find_services()

    @property
    def engine(self) -> Engine:
        """See `ServiceConnector.engine`."""
        from nhiscan_connectors.aws import access

        return access

    def connect(self, settings: Settings) -> Sessions:
        """See `ServiceConnector.connect`."""
        try:
            return Sessions(settings)
        except ImportError as error:  # pragma: no cover - boto3 is a plain dependency
            raise NothingReadError(f"boto3 cannot be loaded: {error}") from error

    def plan(self, settings: Settings, sink: Sink) -> Iterable[Shard]:
        """See `Connector.plan`."""
        return planning.plan(self.sessions(settings), settings, sink)

    def collect(self, settings: Settings, shard: Shard, sink: Sink) -> None:
        """See `Connector.collect`."""
        sessions = self.sessions(settings)
        calls = Calls(sessions, shard, sink)
        try:
            if calls.page(planning.CALLER) is None:
                return  # the account did not let us in: the gap hides all of it, and asking on would only repeat it
            self.ask_services(calls, shard, sink)
        finally:
            sessions.release(shard)

    def read_export(self, path: Path, sink: ExportSink) -> None:
        """See `Connector.read_export`."""
        from nhiscan_connectors.aws.exports import read_export

        read_export(path, sink)

    def permission_policy(self, form: str) -> str:
        """See `Connector.permission_policy`."""
        from nhiscan_connectors.aws.permissions import permission_policy

        return permission_policy(self.operations, self.never, form)
