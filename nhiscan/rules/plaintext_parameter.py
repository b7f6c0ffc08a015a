"""A secret that a store keeps as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.agents import hidden_scopes
from nhiscan.detectors import names_a_secret, only_refers
from nhiscan.governance import controls
from nhiscan.llm import llm_title
from nhiscan.model import Secret
from nhiscan.result import Confidence
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import secret_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each entry whose name, tags or description say that it holds a secret."""
    for secret in context.examine(context.inventory.secrets.values()):
        confidence = _seems_secret(secret)
        if secret.encrypted is True or confidence is None:
            continue
        if secret.encrypted is None:
            yield RULE.unknown(secret.id, "whether it is kept encrypted could not be read")
            continue
        opens = (f"it seems to open {llm_title(secret.ai_provider)}",) if secret.ai_provider else ()
        yield RULE.finding(
            secret.id,
            f"{secret_name(secret)} is kept as plain text, and its name says that it is a secret"
            if confidence != "low"
            else f"{secret_name(secret)} is kept as plain text",
            *opens,
            severity="high" if secret.ai_provider and confidence != "low" else None,
            confidence=confidence,
        )
    yield from hidden_scopes(context, RULE, "which secrets and parameters are kept there could not be read", "secrets")


def _seems_secret(secret: Secret) -> Confidence | None:
    """How sure it is that an entry holds a secret, its value never being read; None when nothing says so."""
    last = secret.name.rstrip("/").rpartition("/")[2]
    if names_a_secret(last):
        return "high" if secret.ai_provider else "medium"
    return "low" if secret.ai_provider and not only_refers(last) else None


RULE = Rule(
    id="plaintext_parameter",
    title="Secret kept as a plain text parameter",
    severity="medium",
    why=(
        "A parameter in plain text opens to everyone who may read parameters, and stands in their history and in"
        " exports. What is encrypted asks for a second permission and leaves a trace."
    ),
    remediation=(
        "Change the secret, keep it as an encrypted parameter or in a secret store, and delete the old entry with its"
        " history."
    ),
    references=(
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.EXPOSED_SECRET,
    risk="Passwords and keys are stored without encryption: {count} of them.",
    check=check,
)
