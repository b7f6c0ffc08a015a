"""How the scanner signs in: by a file of each kind, by what google-auth finds, and as another account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.auth import aws, identity_pool
from google.oauth2 import credentials as oauth2
from google.oauth2 import service_account

from nhiscan.connector import CredentialsExpiredError
from nhiscan.errors import UsageError
from nhiscan_connectors.gcp.credentials import SCOPES, load
from nhiscan_connectors.gcp.services.api_keys import LIST as KEYS
from nhiscan_connectors.gcp.session import Sessions
from tests.clouds.gcp.emulator import TOKEN
from tests.clouds.gcp.fixtures import Gcp
from tests.connectors.gcp.asking import Ask, names
from tests.connectors.gcp.scripted import Said, scripted

STS = "urn:ietf:params:oauth:token-type"
FEDERATED: dict[str, Any] = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/github",
    "subject_token_type": f"{STS}:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"file": "/nowhere/token"},
}
USER = {"type": "authorized_user", "client_id": "1", "client_secret": "x", "refresh_token": "y"}


def kept(path: Path, content: Any) -> str:
    """A file of credentials."""
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def own(gcp: Gcp) -> dict[str, Any]:
    """What stands in the file of the emulator's service account."""
    found: dict[str, Any] = json.loads(gcp.server.credentials.read_text())
    return found


def one_key(gcp: Gcp) -> None:
    gcp.company.api_key(gcp.company.project("lab"), "maps")


def test_a_service_account_signs_in_once(gcp: Gcp, tmp_path: Path, ask: Ask) -> None:
    one_key(gcp)
    with scripted(Said(200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})) as tokens:
        file = kept(tmp_path / "key.json", {**own(gcp), "token_uri": f"{tokens.endpoint}/token"})
        asking = ask(credentials_file=file)
        gcp.emulator.page_size = 1
        gcp.company.api_key("projects/lab", "second")
        assert names(asking.calls) == ["maps", "second"]
        assert names(ask(credentials_file=file).calls) == ["maps", "second"]
    assert len(tokens.heard) == 2  # one a scan
    assert "assertion" in tokens.heard[0][3]


def test_a_workload_signs_in_with_the_token_of_its_platform(gcp: Gcp, tmp_path: Path, ask: Ask) -> None:
    one_key(gcp)
    (tmp_path / "token").write_text("a.b.c")
    answer = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer", "issued_token_type": f"{STS}:access"}
    with scripted(Said(200, answer)) as tokens:
        told = {**FEDERATED, "token_url": f"{tokens.endpoint}/v1/token"}
        told["credential_source"] = {"file": str(tmp_path / "token")}
        asking = ask(credentials_file=kept(tmp_path / "federated.json", told))
        assert names(asking.calls) == ["maps"]
    assert "subject_token=a.b.c" in tokens.heard[0][3]


def test_without_a_file_google_auth_looks_in_its_usual_places(
    gcp: Gcp, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_key(gcp)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(gcp.server.credentials))
    assert names(ask(credentials_file="").calls) == ["maps"]


def test_where_it_finds_none_the_reason_is_said(gcp: Gcp, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")
    asking = ask(credentials_file="")
    assert names(asking.calls) == []
    assert asking.problems() == [(KEYS.name, "failed", "NoCredentials")]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (USER, oauth2.Credentials),
        (FEDERATED, identity_pool.Credentials),
        (
            {
                **FEDERATED,
                "subject_token_type": "urn:ietf:params:aws:token-type:aws4_request",
                "credential_source": {
                    "environment_id": "aws1",
                    "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
                    "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
                    "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity",
                },
            },
            aws.Credentials,
        ),
    ],
)
def test_each_kind_of_file_is_loaded_by_its_own_loader(tmp_path: Path, told: dict[str, Any], kind: type) -> None:
    found = load(kept(tmp_path / "c.json", told), "billing")
    assert isinstance(found, kind)
    assert found.quota_project_id == "billing"


def test_a_service_account_is_asked_for_the_scopes_that_are_needed(gcp: Gcp) -> None:
    found = load(str(gcp.server.credentials), None)
    assert isinstance(found, service_account.Credentials)
    assert tuple(found.scopes) == SCOPES
    assert found.quota_project_id is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "not JSON"),
        ("", "not JSON"),
        ("\ufffd{", "not JSON"),
        ([1], "kind that cannot be used: none"),
        ({}, "kind that cannot be used: none"),
        ({"type": 7}, "kind that cannot be used: none"),
        ({"type": "gdch_service_account"}, "kind that cannot be used: gdch_service_account"),
        ({"type": "impersonated_service_account"}, "kind that cannot be used"),
        ({"type": "x" * 500}, "kind that cannot be used: x{40}\\."),
        ({"type": "service_account"}, "no usable Google credentials"),
        (
            {"type": "service_account", "client_email": "a@b", "token_uri": "https://x", "private_key": "no"},
            "no usable",
        ),
        ({"type": "authorized_user", "client_id": "1"}, "no usable Google credentials"),
        ({"type": "external_account"}, "no usable Google credentials"),
        ({**FEDERATED, "credential_source": "a file"}, "no usable Google credentials"),
        ({**FEDERATED, "credential_source": {"executable": {"command": "/bin/touch /tmp/x"}}}, "cannot be used"),
    ],
)
def test_a_file_that_holds_none_is_told_at_once(tmp_path: Path, content: Any, said: str) -> None:
    file = kept(tmp_path / "c.json", content)
    with pytest.raises(UsageError, match=said) as caught:
        load(file, None)
    assert file in str(caught.value)


