"""Roles that a service tells by name alone, and which roles of the account those are.

Services such as Glue and EMR answer with whatever their user wrote: the ARN of a role, or its bare name. The ARN is
known at once; the name is kept in an attribute of the workload and looked up when all parts of the account are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from nhiscan.inventory import Inventory
from nhiscan.model import Link, RunsAs
from nhiscan_connectors.aws.regional import role_arn
from nhiscan_connectors.common.fields import text

_NAME = re.compile(r"(?:[\w+=,.@-]{1,64}/){0,8}([\w+=,.@-]{1,64})", re.ASCII)
_SECRET_NAME = re.compile(r"[\w/+=.@-]{1,512}", re.ASCII)

SECRETS = "named_secrets"
"""Attribute that lists secrets told by bare name, joined by ", ", which no such name can hold."""


def bare_role(value: object) -> str:
    """Name of a role that is told without its ARN; empty for an ARN and for what is no name."""
    match = _NAME.fullmatch(text(value))
    return match[1] if match and not role_arn(value) else ""


def bare_secret(value: object) -> str:
    """Name of a secret that is told without its ARN, with what picks a key or version cut off; empty for all else."""
    name = text(value).partition(":")[0]
    return name if name != "arn" and _SECRET_NAME.fullmatch(name) else ""


def join_roles(
    inventory: Inventory, kinds: Iterable[str], details: Mapping[str, str], *, by_platform: bool = False
) -> Iterator[RunsAs]:
    """The roles that workloads of these kinds name. `details`: what the role is to the workload, by attribute."""
    wanted = frozenset(kinds)
    roles = {
        (identity.scope, identity.name): id
        for id, identity in inventory.identities.items()
        if identity.kind == "iam-role"
    }
    for id, workload in inventory.workloads.items():
        if workload.provider != "aws" or workload.kind not in wanted:
            continue
        for attribute, detail in details.items():
            role = roles.get((workload.scope, workload.attributes.get(attribute, "")))
            if role is not None:
                yield RunsAs(workload=id, identity=role, detail=detail, by_platform=by_platform)


_PARTS_OF_ARN = 6


def join_profiles(inventory: Inventory, kinds: Iterable[str], detail: str) -> Iterator[RunsAs]:
    """The roles in the instance profiles that workloads of these kinds name, by ARN or name, in "instance_profile"."""
    wanted = frozenset(kinds)
    roles: dict[tuple[str, str], str] = {}
    for link in inventory.links:
        parts = link.source.split(":", 5)
        if link.kind == "gives_role" and parts[0] == "arn" and len(parts) == _PARTS_OF_ARN:
            roles[f"aws:{parts[4]}", link.source.rpartition("/")[2]] = link.target
    for id, workload in inventory.workloads.items():
        profile = workload.attributes.get("instance_profile", "").rpartition("/")[2]
        role = roles.get((workload.scope, profile)) if workload.kind in wanted and profile else None
        if role is not None:
            yield RunsAs(workload=id, identity=role, detail=detail)


def join_secrets(inventory: Inventory, kinds: Iterable[str], noun: str) -> Iterator[Link]:
    """The secrets that workloads of these kinds name. `noun`: how a sentence begins, "project"."""
    wanted = frozenset(kinds)
    secrets = {
        (secret.scope, secret.region, secret.name): id
        for id, secret in inventory.secrets.items()
        if id.split(":")[2:3] == ["secretsmanager"]
    }
    for id, workload in inventory.workloads.items():
        if workload.provider != "aws" or workload.kind not in wanted:
            continue
        for name in workload.attributes.get(SECRETS, "").split(", "):
            secret = secrets.get((workload.scope, workload.region, name))
            if secret is not None:
                reason = f"{noun} {workload.name} takes a variable from secret {name}"
                yield Link(source=id, target=secret, kind="reads_secret", reason=reason)
