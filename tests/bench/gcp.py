"""A whole scan of an emulated organization over a socket: 2,000 projects with 20,000 service accounts."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.bench.scanned import scanned, show
from tests.clouds.gcp.calls import Call
from tests.clouds.gcp.seed import Company
from tests.clouds.gcp.server import GcpServer

PROJECTS, ACCOUNTS, FOLDERS = 2_000, 20_000, 40


def fill(company: Company, projects: int = PROJECTS, accounts: int = ACCOUNTS) -> None:
    """Put projects into folders and service accounts into projects: half with a key, all with a role or two."""
    folders = [company.folder(f"team {number}") for number in range(FOLDERS)]
    ids = []
    for number in range(projects):
        services: tuple[str, ...] = ("iam", "compute", "run", "storage", "secretmanager")
        if number % 50 == 0:
            services = (*services, "aiplatform")
        ids.append(company.project(f"project-{number}", folders[number % FOLDERS], services=services))
    for number in range(accounts):
        project = ids[number % projects]
        email = company.service_account(project, f"worker-{number}", days=400)
        if number % 2:
            key = company.key(email, days=number % 700)
            company.used(email, number % 200, key=key)
        company.used(email, number % 300)
        company.bind(project, ("storage.objectViewer", "run.invoker", "logging.logWriter", "editor")[number % 4], email)
        if number % 5 == 0:
            company.bind(email, "iam.serviceAccountTokenCreator", f"user:dev{number % 400}@acme.example")
        if number % 40 == 0:
            company.bind(project, "secretmanager.secretAccessor", email)


def run(projects: int = PROJECTS, accounts: int = ACCOUNTS) -> None:
    """Print requests, seconds and memory of one scan."""
    with tempfile.TemporaryDirectory() as directory, GcpServer(Path(directory)) as server:
        begun = time.perf_counter()
        fill(Company(server.emulator.state), projects, accounts)
        seeded = time.perf_counter() - begun
        measured = scanned("gcp", server.settings, Path(directory))
        server.emulator.check()
        calls = list(server.emulator.calls)
    print(
        f"scan of an emulated organization, {projects:,} projects, {accounts:,} service accounts"
        f" (seeded in {seeded:.1f} s):"
    )
    print(f"  requests             {len(calls):>8,}")
    for name, count in Counter(map(_part, calls)).most_common():
        print(f"    {name:<34} {count:>8,}")
    show(measured)


def _part(call: Call) -> str:
    """What a request belongs to, for people."""
    verb = call.path.rpartition(":")[2] if ":" in call.path else call.path.rpartition("/")[2]
    return f"{call.service} {verb if not verb.isdigit() else 'get'}" if call.method != "RPC" else "iam over gRPC"


if __name__ == "__main__":
    run(*(int(number) for number in sys.argv[1:]))
