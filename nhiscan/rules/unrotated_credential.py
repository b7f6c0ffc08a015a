"""A standing secret that has stayed the same for too long."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, is_powerful, judged_credentials, power_of
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.usage import works
from nhiscan.wording import credential_name, since


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each long-lived secret that works by the time since it was last changed."""
    for credential, holder in context.examine(judged_credentials(context)):
        working = works(credential, context.clock)
        if not credential.long_lived or working is False:
            continue
        changed = credential.rotated_at or credential.created_at
        if changed is None:
            yield RULE.unknown(credential.id, "when its secret was last changed could not be read")
        elif context.clock - changed > context.days("max_age_days"):
            if working is None:
                yield RULE.unknown(credential.id, "its secret is old, and whether it still works could not be read")
                continue
            how = "was last changed" if credential.rotated_at else "is the same since it was made"
            yield RULE.finding(
                credential.id,
                f"the secret of {credential_name(credential)} {how} {since(changed, context.clock)}",
                *power_of(context, holder),
                severity="high" if is_powerful(context, credential.holder) else None,
                related=(credential.holder,),
            )
    yield from hidden_credentials(context, RULE)


RULE = Rule(
    id="unrotated_credential",
    title="Long-lived secret not changed for a long time",
    severity="medium",
    why=(
        "Every copy of the secret that was ever made still works: on old laptops, in old backups, with people who have"
        " left. The older it is, the more of them there are."
    ),
    remediation=(
        "Replace the secret by a short-lived one where the platform offers it; until then change it on a schedule:"
        " make a second one, move its users over, delete the first."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.UNROTATED,
    thresholds=(
        Threshold(name="max_age_days", default=90, unit="days", meaning="Time for which a secret may stay the same"),
    ),
    risk="Standing secrets are so old that nobody can say who has copies of them: {count} of them.",
    check=check,
)
