"""One measured run in a process of its own, so that its peak memory is its own; prints one JSON object."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path

from nhiscan import plugins
from nhiscan.analyze import Stopwatch, analyze
from nhiscan.config import Config
from nhiscan.evidence import open_bundle
from nhiscan.files import write_atomically


def main() -> None:
    """Analyze and render the bundle that the first argument names."""
    watch = Stopwatch()
    bundle = open_bundle(Path(sys.argv[1]))
    result = analyze(bundle, Config(), watch=watch)
    with tempfile.TemporaryDirectory() as directory:
        for name in ("json", "html"):
            with watch.stage(f"render {name}"):
                write_atomically(Path(directory) / name, plugins.reports()[name].render(result))
        sizes = {name: (Path(directory) / name).stat().st_size for name in ("json", "html")}
    print(
        json.dumps(
            {
                "seconds": watch.seconds,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "identities": len(result.identities),
                "findings": len(result.findings),
                "edges": len(result.edges),
                "sizes": sizes,
                "failed": [c.failed for c in result.checks if c.failed],
                "gaps": len(result.gaps),
            }
        )
    )


if __name__ == "__main__":
    main()
