"""sts:AssumeRole minds the role's trust: moto lets anybody take on a role, and even one that does not exist.

It looks at the principals and the external id. Every other condition is taken as met.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers

_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/(.+)")


@answers("sts", "AssumeRole")
def _assume(context: Context, params: dict[str, Any]) -> None:
    """Refuse whom the trust does not name or who lacks its external id; moto makes the session for the others."""
    from moto.iam.models import iam_backends

    arn = str(params["RoleArn"])
    match = _ARN.fullmatch(arn)
    roles = iam_backends[match.group(1)]["aws"].roles.values() if match else ()
    role = next((role for role in roles if role.arn == arn), None)
    if role is None or not any(_lets_in(statement, context, params) for statement in _statements(role)):
        raise ServiceError(
            "AccessDenied",
            f"User: {_caller(context)} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            403,
        )


def _caller(context: Context) -> str:
    from moto.sts.models import sts_backends

    _, arn, _ = sts_backends[context.account]["aws"].get_caller_identity(context.access_key, "us-east-1")
    return str(arn)


def _statements(role: Any) -> Iterator[Mapping[str, Any]]:
    found = json.loads(role.assume_role_policy_document).get("Statement", [])
    yield from found if isinstance(found, list) else [found]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _lets_in(statement: Mapping[str, Any], context: Context, params: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    named = [principal] if principal == "*" else _listed(principal.get("AWS", []))
    caller = _caller(context)
    role = re.sub(r":sts::(\d+):assumed-role/([^/]+)/.*", r":iam::\1:role/\2", caller)
    fitting = {"*", context.account, f"arn:aws:iam::{context.account}:root", caller, role}
    if statement.get("Effect") != "Allow" or fitting.isdisjoint(named):
        return False
    wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
    return wanted is None or params.get("ExternalId") in _listed(wanted)
