"""A scan of an account whose workloads live in 17 regions: calls, seconds, memory, and how much of it is waiting."""

from __future__ import annotations

import statistics
from typing import Any

from tests.bench.scan import measure

LATENCY = 0.05
"""Seconds that each call takes on its way to AWS and back, from a machine in the same part of the world."""


def run(runs: int = 3) -> None:
    """Print the medians of several scans, with calls that are answered at once and with calls that travel."""
    print("scan of 17 regions, 2,000 functions, 500 task definitions, 300 secrets, 100 agents:")
    heads = "".join(f"{name:>9}" for name in ("calls", "wall s", "cpu s", "waiting", "peak MB"))
    print(f"  {f'medians of {runs} runs':<34}{heads}")
    for title, latency in (("answered at once, by one process", 0.0), (f"{LATENCY * 1000:.0f} ms a call", LATENCY)):
        estate = ("--estate", "regional", *(("--latency", str(latency)) if latency else ()))
        measured = measure(estate, (), runs)
        wall, cpu = _median(measured, "wall"), _median(measured, "cpu")
        calls = sum(measured[0]["calls"].values())
        waiting = max(0.0, 1 - cpu / wall)
        peak = _median(measured, "peak_mb")
        print(f"  {title:<34}{calls:>9,}{wall:>9.1f}{cpu:>9.1f}{waiting:>9.0%}{peak:>9.0f}")


def _median(measured: list[dict[str, Any]], key: str) -> float:
    return float(statistics.median(run[key] for run in measured))
