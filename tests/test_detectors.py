"""Detectors know every form, and nothing that only looks like one.

No secret stands in this file: each example is put together from parts when a test runs, at random.
"""

from __future__ import annotations

import base64
import itertools
import json
import random
import re
import string
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

from nhiscan.decode import account_of_access_key
from nhiscan.detectors import DETECTORS, Detector, entropy, is_placeholder, llm_name, looks_random, names_a_secret
from nhiscan.redact import Found, Redactor

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
WORD = LOWER + UPPER + DIGITS
HEX = DIGITS + "abcdef"
URL64 = WORD + "-_"
BASE64 = WORD + "+/"
REDACTOR = Redactor(b"key" * 11)
BY_ID = {detector.id: detector for detector in DETECTORS}


class Example(NamedTuple):
    """A text with a secret in it."""

    secret: str
    before: str = ""
    after: str = ""
    name: str = "note"
    """Name of the field that it stands in; some forms are secrets only under a name."""

    @property
    def text(self) -> str:
        """The secret in its surroundings."""
        return f"{self.before}{self.secret}{self.after}"


def some(rng: random.Random, alphabet: str, length: int) -> str:
    """Random characters, with one of each kind of character that the alphabet has."""
    kinds = [kind for kind in (LOWER, UPPER, DIGITS) if set(kind) & set(alphabet)]
    ends = rng.choices([c for c in alphabet if c in WORD], k=2)  # so that a test may put any sign beside them
    middle = [rng.choice([c for c in kind if c in alphabet]) for kind in kinds]
    middle += rng.choices(alphabet, k=length - len(middle) - 2)
    rng.shuffle(middle)
    return f"{ends[0]}{''.join(middle)}{ends[1]}"


