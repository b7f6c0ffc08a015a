"""Which environment a name or tag speaks of."""

from __future__ import annotations

import re

_WORDS = {
    "production": ("prod", "production", "prd", "live"),
    "staging": ("staging", "stage", "stg", "preprod", "preproduction", "uat"),
    "development": ("dev", "development", "test", "sandbox", "qa", "lab", "nonprod", "nonproduction"),
}
_BY_WORD = {word: environment for environment, words in _WORDS.items() for word in words}
_TURNS = {"non": "development", "not": "development", "no": "development", "pre": "staging"}
"""Words that turn "production" behind them into something else: "non-prod", "pre-production"."""


def environment_of(*texts: str) -> str | None:
    """production, staging or development, by the first whole word that says so; None when none does."""
    for text in texts:
        before = ""
        for word in re.split(r"[^a-z]+", text.lower()[:512]):
            environment = _BY_WORD.get(word)
            if environment is not None:
                return _TURNS.get(before, environment) if environment == "production" else environment
            before = word
    return None
