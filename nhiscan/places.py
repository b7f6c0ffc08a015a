"""Places: what sentences call a thing on which something is given, whatever kind of record it is."""

from __future__ import annotations

from nhiscan.inventory import Inventory
from nhiscan.wording import identity_name, plain, secret_name, workload_name


def place_name(inventory: Inventory, id: str) -> str:
    """A scope, identity, workload, secret or resource with its kind: "project pay-prod"; else its id."""
    if scope := inventory.scopes.get(id):
        return f"{scope.kind} {plain(scope.name or id)}"
    if identity := inventory.identities.get(id):
        return identity_name(identity)
    if workload := inventory.workloads.get(id):
        return workload_name(workload)
    if secret := inventory.secrets.get(id):
        return secret_name(secret)
    if resource := inventory.resources.get(id):
        return f"{resource.kind.replace('-', ' ')} {plain(resource.name or id)}"
    return plain(id)


def scope_name(inventory: Inventory, id: str) -> str:
    """A scope by its name alone: "pay-prod"; its id where it is not known."""
    known = inventory.scopes.get(id)
    return plain(known.name if known else id)


def role_name(inventory: Inventory, id: str) -> str:
    """A role as its provider titles it: "Storage Object Viewer"; the last part of its id where nothing was read."""
    role = inventory.policies.get(id)
    return plain(role.name if role is not None and role.name != id else id.rpartition("roles/")[2] or id)
