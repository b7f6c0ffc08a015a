"""Patterns of a company match whole names, and none can be made to run away."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.classify.patterns import LONGEST_NAME, MOST_WAYS, compile_pattern, ways
from nhiscan.errors import UsageError


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("svc-*", "svc-billing", True),
        ("svc-*", "SVC-Billing", True),
        ("svc-*", "my-svc-billing", False),
        ("*-agent", "support-agent", True),
        ("*-agent", "support-agents", False),
        ("ai-?", "ai-1", True),
        ("[ab]-x", "b-x", True),
        ("re:svc-[0-9]+", "svc-12", True),
        ("re:svc-[0-9]+", "svc-12-b", False),
        ("re:(?:ai|ml)-.*", "ML-train", True),
        ("re:a{2,3}", "aaa", True),
        ("re:a{2,3}", "aaaa", False),
    ],
)
def test_matches_whole_names_whatever_their_case(pattern: str, name: str, expected: bool) -> None:
    assert compile_pattern(pattern)(name) is expected


@pytest.mark.parametrize(
    "expression",
    [
        r"(a+)+b",
        r"(a|a)*b",
        r"(a?)+b",
        r"(a*)?*",
        r"(x)(?:y+)*",
        r"(ab){2,9}",
        r".*.*.*x",
        r"a?" * 40 + "a" * 40,
        r"(a|a)" * 30,
        r"(a)\1",
        r"(?P<x>a)(?P=x)",
        r"(?=a+)a",
        r"(?<!a)b",
        r".{0,99999}.{0,99999}.{0,99999}",
        r"[a-z]+[a-z]+[a-z]+",
    ],
)
def test_refuses_expressions_that_could_run_away(expression: str) -> None:
    with pytest.raises(UsageError):
        compile_pattern("re:" + expression)


@pytest.mark.parametrize("pattern", ["", "x" * 300, "re:(", "re:[z-a]", "re:*a"])
def test_refuses_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(UsageError) as raised:
        compile_pattern(pattern)
    assert raised.value.advice


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("abc", 1), ("a?", 2), ("a|b|c", 4), ("a*", LONGEST_NAME), ("[*+?]", 1), (r"\*\+", 1), ("a{3}", 1), ("[]*]x", 1)],
)
def test_counts_the_ways(expression: str, expected: int) -> None:
    assert ways(expression) == expected


def test_a_long_name_follows_no_expression() -> None:
    assert not compile_pattern("re:a*")("a" * (LONGEST_NAME + 1))
    assert compile_pattern("a*")("a" * 5000)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab.*+?|()[]{}1,\\", max_size=24))
def test_whatever_is_accepted_is_quick_on_names_made_for_it(text: str) -> None:
    try:
        matches = compile_pattern("re:" + text)
    except UsageError:
        return
    re.compile(text)
    assert ways(text) <= MOST_WAYS
    begun = time.process_time()
    for name in ("a" * LONGEST_NAME, "ab" * (LONGEST_NAME // 2), "a" * (LONGEST_NAME - 1) + "!"):
        matches(name)
    assert time.process_time() - begun < 1.0


def test_a_glob_full_of_stars_is_quick() -> None:
    matches = compile_pattern("*a" * 60 + "*b")
    begun = time.process_time()
    assert not matches("a" * 20_000)
    assert time.process_time() - begun < 2.0
