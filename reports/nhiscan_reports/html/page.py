"""The page: sections composed from templates, the data in pieces, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final

import msgspec
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from nhiscan.result import ScanResult
from nhiscan.terminal import count, percent
from nhiscan_reports.html import agents, figures, pack, unseen, words
from nhiscan_reports.html.records import BLOCK, MOST_FINDINGS, MOST_IDENTITIES, Records

STYLES: Final = ("base.css", "overview.css", "table.css", "record.css", "graph.css", "print.css")
SCRIPTS: Final = (
    "dom.js",
    "inflate.js",
    "store.js",
    "words.js",
    "table.js",
    "filters.js",
    "identities.js",
    "findings.js",
    "force.js",
    "graph.js",
    "record.js",
    "finding.js",
    "app.js",
)
"""In the order in which they need each other."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A view of the page. A further one is a template and a line in SECTIONS."""

    id: str
    """Its address: #/<id>."""
    title: str
    template: str
    context: Callable[[ScanResult], dict[str, Any]] = lambda result: {}
    """What its template reads beyond `result`."""
    listed: bool = True
    """Whether the navigation names it."""
    scripted: bool = False
    """True for one that is empty until the script fills it; the others are there without any script."""


def _overview(result: ScanResult) -> dict[str, Any]:
    total = sum(result.summary.classes.values())
    people = result.summary.classes.get("human", 0)
    return {
        "total": total,
        "nonhuman": total - people,
        "classes": figures.classes(result),
        "measures": list(figures.measures(result)),
        "severities": figures.severities(result),
        "findings": sum(result.summary.findings.values()),
        "providers": figures.providers(result),
        "risks": figures.risks(result),
        "census": agents.census(result),
        "failed": [connector for connector in result.scan.connectors if connector.status == "failed"],
        "failed_rules": sum(bool(check.failed) for check in result.checks),
    }


def _agents(result: ScanResult) -> dict[str, Any]:
    return {"census": agents.census(result), "roster": agents.roster(result), "left_out": agents.left_out(result)}


def _unseen(result: ScanResult) -> dict[str, Any]:
    gaps, more_gaps = unseen.gaps(result)
    scopes, more_scopes, full_scopes = unseen.scopes(result)
    return {
        "gaps": gaps,
        "more_gaps": more_gaps,
        "permissions": unseen.permissions(result),
        "partial_scopes": scopes,
        "more_scopes": more_scopes,
        "full_scopes": full_scopes,
        "failed_rules": [check for check in result.checks if check.failed],
        "status": words.STATUS,
        "severity_words": words.SEVERITIES,
    }


SECTIONS: Final = (
    Section(id="overview", title="Overview", template="overview.html", context=_overview),
    Section(id="identities", title="Identities", template="identities.html", scripted=True),
    Section(id="agents", title="Agents", template="agents.html", context=_agents),
    Section(id="findings", title="Findings", template="findings.html", scripted=True),
    Section(id="unseen", title="What could not be seen", template="unseen.html", context=_unseen),
    Section(id="record", title="Record", template="record.html", scripted=True, listed=False),
    Section(id="finding", title="Finding", template="finding.html", scripted=True, listed=False),
)


def pieces(result: ScanResult) -> Iterator[str]:
    """The text of the page, piece by piece."""
    records = Records(result)
    style = "\n".join(_asset(name) for name in STYLES)
    script = f"(() => {{\n'use strict';\n{''.join(_asset(name) for name in SCRIPTS)}}})();\n"
    context = {
        "result": result,
        "sections": [(section, _rendered(section, result)) for section in SECTIONS],
        "policy": policy(style, script),
        "style": Markup(style),  # noqa: S704 - our own files, not data
        "script": Markup(script),  # noqa: S704 - as above
        "manifest": Markup(pack.for_script(_manifest(result, records))),  # noqa: S704 - escaped for this place
        "pieces": _data(result, records),
        "left_out": records.left_out,
        "findings_left_out": records.findings_left_out,
        "most_identities": MOST_IDENTITIES,
        "most_findings": MOST_FINDINGS,
    }
    yield from _environment().get_template("page.html").generate(context)


def _rendered(section: Section, result: ScanResult) -> Markup:
    text = _environment().get_template(section.template).render(result=result, **section.context(result))
    return Markup(text)  # noqa: S704 - a template's output, escaped as it was made


def policy(style: str, script: str) -> str:
    """The content security policy: this very style and script, and nothing from anywhere."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _manifest(result: ScanResult, records: Records) -> dict[str, Any]:
    """What the script must know before it opens anything."""
    return {
        "clock": result.scan.clock.date().isoformat(),
        "identities": len(records.identities),
        "findings": len(records.findings),
        "blockSize": BLOCK,
        "words": words.for_script(),
        "scopes": [[scope.id, scope.name] for scope in result.scan.scopes],
    }


def _data(result: ScanResult, records: Records) -> Iterator[pack.Piece]:
    """All data, the tables that are opened first at the front."""
    gaps = {
        name: [getattr(gap, name) for gap in result.gaps]
        for name in ("connector", "scope", "region", "operation", "reason", "permission", "hides", "subjects")
    }
    rules = {
        name: [getattr(check, name) for check in result.checks]
        for name in ("rule", "title", "why", "remediation", "references", "failed")
    }
    return chain(
        pack.table_pieces("identities", records.identity_table()),
        pack.table_pieces("nodes", records.node_table()),
        pack.table_pieces("findings", records.finding_table()),
        pack.table_pieces("rules", rules),
        pack.table_pieces("gaps", gaps),
        records.block_pieces(),
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["thousands"] = "{:,}".format
    environment.filters["count"] = count
    environment.filters["percent"] = percent
    environment.filters["moment"] = "{:%-d %B %Y, %H:%M} UTC".format
    environment.filters["day"] = "{:%-d %B %Y}".format
    return environment


@cache
def _asset(name: str) -> str:
    return files("nhiscan_reports.html").joinpath(name).read_text(encoding="utf-8")
