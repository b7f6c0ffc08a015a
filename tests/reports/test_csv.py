from __future__ import annotations

import csv
import io
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiscan.report import Report
from nhiscan.result import ScanResult
from nhiscan_reports.csv import ROWS_AT_A_TIME, CsvReport, FindingsCsvReport, GapsCsvReport, cell
from tests.reports.hostile import planted
from tests.reports.sample import sample
from tests.results import credential, finding, identity, result


def rows(report: Report, value: ScanResult) -> list[dict[str, str]]:
    """The file as a program reads it."""
    return list(csv.DictReader(io.StringIO("".join(report.render(value)), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\tplain",
        "  =1",
        "\u00a0=1",
        "\u3000=1",
        "\u200b=1",
        "\ufeff=1",
        "\u202e=1",
        "\u2800=1",
        "\u3164=1",
        "\u0301=1",
        "＝1",
        "＋1",
        "－1",
        "＠SUM",
        "﹦1",
        "−1",
        "⁼1",
        "|cmd",
        "%0A",
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_formula_becomes_text(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["", "ci", "arn:aws:iam::1:role/ci", "a=b", "ä", "日本語", "'=1", "1-2", " x"])
def test_a_plain_text_stays(text: str) -> None:
    assert cell(text) == text


@given(st.text())
def test_no_text_begins_a_formula_or_steers(text: str) -> None:
    written = cell(text)
    assert written.isprintable()
    seen = unicodedata.normalize("NFKC", written).lstrip()
    assert not seen.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_what_is_written_is_read_back(texts: list[str]) -> None:
    people = [identity(str(number), name=text) for number, text in enumerate(texts)]
    assert [row["name"] for row in rows(CsvReport(), result(identities=people))] == [cell(text) for text in texts]


def test_values_are_words_that_people_know() -> None:
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert [cell(value) for value in (None, True, False, 7, 0.5, moment)] == [
        "",
        "yes",
        "no",
        "7",
        "0.5",
        "2026-03-01T12:30:00Z",
    ]


def test_an_endless_name_is_cut() -> None:
    assert len(cell("x" * 1_000_000)) < 32_767


def test_every_cell_is_quoted_and_lines_end_as_the_standard_says() -> None:
    text = "".join(CsvReport().render(result(identities=[identity("a", name='say "hi", ok')])))
    lines = text.split("\r\n")
    assert len(lines) == 3
    assert lines[-1] == ""
    assert '"say ""hi"", ok"' in lines[1]
    assert all(line.startswith('"') and line.endswith('"') for line in lines[:2])
    assert "\n" not in text.replace("\r\n", "")


def test_identities_one_a_row() -> None:
    estate = sample(ROWS_AT_A_TIME + 3)
    table = rows(CsvReport(), estate)
    assert [row["id"] for row in table] == [cell(i.id) for i in estate.identities]
    pieces = list(CsvReport().render(estate))
    assert len(pieces) == 2


def test_a_row_tells_of_credentials_and_findings_and_of_what_is_not_known() -> None:
    value = result(
        identities=[identity("a", mfa=None, tags={"b": "2", "a": "1"})],
        credentials=[
            credential("k1", "a"),
            credential("k2", "a", status=None),
            credential("k3", "a", status="inactive"),
        ],
        findings=[finding("r", "a", severity="critical"), finding("r", "k1", severity="low"), finding("r", "other")],
    )
    (row,) = rows(CsvReport(), value)
    assert (row["active_credentials"], row["long_lived_credentials"], row["credentials_of_unknown_state"]) == (
        "1",
        "1",
        "1",
    )
    assert (row["critical"], row["high"], row["low"]) == ("1", "0", "1")
    assert row["second_factor"] == "unknown"
    assert row["tags"] == "a=1; b=2"
    assert row["scope_answered"] == "1"


def test_findings_name_their_subject_and_its_holder() -> None:
    value = result(
        identities=[identity("a", name="ci")],
        credentials=[credential("k", "a", name="key of ci")],
        findings=[finding("r", "k"), finding("r", "a"), finding("r", "nowhere")],
    )
    table = rows(FindingsCsvReport(), value)
    assert [(row["subject"], row["subject_name"], row["holder"]) for row in table] == [
        ("k", "key of ci", "a"),
        ("a", "ci", ""),
        ("nowhere", "", ""),
    ]


def test_gaps_failed_rules_and_broken_extensions_are_listed() -> None:
    estate = sample(20)
    table = rows(GapsCsvReport(), estate)
    assert len(table) == len(estate.gaps) + 1 + len(estate.scan.broken_plugins)
    assert table[0]["permission"] == "iam:GenerateCredentialReport"
    assert "rule broken_rule" in [row["operation"] for row in table]


@pytest.mark.parametrize("report", [CsvReport(), FindingsCsvReport(), GapsCsvReport()], ids=lambda r: r.name)
def test_every_report_has_as_many_cells_as_its_header_and_survives_attacks(report: Report) -> None:
    text = "".join(report.render(planted(sample(25))))
    table = list(csv.reader(io.StringIO(text, newline="")))
    assert len(table) > 2
    assert {len(row) for row in table} == {len(table[0])}
    assert all(value.isprintable() for row in table for value in row)
    assert not any(value.lstrip().startswith(("=", "+", "-", "@")) for row in table for value in row)


@pytest.mark.parametrize("report", [CsvReport(), FindingsCsvReport(), GapsCsvReport()], ids=lambda r: r.name)
def test_an_empty_scan_has_a_header(report: Report) -> None:
    assert len("".join(report.render(result())).splitlines()) == 1
