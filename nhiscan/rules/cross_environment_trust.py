"""A way from where things are tried out into production."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.build import ANY_OF
from nhiscan.governance import controls
from nhiscan.judging import is_powerful, power_of
from nhiscan.model import CanBecome, Identity
from nhiscan.places import scope_name
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Unknown
from nhiscan.trusts import place_of, scope_of_principal, trusting_identities
from nhiscan.wording import identity_name, listed, plain

PRODUCTION: Final = "production"
_SUREST_FIRST: Final = ("allowed", "conditional", "unknown")
_LONGEST_REASON: Final = 400


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    """A way in by what somebody can do, from one environment."""

    scope: str
    """Where whoever takes it lives."""
    answer: str
    reason: str


class _Ways(msgspec.Struct, kw_only=True):
    """Ways into one identity."""

    told: dict[str, str] = {}
    """Sentence by the id of the scope outside production that it leads from."""
    answers: list[str] = []
    unclear: set[str] = set()
    """What would have to be known to judge another way, as sentences."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity of a production scope by who in other environments is let in, or can get in."""
    steps = _steps(context)
    for item in context.examine(trusting_identities(context, RULE)):
        if isinstance(item, Unknown):
            yield item
            continue
        environment = _environment(context, item.scope)
        if environment not in (PRODUCTION, None):
            continue
        ways = _Ways()
        _by_trust(context, item, environment, ways)
        _by_power(context, item, environment, steps.get(item.id, {}), ways)
        if ways.told:
            yield RULE.finding(
                item.id,
                f"{identity_name(item)} belongs to production"
                f" ({scope_name(context.inventory, item.scope)}) and is open to {listed(_scopes(context, ways))}",
                *list(ways.told.values())[:3],
                *power_of(context, item),
                severity=_severity(context, item, ways),
                related=tuple(sorted(ways.told)),
            )
        elif ways.unclear:
            yield RULE.unknown(item.id, listed(sorted(ways.unclear), 3))


def _environment(context: RuleContext, scope: str) -> str | None:
    known = context.inventory.scopes.get(scope)
    return known.environment if known else None


def _scopes(context: RuleContext, ways: _Ways) -> list[str]:
    return [f"{scope_name(context.inventory, scope)} ({_environment(context, scope)})" for scope in sorted(ways.told)]


def _by_trust(context: RuleContext, identity: Identity, environment: str | None, ways: _Ways) -> None:
    for trust in context.inventory.trusts_of(identity.id):
        scope = scope_of_principal(context.inventory, trust) if trust.kind in ("account", "principal") else None
        if scope is not None and scope != identity.scope and _leads_in(context, identity, environment, scope, ways):
            ways.told.setdefault(scope, f"its trust lets in {plain(trust.principal)}{place_of(trust)}")
            ways.answers.append("allowed")


def _by_power(
    context: RuleContext, identity: Identity, environment: str | None, steps: dict[str | None, _Step], ways: _Ways
) -> None:
    """By what others can do, such as make a key for it. What its trust already tells is not told again."""
    for _, step in sorted(steps.items(), key=lambda item: str(item[0])):
        if step.scope == identity.scope or not _leads_in(context, identity, environment, step.scope, ways):
            continue
        if step.answer == "unknown":
            ways.unclear.add(f"whether {scope_name(context.inventory, step.scope)} can get in could not be evaluated")
        else:
            ways.told.setdefault(step.scope, step.reason)
            ways.answers.append(step.answer)


def _leads_in(context: RuleContext, identity: Identity, environment: str | None, scope: str, ways: _Ways) -> bool:
    """Whether a way from `scope` crosses from another environment into production; notes what is not known of it."""
    from_ = _environment(context, scope)
    if from_ == PRODUCTION:
        return False
    if environment == PRODUCTION and from_ is not None:
        return True
    unknown = [place for place, known in ((identity.scope, environment), (scope, from_)) if known is None]
    ways.unclear.update(f"the environment of {scope_name(context.inventory, place)} is not known" for place in unknown)
    return False


def _steps(context: RuleContext) -> dict[str, dict[str | None, _Step]]:
    """For each identity or hub, the surest step onto it from each environment: a few, however large the estate."""
    found: defaultdict[str, dict[str | None, _Step]] = defaultdict(dict)
    inward: list[CanBecome] = []
    for edge in context.inventory.becomes:
        source = context.inventory.identities.get(edge.identity)
        if edge.identity.startswith(ANY_OF):
            inward.append(edge)
        elif source is not None and edge.answer in _SUREST_FIRST and _crosses(context, source, edge.target):
            reason = edge.reason or f"{edge.identity} can become {edge.target} by {edge.method}"
            step = _Step(scope=source.scope, answer=edge.answer, reason=plain(reason, _LONGEST_REASON))
            _keep(found[edge.target], _environment(context, source.scope), step)
    for edge in inward:
        if edge.answer in _SUREST_FIRST:
            for environment, step in found.get(edge.identity, {}).items():
                answer = max(step.answer, edge.answer, key=_SUREST_FIRST.index)
                _keep(found[edge.target], environment, msgspec.structs.replace(step, answer=answer))
    return found


def _crosses(context: RuleContext, source: Identity, target: str) -> bool:
    """Whether a step leaves its scope, or leads to a hub, whose members may live in another."""
    known = context.inventory.identities.get(target)
    return known is None or known.scope != source.scope


def _keep(steps: dict[str | None, _Step], environment: str | None, step: _Step) -> None:
    known = steps.get(environment)
    rank = (_SUREST_FIRST.index(step.answer), step.scope, step.reason)
    if known is None or rank < (_SUREST_FIRST.index(known.answer), known.scope, known.reason):
        steps[environment] = step


def _severity(context: RuleContext, identity: Identity, ways: _Ways) -> Severity | None:
    if "allowed" not in ways.answers:
        return "low"
    return "high" if is_powerful(context, identity.id) else None


RULE = Rule(
    id="cross_environment_trust",
    title="Production identity open to another environment",
    severity="medium",
    why=(
        "Test and development are guarded less on purpose, and people try things there. An identity of production that"
        " they can take on makes every fault there a way in."
    ),
    remediation=(
        "Let production trust only production, and deploy through a pipeline of production's own; where a way must"
        " stay, confine it to one named identity and to reading."
    ),
    references=(
        "https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/organizing-your-aws-environment.html",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.join(controls.ENVIRONMENTS, {"MITRE ATT&CK": ("T1199",)}),
    risk="A break-in at a test or development system leads into production: {count} identities.",
    check=check,
)
