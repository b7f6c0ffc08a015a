"""The command line: exit codes, one clear error, and nothing lost."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from nhiscan import plugins
from nhiscan.cli import main
from nhiscan.errors import ExitCode
from tests.fakes import FakeConnector


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeConnector:
    """A provider of the test's own, in an empty working directory."""
    connector = FakeConnector(["ada", "ben"])
    monkeypatch.setattr(plugins, "connectors", lambda: {"fake": connector})
    monkeypatch.chdir(tmp_path)
    return connector


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["nhiscan", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_scan_writes_both_reports_for_its_owner_only(
    fake: FakeConnector, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "scan", "fake") == ExitCode.CLEAN
    for name in ("result.json", "report.html"):
        assert stat.S_IMODE((Path("nhiscan-report") / name).stat().st_mode) == 0o600
    result = json.loads(Path("nhiscan-report/result.json").read_text())
    assert [i["name"] for i in result["identities"]] == ["ada", "ben"]
    assert "result.json" in capsys.readouterr().out


def test_quiet_says_nothing(
    fake: FakeConnector, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "scan", "fake", "--quiet") == ExitCode.CLEAN
    assert capfd.readouterr() == ("", "")


def test_json_log_is_json(
    fake: FakeConnector, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "scan", "fake", "--log-format", "json")
    lines = capfd.readouterr().err.splitlines()
    assert {"time", "level", "message"} <= set(json.loads(lines[0]))
    assert "parse" in json.loads(lines[-1])["seconds"]


def test_findings_at_or_above_the_bar_fail(fake: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "scan", "fake", "--fail-on", "info") == ExitCode.FINDINGS  # nobody owns them
    assert run(monkeypatch, "scan", "fake", "--fail-on", "critical") == ExitCode.CLEAN


def test_all_reads_denied_is_never_clean(
    fake: FakeConnector, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.refused["list"] = "denied"
    assert run(monkeypatch, "scan", "fake") == ExitCode.INCOMPLETE
    assert "could not" in capsys.readouterr().out.lower()


def test_a_gap_counts_when_completeness_is_required(fake: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.refused["get"] = "denied"
    assert run(monkeypatch, "scan", "fake") == ExitCode.CLEAN
    assert run(monkeypatch, "scan", "fake", "--require-complete") == ExitCode.INCOMPLETE
    assert run(monkeypatch, "scan", "fake", "--require-complete", "--fail-on", "info") == ExitCode.INCOMPLETE


def test_a_provider_that_does_not_let_us_in_is_incomplete(fake: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.down = "the credentials were not accepted"
    assert run(monkeypatch, "scan", "fake") == ExitCode.INCOMPLETE
    assert run(monkeypatch, "collect", "fake", "--evidence", "bundle") == ExitCode.INCOMPLETE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scan",), "No connector was named"),
        (("scan", "nosuch"), "There is no connector 'nosuch'"),
        (("scan", "fake", "--export", "fake"), "not of the form CONNECTOR=PATH"),
        (("scan", "fake", "--resume", "."), "name no connector"),
        (("scan", "fake", "--clock", "yesterday"), "is not a time"),
        (("scan", "fake", "--fail-on", "dreadful"), "dreadful"),
        (("scan", "fake", "--no-such-flag"), "no-such-flag"),
        (("report", "nhiscan-report", "-f", "pdf"), "There is no report 'pdf'"),
        (("permissions", "fake", "-f", "yaml"), "no policy in the form 'yaml'"),
    ],
)
def test_a_wrong_command_line_is_one_usage_error(
    fake: FakeConnector,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    assert run(monkeypatch, *arguments) == ExitCode.USAGE
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[scan", "is not TOML"),
        ("[scan]\nconectors = []", "conectors"),
        ("[scan]\nconnectors = ['fake']\n[connectors.fake]\nplase = 'x'", "plase"),
        ("[scan]\nconnectors = ['fake']\n[rules.nosuch]\na = 1", "there is no rule"),
        ("[scan]\nconnectors = ['fake']\n[rules.stale_credential]\nnosuch = 1", "no threshold 'nosuch'"),
        ("[scan]\nconnectors = ['fake']\n[[suppress]]\nreason = 'x'\nexpires = 2030-01-01", "must name a rule"),
    ],
)
def test_a_wrong_configuration_is_one_usage_error(
    fake: FakeConnector, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    Path("nhiscan.toml").write_text(text)
    assert run(monkeypatch, "scan") == ExitCode.USAGE
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema_version": 3}', b"\xff\xfe\x00", b"[" * 300_000])
def test_a_broken_result_is_one_error(
    fake: FakeConnector, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    Path("result.json").write_bytes(content)
    for arguments in (("report", "result.json", "-f", "csv"), ("explain", "ada", "--result", "result.json")):
        assert run(monkeypatch, *arguments) == ExitCode.FAILURE
        error = capsys.readouterr().err
        assert "result.json is not a result of nhiscan" in error
        assert "Traceback" not in error


def test_a_full_disk_is_one_error_and_keeps_the_old_report(
    fake: FakeConnector, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "scan", "fake", "-o", "out")
    before = Path("out/result.json").read_text()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nhiscan.files.os.replace", full)
    assert run(monkeypatch, "analyze", "out/evidence", "-o", "out") == ExitCode.FAILURE
    assert "No space left" in capsys.readouterr().err
    assert Path("out/result.json").read_text() == before


def test_collect_then_analyze_gives_what_scan_gives(fake: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ("--clock", "2026-11-24T00:00:00Z")
    assert run(monkeypatch, "collect", "fake", "--evidence", "bundle") == ExitCode.CLEAN
    assert run(monkeypatch, "analyze", "bundle", "-o", "a", *clock) == ExitCode.CLEAN
    assert run(monkeypatch, "analyze", "bundle", "-o", "b", *clock) == ExitCode.CLEAN
    assert run(monkeypatch, "scan", "fake", "-o", "c", *clock) == ExitCode.CLEAN
    a, b, c = (json.loads(Path(f"{place}/result.json").read_text()) for place in "abc")
    assert a == b
    assert (a["identities"], a["findings"], a["edges"]) == (c["identities"], c["findings"], c["edges"])
    assert Path("a/report.html").read_bytes() == Path("b/report.html").read_bytes()


def test_an_unfinished_scan_is_moved_aside_and_can_go_on(fake: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    from nhiscan.errors import NhiscanError

    def stop(call: str) -> None:
        raise NhiscanError("stopped")

    fake.on_call = stop
    assert run(monkeypatch, "scan", "fake") == ExitCode.FAILURE
    fake.on_call = lambda call: None
    assert run(monkeypatch, "scan", "fake") == ExitCode.CLEAN
    assert run(monkeypatch, "scan", "--resume", "nhiscan-report/evidence.unfinished", "-o", "later") == ExitCode.CLEAN
    assert Path("later/result.json").exists()


def test_a_suppressed_finding_is_counted_and_runs_out(fake: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("nhiscan.toml").write_text(
        "[[suppress]]\nrule = 'ownerless_identity'\nsubject = 'fake:1/*'\nreason = 'a test'\nexpires = 2026-12-31\n"
    )
    run(monkeypatch, "scan", "fake", "--clock", "2026-12-31T12:00:00Z")
    now = json.loads(Path("nhiscan-report/result.json").read_text())
    run(monkeypatch, "scan", "fake", "--clock", "2027-01-01T12:00:00Z")
    later = json.loads(Path("nhiscan-report/result.json").read_text())
    assert now["suppressions"][0]["matched"] == 2
    assert not [f for f in now["findings"] if f["rule"] == "ownerless_identity"]
    assert later["suppressions"][0]["expired"]
    assert len([f for f in later["findings"] if f["rule"] == "ownerless_identity"]) == 2


def test_explain_finds_by_name_and_asks_when_it_is_not_clear(
    fake: FakeConnector, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.scopes = ["fake:1", "fake:2"]
    run(monkeypatch, "scan", "fake")
    capsys.readouterr()
    assert run(monkeypatch, "explain", "fake:1/ada") == ExitCode.CLEAN
    assert "ada" in capsys.readouterr().out
    assert run(monkeypatch, "explain", "ada") == ExitCode.FAILURE
    assert "fake:2/ada" in capsys.readouterr().err
    assert run(monkeypatch, "explain", "zoe") == ExitCode.FAILURE


def test_schema_and_plugins_print(
    fake: FakeConnector, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "schema") == ExitCode.CLEAN
    assert "IdentityResult" in json.loads(capsys.readouterr().out)["$defs"]
    broken = plugins.Broken("nhiscan.rules", "bad_rule", "ImportError: no module")
    monkeypatch.setattr(plugins, "broken", lambda: [broken])
    assert run(monkeypatch, "plugins") == ExitCode.FAILURE
    assert "bad_rule" in capsys.readouterr().out
