"""One identity that several workloads act as."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.agents import hidden_workloads, workloads_of
from nhiscan.governance import controls
from nhiscan.judging import POWER, is_powerful
from nhiscan.model import Workload
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.wording import identity_name, listed, plain, workload_name

DEFAULT_ACCOUNT = "platform-default-account"
"""Signal of an identity that the platform gives to whatever names no other."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity that something runs as by how many different things do.

    The same thing in several regions, and its versions and aliases, are one. What the platform itself does with an
    identity does not count. The platform's default accounts are told by `default_or_wildcard_role`.
    """
    most = context.threshold("most_workloads")
    for id in context.examine(sorted({run.identity for run in context.inventory.runs_as if not run.by_platform})):
        identity = context.inventory.identities.get(id)
        if identity is not None and (identity.managed_by_provider or _is_default(context, id)):
            continue
        workloads = _different(workloads_of(context.inventory, id))
        agents = [workload for workload in workloads if workload.agent]
        if len(workloads) <= most and len(agents) < 2:
            continue
        name = identity_name(identity) if identity else plain(id)
        power = POWER.get(context.admin(id))
        yield RULE.finding(
            id,
            f"{len(workloads)} different workloads act as {name}: {listed(map(workload_name, workloads))}",
            *([f"{_agents(agents)} among them"] if agents else []),
            *([f"{name} {power}"] if power else []),
            key=("agents",) if agents else (),
            severity=_severity(context, id, agents),
            related=tuple(workload.id for workload in workloads),
        )
    yield from hidden_workloads(context, RULE)


def _is_default(context: RuleContext, id: str) -> bool:
    return any(signal.name == DEFAULT_ACCOUNT for signal in context.inventory.signals_of(id))


def _different(workloads: list[Workload]) -> list[Workload]:
    """One of each kind and name: what is deployed to several regions is one thing."""
    found: dict[tuple[str, str], Workload] = {}
    for workload in workloads:
        found.setdefault((workload.kind, workload.name or workload.id), workload)
    return list(found.values())


def _agents(agents: list[Workload]) -> str:
    return f"{len(agents)} AI agents are" if len(agents) > 1 else "an AI agent is"


def _severity(context: RuleContext, id: str, agents: list[Workload]) -> Severity:
    if len(agents) > 1 or (agents and is_powerful(context, id)):
        return "high"
    return "medium" if agents or is_powerful(context, id) else "low"


RULE = Rule(
    id="shared_execution_role",
    title="Execution role shared by several workloads",
    severity="low",
    why=(
        "Each may do what any of them needs, a break-in at the weakest is one at all of them, and the log cannot tell"
        " them apart. An agent that shares a role brings strangers' words to it."
    ),
    remediation="Give each workload an identity of its own with what it needs alone, the agents first.",
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.SHARED,
    thresholds=(
        Threshold(
            name="most_workloads",
            default=1,
            unit="count",
            meaning="Different workloads that may share an identity; two agents never may",
        ),
    ),
    risk="Programs or AI agents share an identity, so a break-in at one is one at all of them: {count} identities.",
    check=check,
)
