"""What Google Cloud's own facts amount to."""

from __future__ import annotations

import pytest

from nhiscan.classify import classify
from nhiscan.model import Identity, Signal
from nhiscan.result import IdentityClass

ACCOUNT = Identity(
    id="//iam.googleapis.com/projects/-/serviceAccounts/x@lab.iam.gserviceaccount.com",
    provider="gcp",
    kind="google-service-account",
    name="x",
    scope="//cloudresourcemanager.googleapis.com/projects/lab",
)


@pytest.mark.parametrize(
    ("signals", "class_", "mixed"),
    [
        (("registered-agent",), "ai_persona", False),
        (("bound-to-llm-key",), "ai_persona", False),
        (("acted-for-user",), "ai_persona", False),
        (("ai-roles-only",), "unknown", False),
        (("ai-studio-project",), "unknown", False),
        # A key of Gemini and a program that runs as it: two uses of one account.
        (("bound-to-llm-key", "runs-workload"), "ai_persona", True),
        (("registered-agent", "runs-workload"), "ai_persona", True),
        # A default account that holds a role of AI stays the platform's.
        (("platform-default-account", "ai-roles-only"), "legacy_service", False),
    ],
)
def test_facts_of_google(signals: tuple[str, ...], class_: IdentityClass, mixed: bool) -> None:
    told = [Signal(subject=ACCOUNT.id, name=name, detail="told") for name in signals]
    verdict = classify(ACCOUNT, told)
    assert (verdict.class_, verdict.mixed) == (class_, mixed)


def test_one_agent_told_twice_is_one_fact() -> None:
    told = [Signal(subject=ACCOUNT.id, name=name, detail="told") for name in ("runs-agent", "registered-agent")]
    assert classify(ACCOUNT, told).confidence == classify(ACCOUNT, told[:1]).confidence
