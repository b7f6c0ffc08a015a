"""AzureConnector: plans the tenant and its subscriptions, and hands each shard to the services that live in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from nhiscan.access.proposal import Proposal, Window
from nhiscan.access.question import Decision, Question
from nhiscan.connector import Evidence, ExportSink, Operation, Option, Settings, Shard, Sink
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Grant
from nhiscan_connectors.azure import plan as planning
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.permissions import FORMS
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services import find_services
from nhiscan_connectors.azure.session import Sessions
from nhiscan_connectors.common.isolated import asked, parsed

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


class AzureConnector:
    """See `nhiscan.connector.Connector`."""

    name = "azure"
    title = "Microsoft Entra and Azure"
    options = OPTIONS
    permission_forms = FORMS

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: Sessions | None = None

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Everything under nhiscan_connectors.azure.services, by name."""
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
        calls = Calls(self._shared(settings), shard, sink)
        if shard.part == "subscription" and calls.page(planning.SUBSCRIPTION) is None:
            return  # it did not let us in: the gap hides all of it, and asking on would only repeat it
        defects = sink.each(lambda service: asked(service, calls, shard), self._of(shard))
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
        from nhiscan_connectors.azure.exports import read_export

        read_export(path, sink, self.services)

    def access(self, inventory: Inventory) -> Iterator[AnyRecord]:
        """See `Connector.access`."""
        from nhiscan_connectors.azure.access import access

        return access(inventory)

    def decide(self, inventory: Inventory, question: Question) -> Decision:
        """See `Connector.decide`."""
        from nhiscan_connectors.azure.access import decide

        return decide(inventory, question)

    def readers(self, inventory: Inventory, resource: str) -> Iterator[Grant]:
        """See `Connector.readers`."""
        from nhiscan_connectors.azure.access import readers

        return readers(inventory, resource)

    def tighten(self, inventory: Inventory, identity: str, window: Window) -> Proposal:
        """See `Connector.tighten`."""
        from nhiscan_connectors.azure.access import tighten

        return tighten(inventory, identity, window)

    def permission_policy(self, form: str) -> str:
        """See `Connector.permission_policy`."""
        from nhiscan_connectors.azure.permissions import permission_policy

        return permission_policy(self.operations, form)

    def _of(self, shard: Shard) -> list[Service]:
        return [service for service in self.services if service.part == shard.part]

    def _shared(self, settings: Settings) -> Sessions:
        with self._lock:
            if self._sessions is None:
                self._sessions = Sessions(settings)
            return self._sessions
