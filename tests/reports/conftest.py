"""A real browser, and pages in it that are watched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from nhiscan.result import ScanResult
from nhiscan_reports.html import HtmlReport
from tests.reports.hostile import FLAG

_QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")

_WATCH = """
window.__elements = new Set();
window.__attributes = new Set();
const note = (node) => {
  if (node.nodeType !== 1) return;
  for (const element of [node, ...node.querySelectorAll('*')]) {
    window.__elements.add(element.localName);
    for (const { name, value } of element.attributes) {
      window.__attributes.add(name);
      if (name.endsWith('href')) window.__attributes.add(`href=${value.split(/[/:]/)[0]}`);
    }
  }
};
new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(note)))
  .observe(document, { childList: true, subtree: true });
addEventListener('securitypolicyviolation', (event) => {
  console.error(`refused: ${event.violatedDirective} ${event.sample}`);
});
"""


class Watched:
    """A page of a report, and everything that it did which a report must not do."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.misdeeds: list[str] = []
        page.on("console", lambda message: self.misdeeds.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.misdeeds.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.misdeeds.append(f"dialog: {dialog.message}"))
        page.on("popup", lambda popup: self.misdeeds.append(f"popup: {popup.url}"))
        page.on("request", self._request)
        page.on("download", lambda download: self.misdeeds.append(f"download: {download.url}"))
        page.goto(address)
        self.ready()

    def _request(self, request: Any) -> None:
        if request.url.split("#")[0] != self.address:
            self.misdeeds.append(f"request: {request.url[:200]}")

    def ready(self) -> None:
        """Wait until the view that was asked for stands there."""
        self.page.wait_for_selector("body[aria-busy=false]")

    def open(self, hash: str) -> None:
        """Open a view by its address, as a link would."""
        self.page.evaluate("(hash) => { document.body.setAttribute('aria-busy', 'true'); location.hash = hash; }", hash)
        self.ready()

    def text(self, selector: str) -> str:
        """The text that a person sees there."""
        return self.page.locator(selector).inner_text()

    def count(self) -> int:
        """Rows that the visible table says it has, the head left out."""
        return int(self.page.locator("table.rows:visible").get_attribute("aria-rowcount") or 0) - 1

    def executed(self) -> bool:
        """Whether an attack ran."""
        return bool(self.page.evaluate(f"window.{FLAG} !== undefined"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine; tests that need it are skipped where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium is installed, so the report was not opened in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


class Opener:
    """Renders results and opens them."""

    def __init__(self, browser: Browser, directory: Path) -> None:
        self._browser = browser
        self._directory = directory
        self._pages = 0

    def __call__(self, result: ScanResult, *, script: str = "", **context: Any) -> Watched:
        """Open the report of a result; `script` runs before anything of the page."""
        self._pages += 1
        file = self._directory / f"report{self._pages}.html"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(HtmlReport().render(result))
        options: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | context
        page = self._browser.new_context(**options).new_page()
        page.set_default_timeout(20_000)
        page.add_init_script(_WATCH + script)
        return Watched(page, file.as_uri())


@pytest.fixture
def open_report(chromium: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens results as reports; closes them after the test."""
    yield Opener(chromium, tmp_path)
    for context in chromium.contexts:
        context.close()
