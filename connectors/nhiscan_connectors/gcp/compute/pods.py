"""Service accounts of Kubernetes in clusters of GKE, as policies of Google Cloud name them.

All clusters of a project share one pool of identities, "<project>.svc.id.goog": an account of a namespace is the same
principal in each of them, whichever cluster it lives in. So one binding lets pods of every such cluster in.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Assignment, Workload
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.gcp.names import PROJECTS, SERVICE_ACCOUNTS

TOKENS: Final = "iam.serviceAccounts.getAccessToken"
"""The permission by which a principal acts as an account."""
IMPERSONATING: Final = frozenset({"roles/iam.workloadIdentityUser", "roles/iam.serviceAccountTokenCreator"})
"""Predefined roles that are granted for it, where their permissions could not be read."""
_NAME: Final = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?"
_OLD: Final = re.compile(
    rf"{re.escape(SERVICE_ACCOUNTS)}([a-z0-9.:-]{{1,80}})\.svc\.id\.goog\[({_NAME})/({_NAME})\]", re.ASCII
)
_NEW: Final = re.compile(
    r"principal://iam\.googleapis\.com/projects/[^/]{1,80}/locations/global/workloadIdentityPools/"
    rf"([a-z0-9.:-]{{1,80}})\.svc\.id\.goog/subject/ns/({_NAME})/sa/({_NAME})",
    re.ASCII,
)

_SET: Final = re.compile(
    r"principalSet://iam\.googleapis\.com/projects/[^/]{1,80}/locations/global/workloadIdentityPools/"
    rf"([a-z0-9.:-]{{1,80}})\.svc\.id\.goog/(?:\*|namespace/({_NAME})|kubernetes\.cluster/https://"
    r"(container\.googleapis\.com/v1/projects/[^/]{1,80}/)(?:locations|zones)(/[^/]{1,80}/clusters/[^/]{1,80}))",
    re.ASCII,
)


class Pod(msgspec.Struct, frozen=True):
    """A service account of Kubernetes that a policy names, or a set of them."""

    project: str
    """Id of the project whose clusters it may live in."""
    namespace: str
    name: str
    """ "*" for every account of the namespace; both are for every account of a cluster, or of all."""
    issuer: str = ""
    """The one cluster that it lives in, where the policy names it."""

    @property
    def wide(self) -> bool:
        """Whether it is a set."""
        return self.name == "*"

    @property
    def subject(self) -> str:
        """Its name in tokens of a cluster."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"


def pod_of(principal: str) -> Pod | None:
    """The service account of Kubernetes that a principal is, or the set of them; None for any other principal."""
    if found := _OLD.fullmatch(principal) or _NEW.fullmatch(principal):
        return Pod(found[1], found[2], found[3])
    if found := _SET.fullmatch(principal):
        issuer = f"{found[3]}locations{found[4]}" if found[3] else ""
        return Pod(found[1], found[2] or "*", "*", issuer)
    return None


class Impersonation(msgspec.Struct, frozen=True):
    """Pods of an account of Kubernetes may act as a service account."""

    pod: Pod
    account: str
    binding: Assignment


def impersonations(inventory: Inventory) -> Iterator[Impersonation]:
    """Every binding that lets pods act as a service account; one on a project holds for each account in it."""
    roles = impersonating_roles(inventory)
    named = [(pod, one) for one in inventory.assignments if one.role in roles and (pod := pod_of(one.principal))]
    if not named:
        return
    accounts: dict[str, list[str]] = defaultdict(list)
    for identity in inventory.identities.values():
        if identity.kind == "google-service-account":
            accounts[identity.scope].append(identity.id)
    for pod, binding in named:
        if binding.scope.startswith(SERVICE_ACCOUNTS):
            yield Impersonation(pod, binding.scope, binding)
        elif binding.scope.startswith(PROJECTS):
            for account in accounts.get(binding.scope, ()):
                yield Impersonation(pod, account, binding)


def impersonating_roles(inventory: Inventory) -> frozenset[str]:
    """Roles that let their holder act as an account."""
    found = set(IMPERSONATING)
    for policy in inventory.policies.values():
        if policy.kind == "role-definition" and policy.provider == "gcp" and f'"{TOKENS}"' in text(policy.document):
            found.add(policy.id)
    return frozenset(found)


def clusters_by_pool(inventory: Inventory) -> dict[str, list[Workload]]:
    """Clusters that give identities to pods, by the project of their pool."""
    found: dict[str, list[Workload]] = defaultdict(list)
    for workload in inventory.workloads.values():
        pool = workload.attributes.get("workload_pool", "") if workload.kind == "google-gke-cluster" else ""
        if pool.endswith(".svc.id.goog") and workload.attributes.get("oidc_issuer"):
            found[pool.removesuffix(".svc.id.goog")].append(workload)
    return found
