"""Principal access boundaries, and whom they bind.

An organization is asked for its boundaries and each boundary for its bindings: Google lets a project make five of
these reads a minute unless its owner asks for more, and this takes the fewest. Where the boundaries may not be read, or
only a folder or a project is scanned, the bindings that are kept there are listed; a boundary that cannot be read is
known to bind and nobody knows where it lets act.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Policy, PolicyUse
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.containers import lies_below
from nhiscan_connectors.gcp.names import container
from nhiscan_connectors.gcp.rounds import Round, silences
from nhiscan_connectors.gcp.service import Answers, Service

LIST = rest(
    "iam:organizations.locations.principalAccessBoundaryPolicies.list",
    "v3/{+root}/locations/global/principalAccessBoundaryPolicies",
    size=1000,
    permission="iam.principalaccessboundarypolicies.list",
    purpose="lists the organization's principal access boundaries",
    hides="where principal access boundaries let act",
    blinds=("organization",),
)
SEARCH = rest(
    "iam:organizations.locations.principalAccessBoundaryPolicies.searchPolicyBindings",
    "v3/{+name}:searchPolicyBindings",
    size=1000,
    permission="iam.principalaccessboundarypolicies.searchPolicyBindings",
    purpose="tells whom a principal access boundary binds, anywhere in the organization",
    hides="whom a principal access boundary binds",
    blinds=("organization",),
)
BINDINGS = rest(
    "iam:locations.policyBindings.list",
    "v3/{+root}/locations/global/policyBindings",
    size=1000,
    permission="iam.policybindings.list",
    purpose="lists whom boundaries bind, where the organization's boundaries may not be listed",
    hides="whom principal access boundaries bind",
    blinds=("organization",),
)
GET = rest(
    "iam:organizations.locations.principalAccessBoundaryPolicies.get",
    "v3/{+name}",
    permission="iam.principalaccessboundarypolicies.get",
    purpose="reads a principal access boundary that a folder or a project binds to",
    hides="where a principal access boundary lets act",
    blinds=("organization",),
)
_KIND = "PRINCIPAL_ACCESS_BOUNDARY"


def collect(calls: Calls) -> None:
    """One call, and one a boundary, one after the other for the sake of the quota."""
    whole = calls.place.root.startswith("organizations/")
    if whole:
        told = [text(table(item).get("name")) for item in calls.items(LIST, "principalAccessBoundaryPolicies")]
        Round(calls, SEARCH).each([{"name": name} for name in told if name], patient=True)
        if not calls.sink.refusal(LIST) and not calls.sink.refusal(SEARCH):
            return
    bound = {text(table(item).get("policy")) for item in calls.items(BINDINGS, "policyBindings")}
    if not whole:
        Round(calls, GET).each([{"name": name} for name in sorted(bound - {""})], patient=True)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One policy for each binding: its boundary, whom it binds, and under which condition."""
    reading = Reading(shard, answers)
    details = _details(reading)
    seen: set[str] = set()
    for operation in (SEARCH, BINDINGS):
        for item in reading.items(operation, "policyBindings", "name", "policy"):
            if text(item.get("policyKind")) in ("", _KIND) and item["name"] not in seen:
                seen.add(item["name"])
                yield from _binding(reading, operation, item, details.get(item["policy"]))
    if BINDINGS in answers and lies_below(reading):
        yield gap_of(
            shard,
            LIST,
            "unsupported",
            "only a part of the organization is scanned",
            hides="principal access boundaries that the organization and the folders above bind to what is scanned",
        )
    boundaries = {name: f"//iam.googleapis.com/{name}" for name in details}
    yield from silences(reading, SEARCH, "name", boundaries)
    yield from silences(reading, GET, "name", {})
    yield from reading.gaps()


def _details(reading: Reading) -> dict[str, dict[str, Any]]:
    """What boundaries say, by name."""
    told = [(LIST, item) for item in reading.items(LIST, "principalAccessBoundaryPolicies", "name")]
    told += [(GET, body) for body in reading.bodies(GET)]
    return {text(item.get("name")): table(item.get("details")) for _, item in told}


def _binding(
    reading: Reading, operation: Operation, item: dict[str, Any], details: dict[str, Any] | None
) -> Iterator[AnyRecord]:
    id = f"//iam.googleapis.com/{item['name']}"
    target = text(table(item.get("target")).get("principalSet"))
    if not target:
        reading.leave_out(operation, f"{item['name'][:200]} does not tell whom it binds")
        target = id  # names no set of principals: whom it binds is open
    condition = table(item.get("condition"))
    problem = "" if details else "the boundary itself could not be read"
    if item.get("condition") and not text(condition.get("expression")):
        problem = "its condition has no expression"
        reading.leave_out(operation, f"{item['name'][:200]}: {problem}")
    document = {
        "policy": item["policy"],
        "details": details,
        "target": {"principalSet": target},
        "condition": {"expression": text(condition.get("expression"))},
    }
    yield Policy(
        id=id,
        provider="gcp",
        kind="organization",
        name=text(item.get("displayName")) or item["name"].rpartition("/")[2],
        scope=container(item["name"].partition("/locations/")[0]) or reading.shard.scope,
        document=None if problem else json.dumps(document, separators=(",", ":")),
        problem=problem,
    )
    yield PolicyUse(policy=id, target=target, use="boundary")


SERVICE = Service(
    name="access-boundaries",
    part="estate",
    operations=(LIST, SEARCH, BINDINGS, GET),
    collect=collect,
    parse=parse,
)
