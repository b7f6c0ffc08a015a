"""Scans that end in the middle and go on: nothing is asked twice, and the records are those of a whole scan."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import zstandard

from nhiscan import engine
from nhiscan.evidence import Bundle, open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import parse
from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.services import (
    access_boundaries,
    deny_policies,
    groups,
    hierarchy,
    hmac_keys,
    insights,
    policies,
    privileged_access,
    roles,
    service_accounts,
)
from tests.clouds.gcp.emulator import TOKEN
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW
from tests.clouds.gcp.seed_guardrails import bind_boundary, boundary, deny, deny_policy, entitlement, grant, group
from tests.connectors.gcp.scanning import scanned

SERVICES = tuple(
    module.SERVICE
    for module in (
        access_boundaries, deny_policies, groups, hierarchy, hmac_keys, insights, policies, privileged_access, roles,
        service_accounts,
    )
)  # fmt: skip
KILLS = 6


def connector() -> GcpConnector:
    """Only what this test is about, so that no other service decides how it ends."""
    made = GcpConnector()
    vars(made)["services"] = SERVICES
    return made


def company(gcp: Gcp) -> None:
    """An organization with a little of everything that guards it."""
    made = gcp.company
    folder = made.folder("Production")
    for number in range(4):
        name = f"p-{number}"
        project = made.project(name, folder, services=("storage", "recommender", "privilegedaccessmanager"))
        bot = made.service_account(project, "bot")
        made.key(bot, days=number)
        made.bind(project, "editor", bot, f"group:team-{number}@acme.example")
        group(made, f"team-{number}@acme.example", "user:ada@acme.example")
        grant(made, entitlement(made, project, "glass", "user:ada@acme.example"), "g", "ada@acme.example")
        deny_policy(made, project, "no-keys", deny(("iam.googleapis.com/serviceAccountKeys.create",)))
    everyone = f"//cloudresourcemanager.googleapis.com/{made.organization}"
    bind_boundary(made, boundary(made, "inside", everyone), "all", everyone)
    gcp.emulator.page_size = 2


def asked(gcp: Gcp) -> Counter[str]:
    return Counter(f"{call} {sorted(call.query.items())} {call.body}" for call in gcp.calls)


def facts(found: Inventory) -> object:
    tables = (found.identities, found.credentials, found.policies, found.groups, found.resources, found.scopes)
    lists = (found.assignments, found.memberships, found.policy_uses, found.gaps)
    return [sorted(map(repr, table.values())) for table in tables] + [sorted(map(repr, items)) for items in lists]


def texts(bundle: Bundle) -> list[str]:
    """All that was written of a scan."""
    found = [(bundle.directory / "manifest.json").read_text()]
    for shard in bundle.manifest.shards:
        with bundle.path_of(shard).open("rb") as file:
            reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
            found.append(reader.read().decode())
    return found


@pytest.mark.parametrize("swept", [True, False])
def test_a_whole_scan_asks_nothing_twice(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    company(gcp)
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    scanned(gcp, tmp_path / "b", connector())
    # The log does not tell pages over gRPC from each other; roles alone have several here.
    assert {call for call, count in asked(gcp).items() if count > 1} <= {"RPC iam ListRoles [] None"}


def test_a_resumed_scan_asks_only_for_what_was_not_answered(gcp: Gcp, tmp_path: Path) -> None:
    company(gcp)
    whole = facts(scanned(gcp, tmp_path / "whole", connector()).inventory)
    gcp.faults.add("quota", "v1/projects/p-1/locations/global/entitlements", retry="3600s")
    gcp.faults.add("quota", "v2/policies/*projects%2Fp-2/denypolicies", retry="3600s")
    gcp.faults.add("quota", "v1/groups/team-3/memberships", retry="3600s")
    cut = scanned(gcp, tmp_path / "cut", connector()).inventory
    assert {gap.reason for gap in cut.gaps} == {"throttled"}
    gcp.faults.clear()
    gcp.calls.clear()
    again = {"gcp": connector()}
    engine.collect(open_bundle(tmp_path / "cut"), again, {})
    assert sorted(str(call) for call in gcp.calls) == [
        "GET cloudidentity v1/groups/team-3/memberships",
        "GET iam v2/policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fp-2/denypolicies",
        "GET iam v2/policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fp-2/denypolicies/no-keys",
        "GET privilegedaccessmanager v1/projects/p-1/locations/global/entitlements",
        "GET privilegedaccessmanager v1/projects/p-1/locations/global/entitlements/glass/grants",
    ]
    assert facts(parse(open_bundle(tmp_path / "cut"), again).inventory) == whole


def test_a_refusal_is_an_answer_that_is_not_asked_for_again(gcp: Gcp, tmp_path: Path) -> None:
    company(gcp)
    gcp.faults.add("deny", service="iam", path="v2/*")
    gcp.faults.add("quota", "v1/projects/p-1/locations/global/entitlements", retry="3600s")
    scanned(gcp, tmp_path / "b", connector())
    gcp.calls.clear()
    engine.collect(open_bundle(tmp_path / "b"), {"gcp": connector()}, {})
    assert gcp.calls.count("v2/*", "iam") == 0


def test_two_scans_give_the_same_records(gcp: Gcp, tmp_path: Path) -> None:
    company(gcp)
    first, second = (facts(scanned(gcp, tmp_path / name, connector()).inventory) for name in ("a", "b"))
    assert first == second


def test_tokens_and_keys_stand_nowhere_in_a_bundle(gcp: Gcp, tmp_path: Path) -> None:
    company(gcp)
    gcp.company.service_account("projects/p-0", "reader")
    settings = {**gcp.settings, "impersonate_service_account": "reader@p-0.iam.gserviceaccount.com"}
    bundle = engine.begin(tmp_path / "b", {"gcp": settings}, {"gcp": connector()}, started=NOW)
    engine.collect(bundle, {"gcp": connector()}, {})
    assert gcp.calls.count("*:generateAccessToken", "iamcredentials") == 1
    key = gcp.server.credentials.read_text()
    for secret in (TOKEN, "PRIVATE KEY", key[60:120], "hunter2"):
        assert not any(secret in text for text in texts(bundle)), secret[:12]


SCAN = """
import sys
from pathlib import Path
from nhiscan import engine
from nhiscan.evidence import open_bundle
from tests.connectors.gcp.test_resume import connector
engine.collect(open_bundle(Path(sys.argv[1])), {"gcp": connector()}, {})
"""


def test_a_scan_that_is_killed_anywhere_goes_on_and_asks_nothing_twice(gcp: Gcp, tmp_path: Path) -> None:
    """kill -9 after some answers, again and again: the same result, and nothing asked twice."""
    company(gcp)
    whole = facts(scanned(gcp, tmp_path / "whole", connector()).inventory)
    once = asked(gcp)
    gcp.calls.clear()
    gcp.faults.add("slow", seconds=0.02)
    engine.begin(tmp_path / "cut", {"gcp": gcp.settings}, {"gcp": connector()}, started=NOW)
    root = Path(__file__).parents[3]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "connectors")])}
    command = [sys.executable, "-c", SCAN, str(tmp_path / "cut")]
    chance, killed = random.Random(4), 0
    for _ in range(KILLS):
        until = len(gcp.calls) + chance.randrange(3, 20)
        process = subprocess.Popen(command, env=env)
        while len(gcp.calls) < until and process.poll() is None:
            time.sleep(0.005)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
    assert killed >= KILLS // 2
    subprocess.run(command, check=True, env=env)
    assert facts(parse(open_bundle(tmp_path / "cut"), {"gcp": connector()}).inventory) == whole
    # Only a call whose answer was in the air when the process died may be repeated: eight at a time in each thread.
    twice = sum(count - once[call] for call, count in asked(gcp).items() if count > once[call])
    assert set(asked(gcp)) == set(once)
    assert twice <= killed * 16
