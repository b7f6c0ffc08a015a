"""The permissions that judgements look at, each with a bit, so that a role is judged once and compared as a number."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from nhiscan_connectors.gcp.access.capabilities import ADMINISTERS, CAPABILITIES
from nhiscan_connectors.gcp.access.methods import METHODS

_NEEDED: Final = {
    *(permission for permissions in CAPABILITIES.values() for permission in permissions),
    *(permission for method in METHODS for permission in method.permissions),
    *ADMINISTERS.values(),
}
PERMISSIONS: Final = tuple(sorted(_NEEDED, key=str.lower))
BIT: Final = {permission.lower(): 1 << place for place, permission in enumerate(PERMISSIONS)}
EVERY: Final = (1 << len(PERMISSIONS)) - 1
SET_POLICY: Final = ".setiampolicy"
"""End of the permissions to write allow policies, in lower case."""

_CONTAINERS: Final = "cloudresourcemanager.googleapis.com"
_SERVICES: Final = {
    "resourcemanager": _CONTAINERS,
    "cloudsql": "sqladmin.googleapis.com",
    "dataproc": "dataproc.googleapis.com",
    "orgpolicy": "orgpolicy.googleapis.com",
}
_ACCOUNT_PERMISSIONS: Final = ("iam.serviceaccounts.", "iam.serviceaccountkeys.", "storage.hmackeys.")
_ACCOUNTS: Final = "serviceAccounts"
_WITHIN: Final = {
    ("run.googleapis.com", "services"): ("services", "routes"),
    ("run.googleapis.com", "jobs"): ("jobs",),
    ("aiplatform.googleapis.com", "reasoningEngines"): ("reasoningengines", "sandboxenvironments"),
    ("aiplatform.googleapis.com", "endpoints"): ("endpoints",),
    ("compute.googleapis.com", "instances"): ("instances",),
    ("compute.googleapis.com", "disks"): ("disks",),
    ("compute.googleapis.com", "subnetworks"): ("subnetworks",),
    ("pubsub.googleapis.com", "topics"): ("topics",),
    ("pubsub.googleapis.com", "subscriptions"): ("subscriptions",),
}
"""Service and kind of a resource -> what permissions on it are about. On any other all of its service's are."""


@lru_cache(maxsize=1 << 14)
def written_as(permission: str) -> str:
    """The one name of a permission, in lower case: "iam.serviceaccountkeys.create".

    Deny policies write all with a whole service before them ("iam.googleapis.com/serviceAccountKeys.create"), roles a
    few: those of pools and of OAuth clients ("iam.googleapis.com/workloadIdentityPools.create").
    """
    service, slash, rest = permission.strip().lower().partition("/")
    if not slash:
        return service
    prefix = service.removesuffix(".googleapis.com")
    return f"{'resourcemanager' if prefix == 'cloudresourcemanager' else prefix}.{rest}"


def mask_of(permissions: Iterable[str]) -> int:
    """The bits of some permissions, however they are written; those of no interest have none."""
    found = 0
    for permission in permissions:
        found |= BIT.get(written_as(permission) if "/" in permission else permission.lower(), 0)
    return found


def first_of(mask: int) -> str:
    """The first of the permissions in a mask that is not empty."""
    return PERMISSIONS[(mask & -mask).bit_length() - 1]


@lru_cache(maxsize=1 << 14)
def service_of(permission: str) -> str:
    """The service that a permission belongs to: "run.googleapis.com"."""
    prefix = permission.partition(".")[0].lower()
    return _SERVICES.get(prefix, f"{prefix}.googleapis.com")


@lru_cache(maxsize=1 << 12)
def possible_on(service: str, collection: str) -> int:
    """The bits of the permissions that can be used on a resource of a service, or on what lies in it.

    Owner of one bucket may, by the letter of its role, write the policy of projects; on the bucket there is none.
    `collection`: the kind of a resource in its name, such as "serviceAccounts", of which one service keeps several.
    """
    if service == _CONTAINERS:
        return EVERY
    found = 0
    about = _WITHIN.get((service, collection))
    for permission, bit in BIT.items():
        if about is not None:
            if service_of(permission) == service and permission.split(".")[1] in about:
                found |= bit
        elif service == "iam.googleapis.com":
            if permission.startswith(_ACCOUNT_PERMISSIONS) == (collection == _ACCOUNTS) and (
                permission.startswith("iam.") or collection == _ACCOUNTS
            ):
                found |= bit
        elif service_of(permission) == service and not permission.startswith("storage.hmackeys."):
            found |= bit
    return found


@lru_cache(maxsize=8)
def possible_at(kind: str) -> int:
    """The bits of the permissions that can be used in a scope of a kind; those that only wider ones know are left out.

    A role at a project that allows to write the policies of organizations allows nothing of the sort.
    """
    found = EVERY
    if kind in ("folder", "project"):
        found &= ~mask_of(("resourcemanager.organizations.setIamPolicy",))
    if kind == "project":
        found &= ~mask_of(("resourcemanager.folders.setIamPolicy", "resourcemanager.folders.delete"))
    return found


SETS_POLICY: Final = mask_of(permission for permission in PERMISSIONS if permission.lower().endswith(SET_POLICY))
"""The bits of every permission to write an allow policy."""
