"""The sample estate: complete, believable, and what the README shows of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest

from nhiscan.analyze import analyze
from nhiscan.assemble import schema
from nhiscan.config import Config
from nhiscan.demo import ESTATE
from nhiscan.evidence import open_bundle
from nhiscan.result import ScanResult

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def result() -> ScanResult:
    return analyze(open_bundle(ESTATE), Config())


def test_it_was_recorded_completely(result: ScanResult) -> None:
    assert result.scan.coverage.complete
    assert all(connector.status == "complete" for connector in result.scan.connectors)
    assert not [check for check in result.checks if check.failed]


def test_it_has_something_of_everything(result: ScanResult) -> None:
    assert set(result.summary.classes) == {"human", "legacy_service", "ai_persona", "unknown"}
    assert all(result.summary.classes.values())
    assert {identity.admin for identity in result.identities} >= {"is", "can_become", "latent", "no"}
    assert {finding.severity for finding in result.findings} == {"critical", "high", "medium", "low", "info"}
    assert len({finding.rule for finding in result.findings}) >= 18


def test_judging_it_twice_gives_the_same_bytes(result: ScanResult) -> None:
    again = analyze(open_bundle(ESTATE), Config())
    assert msgspec.json.encode(again) == msgspec.json.encode(result)


def test_the_result_keeps_to_its_published_schema(result: ScanResult) -> None:
    jsonschema.validate(msgspec.json.decode(msgspec.json.encode(result)), msgspec.json.decode(schema()))


def test_the_readme_shows_what_it_prints(tmp_path: Path) -> None:
    shown = re.search(r"<!-- demo -->\n```\n(.*?)```\n<!-- /demo -->", README.read_text(), re.DOTALL)
    assert shown is not None
    done = subprocess.run(
        [sys.executable, "-m", "nhiscan", "demo", "-o", "nhiscan-report"],
        cwd=tmp_path, capture_output=True, text=True, check=True, env={"COLUMNS": "80", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert [line.rstrip() for line in done.stdout.splitlines()] == shown[1].splitlines()
