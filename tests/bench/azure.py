"""A whole scan of an emulated tenant over a socket: 10,000 service principals that hold 50,000 roles in Azure."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.bench.scanned import scanned, show
from tests.clouds.azure.calls import Call
from tests.clouds.azure.seed import CONTRIBUTOR, OWNER, READER, Tenant
from tests.clouds.azure.seed_rbac import management_group, place, root_group
from tests.clouds.azure.server import AzureServer
from tests.clouds.azure.state import CLIENT_SECRET

PRINCIPALS, ASSIGNMENTS, SUBSCRIPTIONS, GROUPS = 10_000, 50_000, 25, 5
PAGE = 1000
"""Assignments that the emulator gives a page."""


def fill(tenant: Tenant, principals: int = PRINCIPALS, assignments: int = ASSIGNMENTS) -> None:
    """Put service principals into a tenant, half of them with an application, and spread roles over subscriptions.

    Of twenty assignments one is on a management group, three are on a subscription and the rest is in resource groups.
    """
    root = root_group(tenant)
    groups = [management_group(tenant, f"group-{number}", root) for number in range(GROUPS)]
    subscriptions = [tenant.subscription(f"subscription {number}") for number in range(SUBSCRIPTIONS)]
    for number, subscription in enumerate(subscriptions):
        place(tenant, subscription, groups[number % GROUPS])
    holders = []
    for number in range(principals):
        application = None
        if number % 2:
            application = tenant.application(f"app {number}", passwordCredentials=[tenant.password()])
        holders.append(tenant.service_principal(f"principal {number}", application))
    for number in range(assignments):
        holder, subscription = holders[number % principals], subscriptions[number % SUBSCRIPTIONS]
        match number % 20:
            case 0:
                # A management group holds 500 at most.
                scope = groups[number // 20 % GROUPS]["id"]
            case 1 | 2 | 3:
                scope = subscription["id"]
            case _:
                scope = f"{subscription['id']}/resourceGroups/group-{number % 40}"
        tenant.role_assignment(holder, (READER, CONTRIBUTOR, READER, OWNER)[number % 4], scope)


def run(principals: int = PRINCIPALS, assignments: int = ASSIGNMENTS) -> None:
    """Print requests, seconds and memory of one scan, and what Azure RBAC has of the requests."""
    with tempfile.TemporaryDirectory() as directory, AzureServer(Path(directory)) as server:
        begun = time.perf_counter()
        fill(Tenant(server.emulator.state), principals, assignments)
        seeded = time.perf_counter() - begun
        measured = scanned("azure", server.settings, Path(directory), AZURE_CLIENT_SECRET=CLIENT_SECRET)
        server.emulator.check()
        calls = list(server.emulator.calls)
    alone = [call for call in calls if not call.in_batch]
    pages = -(-assignments // PAGE)
    print(
        f"scan of an emulated tenant, {principals:,} service principals, {assignments:,} role assignments in "
        f"{SUBSCRIPTIONS} subscriptions (seeded in {seeded:.1f} s):"
    )
    print(f"  requests             {len(alone):>8,}   calls within batches: {len(calls) - len(alone):,}")
    for name, count in Counter(map(_part, alone)).most_common():
        print(f"    {name:<22} {count:>8,}")
    listed = [call for call in alone if call.path.endswith("/roleAssignments") and call.plane == "arm"]
    print(f"  pages of assignments {len(listed):>8,}   full ones would be {pages:,}")
    show(measured)


def _part(call: Call) -> str:
    """What a request belongs to, for people."""
    if call.plane != "arm":
        return "sign-in" if call.plane == "token" else f"Graph {call.path.strip('/').partition('/')[0]}"
    namespace = call.path.rpartition("/providers/")[2].partition("/")[0]
    return namespace if "/providers/" in call.path else "Microsoft.Resources"


if __name__ == "__main__":
    run(*(int(number) for number in sys.argv[1:]))