def uuid(rng: random.Random) -> str:
    return "-".join(some(rng, HEX, n) for n in (8, 4, 4, 4, 12))


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def part(value: object) -> str:
    """A part of a JSON web token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(rng: random.Random, **claims: object) -> str:
    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(claims or {'sub': 'someone'})}.{some(rng, URL64, 43)}"


def pem(rng: random.Random, kind: str = "RSA ") -> str:
    body = "\n".join(some(rng, BASE64, 64) for _ in range(4))
    dashes = "-" * 5
    return f"{dashes}BEGIN {kind}PRIVATE KEY{dashes}\n{body}\n{dashes}END {kind}PRIVATE KEY{dashes}"


def service_account(rng: random.Random) -> dict[str, str]:
    return {
        "type": "service_account",
        "project_id": "shop-prod",
        "private_key_id": some(rng, HEX, 40),
        "private_key": pem(rng, "") + "\n",
        "client_email": "ci@shop-prod.iam.gserviceaccount.com",
    }


def bedrock_short(rng: random.Random, key_id: str = "") -> str:
    key_id = key_id or "ASIA" + "Y34FZKBO" + some(rng, UPPER, 8)
    query = (
        f"Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key_id}%2F20260824%2Feu-west-1"
        "%2Fbedrock%2Faws4_request&X-Amz-Date=20260824T101112Z&X-Amz-Expires=43200&X-Amz-Signature="
    )
    return "bedrock-api-key-" + b64(f"bedrock.amazonaws.com/?{query}{some(rng, HEX, 64)}&Version=1")


def bedrock_long(rng: random.Random, user: str = "BedrockAPIKey-ab1c") -> str:
    return "ABSK" + b64(f"{user}-at-123456789012:{some(rng, BASE64, 60)}")


def plain(prefix: str, alphabet: str, length: int, suffix: str = "") -> Callable[[random.Random], Example]:
    return lambda rng: Example(prefix + some(rng, alphabet, length) + suffix)


def named(name: str, alphabet: str, length: int, prefix: str = "") -> Callable[[random.Random], Example]:
    return lambda rng: Example(prefix + some(rng, alphabet, length), name=name)


def within(before: str, alphabet: str, length: int, after: str = "") -> Callable[[random.Random], Example]:
    return lambda rng: Example(some(rng, alphabet, length), before, after)


def openai(kind: str) -> Callable[[random.Random], Example]:
    return lambda rng: Example(f"sk-{kind}-{some(rng, URL64, 74)}T3Blbk" + f"FJ{some(rng, URL64, 74)}")


EXAMPLES: dict[str, Callable[[random.Random], Example]] = {
    "openai-service-account-key": openai("svcacct"),
    "openai-admin-key": openai("admin"),
    "openai-project-key": openai("proj"),
    "openai-key": lambda rng: Example(f"sk-{some(rng, WORD, 20)}T3Blbk" + f"FJ{some(rng, WORD, 20)}"),
    "anthropic-admin-key": plain("sk-ant-" + "admin01-", URL64, 93, "AA"),
    "anthropic-oauth-token": plain("sk-ant-" + "oat01-", URL64, 86, "AA"),
    "anthropic-refresh-token": plain("sk-ant-" + "ort01-", URL64, 86, "AA"),
    "anthropic-session-key": plain("sk-ant-" + "sid01-", URL64, 86, "AA"),
    "anthropic-api-key": plain("sk-ant-" + "api03-", URL64, 93, "AA"),
    "openrouter-key": plain("sk-or-" + "v1-", HEX, 64),
    "langfuse-secret-key": lambda rng: Example("sk-lf-" + uuid(rng)),
    "bedrock-short-term-key": lambda rng: Example(bedrock_short(rng)),
    "bedrock-long-term-key": lambda rng: Example(bedrock_long(rng)),
    "google-api-key": plain("AI" + "za", URL64, 35),
    "google-bound-api-key": plain("A" + "Q.", URL64, 50),
    "huggingface-token": plain("hf" + "_", LOWER + UPPER, 34),
    "groq-key": plain("gsk" + "_", WORD, 52),
    "xai-key": plain("xai" + "-", WORD, 80),
    "perplexity-key": plain("pplx" + "-", WORD, 48),
    "replicate-token": plain("r8" + "_", WORD, 37),
    "nvidia-key": plain("nvapi" + "-", URL64, 64),
    "elevenlabs-key": plain("sk" + "_", HEX, 48),
    "langsmith-service-key": lambda rng: Example(f"lsv2_sk_{some(rng, HEX, 32)}_{some(rng, HEX, 10)}"),
    "langsmith-personal-token": lambda rng: Example(f"lsv2_pt_{some(rng, HEX, 32)}_{some(rng, HEX, 10)}"),
    "pinecone-key": lambda rng: Example(f"pcsk_{some(rng, WORD, 6)}_{some(rng, WORD, 63)}"),
    "fireworks-key": plain("fw" + "_", WORD, 24),
    "together-key": plain("tgp_v1" + "_", URL64, 43),
    "cerebras-key": plain("csk" + "-", LOWER + DIGITS, 48),
    "tavily-key": plain("tvly" + "-dev-", WORD, 32),
    "firecrawl-key": plain("fc" + "-", HEX, 32),
    "jina-key": plain("jina" + "_", WORD, 60),
    "e2b-key": plain("e2b" + "_", HEX, 40),
    "deepseek-key": named("DEEPSEEK_API_KEY", LOWER + DIGITS, 32, "sk-"),
    "openai-style-key": plain("sk" + "-", WORD, 48),
    "azure-openai-key": named("AZURE_OPENAI_API_KEY", HEX, 32),
    "cohere-key": named("CO_API_KEY", WORD, 40),
    "mistral-key": named("MISTRAL_API_KEY", WORD, 32),
    "wandb-key": named("WANDB_API_KEY", HEX, 40),
    "assemblyai-key": named("ASSEMBLYAI_API_KEY", HEX, 32),
    "deepgram-key": named("DEEPGRAM_API_KEY", HEX, 40),
    "together-hex-key": named("TOGETHER_API_KEY", HEX, 64),
    "voyage-key": named("VOYAGE_API_KEY", URL64, 43, "pa-"),
    "exa-key": lambda rng: Example(uuid(rng), name="EXA_API_KEY"),
    "aws-secret-access-key": named("AWS_SECRET_ACCESS_KEY", BASE64, 40),
    "aws-session-token": plain("IQoJb3" + "JpZ2lu", BASE64, 300),
    "aws-signed-url": within("https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature=", HEX, 64),
    "google-signed-url": within("https://storage.googleapis.com/b/k?X-Goog-Signature=", HEX, 512, "&x=1"),
    "google-oauth-client-secret": plain("GOC" + "SPX-", URL64, 28),
    "google-access-token": plain("ya" + "29.", URL64, 120),
    "google-refresh-token": plain("1/" + "/0", URL64, 60),
    "azure-ai-key": lambda rng: Example(
        f"{some(rng, WORD, 52)}JQQ" + f"J99{some(rng, WORD, 18)}ACOG{some(rng, WORD, 4)}"
    ),
    "azure-devops-token": lambda rng: Example(
        f"{some(rng, WORD, 52)}JQQ" + f"J99{some(rng, WORD, 18)}AZDO{some(rng, WORD, 4)}"
    ),
    "azure-service-key": lambda rng: Example(f"{some(rng, WORD, 52)}JQQ" + f"J99{some(rng, WORD, 26)}"),
    "azure-storage-key": within("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=", BASE64, 88, ";x=y"),
    "azure-shared-access-signature": within("https://a.blob.core.windows.net/c?sv=2024&sig=", WORD, 43, "&se=2027"),
    "entra-client-secret": lambda rng: Example(
        f"{''.join(rng.choices(WORD, k=3))}8" + f"Q~{some(rng, WORD + '~.-', 34)}"
    ),
    "private-key": lambda rng: Example(pem(rng)),
    "encoded-private-key": lambda rng: Example(b64(pem(rng)).rstrip("=")),
    "gcp-service-account-key": lambda rng: Example(b64(json.dumps(service_account(rng)))),
    "github-token": plain("gh" + "p_", WORD, 36),
    "github-refresh-token": plain("gh" + "r_", WORD, 76),
    "github-app-token": lambda rng: Example(f"gh{'s'}_123456_{token(rng, iss='github', exp=1790000000)}"),
    "github-fine-grained-token": plain("github" + "_pat_", WORD, 82),
    "gitlab-token": plain("gl" + "pat-", URL64, 20),
    "gitlab-runner-registration-token": plain("GR1" + "348941", URL64, 20),
    "slack-token": lambda rng: Example(f"xo{'x'}b-{some(rng, DIGITS, 12)}-{some(rng, WORD, 24)}"),
    "slack-app-token": lambda rng: Example(f"xa{'p'}p-1-A{some(rng, UPPER, 10)}-{some(rng, HEX, 64)}"),
    "slack-webhook": within("https://hooks.slack" + ".com/services/", WORD, 44),
    "discord-webhook": lambda rng: Example(
        f"{some(rng, DIGITS, 18)}/{some(rng, WORD, 68)}", "https://discord.com/api/webhooks/"
    ),
    "okta-token": named("OKTA_API_TOKEN", URL64, 40, "00"),
    "databricks-token": plain("da" + "pi", HEX, 32),
    "databricks-oauth-secret": plain("do" + "se", HEX, 32),
    "vault-token": plain("hv" + "s.", URL64, 90),
    "vault-legacy-token": named("VAULT_TOKEN", WORD, 24, "s."),
    "terraform-cloud-token": lambda rng: Example(f"{some(rng, WORD, 14)}.atlas" + f"v1.{some(rng, URL64, 67)}"),
    "npm-token": plain("np" + "m_", WORD, 36),
    "pypi-token": plain("pypi" + "-AgEIcHlwaS5vcmc", URL64, 150),
    "rubygems-key": plain("ruby" + "gems_", HEX, 48),
    "docker-token": plain("dckr" + "_pat_", URL64, 27),
    "digitalocean-token": plain("dop" + "_v1_", HEX, 64),
    "linear-key": plain("lin" + "_api_", WORD, 40),
    "notion-token": plain("nt" + "n_", WORD, 46),
    "notion-legacy-token": plain("sec" + "ret_", WORD, 43),
    "atlassian-token": plain("ATA" + "TT3xFfGF0", URL64, 180),
    "sendgrid-key": lambda rng: Example(f"S{'G'}.{some(rng, URL64, 22)}.{some(rng, URL64, 43)}"),
    "stripe-key": plain("sk" + "_live_", WORD, 40),
    "stripe-webhook-secret": plain("wh" + "sec_", WORD, 32),
    "grafana-token": plain("gl" + "sa_", WORD, 41),
    "sentry-token": plain("sntr" + "yu_", HEX, 64),
    "1password-token": plain("ops" + "_eyJ", BASE64, 250),
    "doppler-token": plain("dp" + ".pt.", WORD, 43),
    "pulumi-token": plain("pu" + "l-", HEX, 40),
    "postman-key": lambda rng: Example(f"PM{'A'}K-{some(rng, HEX, 24)}-{some(rng, HEX, 34)}"),
    "heroku-key": plain("HR" + "KU-AA", URL64, 58),
    "fly-token": plain("fm" + "2_", BASE64, 120),
    "planetscale-token": plain("psc" + "ale_tkn_", URL64, 43),
    "supabase-key": plain("sb" + "p_", HEX, 40),
    "shopify-token": plain("shp" + "at_", HEX, 32),
    "newrelic-key": plain("NR" + "AK-", UPPER + DIGITS, 27),
    "tailscale-key": plain("tsk" + "ey-auth-k", WORD, 40),
    "circleci-token": plain("CCI" + "PAT_", WORD, 60),
    "json-web-token": lambda rng: Example(token(rng)),
    "basic-authorization": lambda rng: Example(b64(f"admin:{some(rng, WORD, 15)}"), "Authorization: Basic "),
    "bearer-token": within("Authorization: Bearer ", WORD, 40),
    "password-in-url": within("see postgres" + "://app:", WORD, 16, "@db.example.com:5432/shop"),
    "password-in-connection-string": within("Server=db;User Id=app;Password=", WORD, 18, ";Encrypt=yes"),
}
IDENTIFIERS: dict[str, Callable[[random.Random], Example]] = {
    "aws-access-key-id": plain("AK" + "IA", UPPER + "234567", 16),
    "langfuse-public-key": lambda rng: Example("pk-lf-" + uuid(rng)),
}


def found_in(example: Example) -> tuple[str, list[Found]]:
    body, found = REDACTOR.redact({example.name: example.text})
    return body[example.name], found


def test_every_detector_has_an_example() -> None:
    assert EXAMPLES.keys() | IDENTIFIERS.keys() == BY_ID.keys()
    assert len(BY_ID) == len(DETECTORS), "two detectors have one id"
    assert all(BY_ID[id].secret for id in EXAMPLES)
    assert not any(BY_ID[id].secret for id in IDENTIFIERS)


@pytest.mark.parametrize("id", EXAMPLES)
def test_a_detector_finds_its_form_and_leaves_nothing_of_it(id: str) -> None:
    for seed in range(20):
        example = EXAMPLES[id](random.Random(seed))
        shown, found = found_in(example)
        assert [item.detector for item in found] == [id], example.text
        assert shown == f"{example.before}[redacted:{id}:{found[0].fingerprint}]{example.after}"
        if id != "private-key":
            assert found[0].fingerprint == REDACTOR.fingerprint(example.secret)


@pytest.mark.parametrize("id", IDENTIFIERS)
def test_an_identifier_is_left_where_it_stands(id: str) -> None:
    example = IDENTIFIERS[id](random.Random(1))
    assert found_in(example) == (example.text, [])
    assert BY_ID[id].pattern.fullmatch(example.text)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_a_detector_is_well_formed(detector: Detector) -> None:
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", detector.id)
    assert detector.provider
    assert detector.hints
    assert all(detector.hints)
    if detector.ai_provider and detector.near:
        # What makes it worth trying is a name of that provider.
        assert llm_name(EXAMPLES[detector.id](random.Random(1)).name) == detector.ai_provider


ALONE = [id for id in EXAMPLES if BY_ID[id].anchored and not EXAMPLES[id](random.Random(0)).before]
LEFT = ["", " ", '"', "=", "(", "x: ", "KEY_", "a-", "%22", "%3D", "\\n", '\\"', "\\u0022", "é"]
RIGHT = ["", " ", '"', ")", "\n", ";", ",", "%22x", "é"]


@pytest.mark.parametrize("id", ALONE)
def test_signs_beside_a_secret_do_not_hide_it(id: str) -> None:
    secret = EXAMPLES[id](random.Random(7)).secret
    for left, right in itertools.product(LEFT, RIGHT):
        shown, found = REDACTOR.redact(f"{left}{secret}{right}")
        assert secret not in shown, (left, right)
        assert shown.startswith(left)
        assert len(found) == 1


@pytest.mark.parametrize("id", [id for id in EXAMPLES if BY_ID[id].near])
@pytest.mark.parametrize(
    "form", ['{{"{name}": "{secret}"}}', "{name}={secret}", "export {name}='{secret}'", "{name}: {secret}"]
)
def test_a_named_secret_is_found_in_a_text_that_has_its_name(id: str, form: str) -> None:
    example = EXAMPLES[id](random.Random(3))
    text = form.format(name=example.name, secret=example.secret)
    shown, found = REDACTOR.redact(text)
    assert example.secret not in shown
    assert len(found) == 1


@pytest.mark.parametrize("id", [id for id in EXAMPLES if BY_ID[id].near])
def test_a_named_secret_is_nothing_without_its_name(id: str) -> None:
    example = EXAMPLES[id](random.Random(3))
    _, found = REDACTOR.redact({"checksum": example.secret})
    assert [item.detector for item in found if item.detector == id] == []


def test_the_new_installation_token_of_github_is_taken_whole() -> None:
    secret = EXAMPLES["github-app-token"](random.Random(1)).secret
    assert "." in secret
    shown, found = REDACTOR.redact(f"token {secret} expires")
    assert re.fullmatch(r"token \[redacted:github-app-token:[0-9a-f]{16}\] expires", shown)
    assert found[0].decoded == {"app_id": "123456", "iss": "github", "expires_at": "2026-09-21T14:13:20Z"}


def test_the_old_installation_token_of_github_is_still_known() -> None:
    shown, found = found_in(Example("gh" + "s_" + some(random.Random(1), WORD, 36)))
    assert [item.detector for item in found] == ["github-app-token"]
    assert shown.startswith("[redacted:")


@pytest.mark.parametrize(
    "prefix", ["gldt-", "glcbt-64_", "glrt-t1_", "glptt-", "glagent-", "gloas-", "glsoat-", "glft-"]
)
def test_all_tokens_of_gitlab_are_known(prefix: str) -> None:
    _, found = found_in(Example(prefix + some(random.Random(1), WORD, 40)))
    assert [item.detector for item in found] == ["gitlab-token"]


def test_a_routable_token_of_gitlab_is_taken_whole() -> None:
    secret = f"gl{'p'}at-{some(random.Random(1), URL64, 60)}.01.{some(random.Random(2), LOWER + DIGITS, 9)}"
    shown, _ = found_in(Example(secret))
    assert re.fullmatch(r"\[redacted:gitlab-token:[0-9a-f]{16}\]", shown)


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "])
@pytest.mark.parametrize("ends", ["\n", "\\n", "\r\n", " "])
def test_a_private_key_is_taken_whole_and_is_the_same_with_other_line_ends(kind: str, ends: str) -> None:
    key = pem(random.Random(1), kind)
    shown, found = REDACTOR.redact(f"before {key.replace(chr(10), ends)} after")
    assert re.fullmatch(r"before \[redacted:private-key:[0-9a-f]{16}\] after", shown)
    assert found[0].last4 == ""
    assert found[0].fingerprint == REDACTOR.redact(key)[1][0].fingerprint


def test_a_private_key_that_is_cut_off_is_taken_to_the_end() -> None:
    key = pem(random.Random(1))
    shown, _ = REDACTOR.redact(f"before {key[:150]}")
    assert re.fullmatch(r"before \[redacted:private-key:[0-9a-f]{16}\]", shown)


HARMLESS = [
    "arn:aws:iam::123456789012:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForELB",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/openai/api-key-AbCdEf",
    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-sonnet-20240620-v1:0",
    "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Web/sites/app",
    "//iam.googleapis.com/projects/-/serviceAccounts/ci@shop-prod.iam.gserviceaccount.com",
    "oidc:https://token.actions.githubusercontent.com#repo:org/repo:ref:refs/heads/main",
    "repo:org/app:environment:production@main",
    "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
    "docker://ubuntu:22.04@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15",
    "https://example.com:8443/path?email=someone@example.com",
    "https://user@example.com/path",
    "git@github.com:org/repo.git",
    "postgres://app:${DB_PASSWORD}@db.example.com/shop",
    "disk-admin-role-for-the-nightly-backup-of-2024",
    "task-proj-alpha-service-for-everyone-2024-eu",
    "sk-proj-readonly-access-role-for-reporting-2024",
    "risk-ant-colony-optimisation-service-role-2024",
    "Basic execution role for the function, with bearer authentication-of-the-gateway",
    "This bearer service-account-of-the-old-pipeline may go",
    "Basic understanding required",
    "eyJNYXJrZXIiOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAxMDB9",
    "MaxTokens=1000000000000;TokenEndpoint=https://login.example.com/oauth2/v2.0/token",
    "TOKEN_LIFETIME=twelve-hours-at-most;SECRET_NAME=prod/openai/api-key-2",
    "password=changeme-changeme;token=${GITHUB_TOKEN_FOR_DEPLOY}",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGxvY2FsaG9zdGxvY2FsaG9zdGxvY2FsaG9zdA user@host",
    "-" * 5 + "BEGIN CERTIFICATE" + "-" * 5 + "\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n",
    b64("-" * 5 + "BEGIN CERTIFICATE" + "-" * 5 + "\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n"),
    b64(json.dumps({"type": "settings", "text": "a long and harmless text of settings " * 20})),
    "AKIA" + "IOSFODNN7EXAMPLE",
    "AROA" + "Y34FZKBOKMUTVV7AQ:session-of-someone",
    "token.actions.githubusercontent.com:sub",
    "the quick brown fox jumps over the lazy dog, and then it does so again",
    "x" * 400,
]


@pytest.mark.parametrize("text", HARMLESS, ids=lambda text: text[:40])
@pytest.mark.parametrize("name", ["Description", "Resource", "sub", "Key"])
def test_what_is_no_secret_is_left_as_it_is(text: str, name: str) -> None:
    assert REDACTOR.redact({name: text, "List": [text], "Tags": [{"Key": "note", "Value": text}]}) == (
        {name: text, "List": [text], "Tags": [{"Key": "note", "Value": text}]},
        [],
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("openai_project_hash", "9f86d081884c7d659a2feaa0c55ad015"),
        ("mistral_model_version", "a1B2c3D4e5F6a7B8c9D0e1F2a3B4c5D6"),
        ("OpenAIResourceId", "9f86d081884c7d659a2feaa0c55ad015"),
        ("SecretAccessKeyArn", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x/aaaa/bbbb/cccc/ddd"),
        ("SecretAccessKey", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
    ],
)
def test_a_name_alone_does_not_make_a_digest_or_an_id_a_secret(name: str, value: str) -> None:
    assert REDACTOR.redact({name: value}) == ({name: value}, [])


def test_no_policy_that_aws_manages_is_touched() -> None:
    policies = json.loads(aws_managed_policies_data)
    assert len(policies) > 1000
    shown, found = REDACTOR.redact(policies)
    assert found == []
    assert shown == policies
    texts = [json.dumps(policy) for policy in policies.values()]  # as organizations and resource policies come
    assert REDACTOR.redact(texts) == (texts, [])


# Decoding, without a network


@pytest.mark.parametrize(
    ("key_id", "account"),
    [("AKIA" + "IOSFODNN7EXAMPLE", "581039954779"), ("ASIA" + "Y34FZKBOKMUTVV7A", "609629065308")],
)
def test_the_account_stands_in_an_access_key_id(key_id: str, account: str) -> None:
    assert account_of_access_key(key_id) == account


def test_a_secret_access_key_says_whose_it_is_where_its_id_stands_beside_it() -> None:
    rng = random.Random(1)
    key_id = "AKIA" + "Y34FZKBOKMUTVV7A"
    secret = EXAMPLES["aws-secret-access-key"](rng).secret
    facts = {"access_key_id": key_id, "account": "609629065308"}
    pairs = [{"Key": "AWS_ACCESS_KEY_ID", "Value": key_id}, {"Key": "AWS_SECRET_ACCESS_KEY", "Value": secret}]
    for body in (
        {"AccessKeyId": key_id, "SecretAccessKey": secret},
        {"Environment": {"Variables": {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret}}},
        {"Tags": pairs},
        {"environment": [{"name": pair["Key"], "value": pair["Value"]} for pair in pairs]},
        f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n",
    ):
        shown, found = REDACTOR.redact(body)
        assert key_id in json.dumps(shown)
        assert secret not in json.dumps(shown)
        assert [(item.detector, item.decoded) for item in found] == [("aws-secret-access-key", facts)], body


def test_two_key_ids_beside_a_secret_say_nothing() -> None:
    rng = random.Random(1)
    secret = EXAMPLES["aws-secret-access-key"](rng).secret
    ids = [IDENTIFIERS["aws-access-key-id"](random.Random(seed)).secret for seed in (1, 2)]
    _, found = REDACTOR.redact({"A": ids[0], "B": ids[1], "SecretAccessKey": secret})
    assert found[0].decoded == {}


def test_no_account_is_told_of_an_access_key_id_from_before_2019() -> None:
    secret = EXAMPLES["aws-secret-access-key"](random.Random(1)).secret
    key_id = "AKIA" + "IOSFODNN7EXAMPLE"
    _, found = REDACTOR.redact({"AccessKeyId": key_id, "SecretAccessKey": secret})
    assert found[0].decoded == {"access_key_id": key_id}


def test_a_short_term_bedrock_key_says_who_made_it_where_and_until_when_it_works() -> None:
    key_id = "ASIA" + "Y34FZKBOKMUTVV7A"
    _, found = found_in(Example(bedrock_short(random.Random(1), key_id)))
    assert found[0].decoded == {
        "access_key_id": key_id,
        "account": "609629065308",
        "region": "eu-west-1",
        "issued_at": "2026-08-24T10:11:12Z",
        "expires_at": "2026-08-24T22:11:12Z",
    }


def test_a_long_term_bedrock_key_says_its_user_and_account() -> None:
    _, found = found_in(Example(bedrock_long(random.Random(1))))
    assert found[0].decoded == {"user": "BedrockAPIKey-ab1c", "account": "123456789012"}


def test_a_token_says_its_issuer_subject_and_end() -> None:
    _, found = found_in(Example(token(random.Random(1), iss="https://issuer.example", sub="ci", exp=1790000000)))
    assert found[0].decoded == {"iss": "https://issuer.example", "sub": "ci", "expires_at": "2026-09-21T14:13:20Z"}


@pytest.mark.parametrize("form", ["object", "text", "indented", "base64", "base64 indented"])
def test_a_google_service_account_key_says_its_account(form: str) -> None:
    key = service_account(random.Random(1))
    text = json.dumps(key, indent=2 if "indented" in form else None)
    body = {"object": key, "text": text, "indented": text}.get(form, b64(text))
    shown, found = REDACTOR.redact({"GOOGLE_CREDENTIALS": body})
    assert key["private_key"][60:120] not in json.dumps(shown)
    assert [item.decoded for item in found] == [
        {
            "client_email": "ci@shop-prod.iam.gserviceaccount.com",
            "private_key_id": key["private_key_id"],
            "project_id": "shop-prod",
        }
    ]
    assert found[0].detector == "gcp-service-account-key"


def test_what_a_token_says_is_left_out_where_it_is_a_secret_itself() -> None:
    inner = EXAMPLES["github-token"](random.Random(1)).secret
    _, found = found_in(Example(token(random.Random(2), iss=inner, sub="ci")))
    assert found[0].decoded == {"sub": "ci"}


@pytest.mark.parametrize(
    "claims",
    [[], ["sub"], "text", 7, None, {"exp": 10**17}, {"exp": 10**30}, {"exp": -(10**17)}, {"exp": "x"}, {"sub": ["x"]}],
)
def test_claims_of_any_kind_are_read_or_left_out(claims: object) -> None:
    text = f"gh{'s'}_1_{part({'alg': 'none'})}.{part(claims)}.{'a1B2c3D4' * 4}"
    _, found = found_in(Example(text))
    assert [item.detector for item in found] == ["github-app-token"]
    assert "expires_at" not in found[0].decoded


DECODED = ["bedrock-short-term-key", "bedrock-long-term-key", "json-web-token", "gcp-service-account-key"]


@settings(deadline=None)
@given(st.sampled_from(DECODED), st.binary(max_size=600), st.integers(0, 2**32), st.data())
def test_decoding_what_is_broken_never_raises(id: str, noise: bytes, seed: int, data: st.DataObject) -> None:
    whole = EXAMPLES[id](random.Random(seed)).secret
    cut = data.draw(st.integers(0, len(whole)))
    encoded = base64.urlsafe_b64encode(noise).decode()
    texts = [
        whole[:cut] + encoded,
        whole[:cut] + encoded + whole[cut:],
        f"bedrock-api-key-{encoded * 3}",
        f"ABSK{base64.b64encode(noise * 4).decode()}",
        f"gh{'s'}_{seed}_{part({})}.{encoded}.{'a1B2c3D4' * 5}",
        f"{part({'alg': 'none'})}.eyJ{encoded}{'a' * 12}.{encoded}",
    ]
    for text in texts:
        shown, found = REDACTOR.redact({"x": text})
        assert isinstance(shown["x"], str)
        assert all(isinstance(value, str) for item in found for value in item.decoded.values())


# Names

LLM_NAMES = {
    "openai": "OPENAI_API_KEY OPENAI_ADMIN_KEY OPENAI_ORG_ID OPENAI_PROJECT_ID OPENAI_BASE_URL OPENAI_WEBHOOK_SECRET"
    " OPENAI_API_VERSION openaiApiKey OpenAIKey prod/openai/api-key /prod/OPENAI_KEY openai-key",
    "azure-openai": "AZURE_OPENAI_API_KEY AZURE_OPENAI_AD_TOKEN AZURE_OPENAI_ENDPOINT AZURE_AI_API_KEY"
    " AZURE_INFERENCE_CREDENTIAL azureOpenAIKey",
    "azure-search": "AZURE_SEARCH_KEY AZURE_AI_SEARCH_KEY",
    "anthropic": "ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_IDENTITY_TOKEN ANTHROPIC_IDENTITY_TOKEN_FILE"
    " ANTHROPIC_FEDERATION_RULE_ID ANTHROPIC_SERVICE_ACCOUNT_ID ANTHROPIC_ORGANIZATION_ID ANTHROPIC_WORKSPACE_ID"
    " ANTHROPIC_FOUNDRY_API_KEY ANTHROPIC_WEBHOOK_SIGNING_KEY ANTHROPIC_ENVIRONMENT_KEY ANTHROPIC_WORK_SECRET"
    " ANTHROPIC_VERTEX_PROJECT_ID ANTHROPIC_BEDROCK_BASE_URL CLAUDE_API_KEY CLAUDE_CODE_OAUTH_TOKEN"
    " CLAUDE_CODE_USE_BEDROCK CLAUDE_CODE_USE_VERTEX",
    "bedrock": "AWS_BEARER_TOKEN_BEDROCK BEDROCK_MODEL_ID",
    "google": "GEMINI_API_KEY GOOGLE_API_KEY GOOGLE_GENERATIVE_AI_API_KEY GOOGLE_GENAI_USE_VERTEXAI",
    "mistral": "MISTRAL_API_KEY",
    "cohere": "CO_API_KEY COHERE_API_KEY",
    "langsmith": "LANGSMITH_API_KEY LANGSMITH_ENDPOINT LANGCHAIN_API_KEY",
    "groq": "GROQ_API_KEY",
    "xai": "XAI_API_KEY",
    "perplexity": "PERPLEXITY_API_KEY PPLX_API_KEY",
    "together": "TOGETHER_API_KEY",
    "fireworks": "FIREWORKS_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "replicate": "REPLICATE_API_TOKEN",
    "huggingface": "HF_TOKEN HUGGINGFACEHUB_API_TOKEN HUGGING_FACE_HUB_TOKEN",
    "nvidia": "NVIDIA_API_KEY",
    "cerebras": "CEREBRAS_API_KEY",
    "voyage": "VOYAGE_API_KEY",
    "jina": "JINA_API_KEY",
    "ai21": "AI21_API_KEY",
    "elevenlabs": "ELEVENLABS_API_KEY",
    "assemblyai": "ASSEMBLYAI_API_KEY",
    "deepgram": "DEEPGRAM_API_KEY",
    "stability": "STABILITY_API_KEY",
    "litellm": "LITELLM_MASTER_KEY",
    "portkey": "PORTKEY_API_KEY",
    "helicone": "HELICONE_API_KEY",
    "langfuse": "LANGFUSE_SECRET_KEY LANGFUSE_PUBLIC_KEY",
    "pinecone": "PINECONE_API_KEY",
    "weaviate": "WEAVIATE_API_KEY",
    "qdrant": "QDRANT_API_KEY",
    "tavily": "TAVILY_API_KEY",
    "serper": "SERPER_API_KEY",
    "firecrawl": "FIRECRAWL_API_KEY",
    "exa": "EXA_API_KEY",
    "e2b": "E2B_API_KEY",
    "browserbase": "BROWSERBASE_API_KEY",
    "composio": "COMPOSIO_API_KEY",
    "wandb": "WANDB_API_KEY",
    "crewai": "CREWAI_STORAGE_DIR",
    "ollama": "OLLAMA_HOST",
    "vllm": "VLLM_API_KEY",
    "watsonx": "WATSONX_APIKEY",
    "github-copilot": "COPILOT_GITHUB_TOKEN",
    "cursor": "CURSOR_API_KEY",
    "mcp": "MCP_SERVER_URL COMPANY_MCP_TOKEN",
    "llm": "LLM_API_KEY MY_LLM_ENDPOINT",
    "": "DATABASE_URL API_KEY HF COHERENCE_CLUSTER GROUP_ID MAXAI_LEVEL REPLICATED_REGION TOGETHERNESS EXACT_API_MATCH"
    " SERPERATOR OPEN_PORTS CLOUD_KEY DATABRICKS_TOKEN",
}


@pytest.mark.parametrize(
    ("name", "provider"), [(n, provider) for provider, names in LLM_NAMES.items() for n in names.split()]
)
def test_a_name_speaks_of_its_provider(name: str, provider: str) -> None:
    assert llm_name(name) == provider


SECRET_NAMES = """
    OPENAI_API_KEY OPENAI_WEBHOOK_SECRET ANTHROPIC_AUTH_TOKEN ANTHROPIC_WEBHOOK_SIGNING_KEY
    ANTHROPIC_ENVIRONMENT_KEY AWS_BEARER_TOKEN_BEDROCK AZURE_INFERENCE_CREDENTIAL AZURE_SEARCH_KEY WATSONX_APIKEY
    HF_TOKEN DB_PASSWORD dbPassword db_pwd DB_PASS apiKey clientSecret accessToken GITHUB_PAT
    STRIPE_SECRET_KEY_LIVE API_KEY_2 SIGNING_KEY_OLD JWT_SECRET PRIVATE_KEY_PEM prod/openai/api-key
    CONNECTION_STRING BASIC_AUTH githubtoken LANGFUSE_SECRET_KEY --api-key Authorization X-Api-Key SSH_PASSPHRASE
