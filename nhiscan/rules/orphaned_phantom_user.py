"""A user that a console made to carry an AI key, and that has outlived the key or become something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import judged_identities, power_of
from nhiscan.model import Identity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import works
from nhiscan.wording import credential_name, identity_name, listed

CARRIERS: Final = frozenset({"bedrock-console-user"})
"""Signals that say that a console made the user for the sake of a key."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each user that a console made for a key: it should hold that key, and nothing else."""
    carriers = (
        identity
        for identity in judged_identities(context)
        if any(signal.name in CARRIERS for signal in context.inventory.signals_of(identity.id))
    )
    for identity in context.examine(carriers):
        if not context.knows(identity, "credentials"):
            yield RULE.unknown(identity.id, "its credentials could not be listed")
            continue
        yield from _other_door(context, identity)
        yield from _without_key(context, identity)


def _other_door(context: RuleContext, identity: Identity) -> Iterator[Outcome]:
    """It holds something that opens more than the AI service: nobody who made it by the console put that there."""
    other = [
        credential
        for credential in context.inventory.credentials_of(identity.id)
        if not credential.ai_provider and works(credential, context.clock) is not False
    ]
    if other:
        yield RULE.finding(
            identity.id,
            f"{identity_name(identity)} was made to carry a key to an AI service and also holds"
            f" {listed(credential_name(credential) for credential in other)}",
            *power_of(context, identity),
            key=("other-credential",),
            severity="high",
            related=tuple(sorted(credential.id for credential in other)),
        )


def _without_key(context: RuleContext, identity: Identity) -> Iterator[Outcome]:
    """Its key is gone and its permissions are not: whoever may make keys can bring it back to life."""
    keys = [c for c in context.inventory.credentials_of(identity.id) if c.ai_provider]
    states = [works(key, context.clock) for key in keys]
    if any(states):
        return
    if None in states:
        yield RULE.unknown(identity.id, "whether its key still works could not be read")
        return
    held = _permissions(context, identity)
    if held:
        yield RULE.finding(
            identity.id,
            f"{identity_name(identity)} was made to carry a key to an AI service and has none that works",
            f"it still holds the permissions of {listed(held)}",
            *power_of(context, identity),
            key=("no-key",),
        )
    elif not context.knows(identity, "policies"):
        yield RULE.unknown(identity.id, "it has no key that works, and whether it still has permissions is not known")


def _permissions(context: RuleContext, identity: Identity) -> list[str]:
    """Names of the policies that give it permissions, its groups' among them."""
    inventory = context.inventory
    holders = [identity.id, *(membership.group for membership in inventory.memberships_of(identity.id))]
    uses = [use.policy for id in holders for use in inventory.policy_uses_of(id) if use.use == "permission"]
    return sorted({policy.name if (policy := inventory.policies.get(id)) else id for id in uses})


RULE = Rule(
    id="orphaned_phantom_user",
    title="User left behind by an AI key",
    severity="medium",
    why=(
        "A console that makes an API key for an AI service makes a user to carry it, and deleting the key leaves the"
        " user and its permissions. Nobody has ever seen the user, so a new key on it goes unnoticed."
    ),
    remediation=(
        "Delete the user, its policies and its other credentials; find out who gave it an access key or a password."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_bedrock.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-modify.html",
    ),
    controls=controls.join(controls.STALE, controls.ORPHAN, controls.MODEL_ABUSE),
    risk=(
        "Users that were made by the way for AI keys live on unseen, with access that nobody reviews: {count} of them."
    ),
    check=check,
)
