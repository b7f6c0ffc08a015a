"""What users prove themselves with: passwords, access keys, keys of single services, SSH keys, certificates.

The report tells most of it for everybody at once. Calls that were made user by user add the ids, and stand in for the
report where it does not name a user. What neither tells is a gap with the names of those whom it concerns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from nhiscan.connector import Operation
from nhiscan.model import Activity, AnyRecord, Credential, Gap, Signal
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.known import Known, PerUser
from nhiscan_connectors.aws.iam.report import KEYS_TRACKED, PASSWORDS_TRACKED, Row, Slot, match
from nhiscan_connectors.aws.iam.tables import AI_NAMESPACES, SERVICE_CREDENTIALS
from nhiscan_connectors.common.fields import table
from nhiscan_connectors.common.times import moment

ENDLESS: Final = timedelta(days=10_000)
"""AWS takes a life of up to 36,600 days for an API key: what ends in a hundred years does not end."""
RECENT: Final = timedelta(days=90)
"""A sign-in younger than this, when the report was written, speaks for a person."""

_NAMED: Final = ("ServiceSpecificCredentialId", "UserName", "ServiceName")

Status: TypeAlias = Literal["active", "inactive", "expired"]
_STATUS: Final[dict[str, Status]] = {"active": "active", "inactive": "inactive", "expired": "expired"}


def status_of(value: Any) -> Status | None:
    """A status as AWS writes it."""
    return _STATUS.get(str(value).lower())


def parse_credentials(known: Known) -> Iterator[AnyRecord]:
    """Credentials of all users, what they say about their holders, and whose could not be read."""
    return _Credentials(known).records()


def key_of_slot(known: Known, arn: str, slot: Slot) -> Credential:
    """An access key that the report shows and that nobody would name."""
    return Credential(
        id=f"{arn}/access-key-{slot.number}",
        provider="aws",
        kind="access-key",
        holder=arn,
        scope=known.scope,
        name=f"access key {slot.number}",
        status="active" if slot.active else "inactive",
        created_at=slot.rotated,
        lifetime="never_expires",
        long_lived=True,
        activity=slot.activity,
    )


def password(
    known: Known,
    arn: str,
    *,
    status: Status | None,
    created: datetime | None = None,
    changed: datetime | None = None,
    activity: Activity | None,
) -> Credential:
    """The password for the console."""
    return Credential(
        id=f"{arn}/password",
        provider="aws",
        kind="password",
        holder=arn,
        scope=known.scope,
        name="console password",
        status=status,
        created_at=created,
        rotated_at=changed,
        activity=activity,
    )


def password_signals(known: Known, arn: str, activity: Activity | None, source: str) -> Iterator[Signal]:
    """What a password and its last use say about who has it."""
    yield Signal(subject=arn, name="console-password", detail="has a password for the console", source=source)
    used = activity.last_used_at if activity else None
    seen = known.report_at or known.details_at
    if used is not None and seen is not None and seen - used <= RECENT:
        detail = f"somebody signed in to the console on {used:%Y-%m-%d}"
        yield Signal(subject=arn, name="recent-console-sign-in", detail=detail, source=source)
    elif activity is not None and used is None:
        detail = "nobody ever signed in to the console with its password"
        yield Signal(subject=arn, name="console-password-never-used", detail=detail, source=source)


class _Credentials:
    def __init__(self, known: Known) -> None:
        self._known = known
        self._keys = PerUser(known.answers, ops.KEYS)
        self._logins = PerUser(known.answers, ops.LOGIN)
        self._certificates = PerUser(known.answers, ops.SIGNING)
        self._ssh = PerUser(known.answers, ops.SSH_KEYS)
        self._key_uses = PerUser(known.answers, ops.KEY_USED, "AccessKeyId")
        self._sign_ins = self._last_sign_ins()
        self._unknown: dict[str, tuple[Operation, list[str]]] = {}
        """Users of whom an operation would have told something, by the operation's name."""

    def records(self) -> Iterator[AnyRecord]:
        for arn, name, row in self._known.each_user():
            has_password, told = self._password(arn, name, row)
            yield from told
            keys = list(self._access_keys(arn, name, row))
            yield from keys
            if keys and has_password is False:
                detail = "has access keys and no password"
                yield Signal(subject=arn, name="access-keys-only", detail=detail, source=ops.KEYS.name)
            yield from _used_for_ai(arn, keys)
            yield from self._signing(arn, name, row)
            yield from self._ssh_keys(arn, name)
        yield from self._specific()
        yield from self._server_certificates()
        yield from self._gaps()

    def _miss(self, operation: Operation, arn: str) -> None:
        self._unknown.setdefault(operation.name, (operation, []))[1].append(arn)

    def _last_sign_ins(self) -> dict[str, Activity] | None:
        """Last use of passwords by ARN, from the list of users; None when it was not asked for, or refused."""
        if not self._known.complete(ops.USERS):
            return None
        found: dict[str, Activity] = {}
        for user in self._known.fields.items(ops.USERS, "Users"):
            used = moment(user.get("PasswordLastUsed"))
            since = PASSWORDS_TRACKED if used is None else None
            found[str(user.get("Arn"))] = Activity(last_used_at=used, observed_since=since, source=ops.USERS.name)
        return found

    def _password(self, arn: str, name: str, row: Row | None) -> tuple[bool | None, list[AnyRecord]]:
        """Whether there is a password, None when that is not known, and the records about it."""
        known = self._known
        if row is not None and row.password is not None:
            if not row.password:
                return False, []
            activity = row.password_activity
            record = password(known, arn, status="active", changed=row.password_changed, activity=activity)
            return True, [record, *password_signals(known, arn, activity, ops.REPORT.name)]
        bodies = self._logins.answer(name)
        if bodies is None:
            self._miss(ops.LOGIN, arn)
            return None, []
        if not bodies:
            return False, []
        made = moment(table(bodies[0].get("LoginProfile")).get("CreateDate"))
        activity = (self._sign_ins or {}).get(arn)
        record = password(known, arn, status="active", created=made, activity=activity)
        return True, [record, *password_signals(known, arn, activity, ops.LOGIN.name)]

    def _access_keys(self, arn: str, name: str, row: Row | None) -> Iterator[Credential]:
        keys = self._keys.items(name, "AccessKeyMetadata")
        if keys is None:
            if row is None:
                self._miss(ops.KEYS, arn)
            yield from (key_of_slot(self._known, arn, slot) for slot in (row.slots if row else ()))
            return
        matched = match(row.slots, keys) if row else {}
        for key in keys:
            id = str(key.get("AccessKeyId"))
            slot = matched.get(id)
            yield Credential(
                id=id,
                provider="aws",
                kind="access-key",
                holder=arn,
                scope=self._known.scope,
                name=id,
                status=status_of(key.get("Status")),
                created_at=moment(key.get("CreateDate")),
                lifetime="never_expires",
                long_lived=True,
                activity=slot.activity if slot else self._key_use(id),
            )

    def _key_use(self, id: str) -> Activity | None:
        bodies = self._key_uses.answer(id)
        last = bodies[0].get("AccessKeyLastUsed") if bodies else None
        if not isinstance(last, dict):
            return None
        used = moment(last.get("LastUsedDate"))
        if used is None:
            return Activity(observed_since=KEYS_TRACKED, source=ops.KEY_USED.name)
        words = [str(word) for word in (last.get("ServiceName"), last.get("Region")) if word and word != "N/A"]
        return Activity(last_used_at=used, detail=" in ".join(words), source=ops.KEY_USED.name)

    def _signing(self, arn: str, name: str, row: Row | None) -> Iterator[Credential]:
        listed = self._certificates.items(name, "Certificates")
        if listed is None:
            if row is None:
                self._miss(ops.SIGNING, arn)
            for certificate in row.certificates if row else ():
                status: Status = "active" if certificate.active else "inactive"
                yield self._certificate(arn, f"certificate-{certificate.number}", status, certificate.rotated)
        for item in listed or ():
            id = str(item.get("CertificateId"))
            status_ = status_of(item.get("Status"))
            yield self._certificate(arn, f"signing-certificate/{id}", status_, moment(item.get("UploadDate")))

    def _certificate(self, arn: str, id: str, status: Status | None, made: datetime | None) -> Credential:
        return Credential(
            id=f"{arn}/{id}",
            provider="aws",
            kind="signing-certificate",
            holder=arn,
            scope=self._known.scope,
            name=id.rpartition("/")[2],
            status=status,
            created_at=made,
            secret=False,  # AWS keeps the public half
        )

    def _ssh_keys(self, arn: str, name: str) -> Iterator[Credential]:
        if self._ssh.was_refused(name):
            self._miss(ops.SSH_KEYS, arn)
        for item in self._ssh.items(name, "SSHPublicKeys") or ():
            yield Credential(
                id=str(item.get("SSHPublicKeyId")),
                provider="aws",
                kind="ssh-key",
                holder=arn,
                scope=self._known.scope,
                name=str(item.get("SSHPublicKeyId")),
                status=status_of(item.get("Status")),
                created_at=moment(item.get("UploadDate")),
                lifetime="never_expires",
                long_lived=True,
                secret=False,  # AWS keeps the public half
                service="codecommit.amazonaws.com",
            )

    def _specific(self) -> Iterator[AnyRecord]:
        for item in self._known.fields.items(ops.SPECIFIC, "ServiceSpecificCredentials", *_NAMED):
            arn = self._known.user_named(item["UserName"])
            service = str(item["ServiceName"])
            created, expires = moment(item.get("CreateDate")), moment(item.get("ExpirationDate"))
            status, ai = status_of(item.get("Status")), SERVICE_CREDENTIALS.get(service.lower(), "")
            # No date means that it never ends; so does one that nobody who made it will live to see.
            absent = item.get("ExpirationDate") is None
            endless = absent or (expires is not None and created is not None and expires - created > ENDLESS)
            yield Credential(
                id=item["ServiceSpecificCredentialId"],
                provider="aws",
                kind="service-specific",
                holder=arn,
                scope=self._known.scope,
                name=str(item.get("ServiceCredentialAlias") or item.get("ServiceUserName") or service),
                status=status,
                created_at=created,
                expires_at=expires,
                lifetime="never_expires" if endless else "expires" if expires else "unknown",
                long_lived=True,
                service=service,
                ai_provider=ai,
            )
            if ai and status == "active":
                detail = f"holds an active API key that opens {service}"
                yield Signal(subject=arn, name="ai-service-credential", detail=detail, source=ops.SPECIFIC.name)

    def _server_certificates(self) -> Iterator[Credential]:
        for item in self._known.fields.items(ops.SERVER_CERTIFICATES, "ServerCertificateMetadataList", "Arn"):
            # It proves the name of a host, and no identity of IAM: the account holds it.
            yield Credential(
                id=item["Arn"],
                provider="aws",
                kind="server-certificate",
                holder=self._known.scope,
                scope=self._known.scope,
                name=str(item.get("ServerCertificateName") or item["Arn"]),
                created_at=moment(item.get("UploadDate")),
                expires_at=moment(item.get("Expiration")),
                lifetime="expires",
                secret=False,  # IAM gives the private key to nobody
            )

    def _gaps(self) -> Iterator[Gap]:
        known = self._known
        if known.report_problem:
            yield known.gap(ops.REPORT, ops.REPORT.hides, detail=known.report_problem)
        told = known.complete(ops.REPORT) and not known.report_problem
        if not (told or known.details_complete):
            hides = "which users there are, and what they prove themselves with"
            yield known.gap(ops.REPORT, hides, "credentials", "mfa", "activity")
            return
        for operation, users in self._unknown.values():
            yield known.gap(operation, operation.hides, "credentials", subjects=users)
        users = [user.arn for user in known.users]
        if users and not known.complete(ops.SPECIFIC):
            yield known.gap(ops.SPECIFIC, ops.SPECIFIC.hides, "credentials", subjects=users)
        if not known.complete(ops.SERVER_CERTIFICATES):
            hides = ops.SERVER_CERTIFICATES.hides
            yield known.gap(ops.SERVER_CERTIFICATES, hides, "credentials", subjects=[known.scope])


def _used_for_ai(arn: str, keys: list[Credential]) -> Iterator[Signal]:
    """Keys whose last use went to a model or an agent."""
    for key in keys:
        if key.activity is None or key.activity.last_used_at is None:
            continue
        service = key.activity.detail.partition(" in ")[0]
        if service.lower() in AI_NAMESPACES:
            detail = f"{key.name} was last used with {service} on {key.activity.last_used_at:%Y-%m-%d}"
            yield Signal(subject=arn, name="ai-service-last-used", detail=detail, source=key.activity.source)
