"""Who can read a secret or data: the identities whose permissions open one thing, and the keys of LLM providers.

The judgement is that of the whole estate: what a caller chooses counts as chosen, and policies of the organization
that were not readable leave answers as they are. A secret that a key of the customer encrypts also needs that key;
policies of keys are not looked at here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from nhiscan.inventory import Inventory
from nhiscan.model import Capability, Grant, Link, Secret
from nhiscan_connectors.aws.access.capabilities import CAPABILITIES
from nhiscan_connectors.aws.access.estate import Estate, Holder
from nhiscan_connectors.aws.access.layers import DENIED, Ruling, said
from nhiscan_connectors.aws.access.resources import account_of, policies_of, scope_of, service_of
from nhiscan_connectors.aws.access.somewhere import within
from nhiscan_connectors.aws.access.trust import names
from nhiscan_connectors.aws.access.universe import BIT

_READING: Final[tuple[Capability, ...]] = ("read_secrets", "read_data")
_OPENING: Final[dict[str, tuple[str, ...]]] = {
    "secretsmanager": ("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"),
    "ssm": ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory"),
}
"""Service -> actions that give the value of an entry."""

FEW: Final = 8
"""Up to so many keys are told one by one; an identity that reads more gets one edge to their hub."""


def readers(inventory: Inventory, arn: str) -> Iterator[Grant]:
    """Grants of every AWS identity that can read the thing with this ARN, by its own policies or by the thing's.

    Nothing for an ARN whose service holds neither secrets nor data.
    """
    actions = [(c, action) for c in _READING for action in CAPABILITIES[c] if _service(action) == service_of(arn)]
    estate = Estate(inventory)
    scope = scope_of(inventory, arn)
    pattern = f"{arn}/*" if service_of(arn) == "s3" and "/" not in arn else arn
    for holder in estate.holders.values():
        for capability, action in actions:
            ruling = _by_resource(estate, holder, arn, action)
            if not ruling and scope in ("", holder.scope):
                ruling = _by_identity(estate, holder, action, pattern)
                if ruling and not scope:  # the name of a bucket does not say whose it is
                    where = f"that it belongs to account {holder.account}"
                    ruling = Ruling("conditional", (*ruling.conditions, where), ruling.line)
            if ruling:
                yield _grant(holder, capability, action, arn, ruling)
                break
        estate.forget(holder)


def _service(action: str) -> str:
    return action.partition(":")[0]


def _by_identity(estate: Estate, holder: Holder, action: str, pattern: str) -> Ruling:
    profile = holder.profile
    if not profile.mask & BIT[action.lower()] or holder.service_linked:
        return DENIED
    return within(profile.view(action.lower()), pattern, estate.context(holder))


def _by_resource(estate: Estate, holder: Holder, arn: str, action: str) -> Ruling:
    """By a policy of the thing that names the identity itself. In another account its own policies must allow too."""
    policies = policies_of(estate.inventory, arn)
    if not policies:
        return DENIED
    context = estate.context(holder)
    allows, denies = estate.layer("resource policy", policies, "resource").of(action.lower())
    for line in denies:
        named = names(line.statement, holder.id, holder.account, holder.unique_id, bool(holder.boundary))
        if named and said(line.statement, arn, context) is True:
            return DENIED
    foreign = holder.scope != scope_of(estate.inventory, arn)
    enough = ("itself", "everyone", "account") if foreign else ("itself", "everyone")
    for line in allows:
        if names(line.statement, holder.id, holder.account, holder.unique_id, bool(holder.boundary)) not in enough:
            continue
        met = said(line.statement, arn, context)
        if met is False or (foreign and not _by_identity(estate, holder, action, arn)):
            continue
        keys = () if met is True else tuple(sorted(met))
        return Ruling(answer="conditional" if keys else "allowed", conditions=keys, line=line)
    return DENIED


def _grant(holder: Holder, capability: Capability, action: str, arn: str, ruling: Ruling) -> Grant:
    source = f" ({ruling.line.label})" if ruling.line is not None else ""
    unread = bool(holder.boundary_unread)
    return Grant(
        identity=holder.id,
        capability=capability,
        resource=arn,
        answer="unknown" if unread else "conditional" if ruling.conditions else "allowed",
        conditions=ruling.conditions,
        reason=f"{holder.subject} may {action} on {arn}{source}",
    )


class KeyReaders:
    """Which identities may read the keys of LLM providers, as links: the step between a role and a key."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._secrets: dict[tuple[str, str], list[Secret]] = defaultdict(list)
        for _, secret in sorted(estate.inventory.secrets.items()):
            if secret.provider == "aws" and secret.ai_provider and service_of(secret.id) in _OPENING:
                self._secrets[account_of(secret.id), service_of(secret.id)].append(secret)
        self._read: dict[tuple[object, ...], tuple[tuple[Secret, Ruling], ...]] = {}
        self._hubs: dict[tuple[str, ...], str] = {}
        self._members: list[Link] = []

    def of(self, holder: Holder) -> Iterator[Link]:
        """Links from an identity to each key that it may read, or to the hub of them."""
        found = [pair for service, actions in _OPENING.items() for pair in self._readable(holder, service, actions)]
        if len(found) <= FEW:
            for secret, ruling in found:
                yield _link(holder.id, secret.id, f"{holder.subject} may read {secret.name}", ruling)
            return
        hub = self._hub(holder.account, [secret for secret, _ in found])
        some = next((ruling for _, ruling in found if not ruling.conditions), found[0][1])
        yield _link(holder.id, hub, f"{holder.subject} may read {len(found)} keys of LLM providers", some)

    def members(self) -> Iterator[Link]:
        """From each hub to the keys that it stands for."""
        yield from self._members

    def _readable(self, holder: Holder, service: str, actions: Iterable[str]) -> tuple[tuple[Secret, Ruling], ...]:
        secrets = self._secrets.get((holder.account, service))
        profile = holder.profile
        named = [action.lower() for action in actions if profile.mask & BIT[action.lower()]]
        if not secrets or not named or holder.service_linked:
            return ()
        personal = any(profile.view(action).personal for action in named)
        # Identities whose statements about these actions are the same read the same.
        signature = tuple(profile.view(action).signature for action in named)
        key = (service, holder.account, *named, signature, holder.id if personal else "")
        known = self._read.get(key)
        if known is None:
            known = self._read[key] = tuple(self._judged(holder, secrets, named))
        return known

    def _judged(self, holder: Holder, secrets: list[Secret], actions: list[str]) -> Iterator[tuple[Secret, Ruling]]:
        context = self._estate.context(holder)
        for secret in secrets:
            rulings = [within(holder.profile.view(action), secret.id, context) for action in actions]
            rulings = [ruling for ruling in rulings if ruling]
            if rulings:
                yield secret, min(rulings, key=lambda ruling: len(ruling.conditions))

    def _hub(self, account: str, secrets: list[Secret]) -> str:
        members = tuple(secret.id for secret in secrets)
        hub = self._hubs.get(members)
        if hub is None:
            digest = hashlib.sha256("\n".join(members).encode()).hexdigest()[:12]
            hub = self._hubs[members] = f"any-of:aws:{account}:llm-keys:{digest}"
            for secret in secrets:
                reason = f"{secret.name} is one of {len(members)} keys of LLM providers in account {account}"
                self._members.append(Link(source=hub, target=secret.id, kind="may_read_secret", reason=reason))
        return hub


def _link(source: str, target: str, what: str, ruling: Ruling) -> Link:
    when = f" where {' and '.join(ruling.conditions)} fit" if ruling.conditions else ""
    by = f" ({ruling.line.label})" if ruling.line is not None else ""
    return Link(source=source, target=target, kind="may_read_secret", reason=f"{what}{when}{by}")
