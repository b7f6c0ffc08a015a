"""Whether an entry of a secret store seems to hold the key of an LLM provider, judged by what is written about it.

Nobody reads the value. The name decides before anything else: one that ends in a word for a place, an id or a model
("openai-endpoint-url"), or that speaks of a password, a database or a certificate, is no key, whatever tags and
description say. Tags come next, and the description last: it is free text that anybody with write access to the entry
may choose, so only a phrase in which the provider stands beside a word for a key counts, and the result says that it
came from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from nhiscan.detectors import llm_name, names_a_secret, only_refers

_BEFORE: Final = re.compile(r"\A(?:[a-z][a-z0-9-]{0,60}!|/?copilot/)")
"""What AWS puts before a name of its own: the service that manages a secret ("bedrock-agentcore-identity!default/…"),
and the folder of the AWS Copilot command line, which is no LLM product."""
_AT_THE_END: Final = re.compile(
    r"(?:[-_/. ]+(?:prod|production|prd|live|dev|development|test|staging|stage|stg|qa|uat|sandbox|v?[0-9]{1,4}))+\Z",
    re.IGNORECASE,
)
"""Words at the end of a name that change nothing in what it names: "openai-base-url-prod"."""
_OTHER: Final = re.compile(
    r"(?<![a-z])(?:passwords?|passwd|pwd|passphrase|db|database|rds|postgres(?:ql)?|mysql|aurora|redis|mongo(?:db)?"
    r"|webhooks?|tls|ssl|cert(?:ificate)?s?|ssh|config|settings)(?![a-z])",
    re.IGNORECASE,
)
"""Words in the name of what is something else than a key of an API, even where it belongs to an LLM product."""
_NEED_KEY: Final = frozenset({"bedrock", "google", "azure-search", "llm", "mcp", "ollama", "vllm"})
"""Names that alone do not mean an outside account: what is called after them must also be called a key."""
_PROVIDER_TAGS: Final = frozenset(
    {"provider", "aiprovider", "llmprovider", "modelprovider", "apiprovider", "vendor", "llm", "llmvendor", "saas"}
)
"""Keys of tags whose value names a provider, in lower case and without signs."""
_KEY_WORDS: Final = frozenset({"key", "keys", "apikey", "apikeys", "token", "tokens", "credential", "credentials"})
_JOINING: Final = frozenset({"for", "of", "to", "from"})
_READ: Final = 512
"""Characters of a description that are looked at."""


def key_provider(name: str, tags: Mapping[str, str] | None = None, description: str = "") -> tuple[str, str]:
    """LLM provider whose key an entry seems to hold, and what says so: "name", "tag Provider" or "description".

    Two empty texts when it does not seem to hold one.
    """
    plain = _AT_THE_END.sub("", _BEFORE.sub("", name[:2048]))
    if only_refers(plain) or _OTHER.search(plain):
        return "", ""
    provider = llm_name(plain)
    if provider and (provider not in _NEED_KEY or names_a_secret(plain)):
        return provider, "name"
    for key, value in sorted((tags or {}).items()):
        provider = llm_name(value)
        if provider and (_letters(key) in _PROVIDER_TAGS or names_a_secret(value)):
            return provider, f"tag {key}"
    provider = next(_in_phrases(description[:_READ]), "")
    return (provider, "description") if provider else ("", "")


def _letters(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


def _in_phrases(text: str) -> Iterator[str]:
    """Providers that stand beside a word for a key: "OpenAI API key", "token of Hugging Face"."""
    for clause in re.split(r"[.,;:()\n!?]", text):
        words = re.findall(r"[\w-]+", clause)
        for place, word in enumerate(words):
            if word.lower() not in _KEY_WORDS:
                continue
            provider = llm_name(" ".join(words[max(0, place - 3) : place]))
            if not provider and {item.lower() for item in words[place + 1 : place + 2]} & _JOINING:
                provider = llm_name(" ".join(words[place + 2 : place + 5]))
            if provider:
                yield provider
