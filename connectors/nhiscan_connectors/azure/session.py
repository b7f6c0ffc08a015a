"""Whose credentials, which cloud, and which endpoints: one transport for all calls, one pipeline an audience."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from nhiscan.connector import Settings
from nhiscan.errors import UsageError
from nhiscan_connectors.azure.api import QUEUE, Api, Plane
from nhiscan_connectors.common.patience import Patience

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential
    from azure.core.pipeline import Pipeline
    from azure.core.pipeline.policies import BearerTokenCredentialPolicy
    from azure.core.pipeline.transport import RequestsTransport
    from azure.core.rest import HttpRequest, HttpResponse


class Cloud(msgspec.Struct, frozen=True):
    """One of Microsoft's clouds: where it signs in, and where Azure Resource Manager and Graph are."""

    authority: str
    arm: str
    graph: str


CLOUDS = {
    "AzureCloud": Cloud(
        "https://login.microsoftonline.com", "https://management.azure.com", "https://graph.microsoft.com"
    ),
    "AzureUSGovernment": Cloud(
        "https://login.microsoftonline.us", "https://management.usgovcloudapi.net", "https://graph.microsoft.us"
    ),
    "AzureChinaCloud": Cloud(
        "https://login.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
    ),
}
"""By the names that `az cloud list` gives."""


