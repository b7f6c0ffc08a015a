"""Whole scans of the emulated AWS, over a socket and with the real SDK."""

from __future__ import annotations

import json
import os
import random
import signal
import string
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from nhiscan import engine, plugins
from nhiscan.analyze import analyze
from nhiscan.config import Config
from nhiscan.errors import ExitCode
from nhiscan.evidence import Bundle, open_bundle
from nhiscan.outcome import exit_code
from nhiscan.result import IdentityResult, ScanResult
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago, allow, trust, trust_service

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
ADMIN = "AdministratorAccess"


@pytest.fixture(autouse=True)
def fresh_connector() -> None:
    """A connector keeps its clients; each test has another endpoint's worth of state."""
    plugins.load.cache_clear()


def scan(aws: Aws, directory: Path, **settings: Any) -> ScanResult:
    connectors = plugins.connectors()
    asked = {"region": ["us-east-1"], "endpoint_url": aws.endpoint, **settings}
    bundle = engine.begin(directory, {"aws": asked}, connectors, started=CLOCK)
    engine.collect(bundle, connectors, {})
    return analyze(open_bundle(directory), Config())


def by_name(result: ScanResult) -> Mapping[str, IdentityResult]:
    return {identity.name: identity for identity in result.identities}


def small_estate(aws: Aws) -> None:
    """One of everything that IAM has."""
    account = aws.account
    account.alias("acme-prod")
    account.root(mfa=True)
    account.group("developers", inline={"read": allow("s3:Get*")})
    ada = account.user("ada", groups=["developers"], tags={"Email": "ada@example.com"})
    ada.password(last_used=ago(3)).mfa()
    deploy = account.user("deploy", attach=[ADMIN], tags={"Owner": "ada@example.com"})
    deploy.key(created=ago(500), last_used=ago(2))
    deploy.key(created=ago(900), last_used=ago(700), service="ec2")
    account.user("BedrockAPIKey-x1y2").service_credential(created=ago(200))
    account.role("fn", trust_service("lambda.amazonaws.com"), last_used=ago(1))
    account.role("agent", trust_service("bedrock-agentcore.amazonaws.com"), last_used=ago(1))
    account.service_linked_role("support", "AWSServiceRoleForSupport")
    account.oidc("token.actions.githubusercontent.com")
    account.saml("okta")


def test_a_scan_says_who_is_who(aws: Aws, tmp_path: Path) -> None:
    small_estate(aws)
    result = scan(aws, tmp_path / "b")
    found = by_name(result)
    assert {name: identity.class_ for name, identity in found.items()} == {
        "root user": "human",
        "ada": "human",
        "deploy": "legacy_service",
        "BedrockAPIKey-x1y2": "ai_persona",
        "fn": "legacy_service",
        "agent": "ai_persona",
        "AWSServiceRoleForSupport": "legacy_service",
    }
    assert found["deploy"].admin == "is"
    assert found["ada"].admin == "no"
    assert found["ada"].mfa is True
    assert found["deploy"].last_used_at == ago(2)
    assert found["AWSServiceRoleForSupport"].managed_by_provider
    assert result.scan.scopes[0].name == "acme-prod"
    rules = {finding.rule for finding in result.findings}
    assert {"administrator_identity", "never_expiring_ai_key", "unrotated_credential"} <= rules


def test_two_keys_are_told_apart_without_asking_for_each(aws: Aws, tmp_path: Path) -> None:
    small_estate(aws)
    result = scan(aws, tmp_path / "b")
    keys = {key.last_use_detail: key.last_used_at for key in result.credentials if key.kind == "access-key"}
    assert keys == {"s3 in us-east-1": ago(2), "ec2 in us-east-1": ago(700)}
    assert aws.calls.count("iam", "GetAccessKeyLastUsed") == 0
    assert aws.calls.count("iam", "ListAccessKeys") == 1  # only deploy has keys
    assert aws.calls.count("iam", "ListUsers") == 0


def test_every_call_is_declared_and_none_is_forbidden(aws: Aws, tmp_path: Path) -> None:
    small_estate(aws)
    scan(aws, tmp_path / "b")
    connector = plugins.connectors()["aws"]
    declared = {operation.name for operation in connector.operations}
    called = set(aws.calls.names())
    assert called <= declared
    assert not called & set(connector.never)


