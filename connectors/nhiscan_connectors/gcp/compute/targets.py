"""What a call that Google makes for somebody (a schedule, a push, an event) goes to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from nhiscan.inventory import Inventory
from nhiscan.model import Link, Workload

_API: Final = (
    (
        re.compile(r"/v2/projects/([^/]+)/locations/([^/]+)/jobs/([^/:]+):run"),
        re.compile(r"(?:[a-z0-9-]+-)?run\.googleapis\.com"),
        "//run.googleapis.com/projects/{0}/locations/{1}/jobs/{2}",
    ),
    (
        re.compile(r"/v1(?:beta)?/projects/([^/]+)/locations/([^/]+)/workflows/([^/:]+)(?:/executions|:trigger.*)"),
        re.compile(r"workflowexecutions\.googleapis\.com"),
        "//workflows.googleapis.com/projects/{0}/locations/{1}/workflows/{2}",
    ),
    (
        re.compile(r"/v2/projects/([^/]+)/locations/([^/]+)/functions/([^/:]+):call"),
        re.compile(r"cloudfunctions\.googleapis\.com"),
        "//cloudfunctions.googleapis.com/projects/{0}/locations/{1}/functions/{2}",
    ),
    (
        re.compile(r"/v1/projects/([^/]+)/locations/([^/]+)/triggers/([^/:]+):run"),
        re.compile(r"cloudbuild\.googleapis\.com"),
        "//cloudbuild.googleapis.com/projects/{0}/locations/{1}/triggers/{2}",
    ),
)
_JOB: Final = re.compile(r"/apis/run\.googleapis\.com/v1/namespaces/([^/]+)/jobs/([^/:]+):run")
_REGION: Final = re.compile(r"([a-z0-9-]+)-run\.googleapis\.com")


def place_of(uri: str) -> str:
    """Host and path of an address, without whatever secret may stand in it; empty for what is none."""
    try:
        parts = urlsplit(uri.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    return f"{host}{parts.path}"[:500] if host else ""


def of_api(uri: str) -> str:
    """Full resource name of what a call to one of Google's own APIs starts; empty for any other address."""
    place = place_of(uri)
    host, slash, rest = place.partition("/")
    path = f"{slash}{rest}"
    for pattern, hosts, name in _API:
        if hosts.fullmatch(host) and (found := pattern.fullmatch(path)):
            return name.format(*found.groups())
    region, job = _REGION.fullmatch(host), _JOB.fullmatch(path)
    if region and job:
        return f"//run.googleapis.com/projects/{job[1]}/locations/{region[1]}/jobs/{job[2]}"
    return ""


class Addresses:
    """Workloads by the host that they answer at."""

    def __init__(self, inventory: Inventory) -> None:
        self._by_host: dict[str, Workload] = {}
        self._by_prefix: dict[str, Workload] = {}
        for workload in inventory.workloads.values():
            for url in workload.attributes.get("url", "").split(",") if workload.provider == "gcp" else ():
                host, _, path = place_of(url).partition("/")
                if not host:
                    continue
                # Functions of the first generation share a host, and differ in their path.
                if host.endswith(".cloudfunctions.net"):
                    self._by_prefix.setdefault(f"{host}/{path.partition('/')[0]}", workload)
                else:
                    self._by_host.setdefault(host, workload)

    def at(self, place: str) -> Workload | None:
        """The workload that answers at an address of `place_of`."""
        host, _, path = place.partition("/")
        return self._by_prefix.get(f"{host}/{path.partition('/')[0]}") or self._by_host.get(host)


def triggers(inventory: Inventory, kinds: Iterable[str]) -> Iterator[Link]:
    """Links from workloads of some kinds, which call an address, to what answers there. See attribute "calls"."""
    wanted = frozenset(kinds)
    sources = [one for one in inventory.workloads.values() if one.kind in wanted and one.attributes.get("calls")]
    if not sources:
        return
    addresses = Addresses(inventory)
    for source in sources:
        target = addresses.at(source.attributes["calls"])
        if target is not None and target.id != source.id:
            reason = f"{source.name} calls {target.name}"
            yield Link(source=source.id, target=target.id, kind="triggers", reason=reason)
