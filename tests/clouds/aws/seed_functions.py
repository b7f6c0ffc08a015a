"""Lambda functions and task definitions, put straight into moto's state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.clouds.aws.seed import Account, ago
from tests.clouds.aws.untyped import moto_module


def lambda_function(
    account: Account,
    name: str,
    role: str,
    variables: Mapping[str, str] | None = None,
    *,
    region: str = "us-east-1",
    layers: Sequence[str] = (),
    tags: Mapping[str, str] | None = None,
    modified: datetime | None = None,
) -> str:
    """Make a function, its image somewhere in ECR; its ARN."""
    models = moto_module("awslambda.models")
    function = models.lambda_backends[account.id][region].create_function(
        {
            "FunctionName": name,
            "Role": role,
            "PackageType": "Image",
            "Code": {"ImageUri": f"{account.id}.dkr.ecr.{region}.amazonaws.com/{name}@sha256:{'0' * 64}"},
            "Environment": {"Variables": dict(variables or {})},
            "Tags": dict(tags or {}),
        }
    )
    if layers:
        function.layers = [{"Arn": layer, "CodeSize": 1} for layer in layers]
    function.last_modified = (modified or ago(40)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return str(function.function_arn)


def task_definition(
    account: Account,
    family: str,
    role: str,
    variables: Mapping[str, str] | None = None,
    *,
    secrets: Mapping[str, str] | None = None,
    execution_role: str = "",
    region: str = "us-east-1",
    image: str = "",
) -> str:
    """Register a task definition of one container; its ARN."""
    models = moto_module("ecs.models")
    container: dict[str, Any] = {
        "name": family,
        "image": image or f"{account.id}.dkr.ecr.{region}.amazonaws.com/{family}:1",
        "memory": 512,
        "environment": [{"name": key, "value": value} for key, value in (variables or {}).items()],
        "secrets": [{"name": key, "valueFrom": value} for key, value in (secrets or {}).items()],
    }
    made = models.ecs_backends[account.id][region].register_task_definition(
        family=family, container_definitions=[container], task_role_arn=role, execution_role_arn=execution_role or None
    )
    return str(made.arn)
