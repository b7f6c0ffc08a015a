"""LLM providers stand in sentences as they write themselves."""

from __future__ import annotations

from nhiscan.detectors import _LLM_NAMES, DETECTORS
from nhiscan.llm import llm_title


def test_every_provider_that_is_told_by_a_name_or_a_form_has_a_title() -> None:
    found = {provider for _, provider in _LLM_NAMES} | {one.ai_provider for one in DETECTORS if one.ai_provider}
    assert {provider for provider in found if llm_title(provider) == provider} <= {"watsonx"}


def test_one_that_nobody_knows_stands_as_it_is_on_one_line() -> None:
    assert llm_title("acme-models") == "acme-models"
    assert llm_title("acme\nmodels") == "acme models"
