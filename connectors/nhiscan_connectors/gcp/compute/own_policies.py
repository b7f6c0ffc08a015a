"""Policies of single workloads, which are asked for one by one where the one search of all policies is not open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from nhiscan.connector import Evidence
from nhiscan.model import AnyRecord
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import refusal
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.bindings import holders
from nhiscan_connectors.gcp.calls import Calls

_NAME: Final = re.compile(r"projects/([^/]{1,80})/locations/([^/]{1,80})/[A-Za-z]{1,40}/([^/]{1,255})")


def policy_of(service: str, collection: str, title: str) -> Api:
    """Reads the policy of one workload: a GET in newer APIs. `title`: of the workload, for people."""
    return rest(
        f"{service}:projects.locations.{collection}.getIamPolicy",
        f"v2/projects/{{of}}/locations/{{location}}/{collection}/{{it}}:getIamPolicy",
        query=(("options.requestedPolicyVersion", "3"),),
        permission=f"{service}.{collection}.getIamPolicy",
        purpose=f"tells who may call a {title}, where Cloud Asset Inventory may not be read",
        hides=f"who may call the {title}",
        blinds=("policies",),
    )


def ask_policies(calls: Calls, operation: Api, names: Iterable[str]) -> None:
    """Read the policies of workloads, by their relative names."""
    found = [match.groups() for name in names if (match := _NAME.fullmatch(name))]
    calls.each(lambda one: calls.ask(operation, of=one[0], location=one[1], it=one[2]), found)


def whose(reading: Reading, operation: Api, item: Evidence) -> str:
    """Id of the workload that an answer is about."""
    of, location, it = (text(item.params.get(key)) for key in ("of", "location", "it"))
    collection = operation.path.split("/")[5]
    return reading.resource(
        f"//{operation.service}.googleapis.com/projects/{of}/locations/{location}/{collection}/{it}"
    )


def policy_records(reading: Reading, *operations: Api) -> Iterator[AnyRecord]:
    """Who holds roles on single workloads, and a gap for each whose policy was refused."""
    for operation in operations:
        for item in reading.answers.of(operation):
            id = whose(reading, operation, item)
            if item.problem is not None:
                yield refusal(reading.shard, operation, item, id)
            elif isinstance(item.body, dict):
                yield from holders(reading, operation, table(item.body), id, subject=id)
            else:
                reading.leave_out(operation, "a policy is no object", id)
