"""Hand-worked cases of one identity policy: actions, resources, variables, explicit deny."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from nhiscan.access.question import Question
from nhiscan_connectors.aws.access import decide
from tests.connectors.aws.access import pages
from tests.connectors.aws.access.estates import ACCOUNT, Estate, Stmt, allow, deny, document

ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/"


class Case(NamedTuple):
    """Statements of the user "alice", a question, and the answer that AWS gives."""

    why: str
    page: str
    statements: list[Stmt]
    action: str
    resource: str
    expected: str
    context: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def no(**elements: Any) -> Stmt:
    """A statement given element by element."""
    return dict(elements)


CASES = [
    # Action.
    Case(
        "nothing is allowed by default", pages.LOGIC, [allow("ec2:StartInstances")], "ec2:StopInstances", "*", "denied"
    ),
    Case("an action that is named", pages.ACTION, [allow("ec2:StopInstances")], "ec2:StopInstances", "*", "allowed"),
    Case("action names ignore case", pages.ACTION, [allow("IAM:listaccesskeys")], "iam:ListAccessKeys", "*", "allowed"),
    Case("the question ignores case too", pages.ACTION, [allow("iam:ListRoles")], "IAM:LISTROLES", "*", "allowed"),
    Case("a star ends an action", pages.ACTION, [allow("ec2:Describe*")], "ec2:DescribeInstances", "*", "allowed"),
    Case("a star begins an action", pages.ACTION, [allow("iam:*AccessKey*")], "iam:CreateAccessKey", "*", "allowed"),
    Case("a star matches no text", pages.ACTION, [allow("iam:GetUser*")], "iam:GetUser", "*", "allowed"),
    Case("a star in the middle", pages.ACTION, [allow("ec2:D*Instances")], "ec2:DescribeInstances", "*", "allowed"),
    Case(
        "a star does not leave its end", pages.ACTION, [allow("ec2:D*Instances")], "ec2:DescribeImages", "*", "denied"
    ),
    Case(
        "a question mark is one character",
        pages.ACTION,
        [allow("ec2:?topInstances")],
        "ec2:StopInstances",
        "*",
        "allowed",
    ),
    Case(
        "a question mark is not none", pages.ACTION, [allow("ec2:StopInstances?")], "ec2:StopInstances", "*", "denied"
    ),
    Case("one star is every action", pages.ACTION, [allow("*")], "ec2:StopInstances", "*", "allowed"),
    Case("star colon star is every action", pages.ACTION, [allow("*:*")], "ec2:StopInstances", "*", "allowed"),
    Case("another service's star", pages.ACTION, [allow("s3:*")], "ec2:StopInstances", "*", "denied"),
    Case("a service prefix must be whole", pages.ACTION, [allow("s3*:*")], "s3express:CreateSession", "*", "allowed"),
    Case("a list of actions", pages.ACTION, [allow(["ec2:A", "ec2:B"])], "ec2:B", "*", "allowed"),
    Case("an action that nobody knows is matched literally", pages.ACTION, [allow("zz9:Do")], "zz9:Do", "*", "allowed"),
    Case("no regular expressions", pages.ACTION, [allow("ec2:Stop.nstances")], "ec2:StopInstances", "*", "denied"),
    Case("no brackets", pages.ACTION, [allow("ec2:[S]topInstances")], "ec2:StopInstances", "*", "denied"),
    # NotAction.
    Case(
        "everything but what is listed",
        pages.NOT_ACTION,
        [no(Effect="Allow", NotAction="iam:*", Resource="*")],
        "ec2:StopInstances",
        "*",
        "allowed",
    ),
    Case(
        "what is listed is not allowed",
        pages.NOT_ACTION,
        [no(Effect="Allow", NotAction="iam:*", Resource="*")],
        "iam:CreateUser",
        "*",
        "denied",
    ),
    Case(
        "an exception is no deny: another statement may allow it",
        pages.NOT_ACTION,
        [no(Effect="Allow", NotAction="iam:*", Resource="*"), allow("iam:CreateUser")],
        "iam:CreateUser",
        "*",
        "allowed",
    ),
    Case(
        "deny of all but some",
        pages.NOT_ACTION,
        [allow("*"), no(Effect="Deny", NotAction=["ec2:*", "s3:*"], Resource="*")],
        "iam:CreateUser",
        "*",
        "denied",
    ),
    Case(
        "deny of all but some leaves these",
        pages.NOT_ACTION,
        [allow("*"), no(Effect="Deny", NotAction=["ec2:*", "s3:*"], Resource="*")],
        "ec2:StopInstances",
        "*",
        "allowed",
    ),
    # Explicit deny.
    Case("a deny beats an allow", pages.DENY_ALLOW, [allow("*"), deny("ec2:*")], "ec2:StopInstances", "*", "denied"),
    Case("whatever their order", pages.DENY_ALLOW, [deny("ec2:*"), allow("*")], "ec2:StopInstances", "*", "denied"),
    Case("a deny of something else", pages.DENY_ALLOW, [allow("*"), deny("s3:*")], "ec2:StopInstances", "*", "allowed"),
    Case(
        "a deny on another resource",
        pages.DENY_ALLOW,
        [allow("dynamodb:*"), deny("dynamodb:*", TABLE + "payroll")],
        "dynamodb:GetItem",
        TABLE + "books",
        "allowed",
    ),
    Case(
        "a deny on this resource",
        pages.DENY_ALLOW,
        [allow("dynamodb:*"), deny("dynamodb:*", TABLE + "pay*")],
        "dynamodb:GetItem",
        TABLE + "payroll",
        "denied",
    ),
    Case(
        "a deny with a condition that fails",
        pages.DENY_ALLOW,
        [allow("ec2:*"), deny("ec2:*", Condition={"Bool": {"aws:ViaAWSService": "true"}})],
        "ec2:StopInstances",
        "*",
        "allowed",
        {"aws:ViaAWSService": ("false",)},
    ),
    Case(
        "a deny with an open condition",
        pages.DENY_ALLOW,
        [allow("ec2:*"), deny("ec2:*", Condition={"Bool": {"aws:ViaAWSService": "true"}})],
        "ec2:StopInstances",
        "*",
        "conditional",
    ),
    # Resource.
    Case(
        "one resource", pages.RESOURCE, [allow("dynamodb:*", TABLE + "a")], "dynamodb:GetItem", TABLE + "a", "allowed"
    ),
    Case(
        "another resource",
        pages.RESOURCE,
        [allow("dynamodb:*", TABLE + "a")],
        "dynamodb:GetItem",
        TABLE + "b",
        "denied",
    ),
    Case(
        "resources mind case",
        pages.RESOURCE,
        [allow("dynamodb:*", TABLE + "A")],
        "dynamodb:GetItem",
        TABLE + "a",
        "denied",
    ),
    Case(
        "a star at the end",
        pages.RESOURCE,
        [allow("dynamodb:*", TABLE + "a*")],
        "dynamodb:GetItem",
        TABLE + "abc",
        "allowed",
    ),
    Case(
        "a star takes slashes",
        pages.RESOURCE,
        [allow("iam:GetRole", ROLE + "app*")],
        "iam:GetRole",
        ROLE + "app/x/y",
        "allowed",
    ),
    Case(
        "a question mark in a name",
        pages.RESOURCE,
        [allow("iam:GetRole", ROLE + "ap?")],
        "iam:GetRole",
        ROLE + "app",
        "allowed",
    ),
    Case(
        "a star for the region",
        pages.RESOURCE,
        [allow("dynamodb:*", f"arn:aws:dynamodb:*:{ACCOUNT}:table/a")],
        "dynamodb:GetItem",
        TABLE + "a",
        "allowed",
    ),
    Case(
        "a star that ends a segment runs on past the colon",
        pages.RESOURCE,
        [allow("dynamodb:*", "arn:aws:dynamodb:*:table/a")],
        "dynamodb:GetItem",
        TABLE + "a",
        "allowed",
    ),
    Case(
        "a star in the middle of a segment stays in it",
        pages.RESOURCE,
        [allow("dynamodb:*", "arn:aws:dynamo*b:table/a")],
        "dynamodb:GetItem",
        TABLE + "a",
        "denied",
    ),
    Case(
        "a star in the middle of a segment matches within it",
        pages.RESOURCE,
        [allow("dynamodb:*", f"arn:aws:dynamodb:eu*1:{ACCOUNT}:table/a")],
        "dynamodb:GetItem",
        TABLE + "a",
        "allowed",
    ),
    Case(
        "an ARN cut short by a star covers the rest",
        pages.RESOURCE,
        [allow("dynamodb:*", "arn:aws:dynamodb:*")],
        "dynamodb:GetItem",
        TABLE + "a",
        "allowed",
    ),
    Case(
        "the same star, another service",
        pages.RESOURCE,
        [allow("*", "arn:aws:sqs:*")],
        "dynamodb:GetItem",
        TABLE + "a",
        "denied",
    ),
    Case(
        "two stars with text between",
        pages.RESOURCE,
        [allow("dynamodb:*", TABLE + "*/index/*")],
        "dynamodb:Query",
        TABLE + "books/index/by-author",
        "allowed",
    ),
    Case(
        "the text between must be there",
        pages.RESOURCE,
        [allow("dynamodb:*", TABLE + "*/index/*")],
        "dynamodb:Query",
        TABLE + "books/stream/now",
        "denied",
    ),
    Case(
        "any of several resources",
        pages.RESOURCE,
        [allow("dynamodb:*", [TABLE + "a", TABLE + "b"])],
        "dynamodb:GetItem",
        TABLE + "b",
        "allowed",
    ),
    Case(
        "an action on everything needs Resource *",
        pages.RESOURCE,
        [allow("ec2:DescribeInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*")],
        "ec2:DescribeInstances",
        "*",
        "denied",
    ),
    Case(
        "action and resource must stand in one statement",
        pages.RESOURCE,
        [allow("dynamodb:GetItem", TABLE + "a"), allow("dynamodb:PutItem", TABLE + "b")],
        "dynamodb:PutItem",
        TABLE + "a",
        "denied",
    ),
    # NotResource.
    Case(
        "everything but a resource",
        pages.NOT_RESOURCE,
        [no(Effect="Allow", Action="dynamodb:*", NotResource=TABLE + "payroll")],
        "dynamodb:GetItem",
        TABLE + "books",
        "allowed",
    ),
    Case(
        "the excepted resource",
        pages.NOT_RESOURCE,
        [no(Effect="Allow", Action="dynamodb:*", NotResource=TABLE + "pay*")],
        "dynamodb:GetItem",
        TABLE + "payroll",
        "denied",
    ),
    Case(
        "deny everywhere but here",
        pages.NOT_RESOURCE,
        [allow("dynamodb:*"), no(Effect="Deny", Action="dynamodb:*", NotResource=TABLE + "books")],
        "dynamodb:GetItem",
        TABLE + "books",
        "allowed",
    ),
    Case(
        "deny everywhere but there",
        pages.NOT_RESOURCE,
        [allow("dynamodb:*"), no(Effect="Deny", Action="dynamodb:*", NotResource=TABLE + "books")],
        "dynamodb:GetItem",
        TABLE + "payroll",
        "denied",
    ),
    # Variables.
    Case(
        "a variable stands for the caller's name",
        pages.VARIABLES,
        [allow("iam:*", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")],
        "iam:CreateAccessKey",
        f"arn:aws:iam::{ACCOUNT}:user/alice",
        "allowed",
    ),
    Case(
        "and for no other name",
        pages.VARIABLES,
        [allow("iam:*", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")],
        "iam:CreateAccessKey",
        f"arn:aws:iam::{ACCOUNT}:user/bob",
        "denied",
    ),
    Case(
        "variable names ignore case",
        pages.VARIABLES,
        [allow("iam:*", f"arn:aws:iam::{ACCOUNT}:user/${{AWS:UserName}}")],
        "iam:CreateAccessKey",
        f"arn:aws:iam::{ACCOUNT}:user/alice",
        "allowed",
    ),
    Case(
        "a tag as a variable",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:PrincipalTag/team}-*")],
        "dynamodb:GetItem",
        TABLE + "blue-books",
        "allowed",
    ),
    Case(
        "a variable without a value matches nothing",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:PrincipalTag/cell}*")],
        "dynamodb:GetItem",
        TABLE + "books",
        "denied",
    ),
    Case(
        "a default for a variable without a value",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:PrincipalTag/cell, 'books'}")],
        "dynamodb:GetItem",
        TABLE + "books",
        "allowed",
    ),
    Case(
        "a default gives way to a value",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:PrincipalTag/team, 'books'}")],
        "dynamodb:GetItem",
        TABLE + "books",
        "denied",
    ),
    Case(
        "an open variable leaves it open",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:SourceVpc}")],
        "dynamodb:GetItem",
        TABLE + "books",
        "conditional",
    ),
    Case(
        "an escaped star is a star",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${*}")],
        "dynamodb:GetItem",
        TABLE + "*",
        "allowed",
    ),
    Case(
        "an escaped star is nothing else",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${*}")],
        "dynamodb:GetItem",
        TABLE + "books",
        "denied",
    ),
    Case(
        "a wildcard in a value is plain text",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:PrincipalTag/wild}")],
        "dynamodb:GetItem",
        TABLE + "books",
        "denied",
    ),
    Case(
        "deny all but one's own",
        pages.VARIABLES,
        [allow("iam:*"), no(Effect="Deny", Action="iam:*", NotResource="arn:aws:iam::*:user/${aws:username}")],
        "iam:CreateAccessKey",
        f"arn:aws:iam::{ACCOUNT}:user/bob",
        "denied",
    ),
    Case(
        "deny all but one's own leaves one's own",
        pages.VARIABLES,
        [allow("iam:*"), no(Effect="Deny", Action="iam:*", NotResource="arn:aws:iam::*:user/${aws:username}")],
        "iam:CreateAccessKey",
        f"arn:aws:iam::{ACCOUNT}:user/alice",
        "allowed",
    ),
    # NotAction with NotResource.
    *(
        Case(why, pages.NOT_RESOURCE, statements, f"dynamodb:{action}", TABLE + table, expected)
        for statements, rows in (
            (
                [no(Effect="Allow", NotAction="dynamodb:Delete*", NotResource=TABLE + "pay*")],
                (
                    ("all but some actions on all but some resources", "GetItem", "books", "allowed"),
                    ("an excepted action on another resource", "DeleteItem", "books", "denied"),
                    ("another action on an excepted resource", "GetItem", "payroll", "denied"),
                    ("an excepted action on an excepted resource", "DeleteItem", "payroll", "denied"),
                ),
            ),
            (
                [allow("*"), no(Effect="Deny", NotAction="dynamodb:Get*", NotResource=TABLE + "books")],
                (
                    ("a deny of all but reading, everywhere but here: reading here", "GetItem", "books", "allowed"),
                    ("the same: writing here", "PutItem", "books", "allowed"),
                    ("the same: reading there", "GetItem", "payroll", "allowed"),
                    ("the same: writing there", "PutItem", "payroll", "denied"),
                ),
            ),
        )
        for why, action, table, expected in rows
    ),
    # Wildcards across the segments of an ARN.
    *(
        Case(why, pages.RESOURCE, [allow("dynamodb:*", pattern)], "dynamodb:GetItem", TABLE + "books", expected)
        for why, pattern, expected in (
            ("stars for region and account", "arn:aws:dynamodb:*:*:table/books", "allowed"),
            ("a star for the partition", f"arn:*:dynamodb:eu-west-1:{ACCOUNT}:table/books", "allowed"),
            ("another partition", f"arn:aws-cn:dynamodb:eu-west-1:{ACCOUNT}:table/books", "denied"),
            ("a star for every segment", "arn:*:*:*:*:*", "allowed"),
            ("a question mark in the region", f"arn:aws:dynamodb:eu-west-?:{ACCOUNT}:table/books", "allowed"),
            ("a question mark is no colon", f"arn:aws:dynamodb:eu-west-1?{ACCOUNT}:table/books", "denied"),
            ("question marks for the account", f"arn:aws:dynamodb:eu-west-1:{'?' * 12}:table/books", "allowed"),
            ("one question mark too few", f"arn:aws:dynamodb:eu-west-1:{'?' * 11}:table/books", "denied"),
            ("an empty account is no account", "arn:aws:dynamodb:eu-west-1::table/books", "denied"),
            ("the service minds case", f"arn:aws:DynamoDB:eu-west-1:{ACCOUNT}:table/books", "denied"),
            ("a star in the middle of a name", TABLE + "b*s", "allowed"),
            ("three stars and a question mark", TABLE + "*b*o?s*", "allowed"),
            ("a star that needs what is not there", TABLE + "*books*x", "denied"),
            ("a trailing slash is text", TABLE + "books/", "denied"),
            ("a space is text", TABLE + "books ", "denied"),
        )
    ),
    # Actions once more.
    Case("question marks in an action", pages.ACTION, [allow("iam:Get?ser")], "iam:GetUser", "*", "allowed"),
    Case("stars around a word", pages.ACTION, [allow("*:*tag*")], "ec2:CreateTags", "*", "allowed"),
    Case(
        "a deny ignores case as well", pages.ACTION, [allow("*"), deny("EC2:stop*")], "ec2:StopInstances", "*", "denied"
    ),
    Case(
        "a NotAction ignores case as well",
        pages.NOT_ACTION,
        [no(Effect="Allow", NotAction="EC2:STOP*", Resource="*")],
        "ec2:StopInstances",
        "*",
        "denied",
    ),
    Case(
        "all but everything is nothing",
        pages.NOT_ACTION,
        [no(Effect="Allow", NotAction="*", Resource="*")],
        "ec2:StopInstances",
        "*",
        "denied",
    ),
    Case(
        "everywhere but everywhere is nowhere",
        pages.NOT_RESOURCE,
        [no(Effect="Allow", Action="ec2:*", NotResource="*")],
        "ec2:StopInstances",
        "*",
        "denied",
    ),
    # Variables once more.
    Case(
        "two variables in one resource",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:PrincipalTag/team}-${aws:username}")],
        "dynamodb:GetItem",
        TABLE + "blue-alice",
        "allowed",
    ),
    Case(
        "one of two variables has no value",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:PrincipalTag/team}-${aws:PrincipalTag/cell}")],
        "dynamodb:GetItem",
        TABLE + "blue-",
        "denied",
    ),
    Case(
        "a default for a name that a user has",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:username, 'nobody'}")],
        "dynamodb:GetItem",
        TABLE + "alice",
        "allowed",
    ),
    Case(
        "a default is text, not a pattern",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${aws:PrincipalTag/cell, '*'}")],
        "dynamodb:GetItem",
        TABLE + "books",
        "denied",
    ),
    Case(
        "an exception by a variable without a value excepts nothing",
        pages.VARIABLES,
        [allow("dynamodb:*"), no(Effect="Deny", Action="dynamodb:*", NotResource=TABLE + "${aws:PrincipalTag/cell}")],
        "dynamodb:GetItem",
        TABLE + "books",
        "denied",
    ),
    Case(
        "a deny by a variable without a value denies nothing",
        pages.VARIABLES,
        [allow("dynamodb:*"), deny("dynamodb:*", TABLE + "${aws:PrincipalTag/cell}*")],
        "dynamodb:GetItem",
        TABLE + "books",
        "allowed",
    ),
    Case(
        "an escaped question mark",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "book${?}")],
        "dynamodb:GetItem",
        TABLE + "books",
        "denied",
    ),
    Case(
        "an escaped dollar",
        pages.VARIABLES,
        [allow("dynamodb:*", TABLE + "${$}1")],
        "dynamodb:GetItem",
        TABLE + "$1",
        "allowed",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.why for case in CASES])
def test_statement(case: Case) -> None:
    estate = Estate()
    alice = estate.user("alice", *case.statements, tags={"team": "blue", "wild": "*"})
    question = Question(identity=alice, action=case.action, resource=case.resource, context=dict(case.context))
    decision = decide(estate.inventory(), question)
    assert decision.answer == case.expected, decision.reason
    assert case.page.startswith("https://docs.aws.amazon.com/")


def test_old_documents_have_no_variables() -> None:
    estate = Estate()
    alice = estate.user("alice")
    text = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
    estate.attach(alice, document(allow("iam:*", text), version="2008-10-17"), f"{alice}/policy/old")
    inventory = estate.inventory()
    own = Question(identity=alice, action="iam:CreateAccessKey", resource=alice)
    literal = Question(identity=alice, action="iam:CreateAccessKey", resource=text)
    assert decide(inventory, own).answer == "denied"
    assert decide(inventory, literal).answer == "allowed"


def test_cases_are_distinct() -> None:
    assert len({case.why for case in CASES}) == len(CASES)
