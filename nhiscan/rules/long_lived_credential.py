"""A standing secret of something that is no person, where a short-lived one would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, is_powerful, judged_credentials, power_of
from nhiscan.model import Credential, Identity, Sighting
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import works
from nhiscan.wording import credential_name, identity_name, listed, plain

_MOST_PLACES: Final = 3


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the estate offers in place of stored secrets; read once for all credentials."""

    places: dict[str, list[Sighting]]
    """Where a credential was seen in the open, by the id that its value gives away."""
    issuers: dict[str, list[str]]
    """Outside issuers that a scope trusts already."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each long-lived secret that works and is not a person's, and say what could take its place."""
    known = _known(context)
    for credential, holder in context.examine(judged_credentials(context)):
        working = works(credential, context.clock)
        class_ = context.class_of(credential.holder)
        if not credential.long_lived or working is False or class_ == "human":
            continue
        if working is None:
            yield RULE.unknown(credential.id, "whether it still works could not be read")
            continue
        whose = f" of {identity_name(holder)}" if holder else ""
        yield RULE.finding(
            credential.id,
            f"{credential_name(credential)}{whose} works until someone revokes it",
            *_alternatives(context, credential, holder, known),
            *power_of(context, holder),
            severity="high" if is_powerful(context, credential.holder) else None,
            # Of an identity whose class is unknown nobody can say that it is not a person's.
            confidence="medium" if class_ == "unknown" else None,
            related=(credential.holder,),
        )
    yield from hidden_credentials(context, RULE)


def _known(context: RuleContext) -> _Known:
    places: defaultdict[str, list[Sighting]] = defaultdict(list)
    for sighting in context.inventory.sightings:
        for value in set(sighting.decoded.values()):
            if value in context.inventory.credentials:
                places[value].append(sighting)
    issuers: defaultdict[str, list[str]] = defaultdict(list)
    for provider in context.inventory.federation_providers.values():
        if provider.kind == "oidc" and provider.enabled is not False:
            issuers[provider.scope].append(provider.issuer or provider.name)
    return _Known(places=places, issuers={scope: sorted(names) for scope, names in issuers.items()})


def _alternatives(
    context: RuleContext, credential: Credential, holder: Identity | None, known: _Known
) -> tuple[str, ...]:
    """What could take its place, by what is known of who uses it; a general word when nothing is."""
    found = [_of_place(context, sighting) for sighting in known.places.get(credential.id, ())[:_MOST_PLACES]]
    runs = context.inventory.workloads_running_as(holder.id) if holder else []
    if names := sorted(_workload_name(context, run.workload) for run in runs):
        found.append(f"the platform already runs {listed(names, 3)} as its holder without a stored secret")
    if credential.ai_provider:
        found.append("the AI service also takes short-lived keys and the session of a role")
    if issuers := known.issuers.get(credential.scope):
        found.append(f"where a job of {listed(issuers, 3)} uses it, the trust in that issuer can take its place")
    return tuple(found) or (
        "where its user runs in the cloud, the identity that the platform gives can take its place; elsewhere the"
        " trust in an outside issuer or a certificate can",
    )


def _of_place(context: RuleContext, sighting: Sighting) -> str:
    where = f"it stands in {plain(sighting.where)} of {_workload_name(context, sighting.subject)}"
    runs = context.inventory.identities_run_by(sighting.subject)
    identities = [context.inventory.identities.get(run.identity) for run in runs]
    names = sorted(identity_name(identity) for identity in identities if identity is not None)
    if names:
        return f"{where}, which already runs as {listed(names, 3)}; that identity can be given what the secret is for"
    return f"{where}, which the platform can give an identity of its own"


def _workload_name(context: RuleContext, id: str) -> str:
    workload = context.inventory.workloads.get(id)
    return f"{workload.kind.replace('-', ' ')} {plain(workload.name)}" if workload else plain(id)


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
