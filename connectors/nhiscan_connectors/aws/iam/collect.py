"""Collect IAM: the sweeps that tell of everybody, then only what they leave open, a user at a time.

Which calls are made follows from the answers alone, so a resumed scan makes the same ones. A user that is younger than
the report, or all users when there is no report, are asked for one by one. The report may be four hours old: a key that
a user whom it names was given since then is not seen before the next scan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from nhiscan.connector import Operation
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.documents import listed
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam import shapes
from nhiscan_connectors.aws.iam.codecommit import could_open
from nhiscan_connectors.aws.iam.policies import boundary_of
from nhiscan_connectors.aws.iam.report import ROOT, Row, match, rows
from nhiscan_connectors.aws.iam.usage import collect_usage
from nhiscan_connectors.aws.plan import USAGE

_WRITING = frozenset({"ReportInProgress", "ReportNotPresent"})
"""What AWS says while it writes the report."""

_PROBE = 16
"""Users that are asked for first: when not one of them is answered, the rest would not be either."""


class _User(msgspec.Struct, frozen=True):
    """What has to be remembered of a user until all sweeps are in."""

    name: str
    arn: str
    holds: tuple[str, ...]
    """Managed policies by ARN, and groups by name."""
    opens_code: bool
    """Whether a policy that lives in the user could open CodeCommit."""


class _Sweep(msgspec.Struct):
    """What the sweeps told, as far as it decides what else to ask."""

    users: list[_User] = []
    groups: dict[str, tuple[str, ...]] = {}
    """Managed policies of groups."""
    opening: set[str] = set()
    """Managed policies, by ARN, and groups, by name, that could open CodeCommit."""
    given: set[str] = set()
    """Managed policies whose document came."""
    referred: set[str] = set()
    """Managed policies that somebody holds or is bounded by."""
    roles: list[str] = []
    """ARNs of roles that are not linked to a service."""
    rows: dict[str, Row] = {}
    has_report: bool = False
    with_virtual: set[str] = set()
    """ARNs and names of users that have a virtual second factor."""


def collect(calls: Calls) -> None:
    """Ask for everything that IAM tells of an account."""
    sweep = _Sweep()
    tasks: tuple[Callable[[], None], ...] = (
        lambda: _report(calls, sweep),
        lambda: _details(calls, sweep),
        lambda: _virtual(calls, sweep),
        lambda: _rest(calls),
        lambda: _issuers(calls),
    )
    calls.each(lambda task: task(), tasks)
    if not sweep.has_report:
        _drain(calls.pages(ops.USERS))
    swept = {user.arn for user in sweep.users}
    others = [row for row in sweep.rows.values() if row.arn not in swept and row.user != ROOT]
    users = [*sweep.users, *(_User(row.user, row.arn, (), True) for row in others)]
    _users(calls, sweep, users)
    calls.each(lambda arn: _policy(calls, arn), sorted(sweep.referred - sweep.given))
    if calls.shard.options.get(USAGE):
        collect_usage(calls, [*(user.arn for user in users), *sweep.roles])


def _drain(pages: Iterable[object]) -> None:
    for _ in pages:
        pass


def _report(calls: Calls, sweep: _Sweep) -> None:
    ordered = calls.settled(ops.GENERATE, lambda body: body.get("State") == "COMPLETE")
    # Where no report could be ordered none is being written, and the last one is given at once or not at all.
    answer = calls.page_when_ready(ops.REPORT, _WRITING if ordered else frozenset())
    if answer is None:
        return
    try:
        sweep.rows = {row.arn: row for row in rows(str(answer.get("Content", "")))}
    except ValueError:
        return  # the parser says so in a gap; here it only means that every user is asked for
    sweep.has_report = True


def _virtual(calls: Calls, sweep: _Sweep) -> None:
    for device in calls.items(ops.VIRTUAL_MFA, "VirtualMFADevices", AssignmentStatus="Assigned"):
        user = device.get("User") or {}
        sweep.with_virtual.update(str(user[key]) for key in ("Arn", "UserName") if user.get(key))


def _rest(calls: Calls) -> None:
    calls.page(ops.SUMMARY)
    _drain(calls.pages(ops.ROLES))
    _drain(calls.pages(ops.SPECIFIC, AllUsers=True))
    _drain(calls.pages(ops.SERVER_CERTIFICATES))
    _drain(calls.pages(ops.DELEGATION))


def _issuers(calls: Calls) -> None:
    calls.page(ops.SAML_LIST)
    calls.page(ops.OUTBOUND)
    for item in calls.items(ops.OIDC_LIST, "OpenIDConnectProviderList"):
        calls.page(ops.OIDC, OpenIDConnectProviderArn=str(item.get("Arn")))


def _details(calls: Calls, sweep: _Sweep) -> None:
    for page in calls.pages(ops.DETAILS):
        for policy in shapes.read(page.get("Policies") or (), shapes.ManagedPolicy)[0]:
            documents = [version.document for version in policy.policy_version_list or () if version.is_default_version]
            if documents:
                sweep.given.add(policy.arn)
            if any(could_open(document) for document in documents):
                sweep.opening.add(policy.arn)
        for group in shapes.read(page.get("GroupDetailList") or (), shapes.Group)[0]:
            sweep.groups[group.group_name] = _attached(sweep, group)
            if _inline_opens(group.group_policy_list):
                sweep.opening.add(group.group_name)
        for role in shapes.read(page.get("RoleDetailList") or (), shapes.Role)[0]:
            _attached(sweep, role)
            if ":role/aws-service-role/" not in role.arn:
                sweep.roles.append(role.arn)
        for user in shapes.read(page.get("UserDetailList") or (), shapes.User)[0]:
            holds = (*_attached(sweep, user), *(user.group_list or ()))
            sweep.users.append(_User(user.user_name, user.arn, holds, _inline_opens(user.user_policy_list)))


def _attached(sweep: _Sweep, holder: shapes.Entity) -> tuple[str, ...]:
    attached = tuple(policy.policy_arn for policy in holder.attached_managed_policies or ())
    sweep.referred.update(attached)
    if boundary := boundary_of(holder):
        sweep.referred.add(boundary)
    return attached


def _inline_opens(inline: Sequence[shapes.InlinePolicy] | None) -> bool:
    return any(could_open(policy.policy_document) for policy in inline or ())


def _opens_code(sweep: _Sweep, user: _User) -> bool:
    """Whether an SSH key of the user could be worth anything. A policy that nobody has seen might make it so."""
    held = {policy for name in user.holds for policy in (name, *sweep.groups.get(name, ()))}
    unseen = {policy for policy in held if policy.startswith("arn:")} - sweep.given
    return user.opens_code or bool(unseen) or not held.isdisjoint(sweep.opening)


def _users(calls: Calls, sweep: _Sweep, users: list[_User]) -> None:
    """What the sweeps leave open, one operation after the other."""
    row_of = sweep.rows.get
    unnamed = [user.name for user in users if user.arn not in sweep.rows]

    def with_(shows: Callable[[Row], object]) -> list[str]:
        """Users whose row shows something that needs a further call, and those that have no row."""
        return [user.name for user in users if (row := row_of(user.arn)) is None or shows(row)]

    arns = {user.name: user.arn for user in users}
    _ask_each(calls, with_(lambda row: row.slots), lambda name: _keys(calls, name, row_of(arns[name])))
    calls.each(lambda name: calls.page(ops.LOGIN, UserName=name), unnamed)
    alone = [
        name
        for name in with_(lambda row: row.mfa)
        if name in unnamed or sweep.with_virtual.isdisjoint((name, arns[name]))
    ]
    _ask_each(calls, alone, _pages_of(calls, ops.MFA))
    _ask_each(calls, with_(lambda row: row.certificates), _pages_of(calls, ops.SIGNING))
    _ask_each(calls, [user.name for user in users if _opens_code(sweep, user)], _pages_of(calls, ops.SSH_KEYS))


def _ask_each(calls: Calls, names: list[str], ask: Callable[[str], bool]) -> None:
    """Ask about each user; stop when none of the first was answered, for a refusal needs no 5,000 repeats."""
    if any(calls.each(ask, names[:_PROBE])):
        calls.each(ask, names[_PROBE:])


def _pages_of(calls: Calls, operation: Operation) -> Callable[[str], bool]:
    def ask(name: str) -> bool:
        return len(list(calls.pages(operation, UserName=name))) > 0

    return ask


def _keys(calls: Calls, name: str, row: Row | None) -> bool:
    """The keys of a user, and the last use of those that the report does not tell apart."""
    pages = list(calls.pages(ops.KEYS, UserName=name))
    keys: list[dict[str, Any]] = [key for page in pages for key in page.get("AccessKeyMetadata") or ()]
    matched = match(row.slots, keys) if row else {}
    for id in listed([key.get("AccessKeyId") for key in keys]):
        if id not in matched:
            calls.page(ops.KEY_USED, AccessKeyId=id)
    return len(pages) > 0


def _policy(calls: Calls, arn: str) -> None:
    """The document of a policy that somebody holds and that the sweep did not give."""
    answer = calls.page(ops.POLICY, PolicyArn=arn)
    version = ((answer or {}).get("Policy") or {}).get("DefaultVersionId")
    if version:
        calls.page(ops.POLICY_VERSION, PolicyArn=arn, VersionId=version)
