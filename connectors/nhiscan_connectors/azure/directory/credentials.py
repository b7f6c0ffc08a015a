"""Secrets and certificates of applications and service principals, as the directory tells of them.

Both kinds of object have their own, and either kind opens the service principal. Certificates that sign SAML tokens
stand in the same lists, with the password of their key file; nobody signs in with those.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import Activity, Credential
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.directory.activity import CredentialUse
from nhiscan_connectors.common.fields import Fields, text
from nhiscan_connectors.common.times import moment

ENDLESS: Final = timedelta(days=10_000)
"""What ends in a lifetime does not end."""
_CENTURY: Final = 2100
"""Nor does what ends in this year, where it is not told when it began."""


def credentials(
    shard: Shard, fields: Fields, operation: Api, item: dict[str, Any], *, owner: str, holder: str, use: CredentialUse
) -> Iterator[Credential]:
    """Credentials that stand on one object. `owner`: id of the object; `holder`: whom they authenticate."""
    at = fields.answered_at(operation)
    keys = list(fields.within(operation, item, "keyCredentials", "keyId", subject=holder))
    signing = {_thumbprint(key) for key in keys if text(key.get("usage")).lower() == "sign"} - {""}
    for key in keys:
        signs = text(key.get("usage")).lower() == "sign"
        if not signs and _thumbprint(key) in signing:
            continue  # the public half of a certificate that signs tokens
        yield _credential(
            shard,
            key,
            at,
            id=f"{owner}/keyCredentials/{key['keyId'].lower()}",
            kind="signing-certificate" if signs else "certificate",
            holder=holder,
            activity=use.of(key["keyId"], created=moment(key.get("startDateTime"))),
        )
    for password in fields.within(operation, item, "passwordCredentials", "keyId", subject=holder):
        if _thumbprint(password) not in signing:
            yield _credential(
                shard,
                password,
                at,
                id=f"{owner}/passwordCredentials/{password['keyId'].lower()}",
                kind="client-secret",
                holder=holder,
                activity=use.of(password["keyId"], created=moment(password.get("startDateTime"))),
            )


def _credential(
    shard: Shard,
    item: dict[str, Any],
    at: datetime | None,
    *,
    id: str,
    kind: str,
    holder: str,
    activity: Activity | None,
) -> Credential:
    """`at`: when the directory told of it. It has no switch, so its end alone says whether it works."""
    begins, ends = moment(item.get("startDateTime")), moment(item.get("endDateTime"))
    return Credential(
        id=id,
        provider="azure",
        kind=kind,
        holder=holder,
        scope=shard.scope,
        name=text(item.get("displayName")) or item["keyId"].lower(),
        status=None if ends is None or at is None else "expired" if ends <= at else "active",
        created_at=begins,
        expires_at=ends,
        lifetime="unknown" if ends is None else "never_expires" if _endless(begins, ends) else "expires",
        long_lived=kind != "signing-certificate",
        secret=kind == "client-secret",  # of certificates the directory keeps the public half
        activity=activity,
    )


def _endless(begins: datetime | None, ends: datetime) -> bool:
    return ends - begins > ENDLESS if begins is not None else ends.year >= _CENTURY


def _thumbprint(item: dict[str, Any]) -> str:
    return text(item.get("customKeyIdentifier"))
