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
