"""Callers of AWS as Google sees them: sessions of roles, and users."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from nhiscan_connectors.gcp.federation.needs import Need, Needs

ACCOUNT: Final = re.compile(r"\d{12}")
_SESSION: Final = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)(?:/(.*))?", re.DOTALL)
_OTHER: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(?:user|role)/[^*?]+", re.DOTALL)
_ROLE_ALONE: Final = re.compile(r"\s*assertion\.arn\.extract\(\s*['\"][^'\"]*assumed-role/\{\w+\}/['\"]\s*\)\s*")
_ROLE_ARN: Final = re.compile(r"(?s)(?=.*assertion\.arn)(?=.*assumed-role).*")


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls."""

    arn: str
    account: str
    role: str = ""
    """Name of the role, of a session; its path is not told."""
    session: str = ""
    """Name of the session where it must be a certain one."""


def caller(arn: str, *, pattern: bool) -> Caller | None:
    """Who is meant by the ARN of a caller, or by a pattern of such; None where that is not one user or role."""
    if session := _SESSION.fullmatch(arn):
        partition, account, role, name = session.groups()
        if pattern and name is None:
            return None
        whole = f"arn:{partition}:iam::{account}:role/{role}"
        return Caller(arn=whole, account=account, role=role, session="" if name in (None, "", "*") else name)
    if not pattern and (other := _OTHER.fullmatch(arn)):
        return Caller(arn=arn, account=other[1])
    return None


def read(needs: Needs, mapping: Mapping[str, str], account: str) -> Needs:
    """Needs with those about the role of a session told as ones of the caller's ARN."""
    return tuple(_read(need, mapping.get(need.claim, ""), account) for need in needs)


def _read(need: Need, expression: str, account: str) -> Need:
    if need.how != "unread" or not expression or not need.values:
        return need
    if _ROLE_ALONE.fullmatch(expression):
        values = tuple(f"arn:aws:sts::{account}:assumed-role/{value}" for value in need.values)
    elif _ROLE_ARN.fullmatch(expression):
        values = need.values
    else:
        return need
    if not all(caller(value, pattern=False) for value in values):
        return need
    return Need(claim="arn", how="equals", values=values)
