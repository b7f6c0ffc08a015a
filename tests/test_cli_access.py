"""The commands that ask about access, on a bundle made from an export."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from nhiscan import engine
from nhiscan.connector import Connector
from nhiscan.demo import ESTATE
from nhiscan.errors import ExitCode
from nhiscan_connectors.aws.connector import AwsConnector
from nhiscan_connectors.aws.iam import operations
from tests.clouds.aws.seed import NOW
from tests.connectors.aws.answers import ACCOUNT_SHARD, IAM, allow, answer, details, document, role, user
from tests.test_cli import run

HOSTILE = "own\x1b[2J\x07"


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Evidence: ci can make keys for the administrator deploy, idle can do nothing, two are called app."""
    monkeypatch.chdir(tmp_path)
    inline = [{"PolicyName": HOSTILE, "PolicyDocument": document(allow("iam:CreateAccessKey"))}]
    body = details(
        users=[
            user("ci", UserPolicyList=inline),
            user("deploy", UserPolicyList=[{"PolicyName": "all", "PolicyDocument": document(allow("*"))}]),
            user("idle"),
            user("app"),
        ],
        roles=[role("app")],
    )
    Path("export.json").write_text(json.dumps(body))
    run(monkeypatch, "collect", "--export", "aws=export.json", "--evidence", "bundle", "--quiet")
    return "bundle"


def asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, and what was printed with line breaks as spaces."""
    capsys.readouterr()
    code = run(monkeypatch, *arguments, "--evidence", "bundle")
    out, err = capsys.readouterr()
    return code, " ".join(out.split()), " ".join(err.split())


@pytest.mark.usefixtures("bundle")
def test_can_tells_the_answer_and_what_decides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = asked(monkeypatch, capsys, "can", "idle", "s3:GetObject", "arn:aws:s3:::b/k")
    assert code == ExitCode.CLEAN
    assert not out.startswith("ALLOWED")
    code, out, _ = asked(monkeypatch, capsys, "can", "ci", "iam:CreateAccessKey", f"{IAM}:user/deploy")
    assert code == ExitCode.CLEAN
    # The limits of the organization are no part of such an export, so a definite yes would be too much.
    assert out.startswith("UNKNOWN")
    assert "not readable" in out


@pytest.mark.usefixtures("bundle")
def test_paths_are_told_hop_by_hop(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(monkeypatch, capsys, "paths", "--from", "ci")
    assert code == ExitCode.CLEAN
    assert "user ci can create access keys for user deploy" in out
    assert "To break it" in out
    code, out, _ = asked(monkeypatch, capsys, "paths", "--from", "idle")
    assert code == ExitCode.CLEAN
    assert "No identity has a known path" in out


@pytest.mark.usefixtures("bundle")
def test_blast_radius_tells_what_a_thief_gets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = asked(monkeypatch, capsys, "blast-radius", "ci")
    assert code == ExitCode.CLEAN
    assert f"{IAM}:user/deploy [allowed]" in out
    assert "It can do" in out
    assert "every secret" in out  # deploy administers
    code, out, _ = asked(monkeypatch, capsys, "blast-radius", "idle")
    assert code == ExitCode.CLEAN
    assert "It can become" not in out
    assert "every secret" not in out


ASKING = [("can", "{}", "s3:GetObject"), ("paths", "--from", "{}"), ("blast-radius", "{}")]


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize("form", ASKING)
@pytest.mark.parametrize(
    ("name", "said"), [("nobody", "No identity is called 'nobody'"), ("app", "2 identities are called 'app'")]
)
def test_a_name_must_mean_one_identity(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    form: tuple[str, ...],
    name: str,
    said: str,
) -> None:
    code, out, err = asked(monkeypatch, capsys, *(part.format(name) for part in form))
    assert code == ExitCode.FAILURE
    assert out == ""
    assert said in err.replace(" or workload", "").replace(" and workloads", "")  # a blast may begin at either


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize("form", ASKING)
def test_hostile_names_move_no_cursor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: tuple[str, ...]
) -> None:
    action = ("iam:CreateAccessKey", "*")
    arguments = ("can", "ci", *action) if form[0] == "can" else tuple(part.format("ci") for part in form)
    code, out, err = asked(monkeypatch, capsys, *arguments)
    assert code == ExitCode.CLEAN
    assert "own" in out  # the name itself is told
    assert "\x1b" not in out + err
    assert "\x07" not in out + err


@pytest.mark.usefixtures("bundle")
def test_a_context_must_have_a_value(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = asked(monkeypatch, capsys, "can", "ci", "s3:GetObject", "--context", "aws:SourceIp")
    assert code == ExitCode.USAGE
    assert "KEY=VALUE" in err


@pytest.mark.usefixtures("bundle")
def test_paths_to_an_identity(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(monkeypatch, capsys, "paths", "--to", "deploy")
    assert code == ExitCode.CLEAN
    assert f"{IAM}:user/ci [allowed]" in out
    assert "can create" in out
    assert "user/idle" not in out


@pytest.mark.usefixtures("bundle")
def test_paths_to_data(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    table = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
    code, out, _ = asked(monkeypatch, capsys, "paths", "--to", f"data:{table}")
    assert code == ExitCode.CLEAN
    assert f"user deploy may dynamodb:GetItem on {table}" in out
    assert f"{IAM}:user/ci [allowed]" in out
    assert "user/idle" not in out


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("secret:openai", "No secret is called 'openai'."),
        ("data:nothing", "Nobody is known to read 'nothing'"),
        ("nobody", "No identity is called 'nobody'."),
        ("app", "2 identities are called 'app'"),
    ],
)
def test_a_goal_that_is_not_there_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], goal: str, said: str
) -> None:
    code, out, err = asked(monkeypatch, capsys, "paths", "--to", goal)
    assert code == ExitCode.FAILURE
    assert said in err
    assert not out


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Evidence of a scan with --usage: ann may do all of EC2 and SQS, and started instances."""
    monkeypatch.chdir(tmp_path)
    connectors: dict[str, Connector] = {"aws": AwsConnector()}
    bundle = engine.begin(tmp_path / "bundle", {"aws": {}}, connectors, started=NOW)
    inline = [{"PolicyName": "p", "PolicyDocument": document(allow("ec2:*", "sqs:*"))}]
    service = {"ServiceName": "EC2", "ServiceNamespace": "ec2", "LastAuthenticated": "2026-11-23T00:00:00Z"}
    action = {"ActionName": "StartInstances", "LastAccessedTime": "2026-11-23T00:00:00Z"}
    services = [
        {**service, "TrackedActionsLastAccessed": [action]},
        {"ServiceName": "SQS", "ServiceNamespace": "sqs"},
    ]
    writer = bundle.writer(ACCOUNT_SHARD)
    for item in (
        answer(operations.DETAILS, details(users=[user("ann", UserPolicyList=inline), user("bob")])),
        answer(operations.USAGE_JOB, {"JobId": "j"}, Arn=f"{IAM}:user/ann"),
        answer(operations.USAGE, {"JobStatus": "COMPLETED", "ServicesLastAccessed": services}, JobId="j"),
    ):
        writer.add(item)
    writer.end()
    writer.close()
    planned = [msgspec.structs.replace(entry, planned=True) for entry in bundle.manifest.connectors]
    bundle.save(msgspec.structs.replace(bundle.manifest, shards=[ACCOUNT_SHARD], connectors=planned))


