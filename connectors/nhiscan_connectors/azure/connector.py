"""AzureConnector: plans the tenant and its subscriptions, and hands each shard to the services that live in it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from nhiscan.connector import ExportSink, Option, Settings, Shard, Sink
from nhiscan_connectors.azure import plan as planning
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.permissions import FORMS
from nhiscan_connectors.azure.service import Service
from nhiscan_connectors.azure.services import find_services
from nhiscan_connectors.azure.session import Sessions
from nhiscan_connectors.common.services import Engine, ServiceConnector

OPTIONS = (
    Option(name="tenant_id", help="Tenant to scan. Default: that of the credentials.", envvar="AZURE_TENANT_ID"),
    Option(name="client_id", help="Application that the scanner signs in as.", envvar="AZURE_CLIENT_ID"),
    Option(name="client_secret", help="Its secret.", envvar="AZURE_CLIENT_SECRET", secret=True),
    Option(
        name="client_certificate",
        help="Its certificate with the private key, PEM or PKCS12.",
        metavar="FILE",
        envvar="AZURE_CLIENT_CERTIFICATE_PATH",
    ),
    Option(
        name="federated_token_file",
        help="Token of a workload identity that the application trusts.",
        metavar="FILE",
        envvar="AZURE_FEDERATED_TOKEN_FILE",
    ),
    Option(
        name="subscription",
        help="Subscription to scan, by id or name; may be repeated. Default: all of the tenant.",
        multiple=True,
    ),
    Option(
        name="cloud",
        help="AzureCloud, AzureUSGovernment or AzureChinaCloud.",
        metavar="NAME",
        default="AzureCloud",
    ),
    Option(name="authority", help="Where to sign in, if not where the cloud does.", metavar="URL"),
    Option(name="arm_url", help="Azure Resource Manager, if not that of the cloud.", metavar="URL"),
    Option(name="graph_url", help="Microsoft Graph, if not that of the cloud.", metavar="URL"),
    Option(
        name="data_url",
        help="Gateway to the hosts of single resources; the host becomes the first part of the path.",
        metavar="URL",
    ),
    Option(name="ca_bundle", help="Certificate authorities to trust, PEM.", metavar="FILE"),
)


class AzureConnector(ServiceConnector[Api, Calls, Sessions]):
    """See `nhiscan.connector.Connector`."""

    name = "azure"
    title = "Microsoft Entra and Azure"
    options = OPTIONS
    permission_forms = FORMS
    plan_operations = planning.OPERATIONS
    plan_never = planning.NEVER

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Everything under nhiscan_connectors.azure.services, by name."""
        return find_services()

    @property
    def engine(self) -> Engine:
        """See `ServiceConnector.engine`."""
        from nhiscan_connectors.azure import access

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
        if shard.part == "subscription" and calls.page(planning.SUBSCRIPTION) is None:
            return  # it did not let us in: the gap hides all of it, and asking on would only repeat it
        self.ask_services(calls, shard, sink)

    def read_export(self, path: Path, sink: ExportSink) -> None:
        """See `Connector.read_export`."""
        from nhiscan_connectors.azure.exports import read_export

        read_export(path, sink, self.services)

    def permission_policy(self, form: str) -> str:
        """See `Connector.permission_policy`."""
        from nhiscan_connectors.azure.permissions import permission_policy

        return permission_policy(self.operations, form)
