"""IAM's sweep, GetAccountAuthorizationDetails, paged as AWS pages it: over users, groups, roles and policies together.

Of AWS's own managed policies it gives those that something in the account uses.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from tests.clouds.aws.overlay import Context, answers, paged

_KINDS: Final = ("User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy")
_KEEP: Final = 8
"""Sweeps of an account that are remembered at a time."""


@dataclass
class _Sweep:
    """What a sweep found when it began; a page only has to be cut from it and written out."""

    entries: list[tuple[str, Callable[[], dict[str, Any]]]]
    """Key of the answer that an entry belongs to, and what makes it."""


@dataclass
class _Sweeps:
    """Sweeps under way, by the filter that they were asked with."""

    by_filter: OrderedDict[tuple[str, ...], _Sweep] = field(default_factory=OrderedDict)


@answers("iam", "GetAccountAuthorizationDetails")
def _details(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    wanted = tuple(sorted(params.get("Filter") or _KINDS))
    marker = params.get("Marker")
    sweeps = context.state(_Sweeps).by_filter
    sweep = sweeps.get(wanted) if marker else None
    if sweep is None:
        sweep = sweeps[wanted] = _begin(context.account, wanted)
        while len(sweeps) > _KEEP:
            sweeps.popitem(last=False)
    page, marker = paged(sweep.entries, marker, int(params.get("MaxItems") or 100))
    answer: dict[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    for key, entry in page:
        answer[key].append(entry())
    return {**answer, "IsTruncated": marker is not None, **({"Marker": marker} if marker else {})}


def _begin(account: str, wanted: tuple[str, ...]) -> _Sweep:
    iam = _backend(account)
    entries: list[tuple[str, Callable[[], dict[str, Any]]]] = []
    if "User" in wanted:
        groups: dict[str, list[str]] = defaultdict(list)
        for group in iam.groups.values():
            for user in group.users:
                groups[user.name].append(group.name)
        entries += [("UserDetailList", partial(_user, iam, user, groups)) for user in iam.users.values()]
    if "Group" in wanted:
        entries += [("GroupDetailList", partial(_group, group)) for group in iam.groups.values()]
    if "Role" in wanted:
        profiles: dict[str, list[Any]] = defaultdict(list)
        for profile in iam.instance_profiles.values():
            for role in profile.roles:
                profiles[role.id].append(profile)
        entries += [("RoleDetailList", partial(_role, role, profiles)) for role in iam.roles.values()]
    boundaries = Counter(_boundaries(iam))
    for policy in iam.managed_policies.values():
        kind = "AWSManagedPolicy" if ":iam::aws:" in policy.arn else "LocalManagedPolicy"
        if kind in wanted:
            entries.append(("Policies", partial(_policy, policy, boundaries)))
    return _Sweep(entries)


def _backend(account: str) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[account]["aws"]


def _boundaries(iam: Any) -> list[str]:
    users = [getattr(user, "permissions_boundary", None) for user in iam.users.values()]
    roles = [role.permissions_boundary for role in iam.roles.values()]
    return [boundary["PermissionsBoundaryArn"] for boundary in (*users, *roles) if boundary]


def _inline(policies: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyDocument": quote(text, safe="")} for name, text in policies.items()]


def _attached(holder: Any) -> list[dict[str, str]]:
    return [{"PolicyName": policy.name, "PolicyArn": arn} for arn, policy in holder.managed_policies.items()]


def _user(iam: Any, user: Any, groups: Mapping[str, list[str]]) -> dict[str, Any]:
    boundary = getattr(user, "permissions_boundary", None)
    tags = iam.tagger.list_tags_for_resource(user.arn)["Tags"]
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.create_date,
        **({"UserPolicyList": _inline(user.policies)} if user.policies else {}),
        "GroupList": groups.get(user.name, []),
        "AttachedManagedPolicies": _attached(user),
        **({"PermissionsBoundary": boundary} if boundary else {}),
        "Tags": tags,
    }


def _group(group: Any) -> dict[str, Any]:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.create_date,
        "GroupPolicyList": _inline(group.policies),
        "AttachedManagedPolicies": _attached(group),
    }


def _role(role: Any, profiles: Mapping[str, list[Any]]) -> dict[str, Any]:
    return {
        **_role_core(role),
        "InstanceProfileList": [_profile(profile) for profile in profiles.get(role.id, [])],
        "RolePolicyList": _inline(role.policies),
        "AttachedManagedPolicies": _attached(role),
        **({"PermissionsBoundary": role.permissions_boundary} if role.permissions_boundary else {}),
        "Tags": role.tags,
        "RoleLastUsed": _last_used(role),
    }


def _role_core(role: Any) -> dict[str, Any]:
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": quote(role.assume_role_policy_document, safe=""),
    }


def _last_used(role: Any) -> dict[str, Any]:
    if role.last_used is None:
        return {}
    return {"LastUsedDate": role.last_used, "Region": role.last_used_region or "us-east-1"}


def _profile(profile: Any) -> dict[str, Any]:
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": profile.arn,
        "CreateDate": profile.create_date,
        "Roles": [_role_core(role) for role in profile.roles],
    }


def _policy(policy: Any, boundaries: Mapping[str, int]) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": boundaries.get(policy.arn, 0),
        "IsAttachable": True,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": [
            {
                "Document": quote(version.document, safe=""),
                "VersionId": version.version_id,
                "IsDefaultVersion": version.is_default,
                "CreateDate": version.create_date,
            }
            for version in policy.versions
        ],
    }
