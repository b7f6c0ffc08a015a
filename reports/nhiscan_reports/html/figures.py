"""The executive page as templates read it: figures of the summary, laid out, with what is not known kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from nhiscan.result import SEVERITIES, ScanResult, Share
from nhiscan.terminal import count, percent
from nhiscan_reports.html.words import CLASSES_MANY
from nhiscan_reports.html.words import SEVERITIES as SEVERITY_WORDS

NONHUMAN: Final = {"class": "nonhuman", "managed": "no"}
"""Filter of the identities that the shares are of."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of a bar, and its line in the legend."""

    name: str
    """Its class in the style sheet."""
    title: str
    count: str
    percent: str
    start: float
    """Where it begins, in per cents of the bar."""
    width: float
    link: str = ""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A share with its bar: those it is true of, those it is not, and those that nobody could judge."""

    title: str
    percent: str
    of: str
    good: bool
    """Whether more of it is better."""
    parts: list[Part]
    note: str


class RiskView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the risks that matter."""

    severity: str
    severity_title: str
    title: str
    sentence: str
    action: str
    count: str
    link: str
    subjects: list[tuple[str, str]]
    """Name and link of the worst few."""


def link(view: str, **filters: str) -> str:
    """Address of a view of this page."""
    return f"#/{view}?{urlencode(filters)}" if filters else f"#/{view}"


def record_link(id: str, identity: bool) -> str:
    """Address of a record's page."""
    return f"#/{'identity' if identity else 'record'}/{quote(id, safe='')}"


def stretches(counts: list[tuple[str, str, int, str]]) -> list[Part]:
    """Parts of a bar from (name, title, count, link)."""
    total = sum(number for _, _, number, _ in counts)
    parts: list[Part] = []
    start = 0.0
    for name, title, number, address in counts:
        width = round(100 * number / total, 3) if total else 0.0
        parts.append(
            Part(
                name=name,
                title=title,
                count=f"{number:,}",
                percent=percent(number, total),
                start=round(start, 3),
                width=width,
                link=address,
            )
        )
        start += width
    return parts


def classes(result: ScanResult) -> list[Part]:
    """Identities by class."""
    counts = result.summary.classes
    return stretches(
        [
            (name, title, counts.get(name, 0), link("identities", **{"class": name}))
            for name, title in CLASSES_MANY.items()
        ]
    )


def measures(result: ScanResult) -> Iterator[Measure]:
    """The shares of the executive page."""
    summary = result.summary
    identities = "of the identities that are not people's, nor the provider's own"
    yield _measure(
        "have an owner",
        summary.owned,
        identities,
        good=True,
        yes=link("identities", owner="yes", **NONHUMAN),
        no=link("identities", owner="no", **NONHUMAN),
    )
    yield _measure(
        "are administrators", summary.administrators, identities, yes=link("identities", admin="is", **NONHUMAN)
    )
    yield _measure(
        "can make themselves administrators",
        summary.can_become_administrator,
        identities,
        yes=link("identities", admin="can_become", **NONHUMAN),
    )
    yield _measure("are long-lived secrets", summary.long_lived, "of their active credentials")
    yield _measure("are not used", summary.stale, identities)


def _measure(title: str, share: Share, note: str, *, good: bool = False, yes: str = "", no: str = "") -> Measure:
    others = max(share.of - share.count - share.unknown, 0)
    first, second = ("good", "bad") if good else ("bad", "good")
    return Measure(
        title=title,
        percent=percent(share.count, share.of),
        of=f"{share.of:,}",
        good=good,
        parts=stretches(
            [
                (first, "yes", share.count, yes),
                (second, "no", others, no),
                ("unknown", "unknown", share.unknown, ""),
            ]
        ),
        note=note,
    )


def severities(result: ScanResult) -> list[Part]:
    """Findings by severity."""
    counts = result.summary.findings
    return stretches([(s, SEVERITY_WORDS[s], counts.get(s, 0), link("findings", severity=s)) for s in SEVERITIES])


def providers(result: ScanResult) -> list[Part]:
    """Identities by provider, most first."""
    ranked = sorted(result.summary.providers.items(), key=lambda item: (-item[1], item[0]))
    return stretches([("plain", name, number, link("identities", provider=name)) for name, number in ranked])


def risks(result: ScanResult) -> list[RiskView]:
    """The risks that matter, with the names of the worst few."""
    wanted = {id for risk in result.summary.risks for id in risk.subjects}
    names: dict[str, tuple[str, bool]] = {}
    for records, identity in (
        (result.identities, True),
        (result.credentials, False),
        (result.workloads, False),
        (result.secrets, False),
        (result.nodes, False),
        (result.scan.scopes, False),
    ):
        for record in records:
            if record.id in wanted:
                names.setdefault(record.id, (record.name or record.id, identity))
    return [
        RiskView(
            severity=risk.severity,
            severity_title=SEVERITY_WORDS[risk.severity],
            title=risk.title,
            sentence=risk.sentence,
            action=risk.action,
            count=count(risk.count, "finding"),
            link=link("findings", rule=risk.rule),
            subjects=[
                (names[id][0], record_link(id, names[id][1])) if id in names else (id, "") for id in risk.subjects
            ],
        )
        for risk in result.summary.risks
    ]