class Sessions:
    """Sends requests with the scanner's credentials. Safe to share between threads; does nothing until it is asked."""

    def __init__(
        self,
        settings: Settings,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises UsageError for settings that contradict each other."""
        self._settings = settings
        name = self._setting("cloud") or "AzureCloud"
        if name not in CLOUDS:
            raise UsageError(f"There is no cloud {name!r}; there are {', '.join(CLOUDS)}.")
        if (bundle := self._setting("ca_bundle")) and not os.path.isfile(bundle):
            raise UsageError(f"There is no file of certificate authorities at {bundle}.")
        self.cloud = CLOUDS[name]
        self.patience = Patience(sleep, clock)
        self._lock = threading.RLock()
        self._credential: TokenCredential | None = None
        self._transport: RequestsTransport | None = None
        self._tokens: dict[str, BearerTokenCredentialPolicy[Any, Any]] = {}
        self._pipelines: dict[tuple[str, bool], Pipeline[Any, Any]] = {}
        self._clients: dict[str, Any] = {}

    @property
    def tenant(self) -> str:
        """The tenant that the settings name; empty when they name none."""
        return self._setting("tenant_id")

    def base(self, plane: Plane, host: str = "") -> str:
        """Where a plane is asked, without a slash at the end. `host`: that of a resource."""
        match plane:
            case "graph":
                return _endpoint(self._setting("graph_url") or self.cloud.graph, "graph_url")
            case "arm":
                return _endpoint(self._setting("arm_url") or self.cloud.arm, "arm_url")
            case "data":
                gateway = self._setting("data_url")
                return f"{_endpoint(gateway, 'data_url')}/{host}" if gateway else f"https://{host}"

    def send(self, operation: Api, request: HttpRequest, queue: str) -> HttpResponse:
        """The last answer to a request, whatever its status. `queue`: name of those that wait together.

        Raises what azure-core and azure-identity raise.
        """
        response: HttpResponse = self._pipeline(self._audience(operation)).run(request, **{QUEUE: queue}).http_response
        return response

    def authorization_client(self, subscription: str) -> Any:
        """The SDK's client for roles in a subscription, over the transport and the token of all other calls."""
        with self._lock:
            if subscription not in self._clients:
                from azure.mgmt.authorization import AuthorizationManagementClient

                self._clients[subscription] = AuthorizationManagementClient(
                    self._credentials(),
                    subscription,
                    base_url=self.base("arm"),
                    pipeline=self._pipeline(self.cloud.arm, decoding=True),
                    policies=[],  # the pipeline has them
                )
            return self._clients[subscription]

    def _setting(self, name: str) -> str:
        value = self._settings.get(name)
        return value if isinstance(value, str) else ""

    def _audience(self, operation: Api) -> str:
        match operation.plane:
            case "graph":
                return self.cloud.graph
            case "arm":
                return self.cloud.arm
            case "data":
                return operation.audience

    def _pipeline(self, audience: str, *, decoding: bool = False) -> Pipeline[Any, Any]:
        from nhiscan_connectors.azure.pipeline import pipeline, transport

        with self._lock:
            if (audience, decoding) not in self._pipelines:
                if self._transport is None:
                    self._transport = transport(self._setting("ca_bundle"))
                token = self._token(audience)
                self._pipelines[audience, decoding] = pipeline(self._transport, self.patience, token, decoding=decoding)
            return self._pipelines[audience, decoding]

    def _token(self, audience: str) -> BearerTokenCredentialPolicy[Any, Any]:
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy

        if audience not in self._tokens:
            self._tokens[audience] = BearerTokenCredentialPolicy(self._credentials(), f"{audience}/.default")
        return self._tokens[audience]

    def _credentials(self) -> TokenCredential:
        with self._lock:
            if self._credential is None:
                try:
                    self._credential = self._make_credential()
                except ValueError as error:  # what azure-identity says of a tenant or certificate that is none
                    raise UsageError(f"The Azure credentials cannot be used: {error}") from error
            return self._credential

    def _make_credential(self) -> TokenCredential:
        """The credential that the options name, else what azure-identity finds in its usual places.

        Raises UsageError for options that do not make one.
        """
        from azure.identity import (
            CertificateCredential,
            ClientSecretCredential,
            DefaultAzureCredential,
            WorkloadIdentityCredential,
        )

        tenant, client = self.tenant, self._setting("client_id")
        how: dict[str, Any] = {"authority": self._authority()}
        if self._setting("authority"):
            # Microsoft's directory of authorities does not know a gateway.
            how["disable_instance_discovery"] = True
        if self._setting("ca_bundle"):
            how["connection_verify"] = self._setting("ca_bundle")
        secret, certificate = self._setting("client_secret"), self._setting("client_certificate")
        token_file = self._setting("federated_token_file")
        if (secret or certificate or token_file) and not (tenant and client):
            raise UsageError(
                "A client secret, certificate or federated token needs the application and the tenant that it is for.",
                "Give --client-id and --tenant-id.",
            )
        if secret:
            return ClientSecretCredential(tenant, client, secret, **how)
        if certificate:
            if not os.path.isfile(certificate):
                raise UsageError(
                    f"There is no certificate at {certificate}.", "Give a PEM or PKCS12 file with its key."
                )
            return CertificateCredential(tenant, client, certificate, **how)
        if token_file:
            return WorkloadIdentityCredential(tenant_id=tenant, client_id=client, token_file_path=token_file, **how)
        if tenant:
            for name in ("workload_identity", "shared_cache", "visual_studio_code"):
                how[f"{name}_tenant_id"] = tenant
            how["additionally_allowed_tenants"] = [tenant]
        if client:
            how["managed_identity_client_id"] = client
            how["workload_identity_client_id"] = client
        found = DefaultAzureCredential(**how)
        return _InTenant(found, tenant) if tenant else found

    def _authority(self) -> str:
        given = self._setting("authority")
        return _endpoint(given, "authority") if given else self.cloud.authority


class _InTenant:
    """Credentials that are asked for tokens of one tenant, as someone who is logged in to several needs."""

    def __init__(self, credential: TokenCredential, tenant: str) -> None:
        self._credential = credential
        self._tenant = tenant

    def get_token(self, *scopes: str, **details: Any) -> AccessToken:
        """See `azure.core.credentials.TokenCredential`."""
        return self._credential.get_token(*scopes, **{"tenant_id": self._tenant, **details})


def _endpoint(url: str, option: str) -> str:
    """An endpoint as it is used. Raises UsageError for one over which a token must not go."""
    whole = url if "://" in url else f"https://{url}"
    parts = urlsplit(whole)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(f"{option} is {url!r}; it must be the address of an https endpoint.")
    return whole.rstrip("/")
