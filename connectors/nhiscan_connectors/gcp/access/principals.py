"""Sets of principals: which of them an identity belongs to, under one name for every way in which they are written.

Allow policies write `user:ada@acme.example`, deny policies and boundaries `principal://goog/subject/ada@acme.example`;
a set may be a group, a domain, everything in a pool, or all principals of a project, folder or organization.
Source: "Principal identifiers".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.access.places import Places
from nhiscan_connectors.gcp.names import PRINCIPALS, SERVICE_ACCOUNTS, principal_id, service_account_id

EVERYONE: Final = "*"
PEOPLE: Final = "people"
"""Stands for a set of people whose members are not told."""
UNTOLD: Final = "untold"
"""Stands for a set that is not understood."""
_IN: Final = "in:"
_SUBJECT: Final = "principal://goog/subject/"
_GROUP: Final = "principalSet://goog/group/"
_CUSTOMER: Final = "principalSet://goog/cloudIdentityCustomerId/"
_ACCOUNT: Final = re.compile(r"principal://iam\.googleapis\.com/projects/[^/]+/serviceAccounts/([^/]+@[^/]+)")
_RESOURCES: Final = re.compile(
    r"(?:principalSet:)?//cloudresourcemanager\.googleapis\.com/((?:projects|folders|organizations)/[^/]+)"
    r"(?:/type/(ServiceAccount|ServiceAgent|WorkloadIdentityPool))?"
)
_POOL: Final = re.compile(
    r"(?:principal|principalSet)?:?(//iam\.googleapis\.com/(?:projects/([^/]+)/)?locations/global/"
    r"(?:workloadIdentityPools|workforcePools)/[^/]+)(/.*)?",
    re.DOTALL,
)
_WORKFORCE: Final = re.compile(r"principal(?:Set)?://iam\.googleapis\.com/locations/[^/]+/workforcePools/", re.ASCII)
_WORKLOAD: Final = re.compile(
    r"principal(?:Set)?://iam\.googleapis\.com/projects/[^/]+/locations/[^/]+/workloadIdentityPools/"
)
_AGENTS: Final = re.compile(r"(?:principal|principalSet)://(agents\.global\.[^/]+)(/.*)?", re.DOTALL)
_WORKSPACE: Final = re.compile(r"(?:principalSet:)?//(?:cloudidentity|workspace)\.googleapis\.com/.*", re.DOTALL)
_TYPES: Final = {"google-service-account": "ServiceAccount", "google-service-agent": "ServiceAgent"}


@lru_cache(maxsize=1 << 14)
def pool_of(principal: str) -> str:
    """The pool that vouches for a principal, or the trust domain of an agent: a name for it; empty for others."""
    if not principal.startswith(PRINCIPALS):
        return ""
    if found := _POOL.fullmatch(principal):
        return found[1]
    found = _AGENTS.fullmatch(principal)
    return f"//{found[1]}" if found else ""


class Principals:
    """The sets that the identities of an inventory belong to."""

    def __init__(self, inventory: Inventory, places: Places) -> None:
        self._inventory = inventory
        self._places = places

    def canonical(self, written: str) -> str:
        """The one name of a principal or a set of them, however it is written."""
        if written in ("principalSet://goog/public:all", "allUsers", EVERYONE):
            return EVERYONE
        if written.startswith(_SUBJECT):
            subject = written.removeprefix(_SUBJECT)
            return service_account_id(subject) if _is_account(subject) else f"user:{subject.strip().lower()}"
        if written.startswith(_GROUP):
            return f"group:{written.removeprefix(_GROUP).strip().lower()}"
        if written.startswith(_CUSTOMER) or _WORKSPACE.fullmatch(written):
            return PEOPLE
        if found := _ACCOUNT.fullmatch(written):
            return service_account_id(found[1])
        if found := _RESOURCES.fullmatch(written):
            scope = self._places.normal(f"//cloudresourcemanager.googleapis.com/{found[1]}")
            return f"{_IN}{scope}{f'#{found[2]}' if found[2] else ''}"
        if (found := _POOL.fullmatch(written)) and found[3] in (None, "/", "/*"):
            return f"{_IN}{self._places.normal(found[1])}"
        if (found := _AGENTS.fullmatch(written)) and found[2] in (None, "/", "/*"):
            return f"{_IN}//{found[1]}"
        if written.startswith(PRINCIPALS):
            return written if pool_of(written) else UNTOLD
        if written.startswith("//"):
            return written if written.startswith(SERVICE_ACCOUNTS) else UNTOLD
        return principal_id(written)

    def sets_of(self, principal: str) -> tuple[str, ...]:
        """Canonical names of the sets that a principal belongs to by what it is, groups left out."""
        if principal.startswith("user:"):
            return f"domain:{principal.rpartition('@')[2]}", PEOPLE
        if principal.startswith(SERVICE_ACCOUNTS):
            known = self._inventory.identities.get(principal)
            kind = _TYPES.get(known.kind, "") if known is not None else "ServiceAccount"
            scope = self._places.project_of(principal)
            return tuple(
                f"{_IN}{above}{suffix}"
                for above in (self._places.chain(scope) if scope else ())
                for suffix in ("", *((f"#{kind}",) if kind else ()))
            )
        pool = pool_of(principal)
        if not pool:
            return ()
        found = _POOL.fullmatch(principal)
        scope = self._places.projects.scope(found[2]) if found is not None and found[2] else ""
        return (
            f"{_IN}{self._places.normal(pool)}",
            *(
                f"{_IN}{above}{suffix}"
                for above in (self._places.chain(scope) if scope else ())
                for suffix in ("", "#WorkloadIdentityPool")
            ),
        )

    def type_of(self, principal: str) -> str:
        """What `principal.type` says of a principal; empty where it is not told."""
        if principal.startswith("user:"):
            return "iam.googleapis.com/WorkspaceIdentity"
        if principal.startswith(SERVICE_ACCOUNTS):
            return "iam.googleapis.com/ServiceAccount"
        # At the place of a pool, for a subject may hold any text.
        if _WORKFORCE.match(principal):
            return "iam.googleapis.com/WorkforcePoolIdentity"
        if _AGENTS.fullmatch(principal):
            return "iam.googleapis.com/AgentPoolIdentity"
        return "iam.googleapis.com/WorkloadPoolIdentity" if _WORKLOAD.match(principal) else ""

    def subject_of(self, principal: str) -> str:
        """What `principal.subject` says of a principal; empty where it is not told."""
        if principal.startswith(("user:", SERVICE_ACCOUNTS)):
            return principal.removeprefix("user:").removeprefix(SERVICE_ACCOUNTS)
        return ""


def _is_account(address: str) -> bool:
    return address.strip().lower().endswith(".gserviceaccount.com")
