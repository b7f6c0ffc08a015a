"""Who can read a secret or data: the identities whose permissions open one thing, and the keys of LLM providers.

The judgement is that of the whole estate: what a caller chooses counts as chosen, and policies of the organization
that were not readable leave answers as they are. A secret that a key of the customer encrypts also needs that key;
policies of keys are not looked at here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain
from typing import Final

from nhiscan.inventory import Inventory
from nhiscan.model import Capability, Grant, Link, Secret
from nhiscan_connectors.aws.access.aims import AimClass, Item
from nhiscan_connectors.aws.access.capabilities import CAPABILITIES
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.estate import Estate, Holder
from nhiscan_connectors.aws.access.layers import DENIED, Ruling, View, rule, said, stated
from nhiscan_connectors.aws.access.resources import account_of, policies_of, scope_of, service_of
from nhiscan_connectors.aws.access.sameness import candidates, sameness
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


_Read = tuple[Secret, tuple[str, ...]]
"""A key that may be read, and on which conditions."""


class KeyReaders:
    """Which identities may read the keys of LLM providers, as links: the step between a role and a key."""

    def __init__(self, estate: Estate, afford: Callable[[int], bool] = lambda _: True) -> None:
        """`afford`: whether looking at so many keys once more is within the bound of cost."""
        self._estate = estate
        self._afford = afford
        self._secrets: dict[str, Secret] = {}
        items: dict[tuple[str, str], list[Item]] = defaultdict(list)
        for id, secret in sorted(estate.inventory.secrets.items()):
            if secret.provider == "aws" and secret.ai_provider and service_of(id) in _OPENING:
                self._secrets[id] = secret
                items[account_of(id), service_of(id)].append(Item(arn=id, gains=id, name=secret.name, known={}))
        self._classes = {
            (account, service): AimClass(f"{account}:{service}", f"key of account {account}", found)
            for (account, service), found in items.items()
        }
        self._read: dict[tuple[Hashable, ...], tuple[_Read, ...]] = {}
        self._untold: dict[str, tuple[_Read, ...]] = {}
        self._many_of: dict[tuple[int, ...], tuple[str, _Read]] = {}
        self._hubs: dict[tuple[str, ...], str] = {}
        self._members: list[Link] = []

    def of(self, holder: Holder) -> Iterator[Link]:
        """Links from an identity to each key that it may read, or to the hub of them."""
        parts = [self._readable(holder, service, actions) for service, actions in _OPENING.items()]
        count = sum(map(len, parts))
        if count <= FEW:
            for secret, conditions in chain.from_iterable(parts):
                yield self._link(holder, secret.id, f"may read {secret.name}", secret, conditions)
            return
        hub, (some, conditions) = self._many(holder.account, parts)
        yield self._link(holder, hub, f"may read {count} keys of LLM providers", some, conditions)

    def members(self) -> Iterator[Link]:
        """From each hub to the keys that it stands for."""
        yield from self._members

    def _readable(self, holder: Holder, service: str, actions: Iterable[str]) -> tuple[_Read, ...]:
        class_ = self._classes.get((holder.account, service))
        profile = holder.profile
        named = [action.lower() for action in actions if profile.mask & BIT[action.lower()]]
        if class_ is None or not named or holder.service_linked:
            return ()
        context = self._estate.context(holder)
        views = [profile.view(action) for action in named]
        # Identities whose statements say the same about these keys read the same.
        key = (service, holder.account, *named, *(sameness(view, class_, context) for view in views))
        known = self._read.get(key)
        if known is None:
            known = self._read[key] = self._judged(class_, views, context)
        return known

    def _judged(self, class_: AimClass, views: list[View], context: Context) -> tuple[_Read, ...]:
        items = {item.arn for view in views for item in candidates(view, class_, context)}
        if self._afford(len(items)):
            return tuple(self._ruled(sorted(items), views, context))
        if class_.id not in self._untold:
            which = f"limits on {len(class_.items)} keys, which were too many to look at,"
            self._untold[class_.id] = tuple((self._secrets[item.arn], (which,)) for item in class_.items)
        return self._untold[class_.id]

    def _ruled(self, arns: list[str], views: list[View], context: Context) -> Iterator[_Read]:
        for arn in arns:
            rulings = [ruling for view in views if (ruling := rule(view, arn, context))]
            if rulings:
                yield self._secrets[arn], min((ruling.conditions for ruling in rulings), key=len)

    def _link(self, holder: Holder, target: str, what: str, secret: Secret, conditions: tuple[str, ...]) -> Link:
        """The statement is the identity's own: what was worked out for another one quotes the other's."""
        context = self._estate.context(holder)
        views = (holder.profile.view(action.lower()) for action in _OPENING[service_of(secret.id)])
        line = next((line for view in views if (line := stated(view, secret.id, context)) is not None), None)
        when = f" where {' and '.join(conditions)} fit" if conditions else ""
        by = f" ({line.label})" if line is not None else ""
        return Link(
            source=holder.id, target=target, kind="may_read_secret", reason=f"{holder.subject} {what}{when}{by}"
        )

    def _many(self, account: str, parts: list[tuple[_Read, ...]]) -> tuple[str, _Read]:
        """The hub of what is read, and the surest of it. Looked at once for each set, not for each identity."""
        key = tuple(map(id, parts))  # all of them are kept, so an id stays its own
        found = self._many_of.get(key)
        if found is None:
            pairs = [*chain.from_iterable(parts)]
            hub = self._hub(account, [secret for secret, _ in pairs])
            found = self._many_of[key] = (hub, min(pairs, key=lambda pair: len(pair[1])))
        return found

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
