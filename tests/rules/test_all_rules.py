"""What holds for every rule: it is fully declared, documented, can still fire, and says the same thing twice."""

from __future__ import annotations

import importlib
import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from nhiscan.build import build
from nhiscan.config import Config
from nhiscan.governance.controls import FRAMEWORKS
from nhiscan.governance.rule_docs import own_rules, render
from nhiscan.inventory import Inventory, blind_to_all
from nhiscan.judge import judge
from nhiscan.model import Identity, Scope, Signal
from nhiscan.rule import Rule
from tests.rules.support import ACCOUNT, NOW, Estate, estate

RULES = own_rules()
DOCUMENT = Path(__file__).parents[2] / "docs" / "rules.md"
EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))

SENTENCE = re.compile(r"[A-Z{].*[.!?]", re.DOTALL)


def module_of(rule: Rule) -> str:
    """Name of the module that declares a rule."""
    return rule.check.__module__.rpartition(".")[2]


def example_of(rule: Rule) -> Estate:
    """The estate in which the rule's own tests say that it finds something."""
    example: Estate = importlib.import_module(f"tests.rules.test_{rule.id}").EXAMPLE
    return example


@EVERY_RULE
def test_a_rule_is_named_by_its_file(rule: Rule) -> None:
    assert rule.id == module_of(rule)
    assert re.fullmatch(r"[a-z][a-z_]+", rule.id)


@EVERY_RULE
def test_a_rule_is_fully_declared(rule: Rule) -> None:
    assert rule.title == rule.title.strip()
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert len(rule.title) <= 80
    for text in (rule.why, rule.remediation, rule.risk):
        assert SENTENCE.fullmatch(text), text
        assert "  " not in text
    assert rule.references
    assert all(reference.startswith("https://") for reference in rule.references)
    assert "{count}" in rule.risk
    assert not re.search(r"[{}]", rule.risk.replace("{count}", ""))


@EVERY_RULE
def test_a_rules_thresholds_can_be_understood(rule: Rule) -> None:
    names = [threshold.name for threshold in rule.thresholds]
    assert len(names) == len(set(names))
    for threshold in rule.thresholds:
        assert threshold.name != "enabled"
        assert threshold.default >= 0
        assert threshold.unit in ("days", "count")
        assert len(threshold.meaning) > 20


@EVERY_RULE
def test_a_rules_controls_are_known(rule: Rule) -> None:
    assert rule.controls
    for framework, ids in rule.controls.items():
        assert ids
        assert set(ids) <= FRAMEWORKS[framework].titles.keys()


@EVERY_RULE
def test_a_rule_can_still_fire(rule: Rule) -> None:
    said = example_of(rule).run(rule)
    assert said.findings
    assert said.examined >= len({finding.subject for finding in said.findings})
    assert all(finding.rule == rule.id for finding in said.findings)
    assert all(sentence.strip() == sentence != "" for finding in said.findings for sentence in finding.evidence)


@EVERY_RULE
def test_the_same_fault_has_the_same_fingerprint_when_only_time_goes_by(rule: Rule) -> None:
    example = example_of(rule)
    today = {finding.fingerprint for finding in example.run(rule).findings}
    later = {finding.fingerprint for finding in example.run(rule, clock=NOW + timedelta(days=40)).findings}
    assert today <= later


@EVERY_RULE
def test_a_rule_says_the_same_thing_twice(rule: Rule) -> None:
    assert example_of(rule).run(rule) == example_of(rule).run(rule)


@EVERY_RULE
def test_the_order_of_the_records_does_not_matter(rule: Rule) -> None:
    example = example_of(rule)
    turned = Estate(records=example.records[::-1], classes=example.classes, admins=example.admins, mixed=example.mixed)
    assert {f.fingerprint for f in turned.run(rule).findings} == {f.fingerprint for f in example.run(rule).findings}


@EVERY_RULE
def test_a_fault_has_one_fingerprint_and_no_two_share_it(rule: Rule) -> None:
    fingerprints = [finding.fingerprint for finding in example_of(rule).run(rule).findings]
    assert len(fingerprints) == len(set(fingerprints))


@EVERY_RULE
def test_an_empty_estate_is_clean(rule: Rule) -> None:
    said = estate().run(rule)
    assert said.clean
    assert said.examined == 0


@EVERY_RULE
def test_an_account_that_was_not_read_is_never_clean(rule: Rule) -> None:
    """Of the rule's own example only the identities are left, and what made them worth asking about."""
    left = [
        msgspec.structs.replace(record, activity=None) if isinstance(record, Identity) else record
        for record in example_of(rule).records
        if isinstance(record, Scope | Identity | Signal)
    ]
    identities = [record.id for record in left if isinstance(record, Identity)]
    hidden = Estate(
        records=(*left, blind_to_all("aws", ACCOUNT, "", "killed")), admins=dict.fromkeys(identities, "unknown")
    )
    said = hidden.run(rule)
    assert said.unknowns
    assert not said.findings


@EVERY_RULE
def test_a_rule_runs_in_the_judge(rule: Rule) -> None:
    inventory = Inventory(example_of(rule).records)
    judged = judge(inventory, build(inventory), {rule.id: rule}, Config(), NOW)
    assert [check.failed for check in judged.checks] == [""]


@EVERY_RULE
def test_a_rule_has_its_section(rule: Rule) -> None:
    assert f"## `{rule.id}`\n" in DOCUMENT.read_text(encoding="utf-8")


def test_the_document_is_what_the_declarations_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(RULES), (
        "run `python -m nhiscan.governance.rule_docs > docs/rules.md`"
    )


def test_no_two_rules_have_one_title() -> None:
    titles = [rule.title for rule in RULES]
    assert len(titles) == len(set(titles))
