"""Frameworks that agents are made with, by the names of images and layers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nhiscan.classify.names import ai_word_in
from nhiscan.detectors import llm_name

_FRAMEWORKS = (
    "ag2", "agent-framework", "autogen", "crewai", "dify", "dspy", "fastmcp", "flowise", "google-adk", "haystack",
    "langchain", "langflow", "langgraph", "litellm", "llama-index", "mcp", "n8n", "openai-agents", "pydantic-ai",
    "semantic-kernel", "smolagents", "strands-agents", "vllm",
)  # fmt: skip
_BY_LETTERS = {name.replace("-", ""): name for name in _FRAMEWORKS}
_NAMED = re.compile(
    r"(?<![a-z0-9])(crew[-_.]?ai|" + "|".join(name.replace("-", "[-_.]?") for name in _FRAMEWORKS) + r")(?![a-z0-9])"
)
_LONGEST = 1024


def frameworks_in(texts: Iterable[str]) -> str:
    """The frameworks that names of images or layers speak of, sorted and joined by ", "; empty when none."""
    found = {
        _BY_LETTERS[re.sub("[-_.]", "", match[1])]
        for text in texts
        for match in _NAMED.finditer(text[:_LONGEST].lower())
    }
    return ", ".join(sorted(found))


def looks_like_an_agent(texts: Iterable[str], variables: Iterable[str]) -> bool:
    """Whether something is worth a closer look: a word of the AI trade in its texts, or a variable for an LLM.

    It decides only what is asked next, never what a thing is.
    """
    texts = list(texts)
    return (
        any(llm_name(name) for name in variables) or bool(frameworks_in(texts)) or any(ai_word_in(one) for one in texts)
    )
