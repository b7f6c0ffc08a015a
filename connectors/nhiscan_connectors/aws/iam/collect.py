"""Collect IAM: the sweeps that tell of everybody, then only what they leave open, a user at a time."""

from __future__ import annotations

from typing import Any

import msgspec

from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.report import Row, match, rows

_PREPARING = frozenset({"ReportInProgress", "ReportNotPresent", "CredentialReportNotReadyException"})


class _User(msgspec.Struct, frozen=True):
    name: str
    code: bool
    """Whether some policy of the user could open CodeCommit, the only place for an SSH key."""


def collect(calls: Calls) -> None:
    """Ask for everything that IAM tells of an account."""
    users = _sweep(calls)
    report = _report(calls)
    calls.page(ops.SUMMARY)
    virtual = {
        str(device["User"].get("UserName", ""))
        for device in calls.items(ops.VIRTUAL_MFA, "VirtualMFADevices", AssignmentStatus="Assigned")
        if device.get("User")
    }
    for _ in calls.pages(ops.SPECIFIC, AllUsers=True):
        pass

    def one(user: _User) -> None:
        _user(calls, user, report.get(user.name), user.name in virtual)

    calls.each(one, users)
    _federation(calls)
    for operation in (ops.SERVER_CERTIFICATES, ops.DELEGATION):
        for _ in calls.pages(operation):
            pass


def _sweep(calls: Calls) -> list[_User]:
    found: list[tuple[str, bool, list[str]]] = []
    opening: set[str] = set()
    for page in calls.pages(ops.DETAILS):
        for group in page.get("GroupDetailList") or ():
            if _opens_code(group, group.get("GroupPolicyList")):
                opening.add(str(group.get("GroupName")))
        for policy in page.get("Policies") or ():
            if "codecommit" in str(policy.get("PolicyVersionList", "")).lower() or _everything(policy):
                opening.add(str(policy.get("Arn")))
        for user in page.get("UserDetailList") or ():
            attached = [str(policy.get("PolicyArn")) for policy in user.get("AttachedManagedPolicies") or ()]
            names = [*attached, *map(str, user.get("GroupList") or ())]
            found.append((str(user["UserName"]), _opens_code(user, user.get("UserPolicyList")), names))
    return [_User(name, own or not opening.isdisjoint(names)) for name, own, names in found]


def _opens_code(holder: dict[str, Any], inline: Any) -> bool:
    """A cheap look at texts: too wide costs a call, and too narrow would hide a key, so it errs to the wide side."""
    attached = str(holder.get("AttachedManagedPolicies") or "")
    text = str(inline or "")
    return (
        "codecommit" in text.lower()
        or "'*'" in text
        or '"*"' in text
        or "%22%2A%22" in text
        or "CodeCommit" in attached
        or "AdministratorAccess" in attached
        or "PowerUserAccess" in attached
    )


def _everything(policy: dict[str, Any]) -> bool:
    return str(policy.get("PolicyName")) in {"AdministratorAccess", "PowerUserAccess"} or "'Action': '*'" in str(
        policy.get("PolicyVersionList", "")
    )


def _report(calls: Calls) -> dict[str, Row]:
    calls.page(ops.GENERATE)
    answer = calls.page_when_ready(ops.REPORT, _PREPARING)
    if answer is None:
        return {}
    try:
        return {row.user: row for row in rows(str(answer.get("Content", "")))}
    except ValueError:
        return {}  # the parser says so in a gap; here it only means that every user is asked for


def _user(calls: Calls, user: _User, row: Row | None, virtual: bool) -> None:
    """What the sweep and the report leave open of one user."""
    if row is None:
        calls.page(ops.LOGIN, UserName=user.name)
        for _ in calls.pages(ops.MFA, UserName=user.name):
            pass
    elif row.mfa and not virtual:
        for _ in calls.pages(ops.MFA, UserName=user.name):
            pass
    if row is None or row.slots:
        keys = list(calls.items(ops.KEYS, "AccessKeyMetadata", UserName=user.name))
        if row is None or match(row.slots, keys) is None:
            for key in keys:
                calls.page(ops.KEY_USED, AccessKeyId=key["AccessKeyId"])
    if row is None or row.certificates:
        for _ in calls.pages(ops.SIGNING, UserName=user.name):
            pass
    if user.code:
        for _ in calls.pages(ops.SSH_KEYS, UserName=user.name):
            pass


def _federation(calls: Calls) -> None:
    providers = [
        str(item["Arn"]) for item in calls.items(ops.OIDC_LIST, "OpenIDConnectProviderList") if item.get("Arn")
    ]
    calls.each(lambda arn: calls.page(ops.OIDC, OpenIDConnectProviderArn=arn), providers)
    calls.page(ops.SAML_LIST)
    calls.page(ops.OUTBOUND)
