"""Sessions and clients: whose credentials, which account, which endpoint."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from nhiscan import __version__
from nhiscan.connector import Settings, Shard
from nhiscan_connectors.aws.calls import Paging, paging_of

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.model import OperationModel

HOME_REGION = "us-east-1"
"""Where global services (IAM, Organizations) are asked when no region is configured."""


_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn")
"""Ends of the names of AWS's hosts. Another host is an emulator's or a gateway's, and is asked."""


class Sessions:
    """Makes boto3 clients, one an account, region and service, and keeps them. Safe to share between threads."""

    def __init__(self, settings: Settings, resolve: Callable[[str, int], object] = socket.getaddrinfo) -> None:
        self._settings = settings
        self._resolve = resolve
        self._lock = threading.RLock()
        self._base: Session | None = None
        self._by_role: dict[tuple[str, str], Session] = {}
        self._clients: dict[str, dict[tuple[str, str], Any]] = {}
        """By shard, so that they can be let go with it: the clients of a region hold ten megabytes."""
        self._paging: dict[tuple[str, str], Paging] = {}
        self._offered: dict[tuple[str, str, str], bool] = {}

    def client(self, shard: Shard, service: str, region: str) -> Any:
        """The client of `service` with the credentials that the shard names."""
        with self._lock:  # neither boto3 sessions nor the making of clients are thread-safe
            clients = self._clients.setdefault(shard.id, {})
            if (region, service) not in clients:
                session = self._session(shard.options.get("role_arn", ""), shard.options.get("external_id", ""))
                clients[region, service] = self._make(session, service, region)
            return clients[region, service]

    def release(self, shard: Shard) -> None:
        """Let go of the clients of a shard that is collected, and of their connections."""
        with self._lock:
            clients = self._clients.pop(shard.id, {})
        for client in clients.values():
            client.close()

    def paging(self, service: str, operation: str, model: OperationModel) -> Paging:
        """How an operation pages."""
        key = (service, operation)
        with self._lock:
            if key not in self._paging:
                self._paging[key] = paging_of(model, self._paginator_config(service, operation))
            return self._paging[key]

    def offered(self, shard: Shard, service: str, region: str, prefix: str = "") -> bool:
        """False where the host of a service has no name in a region that has other hosts.

        The SDK's data do not tell: they name no region for young services, and every region for some that have few.
        A resolver that is out of order, or a proxy that resolves for us, proves nothing: then the service is asked.
        `prefix`: what the call's own model puts before the name of the host.
        """
        key = (service, region, prefix)
        with self._lock:
            known = self._offered.get(key)
        if known is None:
            host = urlsplit(self.client(shard, service, region).meta.endpoint_url).hostname or ""
            known = self._is_offered(prefix + host, region)
            with self._lock:
                self._offered[key] = known
        return known

    def _is_offered(self, host: str, region: str) -> bool:
        if not host.endswith(_SUFFIXES) or not self._is_nameless(host):
            return True
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        control = f"sts.{region}.{suffix}"  # every region has it
        try:
            self._resolve(control, 443)
        except OSError:
            return True
        return False

    def _is_nameless(self, host: str) -> bool:
        try:
            self._resolve(host, 443)
        except socket.gaierror as error:
            return error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        except OSError:
            return False
        return False

    @property
    def _endpoint(self) -> str | None:
        """The endpoint for all services, by option or by environment; None for AWS's own hosts."""
        return self._settings.get("endpoint_url") or os.environ.get("AWS_ENDPOINT_URL") or None

    @property
    def region(self) -> str:
        """The region to ask when any will do."""
        with self._lock:
            return self._base_session().region_name or HOME_REGION

    def _base_session(self) -> Session:
        if self._base is None:
            from boto3.session import Session

            self._base = Session(profile_name=self._settings.get("profile") or None)
        return self._base

    def _paginator_config(self, service: str, operation: str) -> dict[str, Any] | None:
        session = self._base_session()._session
        try:
            config: dict[str, Any] = session.get_paginator_model(service).get_paginator(operation)
        except Exception as error:
            from botocore.exceptions import UnknownServiceError

            # The SDK says "this service has no paginators" with one error and "not this operation" with another.
            if isinstance(error, (UnknownServiceError, ValueError)):
                return None
            raise
        return config

    def _make(self, session: Session, service: str, region: str) -> Any:
        from botocore.config import Config

        return session.client(
            service,
            region_name=region or self.region,
            endpoint_url=self._settings.get("endpoint_url") or None,
            config=Config(
                # Adaptive slows down by itself when AWS throttles, and shares the brake between threads of a client.
                retries={"mode": "adaptive", "total_max_attempts": 6},
                max_pool_connections=32,
                connect_timeout=10,
                read_timeout=60,
                user_agent_extra=f"nhiscan/{__version__}",
                # Behind an endpoint of the user's own there is one host for all calls.
                **({"inject_host_prefix": False} if self._endpoint else {}),
            ),
        )

    def _session(self, role: str, external_id: str) -> Session:
        if not role:
            return self._base_session()
        if (role, external_id) not in self._by_role:
            self._by_role[role, external_id] = self._assume(role, external_id)
        return self._by_role[role, external_id]

    def _assume(self, role: str, external_id: str) -> Session:
        """A session as `role`, which renews its own credentials for as long as a scan takes."""
        from boto3.session import Session
        from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
        from botocore.session import get_session

        base = self._base_session()

        def client(service: str, **arguments: Any) -> Any:
            arguments.setdefault("region_name", self.region)
            return base.client(service, endpoint_url=self._settings.get("endpoint_url") or None, **arguments)

        fetcher = AssumeRoleCredentialFetcher(
            client_creator=client,
            source_credentials=base.get_credentials(),
            role_arn=role,
            extra_args={
                "RoleSessionName": "nhiscan",
                **({"ExternalId": external_id} if external_id else {}),
            },
        )
        botocore_session = get_session()
        botocore_session._credentials = DeferredRefreshableCredentials(
            method="assume-role", refresh_using=fetcher.fetch_credentials
        )
        return Session(botocore_session=botocore_session, region_name=base.region_name)
