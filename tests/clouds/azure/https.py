"""A small HTTPS server on the loopback interface that keeps connections open, as a scan's thousands of calls need."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any


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


class DroppedError(ConnectionError):
    """The application wants the connection cut instead of answering."""


Application = Callable[[Asked], Reply]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: HttpsServer

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if not self.parse_request():
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            reply = self.server.application(Asked(self.command, self.path, headers, body))
        except DroppedError:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        lines = [f"HTTP/1.1 {reply.status} -", *(f"{name}: {value}" for name, value in reply.headers.items())]
        lines.append(f"Content-Length: {len(reply.content)}")
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + reply.content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Calls are in the emulator's own log."""


class HttpsServer(ThreadingMixIn, TCPServer):
    """Serves `application` on a free port (or the one given) of 127.0.0.1, in threads of this process."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self, application: Application, context: ssl.SSLContext, report: Callable[[str], None], port: int = 0
    ) -> None:
        self.application = application
        self._context = context
        self._report = report
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        return f"https://{host!s}:{port}"

    def stop(self) -> None:
        """Stop listening, close every connection, and wait for the thread."""
        self.shutdown()
        with self._lock:
            left = tuple(self._open)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._thread.join(timeout=10)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """See `socketserver`. The handshake is made here, in the thread of the connection."""
        with self._context.wrap_socket(request, server_side=True) as secured:
            with self._lock:
                self._open.add(secured)
            try:
                super().finish_request(secured, client_address)
            finally:
                with self._lock:
                    self._open.discard(secured)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell what went wrong; a client that leaves, or does not trust the authority, is no error of ours."""
        error = sys.exception()
        if error is not None and not isinstance(error, (ConnectionError, ssl.SSLError)):
            self._report("".join(traceback.format_exception(error)))
