"""A user that was made to carry a key should carry that key and nothing else."""

from __future__ import annotations

from nhiscan.model import Membership, Policy, PolicyUse
from nhiscan.rules.orphaned_phantom_user import RULE
from tests.rules.support import ACCOUNT, access_key, ai_key, estate, gap, password, signal, user

PHANTOM = (user("BedrockAPIKey-x1"), signal("BedrockAPIKey-x1", "bedrock-console-user"))
POLICY = Policy(id="p", provider="aws", kind="managed", name="AmazonBedrockLimitedAccess", scope=ACCOUNT)
ATTACHED = (POLICY, PolicyUse(policy="p", target="BedrockAPIKey-x1", use="permission"))

EXAMPLE = estate(*PHANTOM, *ATTACHED)


def test_permissions_that_outlive_the_key_are_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "BedrockAPIKey-x1"
    assert finding.severity == "medium"
    assert finding.evidence == (
        "iam user BedrockAPIKey-x1 was made to carry a key to an AI service and has none that works",
        "it still holds the permissions of AmazonBedrockLimitedAccess",
    )


def test_permissions_of_a_group_count() -> None:
    group = (POLICY, PolicyUse(policy="p", target="g", use="permission"))
    said = estate(*PHANTOM, *group, Membership(member="BedrockAPIKey-x1", group="g")).run(RULE)
    assert said.found == ["BedrockAPIKey-x1"]


def test_a_boundary_is_no_permission() -> None:
    boundary = (POLICY, PolicyUse(policy="p", target="BedrockAPIKey-x1", use="boundary"))
    assert estate(*PHANTOM, *boundary).run(RULE).clean


def test_an_inactive_key_is_no_key() -> None:
    said = estate(*PHANTOM, *ATTACHED, ai_key("BedrockAPIKey-x1", status="inactive")).run(RULE)
    assert said.found == ["BedrockAPIKey-x1"]


def test_a_user_with_its_key_is_clean() -> None:
    assert estate(*PHANTOM, *ATTACHED, ai_key("BedrockAPIKey-x1")).run(RULE).clean


def test_an_access_key_that_was_added_later_is_found_beside_the_working_key() -> None:
    said = estate(*PHANTOM, *ATTACHED, ai_key("BedrockAPIKey-x1"), access_key("BedrockAPIKey-x1")).run(RULE)
    assert said.finding.severity == "high"
    assert said.finding.related == ("AKIA-BedrockAPIKey-x1",)
    assert "also holds access key AKIA-BedrockAPIKey-x1" in said.text


def test_both_faults_are_two_findings() -> None:
    said = estate(*PHANTOM, *ATTACHED, password("BedrockAPIKey-x1")).run(RULE)
    assert len({finding.fingerprint for finding in said.findings}) == 2


def test_a_user_of_that_name_without_the_signal_is_clean() -> None:
    assert estate(user("BedrockAPIKey-x1"), *ATTACHED).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(*PHANTOM, *ATTACHED, gap("credentials")).run(RULE).unknown == ["BedrockAPIKey-x1"]
    unread = ai_key("BedrockAPIKey-x1", status=None)
    assert estate(*PHANTOM, *ATTACHED, unread).run(RULE).unknown == ["BedrockAPIKey-x1"]
    assert estate(*PHANTOM, gap("policies")).run(RULE).unknown == ["BedrockAPIKey-x1"]


def test_an_empty_shell_is_clean() -> None:
    assert estate(*PHANTOM).run(RULE).clean
