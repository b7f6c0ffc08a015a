"""Analyze: the pure road from a bundle to a ScanResult, with the seconds that each stage took."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from nhiscan import plugins
from nhiscan.assemble import assemble
from nhiscan.config import Config, check_rules
from nhiscan.connector import Connector
from nhiscan.errors import InputError
from nhiscan.evidence import Bundle
from nhiscan.judge import judge, prepare
from nhiscan.parse import parse
from nhiscan.result import ScanResult


class Stopwatch:
    """Seconds by stage, for `make bench` and `--log-format json`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage; stages of one name add up."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun


def analyze(
    bundle: Bundle,
    config: Config,
    *,
    clock: datetime | None = None,
    watch: Stopwatch | None = None,
) -> ScanResult:
    """Judge a bundle. No network, no clock but the one given: `clock` defaults to the moment the scan started.

    Raises InputError for a damaged bundle, UsageError for a configuration that names what does not exist.
    """
    watch = watch or Stopwatch()
    clock = clock or bundle.manifest.started
    rules = plugins.rules()
    check_rules(config, rules)
    connectors = connectors_of(bundle)
    with watch.stage("parse"), _no_collector():
        parsed = parse(bundle, connectors)
    with watch.stage("build"), _no_collector():
        graph = prepare(parsed.inventory, connectors, config)
    with watch.stage("judge"), _no_collector():
        judged = judge(parsed.inventory, graph, rules, config, clock)
        return assemble(parsed, judged, bundle.manifest, connectors, rules, plugins.broken(), clock)


def connectors_of(bundle: Bundle) -> Mapping[str, Connector]:
    """The connectors that a bundle was made with. Raises InputError for one that is not installed."""
    known = plugins.connectors()
    needed = sorted({entry.name for entry in bundle.manifest.connectors})
    missing = [name for name in needed if name not in known]
    if missing:
        why = "; ".join(f"{b.name}: {b.error}" for b in plugins.broken() if b.name in missing) or "not installed"
        raise InputError(
            f"The bundle was made with the connector {', '.join(missing)}, which is not there ({why}).",
            "`nhiscan plugins` shows what is installed.",
        )
    return {name: known[name] for name in needed}


@contextmanager
def _no_collector() -> Iterator[None]:
    """Stop the cyclic collector for a stage: millions of records hold no cycles, and walking them is quadratic."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