"""


@pytest.mark.parametrize("name", [*SECRET_NAMES.split()])
def test_a_name_of_a_secret(name: str) -> None:
    assert names_a_secret(name)


OTHER_NAMES = """
    OPENAI_API_KEY_ARN DB_SECRET_ARN OPENAI_SECRET_NAME API_KEY_PARAMETER ANTHROPIC_IDENTITY_TOKEN_FILE
    AZURE_OPENAI_ENDPOINT OPENAI_BASE_URL OPENAI_ORG_ID ANTHROPIC_WORKSPACE_ID TOKEN_URL AUTH_MODE MAX_TOKENS
    TOKENIZER PARTITION_KEY LANGFUSE_PUBLIC_KEY S3_KEY SSH_PUBLIC_KEY CACHE_KEY KEY AWS_ACCESS_KEY_ID
    SECRET_ROTATION_DAYS PASSWORD_POLICY BYPASS COMPASS KEYBOARD AUTHOR MONKEY_ID SECRETS_MANAGER_ENDPOINT
    KMS_KEY_ID kms_key _ 2 NextTokenSize
"""


@pytest.mark.parametrize("name", [*OTHER_NAMES.split(), "", " ", "é", "_" * 1000])
def test_a_name_that_is_no_secret_or_only_refers_to_one(name: str) -> None:
    assert not names_a_secret(name)


@settings(deadline=None)
@given(st.text(max_size=600))
def test_any_name_is_judged(name: str) -> None:
    assert isinstance(llm_name(name), str)
    assert isinstance(names_a_secret(name), bool)


@pytest.mark.parametrize(
    "text",
    ["prod/openai/api-key-2", "my-service-account-2024", "db.internal.example.com", "arn:aws:iam::123456789012:role/x",
     "TWENTY_FOUR_HOURS", "eu-central-1", "OneTwoThreeFour", "x" * 40, "short1A", "two words here 12345678aB"],
)  # fmt: skip
def test_words_paths_and_hosts_do_not_look_random(text: str) -> None:
    assert not looks_random(text)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(20, 80), st.sampled_from([WORD, HEX, BASE64, URL64]))
def test_what_is_random_looks_random_nearly_always(seed: int, length: int, alphabet: str) -> None:
    rng = random.Random(seed)
    assert any(looks_random(some(rng, alphabet, length)) for _ in range(4))


@pytest.mark.parametrize(
    "text", ["${TOKEN}", "<your key>", "xxxxxxxxxxxx", "changeme", "your-api-key", "{{ token }}", "****"]
)
def test_a_placeholder_is_no_secret(text: str) -> None:
    assert is_placeholder(text)


def test_entropy_is_counted_in_bits_a_character() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abab") == pytest.approx(1)
    assert entropy(WORD) == pytest.approx(5.954, abs=0.001)
