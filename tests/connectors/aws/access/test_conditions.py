"""Hand-worked cases of conditions: every operator, IfExists, set operators, Null, absent and open keys."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from nhiscan.access.question import Question
from nhiscan_connectors.aws.access import decide
from nhiscan_connectors.aws.access.conditions import OPERATORS
from tests.connectors.aws.access import pages
from tests.connectors.aws.access.estates import Estate, allow

ABSENT: tuple[str, ...] = ()


class Case(NamedTuple):
    """One condition of an Allow, what the request carries, and whether the condition lets it through.

    `given` None: nothing is said about the key, so it is open.
    """

    operator: str
    values: Any
    given: tuple[str, ...] | None
    expected: str
    why: str
    page: str = pages.OPERATORS


YES, NO, OPEN = "allowed", "denied", "conditional"

CASES = [
    Case("StringEquals", "a", ("a",), YES, "the same text"),
    Case("StringEquals", "a", ("A",), NO, "case counts"),
    Case("StringEquals", ["a", "b"], ("b",), YES, "any of several values"),
    Case("StringEquals", "a*", ("ab",), NO, "no wildcards"),
    Case("StringEquals", "a*", ("a*",), YES, "a star is a star"),
    Case("StringEquals", "a", ABSENT, NO, "an absent key equals nothing"),
    Case("StringEquals", "a", None, OPEN, "an open key decides"),
    Case("StringEquals", [], ("a",), NO, "no value at all"),
    Case("StringEqualsIfExists", "a", ("b",), NO, "a key that is there must match"),
    Case("StringEqualsIfExists", "a", ABSENT, YES, "an absent key passes"),
    Case("StringEqualsIfExists", "a", None, OPEN, "an open key may be there"),
    Case("StringNotEquals", "a", ("b",), YES, "another text"),
    Case("StringNotEquals", "a", ("a",), NO, "the same text"),
    Case("StringNotEquals", ["a", "b"], ("b",), NO, "none of several may match"),
    Case("StringNotEquals", ["a", "b"], ("c",), YES, "none of several matches"),
    Case("StringNotEquals", "a", ABSENT, YES, "an absent key differs from everything"),
    Case("StringNotEquals", [], ("a",), YES, "no value to be equal to"),
    Case("StringNotEqualsIfExists", "a", ("a",), NO, "there and equal"),
    Case("StringNotEqualsIfExists", "a", ABSENT, YES, "absent"),
    Case("StringEqualsIgnoreCase", "Abc", ("aBC",), YES, "case does not count"),
    Case("StringEqualsIgnoreCase", "Abc", ("abd",), NO, "letters do"),
    Case("StringNotEqualsIgnoreCase", "Abc", ("aBC",), NO, "equal but for case"),
    Case("StringNotEqualsIgnoreCase", "Abc", ("x",), YES, "different"),
    Case("StringLike", "a*", ("abc",), YES, "a star"),
    Case("StringLike", "a?c", ("abc",), YES, "a question mark"),
    Case("StringLike", "a?c", ("ac",), NO, "a question mark is one character"),
    Case("StringLike", "a*", ("ba",), NO, "the whole text must match"),
    Case("StringLike", "A*", ("abc",), NO, "case counts"),
    Case("StringLike", "a:*", ("a:b:c",), YES, "a star takes colons"),
    Case("StringLike", "*", ABSENT, NO, "even a star needs the key"),
    Case("StringLike", ["x*", "a*"], ("abc",), YES, "any of several patterns"),
    Case("StringNotLike", "a*", ("abc",), NO, "it matches"),
    Case("StringNotLike", "a*", ("xyz",), YES, "it does not"),
    Case("StringNotLike", "*", ABSENT, YES, "an absent key matches no pattern"),
    Case("NumericEquals", "10", ("10.0",), YES, "numbers, not digits"),
    Case("NumericEquals", 10, ("10",), YES, "a JSON number"),
    Case("NumericEquals", "10", ("ten",), NO, "no number at all"),
    Case("NumericNotEquals", "10", ("11",), YES, "different"),
    Case("NumericNotEquals", "10", ("10",), NO, "equal"),
    Case("NumericLessThan", "10", ("9",), YES, "less, though '9' > '10' as text"),
    Case("NumericLessThan", "10", ("10",), NO, "not less"),
    Case("NumericLessThanEquals", "10", ("10",), YES, "equal"),
    Case("NumericLessThanEquals", "10", ("11",), NO, "more"),
    Case("NumericGreaterThan", "10", ("11",), YES, "more"),
    Case("NumericGreaterThan", "10", ("10",), NO, "not more"),
    Case("NumericGreaterThanEquals", "10", ("10",), YES, "equal"),
    Case("NumericGreaterThanEquals", "10", ("9",), NO, "less"),
    Case("NumericLessThanIfExists", "10", ABSENT, YES, "absent"),
    Case("NumericLessThan", "10", ABSENT, NO, "absent is not less"),
    Case("DateEquals", "2026-01-01T00:00:00Z", ("2026-01-01T00:00:00Z",), YES, "the same moment"),
    Case("DateEquals", "2026-01-01T00:00:00Z", ("1767225600",), YES, "epoch seconds are the same moment"),
    Case("DateEquals", "2026-01-01T01:00:00+01:00", ("2026-01-01T00:00:00Z",), YES, "zones are heeded"),
    Case("DateNotEquals", "2026-01-01T00:00:00Z", ("2026-01-02T00:00:00Z",), YES, "another moment"),
    Case("DateLessThan", "2026-01-01", ("2025-12-31",), YES, "before"),
    Case("DateLessThan", "2026-01-01", ("2026-01-01",), NO, "not before"),
    Case("DateLessThanEquals", "2026-01-01", ("2026-01-01",), YES, "the same day"),
    Case("DateGreaterThan", "2026-01-01", ("2026-01-02",), YES, "after"),
    Case("DateGreaterThan", "2026-01-01", ("2025-01-02",), NO, "before"),
    Case("DateGreaterThanEquals", "2026-01-01", ("2026-01-01",), YES, "the same day"),
    Case("DateLessThan", "soon", ("2026-01-01",), NO, "no date"),
    Case("Bool", "true", ("true",), YES, "true"),
    Case("Bool", True, ("true",), YES, "a JSON truth value"),
    Case("Bool", "true", ("false",), NO, "false"),
    Case("Bool", "false", ("false",), YES, "false is asked for"),
    Case("Bool", "false", ABSENT, NO, "an absent key is not false"),
    Case("BoolIfExists", "false", ABSENT, YES, "an absent key passes"),
    Case("BoolIfExists", "true", ("false",), NO, "there and false"),
    Case("BinaryEquals", "QmlsbA==", ("QmlsbA==",), YES, "the same bytes"),
    Case("BinaryEquals", "QmlsbA==", ("qmlsbA==",), NO, "other bytes"),
    Case("IpAddress", "203.0.113.0/24", ("203.0.113.9",), YES, "in the range"),
    Case("IpAddress", "203.0.113.0/24", ("203.0.114.9",), NO, "outside"),
    Case("IpAddress", "203.0.113.9", ("203.0.113.9",), YES, "a single address"),
    Case("IpAddress", "2001:db8::/32", ("2001:db8::1",), YES, "version 6"),
    Case("IpAddress", "0.0.0.0/0", ("2001:db8::1",), NO, "every version 4 address is no version 6 address"),
    Case("IpAddress", "203.0.113.0/24", ("nowhere",), NO, "no address"),
    Case("NotIpAddress", "203.0.113.0/24", ("198.51.100.1",), YES, "outside"),
    Case("NotIpAddress", "203.0.113.0/24", ("203.0.113.1",), NO, "inside"),
    Case("NotIpAddress", "203.0.113.0/24", ABSENT, YES, "absent"),
    Case("ArnEquals", "arn:aws:sns:*:111122223333:t", ("arn:aws:sns:eu-west-1:111122223333:t",), YES, "wildcards too"),
    Case("ArnLike", "arn:aws:sns:*:111122223333:t*", ("arn:aws:sns:eu-west-1:111122223333:top",), YES, "a star"),
    Case(
        "ArnLike", "arn:aws:sns:*:t", ("arn:aws:sns:eu-west-1:111122223333:t",), NO, "segments are checked one by one"
    ),
    Case("ArnLike", "arn:aws:lambda:*:*:function:*", ("arn:aws:lambda:r:1:function:f:v",), YES, "colons in the last"),
    Case("ArnLike", "arn:aws:sns:?:1:t", ("arn:aws:sns:r:1:t",), YES, "a question mark"),
    Case("ArnNotEquals", "arn:aws:sns:r:1:t", ("arn:aws:sns:r:1:u",), YES, "another ARN"),
    Case("ArnNotLike", "arn:aws:sns:r:1:*", ("arn:aws:sns:r:1:u",), NO, "it matches"),
    Case("ArnNotLike", "arn:aws:sns:r:1:*", ABSENT, YES, "absent"),
    Case("ArnLikeIfExists", "arn:aws:sns:r:1:*", ABSENT, YES, "absent passes"),
    Case("Null", "true", ABSENT, YES, "it is absent, as asked"),
    Case("Null", "true", ("x",), NO, "it is there"),
    Case("Null", "false", ("x",), YES, "it is there, as asked"),
    Case("Null", "false", ABSENT, NO, "it is absent"),
    Case("Null", True, ABSENT, YES, "a JSON truth value"),
    Case("Null", "true", None, OPEN, "open"),
    Case("ForAllValues:StringEquals", ["a", "b"], ("a", "b"), YES, "all are listed", pages.SETS),
    Case("ForAllValues:StringEquals", ["a", "b"], ("a", "c"), NO, "one is not", pages.SETS),
    Case("ForAllValues:StringEquals", ["a", "b"], ABSENT, YES, "none is there: trap", pages.SETS),
    Case("ForAllValues:StringEquals", ["a"], None, OPEN, "open", pages.SETS),
    Case("ForAllValues:StringLike", "a*", ("ab", "ac"), YES, "all fit", pages.SETS),
    Case("ForAllValues:StringNotEquals", ["x"], ("a", "b"), YES, "none is x", pages.SETS),
    Case("ForAllValues:StringNotEquals", ["x"], ("a", "x"), NO, "one is x", pages.SETS),
    Case("ForAnyValue:StringEquals", ["a", "b"], ("c", "b"), YES, "one is listed", pages.SETS),
    Case("ForAnyValue:StringEquals", ["a", "b"], ("c", "d"), NO, "none is", pages.SETS),
    Case("ForAnyValue:StringEquals", ["a"], ABSENT, NO, "none is there", pages.SETS),
    Case("ForAnyValue:StringNotEquals", ["x"], ("x", "b"), YES, "one is not x", pages.SETS),
    Case("ForAnyValue:StringNotEquals", ["x"], ("x",), NO, "all are x", pages.SETS),
    Case("ForAnyValue:StringNotEquals", ["x"], ABSENT, NO, "none is there", pages.SETS),
    Case("ForAnyValue:StringLike", "a*", ("x", "ab"), YES, "one fits", pages.SETS),
    Case("ForAllValues:StringEqualsIfExists", ["a"], ABSENT, YES, "absent passes either way", pages.SETS),
    Case("stringequals", "a", ("a",), YES, "operators ignore case"),
    Case("forallvalues:stringlike", "a*", ("ab",), YES, "set operators ignore case", pages.SETS),
    # Edges.
    Case("StringEquals", "", ("",), YES, "an empty text equals an empty text"),
    Case("StringEquals", "a", ("a ",), NO, "a space counts"),
    Case("StringLike", "?", ("",), NO, "a question mark needs a character"),
    Case("StringLike", "a*", ("a\nb",), YES, "a star takes line breaks"),
    Case("StringLike", "a.c", ("abc",), NO, "no regular expressions"),
    Case("StringEqualsIgnoreCaseIfExists", "A", ABSENT, YES, "absent passes"),
    Case("StringLikeIfExists", "a*", ("b",), NO, "there, and it does not fit"),
    Case("StringNotLikeIfExists", "a*", ("ab",), NO, "there, and it fits"),
    Case("StringNotEqualsIfExists", "a", None, OPEN, "open"),
    Case("NumericEquals", "10", ("1_0",), NO, "no underscores in numbers"),
    Case("NumericLessThan", "10", ("nan",), NO, "not a number is not less"),
    Case("NumericGreaterThan", "10", ("inf",), NO, "nothing is endless"),
    Case("NumericLessThan", "0", ("-1",), YES, "numbers below zero"),
    Case("NumericLessThanEquals", "0.5", (".5",), YES, "fractions"),
    Case("NumericNotEqualsIfExists", "10", ABSENT, YES, "absent"),
    Case("NumericGreaterThanEqualsIfExists", "10", ("9",), NO, "there and less"),
    Case("NumericEquals", ["1", "2"], ("2",), YES, "any of several numbers"),
    Case("DateLessThan", "2026-01-01T00:00:00Z", ("2025-12-31T23:59:59.9Z",), YES, "fractions of a second"),
    Case("DateLessThan", "2026-01-01T00:00:00Z", ("2026-01-01T00:30:00+01:00",), YES, "before, by its zone"),
    Case("DateEquals", "2026-01-01", ("2026-01-01T00:00:00Z",), YES, "a day begins at midnight"),
    Case("DateGreaterThan", "1767225600", ("2026-01-01T00:00:01Z",), YES, "epoch seconds in the policy"),
    Case("DateGreaterThan", "2026-01-01", ABSENT, NO, "absent is not after"),
    Case("DateLessThanIfExists", "2026-01-01", ABSENT, YES, "absent passes"),
    Case("DateGreaterThan", "2026-01-01", ("2026-13-01",), NO, "there is no such month"),
    Case("Bool", "True", ("true",), YES, "truth values ignore case"),
    Case("Bool", "false", ("true",), NO, "true is not false"),
    Case("Bool", ["true", "false"], ("false",), YES, "either"),
    Case("BinaryEquals", "QmlsbA==", ABSENT, NO, "absent"),
    Case("IpAddress", "0.0.0.0/0", ("203.0.113.9",), YES, "every version 4 address"),
    Case("IpAddress", "203.0.113.9/32", ("203.0.113.10",), NO, "one address, and not the next"),
    Case("IpAddress", "203.0.113.9/24", ("203.0.113.200",), YES, "bits behind the mask do not count"),
    Case("IpAddress", "2001:db8::/33", ("2001:db8:8000::1",), NO, "outside, by one bit"),
    Case("IpAddress", "2001:DB8:0:0::1", ("2001:db8::1",), YES, "one address, written twice"),
    Case("IpAddress", ["198.51.100.0/24", "203.0.113.0/24"], ("203.0.113.1",), YES, "any of several ranges"),
    Case("NotIpAddress", ["198.51.100.0/24", "203.0.113.0/24"], ("203.0.113.1",), NO, "none of several may fit"),
    Case("NotIpAddress", "203.0.113.0/24", ("2001:db8::1",), YES, "another version is outside"),
    Case("IpAddressIfExists", "203.0.113.0/24", ABSENT, YES, "absent passes"),
    Case("ArnLike", "*", ("arn:aws:sns:r:1:t",), YES, "one star is every ARN"),
    Case("ArnEquals", "arn:aws:sns:r:1:T", ("arn:aws:sns:r:1:t",), NO, "ARNs mind case"),
    Case("ArnLike", "arn:aws:iam::1:role/team/*", ("arn:aws:iam::1:role/team/a/b",), YES, "a star takes slashes"),
    Case("ArnLike", "arn:aws:s*s:r:1:t", ("arn:aws:sns:r:1:t",), YES, "a star within a segment"),
    Case("ArnNotEquals", ["arn:aws:sns:r:1:t", "arn:aws:sns:r:1:u"], ("arn:aws:sns:r:1:u",), NO, "none may fit"),
    Case("ArnNotLikeIfExists", "arn:aws:sns:r:1:*", ("arn:aws:sns:r:1:t",), NO, "there, and it fits"),
    Case("Null", ["true", "false"], ("x",), YES, "either"),
    Case("Null", "false", None, OPEN, "open the other way"),
    Case("ForAllValues:StringEquals", ["a"], ("",), YES, "an empty text is no value", pages.SETS),
    Case("ForAnyValue:StringEquals", [""], ("",), NO, "an empty text is no value here either", pages.SETS),
    Case("ForAllValues:StringNotEquals", ["a"], ABSENT, YES, "none is there, none is a", pages.SETS),
    Case("ForAllValues:StringEqualsIgnoreCase", ["Env"], ("env", "ENV"), YES, "tag keys in any case", pages.SETS),
    Case(
        "ForAllValues:ArnLike", "arn:aws:sns:r:1:*", ("arn:aws:sns:r:1:t", "arn:aws:sqs:r:1:t"), NO, "one", pages.SETS
    ),
    Case(
        "ForAnyValue:ArnEquals", "arn:aws:sns:r:1:t", ("arn:aws:sqs:r:1:t", "arn:aws:sns:r:1:t"), YES, "one", pages.SETS
    ),
    Case("ForAnyValue:NumericLessThan", "10", ("20", "5"), YES, "one is less", pages.SETS),
    Case("ForAllValues:NumericLessThan", "10", ("20", "5"), NO, "one is not", pages.SETS),
    Case("ForAnyValue:IpAddress", "203.0.113.0/24", ("198.51.100.1",), NO, "none is inside", pages.SETS),
    Case("ForAnyValue:StringEqualsIfExists", ["a"], ABSENT, YES, "absent passes", pages.SETS),
    Case("ForAnyValue:StringLike", "a*", None, OPEN, "open", pages.SETS),
    Case("ForAnyValue:StringNotLike", "a*", ("ab", "x"), YES, "one does not fit", pages.SETS),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{c.operator} {c.values} {c.given}: {c.why}" for c in CASES])
def test_condition(case: Case) -> None:
    estate = Estate()
    alice = estate.user("alice", allow("ec2:StopInstances", Condition={case.operator: {"zz:Key": case.values}}))
    context = {} if case.given is None else {"ZZ:kEY": case.given}  # key names ignore case
    question = Question(identity=alice, action="ec2:StopInstances", context=context)
    decision = decide(estate.inventory(), question)
    assert decision.answer == case.expected, decision.reason
    if case.expected == OPEN:
        assert decision.conditions == ("zz:Key",)


def test_every_operator_has_a_case() -> None:
    used = {case.operator.lower().rpartition(":")[2].removesuffix("ifexists") for case in CASES}
    assert used >= OPERATORS


def decided(condition: dict[str, Any], context: dict[str, tuple[str, ...]]) -> str:
    """Answer to a request under one condition block."""
    estate = Estate()
    alice = estate.user("alice", allow("ec2:StopInstances", Condition=condition), tags={"team": "blue"})
    question = Question(identity=alice, action="ec2:StopInstances", context=context)
    return decide(estate.inventory(), question).answer


BLOCKS: list[tuple[dict[str, Any], dict[str, tuple[str, ...]], str, str]] = [
    ({"StringEquals": {"zz:A": "1", "zz:B": "2"}}, {"zz:A": ("1",), "zz:B": ("2",)}, YES, "two keys, both met"),
    ({"StringEquals": {"zz:A": "1", "zz:B": "2"}}, {"zz:A": ("1",), "zz:B": ("3",)}, NO, "two keys, one not met"),
    ({"StringEquals": {"zz:A": "1"}, "Bool": {"zz:B": "true"}}, {"zz:A": ("1",), "zz:B": ("true",)}, YES, "two"),
    ({"StringEquals": {"zz:A": "1"}, "Bool": {"zz:B": "true"}}, {"zz:A": ("1",)}, OPEN, "one met, one open"),
    ({"StringEquals": {"zz:A": "1"}, "Bool": {"zz:B": "true"}}, {"zz:A": ("2",)}, NO, "one not met, one open"),
    ({"StringEquals": {"zz:A": "${aws:username}"}}, {"zz:A": ("alice",)}, YES, "a variable in a value"),
    ({"StringEquals": {"zz:A": "${aws:username}"}}, {"zz:A": ("bob",)}, NO, "a variable with another value"),
    ({"StringEquals": {"zz:A": "${aws:PrincipalTag/team}"}}, {"zz:A": ("blue",)}, YES, "a tag"),
    ({"StringEquals": {"zz:A": "${zz:B}"}}, {"zz:A": ("x",), "zz:B": ("x",)}, YES, "two keys compared"),
    ({"StringEquals": {"zz:A": "${zz:B}"}}, {"zz:A": ("x",), "zz:B": ()}, NO, "a variable without a value"),
    ({"StringLike": {"zz:A": "${aws:username}/*"}}, {"zz:A": ("alice/x",)}, YES, "a variable in a pattern"),
    ({"StringLike": {"zz:A": "${zz:B}"}}, {"zz:A": ("anything",), "zz:B": ("*",)}, NO, "a value is no pattern"),
    ({"StringEquals": {"zz:A": "${zz:B}"}}, {"zz:A": ("x",)}, OPEN, "an open variable"),
    ({"StringEquals": {"aws:PrincipalTag/Team": "blue"}}, {}, YES, "tag keys ignore case"),
    ({"StringEquals": {"aws:PrincipalTag/none": "x"}}, {}, NO, "a user without the tag"),
    ({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}, {}, YES, "the account is known"),
    ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/al*"}}, {}, YES, "the caller is known"),
    ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, {}, NO, "and is no role"),
    ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, {}, YES, "a user is no service"),
    ({"StringEquals": {"aws:SourceAccount": "1"}}, {}, NO, "a user sends no source account"),
    ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {}, OPEN, "a second factor is open"),
    ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, {}, OPEN, "decide takes nothing as chosen"),
    ({}, {}, YES, "an empty condition block"),
    ({"StringEquals": {"zz:A": "${zz:B, 'x'}"}}, {"zz:A": ("x",), "zz:B": ()}, YES, "a default for an absent key"),
    ({"StringEquals": {"zz:A": "${zz:B, 'x'}"}}, {"zz:A": ("x",), "zz:B": ("y",)}, NO, "a default gives way"),
    ({"StringEquals": {"zz:A": "${zz:B, 'x'}"}}, {"zz:A": ("x",)}, OPEN, "an open key may have no value"),
    ({"StringEquals": {"zz:A": "${zz:B}"}}, {"zz:A": ("x",), "zz:B": ("x", "y")}, NO, "a variable has one value"),
    (
        {"ArnLike": {"zz:A": "arn:aws:iam::1:user/${aws:username}"}},
        {"zz:A": ("arn:aws:iam::1:user/alice",)},
        YES,
        "ARN",
    ),
    ({"NumericEquals": {"zz:A": "${zz:B}"}}, {"zz:A": ("5",), "zz:B": ("5",)}, NO, "numbers take no variables"),
    ({"Bool": {"zz:A": "${zz:B}"}}, {"zz:A": ("true",), "zz:B": ("true",)}, NO, "truth values take no variables"),
    ({"Null": {"zz:A": "false"}, "ForAllValues:StringEquals": {"zz:A": ["a"]}}, {"zz:A": ()}, NO, "the usual guard"),
    ({"Null": {"zz:A": "false"}, "ForAllValues:StringEquals": {"zz:A": ["a"]}}, {"zz:A": ("a",)}, YES, "guard passed"),
    ({"StringEquals": {"zz:A": "1"}, "StringNotEquals": {"zz:A": "1"}}, {"zz:A": ("1",)}, NO, "a contradiction"),
    ({"StringLike": {"aws:PrincipalTag/team": ["red", "bl*"]}}, {}, YES, "any of several patterns for a tag"),
    ({"StringNotEquals": {"aws:PrincipalTag/team": ["red", "blue"]}}, {}, NO, "no value may be the tag's"),
    ({"StringEqualsIfExists": {"aws:PrincipalTag/none": "x"}}, {}, YES, "a tag that a user does not have"),
    ({"Null": {"aws:PrincipalTag/none": "true"}}, {}, YES, "a tag that is asked to be absent"),
    ({"StringEquals": {"aws:PrincipalType": "User"}}, {}, YES, "a user is of type User"),
    ({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, {}, NO, "and of no other"),
    ({"StringEquals": {"kms:CallerAccount": "111122223333"}}, {}, YES, "the account that calls KMS is known"),
    ({"Null": {"aws:SourceIdentity": "true"}}, {}, YES, "a user has no source identity"),
]
"""Condition block, what the request carries, the answer, and why."""


@pytest.mark.parametrize(("condition", "context", "expected", "why"), BLOCKS)
def test_condition_block(
    condition: dict[str, Any], context: dict[str, tuple[str, ...]], expected: str, why: str
) -> None:
    assert decided(condition, context) == expected, why
