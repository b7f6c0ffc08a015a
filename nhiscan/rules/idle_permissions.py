"""Permissions that nobody has used for long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nhiscan.agents import belongs_to_agent
from nhiscan.governance import controls
from nhiscan.judging import is_powerful, judged_identities
from nhiscan.model import Identity, Usage
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.usage import use_of_identity
from nhiscan.wording import days, identity_name, listed, plain


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity that is not a person's by the services that it may use and does not.

    An identity that nobody uses at all is told by `stale_identity` or `never_used_identity`.
    """
    unused = context.days("unused_days")
    told = {identity.scope for id in {u.identity for u in context.inventory.usages} if (identity := _of(context, id))}
    silent: set[str] = set()
    for identity in context.examine(i for i in judged_identities(context) if not i.human_access):
        age = context.age(identity.created_at)
        if context.class_of(identity.id) == "human" or (age is not None and age <= unused):
            continue
        lines = [usage for usage in context.inventory.usages_of(identity.id) if usage.granted]
        if not lines:
            if identity.scope not in told and context.knows(identity, "usage"):
                silent.add(identity.scope)
            elif _may_do_something(context, identity):
                yield RULE.unknown(identity.id, "what it uses of its permissions could not be read")
            continue
        if not _is_idle(context, identity):
            yield from _judge(context, identity, lines)
    for scope in sorted(silent):  # once, and not once for every identity of a scan that did not ask
        yield RULE.unknown(scope, "usage data were not read; they are collected only where a scan is told to")


def _of(context: RuleContext, identity: str) -> Identity | None:
    return context.inventory.identities.get(identity)


def _may_do_something(context: RuleContext, identity: Identity) -> bool:
    """Whether it has permissions, or nobody could look, so that the lack of usage data says nothing."""
    inventory = context.inventory
    known = context.knows(identity, "policies") and context.knows(identity, "usage")
    return not known or bool(inventory.grants_of(identity.id) or inventory.policy_uses_of(identity.id))


def _is_idle(context: RuleContext, identity: Identity) -> bool:
    use = use_of_identity(context.inventory, identity, context.clock)
    idle = context.age(use.idle_since)
    return not use.doubts and idle is not None and idle > context.days("unused_days")


def _judge(context: RuleContext, identity: Identity, lines: list[Usage]) -> Iterator[Outcome]:
    services = [line for line in lines if not line.action]
    states = {line.service: _is_unused(context, line, identity.created_at) for line in services}
    idle = sorted(service for service, state in states.items() if state)
    used = {service for service, state in states.items() if state is False}
    actions = sorted(
        line.action
        for line in lines
        if line.action and line.service in used and _is_unused(context, line, identity.created_at)
    )
    if not idle and not actions:
        if None in states.values():
            yield RULE.unknown(identity.id, "since when the provider records what it uses is not told")
        return
    span = days(context.days("unused_days"))
    evidence = []
    if idle:
        evidence.append(
            f"{identity_name(identity)} may use {_counted(len(states), 'service')} and has not used {len(idle)} of them"
            f" for {span} or more: {listed(idle)}"
        )
    if actions:
        evidence.append(
            f"of the services that {identity_name(identity)} does use, {_counted(len(actions), 'action')} went unused"
            f" for {span} or more: {listed(actions)}"
        )
    sources = sorted({plain(line.source) for line in lines if line.source})
    yield RULE.finding(
        identity.id,
        *evidence,
        *([f"told by {listed(sources)}"] if sources else []),
        key=("services",) if idle else ("actions",),
        severity=_severity(context, identity, idle, states),
    )


def _is_unused(context: RuleContext, line: Usage, made_at: datetime | None) -> bool | None:
    """Whether the provider would have seen a use, and saw none; None when it does not say since when it looks."""
    if line.last_used_at is not None:
        age = context.age(line.last_used_at)
    else:
        since = [moment for moment in (line.observed_since, made_at) if moment is not None]
        age = context.age(max(since)) if line.observed_since is not None else None
    return None if age is None else age > context.days("unused_days")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _severity(
    context: RuleContext, identity: Identity, idle: list[str], states: dict[str, bool | None]
) -> Severity | None:
    """Worse where most of it lies idle in the hands of an agent or an administrator."""
    mostly = len(idle) * 2 > len(states)
    weighs = is_powerful(context, identity.id) or belongs_to_agent(context, identity.id)
    return "medium" if mostly and weighs else None


RULE = Rule(
    id="idle_permissions",
    title="Permissions that are not used",
    severity="low",
    why=(
        "What an identity never does it need not be able to do. Idle permissions serve only whoever takes it over, and"
        " they are what most break-ins grow by."
    ),
    remediation=(
        "Take the unused services and actions out of its policies, beginning with agents and administrators; let the"
        " provider draft a policy from what the logs show it to use."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html",
    ),
    controls=controls.join(controls.OVER_PRIVILEGED, controls.STANDING_ACCESS),
    thresholds=(
        Threshold(
            name="unused_days", default=90, unit="days", meaning="Time without use after which it counts as idle"
        ),
    ),
    risk="Programs and agents may do much that they never do, which only a thief would miss: {count} of them.",
    check=check,
)
