"""Detectors: the shapes of credentials, and the names that speak of one. Shapes are what each provider documents.

A detector fires on text alone when the shape is unmistakable, or only beside a name that says what it is. Every
pattern is written so that its time is linear in the text. `nhiscan.redact` walks answers with them.
"""

from __future__ import annotations

import base64
import binascii
import functools
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal[
    "api-key",
    "admin-key",
    "access-token",
    "refresh-token",
    "client-secret",
    "private-key",
    "password",
    "webhook",
    "signed-url",
    "identifier",
]


class Detector(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of one kind of credential."""

    id: str
    provider: str
    """Who issues it: "openai", "aws"; "any" for forms that everybody uses."""
    kind: Kind
    pattern: re.Pattern[str]
    """Its group `secret` is the secret, or its whole match where there is no such group."""
    hints: tuple[str, ...]
    """One of these stands in every text that can match: a cheap test before the pattern."""
    anchored: bool = True
    """Every match begins with a hint that no letter or digit precedes. Otherwise hints may stand anywhere in it."""
    ai_provider: str = ""
    """LLM provider that it opens; empty where the shape does not say."""
    near: re.Pattern[str] | None = None
    """When set, the name of the field or variable must match it: the shape alone says too little."""
    check: Callable[[str], bool] | None = None
    """A last test of the secret itself: its alphabet, its entropy, what it decodes to."""
    secret: bool = True
    """False for identifiers, which are left where they stand."""


def looks_random(text: str) -> bool:
    """Whether text looks made by a machine: long, of several kinds of characters, and no word, path or host name."""
    if len(text) < 12 or is_placeholder(text) or any(character.isspace() for character in text):
        return False
    return _is_wordless(text) and entropy(text) >= 3


def _is_wordless(text: str) -> bool:
    """Whether a part of a text, between signs, is long and neither a word, a number nor several words in one."""
    return any(len(part) >= 8 and not _WORD.fullmatch(part) for part in re.split(r"[^A-Za-z0-9]+", text))


def entropy(text: str) -> float:
    """Shannon entropy in bits a character, over the first 4,096."""
    counted = Counter(text[:4096])
    total = counted.total()
    return -sum(n / total * math.log2(n / total) for n in counted.values()) if total else 0.0


def is_placeholder(text: str) -> bool:
    """Whether text only stands where a secret would: "${TOKEN}", "<your key>", "xxxxxxxx", "changeme"."""
    return _PLACEHOLDER.fullmatch(text) is not None or len(set(text[:4096])) < 5


_WORD = re.compile(r"[0-9]+|[A-Za-z]?(?:[A-Z]?[a-z]{2,}+|[A-Z]{2,}+|[0-9]{1,8}+(?![0-9])){1,5}")
_PLACEHOLDER = re.compile(
    r"\$\{[^}]*\}|\$\([^)]*\)|\$[A-Z_]{2,}|\{\{.*\}\}|\{[A-Za-z_]*\}|<[^>]*>|%s|%\(\w*\)s"
    r"|(?i:change.?me|dummy|example|insert|none|null|placeholder|replace|todo|undefined|your)[A-Za-z _-]*"
)


def _mixed(secret: str) -> bool:
    """Upper and lower case in no order of words, as a name with hyphens that happens to begin like a key has not."""
    return (
        re.search("[a-z]", secret) is not None
        and re.search("[A-Z]", secret) is not None
        and _is_wordless(secret)
        and not is_placeholder(secret)
    )


def _varied(secret: str) -> bool:
    return not is_placeholder(secret) and len(set(secret)) >= 8


def _is_aws_secret(secret: str) -> bool:
    """Neither a path nor a digest, which can have as many characters of the same alphabet."""
    return _mixed(secret) and entropy(secret) > 3.8


def _is_credentials(secret: str) -> bool:
    """Whether base64 holds "user:password"; a word that follows "Basic" in a sentence does not."""
    try:
        user, colon, _ = base64.b64decode(secret + "=" * (-len(secret) % 4), validate=True).partition(b":")
    except (ValueError, binascii.Error):
        return False
    return bool(colon) and user.isascii() and user.decode("ascii", "replace").isprintable()


def _is_token(secret: str) -> bool:
    """Header and claims, each a JSON object, side by side."""
    parts = secret.split(".")
    return any(
        following.startswith("eyJ") and len(following) > 12 and len(part) - part.find("eyJ") > 12 and "eyJ" in part
        for part, following in itertools.pairwise(parts)
    )


def _holds(words: bytes) -> Callable[[str], bool]:
    """A test of base64: what it begins with, decoded, has one of the words in it."""
    pattern = re.compile(words)

    def check(secret: str) -> bool:
        try:
            return pattern.search(base64.b64decode(secret[:4096][: len(secret[:4096]) // 4 * 4])) is not None
        except (ValueError, binascii.Error):
            return False

    return check


def _detector(
    id: str,
    pattern: str,
    *hints: str,
    of: str,
    kind: Kind = "access-token",
    ai: str = "",
    near: str = "",
    check: Callable[[str], bool] | None = _varied,
    anchored: bool = True,
    secret: bool = True,
) -> Detector:
    return Detector(
        id=id,
        provider=of,
        kind=kind,
        pattern=re.compile(pattern, re.ASCII),
        hints=hints,
        anchored=anchored,
        ai_provider=ai,
        near=re.compile(near, re.IGNORECASE) if near else None,
        check=check,
        secret=secret,
    )


def _ai(id: str, pattern: str, *hints: str, of: str, kind: Kind = "api-key", mixed: bool = False) -> Detector:
    """A key of an LLM provider, or of a tool that agents use."""
    return _detector(id, pattern, *hints, of=of, kind=kind, ai=of, check=_mixed if mixed else _varied)


def _named(
    id: str, shape: str, *words: str, of: str, near: str, ai: bool = True, check: Callable[[str], bool] = _varied
) -> Detector:
    """A key without a mark of its own: it needs a name beside it, and a whole run of its shape.

    One of `words` begins the name that `near` describes.
    """
    run = rf"(?<![A-Za-z0-9/+_-])(?P<secret>{shape})(?![A-Za-z0-9/+_-])"
    spelled = {form for word in words for form in (word, word.upper(), word.capitalize(), _camel(word))}
    return _detector(
        id, run, *sorted(spelled), of=of, kind="api-key", ai=of if ai else "", near=near, check=check, anchored=False
    )


def _camel(word: str) -> str:
    return "".join(part.capitalize() for part in word.split("_"))


_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_GITLAB = ("pat", "dt", "cbt", "rt", "ptt", "agent", "oas", "soat", "ft", "ffct", "imt", "wt", "trt")
# Microsoft's identifiable keys: 52 random characters, a mark, 18 more, the service, a checksum.
_AZURE = r"(?<![A-Za-z0-9])[A-Za-z0-9]{52}JQQJ9[9DH]"

# The first that matches at a place counts, so the narrower one stands first.
DETECTORS: Final[tuple[Detector, ...]] = (
    # LLM providers, and the tools of agents
    _ai("openai-service-account-key", r"sk-(?:svcacct|service)-[\w-]{20,}", "sk-svcacct-", "sk-service-", of="openai",
        mixed=True),
    _ai("openai-admin-key", r"sk-admin-[\w-]{20,}", "sk-admin-", of="openai", kind="admin-key", mixed=True),
    _ai("openai-project-key", r"sk-proj-[\w-]{20,}", "sk-proj-", of="openai", mixed=True),
    _ai("openai-key", r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20,}", "sk-", of="openai"),
    _ai("anthropic-admin-key", r"sk-ant-admin\d\d-[\w-]{20,}", "sk-ant-admin", of="anthropic", kind="admin-key"),
    _ai("anthropic-oauth-token", r"sk-ant-oat\d\d-[\w-]{20,}", "sk-ant-oat", of="anthropic", kind="access-token"),
    _ai("anthropic-refresh-token", r"sk-ant-ort\d\d-[\w-]{20,}", "sk-ant-ort", of="anthropic", kind="refresh-token"),
    _ai("anthropic-session-key", r"sk-ant-sid\d\d-[\w-]{20,}", "sk-ant-sid", of="anthropic", kind="access-token"),
    _ai("anthropic-api-key", r"sk-ant-[\w-]{24,}", "sk-ant-", of="anthropic", mixed=True),
    _ai("openrouter-key", r"sk-or-v\d-[0-9a-f]{64}", "sk-or-v", of="openrouter"),
    _ai("langfuse-secret-key", rf"sk-lf-{_UUID}", "sk-lf-", of="langfuse"),
    _ai("bedrock-short-term-key", r"bedrock-api-key-[A-Za-z0-9+/=_-]{28,}", "bedrock-api-key-", of="bedrock",
        mixed=True),
    _ai("bedrock-long-term-key", r"ABSK[A-Za-z0-9+/]{80,}={0,2}", "ABSK", of="bedrock", mixed=True),
    # Google's keys open Gemini or Maps alike: only the name beside one tells.
    _detector("google-api-key", r"AIza[\w-]{35,}", "AIza", of="google", kind="api-key", check=_mixed),
    _ai("google-bound-api-key", r"AQ\.[\w-]{30,}", "AQ.", of="google", mixed=True),
    _ai("huggingface-token", r"(?:hf|api_org)_[A-Za-z0-9]{34,}", "hf_", "api_org_", of="huggingface"),
    _ai("groq-key", r"gsk_[A-Za-z0-9]{52,}", "gsk_", of="groq"),
    _ai("xai-key", r"xai-\w{70,}", "xai-", of="xai"),
    _ai("perplexity-key", r"pplx-[A-Za-z0-9]{48,}", "pplx-", of="perplexity"),
    _ai("replicate-token", r"r8_[\w-]{37,}", "r8_", of="replicate", mixed=True),
    _ai("nvidia-key", r"nvapi-[\w-]{60,}", "nvapi-", of="nvidia"),
    _ai("elevenlabs-key", r"sk_[a-f0-9]{48}", "sk_", of="elevenlabs"),
    _ai("langsmith-service-key", r"lsv2_sk_[a-f0-9]{32}_[a-f0-9]{10}", "lsv2_sk_", of="langsmith"),
    _ai("langsmith-personal-token", r"lsv2_pt_[a-f0-9]{32}_[a-f0-9]{10}", "lsv2_pt_", of="langsmith"),
    _ai("pinecone-key", r"pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}", "pcsk_", of="pinecone"),
    _ai("fireworks-key", r"fw_[A-Za-z0-9]{22,}", "fw_", of="fireworks", mixed=True),
    _ai("together-key", r"tgp_v1_[\w-]{40,}", "tgp_v1_", of="together"),
    _ai("cerebras-key", r"csk-[A-Za-z0-9]{40,}", "csk-", of="cerebras"),
    _ai("tavily-key", r"tvly-(?:[a-z]{2,8}-)?[A-Za-z0-9-]{20,}", "tvly-", of="tavily", mixed=True),
    _ai("firecrawl-key", r"fc-[a-f0-9]{32}", "fc-", of="firecrawl"),
    _ai("jina-key", r"jina_[\w-]{40,}", "jina_", of="jina"),
    _ai("e2b-key", r"e2b_[a-f0-9]{40}", "e2b_", of="e2b"),
    _named("deepseek-key", r"sk-[a-z0-9]{32}", "deepseek", "DeepSeek", of="deepseek", near="deepseek"),
    # The form that OpenAI began and that makers of compatible services took over.
    _detector("openai-style-key", r"sk-[A-Za-z0-9]{32,}", "sk-", of="any", kind="api-key"),
    _named("azure-openai-key", "[a-f0-9]{32}", "openai", "open_ai", "OpenAI", "cognitive", "azure_ai",
           of="azure-openai", near="open.?ai|cognitive|azure.?ai"),
    _named("cohere-key", "[A-Za-z0-9]{40}", "cohere", "co_api_key", of="cohere",
           near=r"cohere(?!n)|(?:^|[^a-z])co_api_key", check=_mixed),
    _named("mistral-key", "[A-Za-z0-9]{32}", "mistral", of="mistral", near="mistral", check=_mixed),
    _named("wandb-key", "[a-f0-9]{40}", "wandb", of="wandb", near="wandb"),
    _named("assemblyai-key", "[a-f0-9]{32}", "assemblyai", "assembly_ai", "AssemblyAI", of="assemblyai",
           near="assembly.?ai"),
    _named("deepgram-key", "[a-f0-9]{40}", "deepgram", of="deepgram", near="deepgram"),
    _named("together-hex-key", "[a-f0-9]{64}", "together_a", "togetherai", "together.ai", "togetherA", of="together",
           near="together.?(?:ai|api)"),
    _named("voyage-key", r"pa-[\w-]{40,}", "voyage", of="voyage", near="voyage", check=_mixed),
    _named("exa-key", _UUID, "exa_api", "exaApi", of="exa", near=r"(?:^|[^a-z])exa.?api"),
    # Clouds
    _named("aws-secret-access-key", "[A-Za-z0-9/+]{40}", "secret_access", "secret-access", "aws_secret", "awsSecret",
           "secretAccess", of="aws", near="secret.?access.?key|aws.?secret.?key", ai=False, check=_is_aws_secret),
    _detector("aws-access-key-id", r"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])",
              "A3T", "AKIA", "ASIA", "ABIA", "ACCA", of="aws", kind="identifier", check=None, secret=False),
    _detector("langfuse-public-key", rf"pk-lf-{_UUID}", "pk-lf-", of="langfuse", kind="identifier", check=None,
              secret=False),
    _detector("aws-session-token", r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/=%]{50,}", "IQoJb3JpZ2lu",
              "FwoGZXIvYXdz", "FQoGZXIvYXdz", of="aws"),
    _detector("aws-signed-url", r"X-Amz-Signature=(?P<secret>[0-9a-f]{64})", "X-Amz-Signature=", of="aws",
              kind="signed-url"),
    _detector("google-signed-url", r"X-Goog-Signature=(?P<secret>[0-9a-f]{64,})", "X-Goog-Signature=", of="google",
              kind="signed-url"),
    _detector("google-oauth-client-secret", r"GOCSPX-[\w-]{20,}", "GOCSPX-", of="google", kind="client-secret"),
    _detector("google-access-token", r"ya29\.[\w.-]{20,}", "ya29.", of="google"),
    _detector("google-refresh-token", r"1//0[\w-]{40,}", "1//0", of="google", kind="refresh-token", check=_mixed),
    _detector("azure-ai-key", _AZURE + r"[A-Za-z0-9]{18}ACOG[A-Za-z0-9]{4,}", "JQQJ9", of="azure", kind="api-key",
              ai="azure-openai", anchored=False),
    _detector("azure-devops-token", _AZURE + r"[A-Za-z0-9]{18}AZDO[A-Za-z0-9]{4,}", "JQQJ9", of="azure",
              anchored=False),
    _detector("azure-service-key", _AZURE + r"[A-Za-z0-9]{20,}", "JQQJ9", of="azure", kind="api-key", anchored=False),
    _detector("azure-storage-key", r"(?:Account|SharedAccess|Access)Key=(?P<secret>[A-Za-z0-9+/]{40,}={0,2})",
              "AccountKey=", "SharedAccessKey=", "AccessKey=", of="azure", kind="api-key"),
    _detector("azure-shared-access-signature", r"sig=(?P<secret>[A-Za-z0-9%+/=_-]{40,})", "sig=", of="azure",
              kind="signed-url"),
    _detector("entra-client-secret", r"[\w~.]{3}\dQ~[\w~.-]{31,}", "Q~", of="entra", kind="client-secret",
              anchored=False),
    _detector("private-key", r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-{1,4}[^-]+){0,64}"
              r"(?:-----END [A-Z0-9 ]{0,60}(?:-----)?)?", "PRIVATE KEY", of="any", kind="private-key",
              anchored=False, check=None),
    _detector("encoded-private-key", r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]{40,}", "LS0tLS1CRUdJTi", of="any",
              kind="private-key", check=_holds(rb"BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")),
    _detector("gcp-service-account-key", r"(?:eyJ0|ewog|ewoJ|ew0K|eyAi|ewoi)[A-Za-z0-9+/=]{300,}", "eyJ0",
              "ewog", "ewoJ", "ew0K", "eyAi", "ewoi", of="gcp", kind="private-key",
              check=_holds(rb'"(?:service_account|private_key_id)"')),
    # Code, SaaS and stores
    _detector("github-token", r"gh[pou]_[A-Za-z0-9]{36,}", "ghp_", "gho_", "ghu_", of="github"),
    _detector("github-refresh-token", r"ghr_[A-Za-z0-9]{36,}", "ghr_", of="github", kind="refresh-token"),
    # Since April 2026 ghs_<application>_<JWT>, some 520 characters with dots; before, 36 letters and digits.
    _detector("github-app-token", r"ghs_[\w.-]{36,}", "ghs_", of="github"),
    _detector("github-fine-grained-token", r"github_pat_\w{36,}", "github_pat_", of="github"),
    _detector("gitlab-token", rf"gl(?:{'|'.join(_GITLAB)})-[\w.=-]{{20,}}", *(f"gl{word}-" for word in _GITLAB),
              of="gitlab", check=_varied),
    _detector("gitlab-runner-registration-token", r"GR1348941[\w-]{20,}", "GR1348941", of="gitlab"),
    _detector("slack-token", r"xox[abceoprs](?:\.xox[bp])?-[\w-]{16,}", "xox", of="slack"),
    _detector("slack-app-token", r"xapp-[\w-]{20,}", "xapp-", of="slack"),
    _detector("slack-webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/-]{20,})",
              "hooks.slack.com", of="slack", kind="webhook"),
    _detector("discord-webhook", r"discord(?:app)?\.com/api/webhooks/(?P<secret>\d{15,22}/[\w-]{50,})", "discord",
              of="discord", kind="webhook"),
    _named("okta-token", r"00[\w=-]{40}", "okta", "ssws", of="okta", near="okta|ssws", ai=False),
    _detector("databricks-token", r"dapi[a-f0-9]{32}(?:-\d)?", "dapi", of="databricks"),
    _detector("databricks-oauth-secret", r"dose[a-f0-9]{32}", "dose", of="databricks", kind="client-secret"),
    _detector("vault-token", r"hv[sbr]\.[\w-]{24,}", "hvs.", "hvb.", "hvr.", of="vault"),
    _named("vault-legacy-token", r"s\.[A-Za-z0-9]{24}", "vault", of="vault", near="vault", ai=False, check=_mixed),
    _detector("terraform-cloud-token", r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}", ".atlasv1.", of="terraform",
              anchored=False),
    _detector("npm-token", r"npm_[A-Za-z0-9]{36,}", "npm_", of="npm"),
    _detector("pypi-token", r"pypi-AgE[\w-]{50,}", "pypi-AgE", of="pypi"),
    _detector("rubygems-key", r"rubygems_[a-f0-9]{48}", "rubygems_", of="rubygems", kind="api-key"),
    _detector("docker-token", r"dckr_[po]at_[\w-]{20,}", "dckr_pat_", "dckr_oat_", of="docker"),
    _detector("digitalocean-token", r"do[por]_v1_[a-f0-9]{64}", "dop_v1_", "doo_v1_", "dor_v1_", of="digitalocean"),
    _detector("linear-key", r"lin_(?:api|oauth)_[A-Za-z0-9]{40,}", "lin_api_", "lin_oauth_", of="linear",
              kind="api-key"),
    _detector("notion-token", r"ntn_[A-Za-z0-9]{40,}", "ntn_", of="notion"),
    _detector("notion-legacy-token", r"secret_[A-Za-z0-9]{43}(?![A-Za-z0-9])", "secret_", of="notion", check=_mixed),
    _detector("atlassian-token", r"AT[AC]TT3[\w=-]{50,}", "ATATT3", "ATCTT3", of="atlassian"),
    _detector("sendgrid-key", r"SG\.[\w-]{16,32}\.[\w-]{30,}", "SG.", of="sendgrid", kind="api-key"),
    _detector("stripe-key", r"[sr]k_(?:live|test)_[A-Za-z0-9]{20,}", "sk_live_", "rk_live_", "sk_test_", "rk_test_",
              of="stripe", kind="api-key"),
    _detector("stripe-webhook-secret", r"whsec_[A-Za-z0-9+/=]{30,}", "whsec_", of="stripe", kind="client-secret"),
    _detector("grafana-token", r"gl(?:c|sa)_[A-Za-z0-9+/=_]{32,}", "glc_", "glsa_", of="grafana"),
    _detector("sentry-token", r"sntry[su]_[A-Za-z0-9+/=_-]{40,}", "sntrys_", "sntryu_", of="sentry"),
    _detector("1password-token", r"ops_eyJ[A-Za-z0-9+/=_-]{100,}", "ops_eyJ", of="1password"),
    _detector("doppler-token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}", "dp.", of="doppler"),
    _detector("pulumi-token", r"pul-[a-f0-9]{40}", "pul-", of="pulumi"),
    _detector("postman-key", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}", "PMAK-", of="postman", kind="api-key"),
    _detector("heroku-key", r"HRKU-[\w-]{36,}", "HRKU-", of="heroku", kind="api-key"),
    _detector("fly-token", r"(?:fo1|fm1[ar]|fm2)_[A-Za-z0-9+/=_-]{40,}", "fo1_", "fm1a_", "fm1r_", "fm2_", of="fly"),
    _detector("planetscale-token", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}", "pscale_", of="planetscale"),
    _detector("supabase-key", r"(?:sbp|sb_secret)_[\w-]{30,}", "sbp_", "sb_secret_", of="supabase", kind="api-key"),
    _detector("shopify-token", r"shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}", "shpat_", "shpss_", "shpca_", "shppa_",
              of="shopify"),
    _detector("newrelic-key", r"NRAK-[A-Z0-9]{27}", "NRAK-", of="newrelic", kind="api-key"),
    _detector("tailscale-key", r"tskey-[a-z]+-[\w-]{20,}", "tskey-", of="tailscale", kind="api-key", check=_mixed),
    _detector("circleci-token", r"CCIPAT_[\w-]{40,}", "CCIPAT_", of="circleci"),
    # Forms that everybody uses. They come after those that name their maker.
    _detector("json-web-token", r"eyJ[\w-]{10,}(?:\.[\w-]*){0,4}", "eyJ", of="any", check=_is_token),
    _detector("basic-authorization", r"(?i:basic) {1,4}(?P<secret>[A-Za-z0-9+/]{14,}={0,2})", "Basic ", "basic ",
              "BASIC ", of="any", kind="password", check=_is_credentials, anchored=False),
    _detector("bearer-token", r"(?i:bearer) {1,4}(?P<secret>[A-Za-z0-9+/=._~-]{16,})", "Bearer ", "bearer ",
              "BEARER ", of="any", check=looks_random, anchored=False),
    # A password may hold an "@"; after a "/" it is one only where no port stands before it.
    _detector("password-in-url", r"://[^\s/:@'\"<>?#\[]{0,128}+:(?P<secret>[^\s/?#'\"<>]{1,256}|(?!\d{1,5}[/?#])"
              r"[^\s@'\"<>]{1,256}+)@(?!sha\d)", "://", of="any", kind="password", anchored=False,
              check=lambda secret: not _PLACEHOLDER.fullmatch(secret)),
    _detector("password-in-connection-string",
              r"(?i:password|pwd) {0,2}= {0,2}(?P<secret>[^\s;'\"&<>]{4,256}+)(?:;|\Z)",
              "assword", "ASSWORD", "wd=", "WD=", of="any", kind="password", anchored=False,
              check=lambda secret: not is_placeholder(secret)),
)  # fmt: skip


# Where detectors look

_ANCHORED = tuple(d for d in DETECTORS if d.anchored and d.near is None and d.secret)
_FREE = tuple(d for d in DETECTORS if not d.anchored and d.near is None)
_NAMED = tuple((d, d.near) for d in DETECTORS if d.near is not None)
_ANY_NEAR = re.compile("|".join(f"(?:{near.pattern})" for _, near in _NAMED), re.IGNORECASE)
_BESIDE = {  # name and value of a named detector, side by side in one text
    d.id: re.compile(
        rf"(?i:{near.pattern})[\w.-]{{0,40}}[\\\"'\s]{{0,6}}(?:=>|[:=])[\\\"'\s]{{0,6}}{d.pattern.pattern}", re.ASCII
    )
    for d, near in _NAMED
}
OURS = re.compile(r"\[(?:dropped|value(?::[0-9a-f]{16})?|redacted:[a-z0-9-]{1,64}:[0-9a-f]{16})\]")
"""What stands where something was taken out."""


def _any_of(words: Iterable[str]) -> str:
    """One pattern for many words that tries each character once; of words that begin alike, the shortest counts."""
    root: dict[str, Any] = {}
    for word in sorted(words):
        node = root
        for character in word:
            if "" in node:
                break
            node = node.setdefault(character, {})
        else:
            node[""] = {}

    def pattern(node: dict[str, Any]) -> str:
        if "" in node:
            return ""
        branches = [re.escape(character) + pattern(below) for character, below in sorted(node.items())]
        return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"

    return pattern(root)


_WORDS_OF_HINTS = (
    *(hint for d in _ANCHORED for hint in d.hints),
    *(hint for d, _ in _NAMED for hint in d.hints),
    *("PRIVATE KEY", "//", "atlasv1.", "Basic ", "basic ", "BASIC ", "Bearer ", "bearer ", "BEARER "),
)
# All start with one set of characters, which `re` skips to without trying the rest. In texts within texts a word also
# begins after %22 and \\n.
_ANY_HINT = _any_of(_WORDS_OF_HINTS)
_MAYBE = re.compile(rf"[^A-Za-z0-9](?:{_ANY_HINT}|(?<=[=~%\\]))")
_HINT = re.compile(rf"[^A-Za-z0-9](?=({_ANY_HINT}))")
_HINT_OR_ESCAPED = re.compile(
    rf"[^A-Za-z0-9](?=(?:(?<=%)[0-9A-Fa-f]{{2}}|(?<=\\)(?:[nrtbf]|u[0-9A-Fa-f]{{4}}))?({_ANY_HINT}))"
)


def _by_hint(detectors: Iterable[Detector]) -> dict[str, tuple[Detector, ...]]:
    shortest = [word for word in _WORDS_OF_HINTS if not any(word != w and word.startswith(w) for w in _WORDS_OF_HINTS)]
    listed = list(detectors)
    return {word: tuple(d for d in listed if any(hint.startswith(word) for hint in d.hints)) for word in shortest}


_ANCHORED_BY_HINT = _by_hint(_ANCHORED)
_NAMED_BY_HINT = _by_hint(detector for detector, _ in _NAMED)
Trace: TypeAlias = Callable[[Detector, str], str]
"""Takes a secret that a detector found, gives what stands in its place."""


def may_hold(text: str) -> bool:
    """Whether it is worth trying any detector on a text: a quick test that most texts fail.

    It looks for a hint where a word begins, for the signs that assignments, escapes and few others have, and for the
    mark in the middle of Azure's keys.
    """
    if len(text) < 20:  # what so few characters can hold has one of these
        return "=" in text or "//" in text
    return _MAYBE.search("\n" + text) is not None or (len(text) >= 84 and "JQQJ9" in text)


def detectors_near(name: str) -> tuple[Detector, ...]:
    """Detectors that a name makes worth trying; none where it says that its value is not the secret itself."""
    if not _ANY_NEAR.search(name[:512]) or only_refers(name):
        return ()
    return tuple(detector for detector, pattern in _NAMED if pattern.search(name[:512]))


def replace_named(text: str, detectors: tuple[Detector, ...], trace: Trace) -> str:
    """Replace what detectors find that need a name, in a text that has the name."""
    for detector in detectors:
        text = _substitute(detector, detector.pattern, text, trace)
    return text


def replace_all(text: str, trace: Trace) -> str:
    """Replace what the other detectors find, and what stands beside a name in the text itself."""
    pattern = _HINT_OR_ESCAPED if "%" in text or "\\" in text else _HINT
    seen = dict.fromkeys(pattern.findall("\n" + text))
    if any(_ANCHORED_BY_HINT[word] for word in seen):
        text = _anchored(text, pattern, trace)
    for detector in _FREE:
        if any(hint in text for hint in detector.hints):
            text = _substitute(detector, detector.pattern, text, trace)
    for detector in dict.fromkeys(detector for word in seen for detector in _NAMED_BY_HINT[word]):
        text = _substitute(detector, _BESIDE[detector.id], text, trace)
    return text


def _substitute(detector: Detector, pattern: re.Pattern[str], text: str, trace: Trace) -> str:
    group = "secret" if "secret" in pattern.groupindex else 0

    def replace(match: re.Match[str]) -> str:
        secret = match[group]
        if OURS.fullmatch(secret) or (detector.check is not None and not detector.check(secret)):
            return match[0]
        start, begin, end = match.start(), match.start(group), match.end(group)
        return f"{match[0][: begin - start]}{trace(detector, secret)}{match[0][end - start :]}"

    return pattern.sub(replace, text)


def _anchored(text: str, hints: re.Pattern[str], trace: Trace) -> str:
    """Replace what begins with a hint, in one pass. What a detector refused is not tried by it again."""
    pieces: list[str] = []
    done = 0
    tried: defaultdict[str, int] = defaultdict(int)
    for place in hints.finditer("\n" + text):
        start = place.start(1) - 1
        if start < done:
            continue
        for detector in _ANCHORED_BY_HINT[place[1]]:
            match = detector.pattern.match(text, start) if start >= tried[detector.id] else None
            if match is None:
                continue
            group = "secret" if "secret" in detector.pattern.groupindex else 0
            if detector.check is not None and not detector.check(match[group]):
                tried[detector.id] = match.end()
                continue
            pieces += (text[done : match.start(group)], trace(detector, match[group]))
            done = match.end(group)
            break
    return "".join((*pieces, text[done:])) if pieces else text


# Names

_LLM_NAMES: Final[tuple[tuple[str, str], ...]] = (
    ("azure_(?:ai_)?search", "azure-search"),
    ("azure_?open_?ai|azure_ai_|azure_inference|azure_foundry", "azure-openai"),
    ("open_?router", "openrouter"), ("open_?ai", "openai"),
    ("anthropic|claude", "anthropic"), ("bedrock", "bedrock"),
    ("gemini|(?:^|_)google_(?:api_key|generative|gen_?ai)|vertex_?ai", "google"), ("mistral", "mistral"),
    ("cohere(?:_|$)|(?:^|_)co_api_key", "cohere"), ("groq", "groq"), ("(?:^|_)x_?ai_(?:api|key|token)", "xai"),
    ("perplexity|pplx", "perplexity"), ("together_?(?:ai|api|key)", "together"), ("fireworks", "fireworks"),
    ("deep_?seek", "deepseek"), ("replicate_(?:api|token)", "replicate"),
    ("(?:^|_)hf_(?:api|token|hub|home)|hugging_?face", "huggingface"),
    ("nvidia_(?:api|nim)|(?:^|_)nvapi|(?:^|_)ngc_api", "nvidia"), ("cerebras", "cerebras"),
    ("voyage_?(?:ai|api)", "voyage"), ("(?:^|_)jina_?(?:ai|api)", "jina"), ("(?:^|_)ai21", "ai21"),
    ("eleven_?labs", "elevenlabs"), ("assembly_?ai", "assemblyai"), ("deepgram", "deepgram"),
    ("stability_?(?:ai|api)", "stability"), ("lite_?llm", "litellm"), ("portkey", "portkey"),
    ("helicone", "helicone"), ("langfuse", "langfuse"), ("lang_?smith|lang_?chain", "langsmith"),
    ("pinecone", "pinecone"), ("weaviate", "weaviate"), ("qdrant", "qdrant"), ("tavily", "tavily"),
    ("(?:^|_)serper(?:_|$)", "serper"), ("firecrawl", "firecrawl"), ("(?:^|_)exa_api", "exa"),
    ("(?:^|_)e2b(?:_|$)", "e2b"), ("browserbase", "browserbase"), ("composio", "composio"), ("(?:^|_)wandb", "wandb"),
    ("crew_?ai", "crewai"), ("ollama", "ollama"), ("vllm", "vllm"), ("watson_?x", "watsonx"),
    ("copilot", "github-copilot"), ("cursor_api", "cursor"), ("(?:^|_)mcp(?:_|$)", "mcp"),
    ("(?:^|_)llm(?:_|$)", "llm"),
)  # fmt: skip
"""Words in a name, in lower case with "_" between them, and the provider that they mean; the first that matches counts.

DATABRICKS_TOKEN is left out: it opens data far more often than models, and would make every data pipeline an agent."""

_LLM = tuple((re.compile(word), provider) for word, provider in _LLM_NAMES)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MIXED_CASE = re.compile(r"OpenAI|LiteLLM|LangChain|LangSmith|HuggingFace|DeepSeek|CrewAI|WatsonX|vLLM|(?i:e2b|ai21)")
_QUALIFIERS = frozenset({
    "prod", "production", "prd", "live", "dev", "development", "test", "testing", "staging", "stage", "stg", "qa",
    "uat", "sandbox", "old", "new", "current", "previous", "next", "primary", "secondary", "backup", "main",
    "default", "base", "value", "plain", "plaintext", "base64", "b64", "encoded", "pem", "json", "v", "us", "eu",
    "bedrock", "openai", "anthropic", "azure", "aws", "gcp", "github", "gitlab", "slack", "stripe",
})  # fmt: skip
"""Words at the end of a name that change nothing in what it names: STRIPE_SECRET_KEY_LIVE, AWS_BEARER_TOKEN_BEDROCK."""
_SECRETS = frozenset({
    "secret", "password", "passwd", "passphrase", "passcode", "pwd", "pass", "token", "credential", "credentials",
    "creds", "apikey", "pat", "bearer", "authorization",
})  # fmt: skip
_NOT_SECRET_KEYS = frozenset({
    "public", "partition", "sort", "foreign", "cache", "object", "bucket", "s3", "row", "hash", "range", "index",
    "group", "routing", "event", "tag", "label", "kms", "idempotency", "config", "translation", "license",
    "primary", "order", "sequence", "metadata", "answer", "registry",
})  # fmt: skip
_REFERRING = frozenset({
    "arn", "digest", "endpoint", "file", "fingerprint", "hash", "host", "id", "model", "name", "path", "region", "sha",
    "sha256", "uri", "url", "version",
})  # fmt: skip
_HOSTS = frozenset({"domain", "endpoint", "host", "hostname", "server", "uri", "url"})
_STORED = frozenset({"id", "key", "name", "param", "parameter", "path"})
_STORES = frozenset({"secret", "secrets", "param", "parameter", "ssm", "vault"})
_AUTH = frozenset({
    "basic", "redis", "npm", "http", "proxy", "registry", "docker",
})  # fmt: skip


def _words(name: str) -> list[str]:
    """The words of a name, in lower case: of OPENAI_API_KEY, openaiApiKey, "prod/openai/api-key" alike."""
    text = _MIXED_CASE.sub(lambda match: f"_{match[0].lower()}_", name[:512])
    parts = re.split(r"[^A-Za-z0-9]+", text)
    words: list[str] = []
    for part in parts:
        words.extend([part.lower()] if part in _WHOLE else [word.lower() for word in _WORDS.findall(part)])
    return words


_WHOLE = frozenset({"e2b", "E2B", "ai21", "AI21", "s3", "S3", "b64", "B64", "base64", "BASE64"})


@functools.lru_cache(maxsize=8192)
def llm_name(name: str) -> str:
    """The LLM provider that a variable's, secret's or parameter's name speaks of; empty when none."""
    text = "_".join(_words(name))
    return next((provider for pattern, provider in _LLM if pattern.search(text)), "")


@functools.lru_cache(maxsize=8192)
def names_a_secret(name: str) -> bool:
    """Whether a name says that its value is a secret, and not only where one is kept (…_ARN, …_FILE, …_URL)."""
    words = _words(name)
    while len(words) > 1 and (words[-1] in _QUALIFIERS or words[-1].isdigit()):
        words.pop()
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last == "key":
        return bool(before) and before not in _NOT_SECRET_KEYS
    if last == "string":
        return before == "connection"
    if last == "auth":
        return before in _AUTH
    return last in _SECRETS or last.endswith(("password", "passwd", "apikey", "secret", "token", "privatekey"))


def only_refers(name: str) -> bool:
    """Whether a name ends in a word that makes its value a place, an id or a form of a secret, not the secret."""
    return (_words(name) or [""])[-1] in _REFERRING


def role_of(name: str) -> Literal["host", "id", "stored", ""]:
    """What a name that is no secret's says of its value: a host, an id, or the name of an entry in a secret store."""
    words = _words(name) or [""]
    if words[-1] in _HOSTS:
        return "host"
    if words[-1] in _STORED and not _STORES.isdisjoint(words):
        return "stored"
    return "id" if words[-1] == "id" else ""
