"""The compiled evaluator gives what a slow and literal one gives, on whatever policies Hypothesis thinks of."""

from __future__ import annotations

import itertools
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.document import compile_document
from nhiscan_connectors.aws.access.layers import Layer, Profile, rule
from nhiscan_connectors.aws.access.patterns import covers, matches, meet
from tests.connectors.aws.access import reference

ACTIONS = ("s3:getobject", "s3:putobject", "iam:passrole", "iam:createaccesskey", "zz:do")
RESOURCES = (
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/y:z",
    "arn:aws:iam::1:role/a",
    "arn:aws:iam::1:user/ab",
    "arn:aws:zz:r:1:t/a/b",
    "*",
)
TEXTS = ("a", "b", "ab", "A", "a*")
KEYS = ("aws:username", "zz:k", "zz:m")

action_patterns = st.sampled_from(
    ["*", "*:*", "s3:*", "S3:Get*", "iam:*", "iam:?assrole", "*:p*", "s3:getobject", "zz:do", "iam:*Key", "s3*:*"]
)
segments = st.sampled_from(["*", "aws", "a*", "*s", "s3", "iam", "zz", "r", "?", "", "1", "a?s", "i*m"])
tails = st.sampled_from(
    [
        "*",
        "b/*",
        "b/x",
        "role/*",
        "role/a",
        "user/${aws:username}",
        "*/a/*",
        "t/*b",
        "b/?",
        "*:z",
        "user/${zz:k,'ab'}",
        "${*}",
    ]
)
resource_patterns = st.one_of(
    st.sampled_from(["*", "arn:*", "arn:aws:s3:*", "arn:aws:iam:*:role/a", "arn:aws:*:*:t/a/b", "arn:aws:s3:::b/x"]),
    st.tuples(segments, segments, segments, segments, tails).map(lambda parts: ":".join(("arn", *parts))),
)
texts = st.sampled_from([*TEXTS, "a?", "*", "${aws:username}", "${zz:m}x", "${zz:k, 'a'}"])
words = st.sampled_from(
    [
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
        "ForAllValues:StringEquals",
        "ForAllValues:StringNotLike",
        "ForAnyValue:StringLike",
        "ForAnyValue:StringNotEquals",
        "StringEqualsIfExists",
        "StringNotLikeIfExists",
        "Bool",
    ]
)
conditions = st.one_of(
    st.builds(lambda op, key, values: {op: {key: values}}, words, st.sampled_from(KEYS), st.lists(texts, max_size=3)),
    st.builds(lambda key, value: {"Null": {key: value}}, st.sampled_from(KEYS), st.sampled_from(["true", "false"])),
)
statements: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "A": st.tuples(st.booleans(), st.lists(action_patterns, min_size=1, max_size=2)),
        "R": st.tuples(st.booleans(), st.lists(resource_patterns, min_size=1, max_size=2)),
        "Condition": st.one_of(st.just({}), conditions),
    }
)


def statement(parts: dict[str, Any]) -> dict[str, Any]:
    (not_action, actions), (not_resource, resources) = parts["A"], parts["R"]
    return {
        "Effect": parts["Effect"],
        "NotAction" if not_action else "Action": actions,
        "NotResource" if not_resource else "Resource": resources,
        "Condition": parts["Condition"],
    }


documents = st.builds(
    lambda version, items: {"Version": version, "Statement": [statement(item) for item in items]},
    st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"]),
    st.lists(statements, min_size=1, max_size=3),
)
contexts = st.fixed_dictionaries({key: st.lists(st.sampled_from(TEXTS), max_size=2) for key in KEYS})


def compiled(layers: list[list[dict[str, Any]]]) -> Profile:
    made = [Layer("layer", [("p", compile_document(json.dumps(d), "identity")) for d in layer]) for layer in layers]
    return Profile(made[0], made[1] if len(made) > 1 else None, tuple(made[2:]))


def request(action: str, resource: str, context: dict[str, list[str]]) -> reference.Request:
    return {"action": action, "resource": resource, "context": context}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(documents, min_size=1, max_size=2), min_size=1, max_size=3),
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
    contexts,
)
def test_same_answer_for_a_known_context(
    layers: list[list[dict[str, Any]]], action: str, resource: str, context: dict[str, list[str]]
) -> None:
    profile = compiled(layers)
    known = Context({key: tuple(values) for key, values in context.items()})
    answer = rule(profile.view(action), resource, known, free=False).answer
    expected = reference.evaluate_layers(layers, request(action, resource, context))
    assert answer == ("allowed" if expected else "denied")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(documents, min_size=1, max_size=2), st.sampled_from(ACTIONS), st.sampled_from(RESOURCES))
def test_answer_for_an_open_context_holds_however_it_closes(
    layer: list[dict[str, Any]], action: str, resource: str
) -> None:
    profile = compiled([layer])
    answer = rule(profile.view(action), resource, Context({"aws:username": ("ab",)}), free=False).answer
    choices: tuple[list[str], ...] = ([], ["a"], ["ab"], ["b", "A"])
    closed = {
        reference.evaluate([*layer], request(action, resource, {"aws:username": ["ab"], "zz:k": k, "zz:m": m}))
        for k, m in itertools.product(choices, choices)
    }
    if answer == "allowed":
        assert closed == {True}
    elif answer == "denied":
        assert closed == {False}


@settings(max_examples=300, deadline=None)
@given(documents, st.sampled_from(ACTIONS))
def test_masks_agree_with_names(document: dict[str, Any], action: str) -> None:
    for made in compile_document(json.dumps(document), "identity").statements:
        from nhiscan_connectors.aws.access.universe import BIT

        if action in BIT:
            assert bool(made.mask & BIT[action]) == made.has_action(action)


arns = st.one_of(
    st.sampled_from(RESOURCES),
    st.tuples(segments, segments, segments, segments, tails).map(
        lambda parts: ":".join(("arn", *parts)).replace("*", "q").replace("?", "p")
    ),
)
plain_patterns = resource_patterns.filter(lambda pattern: "$" not in pattern)


@settings(max_examples=500, deadline=None)
@given(plain_patterns, arns)
def test_resource_patterns(pattern: str, arn: str) -> None:
    expected = reference.resource_match(tuple((char, False) for char in pattern), arn)
    assert matches(pattern, arn, "resource") == expected


@settings(max_examples=500, deadline=None)
@given(plain_patterns, plain_patterns, arns)
def test_covering_and_meeting(one: str, other: str, arn: str) -> None:
    both = matches(one, arn, "resource") and matches(other, arn, "resource")
    if covers(one, other) and matches(other, arn, "resource"):
        assert matches(one, arn, "resource")
    if both:
        assert meet(one, other) is not None
    common = meet(one, other)
    if common is not None:
        example = common.replace("*", "q").replace("?", "p")
        assert matches(one, example, "resource")
        assert matches(other, example, "resource")
