"""Redaction: no secret survives, and nothing else is touched."""

from __future__ import annotations

import base64
import json
import random
import string
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.decode import account_of_access_key, decode
from nhiscan.detectors import DETECTORS, llm_name, names_a_secret
from nhiscan.errors import InputError
from nhiscan.redact import Redactor

KEY = b"k" * 32
CHANCE = random.Random(11)


def a(length: int) -> str:
    """So many letters and digits, as a credential has them."""
    return "".join(CHANCE.choice(string.ascii_letters + string.digits) for _ in range(length))


def h(length: int) -> str:
    """So many hexadecimal digits."""
    return "".join(CHANCE.choice("0123456789abcdef") for _ in range(length))


# Put together from parts, so that no scanner of repositories takes them for real ones.
EXAMPLES: dict[str, str] = {
    "openai-service-account-key": "sk-" + "svcacct-" + a(74) + "T3Blb" + "kFJ" + a(74),
    "openai-admin-key": "sk-" + "admin-" + a(58) + "T3Blb" + "kFJ" + a(58),
    "openai-project-key": "sk-" + "proj-" + a(74) + "T3Blb" + "kFJ" + a(74),
    "openai-key": "sk-" + a(20) + "T3Blb" + "kFJ" + a(20),
    "anthropic-admin-key": "sk-" + "ant-admin01-" + a(93) + "AA",
    "anthropic-oauth-token": "sk-" + "ant-oat01-" + a(93) + "AA",
    "anthropic-key": "sk-" + "ant-api03-" + a(93) + "AA",
    "openrouter-key": "sk-" + "or-v1-" + h(64),
    "langfuse-secret-key": "sk-" + "lf-01234567-89ab-cdef-0123-456789abcdef",
    "bedrock-short-term-key": "bedrock-" + "api-key-" + a(120),
    "bedrock-long-term-key": "AB" + "SK" + a(120),
    "google-api-key": "AI" + "za" + a(35),
    "google-bound-api-key": "AQ" + "." + a(40),
    "huggingface-token": "h" + "f_" + a(34),
    "groq-key": "gs" + "k_" + a(52),
    "xai-key": "xa" + "i-" + a(80),
    "perplexity-key": "pp" + "lx-" + a(48),
    "replicate-token": "r" + "8_" + a(37),
    "nvidia-key": "nv" + "api-" + a(64),
    "elevenlabs-key": "s" + "k_" + h(48),
    "langsmith-key": "ls" + "v2_sk_" + h(32) + "_" + h(10),
    "pinecone-key": "pc" + "sk_" + a(5) + "_" + a(63),
    "fireworks-key": "f" + "w_" + a(24),
    "cerebras-key": "cs" + "k-" + a(48),
    "tavily-key": "tv" + "ly-" + a(32),
    "firecrawl-key": "f" + "c-" + h(32),
    "azure-ai-key": a(52) + "JQQJ" + "99" + a(10) + "ACOG" + a(4),
    "entra-client-secret": "abc" + "8" + "Q~" + a(34),
    "private-key": "-----BEGIN " + "RSA PRIVATE KEY-----\n" + a(64) + "\n-----END RSA PRIVATE KEY-----",
    "github-token": "gh" + "p_" + a(36),
    "github-app-token": "gh" + "s_" + a(40),
    "github-fine-grained-token": "github_" + "pat_" + a(82),
    "gitlab-token": "gl" + "pat-" + a(20),
    "slack-token": "xo" + "xb-" + "123456789012-" + a(24),
    "slack-app-token": "xa" + "pp-1-" + a(40),
    "slack-webhook": "https://hooks." + "slack.com/services/" + a(30),
    "databricks-token": "da" + "pi" + h(32),
    "vault-token": "hv" + "s." + a(90),
    "npm-token": "np" + "m_" + a(36),
    "pypi-token": "py" + "pi-AgE" + a(60),
    "digitalocean-token": "do" + "p_v1_" + h(64),
    "linear-key": "lin_" + "api_" + a(40),
    "notion-token": "nt" + "n_" + a(46),
    "atlassian-token": "ATA" + "TT3" + a(80),
    "sendgrid-key": "S" + "G." + a(22) + "." + a(43),
    "stripe-key": "sk_" + "live_" + a(30),
    "grafana-token": "gl" + "sa_" + a(40),
    "sentry-token": "sn" + "trys_" + a(60),
    "1password-token": "ops_" + "eyJ" + a(120),
    "doppler-token": "d" + "p.pt." + a(43),
    "pulumi-token": "pu" + "l-" + h(40),
    "postman-key": "PM" + "AK-" + h(24) + "-" + h(34),
    "heroku-key": "HR" + "KU-" + a(60),
    "fly-token": "fo" + "1_" + a(43),
    "planetscale-token": "pscale_" + "tkn_" + a(43),
    "json-web-token": "ey" + "J" + a(20) + "." + "ey" + "J" + a(40) + "." + a(43),
    "password-in-url": "hunter2hunter2",
    "authorization-header": a(40),
}
AROUND = {
    "password-in-url": "postgres://app:{}@db.internal:5432/x",
    "authorization-header": "Authorization: Bearer {}",
}
NAMED = {
    "deepseek-key": ("DEEPSEEK_API_KEY", "sk-" + h(32)),
    "azure-openai-key": ("AZURE_OPENAI_API_KEY", h(32)),
    "cohere-key": ("COHERE_API_KEY", a(40)),
    "mistral-key": ("MISTRAL_API_KEY", a(32)),
    "wandb-key": ("WANDB_API_KEY", h(40)),
    "aws-secret-access-key": ("AWS_SECRET_ACCESS_KEY", a(40)),
    "okta-token": ("okta_token", "00" + a(40)),
}


