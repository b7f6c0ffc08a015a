from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

import pytest

from nhiscan.result import ScanResult
from tests.reports.conftest import Opener, Watched
from tests.reports.hostile import attack, planted
from tests.reports.sample import sample
from tests.results import edge, finding, identity, result

pytestmark = pytest.mark.browser

ELEMENTS: Final = frozenset(
    re.findall(
        r"\w+",
        """
        html head meta title style body a header nav span button main section div p h1 h2 h3 aside svg rect g line
        circle path marker defs text dl dt dd article ol ul li b table caption thead tbody tr th td code br details
        summary footer script label input select option noscript
        """,
    )
)
"""What a report is made of; attacks bring others."""


def address(id: str, view: str = "identity") -> str:
    """Of a record's page."""
    return f"#/{view}/{quote(id, safe='')}"


def harmless(watched: Watched) -> None:
    """Assert that nothing was done which a report must not do."""
    assert watched.misdeeds == []
    assert not watched.executed()
    elements = set(watched.page.evaluate("[...window.__elements]"))
    assert elements <= ELEMENTS
    attributes = set(watched.page.evaluate("[...window.__attributes]"))
    assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcdoc", "xmlns")]
    assert {name for name in attributes if name.startswith("href=")} <= {"href=#", "href=#main", "href=https"}


