"""Runs the command line, and says on standard error how long it took, how long it worked, and what memory it held."""

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
        usage = resource.getrusage(resource.RUSAGE_SELF)
        told = {
            "wall": time.perf_counter() - begun,
            "cpu": usage.ru_utime + usage.ru_stime,
            "peak_mb": usage.ru_maxrss / 1024,
        }
        print(json.dumps(told), file=sys.stderr)
