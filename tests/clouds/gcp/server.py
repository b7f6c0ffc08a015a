"""The emulator on ports of 127.0.0.1: HTTP for most, gRPC for IAM's administration.

In a process of its own: `python -m tests.clouds.gcp.server --seed package.module:function` prints settings as JSON and
serves until it is killed. The function gets a `Company`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.clouds.gcp.emulator import Emulator
from tests.clouds.gcp.grpc_server import serve
from tests.clouds.gcp.seed import Company
from tests.clouds.loopback import Handler, LoopbackServer

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


def _handler(emulator: Emulator) -> type[Handler]:
    class _Handler(Handler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else b""
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, content, kind = emulator.answer(self.command, self.path, headers, body)
            self.send(f"{status} {_REASONS.get(status, 'Error')}", [f"Content-Type: {kind}"], content)

        do_GET = do_POST = answer

    return _Handler


class GcpServer:
    """Both servers, and the credentials that they take. `directory`: where the credentials' file is written."""

    def __init__(self, directory: Path) -> None:
        self.emulator = Emulator()
        self._http = LoopbackServer(_handler(self.emulator), self.emulator.defects.append)
        self._grpc, self._port = serve(self.emulator)
        self.credentials = directory / "credentials.json"
        self.credentials.write_text(json.dumps(_credentials(self.endpoint)))

    @property
    def endpoint(self) -> str:
        """Where HTTP listens."""
        return self._http.endpoint

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the connector that lead here."""
        return {
            "credentials_file": str(self.credentials),
            "google_endpoint": f"{self.endpoint}/{{service}}",
            "google_grpc_endpoint": f"127.0.0.1:{self._port}",
        }

    def stop(self) -> None:
        """Stop both."""
        self._http.stop()
        self._grpc.stop(grace=None).wait(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _credentials(endpoint: str) -> dict[str, str]:
    """A service account's file, with a key that was made a moment ago and opens nothing."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return {
        "type": "service_account",
        "project_id": "scanner",
        "private_key_id": "1",
        "private_key": pem,
        "client_email": "nhiscan@scanner.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"{endpoint}/oauth2/token",
    }


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="An emulated Google Cloud on 127.0.0.1.")
    parser.add_argument("--seed", required=True, help="package.module:function that fills it")
    module, _, name = parser.parse_args().seed.partition(":")
    with tempfile.TemporaryDirectory() as directory, GcpServer(Path(directory)) as server:
        getattr(importlib.import_module(module), name)(Company(server.emulator.state))
        print(json.dumps({"settings": server.settings}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
