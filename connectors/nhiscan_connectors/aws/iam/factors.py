"""Second factors: which ones are known, and of whom it is known only that there is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from nhiscan.model import AnyRecord, Factor, FactorState, Signal
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.known import Known, PerUser
from nhiscan_connectors.common.times import moment

FactorKind: TypeAlias = Literal["totp", "hardware", "passkey", "push", "sms", "unknown"]


def parse_factors(known: Known) -> Iterator[AnyRecord]:
    """The second factors of all users and of the root user."""
    devices = _virtual(known)
    listed = PerUser(known.answers, ops.MFA)
    unknown: list[str] = []
    for arn, name, row in known.each_user():
        own = listed.items(name, "MFADevices")
        serials = {device.id for device in devices[arn]}
        for item in own or ():
            if (serial := str(item.get("SerialNumber") or "")) and serial not in serials:
                devices[arn].append(_factor(arn, serial, item))
        state: FactorState | None = None
        if row is not None and row.mfa is not None:
            state = FactorState(identity=arn, present=row.mfa, source=ops.REPORT.name)
        elif own is not None:
            state = FactorState(identity=arn, present=bool(devices[arn]), source=ops.MFA.name)
        elif not devices[arn]:
            unknown.append(arn)
        if state is not None:
            yield state
        if devices[arn] or (state is not None and state.present):
            yield _signal(arn, len(devices[arn]), state.source if state else ops.VIRTUAL_MFA.name)
    for factors in devices.values():
        yield from factors
    if unknown:
        yield known.gap(ops.MFA, "whether the users have a second factor", "mfa", subjects=unknown)


def _virtual(known: Known) -> defaultdict[str, list[Factor]]:
    """Virtual devices by the ARN of who signs in with them."""
    found: defaultdict[str, list[Factor]] = defaultdict(list)
    for item in known.fields.items(ops.VIRTUAL_MFA, "VirtualMFADevices"):
        user, serial = item.get("User"), str(item.get("SerialNumber") or "")
        if isinstance(user, dict) and serial:
            arn = str(user.get("Arn") or known.user_named(str(user.get("UserName"))))
            found[arn].append(_factor(arn, serial, item))
    return found


def _factor(arn: str, serial: str, item: dict[str, Any]) -> Factor:
    kind = kind_of(serial)
    return Factor(
        id=serial,
        identity=arn,
        kind=kind,
        phishing_resistant=None if kind == "unknown" else kind == "passkey",
        enabled_at=moment(item.get("EnableDate")),
    )


def kind_of(serial: str) -> FactorKind:
    """What a serial number says: an ARN for virtual devices and passkeys, a maker's number for hardware."""
    if not serial.startswith("arn:"):
        return "hardware"
    resource = serial.rpartition(":")[2].partition("/")[0]
    kinds: dict[str, FactorKind] = {"mfa": "totp", "u2f": "passkey", "sms-mfa": "sms"}
    return kinds.get(resource, "unknown")


def _signal(arn: str, number: int, source: str) -> Signal:
    detail = "has a second factor" if number < 2 else f"has {number} second factors"
    return Signal(subject=arn, name="mfa-device", detail=detail, source=source)
