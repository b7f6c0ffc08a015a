"""A key to an AI service on an identity that may do more than call models."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, is_powerful, judged_credentials, power_of
from nhiscan.llm import llm_title
from nhiscan.model import Capability, Credential, Grant, Identity
from nhiscan.powers import WORDS, by_capability, surest, told
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import works
from nhiscan.wording import credential_name, identity_name, listed, plain

_MOST_REASONS = 3


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each working key of an AI service by what its holder may do beyond calling models."""
    for credential, holder in context.examine(judged_credentials(context)):
        working = works(credential, context.clock)
        if not credential.ai_provider or working is False:
            continue
        if holder is None:
            yield RULE.unknown(credential.id, "what its holder may do could not be read")
            continue
        held = {c: surest(grants) for c, grants in by_capability(context.inventory.grants_of(holder.id)).items()}
        beyond: dict[Capability, Grant] = {
            capability: grant
            for capability, grant in held.items()
            if grant is not None and capability != "invoke_models" and grant.answer == "allowed"
        }
        unread = any(grant is not None and grant.answer == "unknown" for grant in held.values())
        if beyond and working is None:
            yield RULE.unknown(credential.id, "whether it still works could not be read")
        elif beyond:
            yield _finding(context, credential, holder, beyond)
        elif unread or not context.knows(holder, "policies"):
            yield RULE.unknown(credential.id, "what its holder may do could not be read")
    yield from hidden_credentials(context, RULE)


def _finding(
    context: RuleContext, credential: Credential, holder: Identity, beyond: dict[Capability, Grant]
) -> Outcome:
    words = listed(WORDS[capability] for capability in beyond)
    return RULE.finding(
        credential.id,
        f"{credential_name(credential)} of {identity_name(holder)} opens {llm_title(credential.ai_provider)}, and"
        f" {identity_name(holder)} may do more than call models: {words}",
        _reach(credential),
        *[told(grant) for grant in beyond.values()][:_MOST_REASONS],
        *power_of(context, holder),
        severity=_severity(context, credential, beyond),
        related=(holder.id,),
    )


def _reach(credential: Credential) -> str:
    if credential.service:
        return (
            f"the key itself opens only what {plain(credential.service)} offers; any further key of the holder opens"
            " the rest"
        )
    return "the key opens all that its holder may do"


def _severity(context: RuleContext, credential: Credential, beyond: dict[Capability, Grant]) -> Severity | None:
    """A key that opens all is as bad as what it opens. The provider's own policy lets its keys change guardrails."""
    if is_powerful(context, credential.holder):
        return "high"
    if not credential.service and beyond.keys() - {"read_data", "change_guardrails"}:
        return "high"
    return "low" if not beyond.keys() - {"change_guardrails"} else None


RULE = Rule(
    id="llm_key_on_broad_identity",
    title="Key to an AI service on an identity with wide permissions",
    severity="medium",
    why=(
        "Keys to AI services are copied into tools and notebooks and stolen more than any others. On an identity that"
        " may do more than call models, a stolen one is the first step to the rest."
    ),
    remediation=(
        "Make an identity that may call the models it needs and nothing else, put the key there, and delete it here;"
        " or use the session of a role."
    ),
    references=(
        "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html",
        "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonBedrockLimitedAccess.html",
    ),
    controls=controls.join(controls.OVER_PRIVILEGED, controls.MODEL_ABUSE),
    risk="Keys to AI services belong to identities that can do much else in the cloud: {count} of them.",
    check=check,
)
