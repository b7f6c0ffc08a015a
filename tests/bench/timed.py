"""Runs the command line, and says on standard error how long it took and how much memory it held."""

from __future__ import annotations

import json
import resource
import sys
import time

from nhiscan.cli import main

if __name__ == "__main__":
    begun = time.perf_counter()
    try:
        main()
    finally:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"wall": time.perf_counter() - begun, "peak_mb": peak}), file=sys.stderr)