def test_pages_are_followed(aws: Aws, tmp_path: Path) -> None:
    for number in range(1203):
        aws.account.role(f"role-{number}", trust_service("ec2.amazonaws.com"))
    result = scan(aws, tmp_path / "b")
    assert sum(i.kind == "iam-role" for i in result.identities) == 1203
    assert aws.calls.count("iam", "GetAccountAuthorizationDetails") == 2


@pytest.mark.parametrize(
    ("operation", "aspect"),
    [("GetAccountAuthorizationDetails", "identities"), ("GetCredentialReport", "mfa")],
)
def test_a_refused_call_is_a_gap_with_its_permission(aws: Aws, tmp_path: Path, operation: str, aspect: str) -> None:
    small_estate(aws)
    aws.faults.deny("iam", operation)
    result = scan(aws, tmp_path / "b")
    (gap,) = [gap for gap in result.gaps if gap.operation == f"iam:{operation}"]
    assert (gap.reason, gap.permission) == ("denied", f"iam:{operation}")
    assert gap.hides
    assert not result.scan.coverage.complete
    if aspect == "identities":
        assert exit_code(result, None, require_complete=False) == ExitCode.INCOMPLETE
    else:
        # Without the report, each user is asked for; nobody is called clean for want of it.
        assert by_name(result)["deploy"].last_used_at == ago(2)
        assert not [f for f in result.findings if f.rule == "person_without_mfa" and "ada" in f.subject]


def test_all_reads_denied_is_never_a_clean_report(aws: Aws, tmp_path: Path) -> None:
    small_estate(aws)
    aws.faults.deny("*")
    result = scan(aws, tmp_path / "b")
    assert result.identities == []
    assert result.scan.connectors[0].status == "failed"
    assert exit_code(result, None, require_complete=False) == ExitCode.INCOMPLETE


def test_everything_but_the_login_denied_is_never_a_clean_report(aws: Aws, tmp_path: Path) -> None:
    small_estate(aws)
    for service in ("iam", "ec2", "organizations", "sso-admin", "rolesanywhere"):
        aws.faults.deny(service)
    result = scan(aws, tmp_path / "b")
    assert exit_code(result, None, require_complete=False) == ExitCode.INCOMPLETE
    assert {gap.reason for gap in result.gaps} == {"denied"}
    assert all(gap.permission for gap in result.gaps)