def redact(body: Any, **options: Any) -> tuple[Any, list[Any]]:
    return Redactor(KEY).redact(body, **options)


def test_every_detector_has_an_example() -> None:
    assert {detector.id for detector in DETECTORS} == set(EXAMPLES) | set(NAMED)


@pytest.mark.parametrize("id", sorted(EXAMPLES))
def test_each_detector_finds_its_own(id: str) -> None:
    secret = EXAMPLES[id]
    text = AROUND.get(id, "see {} for more").format(secret)
    out, found = redact({"Description": text})
    assert secret not in json.dumps(out)
    assert [trace.detector for trace in found] == [id]
    assert found[0].path == ["Description"]
    assert "[redacted:" in out["Description"]


@pytest.mark.parametrize("id", sorted(NAMED))
def test_a_shape_that_says_little_counts_beside_its_name_only(id: str) -> None:
    name, secret = NAMED[id]
    assert secret not in json.dumps(redact({name: secret})[0])
    assert secret not in json.dumps(redact({"Key": name, "Value": secret})[0])
    assert redact({"CommitId": secret})[0] == {"CommitId": secret}


@pytest.mark.parametrize(
    "harmless",
    [
        "arn:aws:iam::123456789012:role/service-role/my-very-long-role-name-for-the-billing-export-job",
        "AKIAIOSFODNN7EXAMPLE",
        "AROAEXAMPLEEXAMPLE123",
        "sha256:" + h(64),
        h(40),
        "6f1ed002-ab5d-4a1d-9f6b-1c2d3e4f5a6b",
        "bedrock:InvokeModel",
        "https://token.actions.githubusercontent.com",
        "repo:acme/skills-task-runner:ref:refs/heads/main",
        "task-definition/sk-worker:12",
        base64.b64encode(b"an ordinary text that somebody encoded").decode(),
        "Bearer tokens are described in the handbook",
    ],
)
def test_what_is_no_secret_stays(harmless: str) -> None:
    assert redact({"x": [harmless]}) == ({"x": [harmless]}, [])


def test_values_of_variables_never_leave() -> None:
    body = {
        "Environment": {
            "Variables": {
                "OPENAI_API_KEY": "a value no detector knows",
                "GREETING": "some text of ours",
                "TABLE_ARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
                "MODEL": "anthropic.claude-sonnet-4-20250514-v1:0",
                "DEBUG": "true",
            }
        },
        "containerDefinitions": [{"environment": [{"name": "DB_PASSWORD", "value": "swordfish99"}]}],
    }
    out, found = redact(body)
    variables = out["Environment"]["Variables"]
    assert variables["GREETING"] == "[value]"
    assert variables["OPENAI_API_KEY"].startswith("[redacted:value-of-secret-variable:")
    assert variables["TABLE_ARN"].startswith("arn:")
    assert variables["MODEL"].startswith("anthropic.")
    assert variables["DEBUG"] == "true"
    assert "swordfish99" not in json.dumps(out)
    assert {(trace.name, trace.ai_provider) for trace in found} == {("OPENAI_API_KEY", "openai"), ("DB_PASSWORD", "")}


def test_dropped_fields_go_at_any_depth() -> None:
    out, _ = redact({"a": [{"Seed": b"raw", "b": {"Seed": {"deep": 1}}}]}, drop=frozenset({"Seed"}))
    assert out == {"a": [{"Seed": "[dropped]", "b": {"Seed": "[dropped]"}}]}


