"""A workload that acts as the platform's default account, or as something that may do anything of a kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.agents import belongs_to_agent, hidden_workloads, workloads_of
from nhiscan.governance import controls
from nhiscan.judging import is_powerful, judged_identities, power_of
from nhiscan.model import Capability, Grant, Identity, Workload
from nhiscan.powers import WORDS, by_capability, covers_everything, surest, told
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, workload_name

DEFAULT_ACCOUNT: Final = "platform-default-account"
"""Signal of an identity that the platform gives to whatever names no other."""

WILD: Final[frozenset[Capability]] = frozenset(
    {"administer_identities", "read_secrets", "destroy", "run_code", "write_data"}
)
"""Capabilities that no single workload needs on everything."""
_LEAST_WILD: Final = 2
"""So many of them make a role a wildcard role; one may be what the workload is for."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity that a workload acts as.

    What administers is told by `administrator_identity`, what agents hold too much of by
    `over_privileged_ai_persona`; a default account is told here whatever it may do.
    """
    for identity in context.examine(judged_identities(context)):
        workloads = workloads_of(context.inventory, identity.id)
        if not workloads:
            continue
        if any(signal.name == DEFAULT_ACCOUNT for signal in context.inventory.signals_of(identity.id)):
            yield _default(context, identity, workloads)
        elif not context.knows(identity, "policies"):
            yield RULE.unknown(identity.id, "what it may do could not be read")
        elif not is_powerful(context, identity.id) and not belongs_to_agent(context, identity.id):
            yield from _wild(context, identity, workloads)
    yield from hidden_workloads(context, RULE)


def _default(context: RuleContext, identity: Identity, workloads: list[Workload]) -> Outcome:
    name = identity_name(identity)
    return RULE.finding(
        identity.id,
        f"{_counted(workloads)} as {name}, which the platform gives to whatever names no other identity:"
        f" {listed(map(workload_name, workloads))}",
        *power_of(context, identity),
        key=("default",),
        severity="high" if is_powerful(context, identity.id) else None,
        related=tuple(workload.id for workload in workloads),
    )


def _wild(context: RuleContext, identity: Identity, workloads: list[Workload]) -> Iterator[Outcome]:
    found: dict[Capability, Grant] = {}
    unread = False
    for capability, grants in by_capability(context.inventory.grants_of(identity.id)).items():
        grant = surest(g for g in grants if covers_everything(context.inventory, g.resource))
        if capability in WILD and grant is not None:
            unread = unread or grant.answer == "unknown"
            if grant.answer == "allowed":
                found[capability] = grant
    if len(found) >= _LEAST_WILD:
        yield RULE.finding(
            identity.id,
            f"{_counted(workloads)} as {identity_name(identity)}, which may"
            f" {listed(WORDS[capability] for capability in found)} without limit to any resource",
            *[told(grant) for grant in found.values()],
            key=("wildcard",),
            related=tuple(workload.id for workload in workloads),
        )
    elif unread:
        yield RULE.unknown(identity.id, "what it may do could not be read in full")


def _counted(workloads: list[Workload]) -> str:
    return "1 workload acts" if len(workloads) == 1 else f"{len(workloads)} workloads act"


RULE = Rule(
    id="default_or_wildcard_role",
    title="Workload on a default or wildcard role",
    severity="medium",
    why=(
        "A default account serves everything that was made in a hurry, and a role for everything fits any attack. A"
        " fault in one program then reaches all that the account holds."
    ),
    remediation=(
        "Give the workload an identity of its own that names the actions and resources it needs, and take from the"
        " default account all it may do."
    ),
    references=(
        "https://cloud.google.com/iam/docs/best-practices-service-accounts",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ),
    controls=controls.join(controls.OVER_PRIVILEGED, {"OWASP NHI": ("NHI6:2025",)}),
    risk="Programs run with rights that nobody cut to measure, so one fault opens much: {count} identities.",
    check=check,
)
