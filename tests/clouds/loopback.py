"""A small HTTP/1.1 server on the loopback interface that keeps connections open, as thousands of calls need."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any


class DroppedError(ConnectionError):
    """The application wants the connection cut instead of answering."""


class Handler(BaseHTTPRequestHandler):
    """Reads requests, one behind the other on a connection, until the client leaves."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self) -> None:
        """Read the body of the request that was parsed, and answer it."""
        raise NotImplementedError

    def handle_one_request(self) -> None:
        """See `http.server`."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if not self.parse_request():
            return
        try:
            self.answer()
        except DroppedError:
            self.close_connection = True
            # Closing alone would leave the descriptor to the file objects; the client must see the end at once.
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def send(self, status: str, headers: list[str], content: bytes) -> None:
        """Write an answer. `status`: "200 OK". `headers`: whole lines; the length is added."""
        head = "\r\n".join((f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(content)}"))
        whole = head.encode("latin-1") + b"\r\n\r\n"
        self.wfile.write(whole if self.command == "HEAD" else whole + content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Calls are in the emulator's own log."""


class LoopbackServer(ThreadingMixIn, TCPServer):
    """Listens on a port of 127.0.0.1 (0: a free one) and serves each connection in a thread of this process.

    What goes wrong while it answers is told to `report`.
    """

    scheme = "http"
    not_ours: tuple[type[Exception], ...] = (ConnectionError,)
    """Errors that a client makes by leaving, or by being killed in the middle of a call."""

    daemon_threads = True
    block_on_close = False
    # A port that is named may have been ours a moment ago. On Linux this lets nobody share one that is listened on.
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, handler: type[Handler], report: Callable[[str], None], port: int = 0) -> None:
        self._report = report
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        return f"{self.scheme}://{host!s}:{port}"

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
        """See `socketserver`; keeps the connection in mind, to close it at the end."""
        with self._lock:
            self._open.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell what went wrong."""
        error = sys.exception()
        if error is not None and not isinstance(error, self.not_ours):
            self._report("".join(traceback.format_exception(error)))