def test_a_private_key_stands_in_no_message(tmp_path: Path, gcp: Gcp) -> None:
    told = own(gcp)
    told["private_key"] = told["private_key"][:400]
    with pytest.raises(UsageError) as caught:
        load(kept(tmp_path / "c.json", told), None)
    assert told["private_key"][60:100] not in str(caught.value.diagnostics())


@pytest.mark.parametrize("place", ["/nowhere.json", "/"])
def test_a_file_that_is_not_there_is_told_at_once(place: str) -> None:
    with pytest.raises(UsageError, match="There are no Google credentials at"):
        load(place, None)


def test_credentials_that_ran_out_stop_the_scan(gcp: Gcp, tmp_path: Path, ask: Ask) -> None:
    gone = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    with scripted(Said(400, gone)) as tokens:
        file = kept(tmp_path / "key.json", {**own(gcp), "token_uri": f"{tokens.endpoint}/token"})
        with pytest.raises(CredentialsExpiredError, match="expired or revoked"):
            names(ask(credentials_file=file).calls)


def test_credentials_that_give_no_token_are_a_gap(gcp: Gcp, tmp_path: Path, ask: Ask) -> None:
    with scripted(Said(401, {"error": "unauthorized_client", "error_description": "no"})) as tokens:
        file = kept(tmp_path / "key.json", {**own(gcp), "token_uri": f"{tokens.endpoint}/token"})
        asking = ask(credentials_file=file)
        assert names(asking.calls) == []
    assert asking.problems() == [(KEYS.name, "failed", "NoToken")]


@pytest.mark.parametrize(
    "chain",
    ["reader@hub.iam.gserviceaccount.com", " hop@hub.iam.gserviceaccount.com , reader@hub.iam.gserviceaccount.com"],
)
def test_another_account_is_taken_on_through_those_before_it(gcp: Gcp, ask: Ask, chain: str) -> None:
    one_key(gcp)
    hub = gcp.company.project("hub")
    for name in ("hop", "reader"):
        gcp.company.service_account(hub, name)
    asking = ask(impersonate_service_account=chain, quota_project="billing")
    assert names(asking.calls) == ["maps"]
    (call,) = gcp.calls.of("*:generateAccessToken", "iamcredentials")
    assert call.path == "v1/projects/-/serviceAccounts/reader@hub.iam.gserviceaccount.com:generateAccessToken"
    assert call.body["scope"] == list(SCOPES)
    hops = ["projects/-/serviceAccounts/hop@hub.iam.gserviceaccount.com"] if "," in chain else None
    assert call.body.get("delegates") == hops


def test_an_account_that_may_not_be_taken_on_is_a_gap(gcp: Gcp, ask: Ask) -> None:
    one_key(gcp)
    asking = ask(impersonate_service_account="nobody@hub.iam.gserviceaccount.com")
    assert names(asking.calls) == []
    assert asking.problems() == [(KEYS.name, "failed", "NoToken")]
    assert gcp.calls.count("v2/*") == 0


def test_calls_are_counted_to_the_project_that_is_named(gcp: Gcp, ask: Ask) -> None:
    with scripted(Said(200, {"keys": []})) as server:
        names(ask(quota_project="billing", **server.settings).calls)
        names(ask(**server.settings).calls)
    assert [heard[2].get("x-goog-user-project") for heard in server.heard] == ["billing", None]


def test_a_missing_file_of_authorities_is_told_at_once() -> None:
    with pytest.raises(UsageError, match="certificate authorities"):
        Sessions({"ca_bundle": "/nowhere.pem"})


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://{service}.example.com",
        "http://203.0.113.7/{service}",
        "http://127.0.0.1.example.com/{service}",
        "https://example.com",
        "https://{service}.example.com/?a=b",
        "https://{service}.example.com/#f",
        "ftp://{service}.example.com",
        "{service}.example.com",
        "https:///{service}",
    ],
)
def test_a_token_goes_only_to_an_https_endpoint(endpoint: str) -> None:
    with pytest.raises(UsageError, match="google_endpoint"):
        Sessions({"google_endpoint": endpoint})


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        ({}, "https://run.googleapis.com"),
        ({"universe_domain": "apis.example"}, "https://run.apis.example"),
        ({"google_endpoint": "https://{service}-acme.p.googleapis.com/"}, "https://run-acme.p.googleapis.com"),
        ({"google_endpoint": "http://localhost:8080/{service}"}, "http://localhost:8080/run"),
        ({"google_endpoint": "http://[::1]:8080/{service}"}, "http://[::1]:8080/run"),
    ],
)
def test_every_service_can_be_led_elsewhere(settings: dict[str, str], base: str) -> None:
    assert Sessions(settings).base("run") == base


def test_nothing_is_asked_and_no_file_is_read_before_a_call(tmp_path: Path) -> None:
    Sessions({"credentials_file": str(tmp_path / "not there")})
