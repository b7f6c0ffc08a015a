"""Each workload needs a key to the AI service of its own."""

from __future__ import annotations

from nhiscan.rules.shared_llm_key import RULE
from tests.rules.support import ACCOUNT, SISTER, account, estate, gap, link, secret, sighting, workload

SEEN = (
    *workload("chat"),
    *workload("mail"),
    sighting("chat", ai_provider="openai"),
    sighting("mail", ai_provider="openai"),
)
STORED = (
    secret("openai/prod", ai_provider="openai"),
    *workload("sales"),
    *workload("hr"),
    link("sales", "openai/prod", "reads_secret"),
    link("hr", "openai/prod", "reads_secret"),
)
EXAMPLE = estate(*SEEN, *STORED)


def test_one_value_in_two_workloads_is_found_as_a_fact_and_one_entry_as_likely() -> None:
    seen, stored = EXAMPLE.run(RULE).findings
    assert (seen.subject, seen.confidence, seen.severity, seen.related) == ("chat", "high", "medium", ("mail",))
    assert seen.evidence == (
        "one key of OpenAI, ending in 9xYz, stands in 2 workloads: lambda function chat and lambda function mail",
    )
    assert (stored.subject, stored.confidence) == ("openai/prod", "medium")
    assert stored.evidence == (
        "2 workloads are set up with secret openai/prod, which seems to hold a key of OpenAI: lambda function hr and"
        " lambda function sales",
    )


def test_a_fingerprint_of_another_scan_is_the_same_finding() -> None:
    again = (*SEEN[:2], *(sighting(id, ai_provider="openai", fingerprint="new") for id in ("chat", "mail")))
    assert estate(*again).run(RULE).finding.fingerprint == EXAMPLE.run(RULE).findings[0].fingerprint


def test_versions_of_one_workload_do_not_share() -> None:
    assert estate(*SEEN, link("mail", "chat", "part_of")).run(RULE).clean
    assert estate(*STORED, link("hr", "sales", "part_of")).run(RULE).clean


def test_keys_of_their_own_and_secrets_of_other_kinds_are_clean() -> None:
    own = sighting("mail", ai_provider="openai", fingerprint="other")
    assert estate(*workload("chat"), *workload("mail"), sighting("chat", ai_provider="openai"), own).run(RULE).clean
    assert estate(*workload("a"), *workload("b"), sighting("a"), sighting("b")).run(RULE).clean
    plain = (
        secret("db"),
        *workload("a"),
        *workload("b"),
        link("a", "db", "reads_secret"),
        link("b", "db", "reads_secret"),
    )
    assert estate(*plain).run(RULE).clean


def test_a_key_that_crosses_environments_weighs_more() -> None:
    said = estate(
        account(SISTER, environment="development"),
        account("aws:1", environment="production"),
        *workload("chat", scope=SISTER),
        *workload("mail", scope="aws:1"),
        sighting("chat", ai_provider="openai"),
        sighting("mail", ai_provider="openai"),
    ).run(RULE)
    assert said.finding.severity == "high"
    assert "they belong to different environments: development and production" in said.text


def test_an_environment_that_nobody_named_is_no_other_one() -> None:
    said = estate(
        account("aws:1", environment="production"),
        *workload("chat", scope=ACCOUNT),
        *workload("mail", scope="aws:1"),
        *workload("news", scope="aws:nobody-knows"),
        *(sighting(id, ai_provider="openai") for id in ("chat", "mail", "news")),
    ).run(RULE)
    assert said.finding.severity == "medium"


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(gap("workloads")).run(RULE).unknown == [ACCOUNT]
    assert estate(gap("secrets", subjects=("chat",))).run(RULE).unknown == ["chat"]
