"""Judges every AWS identity of an inventory: capabilities, powers over others, and what could not be told."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.inventory import Inventory
from nhiscan.model import CanBecome, Confinement, Gap, Grant, Link
from nhiscan_connectors.aws.access.administers import administers, depends_on_holder
from nhiscan_connectors.aws.access.aims import Aims
from nhiscan_connectors.aws.access.assume import Assumable
from nhiscan_connectors.aws.access.confinement import Confinements
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.escalation import Escalation
from nhiscan_connectors.aws.access.estate import Estate, Holder
from nhiscan_connectors.aws.access.finding import Finder
from nhiscan_connectors.aws.access.grants import Capabilities, grants
from nhiscan_connectors.aws.access.hubs import Hubs
from nhiscan_connectors.aws.access.identity_center import assigned
from nhiscan_connectors.aws.access.layers import Ruling
from nhiscan_connectors.aws.access.readers import KeyReaders
from nhiscan_connectors.aws.access.resource_grants import resource_grants


def access(inventory: Inventory) -> Iterator[Grant | CanBecome | Confinement | Link | Gap]:
    """Pure: the capabilities and powers of all AWS identities, and a gap for every document that cannot be used."""
    judge = _Judge(inventory)
    keys = KeyReaders(judge.estate, judge.hubs.afford)
    confinements = Confinements()
    for holder in judge.estate.holders.values():
        yield from judge.holder(holder)
        yield from keys.of(holder)
        confinement = confinements.of(holder)
        if confinement is not None:
            yield confinement
        judge.estate.forget(holder)
    yield from keys.members()
    yield from judge.groups()
    yield from resource_grants(judge.estate)
    yield from assigned(judge.estate)
    yield from judge.assumable.administrators_abroad()
    yield from judge.assumable.outsiders()
    yield from judge.hubs.edges()
    yield from judge.estate.gaps()


class _Judge:
    def __init__(self, inventory: Inventory) -> None:
        self.estate = Estate(inventory)
        self.hubs = Hubs(len(self.estate.holders))
        self.aims = Aims(self.estate)
        self.assumable = Assumable(self.estate, self.aims, self.hubs)
        self.escalation = Escalation(self.estate, Finder(self.estate, self.aims, self.assumable, self.hubs), self.hubs)
        self.capabilities = Capabilities()
        self._administers: dict[tuple[int, str, str], Ruling] = {}
        self._joined: set[str] = set()

    def holder(self, holder: Holder) -> Iterator[Grant | CanBecome]:
        context = self.estate.context(holder)
        ruling = self._administration(holder, context)
        yield from self._administer(holder, ruling)
        yield from grants(holder, self.capabilities.of(holder, context))
        is_administrator = ruling.answer == "allowed" and not holder.boundary_unread
        for edge in self.assumable.powers(holder, context, abroad=is_administrator):
            yield edge
        if is_administrator or (holder.kind == "iam-role" and holder.service_linked):
            return
        for edge in self.escalation.powers(holder, context):
            if ruling and (edge.answer == "latent" or {*ruling.conditions} <= {*edge.conditions}):
                continue  # where its conditions are met it is an administrator anyway
            if edge.target in self.estate.inventory.groups or edge.target.startswith("any-of:"):
                self._joined.add(edge.target)
            yield edge

    def _administration(self, holder: Holder, context: Context) -> Ruling:
        personal = depends_on_holder(holder.profile)
        key = (id(holder.profile), holder.account, holder.id if personal else "")
        found = self._administers.get(key)
        if found is None:
            found = administers(holder.profile, holder.partition, holder.account, context)
            self._administers[key] = found
        return found

    def _administer(self, holder: Holder, ruling: Ruling) -> Iterator[Grant]:
        note = " (service control policies were not readable)" if holder.limits_unread else ""
        source = f" ({ruling.line.label})" if ruling.line is not None else ""
        if ruling and not holder.boundary_unread:
            if ruling.answer == "allowed":
                yield Grant(
                    identity=holder.id,
                    capability="administer",
                    resource="*",
                    answer="allowed",
                    reason=f"{holder.subject} administers account {holder.account}{source}{note}",
                )
                return
            yield Grant(
                identity=holder.id,
                capability="administer",
                resource="*",
                answer="conditional",
                conditions=ruling.conditions,
                reason=f"{holder.subject} administers account {holder.account}"
                f" when {' and '.join(ruling.conditions)} fit{source}{note}",
            )
        why = [*holder.unread]
        if ruling and holder.boundary_unread:
            why.append(f"its permissions boundary could not be read: {holder.boundary_unread}")
        if why:
            yield Grant(
                identity=holder.id,
                capability="administer",
                resource="*",
                answer="unknown",
                reason=f"whether {holder.subject} administers account {holder.account} is not known: {'; '.join(why)}",
            )

    def groups(self) -> Iterator[Grant | CanBecome]:
        """What joining a group gives, where somebody can join one."""
        if not self._joined:
            return
        for group in self.estate.inventory.groups.values():
            if group.provider != "aws" or not group.scope.startswith("aws:"):
                continue
            holder = self.estate.group_holder(group)
            context = Context({"aws:resourceaccount": (holder.account,)})
            ruling = self._administration(holder, context)
            if ruling:
                yield CanBecome(
                    identity=holder.id,
                    target=f"administrator:{holder.scope}",
                    method="member",
                    answer="allowed" if ruling.answer == "allowed" else "conditional",
                    conditions=ruling.conditions,
                    reason=f"members of group {holder.name} administer account {holder.account}",
                )
                continue
            yield from self.assumable.powers(holder, context, abroad=False)
            yield from self.escalation.powers(holder, context)