def test_attacks_in_every_text_stay_text(open_report: Opener) -> None:
    estate = planted(sample(40))
    watched = open_report(estate)
    harmless(watched)
    assert attack("Amazon Web Services").replace("\x00", "\ufffd")[:60] in watched.page.content().replace(
        "&lt;", "<"
    ) or ("onerror" in watched.text("#view-overview"))
    for view in ("#/identities", "#/findings", "#/unseen", "#/overview"):
        watched.open(view)
        harmless(watched)
    watched.open("#/identities?q=onerror")
    assert watched.count() == len(estate.identities)
    for item in estate.identities:
        watched.open(address(item.id))
        assert "onerror" in watched.text("#view-record h1")
    harmless(watched)
    for records in (estate.credentials[:6], estate.workloads[:6], estate.secrets, estate.nodes, estate.scan.scopes):
        for record in records:
            watched.open(address(record.id, "record"))
            assert "onerror" in watched.text("#view-record h1")
    harmless(watched)
    for one in estate.findings[:: max(1, len(estate.findings) // 12)]:
        watched.open(f"#/finding/{quote(one.fingerprint, safe='')}")
        assert "onerror" in watched.text("#view-finding h1")
    harmless(watched)


def test_attacks_do_not_come_alive_when_the_graph_is_walked(open_report: Opener) -> None:
    estate = planted(sample(30))
    watched = open_report(estate)
    watched.open(address(estate.identities[0].id))
    for _ in range(4):
        node = watched.page.locator("svg.graph .node:not(.walked)").first
        node.hover(force=True)
        node.focus()
        node.press("Enter")
        watched.page.wait_for_selector("svg.graph .node.chosen:focus")
    watched.page.locator("svg.graph .grip").first.hover(force=True)
    harmless(watched)


def test_attacks_in_the_address_stay_text(open_report: Opener) -> None:
    watched = open_report(sample(10))
    for text in (attack("x"), "%", "%E0%A4%A", "__proto__", "constructor", "../../etc", "?q=<img src=x>"):
        for view in ("identity", "record", "finding", "identities?class=", "identities?q=", "findings?rule=", ""):
            watched.open(f"#/{view}{'' if view.endswith('=') else '/'}{quote(text)}")
            watched.open("#/overview")
            watched.open(f"#/{view}/{text}")
            watched.open("#/overview")
    harmless(watched)


def test_nothing_is_asked_of_the_network_and_nothing_is_refused(open_report: Opener) -> None:
    estate = sample(60)
    watched = open_report(estate)
    for view in ("#/identities", "#/findings", "#/unseen", address(estate.identities[3].id)):
        watched.open(view)
    harmless(watched)


def test_figures_lead_to_as_many_rows(open_report: Opener) -> None:
    estate = sample(500)
    watched = open_report(estate)
    links = watched.page.locator("#view-overview .legend a, #view-overview .triple a, #view-overview .plain a").all()
    pairs = [(link.get_attribute("href") or "", link.inner_text()) for link in links]
    assert len(pairs) >= 4 + 4 + 5 + 1
    for hash, shown in pairs:
        watched.open(hash)
        assert (hash, watched.count()) == (hash, int(shown.replace(",", "")))


def test_ten_thousand_rows_are_not_all_in_the_document(open_report: Opener) -> None:
    watched = open_report(sample(10_000))
    watched.open("#/identities")
    assert watched.count() == 10_000
    rows = watched.page.locator("#view-identities tbody tr[data-at]")
    assert 10 < rows.count() < 60
    watched.page.locator("#view-identities .scroller").evaluate("(element) => { element.scrollTop = 1e9; }")
    watched.page.wait_for_selector("#view-identities tbody tr[data-at='9999']")
    assert rows.count() < 60


def test_search_filters_and_sorting(open_report: Opener) -> None:
    estate = sample(300)
    watched = open_report(estate)
    watched.open("#/identities")
    wanted = estate.identities[17]
    watched.page.get_by_label("Search").locator("visible=true").fill(f"{wanted.name.upper()} ")
    watched.page.locator("#view-identities .count", has_text="1 of 300").wait_for()
    assert wanted.name in watched.text("#view-identities tbody")
    assert f"q={wanted.name.upper()}" in watched.page.url
    watched.page.get_by_role("button", name="Clear").locator("visible=true").click()
    watched.page.locator("#view-identities select").first.select_option("ai_persona")
    personas = sum(item.class_ == "ai_persona" for item in estate.identities)
    watched.page.locator("#view-identities .count", has_text=f"{personas} of 300").wait_for()
    watched.page.get_by_role("button", name="Identity", exact=True).click()
    names = watched.page.locator("#view-identities tbody th a").all_inner_texts()
    assert names == sorted(names)
    watched.page.get_by_role("button", name="Identity", exact=True).click()
    assert watched.page.locator("#view-identities tbody th a").first.inner_text() >= names[-1]
    assert watched.page.locator("#view-identities th[aria-sort=descending]").count() == 1


def test_a_deep_link_opens_the_record(open_report: Opener) -> None:
    estate = sample(60)
    wanted = next(item for item in estate.identities if item.admin == "can_become" and item.owners)
    watched = open_report(estate)
    watched.page.goto(watched.address + address(wanted.id))
    watched.page.reload()
    watched.ready()
    text = watched.text("#view-record")
    for expected in (
        wanted.name,
        wanted.id,
        wanted.evidence[0].detail,
        wanted.owners[0].owner,
        wanted.admin_reason,
        wanted.capabilities[0].resource,
        "To break it",
        "Identity that can make itself an administrator",
        "broken_rule",
    ):
        assert expected in text


def test_a_record_tells_what_a_gap_hides(open_report: Opener) -> None:
    estate = sample(60)
    blind = next(item for item in estate.identities if item.unknowns)
    watched = open_report(estate)
    watched.open(address(blind.id))
    text = watched.text("#view-record")
    assert "its last use could not be read" in text
    assert "iam:GenerateCredentialReport" in text
    assert "when passwords and keys were last used" in text


def test_credentials_stand_with_their_holder(open_report: Opener) -> None:
    estate = sample(60)
    key = estate.credentials[0]
    watched = open_report(estate)
    watched.open(address(key.holder))
    watched.page.locator("#view-record", has_text=key.id).wait_for()
    watched.page.get_by_role("link", name=key.id, exact=True).first.click()
    watched.page.locator("#view-record h1", has_text=key.id).wait_for()
    assert "Who holds it" in watched.text("#view-record")


def test_the_graph_can_be_walked_by_pointer_and_keyboard(open_report: Opener) -> None:
    chain = result(
        identities=[identity("a"), identity("b"), identity("c")],
        edges=[edge("a", "b", "can_become"), edge("b", "c", "can_become", answer="conditional")],
    )
    watched = open_report(chain)
    watched.open(address("a"))
    nodes = watched.page.locator("svg.graph .node")
    assert nodes.count() == 2
    watched.page.get_by_role("button", name="b, Legacy service").click()
    watched.page.get_by_role("button", name="c, Legacy service").wait_for()
    assert "b can_become c" in watched.text(".graph-side")
    assert watched.page.locator("svg.graph .e-conditional").count() == 1
    watched.page.get_by_role("button", name="c, Legacy service").press("Enter")
    watched.page.locator(".graph-side h3", has_text="c").wait_for()


def test_a_node_can_be_dragged_and_the_picture_zoomed(open_report: Opener) -> None:
    pair = result(identities=[identity("a"), identity("b")], edges=[edge("a", "b", "can_become")])
    watched = open_report(pair)
    watched.open(address("a"))
    node = watched.page.get_by_role("button", name="b, Legacy service")
    before = node.get_attribute("transform")
    box = node.bounding_box()
    assert box
    watched.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12)
    watched.page.mouse.down()
    watched.page.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    watched.page.mouse.up()
    assert node.get_attribute("transform") != before
    assert "a" in watched.text(".graph-side h3")
    scene = watched.page.locator("svg.graph > g")
    before = scene.get_attribute("transform")
    watched.page.get_by_role("button", name="Zoom in").click()
    assert scene.get_attribute("transform") != before
    harmless(watched)


def test_only_the_record_that_was_asked_for_last_is_shown(open_report: Opener) -> None:
    estate = sample(2_000)
    watched = open_report(estate)
    first, last = estate.identities[3], estate.identities[-3]
    watched.page.evaluate("(hashes) => hashes.forEach((hash) => { location.hash = hash; })", [address(first.id)])
    watched.page.evaluate("(hashes) => hashes.forEach((hash) => { location.hash = hash; })", [address(last.id)])
    watched.page.locator("#view-record h1", has_text=last.name).wait_for()
    watched.ready()
    assert watched.text("#view-record h1") == last.name


def test_a_hub_is_drawn_in_part_and_says_so(open_report: Opener) -> None:
    many = 500
    hub = result(
        identities=[identity("hub"), *(identity(f"spoke{n}") for n in range(many))],
        edges=[edge(f"spoke{n}", "hub", "can_become") for n in range(many)],
    )
    watched = open_report(hub)
    watched.open(address("hub"))
    assert 20 <= watched.page.locator("svg.graph .node").count() <= 40
    assert "further connections" in watched.text(".graph-message")
    assert f"of {many}" in watched.text("#view-record")
    harmless(watched)


def test_the_page_works_without_a_decompressor(open_report: Opener) -> None:
    estate = sample(120)
    watched = open_report(estate, script="delete window.DecompressionStream;")
    assert watched.page.evaluate("typeof DecompressionStream") == "undefined"
    watched.open("#/identities")
    assert watched.count() == 120
    watched.open(address(estate.identities[5].id))
    assert estate.identities[5].evidence[0].detail in watched.text("#view-record")
    harmless(watched)


def test_figures_and_limits_need_no_script(open_report: Opener, chromium: object) -> None:
    estate = sample(60)
    watched = open_report(estate)
    page = watched.page.context.browser
    assert page is not None
    plain = page.new_context(java_script_enabled=False).new_page()
    plain.goto(watched.address)
    assert f"{estate.summary.classes['ai_persona']:,}" in plain.locator("#view-overview").inner_text()
    assert plain.locator("#view-unseen").is_visible()


def test_an_empty_scan_is_no_empty_page(open_report: Opener) -> None:
    watched = open_report(result())
    for view, words in (("identities", "No identity was found"), ("findings", "No rule found anything")):
        watched.open(f"#/{view}")
        assert words in watched.text(f"#view-{view}")
    harmless(watched)


def test_a_finding_on_something_that_is_not_in_the_result_is_shown(open_report: Opener) -> None:
    watched = open_report(result(findings=[finding("r", "nowhere", related=["also nowhere"])]))
    watched.open("#/findings")
    assert "nowhere" in watched.text("#view-findings tbody")
    watched.open("#/finding/r-nowhere")
    assert "also nowhere" in watched.text("#view-finding")
    harmless(watched)


def test_it_can_be_used_with_the_keyboard(open_report: Opener) -> None:
    watched = open_report(sample(200))
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("document.activeElement.className") == "skip"
    watched.open("#/identities")
    watched.page.locator("#view-identities tbody tr[data-at='0'] a").focus()
    for _ in range(40):
        watched.page.keyboard.press("ArrowDown")
    assert watched.page.evaluate("document.activeElement.closest('tr').dataset.at") == "40"
    name = watched.page.evaluate("document.activeElement.textContent")
    watched.page.keyboard.press("Enter")
    watched.page.locator("#view-record h1", has_text=name).wait_for()


def contrast(watched: Watched) -> list[str]:
    """Texts whose contrast is under WCAG's 4.5, or 3 for large ones, against the first opaque ground behind them."""
    found: list[str] = watched.page.evaluate(
        """() => {
          const channels = (text) => text.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
            .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
          const ground = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const colour = channels(getComputedStyle(at).backgroundColor);
              if (colour.length < 4 || colour[3] > 0) return colour;
            }
            return [255, 255, 255];
          };
          const bad = [];
          for (const element of document.querySelectorAll('main *, header *')) {
            const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            if (!own || element.closest('svg') || !element.checkVisibility()) continue;
            const style = getComputedStyle(element);
            const [a, b] = [light(channels(style.color)), light(ground(element))].sort((x, y) => y - x);
            const large = parseFloat(style.fontSize) >= 24;
            if ((a + 0.05) / (b + 0.05) >= (large ? 3 : 4.5)) continue;
            bad.push(`${element.className}: ${element.textContent.slice(0, 40)}`);
          }
          return bad;
        }"""
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(open_report: Opener, scheme: str) -> None:
    estate = sample(60)
    watched = open_report(estate, color_scheme=scheme)
    worst = max(estate.identities, key=lambda item: item.risk_score)
    for view in ("#/overview", "#/identities", "#/findings", "#/unseen", address(worst.id)):
        watched.open(view)
        assert contrast(watched) == []


def test_print_shows_figures_and_limits_together(open_report: Opener) -> None:
    watched = open_report(sample(60))
    watched.page.emulate_media(media="print")
    assert watched.page.locator("#view-unseen").is_visible()
    assert not watched.page.locator("header.bar").is_visible()
    watched.open("#/findings")
    assert not watched.page.locator("#view-unseen").is_visible()
    assert watched.page.locator("#view-findings .print-note").is_visible()


def test_a_narrow_screen_does_not_scroll_sideways(open_report: Opener) -> None:
    estate: ScanResult = sample(60)
    watched = open_report(estate, viewport={"width": 360, "height": 740})
    for view in ("#/overview", "#/identities", "#/findings", "#/unseen", address(estate.identities[0].id)):
        watched.open(view)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 360
