"""One key to an AI service in the hands of several workloads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from nhiscan.agents import hidden_scopes, hidden_subjects, whole_of
from nhiscan.governance import controls
from nhiscan.llm import llm_title
from nhiscan.model import Sighting
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import listed, plain, secret_name, workload_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each key that was seen in the open, and each stored one, by how many workloads hold it."""
    yield from _seen(context)
    yield from _stored(context)
    for hidden in (hidden_scopes, hidden_subjects):
        yield from hidden(context, RULE, "which keys are held there could not be read", "workloads", "secrets")


def _seen(context: RuleContext) -> Iterator[Outcome]:
    """The same value in several workloads: a fact."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    keys: dict[str, Sighting] = {}
    for sighting in context.inventory.sightings:
        if sighting.ai_provider and (holder := _whole(context, sighting.subject)):
            holders[sighting.fingerprint].add(holder)
            keys.setdefault(sighting.fingerprint, sighting)
    for fingerprint, found in context.examine(holders.items()):
        if len(found) > 1:
            key, ids = keys[fingerprint], sorted(found)
            yield RULE.finding(
                # A fingerprint differs from scan to scan, so the first holder stands for the key.
                ids[0],
                f"one key of {llm_title(key.ai_provider)}, ending in {plain(key.last4, 4)}, stands in {len(ids)}"
                f" workloads: {_names(context, ids)}",
                *_environments(context, ids),
                key=("seen", key.detector, key.last4),
                severity=_severity(context, ids),
                related=tuple(ids[1:]),
            )


def _stored(context: RuleContext) -> Iterator[Outcome]:
    """One entry of a secret store that several workloads are set up with: its name says what it holds."""
    readers: defaultdict[str, set[str]] = defaultdict(set)
    for link in context.inventory.links:
        secret = context.inventory.secrets.get(link.target) if link.kind == "reads_secret" else None
        if secret is not None and secret.ai_provider and (reader := _whole(context, link.source)):
            readers[secret.id].add(reader)
    for id, found in context.examine(readers.items()):
        if len(found) > 1:
            secret, ids = context.inventory.secrets[id], sorted(found)
            yield RULE.finding(
                id,
                f"{len(ids)} workloads are set up with {secret_name(secret)}, which seems to hold a key of"
                f" {llm_title(secret.ai_provider)}: {_names(context, ids)}",
                *_environments(context, ids),
                key=("stored",),
                severity=_severity(context, ids),
                confidence="medium",
                related=tuple(ids),
            )


def _whole(context: RuleContext, id: str) -> str:
    workload = context.inventory.workloads.get(id)
    return whole_of(context.inventory, workload).id if workload else ""


def _names(context: RuleContext, ids: Iterable[str]) -> str:
    return listed(workload_name(context.inventory.workloads[id]) for id in ids)


def _known_environments(context: RuleContext, ids: Iterable[str]) -> list[str]:
    scopes = (context.inventory.scopes.get(context.inventory.workloads[id].scope) for id in ids)
    return sorted({scope.environment for scope in scopes if scope is not None and scope.environment})


def _environments(context: RuleContext, ids: Iterable[str]) -> Iterator[str]:
    found = _known_environments(context, ids)
    if len(found) > 1:
        yield f"they belong to different environments: {listed(found)}"


def _severity(context: RuleContext, ids: Iterable[str]) -> Severity | None:
    return "high" if len(_known_environments(context, ids)) > 1 else None


RULE = Rule(
    id="shared_llm_key",
    title="Key to an AI service shared by several workloads",
    severity="medium",
    why=(
        "The provider sees one key, so nobody can tell whose program ran up the bill or sent out what it should not;"
        " and after a theft from one, all of them stop at once."
    ),
    remediation=(
        "Make a key or a project of its own for each workload, with a limit on what it may spend, or let each use its"
        " own identity where the provider takes one."
    ),
    references=(
        "https://platform.openai.com/docs/guides/production-best-practices",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.join(controls.SHARED, controls.MODEL_ABUSE),
    risk="Several programs use AI services with one and the same key, so none can be told apart: {count} such keys.",
    check=check,
)