@pytest.mark.usefixtures("used")
def test_tighten_writes_a_policy_and_says_what_it_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = asked(monkeypatch, capsys, "tighten", "ann", "--output", "new.json")
    assert code == ExitCode.CLEAN
    assert json.loads(Path("new.json").read_text())["Statement"][0]["Action"] == ["ec2:StartInstances"]
    assert "Dropped: sqs was not used" in out
    assert "Wrote new.json; nothing was changed anywhere." in out


@pytest.mark.usefixtures("used")
def test_tighten_touches_no_file_that_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("new.json").write_text("mine")
    code, _, err = asked(monkeypatch, capsys, "tighten", "ann", "--output", "new.json")
    assert code == ExitCode.FAILURE
    assert "new.json is there already." in err
    assert Path("new.json").read_text() == "mine"


@pytest.mark.usefixtures("used")
def test_tighten_without_usage_data_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = asked(monkeypatch, capsys, "tighten", "bob")
    assert code == ExitCode.FAILURE
    assert "No policy can be proposed" in err
    assert "scan with --usage" in err
    assert not list(Path.cwd().glob("*.json"))


def test_blast_radius_takes_the_name_of_a_workload(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    code = run(monkeypatch, "blast-radius", "support_agent", "--evidence", str(ESTATE))
    out = " ".join(capsys.readouterr().out.split())
    assert code == ExitCode.CLEAN
    assert "Under prompt injection" in out
    assert "role support-agent-runtime may read" in out or "support-agent-runtime may secretsmanager" in out
    assert run(monkeypatch, "blast-radius", "no such thing", "--evidence", str(ESTATE)) == ExitCode.FAILURE
    assert "No identity or workload is called" in capsys.readouterr().err
