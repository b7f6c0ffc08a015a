"""Documentation of the rules, drawn from their declarations: docs/rules.md is this module's output.

`python -m nhiscan.governance.rule_docs > docs/rules.md` makes it anew.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Sequence

import nhiscan.rules
from nhiscan.governance.controls import FRAMEWORKS
from nhiscan.result import SEVERITIES
from nhiscan.rule import Rule

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")


def own_rules() -> list[Rule]:
    """The rules that nhiscan itself ships, by id; those of extensions document themselves."""
    modules = pkgutil.iter_modules(nhiscan.rules.__path__)
    return [importlib.import_module(f"nhiscan.rules.{name}").RULE for name in sorted(module.name for module in modules)]


def render(rules: Iterable[Rule]) -> str:
    """The page, as Markdown: a table of all rules, one section a rule, and the controls with the rules under each."""
    known = sorted(rules, key=lambda rule: rule.id)
    lines = [*_head(), *_overview(known)]
    for rule in known:
        lines += _section(rule)
    return "\n".join([*lines, *_crosswalk(known)]) + "\n"


def _head() -> Iterator[str]:
    yield "# Rules"
    yield ""
    yield "<!-- Generated from the declarations in nhiscan/rules; edit those, then run"
    yield "     `python -m nhiscan.governance.rule_docs > docs/rules.md`. -->"
    yield ""
    yield (
        "A rule yields findings and, where it could not judge, unknowns: a subject that could not be read is neither"
        " clean nor at fault. A finding may be more or less severe than its rule's usual severity; the evidence says"
        " why. Identities that the provider makes and runs are left out."
    )
    yield ""
    yield "Thresholds are set in `nhiscan.toml`, and a rule is switched off there:"
    yield ""
    yield "```toml"
    yield "[rules.stale_credential]"
    yield "unused_days = 45"
    yield ""
    yield "[rules.trust_deleted_principal]"
    yield "enabled = false"
    yield "```"
    yield ""


def _overview(rules: Sequence[Rule]) -> Iterator[str]:
    yield "| Rule | Usual severity | What is wrong |"
    yield "|---|---|---|"
    for rule in sorted(rules, key=lambda rule: (SEVERITIES.index(rule.severity), rule.id)):
        yield f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {_text(rule.title)} |"
    yield ""


def _section(rule: Rule) -> Iterator[str]:
    yield f"## `{rule.id}`"
    yield ""
    yield f"**{_text(rule.title)}.** Usual severity {rule.severity}, usual confidence {rule.confidence}."
    yield ""
    yield _text(rule.why)
    yield ""
    yield f"What to do: {_text(rule.remediation)}"
    yield ""
    if rule.thresholds:
        yield "| Threshold | Default | Meaning |"
        yield "|---|---|---|"
        for threshold in rule.thresholds:
            yield f"| `{threshold.name}` | {threshold.default} {threshold.unit} | {_text(threshold.meaning)} |"
        yield ""
    if rule.listings:
        yield "| List | Meaning |"
        yield "|---|---|"
        for listing in rule.listings:
            yield f"| `{listing.name}` | {_text(listing.meaning)} |"
        yield ""
    yield f"Controls: {'; '.join(_named(name, ids) for name, ids in rule.controls.items())}."
    yield ""
    for reference in rule.references:
        yield f"- <{reference}>"
    yield ""


def _named(framework: str, ids: Iterable[str]) -> str:
    return f"{_text(framework)} {', '.join(_text(id) for id in ids)}"


def _crosswalk(rules: Sequence[Rule]) -> Iterator[str]:
    yield "## Controls"
    yield ""
    yield (
        "Which rules give evidence about which control. A finding speaks to a control; it does not say by itself that"
        " the control is met or broken."
    )
    for framework in FRAMEWORKS.values():
        under = {
            id: [rule.id for rule in rules if id in rule.controls.get(framework.name, ())] for id in framework.titles
        }
        rows = [(id, framework.titles[id], ids) for id, ids in under.items() if ids]
        if not rows:
            continue
        yield ""
        yield f"### {_text(framework.name)}"
        yield ""
        yield f"{_text(framework.edition)}: <{framework.url}>"
        yield ""
        yield "| Control | What it is called | Rules |"
        yield "|---|---|---|"
        for id, title, ids in rows:
            yield f"| {_text(id)} | {_text(title)} | {', '.join(f'[`{rule}`](#{rule})' for rule in ids)} |"


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


if __name__ == "__main__":
    sys.stdout.write(render(own_rules()))
