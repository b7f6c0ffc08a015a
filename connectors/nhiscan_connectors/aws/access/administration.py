"""What amounts to administration of an account: the permissions that give every other permission."""

from __future__ import annotations

from typing import Final

CORE: Final[tuple[str, ...]] = (
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreatePolicyVersion",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:UpdateAssumeRolePolicy",
)
"""Whoever holds all of these on everything can give anybody anything: iam:* and * contain them."""

GRANTING: Final[tuple[str, ...]] = (
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
)
"""Of these at least one must survive every deny."""

ATTACHING: Final = frozenset({"iam:attachuserpolicy", "iam:attachrolepolicy", "iam:attachgrouppolicy"})
"""Actions whose `iam:PolicyARN` is the policy that is attached (lower-case)."""


def administrative_policies(partition: str) -> tuple[str, ...]:
    """Managed policies of AWS that make whoever carries them an administrator."""
    return tuple(f"arn:{partition}:iam::aws:policy/{name}" for name in ("AdministratorAccess", "IAMFullAccess"))
