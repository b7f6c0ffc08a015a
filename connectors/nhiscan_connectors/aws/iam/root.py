"""The root user: it is always there, and what is known of it depends on what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.model import AnyRecord, Credential, FactorState, Identity, Signal
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.credentials import key_of_slot, password, password_signals
from nhiscan_connectors.aws.iam.known import Known
from nhiscan_connectors.aws.iam.report import Row


def parse_root(known: Known) -> Iterator[AnyRecord]:
    """The root user with its credentials, from the report or else from the account summary."""
    row, summary = known.root_row, known.summary or {}
    if row is None and not summary and not known.details_complete:
        return  # nothing at all was told of the account
    arn = known.root_arn
    has_password = _has_password(row, summary)
    keys = list(_keys(known, arn, row, summary))
    yield Identity(
        id=arn,
        provider="aws",
        kind="root-user",
        name="root user",
        scope=known.scope,
        created_at=row.created if row else None,
        # A member account whose root user was stripped of its credentials: it cannot sign in at all.
        enabled=False if has_password is False and not keys and _counts_keys(row, summary) else None,
        attributes={"root": "true", "unique_id": known.account},
    )
    detail = "it is the account's own first user, whom no policy of the account limits"
    yield Signal(subject=arn, name="root-user", detail=detail, source=(ops.REPORT if row else ops.SUMMARY).name)
    if has_password is not False:
        activity = row.password_activity if row else None
        changed = row.password_changed if row else None
        yield password(known, arn, status="active" if has_password else None, changed=changed, activity=activity)
        if has_password and activity is not None:
            yield from password_signals(known, arn, activity, ops.REPORT.name)
    yield from keys
    if row is not None:
        for certificate in row.certificates:
            yield Credential(
                id=f"{arn}/certificate-{certificate.number}",
                provider="aws",
                kind="signing-certificate",
                holder=arn,
                scope=known.scope,
                name=f"certificate-{certificate.number}",
                status="active" if certificate.active else "inactive",
                created_at=certificate.rotated,
                secret=False,
            )
    present = row.mfa if row is not None and row.mfa is not None else _number(summary, "AccountMFAEnabled")
    if present is not None:
        source = ops.REPORT if row is not None and row.mfa is not None else ops.SUMMARY
        yield FactorState(identity=arn, present=bool(present), source=source.name)
        if present:
            yield Signal(subject=arn, name="mfa-device", detail="has a second factor", source=source.name)
    else:
        hides = "whether the root user has a second factor"
        yield known.gap(ops.SUMMARY, hides, "mfa", subjects=[arn])
    if not _counts_keys(row, summary):
        yield known.gap(ops.SUMMARY, "whether the root user has keys", "credentials", subjects=[arn])


def _has_password(row: Row | None, summary: dict[str, Any]) -> bool | None:
    """The report says it of some accounts, the summary of those that an organization manages; else it is not known."""
    if row is not None and row.password is not None:
        return row.password
    present = _number(summary, "AccountPasswordPresent")
    return None if present is None else bool(present)


def _counts_keys(row: Row | None, summary: dict[str, Any]) -> bool:
    return row is not None or _number(summary, "AccountAccessKeysPresent") is not None


def _keys(known: Known, arn: str, row: Row | None, summary: dict[str, Any]) -> Iterator[Credential]:
    if row is not None:
        for slot in row.slots:
            yield key_of_slot(known, arn, slot)
        return
    # The summary counts keys, and says neither whether they work nor how old they are.
    for number in range(1, min(_number(summary, "AccountAccessKeysPresent") or 0, 2) + 1):
        yield Credential(
            id=f"{arn}/access-key-{number}",
            provider="aws",
            kind="access-key",
            holder=arn,
            scope=known.scope,
            name=f"access key {number}",
            lifetime="never_expires",
            long_lived=True,
        )


def _number(summary: dict[str, Any], key: str) -> int | None:
    value = summary.get(key)
    return int(value) if isinstance(value, int | float) else None
