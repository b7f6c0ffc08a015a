"""Who may call a workload over HTTP: everybody, whoever has a Google account, or those whom its policies name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, TypeAlias

from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import Api
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.compute.own_policies import whose
from nhiscan_connectors.gcp.names import AUTHENTICATED, FOLDERS, ORGANIZATIONS
from nhiscan_connectors.gcp.services.policies import SEARCH

Callers: TypeAlias = Literal["everyone", "any Google account", "named", "unknown"]
Ingress: TypeAlias = Literal["all", "internal", "load-balancer", "none", ""]
"""From where calls are let in; empty where it is not told."""

_OPEN: Final[dict[str, Callers]] = {"allUsers": "everyone", AUTHENTICATED: "any Google account"}
_RANK: Final[dict[Callers, int]] = {"named": 0, "unknown": 1, "any Google account": 2, "everyone": 3}


class Invokers:
    """Who may call the workloads of a service, as policies on them and above them say."""

    def __init__(self, reading: Reading, own: Api, *roles: str) -> None:
        """`own`: the call that reads one workload's policy; see `policy_of`. `roles`: predefined ones that let somebody
        call; a custom one may or may not."""
        self._reading = reading
        self._roles = frozenset(roles)
        self._found: dict[str, Callers] = {}
        self._swept = reading.answers.answered(SEARCH)
        self._read: set[str] = set()
        for item in reading.answers.bodies(SEARCH):
            results = table(item).get("results")
            for result in results if isinstance(results, list) else ():
                self._take(text(table(result).get("resource")), table(table(result).get("policy")))
        for item in reading.answers.of(own):
            if isinstance(item.body, dict):
                workload = whose(reading, own, item)
                self._read.add(workload)
                self._take(workload, item.body)
        self._wide: Callers = max(
            (who for name, who in self._found.items() if name.startswith((ORGANIZATIONS, FOLDERS))),
            key=lambda who: _RANK[who],
            default="named",
        )

    def of(self, workload: str, scope: str) -> Callers:
        """Who may call one workload. `scope`: of its project."""
        places = (workload, scope)
        told: list[Callers] = [self._wide, *(self._found.get(place, "named") for place in places)]
        if not self._swept and workload not in self._read:
            told.append("unknown")
        return max(told, key=lambda who: _RANK[who])

    def _take(self, written: str, policy: dict[str, Any]) -> None:
        for role, member, conditional in _openings(policy):
            if role in self._roles or not role.startswith("roles/"):
                # What a custom role allows, and whether a condition holds, is not decided here.
                said = "unknown" if conditional or not role.startswith("roles/") else _OPEN[member]
                resource = self._reading.resource(written)
                if _RANK[said] > _RANK[self._found.get(resource, "named")]:
                    self._found[resource] = said


def _openings(policy: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Role, member and whether there is a condition, of bindings for people whom nobody chose."""
    bindings = policy.get("bindings")
    for binding in bindings if isinstance(bindings, list) else ():
        told = table(binding)
        members = told.get("members")
        if isinstance(members, list):
            for member in _OPEN:
                if member in members:
                    yield text(told.get("role")), member, bool(told.get("condition"))


def public(ingress: Ingress, callers: Callers) -> bool | None:
    """Whether somebody on the internet gets an answer without being let in by name; None where nobody can tell.

    A load balancer may hand calls of the internet on, so what only one of them reaches may be public or not.
    """
    if ingress in ("internal", "none"):
        return False
    if callers == "named":
        return False
    if callers == "unknown" or ingress != "all":
        return None
    return True
