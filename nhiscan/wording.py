"""Wording: how rules put names, dates and durations into sentences that a person can check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from nhiscan.model import Credential, Identity, Secret, Workload

LONGEST_NAME: Final = 160
"""Characters that a name may have in a sentence; whoever makes a thing may give it any name."""


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    """A name or value that somebody else wrote, on one line, without control characters, and not endless."""
    cut = text[: longest + 1]
    clean = "".join(c if c.isprintable() else " " for c in cut[:longest])
    return clean + "…" if len(cut) > longest else clean


def identity_name(identity: Identity) -> str:
    """An identity with the provider's word for it: "iam user ci"."""
    kind, name = identity.kind.replace("-", " "), plain(identity.name or identity.id)
    return kind if kind == name else f"{kind} {name}"


def credential_name(credential: Credential) -> str:
    """A credential with its kind and name: "access key AKIAEXAMPLE"."""
    return f"{credential.kind.replace('-', ' ')} {plain(credential.name or credential.id)}"


def days(duration: timedelta) -> str:
    """A duration in whole days: "1 day", "412 days"."""
    number = max(duration.days, 0)
    return "1 day" if number == 1 else f"{number} days"


def day(moment: datetime) -> str:
    """A date: "2026-03-01"."""
    return moment.date().isoformat()


def since(moment: datetime, clock: datetime) -> str:
    """A date and how long ago that was: "on 2026-03-01, 268 days ago"."""
    return f"on {day(moment)}, {days(clock - moment)} ago"


def listed(items: Iterable[str], most: int = 5) -> str:
    """A short list in words: "a, b and 3 more"."""
    everything = list(items)
    shown = [plain(item) for item in everything[:most]]
    if more := len(everything) - len(shown):
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def workload_name(workload: Workload) -> str:
    """A workload with the provider's word for it: "lambda function pay"."""
    return f"{workload.kind.replace('-', ' ')} {plain(workload.name or workload.id)}"


def secret_name(secret: Secret) -> str:
    """An entry of a secret store with its kind: "secret openai/prod"."""
    return f"{secret.kind.replace('-', ' ')} {plain(secret.name or secret.id)}"
