from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from nhiscan.result import ScanResult
from nhiscan_reports.html import HtmlReport, pack, page, records, words
from tests.reports.hostile import planted
from tests.reports.sample import sample
from tests.results import credential, edge, finding, identity, result, workload


def rendered(value: ScanResult) -> str:
    """The whole page."""
    return "".join(HtmlReport().render(value))


class Outline(HTMLParser):
    """Elements and attributes of a page, and the texts of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "other": []}
        self._inside = "other"
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag if tag in self.texts else "other"

    def handle_endtag(self, tag: str) -> None:
        self._inside = "other"

    def handle_data(self, data: str) -> None:
        self.texts[self._inside].append(data)


def opened(text: str) -> dict[str, Any]:
    """The data of a page, piece by piece."""
    found = re.findall(r'<script type="text/plain" data-piece="([^"]+)">([^<]*)</script>', text)
    values = {name: json.loads(zlib.decompress(base64.b64decode(data))) for name, data in found}
    return {name: value if name.startswith("block/") else plain(value) for name, value in values.items()}


def plain(columns: dict[str, Any]) -> dict[str, list[Any]]:
    """Columns, each value in its place."""
    return {
        name: column if isinstance(column, list) else [column["d"][place] for place in column["i"]]
        for name, column in columns.items()
    }


def test_ten_thousand_identities_are_a_file_that_can_be_mailed() -> None:
    assert sum(len(piece.encode()) for piece in HtmlReport().render(sample(10_000))) < 15_000_000


def test_the_same_result_is_the_same_page() -> None:
    assert rendered(sample(50)) == rendered(sample(50))


def test_the_page_comes_in_pieces() -> None:
    pieces = list(HtmlReport().render(sample(2_000)))
    assert max(map(len, pieces)) < 0.5 * sum(map(len, pieces))


def test_the_policy_names_this_style_and_this_script_and_nothing_else() -> None:
    outline = Outline(rendered(sample(5)))
    policy = next(a["content"] for t, a in outline.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for word in ("unsafe", "http", "data:", "*", "blob"):
        assert word not in policy
    for directive, text in (("style-src", outline.texts["style"][0]), ("script-src", outline.texts["script"][-1])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy


def test_the_page_refers_to_nothing_outside() -> None:
    outline = Outline(rendered(sample(30)))
    for tag, attributes in outline.elements:
        assert not {"src", "srcset", "style", "action", "background", "poster"} & attributes.keys()
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        assert (attributes.get("href") or "#").startswith("#")
    style = outline.texts["style"][0]
    assert "url(" not in style
    assert "@import" not in style


def test_attacks_add_no_kind_of_element_and_no_script() -> None:
    calm, hostile = Outline(rendered(sample(40))), Outline(rendered(planted(sample(40))))
    assert {tag for tag, _ in hostile.elements} == {tag for tag, _ in calm.elements}
    assert {name for _, a in hostile.elements for name in a} == {name for _, a in calm.elements for name in a}
    for tag in ("script", "style", "a", "meta", "section", "svg"):
        assert [t for t, _ in hostile.elements].count(tag) == [t for t, _ in calm.elements].count(tag)
    assert hostile.texts["script"][-1] == calm.texts["script"][-1]


def test_json_in_a_script_element_cannot_end_it() -> None:
    text = pack.for_script({"a": "</script><!--<script>&\u2028\u2029"})
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == {"a": "</script><!--<script>&\u2028\u2029"}


def test_our_script_makes_no_markup() -> None:
    script = Outline(rendered(result())).texts["script"][-1]
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert word not in script


def test_figures_are_those_of_the_summary_with_unknown_apart() -> None:
    estate = sample(900)
    summary = estate.summary
    text = " ".join(re.sub(r"<[^>]*>", " ", rendered(estate).split('data-view="identities"')[0]).split())
    assert f"AI personas {summary.classes['ai_persona']:,}" in text
    assert f"Unknown {summary.classes['unknown']:,}" in text
    for share in (summary.owned, summary.administrators, summary.can_become_administrator, summary.long_lived):
        no = share.of - share.count - share.unknown
        assert f"yes {share.count:,} no {no:,} unknown {share.unknown:,}" in text
    for risk in summary.risks:
        assert risk.sentence in text
    assert "Not everything could be seen" in text
    assert "OpenAI failed." in text


def test_a_complete_scan_does_not_warn() -> None:
    assert "Not everything could be seen" not in rendered(result())


def test_what_could_not_be_seen_is_all_there() -> None:
    estate = sample(60)
    text = re.sub(r"\s+", " ", rendered(estate).split('data-view="unseen"')[1].split('data-view="record"')[0])
    for expected in (
        "iam:GenerateCredentialReport",
        "when passwords and keys were last used",
        "2 places",
        "no admin key was given",
        "the vendor has no other way",
        "has run out",
        "ImportError: no module named pptx",
        "Failed:</b> KeyError",
        estate.gaps[0].scope,
    ):
        assert expected.replace("'", "&#39;") in text


def test_names_are_escaped() -> None:
    text = rendered(result(gaps=[sample(9).gaps[0].__class__(**GAP)]))
    assert "<img" not in text
    assert "&lt;img src=x&gt;" in text


GAP: dict[str, Any] = {
    "connector": "aws",
    "scope": "<img src=x>",
    "region": "",
    "operation": "a:B",
    "reason": "denied",
    "permission": "a:B",
    "hides": "it",
}


@pytest.mark.parametrize(
    "values",
    [[], [1], [1, 1, 1], [True, 1, True, 1, 1, True], ["a", "b", "a", "a"], [["x"], ["x"], ["x"], []], list("abc")],
)
def test_columns_come_back(values: list[Any]) -> None:
    back = plain(json.loads(msgspec.json.encode(pack.columns({"c": values}))))["c"]
    assert [(type(value), value) for value in back] == [(type(value), value) for value in values]


def test_a_long_table_comes_in_parts() -> None:
    numbers = list(range(2 * pack.ROWS + 5))
    parts = list(pack.table_pieces("t", {"n": numbers}))
    assert [part.name for part in parts] == ["t/0", "t/1", "t/2"]


def test_every_record_has_a_number_and_stands_in_its_block() -> None:
    data = opened(rendered(sample(400)))
    blocks = {name: value for name, value in data.items() if name.startswith("block/")}
    count = len(data["identities/0"]["id"])
    nodes = data["nodes/0"]
    placed = nodes["block"]
    for number in range(count):
        assert str(number) in blocks[f"block/{number // records.BLOCK}"]
    for row, block in enumerate(placed):
        assert str(count + row) in blocks[f"block/{block}"]
    assert sum(map(len, blocks.values())) == count + len(placed)


def test_edges_are_cut_by_weight_and_counted() -> None:
    many = records.MOST_EDGES + 50
    value = result(
        identities=[identity("hub")],
        edges=[
            *(edge("hub", f"owner{n}", "owned_by") for n in range(many)),
            edge("hub", "administrator:x", "can_become"),
        ],
    )
    entry = opened(rendered(value))["block/0"]["0"]
    assert entry["outs"] == many + 1
    assert len(entry["out"]) == records.MOST_EDGES
    assert entry["out"][0][1] == "can_become"


def test_findings_on_credentials_are_findings_of_the_holder() -> None:
    value = result(
        identities=[identity("a"), identity("b")],
        credentials=[credential("k", "a")],
        findings=[finding("r", "k", severity="critical"), finding("s", "b", related=["a"])],
    )
    data = opened(rendered(value))
    table = data["identities/0"]
    assert table["findings"] == [1, 1]
    assert table["worst"] == ["critical", "high"]
    assert data["block/0"]["0"]["findings"] == [0]
    assert data["block/0"]["0"]["related"] == [1]


def test_an_estate_that_is_too_large_says_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_IDENTITIES", 2)
    value = result(
        identities=[identity("a", risk_score=10), identity("b", risk_score=90), identity("c", risk_score=50)],
        credentials=[credential("k", "a"), credential("l", "b")],
        workloads=[workload("w", ["a"]), workload("x", ["a", "b"])],
        edges=[edge("a", "b", "can_become"), edge("b", "c", "can_become")],
    )
    text = rendered(value)
    data = opened(text)
    assert data["identities/0"]["id"] == ["b", "c"]
    assert data["nodes/0"]["id"][:2] == ["l", "x"]
    assert data["block/0"]["0"]["outs"] == 1
    assert data["block/0"]["0"]["ins"] == 0
    assert "Left out: 1 identity" in text


def test_words_exist_for_every_keyword() -> None:
    from typing import get_args

    from nhiscan import model
    from nhiscan import result as schema
    from nhiscan.graph import NodeType

    assert set(words.CLASSES) == set(words.CLASSES_MANY) == set(get_args(schema.IdentityClass))
    assert set(words.ADMIN) == set(words.ADMIN_SENTENCES) == set(get_args(schema.AdminVerdict))
    assert tuple(words.SEVERITIES) == schema.SEVERITIES
    assert set(words.CAPABILITIES) == set(get_args(model.Capability))
    assert set(words.GAP_REASONS) == set(get_args(model.GapReason))
    assert set(words.NODES) == set(get_args(NodeType))


def test_severities_stand_worst_first_for_the_script() -> None:
    manifest = next(text for text in Outline(rendered(result())).texts["script"] if text.startswith('{"clock"'))
    assert list(json.loads(manifest)["words"]["severities"]) == ["critical", "high", "medium", "low", "info"]


def test_sections_are_composed_of_templates() -> None:
    text = rendered(result())
    for section in page.SECTIONS:
        assert f'data-view="{section.id}"' in text
