"""An API key that nothing narrows to the services that it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, judged_credentials
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.rules.open_llm_key import OPEN_TO
from nhiscan.usage import works
from nhiscan.wording import credential_name

UNRESTRICTED: Final = "unrestricted"
"""Attribute of a credential: "true" for a key that may call every service that takes keys."""
CALLERS: Final = "restricted_to"
"""Attribute of such a key: the callers that it is narrowed to; absent when anybody may use it."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each key that its provider can narrow. One that opens an AI service by it is told by `open_llm_key`."""
    for credential, _ in context.examine(judged_credentials(context)):
        facts = credential.attributes
        if facts.get(UNRESTRICTED) != "true" or facts.get(OPEN_TO) or works(credential, context.clock) is False:
            continue
        callers = facts.get(CALLERS, "")
        yield RULE.finding(
            credential.id,
            f"{credential_name(credential)} may call every service of its project that takes keys",
            f"only {callers} callers may use it" if callers else "whoever has it may use it, from anywhere",
            severity="low" if callers else None,
            related=(credential.holder,),
        )
    yield from hidden_credentials(context, RULE)


RULE = Rule(
    id="unrestricted_api_key",
    title="API key without restrictions",
    severity="medium",
    why=(
        "A key for one service opens each service that is enabled later, without anybody deciding it. Keys like these"
        " stand in web pages and apps, where everybody can read them."
    ),
    remediation="Restrict the key to the services that it is for, and to the sites, addresses or apps that use it.",
    references=("https://cloud.google.com/docs/authentication/api-keys#securing",),
    controls=controls.join(controls.OVER_PRIVILEGED, controls.LONG_LIVED),
    risk="Keys that anybody may have copied open more services than they are for: {count} of them.",
    check=check,
)
