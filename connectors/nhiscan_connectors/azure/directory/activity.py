"""Last use of applications and of their credentials, from two reports of Entra ID.

The reports need a licence, and are kept by client id: each service principal of a multi-tenant application is another
tenant's affair, so within one tenant a client id is one service principal. What a complete report does not hold was not
used for as long as it certainly looks back; an incomplete or refused one says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from nhiscan.model import Activity
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.directory import operations as ops
from nhiscan_connectors.azure.directory.known import listed
from nhiscan_connectors.azure.service import Answers
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

LOOKS_BACK: Final = timedelta(days=29)
"""Microsoft does not say how long the reports remember; the sign-ins that they are made of are kept for thirty days.
Counted from the beginning of the day, so that two scans of one day tell the same."""

_ENTRA: Final = 2008
"""No report is older than the service that makes it."""
_FLOWS: Final = (
    ("applicationAuthenticationClientSignInActivity", "as itself"),
    ("delegatedClientSignInActivity", "for a user"),
)
"""Use as a client. That a token for an API was asked for says nothing of what the API itself did."""


class PrincipalUse:
    """When each application last signed in, by client id."""

    def __init__(self, answers: Answers) -> None:
        self._absent = _absence(answers, ops.SIGN_INS)
        self._found = {
            text(item.get("appId")).lower(): item for item in _rows(answers, ops.SIGN_INS) if text(item.get("appId"))
        }

    def of(self, client: str) -> Activity | None:
        """Last use of the application with a client id; None when nobody told us."""
        item = self._found.get(client.lower())
        if item is None:
            return self._absent if client else None
        flows = [(when, how) for name, how in _FLOWS if (when := _last(item.get(name))) is not None]
        if not flows:
            # Some rows give the day alone, without the flow.
            whole = _last(item.get("lastSignInActivity")) if not any(item.get(name) for name, _ in _FLOWS) else None
            if whole is None or _is_resource(item):
                return self._absent
            return Activity(last_used_at=whole, detail="sign-in", source=ops.SIGN_INS.name)
        when, how = max(flows)
        return Activity(last_used_at=when, detail=f"sign-in {how}", source=ops.SIGN_INS.name)

    def is_program_only(self, client: str) -> bool:
        """Whether it signed in as itself and never for a user."""
        item = self._found.get(client.lower(), {})
        alone, delegated = (_last(item.get(name)) for name, _ in _FLOWS)
        return alone is not None and delegated is None


class CredentialUse:
    """When each secret and certificate was last used, by key id."""

    def __init__(self, answers: Answers) -> None:
        self._absent = _absence(answers, ops.CREDENTIAL_SIGN_INS)
        self._found: dict[str, Activity] = {}
        for item in _rows(answers, ops.CREDENTIAL_SIGN_INS):
            key, when = text(item.get("keyId")).lower(), _last(item.get("signInActivity"))
            known = self._found.get(key)
            # A key that signs and verifies has two rows, and so has one that opened two APIs.
            if key and when and (known is None or known.last_used_at is None or known.last_used_at < when):
                self._found[key] = Activity(last_used_at=when, source=ops.CREDENTIAL_SIGN_INS.name)

    def of(self, key: str, *, created: datetime | None) -> Activity | None:
        """Last use of a credential that was made at `created`; None when nobody told us."""
        found = self._found.get(key.lower(), self._absent)
        if found is not None and found.last_used_at and created and found.last_used_at < created - timedelta(days=1):
            return None  # the row of another credential: key ids are chosen by whoever uploads
        return found


def _absence(answers: Answers, operation: Api) -> Activity | None:
    """What it means that a report has no row; None where it cannot be told."""
    if not answers.answered(operation):
        return None
    asked = [when for item in answers.of(operation) if (when := moment(item.at)) is not None]
    if not asked or min(asked).year < _ENTRA:
        return None
    day = min(asked).replace(hour=0, minute=0, second=0)
    return Activity(observed_since=day - LOOKS_BACK, source=operation.name)


def _rows(answers: Answers, operation: Api) -> Iterator[dict[str, Any]]:
    for body in answers.bodies(operation):
        found = body.get("value") if isinstance(body, dict) else None
        yield from (item for item in listed(found) if isinstance(item, dict))


def _last(activity: object) -> datetime | None:
    when = moment(table(activity).get("lastSignInDateTime"))
    return when if when is not None and when.year >= _ENTRA else None  # 0001-01-01 and the like mean "never"


def _is_resource(item: dict[str, Any]) -> bool:
    names = ("applicationAuthenticationResourceSignInActivity", "delegatedResourceSignInActivity")
    return any(_last(item.get(name)) is not None for name in names)
