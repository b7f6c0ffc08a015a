"""The scanner's own least-privilege policy, drawn from the calls that the connector declares."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from nhiscan.connector import Operation
from nhiscan.errors import UsageError

LIMIT = 6144
"""Characters that AWS lets a managed policy have, without white space."""

_RESOURCES = {
    # On "*" it would let the scanner take on every role that trusts the account.
    "sts:AssumeRole": "arn:*:iam::*:role/OrganizationAccountAccessRole",
}
"""Permissions that must not be given for everything. The name of the role is the default of --organization-role."""

_DENIED_AS: dict[str, tuple[str, str] | None] = {
    "apigateway:GetApiKey": ("apigateway:GET", "arn:*:apigateway:*::/apikeys/*"),
    "sso-oidc:CreateTokenWithIAM": ("sso-oauth:CreateTokenWithIAM", "*"),
    # These ask no permission of IAM: whoever has the token for them may call them.
    "sso-oidc:CreateToken": None,
    "sso:GetRoleCredentials": None,
}
"""Calls that the policy language names otherwise, as action and resource; the others are their own action, on "*"."""
_PREFIXES = {
    "devops-agent": "aidevops",
    "emr": "elasticmapreduce",
    "lexv2-models": "lex",
    "mwaa": "airflow",
    "stepfunctions": "states",
}
"""Services whose actions begin with another word than the SDK's name for them."""


def permission_policy(operations: Iterable[Operation], never: Iterable[str], form: str) -> str:
    """A read-only policy in the given form; a list of several where one would be too long for AWS.

    Raises UsageError for a form that is not known.
    """
    policies = list(_split(_statements(operations, never)))
    match form:
        case "json":
            return json.dumps(policies[0] if len(policies) == 1 else policies, indent=2)
        case "terraform":
            return "\n".join(_terraform(policy, name) for policy, name in _named(policies))
        case "cloudformation":
            return json.dumps(_cloudformation(policies), indent=2)
        case _:
            raise UsageError(f"There is no policy in the form {form!r}; there are json, terraform, cloudformation.")


def _statements(operations: Iterable[Operation], never: Iterable[str]) -> Iterator[dict[str, Any]]:
    allowed = {
        permission
        for operation in operations
        for part in operation.permission.split(",")
        if (permission := part.strip())
    }
    for permission in sorted(allowed & _RESOURCES.keys()):
        yield _statement(_title(permission.replace(":", "-")), "Allow", [permission], _RESOURCES[permission])
    by_service: dict[str, list[str]] = defaultdict(list)
    for permission in sorted(allowed - _RESOURCES.keys()):
        by_service[permission.partition(":")[0]].append(permission)
    for service, permissions in sorted(by_service.items()):
        # Read calls take no resource on most services, and where they do, a scanner must see all of them.
        yield from _parts(f"Read{_title(service)}", "Allow", permissions, "*")
    denied: dict[str, set[str]] = defaultdict(set)
    for call in never:
        service, _, name = call.partition(":")
        translated = _DENIED_AS.get(call, (f"{_PREFIXES.get(service, service)}:{name}", "*"))
        # A permission that the scanner itself needs cannot be denied: there it is the code that keeps away.
        if translated is not None and not (translated[1] == "*" and translated[0] in allowed):
            denied[translated[1]].add(translated[0])
    for resource, actions in sorted(denied.items()):
        sid = "NeverReadSecrets" if resource == "*" else f"NeverRead{_title(resource.split(':')[2])}Keys"
        yield from _parts(sid, "Deny", sorted(actions), resource)


def _parts(sid: str, effect: str, actions: list[str], resource: str) -> Iterator[dict[str, Any]]:
    """A statement, or as many as it takes for each to fit into a policy of its own."""
    current: list[str] = []
    number = 1
    for action in actions:
        if current and _size([_statement(f"{sid}{number}", effect, [*current, action], resource)]) > LIMIT:
            yield _statement(f"{sid}{number}", effect, current, resource)
            current, number = [], number + 1
        current.append(action)
    if current:
        yield _statement(sid if number == 1 else f"{sid}{number}", effect, current, resource)


def _statement(sid: str, effect: str, actions: list[str], resource: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": effect, "Action": actions, "Resource": resource}


def _title(service: str) -> str:
    return "".join(part.capitalize() for part in service.replace("_", "-").split("-"))


def _split(statements: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """As few policies as the limit on their size allows."""
    current: list[dict[str, Any]] = []
    for statement in statements:
        if current and _size([*current, statement]) > LIMIT:
            yield _policy(current)
            current = []
        current.append(statement)
    if current:
        yield _policy(current)


def _policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _size(statements: list[dict[str, Any]]) -> int:
    return len(json.dumps(_policy(statements), separators=(",", ":")))


def _named(policies: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    for number, policy in enumerate(policies, start=1):
        yield policy, "nhiscan" if len(policies) == 1 else f"nhiscan_{number}"


def _terraform(policy: dict[str, Any], name: str) -> str:
    lines = [
        f'resource "aws_iam_policy" "{name}" {{',
        f'  name   = "{name.replace("_", "-")}"',
        "  policy = jsonencode({",
    ]
    lines += ['    Version = "2012-10-17"', "    Statement = ["]
    for statement in policy["Statement"]:
        lines += [
            "      {",
            f'        Sid      = "{statement["Sid"]}"',
            f'        Effect   = "{statement["Effect"]}"',
            f'        Resource = "{statement["Resource"]}"',
            "        Action = [",
            *(f'          "{action}",' for action in statement["Action"]),
            "        ]",
            "      },",
        ]
    return "\n".join([*lines, "    ]", "  })", "}"]) + "\n"


def _cloudformation(policies: list[dict[str, Any]]) -> dict[str, Any]:
    """A template in its JSON form, which CloudFormation takes like YAML."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Read-only permissions of nhiscan",
        "Resources": {
            name.replace("_", "").capitalize() + "Policy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"ManagedPolicyName": name.replace("_", "-"), "PolicyDocument": policy},
            }
            for policy, name in _named(policies)
        },
    }
