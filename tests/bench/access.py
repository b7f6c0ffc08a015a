"""The access stage alone: what the policies of 2,000, 10,000 and 50,000 principals let them do and become."""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import time

from nhiscan.inventory import Inventory
from nhiscan.model import Policy, PolicyUse
from nhiscan_connectors.aws.access import access
from tests.bench import cloudsplaining
from tests.connectors.aws.access.estates import ACCOUNT, Estate, allow, deny, document, role_arn, trusts

SIZES = (2_000, 10_000, 50_000)

_SHARED = {
    "power": [{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}],
    "deploy": [allow(["lambda:*", "iam:PassRole"], Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})],
    "keys": [allow("iam:CreateAccessKey", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
    "self": [allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}")],
    "read": [allow(["s3:Get*", "ec2:Describe*"])],
    "secrets": [allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:app/*")],
}
_EVERY = 50
"""One identity in so many has a boundary."""


def estate(count: int) -> Inventory:
    """Users and roles with wildcards, conditions, boundaries, groups and an organization limit."""
    made = Estate()
    scope = made.scope()
    made.scp(scope, allow("*"), deny(["organizations:LeaveOrganization", "cloudtrail:StopLogging"]))
    shared = list(_SHARED)
    for name, statements in _SHARED.items():
        text = document(*statements)
        made.add(Policy(id=_arn(name), provider="aws", kind="managed", name=name, scope=scope, document=text))
    users: list[str] = []
    for n in range(count):
        own = [allow("s3:GetObject", f"arn:aws:s3:::b-{n}/*"), allow("sts:AssumeRole", role_arn(f"app-{n}-*"))]
        if n % 2:
            id = made.user(f"app-{n}-x", *own)
            users.append(id)
        else:
            trust = [trusts({"AWS": ACCOUNT} if n % 4 else {"Service": "lambda.amazonaws.com"})]
            id = made.role(f"app-{n}-x", *own, trust=trust)
        if n % _EVERY == 0:
            made.boundary(id, allow(["s3:*", "lambda:*", "sts:*"]))
        made.add(PolicyUse(policy=_arn(shared[n % len(shared)]), target=id, use="permission"))
    for start in range(0, len(users), 100):
        made.group(f"team-{start}", allow(["logs:*", "ecs:*"]), members=tuple(users[start : start + 100]))
    return made.inventory()


def _arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def measure(count: int) -> dict[str, float]:
    """Seconds of the stage by the clock and of work, records derived, and peak memory, estate included."""
    inventory = estate(count)
    begun, worked = time.perf_counter(), time.process_time()
    derived = sum(1 for _ in access(inventory))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "cpu": cpu, "derived": derived, "peak_mb": peak}


def run(sizes: tuple[int, ...] = SIZES) -> None:
    """Print seconds and peak memory, each size in a process of its own, the exponent, and a comparison."""
    print("access alone, generated policies:")
    print("  principals      derived       wall s        cpu s      peak MB")
    worked: list[float] = []
    for size in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.access", str(size)], check=True, capture_output=True, text=True
        )
        measured = json.loads(done.stdout)
        worked.append(measured["cpu"])
        print(
            f"  {size:>10,}{measured['derived']:>13,}{measured['seconds']:>13.2f}{measured['cpu']:>13.2f}"
            f"{measured['peak_mb']:>13.0f}",
            flush=True,
        )
    if len(sizes) > 1:
        exponent = math.log(worked[-1] / worked[0]) / math.log(sizes[-1] / sizes[0])
        print(f"  exponent of cpu seconds, {sizes[0]:,} to {sizes[-1]:,}: {exponent:.3f}")
    cloudsplaining.compare(estate(sizes[0]))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
