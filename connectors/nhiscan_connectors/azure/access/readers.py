"""Who can read a secret or data: identities whose roles, or whose vault's access policies, open one resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.inventory import Inventory
from nhiscan.model import Capability, Grant
from nhiscan_connectors.azure.access.capabilities import ACCESS_POLICIES, CAPABILITIES, DATA
from nhiscan_connectors.azure.access.effective import level_at
from nhiscan_connectors.azure.access.estate import Assigned, Estate
from nhiscan_connectors.azure.access.scopes import levels, type_of
from nhiscan_connectors.azure.access.universe import ACTIONS, BIT
from nhiscan_connectors.azure.access.vaults import BY_POLICIES, Members, Vaults
from nhiscan_connectors.azure.ids import resource_id

_READING: Final[tuple[Capability, ...]] = ("read_secrets", "read_data")
_VAULT: Final = "microsoft.keyvault/vaults"
_POLICY_BITS: Final = BIT["microsoft.keyvault/vaults/write"] | BIT["microsoft.keyvault/vaults/accesspolicies/write"]


def readers(inventory: Inventory, resource: str) -> Iterator[Grant]:
    """Grants of every identity of Entra that can read the thing with this resource id.

    Nothing for an id of no Azure resource, or of one whose type holds neither secrets nor data.
    """
    id = resource_id(resource)
    if not id.startswith("/subscriptions/") or not type_of(id):
        return
    estate = Estate(inventory)
    vaults = Vaults(estate)
    yield from _Readers(estate, vaults, id).all()


class _Readers:
    def __init__(self, estate: Estate, vaults: Vaults, resource: str) -> None:
        self._estate = estate
        self._vaults = vaults
        self._resource = resource
        self._chain = frozenset(estate.tree.chain(resource))
        top = "/".join(type_of(resource).split("/")[:2])
        self._vault = next((one for one in levels(resource) if type_of(one) == _VAULT), "")
        self._how = vaults.authorization(self._vault) if self._vault else ""
        self._bits: dict[Capability, int] = {}
        for capability in _READING:
            mask = 0
            for action in CAPABILITIES[capability]:
                data = action.startswith(DATA)
                if action.lower().removeprefix(DATA).startswith(f"{top}/") and not (data and self._how == BY_POLICIES):
                    mask |= BIT[action.lower()]
            self._bits[capability] = mask

    def all(self) -> Iterator[Grant]:
        told: set[str] = set()
        if self._how == BY_POLICIES:
            members = Members(self._estate)
            for entry in self._vaults.entries(self._vault):
                if entry.capability == "read_secrets":
                    for identity in members.of(entry.principal):
                        if identity not in told:
                            told.add(identity)
                            yield self._vaults.grant(entry, identity, self._resource)
        for one in self._estate.identities():
            if one.id not in told:
                yield from self._by_roles(one.id)

    def _by_roles(self, identity: str) -> Iterator[Grant]:
        estate = self._estate
        everything = (identity, *estate.groups_of(identity))
        held = [a for some in everything for a in estate.assigned.get(some, ()) if a.scope in self._chain]
        if not held:
            return
        level = level_at(self._resource, held, estate.binding(identity), estate.tree, -1)
        for capability, bits in self._bits.items():
            extra = _POLICY_BITS if self._vault and capability == "read_secrets" and self._how != "rbac" else 0
            for tier in level.tiers:
                if tier.mask & bits:
                    yield self._grant(identity, capability, tier.mask & bits, tier.conditions, held)
                    return
                if tier.mask & extra:
                    note = () if self._how == BY_POLICIES else (ACCESS_POLICIES,)
                    conditions = tuple(sorted({*tier.conditions, *note}))
                    yield self._grant(identity, capability, tier.mask & extra, conditions, held)
                    return
        unread = next((one for one in held if one.role is None), None)
        if unread is not None and any(self._bits.values()):
            yield Grant(
                identity=identity,
                capability="read_secrets",
                resource=self._resource,
                answer="unknown",
                reason=f"the definition of {estate.source(unread, identity)} was not read",
            )

    def _grant(
        self, identity: str, capability: Capability, mask: int, conditions: tuple[str, ...], held: list[Assigned]
    ) -> Grant:
        estate = self._estate
        action = ACTIONS[(mask & -mask).bit_length() - 1]
        bit = BIT[action.lower()]
        by = next(
            (one for one in held for given, names in one.layers if given & bit and {*names} <= {*conditions}), held[0]
        )
        when = f" when {' and '.join(conditions)}" if conditions else ""
        return Grant(
            identity=identity,
            capability=capability,
            resource=self._resource,
            answer="conditional" if conditions else "allowed",
            conditions=conditions,
            reason=f"{estate.subject(identity)} may do {action.removeprefix(DATA)} on"
            f" {estate.tree.told(self._resource)}{when} ({estate.source(by, identity)})",
        )
