"""One scan of an emulated cloud in a process of its own, measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def scanned(connector: str, settings: Mapping[str, str], directory: Path, **environment: str) -> dict[str, Any]:
    """Seconds, memory and gaps of `nhiscan scan <connector>`. Raises RuntimeError where it gives no result."""
    options = [text for name, value in settings.items() for text in (f"--{name.replace('_', '-')}", value)]
    env = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.timed", "scan", connector, *options, "-o", str(directory / "out"),
         "--log-format", "json"],
        env=env, capture_output=True, text=True,
    )  # fmt: skip
    log = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    stages = next((entry["seconds"] for entry in log if "seconds" in entry), None)
    usage = next((entry for entry in log if "peak_mb" in entry), None)
    if stages is None or usage is None:
        raise RuntimeError(f"the scan ended with code {done.returncode}: {done.stderr[-2000:]}")
    result = json.loads((directory / "out" / "result.json").read_text())
    after = sum(stages.values())
    return {
        "wall": usage["wall"],
        "peak_mb": usage["peak_mb"],
        "stages": stages,
        "after": after,
        "collect": usage["wall"] - after,
        "gaps": len(result["gaps"]),
    }


def show(measured: Mapping[str, Any]) -> None:
    """Print what `scanned` gave."""
    for key, unit in (("wall", "s"), ("collect", "s"), ("after", "s"), ("peak_mb", "MB")):
        title = {"wall": "wall time", "after": "after collect", "peak_mb": "peak memory"}.get(key, key)
        print(f"  {title:<20} {measured[key]:>8.1f} {unit}")
    for stage, seconds in measured["stages"].items():
        print(f"    {stage:<18} {seconds:>8.2f} s")
    print(f"  gaps                 {measured['gaps']:>8,}")
