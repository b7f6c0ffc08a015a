"""`make bench`: everything, or the parts that are named (scan, regional, scale, access, azure, gcp)."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from tests.bench import access, azure, gcp, regional, scale, scan

PARTS = ("help", "scan", "regional", "scale", "access", "azure", "gcp")


def start_up(runs: int = 5) -> None:
    """Print how long `nhiscan --help` takes."""
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "nhiscan", "--help"], check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begun)
    print(f"nhiscan --help: {statistics.median(seconds):.3f} s")


def main() -> None:
    """Run what was asked for."""
    asked = sys.argv[1:] or list(PARTS)
    unknown = set(asked) - set(PARTS)
    if unknown:
        sys.exit(f"there are no benchmarks called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if "help" in asked:
        start_up()
    if "scan" in asked:
        scan.run()
    if "regional" in asked:
        regional.run()
    if "scale" in asked:
        scale.run()
    if "access" in asked:
        access.run()
    if "azure" in asked:
        azure.run()
    if "gcp" in asked:
        gcp.run()


if __name__ == "__main__":
    main()
