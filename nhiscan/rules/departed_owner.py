"""Something whose owner is no longer there."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from nhiscan.agents import belongs_to_agent, hidden_scopes
from nhiscan.governance import controls
from nhiscan.governance.ownership import owner_exists
from nhiscan.judging import is_powerful, judged_identities, power_of
from nhiscan.model import Identity, Ownership
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, plain, secret_name, workload_name


class _Thing(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has an owner."""

    id: str
    name: str
    severity: Severity | None = None
    evidence: tuple[str, ...] = ()


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge everything that names an owner by whether one of its owners is still there.

    Teams do not leave, so who names only teams is not asked about.
    """
    for thing in _things(context):
        owners = [owner for owner in context.owners(thing.id) if owner.kind != "team"]
        if not owners:
            continue
        context.examined += 1
        there = [owner_exists(context.inventory, owner) for owner in owners]
        if True in there:
            continue
        gone = sorted({owner.owner for owner, exists in zip(owners, there, strict=True) if exists is False})
        if None in there:
            left = f"; of the others, {listed(gone)} left" if gone else ""
            open_ = [owner for owner, exists in zip(owners, there, strict=True) if exists is None]
            yield RULE.unknown(thing.id, f"whether these are still there cannot be told: {_names(open_)}{left}")
        elif len(owners) < len(context.owners(thing.id)):
            yield RULE.finding(
                thing.id, *_told(thing, gone), "a team is named beside it", key=_key(gone), severity="low"
            )
        else:
            yield RULE.finding(thing.id, *_told(thing, gone), *thing.evidence, key=_key(gone), severity=thing.severity)
    yield from hidden_scopes(context, RULE, "who answers for what is there could not be read", "owners")


def _told(thing: _Thing, gone: list[str]) -> Iterator[str]:
    yield f"{thing.name} names {listed(gone)} as its owner, who is known to have left or to be switched off"


def _key(gone: list[str]) -> tuple[str, ...]:
    return tuple(owner.casefold() for owner in gone)


def _names(owners: list[Ownership]) -> str:
    return listed(sorted({owner.owner for owner in owners}), 3)


def _things(context: RuleContext) -> Iterator[_Thing]:
    for identity in judged_identities(context):
        if not identity.human_access and context.class_of(identity.id) != "human":
            yield _Thing(
                id=identity.id,
                name=identity_name(identity),
                severity=_severity(context, identity),
                evidence=power_of(context, identity),
            )
    for workload in context.inventory.workloads.values():
        severity: Severity | None = "high" if workload.agent else None
        yield _Thing(id=workload.id, name=workload_name(workload), severity=severity)
    for secret in context.inventory.secrets.values():
        yield _Thing(id=secret.id, name=secret_name(secret), severity="medium" if secret.ai_provider else "low")
    for resource in context.inventory.resources.values():
        name = f"{resource.kind.replace('-', ' ')} {plain(resource.name or resource.id)}"
        yield _Thing(id=resource.id, name=name, severity="low")


def _severity(context: RuleContext, identity: Identity) -> Severity | None:
    return "high" if is_powerful(context, identity.id) or belongs_to_agent(context, identity.id) else None


RULE = Rule(
    id="departed_owner",
    title="Owner who has left the company",
    severity="medium",
    why=(
        "The record says that somebody answers, so nobody looks further, and whoever is asked has gone. Reviews stay"
        " open, warnings go to a dead mailbox, and a leaver may still know its keys."
    ),
    remediation=(
        "Name a successor, change the secrets that the leaver knew, and make the handing over of such things a part of"
        " every leaving."
    ),
    references=(
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
        "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    ),
    controls=controls.ORPHAN,
    risk="The people named as owners have left, so nobody answers any more: {count} of them.",
    check=check,
)
