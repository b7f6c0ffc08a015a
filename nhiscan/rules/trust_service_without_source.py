"""A trust in a service of the provider that does not say whose resources the service may act for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import is_powerful, power_of
from nhiscan.model import GuardKind, Trust
from nhiscan.rule import Outcome, Rule, RuleContext, Unknown
from nhiscan.trusts import confining, idle_guards, place_of, trusting_identities
from nhiscan.wording import identity_name, plain

SAME_ACCOUNT: Final = "same-account-service"
"""Key of the guard that a connector puts on services that act for the identity's own account only."""

_SOURCES: Final[tuple[GuardKind, ...]] = ("source-account", "source-arn", "organization")


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each trusted service, unless the connector says that it cannot act for anybody else."""
    for identity in context.examine(trusting_identities(context, RULE)):
        if isinstance(identity, Unknown):
            yield identity
            continue
        for trust in context.inventory.trusts_of(identity.id):
            if trust.kind == "service" and not _is_safe(trust):
                service = plain(trust.principal.removeprefix("service:"))
                yield RULE.finding(
                    identity.id,
                    f"{identity_name(identity)} trusts the service {service}{place_of(trust)}"
                    " whatever resource it acts for",
                    *idle_guards(trust),
                    *power_of(context, identity),
                    key=(trust.principal,),
                    severity="medium" if is_powerful(context, identity.id) else None,
                )


def _is_safe(trust: Trust) -> bool:
    return bool(confining(trust, *_SOURCES)) or any(guard.key == SAME_ACCOUNT for guard in confining(trust))


RULE = Rule(
    id="trust_service_without_source",
    title="Trust in a service without a source",
    severity="low",
    confidence="medium",
    why=(
        "A service of the provider works for all of its customers. Where it does not check by itself whose identity it"
        " is handed, a stranger's resource can make it act as this one."
    ),
    remediation="Add a condition on the source account, and on the source resource where it is known.",
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    ),
    controls=controls.WEAK_TRUST,
    risk="Identities rely on the cloud's own services to check who is asking: {count} of them.",
    check=check,
)
