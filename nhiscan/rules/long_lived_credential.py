"""A standing secret of something that is no person, where a short-lived one would do."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, is_endless_ai_key, is_powerful, judged_credentials, power_of
from nhiscan.replacements import Replacements
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import works
from nhiscan.wording import credential_name, identity_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each long-lived secret that works and is not a person's, and say what could take its place.

    A key to an AI service that has no end is the finding of `never_expiring_ai_key`, and any other key of an AI agent
    that of `ai_persona_static_key`.
    """
    replacements = Replacements(context)
    for credential, holder in context.examine(judged_credentials(context)):
        working = works(credential, context.clock)
        class_ = context.class_of(credential.holder)
        if not credential.long_lived or working is False or class_ == "human":
            continue
        if is_endless_ai_key(credential) or (class_ == "ai_persona" and not credential.ai_provider):
            continue
        if working is None:
            yield RULE.unknown(credential.id, "whether it still works could not be read")
            continue
        whose = f" of {identity_name(holder)}" if holder else ""
        yield RULE.finding(
            credential.id,
            f"{credential_name(credential)}{whose} works until someone revokes it",
            *replacements.of(credential, holder),
            *power_of(context, holder),
            severity="high" if is_powerful(context, credential.holder) else None,
            # Of an identity whose class is unknown nobody can say that it is not a person's.
            confidence="medium" if class_ == "unknown" else None,
            related=(credential.holder,),
        )
    yield from hidden_credentials(context, RULE)


RULE = Rule(
    id="long_lived_credential",
    title="Long-lived secret of a non-human identity",
    severity="medium",
    why=(
        "A secret without an end has to be stored somewhere, and whoever copies it from there can come back for years."
        " A short-lived one is worthless by the time it is found."
    ),
    remediation=(
        "Move the workload to an identity that its platform gives it, a pipeline to the trust in its issuer, a machine"
        " of your own to certificates; then delete the secret."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.STORED_KEY,
    risk=(
        "Programs prove themselves with stored secrets that never run out, the kind that leaks most often:"
        " {count} of them."
    ),
    check=check,
)
