"""The rules of the made-up estate: declarations for their words; none of them judges anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.rule import Outcome, Rule, RuleContext


def _never(context: RuleContext) -> Iterator[Outcome]:
    """The check of rules that are here for their words only."""
    yield from ()


def _rule(id: str, title: str, severity: Any, why: str, remediation: str, risk: str) -> Rule:
    return Rule(
        id=id,
        title=title,
        severity=severity,
        why=why,
        remediation=remediation,
        references=("https://owasp.org/www-project-non-human-identities-top-10/2025/",),
        controls={"OWASP NHI": ("NHI5:2025", "NHI7:2025"), "NIST 800-53": ("IA-5(1)",)},
        risk=risk,
        check=_never,
    )


RULES: Final = {
    rule.id: rule
    for rule in (
        _rule(
            "administrator_identity",
            "Identity with all permissions",
            "critical",
            "Whoever gets hold of it owns the whole account.",
            "Give it the permissions that it uses, and no others.",
            "{count} machines hold the keys to everything; one leaked secret is enough to lose an account.",
        ),
        _rule(
            "can_become_administrator",
            "Identity that can make itself an administrator",
            "high",
            "Its permissions look harmless one by one and add up to all of them.",
            "Take away one permission of the way that the evidence shows.",
            "{count} identities that nobody counts among the administrators can make themselves one.",
        ),
        _rule(
            "long_lived_credential",
            "Long-lived secret of a machine",
            "medium",
            "A secret that never changes works for a thief as long as it works for its owner.",
            "Let the workload sign in with short-lived tokens.",
            "{count} secrets of machines never change, so a copy made years ago still opens the door.",
        ),
        _rule(
            "ownerless_identity",
            "Identity that nobody answers for",
            "medium",
            "Nobody would notice its misuse, and nobody dares to remove it.",
            "Name an owner with the tag Owner.",
            "{count} identities have nobody who answers for them.",
        ),
        _rule(
            "stale_identity",
            "Identity not used for a long time",
            "low",
            "Nobody would miss it, so nobody would notice that somebody else uses it.",
            "Switch it off, wait, and remove it.",
            "{count} identities are not used and could be removed today.",
        ),
        _rule(
            "broken_rule",
            "Rule that failed in this scan",
            "high",
            "It is here to show what a rule that raised looks like.",
            "Report the defect.",
            "",
        ),
    )
}
