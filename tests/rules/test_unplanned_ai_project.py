"""A project that Google AI Studio made."""

from __future__ import annotations

from nhiscan.rules.unplanned_ai_project import RULE
from tests.rules.support import ACCOUNT, access_key, estate, gap, resource, user

STUDIO = resource("Google AI Studio in project gen-lang-client-1", "google-ai-studio-project", shadow_ai="true")
EXAMPLE = estate(STUDIO, user("bot"), access_key("bot"))


def test_a_project_that_a_product_made_is_found_with_what_is_in_it() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.confidence) == (ACCOUNT, "medium", "medium")
    assert finding.evidence == (
        f"account {ACCOUNT} is named as Google AI Studio names those that it makes",
        "it holds iam user bot and access key AKIA-bot",
    )


def test_other_resources_are_clean_and_hidden_organizations_are_not() -> None:
    assert estate(resource("r", "agent-registry")).run(RULE).clean
    assert estate(gap("organization")).run(RULE).unknown == [ACCOUNT]
