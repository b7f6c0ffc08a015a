"""A stored key of an agent or an AI service that nobody changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nhiscan.agents import hidden_scopes
from nhiscan.governance import controls
from nhiscan.llm import llm_title
from nhiscan.model import Secret
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.wording import listed, secret_name, since


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each entry that holds the key of an AI service, serves a credential provider, or is read by an agent."""
    uses = _uses(context)
    for secret in context.inventory.secrets.values():
        why = _why(context, secret, uses)
        if not why or _is_kept_elsewhere(context, secret):
            continue
        context.examined += 1
        changed = secret.rotated_at or secret.created_at
        age = context.age(changed)
        if changed is None or age is None:
            yield RULE.unknown(secret.id, "when it was last changed could not be read")
        elif age > context.days("unrotated_days"):
            how = "was last changed" if secret.rotated_at else "was not changed since it was made"
            yield RULE.finding(
                secret.id, f"{secret_name(secret)} {how} {since(changed, context.clock)}", why, *_rotation(secret)
            )
    yield from hidden_scopes(context, RULE, "which secrets are kept there could not be read", "secrets")


def _uses(context: RuleContext) -> dict[str, set[str]]:
    """Ids of credential providers and agents by the secret that they use."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for link in context.inventory.links:
        reader = context.inventory.workloads.get(link.source) if link.kind == "reads_secret" else None
        if link.kind == "stored_in" or (reader is not None and reader.agent):
            found[link.target].add(link.source)
    return found


def _why(context: RuleContext, secret: Secret, uses: dict[str, set[str]]) -> str:
    """Why it matters to AI, as a sentence; empty when it does not."""
    if users := uses.get(secret.id):
        names = listed(sorted(context.graph.name_of(user) for user in users), 3)
        return f"it serves {names}" + (f", to open {llm_title(secret.ai_provider)}" if secret.ai_provider else "")
    return f"it seems to hold a key of {llm_title(secret.ai_provider)}" if secret.ai_provider else ""


def _is_kept_elsewhere(context: RuleContext, secret: Secret) -> bool:
    """Whether it is a credential provider whose value lies in another entry, which is judged in its place."""
    return any(
        link.kind == "stored_in" and link.target in context.inventory.secrets
        for link in context.inventory.links_from(secret.id)
    )


def _rotation(secret: Secret) -> Iterator[str]:
    if secret.rotation:
        yield "its rotation is switched on, and did not take place"
    elif secret.rotation is False:
        yield "its rotation is not switched on"


RULE = Rule(
    id="unrotated_llm_secret",
    title="Stored key of an agent or AI service that is never changed",
    severity="medium",
    why=(
        "Whoever once read the key, a former colleague or a log, still has it. Keys of AI services are worth money to"
        " thieves, and those of agents open the tools that they use."
    ),
    remediation=(
        "Change the key now, let the store change it by itself or put a date for it into the owner's calendar, and"
        " withdraw the old one at its provider."
    ),
    references=(
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.LONG_LIVED,
    thresholds=(
        Threshold(
            name="unrotated_days", default=90, unit="days", meaning="Age of the key from which on it must be changed"
        ),
    ),
    risk="Keys of AI agents and AI services have not been changed for months: {count} of them.",
    check=check,
)
