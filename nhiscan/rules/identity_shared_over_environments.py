"""One identity that workloads of production and of other environments act as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nhiscan.agents import hidden_workloads, workloads_of
from nhiscan.governance import controls
from nhiscan.judging import is_powerful, power_of
from nhiscan.model import Workload
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, plain, workload_name

PRODUCTION: Final = "production"


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity that something runs as by the environments in which that runs.

    That several workloads share an identity at all is told by `shared_execution_role`, and that production lets
    another environment in by `cross_environment_trust`.
    """
    for id in context.examine(sorted({run.identity for run in context.inventory.runs_as if not run.by_platform})):
        identity = context.inventory.identities.get(id)
        if identity is not None and identity.managed_by_provider:
            continue
        places = _places(context, id)
        others = sorted(place for place in places if place and place != PRODUCTION)
        name = identity_name(identity) if identity else plain(id)
        if PRODUCTION in places and others:
            workloads = [workload for place in (PRODUCTION, *others) for workload in places[place]]
            agents = any(workload.agent for workload in workloads)
            yield RULE.finding(
                id,
                f"workloads of production and of {listed(others)} act as {name}",
                *(_where(place, places[place]) for place in (PRODUCTION, *others)),
                *power_of(context, identity),
                severity="high" if agents or is_powerful(context, id) else None,
                related=tuple(workload.id for workload in workloads),
            )
        elif unclear := _unclear(places):
            yield RULE.unknown(id, unclear)
    yield from hidden_workloads(context, RULE)


def _places(context: RuleContext, identity: str) -> dict[str, list[Workload]]:
    """What runs as the identity, by environment; "" where none is told."""
    found: defaultdict[str, list[Workload]] = defaultdict(list)
    for workload in workloads_of(context.inventory, identity):
        scope = context.inventory.scopes.get(workload.scope)
        found[(scope.environment if scope else None) or ""].append(workload)
    return dict(found)


def _unclear(places: dict[str, list[Workload]]) -> str:
    """Why it may be shared over environments for all that is known; empty when it surely is not."""
    unknown = sorted({workload.scope for workload in places.get("", ())})
    if not unknown or (len(unknown) == 1 and len(places) == 1):
        return ""  # what lives in one scope is taken to be of one environment
    return f"it is used in several scopes, and the environment of {listed(unknown, 3)} is not known"


def _where(place: str, workloads: list[Workload]) -> str:
    return f"in {plain(place)}: {listed(map(workload_name, workloads), 3)}"


RULE = Rule(
    id="identity_shared_over_environments",
    title="One identity in production and in other environments",
    severity="medium",
    why=(
        "Test and development are guarded less on purpose. Whoever gets into a workload there holds the very identity"
        " that production runs as, and no log tells the two apart."
    ),
    remediation=(
        "Give each environment an identity of its own, with permissions on that environment's resources alone, and"
        " make the one of production assignable to production only."
    ),
    references=(
        "https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/managed-identity-best-practice-recommendations",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.join(controls.ENVIRONMENTS, controls.SHARED),
    risk=(
        "Programs of production and of test systems act as one identity, so a break-in at a test system is one at"
        " production: {count} identities."
    ),
    check=check,
)
