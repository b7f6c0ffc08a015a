"""report.html: one self-contained page for leadership and for those who follow a finding to its end.

The page asks no network for anything. What leadership reads first (the figures, the risks, what could not be seen) is
HTML, made by Jinja2 with escaping on; it is painted before any script runs and needs none. Tables, records and
the graph are drawn by the page's own script out of compressed pieces that are opened when they are looked at.

Every name in a result may be an attacker's. So the script makes text nodes and no markup, and a content security policy
with hashes allows this page's own script and style and nothing else.

The graph is drawn by a small force layout of ours (force.js, graph.js) and not by a library. The Python packages that
ship one were weighed: pyvis (vis-network) brings IPython, dash-cytoscape brings Dash and Plotly, Bokeh, ipysigma and
d3graph bring NumPy and pandas, each more than a hundred megabytes or unkept for years; XStatic-D3 has no dependencies
but holds D3 3.5 of 2016. A neighbourhood has a few dozen nodes: what is needed of such a library is one page of code,
and that page obeys the content security policy, which vis-network's own style sheets would not.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.result import ScanResult


class HtmlReport:
    """The report that people read."""

    name = "html"
    suffix = ".html"
    title = "One self-contained page: figures and risks for leadership, tables, records and the graph for everyone else"

    def render(self, result: ScanResult) -> Iterator[str]:
        """See `Report.render`."""
        from nhiscan_reports.html.page import pieces

        return pieces(result)
