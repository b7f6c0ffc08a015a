"""The shapes of IAM's answers, as far as nhiscan reads them, and a reader that says which entries break them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class Tag(msgspec.Struct, frozen=True, rename="pascal"):
    """A tag."""

    key: str
    value: str | None = ""


class InlinePolicy(msgspec.Struct, frozen=True, rename="pascal"):
    """A policy that lives in its holder. The document is an object, JSON text, or URL-encoded JSON text."""

    policy_name: str
    policy_document: Any = None


class Attached(msgspec.Struct, frozen=True, rename="pascal"):
    """A managed policy that a holder refers to."""

    policy_arn: str
    policy_name: str | None = ""


class Boundary(msgspec.Struct, frozen=True, rename="pascal"):
    """The permissions boundary of a user or role."""

    permissions_boundary_arn: str | None = ""


class Entity(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """What users, groups and roles have in common. Times stay as they were written: a bad one is unknown, no defect."""

    arn: str
    path: str | None = "/"
    create_date: Any = None
    tags: list[Tag] | None = None
    attached_managed_policies: list[Attached] | None = None
    permissions_boundary: Boundary | None = None


class User(Entity, frozen=True, kw_only=True, rename="pascal"):
    """An element of UserDetailList."""

    user_name: str
    user_id: str | None = ""
    user_policy_list: list[InlinePolicy] | None = None
    group_list: list[str] | None = None


class Group(Entity, frozen=True, kw_only=True, rename="pascal"):
    """An element of GroupDetailList."""

    group_name: str
    group_policy_list: list[InlinePolicy] | None = None


class LastUsed(msgspec.Struct, frozen=True, rename="pascal"):
    """When a role was last used. Empty: not within the time that AWS remembers."""

    last_used_date: Any = None
    region: str | None = ""


class InstanceProfile(msgspec.Struct, frozen=True, rename="pascal"):
    """What carries a role into an EC2 instance."""

    arn: str
    instance_profile_name: str | None = ""


class Role(Entity, frozen=True, kw_only=True, rename="pascal"):
    """An element of RoleDetailList, or of ListRoles, which has the last two fields and fewer of the others."""

    role_name: str
    role_id: str | None = ""
    assume_role_policy_document: Any = None
    role_policy_list: list[InlinePolicy] | None = None
    role_last_used: LastUsed | None = None
    instance_profile_list: list[InstanceProfile] | None = None
    description: str | None = ""
    max_session_duration: int | None = None
    """Seconds."""


class Version(msgspec.Struct, frozen=True, rename="pascal"):
    """A version of a managed policy."""

    version_id: str | None = ""
    document: Any = None
    is_default_version: bool | None = False


class ManagedPolicy(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """An element of Policies."""

    arn: str
    policy_name: str | None = ""
    default_version_id: str | None = ""
    policy_version_list: list[Version] | None = None


def read(items: Iterable[Any], shape: type[T]) -> tuple[list[T], list[str]]:
    """The items that are of a shape, and what is wrong with each of the others."""
    good: list[T] = []
    bad: list[str] = []
    for number, item in enumerate(items):
        try:
            good.append(msgspec.convert(item, shape))
        except msgspec.ValidationError as error:
            arn = item.get("Arn") if isinstance(item, dict) else None
            bad.append(f"{arn if isinstance(arn, str) else f'entry {number}'}: {error}")
    return good, bad


def tags_of(tags: list[Tag] | None) -> dict[str, str]:
    """Tags as a map."""
    return {tag.key: tag.value or "" for tag in tags or ()}
