"""A trust in an outside issuer that does not say whose token it must be."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import power_of
from nhiscan.model import Identity, Trust
from nhiscan.rule import Outcome, Rule, RuleContext, Unknown
from nhiscan.subjects import AUDIENCE_ISSUERS, SHARED_ISSUERS, issuer_of, widest
from nhiscan.trusts import confining, idle_guards, place_of, trusting_identities
from nhiscan.wording import identity_name, plain


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each trusted issuer by whether anything says whose job, pod or user it must be."""
    for identity in context.examine(trusting_identities(context, RULE)):
        if isinstance(identity, Unknown):
            yield identity
            continue
        for trust in context.inventory.trusts_of(identity.id):
            if trust.kind == "oidc" and widest(trust) is None:
                yield from _judge(context, identity, trust)


def _judge(context: RuleContext, identity: Identity, trust: Trust) -> Iterator[Outcome]:
    issuer = issuer_of(trust)
    if issuer in AUDIENCE_ISSUERS and confining(trust, "audience"):
        # The issuer sets the audience to the company's own application, so only its users come in.
        return
    shared = issuer in SHARED_ISSUERS
    whom = "anybody who has an account with it" if shared else "everything that it gives tokens to"
    yield RULE.finding(
        identity.id,
        f"{identity_name(identity)} trusts the issuer {plain(issuer)}{place_of(trust)} for every subject",
        f"that lets in {whom}",
        *idle_guards(trust),
        *power_of(context, identity),
        key=(issuer,),
        severity="critical" if shared else "high",
    )


RULE = Rule(
    id="trust_oidc_without_subject",
    title="Trust in an outside issuer without a subject",
    severity="critical",
    why=(
        "The issuer vouches for all of its users, not only for yours. A stranger makes a repository or a job there,"
        " gets a valid token, and is let in."
    ),
    remediation=(
        "Require the subject of the one repository, branch or service account that needs the identity, compared"
        " exactly, beside the audience."
    ),
    references=(
        "https://docs.github.com/en/actions/reference/security/oidc",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    ),
    controls=controls.WEAK_TRUST,
    risk="Identities are open to users of outside platforms whom the company does not know: {count} of them.",
    check=check,
)
