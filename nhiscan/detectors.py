"""Detectors: the shapes of credentials, as one table. Shapes are public facts of each provider's documentation.

A detector fires on a value alone when its shape is unmistakable, or only beside a name that says what it is.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec


class Detector(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of one kind of credential."""

    id: str
    pattern: re.Pattern[str]
    """Its whole match is the secret, or its group `secret` is. Every repetition is bounded."""
    hints: tuple[str, ...]
    """One of these stands in every value that can match: a cheap test before the pattern."""
    ai_provider: str = ""
    near: re.Pattern[str] | None = None
    """When set, the name of the field or variable must match it: the shape alone says too little."""


def _detector(
    id: str, pattern: str, *hints: str, ai: str = "", near: str = "", flags: re.RegexFlag = re.NOFLAG
) -> Detector:
    return Detector(
        id=id,
        pattern=re.compile(pattern, flags),
        hints=hints,
        ai_provider=ai,
        near=re.compile(near, re.IGNORECASE) if near else None,
    )


_END = r"(?![A-Za-z0-9_-])"
_BEGIN = r"(?<![A-Za-z0-9_-])"

DETECTORS: Final[tuple[Detector, ...]] = (
    # LLM and AI providers
    _detector("openai-service-account-key", _BEGIN + r"sk-svcacct-[A-Za-z0-9_-]{20,250}", "sk-svcacct-", ai="openai"),
    _detector("openai-admin-key", _BEGIN + r"sk-admin-[A-Za-z0-9_-]{20,250}", "sk-admin-", ai="openai"),
    _detector("openai-project-key", _BEGIN + r"sk-proj-[A-Za-z0-9_-]{20,250}", "sk-proj-", ai="openai"),
    _detector("openai-key", _BEGIN + r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}" + _END, "T3BlbkFJ", ai="openai"),
    _detector("anthropic-admin-key", _BEGIN + r"sk-ant-admin\d\d-[\w-]{20,150}", "sk-ant-admin", ai="anthropic"),
    _detector("anthropic-oauth-token", _BEGIN + r"sk-ant-o[ar]t\d\d-[\w-]{20,150}", "sk-ant-o", ai="anthropic"),
    _detector("anthropic-key", _BEGIN + r"sk-ant-(?:api|sid)\d\d-[\w-]{20,150}", "sk-ant-", ai="anthropic"),
    _detector("openrouter-key", _BEGIN + r"sk-or-v1-[0-9a-f]{64}", "sk-or-v1-", ai="openrouter"),
    _detector("langfuse-secret-key", _BEGIN + r"sk-lf-[0-9a-f-]{36}", "sk-lf-", ai="langfuse"),
    _detector("bedrock-short-term-key", r"bedrock-api-key-[A-Za-z0-9+/=_-]{40,4000}", "bedrock-api-key-", ai="bedrock"),
    _detector("bedrock-long-term-key", _BEGIN + r"ABSK[A-Za-z0-9+/]{80,300}={0,2}", "ABSK", ai="bedrock"),
    _detector("google-api-key", _BEGIN + r"AIza[\w-]{35}" + _END, "AIza", ai="google"),
    _detector("google-bound-api-key", _BEGIN + r"AQ\.[A-Za-z0-9_-]{30,200}", "AQ.", ai="google"),
    _detector(
        "huggingface-token", _BEGIN + r"(?:hf|api_org)_[A-Za-z0-9]{34}" + _END, "hf_", "api_org_", ai="huggingface"
    ),
    _detector("groq-key", _BEGIN + r"gsk_[A-Za-z0-9]{52}" + _END, "gsk_", ai="groq"),
    _detector("xai-key", _BEGIN + r"xai-[0-9A-Za-z_]{80}" + _END, "xai-", ai="xai"),
    _detector("perplexity-key", _BEGIN + r"pplx-[A-Za-z0-9]{48}" + _END, "pplx-", ai="perplexity"),
    _detector("replicate-token", _BEGIN + r"r8_[0-9A-Za-z_-]{37}" + _END, "r8_", ai="replicate"),
    _detector("nvidia-key", _BEGIN + r"nvapi-[A-Za-z0-9_-]{64}" + _END, "nvapi-", ai="nvidia"),
    _detector("elevenlabs-key", _BEGIN + r"sk_[a-f0-9]{48}" + _END, "sk_", ai="elevenlabs"),
    _detector("langsmith-key", _BEGIN + r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}", "lsv2_", ai="langsmith"),
    _detector("pinecone-key", _BEGIN + r"pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}" + _END, "pcsk_", ai="pinecone"),
    _detector("fireworks-key", _BEGIN + r"fw_[A-Za-z0-9]{22,64}" + _END, "fw_", ai="fireworks"),
    _detector("cerebras-key", _BEGIN + r"csk-[A-Za-z0-9]{40,64}" + _END, "csk-", ai="cerebras"),
    _detector("tavily-key", _BEGIN + r"tvly-[A-Za-z0-9-]{20,64}" + _END, "tvly-", ai="tavily"),
    _detector("firecrawl-key", _BEGIN + r"fc-[a-f0-9]{32}" + _END, "fc-", ai="firecrawl"),
    _detector("deepseek-key", _BEGIN + r"sk-[a-z0-9]{32}" + _END, "sk-", ai="deepseek", near="deepseek"),
    _detector("azure-openai-key", r"\b[a-f0-9]{32}\b", "", ai="azure-openai", near="openai|cognitive"),
    _detector(
        "azure-ai-key", r"\b[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{10}(?:AAAB|ACOG|AAAA)[A-Za-z0-9]{4,12}\b", "JQQJ99",
        ai="azure-openai",
    ),
    _detector("cohere-key", r"\b[A-Za-z0-9]{40}\b", "", ai="cohere", near=r"cohere|^co_api_key$"),
    _detector("mistral-key", r"\b[A-Za-z0-9]{32}\b", "", ai="mistral", near="mistral"),
    _detector("wandb-key", r"\b[a-f0-9]{40}\b", "", ai="wandb", near="wandb"),
    # Clouds
    _detector(
        "aws-secret-access-key", r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])", "",
        near=r"secret.?access.?key|aws.?secret",
    ),
    _detector("entra-client-secret", r"(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])", "Q~"),
    _detector(
        "private-key",
        r"-----BEGIN (?:[A-Z0-9]{2,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"[\s\S]{0,20000}?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)",
        "PRIVATE KEY",
    ),
    # Code, SaaS and stores
    _detector("github-token", _BEGIN + r"gh[pour]_[0-9A-Za-z]{36,255}", "ghp_", "gho_", "ghu_", "ghr_"),
    _detector("github-app-token", _BEGIN + r"ghs_[A-Za-z0-9._-]{36,1000}", "ghs_"),
    _detector("github-fine-grained-token", _BEGIN + r"github_pat_\w{40,255}", "github_pat_"),
    _detector(
        "gitlab-token", _BEGIN + r"gl(?:pat|dt|cbt|rt|ptt|agent|oas|soat|ft|ffct|imt)-[0-9A-Za-z_.-]{20,320}",
        "glpat-", "gldt-", "glcbt-", "glrt-", "glptt-", "glagent-", "gloas-", "glsoat-", "glft-", "glffct-", "glimt-",
    ),
    _detector("slack-token", _BEGIN + r"xox[abeprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,250}", "xox"),
    _detector("slack-app-token", _BEGIN + r"xapp-[A-Za-z0-9-]{20,250}", "xapp-"),
    _detector(
        "slack-webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,200}", "hooks.slack.com"
    ),
    _detector("databricks-token", _BEGIN + r"dapi[a-f0-9]{32}(?:-\d)?" + _END, "dapi"),
    _detector("vault-token", _BEGIN + r"hv[sbr]\.[A-Za-z0-9_-]{24,300}", "hvs.", "hvb.", "hvr."),
    _detector("npm-token", _BEGIN + r"npm_[A-Za-z0-9]{36}" + _END, "npm_"),
    _detector("pypi-token", _BEGIN + r"pypi-AgE[A-Za-z0-9_-]{50,500}", "pypi-AgE"),
    _detector("digitalocean-token", _BEGIN + r"do[por]_v1_[a-f0-9]{64}", "_v1_"),
    _detector("linear-key", _BEGIN + r"lin_api_[A-Za-z0-9]{40}", "lin_api_"),
    _detector("notion-token", _BEGIN + r"ntn_[A-Za-z0-9]{40,60}", "ntn_"),
    _detector("atlassian-token", _BEGIN + r"ATATT3[A-Za-z0-9_=-]{50,400}", "ATATT3"),
    _detector("sendgrid-key", _BEGIN + r"SG\.[\w-]{16,32}\.[\w-]{30,64}", "SG."),
    _detector("stripe-key", _BEGIN + r"[sr]k_live_[0-9A-Za-z]{20,255}", "k_live_"),
    _detector("grafana-token", _BEGIN + r"gl(?:c|sa)_[A-Za-z0-9+/=_]{32,400}", "glc_", "glsa_"),
    _detector("sentry-token", _BEGIN + r"sntry[su]_[A-Za-z0-9+/=_-]{40,400}", "sntrys_", "sntryu_"),
    _detector("1password-token", _BEGIN + r"ops_eyJ[A-Za-z0-9+/=_-]{100,4000}", "ops_eyJ"),
    _detector("doppler-token", _BEGIN + r"dp\.(?:pt|st|ct|sa|scim)\.[A-Za-z0-9._-]{40,80}", "dp."),
    _detector("pulumi-token", _BEGIN + r"pul-[a-f0-9]{40}" + _END, "pul-"),
    _detector("postman-key", _BEGIN + r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}", "PMAK-"),
    _detector("heroku-key", _BEGIN + r"HRKU-[A-Za-z0-9_-]{36,70}", "HRKU-"),
    _detector("fly-token", _BEGIN + r"(?:fo1|fm[12]r?)_[A-Za-z0-9+/=_-]{40,1000}", "fo1_", "fm1", "fm2"),
    _detector("planetscale-token", _BEGIN + r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}", "pscale_"),
    _detector("okta-token", r"(?<![\w=-])00[\w=-]{40}(?![\w=-])", "00", near="okta|ssws"),
    _detector("json-web-token", _BEGIN + r"eyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}\.[\w-]{10,1500}", "eyJ"),
    _detector("password-in-url", r"[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"]{0,100}:(?P<secret>[^\s/@'\"]{3,200})@", "://"),
    _detector(
        "authorization-header", r"(?i:basic|bearer)\s+(?P<secret>[A-Za-z0-9+/=._-]{20,2000})",
        "asic ", "earer ", "ASIC ", "EARER ",
    ),
)  # fmt: skip

LLM_NAMES: Final[tuple[tuple[str, str], ...]] = (
    ("azure.?openai|azure.?ai.?api|azure.?inference", "azure-openai"),
    ("openai", "openai"),
    ("anthropic|claude", "anthropic"),
    ("bearer.?token.?bedrock|bedrock.?api.?key", "bedrock"),
    ("gemini|google.?api.?key|google.?generative", "google"),
    ("mistral", "mistral"),
    ("cohere|^co.api.key", "cohere"),
    ("groq", "groq"),
    ("xai.?api", "xai"),
    ("perplexity|pplx", "perplexity"),
    ("together.?(?:ai|api)", "together"),
    ("fireworks", "fireworks"),
    ("deepseek", "deepseek"),
    ("openrouter", "openrouter"),
    ("replicate", "replicate"),
    ("^hf.token|hugging.?face", "huggingface"),
    ("nvidia.?api", "nvidia"),
    ("cerebras", "cerebras"),
    ("voyage.?api", "voyage"),
    ("elevenlabs", "elevenlabs"),
    ("assemblyai", "assemblyai"),
    ("deepgram", "deepgram"),
    ("langsmith|langchain", "langsmith"),
    ("langfuse", "langfuse"),
    ("litellm", "litellm"),
    ("portkey", "portkey"),
    ("helicone", "helicone"),
    ("pinecone", "pinecone"),
    ("weaviate", "weaviate"),
    ("qdrant", "qdrant"),
    ("tavily", "tavily"),
    ("firecrawl", "firecrawl"),
    ("wandb", "wandb"),
    ("watsonx", "watsonx"),
    (r"(?:^|[_/.\s-])llm(?:$|[_/.\s-])", "llm"),
)
"""Words in a variable's or secret's name, and the provider that they mean; the first that matches counts."""

_LLM = tuple((re.compile(word, re.IGNORECASE), provider) for word, provider in LLM_NAMES)
_SECRET_NAME = re.compile(
    r"(?:api.?key|secret|token|passw(?:or)?d|passphrase|credential|private.?key|access.?key|auth|apikey|master.?key"
    r"|connection.?string|dsn|(?:^|[_-])(?:key|pat|pwd)$)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:_?(?:arn|name|file|path|param(?:eter)?|ref|reference|id|endpoint|url|uri|host|region|version|model|ttl|expiry"
    r"|enabled|mode|type|algorithm|issuer|audience|header|bucket|prefix|max|limit|count|length|budget))$",
    re.IGNORECASE,
)


def llm_name(name: str) -> str:
    """The LLM provider that a variable's, secret's or parameter's name speaks of; empty when none."""
    text = name[:512]
    return next((provider for pattern, provider in _LLM if pattern.search(text)), "")


def names_a_secret(name: str) -> bool:
    """Whether a name says that its value is a secret, and not only where one is kept (…_ARN, …_FILE, …_URL)."""
    text = name[:512]
    return bool(_SECRET_NAME.search(text)) and not _REFERENCE.search(text)
