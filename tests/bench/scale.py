"""How cost grows with the estate: everything after collect, on 1,000, 10,000 and 100,000 identities."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.estate import bundle

SIZES = (1_000, 10_000, 100_000)


def run(sizes: tuple[int, ...] = SIZES) -> None:
    """Print seconds by stage, peak memory, and the exponent of growth between the first and the last size."""
    print("after collect, generated bundle:")
    stages = ("parse", "build", "judge", "render json", "render html")
    print("  identities " + "".join(f"{stage:>13}" for stage in (*stages, "total s", "peak MB")))
    totals: list[tuple[int, float]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as directory:
            bundle(Path(directory) / "bundle", size)
            measured = child(Path(directory) / "bundle")
        seconds = measured["seconds"]
        total = sum(seconds.values())
        totals.append((size, total))
        cells = [f"{seconds.get(stage, 0):.2f}" for stage in stages]
        print(
            f"  {size:>10,} "
            + "".join(f"{cell:>13}" for cell in (*cells, f"{total:.2f}", f"{measured['peak_mb']:.0f}"))
        )
    if len(totals) > 1:
        (small, first), (large, last) = totals[0], totals[-1]
        print(f"  exponent {small:,} to {large:,}: {math.log(last / first) / math.log(large / small):.3f}")


def child(directory: Path) -> dict[str, Any]:
    """Measure one bundle in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.child", str(directory)], check=True, capture_output=True, text=True
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured
