"""The terminal: text that cannot steer it, and the summary that a scan ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from nhiscan.result import SEVERITIES, AiCensus, GapResult, ScanResult, Severity, Share

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MOST_RISKS: Final = 5
MOST_GAPS: Final = 5
WIDTH: Final = 80
"""Columns that the summary keeps to, however wide the terminal is."""

_CLASSES: Final = (
    ("ai_persona", "AI personas"),
    ("legacy_service", "Legacy services"),
    ("human", "People"),
    ("unknown", "Unknown"),
)
_STYLES: Final[dict[Severity, str]] = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
}
_BAR: Final = 24


def clean(text: str) -> str:
    """`text` with everything that could steer a terminal or turn the reading direction shown as its code.

    Names are an attacker's to choose: escape sequences, control characters, and marks for direction and joining become
    visible (`\\u001b`). Line feeds stay, for messages have several lines; `one_line` takes them out of a name.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _code(char) for char in text)


def one_line(text: str, longest: int = 400) -> str:
    """A name or sentence for one line: clean, with white space as single spaces, and cut after `longest` characters."""
    cut = text[: longest + 1]
    line = clean(" ".join(cut[:longest].split()))
    return f"{line}…" if len(cut) > longest else line


def _code(char: str) -> str:
    if char == "\t":
        return " "
    number = ord(char)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def print_summary(result: ScanResult, console: Console) -> None:
    """Print what a scan found, and what it could not look at, in 80 columns; without colour where there is none."""
    lines = [*_head(result), *_identities(result), *_shares(result), *_findings(result), *_risks(result)]
    for line in [*lines, *_unseen(result)]:
        console.print(line, width=min(WIDTH, console.width), highlight=False, markup=False, emoji=False)


def _line(*pieces: tuple[str, str], indent: int = 0) -> Text:
    """One line of styled pieces."""
    from rich.text import Text

    text = Text(" " * indent)
    for piece, style in pieces:
        text.append(piece, style)
    return text


def _wrapped(indent: int, *pieces: tuple[str, str], mark: str = "") -> Iterator[Text]:
    """A paragraph as lines that hang together under its indent, the first behind `mark`."""
    from rich.console import Console

    ruler = Console(width=WIDTH, color_system=None)
    for number, line in enumerate(_line(*pieces).wrap(ruler, WIDTH - indent)):
        line.rstrip()
        yield _line((("" if number else mark).ljust(indent), "bold")).append_text(line)


def _heading(title: str, style: str = "bold") -> Iterator[Text]:
    yield _line()
    yield _line((title, style))


def _head(result: ScanResult) -> Iterator[Text]:
    scan = result.scan
    names = ", ".join(one_line(connector.title or connector.name, 40) for connector in scan.connectors) or "nothing"
    moment = scan.clock.strftime("%Y-%m-%d %H:%M UTC")
    scopes = count(result.summary.scopes, "scope")
    version = one_line(scan.nhiscan_version, 20)
    yield from _wrapped(0, (f"nhiscan {version}", "bold"), (f"  {names}, {scopes}, as of {moment}", ""))
    yield from _wrapped(0, *_coverage(result))


def _coverage(result: ScanResult) -> list[tuple[str, str]]:
    coverage = result.scan.coverage
    if not coverage.asked:
        return [("COULD NOT LOOK", "bold reverse red"), (" Nothing was asked, so nothing is known.", "bold")]
    told = f"{percent(coverage.answered, coverage.asked)} of what was asked was answered"
    told += f" ({coverage.answered:,} of {coverage.asked:,})"
    if coverage.complete:
        return [("Coverage: ", "bold"), (f"{told}.", "")]
    return [("COULD NOT LOOK EVERYWHERE", "bold reverse yellow"), (f" {told}; see below.", "")]


def _identities(result: ScanResult) -> Iterator[Text]:
    summary = result.summary
    total = sum(summary.classes.values())
    yield from _heading(f"{total:,} identities")
    for name, title in _CLASSES:
        number = summary.classes.get(name, 0)
        bar = "█" * round(_BAR * number / total) if total else ""
        yield _line(
            (f"{title:<22}{number:>9,}  {percent(number, total):>5}  ", "yellow" if name == "unknown" else ""),
            (bar, "dim"),
            indent=2,
        )
    if summary.managed_by_provider:
        yield _line((f"{summary.managed_by_provider:,} of them are made and run by the provider.", "dim"), indent=2)
    yield from _agents(summary.ai)


def _agents(ai: AiCensus) -> Iterator[Text]:
    """One line for the agents and one for the keys of LLM providers, where there are any or nobody could look."""
    if ai.unseen and not ai.agents:
        yield _line(("AI agents could not be listed.", "yellow"), indent=2)
    elif ai.agents:
        platforms = count(len(ai.platforms), "platform")
        more = ", or more: not all could be listed" if ai.unseen else ""
        yield _line((f"{count(ai.agents, 'AI agent')} on {platforms}{more}.", ""), indent=2)
    keys = sum(row.keys for row in ai.keys)
    if keys:
        open_ = sum(row.keys for row in ai.keys if row.in_clear)
        style = "red" if open_ else ""
        yield _line((f"{count(keys, 'key')} of LLM providers, {open_:,} of them in the open.", style), indent=2)


