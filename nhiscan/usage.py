"""Usage: whether a credential still works, and since when nobody has used it or the identity that holds it.

Two things look alike and are not: "never used" and "not used for as long as the provider remembers". A provider that
records use for a limited time says nothing about the time before, so something older than that window is idle since
the window's start, and not proven never to have been used.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Activity, Credential, Identity
from nhiscan.wording import credential_name, since


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the use of one thing."""

    used_at: datetime | None = None
    """Last use that was recorded."""
    idle_since: datetime | None = None
    """From here on there certainly was no use; None when that cannot be told."""
    never: bool = False
    """It was not used even once since it was made."""
    detail: str = ""
    """Where and with what it was last used, for people."""
    doubts: tuple[str, ...] = ()
    """What could not be read, as sentences: there may have been a later use."""


def works(credential: Credential, clock: datetime) -> bool | None:
    """Whether somebody could use the credential at `clock`; None when nobody told us."""
    if credential.status in ("inactive", "expired"):
        return False
    if credential.expires_at is not None and credential.expires_at <= clock:
        return False
    if credential.status == "active":
        return True
    # A provider without a switch has only the expiry, and the expiry is still ahead.
    return True if credential.expires_at is not None else None


def born(credential: Credential) -> datetime | None:
    """When the credential came to be; a later change of its secret where only that is known."""
    return credential.created_at or credential.rotated_at


def use_of(activity: Activity | None, made_at: datetime | None) -> Use | None:
    """What an activity says about a thing that was made at `made_at`; None when nothing is known."""
    if activity is None:
        return None
    if activity.last_used_at is not None:
        return Use(used_at=activity.last_used_at, idle_since=activity.last_used_at, detail=activity.detail)
    window = activity.observed_since
    if window is None or (made_at is not None and made_at >= window):
        return Use(idle_since=made_at, never=True)
    return Use(idle_since=window)


def use_of_identity(inventory: Inventory, identity: Identity, clock: datetime) -> Use:
    """The use of an identity: its own, and that of every credential it holds.

    A credential that was made lately is a sign of life, even before it is used: somebody has just rotated it.
    """
    doubts: list[str] = []
    parts: list[Use] = []
    own = use_of(identity.activity, identity.created_at)
    if own is not None:
        parts.append(own)
    credentials = inventory.credentials_of(identity.id)
    for credential in credentials:
        use = use_of(credential.activity, born(credential))
        if use is not None:
            parts.append(use)
        elif works(credential, clock) is not False:
            doubts.append(f"the last use of {credential_name(credential)} could not be read")
    if not inventory.knows(identity.scope, "credentials", identity.id):
        doubts.append("its credentials could not be listed")
    if not parts:
        if not inventory.knows(identity.scope, "activity", identity.id):
            doubts.append("its last use could not be read")
        elif not doubts:
            doubts.append("the provider does not say when it was last used")
        return Use(doubts=tuple(doubts))
    return _together(parts, _made(identity, credentials), tuple(doubts))


def _made(identity: Identity, credentials: list[Credential]) -> datetime | None:
    """When the identity, or the newest of its credentials, was made."""
    moments = [identity.created_at, *(born(credential) for credential in credentials)]
    return max((moment for moment in moments if moment is not None), default=None)


def _together(parts: list[Use], made_at: datetime | None, doubts: tuple[str, ...]) -> Use:
    last = max(((part.used_at, part.detail) for part in parts if part.used_at is not None), default=None)
    idle = [part.idle_since for part in parts if not part.never and part.idle_since is not None]
    idle += [made_at] if made_at is not None else []
    return Use(
        used_at=last[0] if last else None,
        idle_since=max(idle, default=None),
        never=all(part.never for part in parts),
        detail=last[1] if last else "",
        doubts=doubts,
    )


def how_idle(name: str, use: Use, clock: datetime) -> str:
    """Since when something was not used, as a sentence. `use.idle_since` must be known."""
    assert use.idle_since is not None
    if use.used_at is not None:
        detail = f" ({use.detail})" if use.detail else ""
        return f"{name} was last used {since(use.used_at, clock)}{detail}"
    if use.never:
        return f"{name} was never used since it was made {since(use.idle_since, clock)}"
    return (
        f"no use of {name} was recorded since {since(use.idle_since, clock).removeprefix('on ')},"
        " which is as far back as the provider remembers"
    )