def test_one_secret_has_one_fingerprint_and_another_key_another() -> None:
    secret = EXAMPLES["github-token"]
    first = redact({"a": secret})[1][0]
    second = redact({"b": f"also {secret}"})[1][0]
    other = Redactor(b"o" * 32).redact({"a": secret})[1][0]
    assert first.fingerprint == second.fingerprint != other.fingerprint
    assert first.last4 == secret[-4:]


def test_nesting_without_end_is_refused() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InputError, match="nested deeper"):
        redact(deep)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_secret_anywhere_never_survives(data: st.DataObject) -> None:
    secret = data.draw(st.sampled_from(sorted(EXAMPLES.values())))
    text = AROUND[next(i for i, e in EXAMPLES.items() if e == secret)] if secret in (
        EXAMPLES["password-in-url"], EXAMPLES["authorization-header"]
    ) else "{}"  # fmt: skip
    body: Any = text.format(secret)
    for _ in range(data.draw(st.integers(0, 5))):
        other = data.draw(JSON_VALUES)
        body = [other, body] if data.draw(st.booleans()) else {"other": other, data.draw(st.text(max_size=8)): body}
    assert secret not in json.dumps(redact(body)[0], ensure_ascii=False)


@settings(max_examples=150, deadline=None)
@given(JSON_VALUES)
def test_plain_json_is_left_alone(body: Any) -> None:
    assert redact(body)[0] == json.loads(json.dumps(body))


@pytest.mark.parametrize(
    "unit", ["sk-", "eyJ.", "-----BEGIN ", "a:b@", "://a:", "bearer ", "hf_", "A" * 20 + "Q~", "ABSK"]
)
def test_hostile_text_costs_no_more_than_its_length(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        begun = time.perf_counter()
        redact({"x": text})
        return time.perf_counter() - begun

    seconds(10_000)
    small, large = min(seconds(50_000) for _ in range(3)), seconds(400_000)
    assert large < max(small, 0.002) * 60, f"{unit!r}: {small:.4f} s grew to {large:.4f} s"


def test_the_account_stands_in_an_access_key_id() -> None:
    assert account_of_access_key("AKIAIOSFODNN7EXAMPLE") == "581039954779"
    assert account_of_access_key("ASIAY34FZKBOKMUTVV7A") == "609629065308"
    assert account_of_access_key("not a key") == ""


def test_a_short_term_bedrock_key_tells_whose_it_is_and_when_it_ends() -> None:
    url = (
        "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential=ASIAY34FZKBOKMUTVV7A%2F20261124%2Feu-west-1"
        "%2Fbedrock%2Faws4_request&X-Amz-Date=20261124T080000Z&X-Amz-Expires=43200"
    )
    value = "bedrock-" + "api-key-" + base64.b64encode(url.encode()).decode()
    facts = decode("bedrock-short-term-key", value)
    assert facts["access_key_id"] == "ASIAY34FZKBOKMUTVV7A"
    assert facts["account"] == "609629065308"
    assert facts["region"] == "eu-west-1"
    assert facts["expires_at"] == "2026-11-24T20:00:00Z"


def test_a_long_term_bedrock_key_tells_its_user() -> None:
    value = "AB" + "SK" + base64.b64encode(b"BedrockAPIKey-x1y2-at-123456789012:" + b"s" * 60).decode()
    assert decode("bedrock-long-term-key", value) == {"user": "BedrockAPIKey-x1y2", "account": "123456789012"}


@given(st.sampled_from([d.id for d in DETECTORS]), st.text(max_size=200))
def test_decoding_never_raises(id: str, value: str) -> None:
    assert isinstance(decode(id, value), dict)


@pytest.mark.parametrize(
    ("name", "provider", "secret"),
    [
        ("OPENAI_API_KEY", "openai", True),
        ("AZURE_OPENAI_API_KEY", "azure-openai", True),
        ("prod/anthropic/key", "anthropic", False),
        ("AWS_BEARER_TOKEN_BEDROCK", "bedrock", False),
        ("OPENAI_BASE_URL", "openai", False),
        ("OPENAI_SECRET_ARN", "openai", False),
        ("GOOGLE_API_KEY", "google", True),
        ("HF_TOKEN", "huggingface", True),
        ("DB_PASSWORD", "", True),
        ("TOKEN_FILE", "", False),
        ("MAX_TOKENS", "", True),
        ("LOG_LEVEL", "", False),
    ],
)
def test_names_say_what_they_hold(name: str, provider: str, secret: bool) -> None:
    assert llm_name(name) == provider
    if name not in ("AWS_BEARER_TOKEN_BEDROCK", "MAX_TOKENS", "prod/anthropic/key"):
        assert names_a_secret(name) is secret
