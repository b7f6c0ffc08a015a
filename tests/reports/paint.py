"""Measure how fast a report opens: `python -m tests.reports.paint 10000`.

Prints the size of the file, how long it took to write, when the browser painted first, and how long each view took
until it stood. Nothing is asserted: the figures depend on the machine.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from nhiscan.result import ScanResult
from nhiscan_reports.html import HtmlReport
from tests.reports.sample import sample

_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def main(arguments: Sequence[str]) -> None:
    """Measure one estate of as many identities as the first argument says."""
    size = int(arguments[0]) if arguments else 10_000
    estate = sample(size)
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        file = Path(directory) / "report.html"
        began = time.perf_counter()
        with file.open("w", encoding="utf-8") as out:
            out.writelines(HtmlReport().render(estate))
        print(
            f"{size:,} identities, {file.stat().st_size / 1e6:.1f} MB, written in {time.perf_counter() - began:.1f} s"
        )
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _measure(browser.new_page(), file, estate)
        browser.close()


def _measure(page: Page, file: Path, estate: ScanResult) -> None:
    page.goto(file.as_uri())
    page.wait_for_selector("body[aria-busy=false]")
    print(f"first paint after {page.evaluate(_PAINT):.0f} ms")
    record = f"#/identity/{quote(estate.identities[0].id, safe='')}"
    for view in ("#/identities", "#/findings", record, "#/identities?q=agent+prod"):
        took = page.evaluate(
            """async (view) => {
              const began = performance.now();
              document.body.setAttribute('aria-busy', 'true');
              location.hash = view;
              while (document.body.getAttribute('aria-busy') !== 'false') await new Promise(requestAnimationFrame);
              return performance.now() - began;
            }""",
            view,
        )
        print(f"{view.split('?')[0][:12]:<14} stood after {took:.0f} ms")
    print(f"memory {page.evaluate('performance.memory.usedJSHeapSize') / 1e6:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
