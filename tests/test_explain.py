"""Explain: a record told in sentences, with what is known, what is wrong and what nobody could see."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiscan.errors import UsageError
from nhiscan.explain import MOST_LINES, Explainer, explain, find
from nhiscan.result import (
    CapabilityItem,
    CheckResult,
    EvidenceItem,
    GapResult,
    NodeResult,
    OwnerItem,
    ScanResult,
    UnknownItem,
)
from tests.results import credential, edge, finding, identity, result, secret, workload

MAY = datetime(2026, 5, 4, 23, 59, tzinfo=UTC)
ROLE = "arn:aws:iam::1:role/app/support"


def gap(operation: str, **fields: Any) -> GapResult:
    base: dict[str, Any] = {
        "connector": "aws",
        "scope": "aws:1",
        "region": "",
        "operation": operation,
        "reason": "denied",
        "permission": "",
        "hides": "",
    }
    return GapResult(**base | fields)


def failed(rule: str) -> CheckResult:
    return CheckResult(
        rule=rule,
        title="t",
        severity="high",
        why="w",
        remediation="r",
        references=[],
        controls=[],
        examined=1,
        found=0,
        unknown=1,
        failed="the rule raised KeyError: 'x'",
    )


@pytest.fixture(name="estate")
def _estate() -> ScanResult:
    """A workflow becomes a role, an agent runs as it, it reads a secret that holds the key of another provider."""
    role = identity(
        ROLE,
        name="support",
        class_="ai_persona",
        confidence=0.98,
        mixed=True,
        created_at=MAY,
        last_used_at=MAY,
        last_use="used",
        admin="can_become",
        admin_reason="it can attach AdministratorAccess to itself",
        risk_score=81,
        owners=[OwnerItem(owner="ann", kind="owner", source="tag Owner", exists=False)],
        evidence=[
            EvidenceItem(
                signal="runs-agent",
                class_="ai_persona",
                weight=0.98,
                tier="authoritative",
                detail="runtime desk runs as it",
                source="agentcore:GetAgentRuntime",
            ),
            EvidenceItem(
                signal="runs-agent", class_="human", weight=-0.3, tier="authoritative", detail="runtime desk runs as it"
            ),
            EvidenceItem(
                signal="new", class_="unknown", weight=0, tier="lexical", detail="says new (not counted: why)"
            ),
        ],
        capabilities=[
            CapabilityItem(
                capability="read_secrets",
                resource="*",
                answer="conditional",
                conditions=["aws:SourceIp"],
                reason="policy p",
            )
        ],
        unknowns=[UnknownItem(rule="stale_identity", why="its last use could not be read")],
    )
    return result(
        identities=[
            role,
            identity("arn:aws:iam::1:user/admin", name="admin", admin="is"),
            identity(
                "openai:org/sa/bot",
                name="bot",
                class_="unknown",
                leaning="ai_persona",
                settle="An agent would settle it.",
            ),
        ],
        credentials=[
            credential("AKIA1", ROLE, created_at=MAY, lifetime="never_expires", last_use="never"),
            credential("sk-1", "openai:org/sa/bot", kind="api-key", ai_provider="openai", expires_at=MAY),
        ],
        workloads=[
            workload(
                "desk", [ROLE], agent=True, ai_platform="AgentCore", model="claude", public=True, variables=["B", "A"]
            )
        ],
        secrets=[secret("arn:aws:secretsmanager:eu:1:secret:llm", name="llm", ai_provider="openai", rotated_at=MAY)],
        nodes=[NodeResult(id="oidc:ci#repo:corp/x", type="outside_identity", name="repo:corp/x")],
        edges=[
            edge(ROLE, "AKIA1", "has_credential"),
            edge("openai:org/sa/bot", "sk-1", "has_credential"),
            edge("desk", ROLE, "runs_as", reason="desk runs as support"),
            edge("oidc:ci#repo:corp/x", ROLE, "trusted_by", reason="support trusts repo:corp/x", conditions=["ci:sub"]),
            edge(
                ROLE,
                "arn:aws:iam::1:user/admin",
                "can_become",
                reason="support can create keys for admin",
                fix="deny it",
            ),
            edge(ROLE, "arn:aws:secretsmanager:eu:1:secret:llm", "reads_secret", reason="support reads llm"),
            edge("sk-1", "arn:aws:secretsmanager:eu:1:secret:llm", "stored_in", reason="sk-1 is kept in llm"),
            edge(ROLE, "owner:ann", "owned_by", reason="support is answered for by ann"),
            edge("desk", "registry", "registered_in", reason="desk is registered in registry"),
        ],
        findings=[
            finding("old_key", "AKIA1", severity="critical"),
            finding("public_agent", "desk", related=[ROLE]),
            finding("elsewhere", "arn:aws:iam::1:user/admin"),
        ],
        gaps=[
            gap("iam:ListUsers", permission="iam:ListUsers", hides="which users there are"),
            gap("s3:List", scope="aws:2"),
            gap("iam:GetRole", subjects=["another"]),
            gap("lambda:ListFunctions", region="us-east-1", reason="throttled"),
        ],
        checks=[failed("broken_rule")],
    )


def told(estate: ScanResult, id: str) -> dict[str, tuple[str, ...]]:
    return {section.title: section.lines for section in explain(estate, id)}


def test_an_identity_is_told_from_its_name_to_its_remedies(estate: ScanResult) -> None:
    assert told(estate, ROLE) == {
        "What it is": (
            "support is an iam-role in account name of aws:1 (aws:1).",
            f"Its id is {ROLE}.",
            "It was created on 2026-05-04.",
            "It was last used on 2026-05-04.",
            "Its risk score is 81 of 100.",
        ),
        "Why we believe it": (
            "It is an AI persona, with a confidence of 0.98 of 1.",
            "Strong evidence speaks for two classes at once: it is probably shared.",
            "For an AI persona: runtime desk runs as it"
            " (runs-agent, authoritative, weight 0.98, from agentcore:GetAgentRuntime).",
            "Against a person: runtime desk runs as it (runs-agent, authoritative, weight 0.30).",
            "Without weight: says new (not counted: why).",
        ),
        "What it holds": (
            "access-key AKIA1: active, a standing secret, created 2026-05-04. It never expires."
            " It was never used, as far back as the provider remembers.",
        ),
        "Who answers for it": ("ann (owner, by tag Owner), who is known to have left.",),
        "What it can do": (
            "It is no administrator, but it can make itself one: it can attach AdministratorAccess to itself.",
            "Under conditions it can read secrets on *, where aws:SourceIp allows: policy p.",
            "support can create keys for admin.",
            "  To break it: deny it.",
        ),
        "What it reaches": (
            "llm (arn:aws:secretsmanager:eu:1:secret:llm), 1 step: support reads llm.",
            "sk-1 (sk-1), 2 steps: support reads llm; then sk-1 is kept in llm.",
            "bot (openai:org/sa/bot), 3 steps: support reads llm; then sk-1 is kept in llm;"
            " then openai:org/sa/bot has_credential sk-1.",
        ),
        "Whom it trusts": ("support trusts repo:corp/x, where ci:sub allows.",),
        "Who can become it": (
            "desk (desk), 1 step: desk runs as support.",
            "repo:corp/x (oidc:ci#repo:corp/x), 1 step, where ci:sub allows: support trusts repo:corp/x.",
        ),
        "What runs as it": ("desk runs as support.",),
        "What is wrong with it": (
            "Critical: Title of old_key (found on AKIA1), rule old_key.",
            "  evidence of old_key.",
            "  What to do: mend old_key.",
            "High: Title of public_agent (found on desk), rule public_agent.",
            "  evidence of public_agent.",
            "  What to do: mend public_agent.",
        ),
        "What is not known": (
            "Rule stale_identity could not judge it: its last use could not be read.",
            "iam:ListUsers was not answered (denied; it needs iam:ListUsers),"
            " so it is not known which users there are.",
            "lambda:ListFunctions in us-east-1 was not answered (throttled).",
            "Rule broken_rule failed, so it judged nothing at all: the rule raised KeyError: 'x'.",
        ),
    }


def test_a_workload_is_told_with_the_chain_to_the_secret(estate: ScanResult) -> None:
    found = told(estate, "desk")
    assert "The platform says that it is an AI agent of AgentCore, or a part of one." in found["What it is"]
    assert "It answers callers from the internet without authorisation." in found["What it is"]
    assert "Its environment variables are named A, B." in found["What it is"]
    assert found["What it runs as"][0] == f"It runs as support ({ROLE}), an AI persona."
    assert found["Who answers for it"] == ("Nobody is named as answering for it.",)
    assert (
        "llm (arn:aws:secretsmanager:eu:1:secret:llm), 2 steps: desk runs as support; then support reads llm."
        in found["What it reaches"]
    )
    assert found["What else it is connected to"] == ("desk is registered in registry.",)
    # Another region's gap says nothing of a workload of this one.
    assert not any("us-east-1" in line for line in found["What is not known"])


def test_a_secret_is_told_with_those_who_can_get_at_it(estate: ScanResult) -> None:
    found = told(estate, "arn:aws:secretsmanager:eu:1:secret:llm")
    assert "It seems to hold a key of the LLM provider OpenAI." in found["What it is"]
    assert found["Who can get at it"] == (
        f"support ({ROLE}), 1 step: support reads llm.",
        "desk (desk), 2 steps: desk runs as support; then support reads llm.",
        "repo:corp/x (oidc:ci#repo:corp/x), 2 steps, where ci:sub allows:"
        " support trusts repo:corp/x; then support reads llm.",
    )


def test_a_secret_value_in_the_open_is_told_with_where_it_was_seen() -> None:
    seen = secret("sighting:ab", name="openai-key …wxyz", last4="wxyz", seen_in=["f"])
    estate = result(secrets=[seen], workloads=[workload("f")], edges=[edge("f", "sighting:ab", "exposes")])
    found = told(estate, "sighting:ab")
    assert "It was seen in f (f)." in found["What it is"]
    assert found["Who can get at it"] == ("f (f), 1 step: f exposes sighting:ab.",)


def test_a_credential_is_told_with_its_holder(estate: ScanResult) -> None:
    found = told(estate, "sk-1")
    assert "It expires on 2026-05-04." in found["What it is"]
    assert "It opens the LLM provider OpenAI." in found["What it is"]
    assert "What it is cannot be said; most speaks for an AI persona." in found["Who holds it"]
    assert "An agent would settle it." in found["Who holds it"]
    assert any(line.startswith("desk (desk), 3 steps") for line in found["Who can get at it"])
    assert found["What is wrong with it"] == ("No rule found anything.",)


def test_a_credential_without_a_holder_says_so() -> None:
    found = told(result(credentials=[credential("k", "gone")]), "k")
    assert found["Who holds it"] == ("Its holder gone is not in the result.",)


def test_other_nodes_are_told_too(estate: ScanResult) -> None:
    found = told(estate, "oidc:ci#repo:corp/x")
    assert found["What it is"][0] == "repo:corp/x is an outside identity."
    assert any("secret:llm), 2 steps, where ci:sub allows" in line for line in found["What it reaches"])
    owner = result(
        identities=[identity("r")],
        nodes=[NodeResult(id="owner:ann", type="owner", name="ann")],
        edges=[edge("r", "owner:ann", "owned_by")],
    )
    assert told(owner, "owner:ann")["What it answers for"] == ("It answers for r (r).",)


def test_conditions_that_are_sentences_are_told_as_such() -> None:
    item = CapabilityItem(
        capability="administer",
        resource="aws:1",
        answer="conditional",
        conditions=["it activates entitlement owner", "aws:SourceIp"],
        reason="role owner",
    )
    found = told(result(identities=[identity("r", capabilities=[item])]), "r")["What it can do"]
    assert found[1] == (
        "Under conditions it can administer on account name of aws:1 (aws:1), where aws:SourceIp allows, if it"
        " activates entitlement owner: role owner."
    )


def test_not_knowing_is_said() -> None:
    dark = identity("r", class_="unknown", settle="Ask.", last_use="unknown", admin="unknown", mfa=None)
    found = told(result(identities=[dark]), "r")
    assert "When it was created is not known." in found["What it is"]
    assert "When it was last used is not known." in found["What it is"]
    assert found["Why we believe it"] == ("What it is cannot be said.", "Ask.")
    assert found["What it can do"] == ("Whether it is an administrator is not known.",)
    assert found["What it holds"] == ("No credential was found.",)
    assert found["Who can become it"] == ("Nobody that was seen can become it.",)
    assert (
        "Whether it answers callers from the internet is not known."
        in told(result(workloads=[workload("w")]), "w")["What it is"]
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("conditional", ", under conditions"),
        ("latent", ", once what it needs is there"),
        ("unknown", ", perhaps: what decides it could not be read"),
        ("allowed", ""),
    ],
)
def test_a_way_says_how_sure_it_is(answer: str, words: str) -> None:
    estate = result(identities=[identity("a"), identity("b")], edges=[edge("a", "b", "can_become", answer=answer)])
    assert told(estate, "b")["Who can become it"] == (f"a (a), 1 step{words}: a can_become b.",)


def test_what_is_long_is_counted() -> None:
    names = [f"i{n:03}" for n in range(60)]
    estate = result(
        identities=[identity(name) for name in ("r", *names)], edges=[edge(name, "r", "can_become") for name in names]
    )
    lines = told(estate, "r")["Who can become it"]
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "... and 35 more."


def test_hostile_names_cannot_steer_a_terminal() -> None:
    estate = result(identities=[identity("r", name="x\x1b[2J\n\u202eevil", description="a\rb")])
    lines = [line for section in explain(estate, "r") for line in section.lines]
    assert all(line.isprintable() for line in lines)
    assert any("x\\u001b[2J\\u000a\\u202eevil" in line for line in lines)


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing with the id 'nope'"):
        explain(result(), "nope")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (ROLE, [ROLE]),
        ("support", [ROLE]),
        ("SUPPORT", [ROLE]),
        ("app/support", [ROLE]),
        ("llm", ["arn:aws:secretsmanager:eu:1:secret:llm"]),
        (" desk ", ["desk"]),
        ("akia1", ["AKIA1"]),
        ("arn:aws:iam", [ROLE, "arn:aws:iam::1:user/admin"]),
        ("upp", [ROLE]),
        ("corp/x", ["oidc:ci#repo:corp/x"]),
        ("nope", []),
        ("", []),
    ],
)
def test_find(estate: ScanResult, text: str, ids: list[str]) -> None:
    assert find(estate, text) == ids


def test_find_gives_all_that_share_a_name() -> None:
    estate = result(identities=[identity("1", name="ci"), identity("2", name="ci"), identity("3", name="ci-old")])
    assert find(estate, "ci") == ["1", "2"]
    assert find(estate, "c") == ["1", "2", "3"]


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_result_does_not_matter(random: Any) -> None:
    edges = [edge(a, b, "can_become") for a in "abcd" for b in "abcd"]
    names = list("abcd")
    before = [explain(result(identities=[identity(n) for n in names], edges=edges), n) for n in "abcd"]
    random.shuffle(edges)
    random.shuffle(names)
    assert [explain(result(identities=[identity(n) for n in names], edges=edges), n) for n in "abcd"] == before


def test_one_index_serves_many_questions() -> None:
    size = 5000
    estate = result(
        identities=[identity(f"i{n:05}") for n in range(size)],
        edges=[edge(f"i{n:05}", f"i{n + 1:05}", "can_become") for n in range(0, size - 1, 2)],
        gaps=[gap(f"op{n}", scope=f"aws:{n}") for n in range(size)],
    )
    begun = time.process_time()
    explainer = Explainer(estate)
    for n in range(size):
        explainer.explain(f"i{n:05}")
    assert time.process_time() - begun < 10
