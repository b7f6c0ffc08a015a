"""A stored key of an identity that can already be used without one."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, is_powerful, judged_credentials, power_of
from nhiscan.model import Trust
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.subjects import issuer_of
from nhiscan.usage import works
from nhiscan.wording import credential_name, identity_name, listed, plain, workload_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each standing key by whether its holder is trusted by federation, or run by its platform, as well."""
    inventory = context.inventory
    for credential, holder in context.examine(judged_credentials(context)):
        if holder is None or not credential.long_lived or works(credential, context.clock) is False:
            continue
        issuers = sorted({_issuer(trust) for trust in inventory.trusts_of(holder.id) if trust.kind in ("oidc", "saml")})
        if not issuers:
            continue
        runs = [inventory.workloads.get(run.workload) for run in inventory.workloads_running_as(holder.id)]
        yield RULE.finding(
            credential.id,
            f"{credential_name(credential)} of {identity_name(holder)} is a standing secret, and the identity already"
            f" trusts tokens of {listed(issuers)}",
            *(f"{workload_name(run)} runs as it without the key" for run in runs[:2] if run is not None),
            *power_of(context, holder),
            severity="high" if is_powerful(context, holder.id) else None,
            related=(holder.id,),
        )
    yield from hidden_credentials(context, RULE)


def _issuer(trust: Trust) -> str:
    return plain(issuer_of(trust) or trust.principal)


RULE = Rule(
    id="key_beside_federation",
    title="Stored key beside a trust that would do",
    severity="medium",
    why=(
        "The move to tokens that end by themselves was made and not finished: the old key still works, mostly without"
        " anybody who uses it, and nobody watches it."
    ),
    remediation="Find out by the key's last use whether a job still needs it, move that job over, and delete the key.",
    references=(
        "https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys",
        "https://cloud.google.com/iam/docs/workload-identity-federation",
    ),
    controls=controls.STORED_KEY,
    risk="Old keys were left behind when programs moved to safer sign-in: {count} of them.",
    check=check,
)
