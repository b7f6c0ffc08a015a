"""google-cloud-iam's administration client: the one Google API of nhiscan's that speaks gRPC only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from google.auth.transport.grpc import AuthMetadataPlugin
from google.auth.transport.requests import Request
from google.cloud.iam_admin_v1 import IAMClient
from google.protobuf.json_format import MessageToDict

from nhiscan.connector import JSON
from nhiscan_connectors.gcp.authorities import session
from nhiscan_connectors.gcp.errors import Refusal, rpc_refusal

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.credentials import Credentials

TIMEOUT = 120.0
"""Seconds that one call may take."""
_OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.keepalive_time_ms", 30_000))
"""A page of predefined roles with their permissions is larger than gRPC takes by itself."""


def iam_client(credentials: Credentials, target: str, plain: bool, ca_bundle: str) -> IAMClient:
    """A client of IAM at `target` ("iam.googleapis.com:443"). `plain`: without TLS, as on a loopback interface."""
    if plain:
        # gRPC gives no token to a connection without TLS.
        channel = grpc.insecure_channel(target, options=_OPTIONS)
    else:
        authorities = None
        if ca_bundle:
            with open(ca_bundle, "rb") as file:
                authorities = file.read()
        # A token is asked for over HTTP, by whichever call finds that the last one ran out.
        plugin = AuthMetadataPlugin(credentials, Request(session=session(ca_bundle)))  # type: ignore[no-untyped-call]
        token = grpc.metadata_call_credentials(plugin)
        secure = grpc.composite_channel_credentials(grpc.ssl_channel_credentials(authorities), token)
        channel = grpc.secure_channel(target, secure, options=_OPTIONS)
    return IAMClient(transport=IAMClient.get_transport_class("grpc")(channel=channel))


def answer_of(client: IAMClient, call: str, request: dict[str, Any]) -> JSON:
    """One page of a call as JSON, in the form that the API has over HTTP.

    Raises GoogleAPICallError.
    """
    # The library's own retries are off: how long to wait is decided in one place for all calls.
    answer = getattr(client, call)(request=request, retry=None, timeout=TIMEOUT)
    page = next(iter(answer.pages)) if hasattr(answer, "pages") else answer
    return MessageToDict(getattr(page, "_pb", page))


def refusal_of(error: GoogleAPICallError) -> Refusal:
    """What the client raised."""
    return rpc_refusal(error)
