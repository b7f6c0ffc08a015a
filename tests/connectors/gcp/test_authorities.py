"""Certificate authorities of the scanner's own: every connection trusts them, that for a token of gRPC's too."""

from __future__ import annotations

import http.server
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nhiscan_connectors.gcp.errors import Refusal
from nhiscan_connectors.gcp.services.api_keys import LIST as KEYS
from nhiscan_connectors.gcp.services.roles import PREDEFINED
from nhiscan_connectors.gcp.session import Sessions
from tests.clouds.gcp.fixtures import Gcp


@dataclass
class Tls:
    """A server of tokens, and one of gRPC that knows no call, with a certificate that only its own file vouches for."""

    certificate: Path
    rpc: str = ""
    tokens: str = ""
    heard: list[str] = field(default_factory=list)


def _certificate(directory: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = directory / "tls.pem", directory / "tls.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[Tls]:
    """Both servers, on ports of 127.0.0.1."""
    certificate, private = _certificate(tmp_path)
    made = Tls(certificate)

    class Tokens(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.heard.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.dumps({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            pass

    tokens = http.server.HTTPServer(("127.0.0.1", 0), Tokens)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    tokens.socket = context.wrap_socket(tokens.socket, server_side=True)
    thread = threading.Thread(target=tokens.serve_forever)
    thread.start()
    pair = (private.read_bytes(), certificate.read_bytes())
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool)
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
        server.start()
        made.rpc, made.tokens = f"localhost:{port}", f"https://localhost:{tokens.server_port}/token"
        yield made
        server.stop(grace=None).wait(5)
    tokens.shutdown()
    tokens.server_close()
    thread.join()


@pytest.fixture(params=["", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def sessions(gcp: Gcp, tls: Tls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: Any) -> Sessions:
    """Sessions that are told the right authorities, in an environment that may name others."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    if request.param:
        (tmp_path / "others").mkdir()
        monkeypatch.setenv(request.param, str(_certificate(tmp_path / "others")[0]))
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    file = tmp_path / "key.json"
    file.write_text(json.dumps({**json.loads(gcp.server.credentials.read_text()), "token_uri": tls.tokens}))
    settings = {
        "credentials_file": str(file),
        "ca_bundle": str(tls.certificate),
        "google_endpoint": f"{tls.tokens.removesuffix('/token')}/{{service}}",
        "google_grpc_endpoint": tls.rpc,
    }
    return Sessions(settings, sleep=lambda _: None)


def test_a_token_for_grpc_is_asked_for_with_the_same_authorities(sessions: Sessions, tls: Tls) -> None:
    answer = sessions.iam(PREDEFINED, "list_roles", {})
    assert isinstance(answer, Refusal)
    assert answer.code == "UNIMPLEMENTED"
    assert tls.heard == ["/token"]


def test_what_the_option_says_outdoes_the_environment(sessions: Sessions, tls: Tls) -> None:
    status, _ = sessions.send(KEYS, "GET", f"{sessions.base('apikeys')}/v2/keys", "", "lab")
    assert status == 200
    assert tls.heard == ["/token", "/apikeys/v2/keys"]
