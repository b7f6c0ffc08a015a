"""Serves one application over HTTPS, on the loopback interface."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.clouds.loopback import Handler, LoopbackServer


@dataclass(frozen=True)
class Asked:
    """One HTTP request."""

    method: str
    target: str
    """Path and query, as sent."""
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Application = Callable[[Asked], Reply]


class _Handler(Handler):
    server: HttpsServer

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.application(Asked(self.command, self.path, headers, body))
        self.send(f"{reply.status} -", [f"{name}: {value}" for name, value in reply.headers.items()], reply.content)


class HttpsServer(LoopbackServer):
    """Serves `application` with the certificate of `context`; see `LoopbackServer`."""

    scheme = "https"
    not_ours = (ConnectionError, ssl.SSLError)  # a client that does not trust the authority leaves too

    def __init__(
        self, application: Application, context: ssl.SSLContext, report: Callable[[str], None], port: int = 0
    ) -> None:
        self.application = application
        self._context = context
        super().__init__(_Handler, report, port)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """See `socketserver`. The handshake is made here, in the thread of the connection."""
        with self._context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)
