"""A secret value that stands in the open, mostly in an environment variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from nhiscan.agents import hidden_scopes, hidden_subjects
from nhiscan.detectors import DETECTORS, Kind
from nhiscan.governance import controls
from nhiscan.judging import is_powerful, power_of
from nhiscan.llm import llm_title
from nhiscan.model import Credential, Sighting
from nhiscan.result import Confidence, Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import works
from nhiscan.wording import credential_name, identity_name, plain, secret_name, workload_name

_DETECTORS: Final = {detector.id: detector for detector in DETECTORS}

SEVERITIES: Final[Mapping[Kind, Severity]] = {
    "admin-key": "critical",
    "private-key": "high",
    "api-key": "high",
    "access-token": "high",
    "refresh-token": "high",
    "client-secret": "high",
    "password": "high",
    "webhook": "medium",
    "signed-url": "medium",
    "identifier": "low",
}
"""How bad it is that a value of each kind stands in the open, when nothing is known of what it opens."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each place in which a secret value was seen, by what the value opens."""
    told: set[tuple[str, str, str]] = set()
    for sighting in context.inventory.sightings:
        place = (sighting.subject, sighting.where, sighting.detector)
        if place in told:
            continue
        told.add(place)
        context.examined += 1
        credential = next(_credentials(context, sighting.decoded.values()), None)
        yield RULE.finding(
            sighting.subject,
            f"a secret value ({_kind(sighting)}, ending in {_end(sighting)}) stands in {plain(sighting.where)}"
            f" of {_name(context, sighting.subject)}",
            *_opens(context, sighting, credential),
            # The place and not the value: a value that was changed where it stands is still in the open.
            key=(sighting.where, sighting.detector),
            severity=_severity(context, sighting, credential),
            confidence=_confidence(sighting),
            related=(credential.id, credential.holder) if credential else (),
        )
    for hidden in (hidden_scopes, hidden_subjects):
        yield from hidden(context, RULE, "whether secret values stand there could not be looked at", "workloads")


def _credentials(context: RuleContext, values: Iterable[str]) -> Iterator[Credential]:
    """The credential that a value is, where its form gives the id away."""
    for value in sorted(values):
        if (credential := context.inventory.credentials.get(value)) is not None:
            yield credential


def _opens(context: RuleContext, sighting: Sighting, credential: Credential | None) -> Iterator[str]:
    if credential is not None:
        holder = context.inventory.identities.get(credential.holder)
        whose = f" of {identity_name(holder)}" if holder else ""
        off = ", which no longer works" if works(credential, context.clock) is False else ""
        yield f"it is {credential_name(credential)}{whose}{off}"
        yield from power_of(context, holder)
    if sighting.ai_provider:
        yield f"it opens {llm_title(sighting.ai_provider)}, by its form or by the name that it stands under"


def _severity(context: RuleContext, sighting: Sighting, credential: Credential | None) -> Severity:
    if credential is not None and works(credential, context.clock) is False:
        return "low"
    if credential is not None and is_powerful(context, credential.holder):
        return "critical"
    detector = _DETECTORS.get(sighting.detector)
    return SEVERITIES[detector.kind] if detector else RULE.severity


def _confidence(sighting: Sighting) -> Confidence | None:
    """A form that needs a name beside it proves less than one that is unmistakable."""
    detector = _DETECTORS.get(sighting.detector)
    return "medium" if detector is None or detector.near is not None else None


def _kind(sighting: Sighting) -> str:
    return plain(sighting.detector.replace("-", " "))


def _end(sighting: Sighting) -> str:
    return plain(sighting.last4, 4) or "nothing"


def _name(context: RuleContext, subject: str) -> str:
    inventory = context.inventory
    if workload := inventory.workloads.get(subject):
        return workload_name(workload)
    if secret := inventory.secrets.get(subject):
        return secret_name(secret)
    if identity := inventory.identities.get(subject):
        return identity_name(identity)
    return plain(subject)


RULE = Rule(
    id="exposed_secret",
    title="Secret value in plain sight",
    severity="high",
    why=(
        "Everybody who may look at the configuration reads the secret with it, and so does whoever steals one of their"
        " sessions, a log, a backup or a screenshot. Nothing tells that it was read."
    ),
    remediation=(
        "Change the secret, since it must count as known; keep the new one in a secret store and let the workload fetch"
        " it with its own identity, or do without a secret."
    ),
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.EXPOSED_SECRET,
    risk="Passwords and keys stand readable in the configuration of systems: {count} of them.",
    check=check,
)
