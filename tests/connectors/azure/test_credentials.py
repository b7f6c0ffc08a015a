"""How the scanner signs in: by secret, certificate, federated token, and what azure-identity finds by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from nhiscan.connector import CredentialsExpiredError
from nhiscan.errors import UsageError
from nhiscan_connectors.azure.session import Sessions
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import NOW
from tests.clouds.azure.state import CLIENT_ID, CLIENT_SECRET, TENANT_ID
from tests.connectors.azure.asking import Ask, names


def certificate(path: Path) -> str:
    """A certificate with its key, as people keep them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scanner")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW.replace(year=2030))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


def test_a_certificate_signs_in(azure: Azure, ask: Ask, tmp_path: Path) -> None:
    azure.tenant.user("Ada")
    pem = certificate(tmp_path / "scanner.pem")
    asking = ask(client_secret="", client_certificate=pem)
    assert names(asking.calls) == ["Ada"]


def test_a_workload_identity_signs_in_with_its_token(azure: Azure, ask: Ask, tmp_path: Path) -> None:
    azure.tenant.user("Ada")
    (tmp_path / "token").write_text("a.b.c")
    asking = ask(client_secret="", federated_token_file=str(tmp_path / "token"))
    assert names(asking.calls) == ["Ada"]


def test_without_options_azure_identity_looks_in_its_usual_places(
    azure: Azure, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure.tenant.user("Ada")
    for name, value in (("TENANT_ID", TENANT_ID), ("CLIENT_ID", CLIENT_ID), ("CLIENT_SECRET", CLIENT_SECRET)):
        monkeypatch.setenv(f"AZURE_{name}", value)
    for settings in ({"tenant_id": ""}, {}):
        asking = ask(client_secret="", client_id="", **settings)
        assert names(asking.calls) == ["Ada"]


def test_a_secret_that_has_expired_stops_the_scan(azure: Azure, ask: Ask) -> None:
    azure.emulator.state.clients[CLIENT_ID] = "expired"
    asking = ask()
    with pytest.raises(CredentialsExpiredError, match="AADSTS7000222"):
        names(asking.calls)


def test_one_token_an_audience_serves_a_whole_scan(azure: Azure, ask: Ask) -> None:
    asking = ask()
    for number in range(5):
        azure.tenant.user(f"user {number}")
    azure.emulator.page_size = 1
    assert len(names(asking.calls)) == 5
    assert azure.calls.count("*/token", plane="token", method="POST") == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"client_secret": "x", "client_id": ""}, "needs the application"),
        ({"client_secret": "x", "tenant_id": ""}, "needs the application"),
        ({"client_certificate": "/nowhere.pem"}, "no certificate"),
        ({"client_secret": "x", "tenant_id": "not a tenant!"}, "cannot be used"),
    ],
)
def test_options_that_make_no_credential_are_told_at_once(settings: dict[str, Any], said: str) -> None:
    sessions = Sessions({"tenant_id": TENANT_ID, "client_id": CLIENT_ID, **settings})
    with pytest.raises(UsageError, match=said):
        sessions.authorization_client("00000000-0000-0000-0000-000000000000")


def test_a_missing_file_of_authorities_is_told_at_once() -> None:
    with pytest.raises(UsageError, match="certificate authorities"):
        Sessions({"ca_bundle": "/nowhere.pem"})