def test_a_short_throttle_is_waited_out_and_a_long_one_is_said(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_estate(aws)
    aws.faults.throttle("iam", "ListServerCertificates", times=2)
    aws.faults.throttle("iam", "ListSAMLProviders")
    result = scan(aws, tmp_path / "b")
    assert [(gap.operation, gap.reason) for gap in result.gaps if gap.reason == "throttled"] == [
        ("iam:ListSAMLProviders", "throttled")
    ]


def test_a_page_of_html_is_unsupported(aws: Aws, tmp_path: Path) -> None:
    small_estate(aws)
    aws.faults.html("iam", "ListDelegationRequests")
    result = scan(aws, tmp_path / "b")
    assert [g.reason for g in result.gaps if g.operation == "iam:ListDelegationRequests"] == ["unsupported"]


def test_a_region_that_is_not_enabled_is_a_gap_of_its_own(aws: Aws, tmp_path: Path) -> None:
    small_estate(aws)
    aws.faults.disable_region("me-south-1")
    result = scan(aws, tmp_path / "b", region=["us-east-1", "me-south-1"])
    gaps = [gap for gap in result.gaps if gap.region]
    assert {gap.region for gap in gaps} == {"me-south-1"}
    assert {gap.reason for gap in gaps} == {"unsupported"}
    assert exit_code(result, None, require_complete=False) == ExitCode.CLEAN


def noise(length: int, seed: int) -> str:
    """Letters and digits as a credential has them; made here, so that no scanner of repositories takes it for one."""
    chance = random.Random(seed)
    return "".join(chance.choice(string.ascii_letters + string.digits) for _ in range(length))


SECRETS = {
    "tag": "sk-ant-" + "api03-" + noise(93, 1) + "AA",
    "description": "ghp" + "_" + noise(36, 2),
    "name": "glpat" + "-" + noise(20, 3),
    "policy": "sk-" + "proj-" + noise(74, 4) + "T3Blb" + "kFJ" + noise(74, 5),
    "session": "xoxb" + "-123456789012-" + noise(24, 6),
}


def test_no_secret_leaves_in_any_form(aws: Aws, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small_estate(aws)
    account = aws.account
    account.role(
        "leaky",
        trust({"AWS": account.arn("root")}, StringEquals={"sts:ExternalId": SECRETS["session"]}),
        tags={"token": SECRETS["tag"]},
        description=f"uses {SECRETS['description']} to push",
        inline={"p": allow("s3:GetObject", on=f"arn:aws:s3:::b/{SECRETS['policy']}")},
    )
    account.user("u", path=f"/{SECRETS['name']}/")
    seeds = [str(device.base32_string_seed) for device in account.iam.virtual_mfa_devices.values()]
    result = scan(aws, tmp_path / "b")
    bundle = open_bundle(tmp_path / "b")
    texts = [(tmp_path / "b" / "manifest.json").read_text(), *map(unpacked, shard_files(bundle)), *capfd.readouterr()]
    for name, report in plugins.reports().items():
        texts.append("".join(report.render(result)))
        assert texts[-1], name
    assert seeds
    for secret in (*SECRETS.values(), *seeds, "AWS_SECRET_ACCESS_KEY", os.environ["AWS_SECRET_ACCESS_KEY"]):
        assert not any(secret in text for text in texts), secret[:12]
    assert any("[redacted:anthropic-" in text for text in texts)


def shard_files(bundle: Bundle) -> list[Path]:
    return [bundle.path_of(shard) for shard in bundle.manifest.shards]


def unpacked(path: Path) -> str:
    with path.open("rb") as file:
        return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True).read().decode()


def test_every_account_of_an_organization_is_scanned(aws: Aws, tmp_path: Path) -> None:
    organization = aws.seed.organization(aws.account)
    member = organization.account("222233334444", "dev")
    aws.account.user("here")
    member.user("there").key(created=ago(10))
    result = scan(aws, tmp_path / "b", organization=True)
    assert {"here", "there"} <= set(by_name(result))
    scopes = {scope.id: scope for scope in result.scan.scopes}
    assert scopes["aws:222233334444"].name == "dev"
    assert scopes["aws:222233334444"].parent


def test_an_account_that_does_not_let_us_in_hides_itself_only(aws: Aws, tmp_path: Path) -> None:
    organization = aws.seed.organization(aws.account)
    organization.account("222233334444", "closed").user("unseen")
    aws.account.user("here")
    aws.faults.deny("sts", "AssumeRole")
    result = scan(aws, tmp_path / "b", organization=True)
    assert "here" in by_name(result)
    assert "unseen" not in by_name(result)
    assert any(gap.scope == "aws:222233334444" and gap.reason == "denied" for gap in result.gaps)


KILLS = 8


def test_a_scan_that_is_killed_anywhere_goes_on_and_asks_nothing_twice(aws: Aws, tmp_path: Path) -> None:
    """kill -9 after some answers, again and again, then --resume: the same result, and nothing asked twice."""
    small_estate(aws)
    for number in range(30):
        aws.account.user(f"user-{number}").key(created=ago(number))
    scanner = [
        sys.executable, "-m", "nhiscan", "scan", "aws", "--region", "us-east-1", "--endpoint-url", aws.endpoint,
        "--quiet", "--clock", "2026-11-24T00:00:00Z",
    ]  # fmt: skip
    env = {**os.environ, **aws.env}
    subprocess.run([*scanner, "-o", str(tmp_path / "whole")], check=True, env=env)
    asked = aws.calls.names()
    aws.calls.clear()
    aws.faults.slow(0.02)
    chance = random.Random(4)
    output = tmp_path / "cut"
    command = [*scanner, "-o", str(output)]
    killed = 0
    for _ in range(KILLS):
        before = len(aws.calls)
        process = subprocess.Popen(command, env=env)
        until = before + chance.randrange(1, 12)
        while len(aws.calls) < until and process.poll() is None:
            time.sleep(0.005)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
        if (output / "evidence" / "manifest.json").exists():
            command = [*resuming(scanner), "--resume", str(output), "-o", str(output)]
    assert killed >= KILLS // 2
    subprocess.run(command, check=True, env=env)
    assert facts(output) == facts(tmp_path / "whole")
    twice = {name: count for name, count in aws.calls.names().items() if count > asked[name]}
    # Only a call whose answer was in the air when the process died may be repeated: eight at a time, at most.
    assert sum(count - asked[name] for name, count in twice.items()) <= killed * 9


def resuming(scanner: list[str]) -> list[str]:
    return [part for part in scanner if part != "aws"]


def facts(output: Path) -> Any:
    result = json.loads((output / "result.json").read_text())
    result["scan"].pop("started")
    result["scan"].pop("finished")
    return result
