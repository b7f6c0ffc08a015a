"""A whole scan of an emulated account: calls, seconds and memory, against the pages that the API has to give."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

USERS, ROLES, POLICIES = 1000, 1000, 300
RUNS = 3


def run(runs: int = RUNS) -> None:
    """Print the medians of several scans."""
    estate = ("--estate", "bench", "--users", str(USERS), "--roles", str(ROLES), "--policies", str(POLICIES))
    measured = measure(estate, ("--region", "us-east-1"), runs)
    calls: Counter[str] = measured[0]["calls"]
    pages = _pages(calls)
    print(
        f"scan of an emulated account, {USERS:,} users, {ROLES:,} roles, {POLICIES} policies; medians of {runs} runs:"
    )
    print(f"  calls                {sum(calls.values()):>8,}   pages that the API has to give: {pages:,}")
    for key, unit in (("wall", "s"), ("collect", "s"), ("after", "s"), ("peak_mb", "MB")):
        value = statistics.median(m[key] for m in measured)
        name = {"wall": "wall time", "after": "after collect", "peak_mb": "peak memory"}.get(key, key)
        print(f"  {name:<20} {value:>8.1f} {unit}")
    for stage in ("parse", "build", "judge", "render"):
        value = statistics.median(m["stages"][stage] for m in measured)
        print(f"    {stage:<18} {value:>8.2f} s")


def _pages(calls: Counter[str]) -> int:
    """Answers that nobody can do without: the sweep, and a list of keys for each user that has one."""
    return calls["iam:GetAccountAuthorizationDetails"] + calls["iam:ListAccessKeys"]


def measure(estate: Sequence[str], scan: Sequence[str], runs: int) -> list[dict[str, Any]]:
    """Scan an estate of the emulator several times, each in a process of its own."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.clouds.aws.server", *estate], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        env = {**os.environ, **told["env"], "AWS_ENDPOINT_URL": told["endpoint"]}
        return [_once(told["endpoint"], env, scan) for _ in range(runs)]
    finally:
        server.terminate()
        server.wait()


def _once(endpoint: str, env: dict[str, str], scan: Sequence[str]) -> dict[str, Any]:
    _control(endpoint, "DELETE", "calls")
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.timed", "scan", "aws", *scan, "-o",
             str(Path(directory) / "out"), "--log-format", "json"],
            env=env, capture_output=True, text=True, check=True,
        )  # fmt: skip
    log = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    stages = next(entry["seconds"] for entry in log if "seconds" in entry)
    usage = next(entry for entry in log if "peak_mb" in entry)
    after = sum(stages.values())
    return {
        "calls": Counter(_control(endpoint, "GET", "counts")),
        "wall": usage["wall"],
        "cpu": usage["cpu"],
        "peak_mb": usage["peak_mb"],
        "stages": stages,
        "after": after,
        "collect": usage["wall"] - after,
    }


def _control(endpoint: str, method: str, path: str) -> Any:
    request = urllib.request.Request(f"{endpoint}/_emulator/{path}", method=method)
    with urllib.request.urlopen(request) as answer:
        body = answer.read()
    return json.loads(body)
