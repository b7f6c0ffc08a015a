"""Credentials and second factors of an account, from the report, the sweeps and the calls a user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from nhiscan.connector import Shard
from nhiscan.model import Activity, AnyRecord, Credential, Factor, FactorState, Gap, Identity, Signal
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.report import ROOT, Row, Slot, match, rows
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.aws.times import moment

RECENT = timedelta(days=90)
"""A sign-in younger than this, when the report was made, speaks for a person."""
FOREVER = timedelta(days=10_000)
"""AWS takes a life of up to 36,600 days for an API key: what ends in a hundred years does not end."""

AI_SERVICES = {
    "bedrock.amazonaws.com": "bedrock",
    "bedrock-mantle.amazonaws.com": "bedrock",
    "aws-external-anthropic.amazonaws.com": "anthropic",
}
"""Services whose service-specific credentials open an LLM provider."""

_AI_USED = ("bedrock", "aws-external-anthropic")

Status = Literal["active", "inactive", "expired"]
_STATUS: dict[str, Status] = {"active": "active", "inactive": "inactive", "expired": "expired"}


def parse_credentials(shard: Shard, answers: Answers, users: Mapping[str, str]) -> Iterator[AnyRecord]:
    """Everything that users and the root user prove themselves with. `users` are ARNs by name."""
    return _Credentials(shard, answers, users).records()


class _Credentials:
    def __init__(self, shard: Shard, answers: Answers, users: Mapping[str, str]) -> None:
        self._shard = shard
        self._scope = shard.scope
        self._answers = answers
        self._users = users
        self._at = max((at for item in answers.of(ops.REPORT) if (at := moment(item.at))), default=None)

    def records(self) -> Iterator[AnyRecord]:
        report, problem = self._report()
        if problem is not None:
            yield problem
        partition = next(iter(self._users.values()), "arn:aws:").split(":")[1]
        yield from self._root(report.get(ROOT), partition)
        keys = self._answers.by_param(ops.KEYS, "UserName")
        used = self._answers.by_param(ops.KEY_USED, "AccessKeyId")
        logins = self._answers.by_param(ops.LOGIN, "UserName")
        for name, arn in self._users.items():
            row = report.get(name)
            listed = [key for body in keys.get(name, ()) for key in body.get("AccessKeyMetadata") or ()]
            if row is not None:
                yield from self._password(arn, row)
                if row.mfa is not None:
                    yield FactorState(identity=arn, present=row.mfa, source=ops.REPORT.name)
            elif name in logins:
                yield self._login(arn, logins[name][0])
            own = list(self._keys(arn, row, listed, used))
            yield from own
            if own and not (row.password if row else name in logins):
                detail = "has access keys and no password"
                yield Signal(subject=arn, name="access-keys-only", detail=detail, source=ops.REPORT.name)
        yield from self._specific()
        yield from self._ssh_keys()
        yield from self._certificates()
        yield from self._factors()

    def _report(self) -> tuple[dict[str, Row], Gap | None]:
        for body in self._answers.bodies(ops.REPORT):
            try:
                return {row.user: row for row in rows(str(body.get("Content", "")))}, None
            except ValueError as error:
                return {}, Gap(
                    connector="aws",
                    scope=self._scope,
                    operation=ops.REPORT.name,
                    reason="failed",
                    hides=ops.REPORT.hides,
                    detail=str(error),
                    blinds=ops.REPORT.blinds,
                )
        return {}, None

    def _root(self, row: Row | None, partition: str) -> Iterator[AnyRecord]:
        """The root user: from the report, or as much as the account summary says of it."""
        arn = f"arn:{partition}:iam::{self._scope.removeprefix('aws:')}:root"
        summary = next((body.get("SummaryMap") or {} for body in self._answers.bodies(ops.SUMMARY)), None)
        if row is None and summary is None:
            return
        yield Identity(
            id=arn,
            provider="aws",
            kind="root-user",
            name="root user",
            scope=self._scope,
            created_at=row.created if row else None,
            attributes={"root": "true"},
        )
        yield Signal(subject=arn, name="root-user", detail="is the root user of the account", source=(ops.REPORT.name))
        if row is not None:
            yield from self._password(arn, row)
            if row.mfa is not None:
                yield FactorState(identity=arn, present=row.mfa, source=ops.REPORT.name)
            for slot in row.slots:
                yield self._key(arn, f"{arn}/access-key-{slot.number}", "", None, slot, None)
        elif summary is not None:
            if "AccountMFAEnabled" in summary:
                present = bool(summary["AccountMFAEnabled"])
                yield FactorState(identity=arn, present=present, source=ops.SUMMARY.name)
            if summary.get("AccountAccessKeysPresent"):
                yield self._key(arn, f"{arn}/access-key", "Active", None, None, None)

    def _password(self, arn: str, row: Row) -> Iterator[AnyRecord]:
        if not row.password:
            return
        known = row.password_used_known
        yield Credential(
            id=f"{arn}/password",
            provider="aws",
            kind="password",
            holder=arn,
            scope=self._scope,
            name="console password",
            status="active",
            created_at=row.password_changed or row.created,
            rotated_at=row.password_changed,
            activity=Activity(last_used_at=row.password_used, source=ops.REPORT.name) if known else None,
        )
        yield Signal(subject=arn, name="console-password", detail="has a console password", source=ops.REPORT.name)
        if row.password_used is not None and self._at is not None and self._at - row.password_used < RECENT:
            detail = f"signed in to the console on {row.password_used:%Y-%m-%d}"
            yield Signal(subject=arn, name="recent-console-sign-in", detail=detail, source=ops.REPORT.name)
        elif row.password_used is None and known:
            detail = "never signed in to the console"
            yield Signal(subject=arn, name="console-password-never-used", detail=detail, source=ops.REPORT.name)

    def _login(self, arn: str, body: Mapping[str, Any]) -> Credential:
        """A password of a user that the report does not have: nobody tells when it was used."""
        return Credential(
            id=f"{arn}/password",
            provider="aws",
            kind="password",
            holder=arn,
            scope=self._scope,
            name="console password",
            status="active",
            created_at=moment((body.get("LoginProfile") or {}).get("CreateDate")),
        )

    def _keys(
        self, arn: str, row: Row | None, listed: list[dict[str, Any]], used: Mapping[Any, list[dict[str, Any]]]
    ) -> Iterator[AnyRecord]:
        matched = match(row.slots, listed) if row is not None else None
        for key in listed:
            id = str(key["AccessKeyId"])
            last = next((body.get("AccessKeyLastUsed") or {} for body in used.get(id, ())), None)
            slot = matched.get(id) if matched else None
            yield self._key(arn, id, str(key.get("Status", "")), moment(key.get("CreateDate")), slot, last)
            service = slot.service if slot else str((last or {}).get("ServiceName", ""))
            if service.startswith(_AI_USED):
                detail = f"used access key {id} with {service}"
                yield Signal(subject=arn, name="ai-service-last-used", detail=detail, source=ops.REPORT.name)
        if row is not None and row.slots and not listed:
            # The report shows keys whose ids nobody would tell: they count all the same.
            for slot in row.slots:
                yield self._key(arn, f"{arn}/access-key-{slot.number}", "", None, slot, None)

    def _key(
        self,
        arn: str,
        id: str,
        status: str,
        created: datetime | None,
        slot: Slot | None,
        last: Mapping[str, Any] | None,
    ) -> Credential:
        activity: Activity | None = None
        if slot is not None:
            detail = " in ".join(part for part in (slot.service, slot.region) if part) if slot.used else ""
            activity = Activity(last_used_at=slot.used, detail=detail, source=ops.REPORT.name)
            status = status or ("Active" if slot.active else "Inactive")
            created = created or slot.rotated
        elif last is not None:
            when = moment(last.get("LastUsedDate"))
            detail = f"{last.get('ServiceName')} in {last.get('Region')}" if when else ""
            activity = Activity(last_used_at=when, detail=detail, source=ops.KEY_USED.name)
        return Credential(
            id=id,
            provider="aws",
            kind="access-key",
            holder=arn,
            scope=self._scope,
            name=id.rpartition("/")[2],
            status=_STATUS.get(status.lower()),
            created_at=created,
            lifetime="never_expires",
            long_lived=True,
            activity=activity,
        )

    def _specific(self) -> Iterator[AnyRecord]:
        for item in self._answers.items(ops.SPECIFIC, "ServiceSpecificCredentials"):
            name, service = str(item.get("UserName")), str(item.get("ServiceName"))
            arn = self._users.get(name)
            if arn is None:
                continue
            created, expires = moment(item.get("CreateDate")), moment(item.get("ExpirationDate"))
            ai = AI_SERVICES.get(service, "")
            # No date means that it never ends, and so does one a hundred years from now.
            endless = expires is None or (created is not None and expires - created > FOREVER)
            status = _STATUS.get(str(item.get("Status", "")).lower())
            yield Credential(
                id=str(item["ServiceSpecificCredentialId"]),
                provider="aws",
                kind="service-specific",
                holder=arn,
                scope=self._scope,
                name=str(item.get("ServiceCredentialAlias") or item.get("ServiceUserName") or service),
                status=status,
                created_at=created,
                expires_at=expires,
                lifetime="never_expires" if endless else "expires",
                long_lived=True,
                service=service,
                ai_provider=ai,
            )
            if ai and status == "active":
                detail = f"has an active API key of {service}"
                yield Signal(subject=arn, name="ai-service-credential", detail=detail, source=ops.SPECIFIC.name)

    def _ssh_keys(self) -> Iterator[Credential]:
        for item in self._answers.items(ops.SSH_KEYS, "SSHPublicKeys"):
            arn = self._users.get(str(item.get("UserName")))
            if arn is not None:
                yield Credential(
                    id=str(item["SSHPublicKeyId"]),
                    provider="aws",
                    kind="ssh-key",
                    holder=arn,
                    scope=self._scope,
                    name=str(item["SSHPublicKeyId"]),
                    status=_STATUS.get(str(item.get("Status", "")).lower()),
                    created_at=moment(item.get("UploadDate")),
                    lifetime="never_expires",
                    long_lived=True,
                    service="codecommit.amazonaws.com",
                )

    def _certificates(self) -> Iterator[Credential]:
        for item in self._answers.items(ops.SIGNING, "Certificates"):
            arn = self._users.get(str(item.get("UserName")))
            if arn is not None:
                yield Credential(
                    id=f"{arn}/signing-certificate/{item['CertificateId']}",
                    provider="aws",
                    kind="signing-certificate",
                    holder=arn,
                    scope=self._scope,
                    name=str(item["CertificateId"]),
                    status=_STATUS.get(str(item.get("Status", "")).lower()),
                    created_at=moment(item.get("UploadDate")),
                    long_lived=True,
                )
        for item in self._answers.items(ops.SERVER_CERTIFICATES, "ServerCertificateMetadataList"):
            # A server certificate proves a host, not an identity of IAM: the account holds it.
            yield Credential(
                id=str(item["Arn"]),
                provider="aws",
                kind="server-certificate",
                holder=self._scope,
                scope=self._scope,
                name=str(item.get("ServerCertificateName") or item["Arn"]),
                created_at=moment(item.get("UploadDate")),
                expires_at=moment(item.get("Expiration")),
                lifetime="expires",
                secret=False,
            )

    def _factors(self) -> Iterator[AnyRecord]:
        told: set[str] = set()
        devices = [
            *self._answers.items(ops.VIRTUAL_MFA, "VirtualMFADevices"),
            *self._answers.items(ops.MFA, "MFADevices"),
        ]
        for device in devices:
            user = device.get("User") or {}
            name = str(device.get("UserName") or user.get("UserName") or "")
            serial = str(device.get("SerialNumber") or "")
            arn = self._users.get(name)
            if not serial or serial in told or arn is None:
                continue
            told.add(serial)
            passkey = ":u2f/" in serial
            kind: Literal["totp", "passkey", "hardware"] = (
                "passkey" if passkey else "totp" if ":mfa/" in serial else "hardware"
            )
            yield Factor(
                id=serial,
                identity=arn,
                kind=kind,
                phishing_resistant=passkey,
                enabled_at=moment(device.get("EnableDate")),
            )
            detail = f"has a second factor ({kind})"
            yield Signal(subject=arn, name="mfa-device", detail=detail, source=ops.VIRTUAL_MFA.name)
        for name, bodies in self._answers.by_param(ops.MFA, "UserName").items():
            arn = self._users.get(str(name))
            if arn is not None and not any(body.get("MFADevices") for body in bodies):
                yield FactorState(identity=arn, present=False, source=ops.MFA.name)
