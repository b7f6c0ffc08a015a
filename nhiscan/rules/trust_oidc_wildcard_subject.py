"""A trust in an outside issuer whose subject has a wildcard in a place that lets in too many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import power_of
from nhiscan.model import Identity, Trust
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Unknown
from nhiscan.subjects import SHARED_ISSUERS, Reading, Width, issuer_of, widest
from nhiscan.trusts import place_of, trusting_identities
from nhiscan.wording import identity_name, plain

_SHARED: Final[Mapping[Width, Severity]] = {
    Width.NAMES: "info",
    Width.UNIT: "info",
    Width.OWNER: "low",
    Width.PARTIAL: "high",
    Width.EVERYONE: "critical",
}
_PRIVATE: Final[Mapping[Width, Severity]] = {
    Width.NAMES: "info",
    Width.UNIT: "info",
    Width.OWNER: "low",
    Width.PARTIAL: "low",
    Width.EVERYONE: "high",
}
"""Where the issuer vouches for the company's own, nobody outside can choose a name that fits."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each trusted issuer by the widest subject that gets past all of the trust's conditions."""
    for identity in context.examine(trusting_identities(context, RULE)):
        if isinstance(identity, Unknown):
            yield identity
            continue
        for trust in context.inventory.trusts_of(identity.id):
            reading = widest(trust) if trust.kind == "oidc" else None
            if reading is not None and reading.width is not Width.ONE:
                yield from _judge(context, identity, trust, reading)


def _judge(context: RuleContext, identity: Identity, trust: Trust, reading: Reading) -> Iterator[Outcome]:
    issuer = issuer_of(trust)
    if reading.width is Width.UNKNOWN:
        yield RULE.unknown(identity.id, f"how many {plain(reading.pattern)} of {plain(issuer)} lets in is not known")
        return
    severities = _SHARED if issuer in SHARED_ISSUERS else _PRIVATE
    yield RULE.finding(
        identity.id,
        f"{identity_name(identity)} trusts {plain(reading.pattern)} of {plain(issuer)}{place_of(trust)}",
        f"that lets in {_whom(reading)}",
        *power_of(context, identity),
        key=(issuer, reading.pattern),
        severity=severities[reading.width],
    )


def _whom(reading: Reading) -> str:
    owner, unit = reading.owner_word, reading.unit_word
    match reading.width:
        case Width.EVERYONE:
            return "everybody whom the issuer vouches for"
        case Width.PARTIAL:
            return f"every {owner} whose name begins like this, and a stranger may choose such a name"
        case Width.OWNER:
            return f"more than one {unit} of the {owner}"
        case Width.NAMES:
            return f"whoever takes over the name of the {owner} or the {unit}, for its number is left open"
        case _:
            return f"every branch and every event of the {unit}, reviewed or not"


RULE = Rule(
    id="trust_oidc_wildcard_subject",
    title="Trust in an outside issuer with a wide subject",
    severity="low",
    why=(
        "A star in the subject lets in jobs that nobody thought of: of another branch, of another repository, or of a"
        " stranger who chose a name that fits."
    ),
    remediation=(
        "Write the subject out in full, with the owner's and the repository's numbers where the issuer gives them, and"
        " name the branch or the environment; give each repository an identity of its own."
    ),
    references=(
        "https://docs.github.com/en/actions/reference/security/oidc",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    ),
    controls=controls.WEAK_TRUST,
    risk="Identities are open to more outside pipelines than need them: {count} of them.",
    check=check,
)
