"""Which grants cover everything of their kind, and which of several is the surest."""

from __future__ import annotations

import pytest

from nhiscan.inventory import Inventory
from nhiscan.powers import by_capability, covers_everything, surest, told
from tests.rules.support import ACCOUNT, account, may

ESTATE = Inventory((account(),))


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        ACCOUNT,
        "arn:aws:s3:::*",
        "arn:aws:s3:::*/*",
        "arn:aws:secretsmanager:*:111122223333:secret:*",
        "arn:aws:ssm:eu-west-1:111122223333:parameter/*",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:sqs:*:*:*",
    ],
)
def test_everything(resource: str) -> None:
    assert covers_everything(ESTATE, resource)


@pytest.mark.parametrize(
    "resource",
    [
        "",
        "arn:aws:s3:::acme-data/*",
        "arn:aws:s3:::acme-data",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:openai-*",
        "arn:aws:ssm:eu-west-1:111122223333:parameter/app/*",
        "aws:444455556666",
        "/subscriptions/1/resourceGroups/x",
    ],
)
def test_not_everything(resource: str) -> None:
    assert not covers_everything(ESTATE, resource)


def test_the_surest_grant_comes_first_and_the_worst_capability_too() -> None:
    grants = [
        may("x", "read_data", answer="unknown"),
        may("x", "read_data", answer="conditional"),
        may("x", "read_data", "b"),
        may("x", "destroy"),
    ]
    found = by_capability(grants)
    assert list(found) == ["destroy", "read_data"]
    best = surest(found["read_data"])
    assert best is not None
    assert (best.answer, best.resource) == ("allowed", "b")
    assert surest([]) is None


def test_a_grant_without_a_reason_is_still_a_sentence() -> None:
    assert told(may("x", "destroy", reason="")) == "x may destroy data and systems on *"
    assert told(may("x", "destroy", reason="a\nb")) == "a b"
