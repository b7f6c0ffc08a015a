"""A standing secret of an AI agent."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, is_powerful, judged_credentials, power_of
from nhiscan.replacements import Replacements
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import works
from nhiscan.wording import credential_name, identity_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each long-lived secret of an AI persona that opens more than an AI service.

    A key that opens nothing but an AI service is judged by its expiry, in `never_expiring_ai_key`.
    """
    replacements = Replacements(context)
    for credential, holder in context.examine(judged_credentials(context)):
        class_ = context.class_of(credential.holder)
        if not credential.long_lived or credential.ai_provider or class_ in ("human", "legacy_service"):
            continue
        working = works(credential, context.clock)
        if working is False:
            continue
        if class_ == "unknown":
            yield RULE.unknown(credential.id, "whether an AI agent uses it is not known")
        elif working is None:
            yield RULE.unknown(credential.id, "whether it still works could not be read")
        else:
            whose = f"{identity_name(holder)}, which belongs to an AI agent" if holder else "an AI agent"
            yield RULE.finding(
                credential.id,
                f"{credential_name(credential)} of {whose}, works until someone revokes it",
                *replacements.of(credential, holder),
                *power_of(context, holder),
                severity="critical" if is_powerful(context, credential.holder) else None,
                related=(credential.holder,),
            )
    yield from hidden_credentials(context, RULE)


RULE = Rule(
    id="ai_persona_static_key",
    title="AI persona with a static key",
    severity="high",
    why=(
        "An agent reads what strangers write and can be talked into showing what it holds. A key that does not run out"
        " works for whoever it was shown to, anywhere and for years."
    ),
    remediation=(
        "Run the agent where the platform gives it a short-lived identity, or let it exchange a token of its own issuer"
        " for a session; then delete the key."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
        "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/",
    ),
    controls=controls.join(controls.STORED_KEY, controls.STANDING_ACCESS),
    risk="AI agents hold keys that never run out and that they can be tricked into giving away: {count} of them.",
    check=check,
)
