"""nhiscan and cloudsplaining, one after the other, on one file of `aws iam get-account-authorization-details`."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from nhiscan.errors import ExitCode
from nhiscan.inventory import Inventory
from nhiscan.model import Identity, Policy

PACKAGE = "cloudsplaining"
RUNS = 3
_FINE = (ExitCode.CLEAN, ExitCode.INCOMPLETE)
"""Of nhiscan too: one file is not a whole account, and it says so."""

_MADE = "2026-01-01T00:00:00+00:00"


def details(inventory: Inventory) -> dict[str, Any]:
    """Users, groups, roles and managed policies of an inventory, as the API and the AWS CLI give them."""
    groups: dict[str, list[str]] = defaultdict(list)
    for membership in inventory.memberships:
        groups[membership.member].append(inventory.groups[membership.group].name)
    users = [identity for identity in inventory.identities.values() if identity.kind == "iam-user"]
    roles = [identity for identity in inventory.identities.values() if identity.kind == "iam-role"]
    return {
        "UserDetailList": [
            {
                **_names(user, "User"),
                "GroupList": groups[user.id],
                **_policies(inventory, user.id, "UserPolicyList"),
                "Tags": [],
            }
            for user in users
        ],
        "GroupDetailList": [
            {
                "Path": "/",
                "GroupName": group.name,
                "GroupId": _id("AGPA", number),
                "Arn": group.id,
                "CreateDate": _MADE,
                **_policies(inventory, group.id, "GroupPolicyList"),
            }
            for number, group in enumerate(inventory.groups.values())
        ],
        "RoleDetailList": [
            {
                **_names(role, "Role"),
                "AssumeRolePolicyDocument": _trust(inventory, role.id),
                "InstanceProfileList": [],
                **_policies(inventory, role.id, "RolePolicyList"),
                "Tags": [],
                "RoleLastUsed": {},
            }
            for role in roles
        ],
        "Policies": [
            _managed(policy, number)
            for number, policy in enumerate(inventory.policies.values())
            if policy.kind == "managed"
        ],
    }


def _id(prefix: str, number: int) -> str:
    return f"{prefix}{number:017d}"


def _names(identity: Identity, kind: str) -> dict[str, Any]:
    return {
        "Path": identity.path,
        f"{kind}Name": identity.name,
        f"{kind}Id": _id("AIDA" if kind == "User" else "AROA", hash(identity.id) % 10**17),
        "Arn": identity.id,
        "CreateDate": _MADE,
    }


def _policies(inventory: Inventory, holder: str, inline: str) -> dict[str, Any]:
    found: dict[str, Any] = {inline: [], "AttachedManagedPolicies": []}
    for use in inventory.policy_uses_of(holder):
        policy = inventory.policies[use.policy]
        if use.use == "boundary":
            found["PermissionsBoundary"] = {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": policy.id,
            }
        elif use.use == "permission" and policy.kind == "managed":
            found["AttachedManagedPolicies"].append({"PolicyName": policy.name, "PolicyArn": policy.id})
        elif use.use == "permission":
            found[inline].append({"PolicyName": policy.name, "PolicyDocument": _document(policy)})
    return found


def _trust(inventory: Inventory, role: str) -> dict[str, Any]:
    (policy,) = [use.policy for use in inventory.policy_uses_of(role) if use.use == "trust"]
    return _document(inventory.policies[policy])


def _document(policy: Policy) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(policy.document or "{}")
    return document


def _managed(policy: Policy, number: int) -> dict[str, Any]:
    version = {"Document": _document(policy), "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": _MADE}
    return {
        "PolicyName": policy.name,
        "PolicyId": _id("ANPA", number),
        "Arn": policy.id,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": _MADE,
        "UpdateDate": _MADE,
        "PolicyVersionList": [version],
    }


def compare(inventory: Inventory, runs: int = RUNS) -> None:
    """Print the medians of both command lines on one file, and what each of them does."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        file = place / "details.json"
        file.write_text(json.dumps(details(inventory)))
        count, size = len(inventory.identities), file.stat().st_size / 1e6
        print(f"one file of authorization details, {count:,} principals, {size:.1f} MB; medians of {runs} runs:")
        tool = _install(place / "environment")
        taken: dict[str, list[_Taken]] = {"nhiscan": [], "cloudsplaining": []}
        for _ in range(runs):  # in turn, so that other load of the machine falls on both
            taken["nhiscan"].append(_own(file, place / "own"))
            if tool is not None:
                taken["cloudsplaining"].append(_other(tool, file, place))
        print("                    wall s     cpu s")
        own = _print("nhiscan", taken["nhiscan"], _OWN)
        if tool is not None:
            other = _print("cloudsplaining", taken["cloudsplaining"], f"{_OTHER} ({_version(tool)})")
            print(f"  {'ratio':<16}{other.wall / own.wall:>8.1f}{other.cpu / own.cpu:>10.1f}")


class _Taken(NamedTuple):
    """What one run took, in seconds."""

    wall: float
    cpu: float


def _print(name: str, runs: list[_Taken], what: str) -> _Taken:
    """The medians, printed."""
    medians = _Taken(statistics.median(run.wall for run in runs), statistics.median(run.cpu for run in runs))
    print(f"  {name:<16}{medians.wall:>8.2f}{medians.cpu:>10.2f}   {what}")
    return medians


_OWN = "all layers of policies together with denies, conditions and boundaries, every path and rule, both reports"
_OTHER = "risky actions of each policy by itself where an Allow is on every resource, both reports"


def _timed(command: list[str], place: Path) -> _Taken:
    begun, worked = time.perf_counter(), _worked()
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    taken = _Taken(time.perf_counter() - begun, _worked() - worked)
    if done.returncode not in _FINE:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-2000:]}")
    return taken


def _worked() -> float:
    """Seconds that all processes which this one waited for have worked."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _own(file: Path, out: Path) -> _Taken:
    command = [sys.executable, "-m", "nhiscan", "scan", "--export", f"aws={file}", "--output", str(out), "--quiet"]
    return _timed(command, file.parent)


def _other(tool: Path, file: Path, place: Path) -> _Taken:
    out = Path(tempfile.mkdtemp(dir=place))
    command = ["scan", "--input-file", str(file), "--output", str(out), "--skip-open-report"]
    return _timed([str(tool.parent / PACKAGE), *command], out)


def _install(place: Path) -> Path | None:
    """The interpreter of a virtual environment with cloudsplaining; None, and a line that says why, without."""
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        why = "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    except subprocess.TimeoutExpired:
        why = "it took more than five minutes"
    if why:
        print(f"  cloudsplaining  skipped: pip cannot install it here ({why})")
        return None
    return python


def _version(python: Path) -> str:
    asked = f"import importlib.metadata; print(importlib.metadata.version({PACKAGE!r}))"
    done = subprocess.run([str(python), "-c", asked], capture_output=True, text=True, check=True)
    return done.stdout.strip()
