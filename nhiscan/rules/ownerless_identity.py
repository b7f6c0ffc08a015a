"""An identity for which nobody answers."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.agents import agents_of, has_owner
from nhiscan.governance import controls
from nhiscan.judging import is_outside, is_powerful, judged_identities, power_of
from nhiscan.model import Identity
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.wording import identity_name, listed


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge every identity that is not a person's and no door for people, once it is older than the grace time.

    An identity of an agent that nobody answers for is told with the agent, by `ownerless_agent`.
    """
    grace = context.days("grace_days")
    for identity in context.examine(i for i in judged_identities(context) if not i.human_access):
        class_ = context.class_of(identity.id)
        age = context.age(identity.created_at)
        if (
            is_outside(identity)
            or class_ == "human"
            or context.owners(identity.id)
            or (age is not None and age <= grace)
        ):
            continue
        if not context.knows(identity, "owners"):
            yield RULE.unknown(identity.id, "who answers for it could not be read")
            continue
        if any(not has_owner(context, agent) for agent in agents_of(context.inventory, identity.id)):
            continue
        indirect = _owners_of_workloads(context, identity)
        yield RULE.finding(
            identity.id,
            f"no tag, record or register names an owner of {identity_name(identity)}",
            *indirect,
            *power_of(context, identity),
            severity=_severity(context, identity, indirect=bool(indirect)),
            confidence="medium" if class_ == "unknown" else None,
        )


def _owners_of_workloads(context: RuleContext, identity: Identity) -> list[str]:
    """Who answers for what runs as it: not the same, and somebody to ask."""
    runs = context.inventory.workloads_running_as(identity.id)
    owners = sorted({owner.owner for run in runs for owner in context.owners(run.workload)})
    return [f"what runs as it is answered for by {listed(owners)}"] if owners else []


def _severity(context: RuleContext, identity: Identity, *, indirect: bool) -> Severity:
    serious = is_powerful(context, identity.id) or context.class_of(identity.id) == "ai_persona"
    if indirect:
        return "medium" if serious else "low"
    return "high" if serious else "medium"


RULE = Rule(
    id="ownerless_identity",
    title="Identity without an owner",
    severity="medium",
    why=(
        "Nobody can say whether it is still needed, nobody reviews what it may do, and nobody answers when it does"
        " something odd. It will outlive whoever made it."
    ),
    remediation=(
        "Name a person or a team as its owner, in a tag or in the register that nhiscan reads; if nobody takes it on,"
        " retire it."
    ),
    references=(
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
        "https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
    ),
    controls=controls.ORPHAN,
    thresholds=(
        Threshold(
            name="grace_days", default=7, unit="days", meaning="Age up to which an identity may be without an owner"
        ),
    ),
    risk="Nobody answers for some identities, so nobody will notice when one is misused: {count} of them.",
    check=check,
)
