"""The Google Cloud connector: what each of its parts knows, under one interface."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from nhiscan.connector import ExportSink, Option, Settings, Shard, Sink
from nhiscan_connectors.common.services import Engine, ServiceConnector
from nhiscan_connectors.gcp import plan as planning
from nhiscan_connectors.gcp.api import GoogleOperation
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.permissions import FORMS
from nhiscan_connectors.gcp.service import Service
from nhiscan_connectors.gcp.services import find_services
from nhiscan_connectors.gcp.session import Sessions

OPTIONS = (
    Option(
        name="scope",
        help="Google Cloud: organizations/NUMBER, folders/NUMBER or a project to scan; may be repeated. Default: every"
        " organization that the credentials see, else every project.",
        multiple=True,
    ),
    Option(
        name="credentials_file",
        help="Google credentials: a service account's or a workload identity's configuration. Default: application"
        " default credentials.",
        metavar="FILE",
    ),
    Option(
        name="impersonate_service_account",
        help="Google service account to act as; several with commas between are a chain.",
        metavar="EMAIL",
    ),
    Option(
        name="delegated_client",
        help="Client id that the Google Workspace admin console lists under domain-wide delegation; may be repeated."
        " Google Cloud itself has no list of them.",
        metavar="ID",
        multiple=True,
    ),
    Option(name="quota_project", help="Google project that calls are counted to.", envvar="GOOGLE_CLOUD_QUOTA_PROJECT"),
    Option(
        name="google_endpoint",
        help="Where Google's services are, with {service} for the name of one, as Private Service Connect needs it.",
        metavar="URL",
    ),
    Option(name="google_grpc_endpoint", help="Host and port of IAM's gRPC, if not those of the endpoint."),
    Option(name="universe_domain", help="Domain of Google's services in a sovereign cloud.", default="googleapis.com"),
    Option(name="ca_bundle", help="Certificate authorities to trust, PEM.", metavar="FILE"),
)


class GcpConnector(ServiceConnector[GoogleOperation, Calls, Sessions]):
    """See `nhiscan.connector.Connector`."""

    name = "gcp"
    title = "Google Cloud"
    options = OPTIONS
    permission_forms = FORMS
    plan_operations = planning.OPERATIONS
    plan_never = planning.NEVER

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Everything under nhiscan_connectors.gcp.services, by name."""
        return find_services()

    @property
    def engine(self) -> Engine:
        """See `ServiceConnector.engine`."""
        from nhiscan_connectors.gcp import access

        return access

    def connect(self, settings: Settings) -> Sessions:
        """See `ServiceConnector.connect`."""
        return Sessions(settings)

    def plan(self, settings: Settings, sink: Sink) -> Iterable[Shard]:
        """See `Connector.plan`."""
        return planning.plan(self.sessions(settings), settings, sink)

    def collect(self, settings: Settings, shard: Shard, sink: Sink) -> None:
        """See `Connector.collect`."""
        calls = Calls(self.sessions(settings), shard, sink)
        # A project that was swept has little left to be asked, and there may be thousands of them.
        self.ask_services(calls, shard, sink, together=calls.place.part == "estate" or not calls.place.swept)

    def read_export(self, path: Path, sink: ExportSink) -> None:
        """See `Connector.read_export`."""
        from nhiscan_connectors.gcp.exports import read_export

        read_export(path, sink)

    def permission_policy(self, form: str) -> str:
        """See `Connector.permission_policy`."""
        from nhiscan_connectors.gcp.permissions import permission_policy

        return permission_policy(self.operations, form)
