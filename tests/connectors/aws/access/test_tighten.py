"""Proposed policies: what was used stays, what was not goes, and what nobody knows is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nhiscan.access.proposal import Proposal, Window
from nhiscan.model import Gap, Usage
from nhiscan_connectors.aws.access.tighten import tighten
from tests.connectors.aws.access.estates import ACCOUNT, Estate, allow, deny, user_arn

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
WINDOW = Window(clock=CLOCK, unused=timedelta(days=90))
ANN = user_arn("ann")


def used(service: str, days: float | None = 1, *actions: str, old: str = "") -> list[Usage]:
    when = None if days is None else CLOCK - timedelta(days=days)
    found = [Usage(identity=ANN, service=service, last_used_at=when)]
    found += [Usage(identity=ANN, service=service, action=f"{service}:{a}", last_used_at=when) for a in actions]
    if old:
        found.append(
            Usage(identity=ANN, service=service, action=f"{service}:{old}", last_used_at=CLOCK - timedelta(days=300))
        )
    return found


def proposed(statements: list[dict[str, Any]], *uses: list[Usage]) -> Proposal:
    estate = Estate()
    estate.user("ann", *statements)
    estate.add(*[use for group in uses for use in group])
    return tighten(estate.inventory(), ANN, WINDOW)


def kept(proposal: Proposal) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(proposal.document)["Statement"]
    return statements


def actions(proposal: Proposal) -> list[str]:
    return [action for statement in kept(proposal) if statement["Effect"] == "Allow" for action in statement["Action"]]


def test_a_service_that_was_not_used_goes() -> None:
    proposal = proposed([allow(["ec2:*", "sqs:*"])], used("ec2", 1, "DescribeInstances"), used("sqs", None))
    assert actions(proposal) == ["ec2:DescribeInstances"]
    assert proposal.dropped == ("sqs was not used in the time that IAM remembers, and not in the last 90 days",)


def test_use_before_the_window_does_not_count() -> None:
    proposal = proposed([allow(["ec2:*", "sqs:*"])], used("ec2"), used("sqs", 200))
    assert actions(proposal) == ["ec2:*"]
    assert proposal.dropped[0].startswith("sqs was not used since 2026-05-08")


def test_an_action_that_was_not_used_goes() -> None:
    proposal = proposed([allow("ec2:*")], used("ec2", 1, "RunInstances", old="TerminateInstances"))
    assert actions(proposal) == ["ec2:RunInstances"]


def test_what_was_used_and_is_not_granted_by_the_statement_is_not_added() -> None:
    proposal = proposed([allow("ec2:Describe*")], used("ec2", 1, "RunInstances", "DescribeInstances"))
    assert actions(proposal) == ["ec2:DescribeInstances"]


def test_resources_and_conditions_stay_as_they_are() -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    statement = allow("ec2:*", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*", Condition=condition)
    proposal = proposed([statement], used("ec2", 1, "StartInstances"))
    assert kept(proposal) == [{**statement, "Action": ["ec2:StartInstances"]}]


def test_denies_stay() -> None:
    refusal = deny("ec2:TerminateInstances")
    proposal = proposed([allow("ec2:*"), refusal], used("ec2"))
    assert kept(proposal)[-1] == refusal


def test_a_service_of_which_only_the_use_is_known_keeps_all_that_was_granted() -> None:
    proposal = proposed([allow("glue:Get*")], used("glue"))
    assert actions(proposal) == ["glue:Get*"]
    assert "IAM tells of glue that it was used, not which actions: all that was granted stays" in proposal.unknown


def test_actions_on_data_stay_with_their_service() -> None:
    proposal = proposed([allow("s3:*")], used("s3", 1, "ListAllMyBuckets"))
    assert "s3:GetObject*" in actions(proposal)
    assert "s3:DeleteBucket" not in actions(proposal)
    proposal = proposed([allow("s3:GetObject")], used("s3", 1, "ListAllMyBuckets"))
    assert actions(proposal) == ["s3:GetObject"]


def test_pass_role_stays_with_iam() -> None:
    proposal = proposed([allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/app")], used("iam", 1, "ListRoles"))
    assert actions(proposal) == ["iam:PassRole"]
    assert any("iam:PassRole" in sentence for sentence in proposal.unknown)


def test_an_administrator_keeps_the_services_that_were_used() -> None:
    proposal = proposed([allow("*")], used("ec2", 1, "RunInstances"), used("glue"), used("sqs", None))
    assert actions(proposal) == ["ec2:RunInstances", "glue:*"]


def test_everything_but_is_written_out() -> None:
    statement = {"Effect": "Allow", "NotAction": ["iam:*", "ec2:Terminate*"], "Resource": "*"}
    proposal = proposed(
        [statement], used("iam", 1, "ListRoles"), used("ec2", 1, "RunInstances", "TerminateInstances"), used("glue")
    )
    assert actions(proposal) == ["ec2:RunInstances", "glue:*"]


def test_a_service_that_the_data_do_not_speak_of_stays_and_is_said() -> None:
    proposal = proposed([allow(["brandnew:Go", "ec2:*"])], used("ec2", 1, "RunInstances"))
    assert "brandnew:Go" in actions(proposal)
    assert "the usage data do not speak of brandnew: review those by hand" in proposal.unknown


def test_without_usage_data_nothing_is_proposed() -> None:
    proposal = proposed([allow("*")])
    assert not proposal.document
    assert "scan with --usage" in proposal.unknown[0]


def test_incomplete_usage_data_are_said() -> None:
    estate = Estate()
    estate.user("ann", allow("ec2:*"))
    gap = Gap(
        connector="aws", scope=f"aws:{ACCOUNT}", operation="x", reason="failed", blinds=("usage",), subjects=(ANN,)
    )
    estate.add(*used("ec2"), gap)
    proposal = tighten(estate.inventory(), ANN, WINDOW)
    assert any("not complete" in sentence for sentence in proposal.unknown)


def test_a_policy_that_could_not_be_read_is_said() -> None:
    estate = Estate()
    estate.user("ann", allow("ec2:*"))
    estate.attach(ANN, None, f"arn:aws:iam::{ACCOUNT}:policy/unread")
    estate.add(*used("ec2"))
    proposal = tighten(estate.inventory(), ANN, WINDOW)
    assert "policy unread could not be read, so nothing of it is in the proposal" in proposal.unknown


def test_a_proposal_that_is_too_long_says_so() -> None:
    names = [f"Action{number:04}" for number in range(600)]
    proposal = proposed([allow("ec2:*")], used("ec2", 1, *names))
    assert any("split it" in sentence for sentence in proposal.unknown)


@pytest.mark.parametrize("statement", [{"Effect": "Allow"}, {"Effect": "Allow", "Action": 7, "Resource": "*"}])
def test_statements_that_are_none_grant_nothing(statement: dict[str, Any]) -> None:
    assert not proposed([statement], used("ec2")).document


def test_somebody_else_has_no_proposal() -> None:
    assert not tighten(Estate().inventory(), "nobody", WINDOW).document
