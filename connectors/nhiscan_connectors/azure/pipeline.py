"""The azure-core pipeline that every request goes through, nhiscan's own and those of an SDK's client."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from azure.core.pipeline import Pipeline, PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    BearerTokenCredentialPolicy,
    ContentDecodePolicy,
    CustomHookPolicy,
    HTTPPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter

from nhiscan import __version__
from nhiscan_connectors.azure.api import QUEUE
from nhiscan_connectors.azure.errors import retry_after
from nhiscan_connectors.common.patience import Patience

_CONNECTIONS = 128
"""As many as threads may ask at a time."""


class PatientPolicy(HTTPPolicy[Any, Any]):
    """Makes a request again where that may help: see `Patience`."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._patience = patience

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """See `HTTPPolicy.send`."""
        queue = request.context.options.pop(QUEUE, None) or urlsplit(request.http_request.url).path

        def verdict(response: PipelineResponse[Any, Any]) -> tuple[int, float | None]:
            return response.http_response.status_code, retry_after(response.http_response.headers)

        return self._patience.asked(
            queue, lambda: self.next.send(request), verdict, (ServiceRequestError, ServiceResponseError)
        )


def transport(ca_bundle: str) -> RequestsTransport:
    """Connections for all threads of a scan. `ca_bundle`: file of the authorities to trust; empty: the usual ones."""
    session = requests.Session()
    session.mount("https://", HTTPAdapter(pool_connections=16, pool_maxsize=_CONNECTIONS, max_retries=0))
    return RequestsTransport(
        session=session,
        session_owner=False,
        connection_timeout=10,
        read_timeout=60,
        connection_verify=ca_bundle or True,
    )


def pipeline(
    connections: RequestsTransport,
    patience: Patience,
    token: BearerTokenCredentialPolicy[Any, Any],
    *,
    decoding: bool = False,
) -> Pipeline[Any, Any]:
    """A pipeline without redirects: a token goes only where the settings say. `decoding`: as an SDK's client needs it.

    Nor has it the SDK's policy that registers a resource provider where a subscription lacks it, for that is a change.
    """
    policies: list[Any] = [UserAgentPolicy(f"nhiscan/{__version__}", user_agent_overwrite=True)]
    if decoding:
        policies.append(ContentDecodePolicy())
    policies += [CustomHookPolicy(), PatientPolicy(patience), token]
    return Pipeline(transport=connections, policies=policies)
