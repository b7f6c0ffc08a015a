"""Which environment a name or tag speaks of."""

from __future__ import annotations

import re

_WORDS = {
    "production": ("prod", "production", "prd", "live"),
    "staging": ("staging", "stage", "stg", "preprod", "uat"),
    "development": ("dev", "development", "test", "sandbox", "qa", "lab", "nonprod"),
}
_BY_WORD = {word: environment for environment, words in _WORDS.items() for word in words}


def environment_of(*texts: str) -> str | None:
    """production, staging or development, by the first whole word that says so; None when none does."""
    for text in texts:
        for word in re.split(r"[^a-z]+", text.lower()[:512]):
            if word in _BY_WORD:
                return _BY_WORD[word]
    return None