def _shares(result: ScanResult) -> Iterator[Text]:
    summary = result.summary
    yield from _heading("Of those that are not people's, nor the provider's own")
    for title, share in (
        ("have an owner", summary.owned),
        ("are administrators", summary.administrators),
        ("can make themselves one", summary.can_become_administrator),
        ("are not used", summary.stale),
        ("long-lived secrets *", summary.long_lived),
    ):
        yield _share(title, share)
    yield _line(("* of their active credentials", "dim"), indent=2)


def _share(title: str, share: Share) -> Text:
    unknown = f"  {share.unknown:,} unknown"
    return _line(
        (f"{title:<26}{share.count:>7,} of {share.of:<7,} {percent(share.count, share.of):>5}", ""),
        (unknown, "bold yellow" if share.unknown else "dim"),
        indent=2,
    )


def _findings(result: ScanResult) -> Iterator[Text]:
    findings = result.summary.findings
    yield from _heading(f"{sum(findings.values()):,} findings")
    pieces: list[tuple[str, str]] = []
    for severity in SEVERITIES:
        number = findings.get(severity, 0)
        pieces.append((f"{number:,} {severity}   ", _STYLES[severity] if number else "dim"))
    yield _line(*pieces, indent=2)
    silenced = sum(item.matched for item in result.suppressions if not item.expired)
    if silenced:
        yield _line((f"{count(silenced, 'finding')} more silenced by the configuration.", "dim"), indent=2)


def _risks(result: ScanResult) -> Iterator[Text]:
    risks = result.summary.risks
    if not risks:
        return
    yield from _heading("What matters most")
    for number, risk in enumerate(risks[:MOST_RISKS], start=1):
        sentence = one_line(risk.sentence or risk.title)
        yield from _wrapped(6, (f"{risk.severity}  ", _STYLES[risk.severity]), (sentence, ""), mark=f"{number:>4}")
    if len(risks) > MOST_RISKS:
        yield _line((f"{len(risks) - MOST_RISKS} more in the report.", "dim"), indent=6)


def _unseen(result: ScanResult) -> Iterator[Text]:
    """The last lines, so that they are the ones that stay on the screen."""
    told = list(_unseen_lines(result))
    if not told:
        return
    yield from _heading("COULD NOT LOOK", "bold yellow")
    yield from told


def _unseen_lines(result: ScanResult) -> Iterator[Text]:
    for connector in result.scan.connectors:
        if connector.status == "failed":
            name = one_line(connector.title or connector.name, 40)
            detail = one_line(connector.detail) or "no reason was given"
            yield from _wrapped(2, (f"{name} failed: ", "bold red"), (detail, ""))
    for plugin in result.scan.broken_plugins:
        name = f"{one_line(plugin.name, 60)} ({one_line(plugin.group, 60)})"
        yield from _wrapped(2, (f"{name} does not load: ", "bold red"), (one_line(plugin.error), ""))
    for check in result.checks:
        if check.failed:
            name = one_line(check.rule, 60)
            yield from _wrapped(2, (f"rule {name} failed: ", "bold red"), (one_line(check.failed), ""))
    yield from _gaps(result.gaps)
    unjudged = sum(check.unknown for check in result.checks)
    if unjudged:
        yield from _wrapped(2, (f"{count(unjudged, 'judgement')} could not be made and stand as unknown.", ""))


def _gaps(gaps: Iterable[GapResult]) -> Iterator[Text]:
    """What was not answered, the commonest first; the same question in many scopes is one line."""
    groups = Counter((gap.operation, gap.reason, gap.permission, gap.hides) for gap in gaps)
    ranked = sorted(groups.items(), key=lambda item: (-item[1], item[0]))
    for (operation, reason, permission, hides), number in ranked[:MOST_GAPS]:
        needs = f", needs {one_line(permission, 80)}" if permission else ""
        times = f" {number:,} times" if number > 1 else ""
        pieces = [(one_line(operation, 80), "bold"), (f" {reason.replace('_', ' ')}{times}{needs}", "")]
        if hides:
            pieces.append((f": hides {one_line(hides)}", ""))
        yield from _wrapped(2, *pieces)
    if len(ranked) > MOST_GAPS:
        yield _line(
            (f"and {count(len(ranked) - MOST_GAPS, 'more kind')} of questions; the report lists all.", ""), indent=2
        )


def count(number: int, noun: str) -> str:
    """A number and its noun: "1 scope", "1,200 scopes"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(part: int, whole: int) -> str:
    """A share in whole per cents. Never 0 % for something, never 100 % for less than all: "<1 %", ">99 %"."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if 0 < share < 1:
        return "<1 %"
    if 99 < share < 100:
        return ">99 %"
    return f"{share:.0f} %"
