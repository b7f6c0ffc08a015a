"""Regions that an identity is confined to: by a policy of the organization, by its own Allows, by its boundary."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.aws.access.estates import ACCOUNT, Estate, allow, deny, document

EU = ["eu-west-1", "eu-central-1"]


def where(operator: str, values: str | list[str], **more: Any) -> dict[str, Any]:
    return {operator: {"aws:RequestedRegion": values}, **more}


def confined(estate: Estate, identity: str) -> tuple[str, ...] | None:
    inventory, _ = estate.judged()
    found = inventory.confinements_of(identity)
    assert len(found) <= 1
    return found[0].regions if found else None


@pytest.mark.parametrize(
    ("statements", "regions"),
    [
        ([allow("*")], None),
        ([allow("*"), deny("*", Condition=where("StringNotEquals", EU))], ("eu-central-1", "eu-west-1")),
        ([allow("*"), deny("*", Condition=where("StringNotLike", "eu-*"))], ("eu-*",)),
        (
            [
                allow("*"),
                {
                    "Effect": "Deny",
                    "NotAction": ["iam:*", "sts:*"],
                    "Resource": "*",
                    "Condition": where("StringNotEquals", EU),
                },
            ],
            ("eu-central-1", "eu-west-1"),
        ),
        ([allow("s3:*", Condition=where("StringEquals", "eu-west-1"))], ("eu-west-1",)),
        (
            [
                allow("s3:*", Condition=where("StringEquals", "eu-west-1")),
                allow("ec2:*", Condition=where("StringEquals", "eu-north-1")),
            ],
            ("eu-north-1", "eu-west-1"),
        ),
        ([allow("s3:*", Condition=where("StringEquals", "eu-west-1")), allow("ec2:*")], None),
        ([allow("s3:*", Condition=where("StringEqualsIfExists", "eu-west-1"))], None),
        # A deny of one service, on some resources, or with a way out, leaves the rest of the world open.
        ([allow("*"), deny("ec2:*", Condition=where("StringNotEquals", EU))], None),
        ([allow("*"), deny("*", "arn:aws:s3:::b/*", Condition=where("StringNotEquals", EU))], None),
        (
            [
                allow("*"),
                deny(
                    "*",
                    Condition=where("StringNotEquals", EU, ArnNotLike={"aws:PrincipalArn": "arn:aws:iam::*:role/x"}),
                ),
            ],
            None,
        ),
        ([allow("*"), deny("*", Condition=where("StringEquals", EU))], None),
        (
            [
                allow("*", Condition=where("StringLike", "eu-*")),
                deny("*", Condition=where("StringNotEquals", ["eu-west-1", "us-east-1"])),
            ],
            ("eu-west-1",),
        ),
    ],
)
def test_own_policies(statements: list[dict[str, Any]], regions: tuple[str, ...] | None) -> None:
    estate = Estate()
    assert confined(estate, estate.user("ann", *statements)) == regions


def test_a_policy_of_the_organization_confines_every_identity_of_the_account() -> None:
    estate = Estate()
    estate.level("aws:o-1", "organization")
    estate.scope(parent="aws:o-1")
    text = document(allow("*"), deny("*", Condition=where("StringNotEquals", "eu-west-1")))
    estate.attach("aws:o-1", text, "p-region", use="organization-limit", kind="organization")
    assert confined(estate, estate.user("ann", allow("*"))) == ("eu-west-1",)


def test_an_unread_policy_leaves_it_open() -> None:
    estate = Estate()
    ann = estate.user("ann", allow("*", Condition=where("StringEquals", "eu-west-1")))
    estate.attach(ann, None, f"arn:aws:iam::{ACCOUNT}:policy/unread")
    assert confined(estate, ann) is None
