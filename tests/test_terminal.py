from __future__ import annotations

import io
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from nhiscan.result import KeyPlace, ScanResult
from nhiscan.terminal import clean, count, one_line, percent, print_summary
from tests.reports.hostile import planted
from tests.reports.sample import sample
from tests.results import result


def printed(value: ScanResult, *, width: int = 80, terminal: bool = False) -> str:
    """What the summary prints."""
    out = io.StringIO()
    colour: Literal["auto", "truecolor"] = "truecolor" if terminal else "auto"
    # With an empty environment, the machine that runs the test has no say.
    console = Console(file=out, width=width, force_terminal=terminal, color_system=colour, _environ={})
    print_summary(value, console)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\nlines"),
        ("a\tb", "a b"),
        ("\x1b[2Jgone", "\\u001b[2Jgone"),
        ("\x9b2J", "\\u009b2J"),
        ("a\rb", "a\\u000db"),
        ("\x07", "\\u0007"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("a\u200bb", "a\\u200bb"),
        ("\u2066x", "\\u2066x"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("größe 日本", "größe 日本"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text())
def test_nothing_clean_can_steer(text: str) -> None:
    assert clean(text).replace("\n", "").isprintable()
    assert one_line(text).isprintable()


def test_one_line_is_one_and_not_endless() -> None:
    assert one_line("a\n b\r\n\tc") == "a b c"
    assert one_line("x" * 1000, longest=10) == "x" * 10 + "…"


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, "–"), (0, 10, "0 %"), (1, 1000, "<1 %"), (999, 1000, ">99 %"), (1000, 1000, "100 %"), (1, 3, "33 %")],
)
def test_a_share_never_says_nothing_for_something_nor_all_for_less(part: int, whole: int, expected: str) -> None:
    assert percent(part, whole) == expected


def test_count() -> None:
    assert [count(n, "scope") for n in (0, 1, 1200)] == ["0 scopes", "1 scope", "1,200 scopes"]


@pytest.mark.parametrize("width", [80, 200])
def test_the_summary_fits_80_columns(width: int) -> None:
    for value in (sample(400), planted(sample(30)), result()):
        assert max(map(len, printed(value, width=width).splitlines())) <= 80


def test_without_a_terminal_it_is_plain() -> None:
    assert "\x1b" not in printed(sample(40))
    assert "\x1b[" in printed(sample(40), terminal=True)


def test_it_tells_classes_shares_findings_and_risks() -> None:
    estate = sample(400)
    text = printed(estate)
    assert "400 identities" in text
    for number in estate.summary.classes.values():
        assert f"{number:,}" in text
    assert f"{estate.summary.owned.count:,} of {estate.summary.owned.of:,}" in text
    assert f"{estate.summary.administrators.unknown} unknown" in text
    for severity, number in estate.summary.findings.items():
        assert f"{number:,} {severity}" in text
    assert " ".join(estate.summary.risks[0].sentence.split()[:4]) in text


def test_what_could_not_be_seen_stands_first_and_last() -> None:
    text = printed(sample(40))
    lines = text.splitlines()
    assert any("COULD NOT LOOK EVERYWHERE" in line for line in lines[:3])
    last = text[text.rindex("\nCOULD NOT LOOK") :]
    assert "OpenAI failed" in last
    assert "needs iam:GenerateCredentialReport" in last
    assert "2 times" in last
    assert "rule broken_rule failed" in last
    assert "slides" in last
    assert "stand as unknown" in last


def test_a_complete_scan_does_not_cry() -> None:
    text = printed(result())
    assert "COULD NOT LOOK" not in text
    assert "100 % of what was asked was answered" in text


def test_a_scan_that_asked_nothing_says_so() -> None:
    empty = result()
    scan = msgspec.structs.replace(
        empty.scan,
        coverage=msgspec.structs.replace(empty.scan.coverage, asked=0, answered=0, share=0.0, complete=False),
    )
    assert "Nothing was asked" in printed(msgspec.structs.replace(empty, scan=scan))


def test_attacks_do_not_reach_the_terminal() -> None:
    for terminal in (False, True):
        text = printed(planted(sample(30)), terminal=terminal)
        assert "\x1b[2J" not in text
        assert "\u202e" not in text
        assert "\x00" not in text


def test_markup_in_names_is_only_text() -> None:
    estate = sample(20)
    risk = msgspec.structs.replace(estate.summary.risks[0], sentence="[bold]loud[/bold] :smile: [link=x]y[/link]")
    value = msgspec.structs.replace(estate, summary=msgspec.structs.replace(estate.summary, risks=[risk]))
    assert "[bold]loud[/bold] :smile: [link=x]y[/link]" in printed(value, terminal=False)


def test_agents_and_keys_have_a_line_each_where_there_are_any() -> None:
    agents = [
        msgspec.structs.replace(item, platforms=[], agents=3, unseen=unseen, keys=keys)
        for item in [result().summary.ai]
        for unseen, keys in (
            ([], []),
            (["aws:1"], [KeyPlace(provider="x", place="y", in_clear=True, keys=2, shared=0)]),
        )
    ]
    texts = [
        printed(msgspec.structs.replace(result(), summary=msgspec.structs.replace(result().summary, ai=ai)))
        for ai in agents
    ]
    assert "3 AI agents on 0 platforms." in texts[0]
    assert "LLM providers" not in texts[0]
    assert "3 AI agents on 0 platforms, or more: not all could be listed." in texts[1]
    assert "2 keys of LLM providers, 2 of them in the open." in texts[1]
    assert "AI agent" not in printed(result())
