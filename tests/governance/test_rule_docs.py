"""The page of the rules holds all that their declarations say, and no name in them breaks it."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance.rule_docs import own_rules, render
from nhiscan.plugins import rules
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold


def check(context: RuleContext) -> Iterator[Outcome]:
    """Finds nothing."""
    yield from ()


RULE = Rule(
    id="odd_rule",
    title="A title with | and * in it",
    severity="high",
    why="Because <b>so</b>.",
    remediation="Mend it.",
    references=("https://example.com/a_b",),
    controls={"NIST 800-53": ("AC-2",)},
    thresholds=(Threshold(name="some_days", default=7, unit="days", meaning="Days | nights"),),
    check=check,
)


def test_a_section_holds_what_is_declared() -> None:
    page = render([RULE])
    assert "## `odd_rule`\n" in page
    assert "| [`odd_rule`](#odd_rule) | high | A title with \\| and \\* in it |" in page
    assert "Because \\<b\\>so\\</b\\>." in page
    assert "| `some_days` | 7 days | Days \\| nights |" in page
    assert "Controls: NIST 800-53 AC-2." in page
    assert "<https://example.com/a_b>" in page


def test_the_crosswalk_names_each_control_with_its_rules_and_no_other() -> None:
    page = render([RULE])
    assert "### NIST 800-53" in page
    assert "| AC-2 | Account Management | [`odd_rule`](#odd_rule) |" in page
    assert "AC-20" not in page
    assert "### GDPR" not in page


def test_every_pair_of_rule_and_control_stands_in_the_crosswalk() -> None:
    crosswalk = render(own_rules()).partition("## Controls\n")[2]
    rows = [line for line in crosswalk.splitlines() if line.startswith("| ")]
    for rule in own_rules():
        for ids in rule.controls.values():
            for id in ids:
                assert any(line.startswith(f"| {id} |") and f"[`{rule.id}`]" in line for line in rows), (rule.id, id)


def test_the_worst_rules_come_first_in_the_table() -> None:
    page = render(own_rules())
    assert page.index("| critical |") < page.index("| high |") < page.index("| medium |") < page.index("| low |")


def test_the_page_ends_with_one_line_end() -> None:
    assert render([RULE]).endswith("|\n")


def test_the_rules_of_the_package_are_those_that_a_scan_runs() -> None:
    assert {rule.id for rule in own_rules()} <= rules().keys()
