"""Seeds of pipelines and of what orchestrates: builds, deployments, machine learning, schedules and Airflow."""

from __future__ import annotations

import json
from typing import Any

from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.ids import stable_uuid
from tests.clouds.aws.overlays.codebuild import SourceCredentials
from tests.clouds.aws.overlays.codeconnections import Connections
from tests.clouds.aws.overlays.mwaa import Airflow


def build_project(
    aws: Aws, region: str, name: str, role: str, variables: list[dict[str, str]] | None = None, **fields: Any
) -> str:
    """A CodeBuild project that builds from GitHub; its ARN."""
    created: dict[str, Any] = aws.client("codebuild", region).create_project(
        name=name,
        serviceRole=role,
        source={"type": "GITHUB", "location": f"https://github.com/example/{name}.git"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": variables or [],
        },
        **fields,
    )
    return str(created["project"]["arn"])


def source_credential(aws: Aws, region: str, server: str = "GITHUB", kind: str = "PERSONAL_ACCESS_TOKEN") -> str:
    """A token of a source host that somebody imported into CodeBuild; its ARN."""
    arn = f"arn:aws:codebuild:{region}:{aws.account.id}:token/{server.lower()}"
    tokens = aws.emulator.store.get(SourceCredentials, aws.account.id, region)
    tokens.shown.append({"arn": arn, "serverType": server, "authType": kind})
    return arn


def connection(aws: Aws, region: str, name: str, provider: str = "GitHub", status: str = "AVAILABLE") -> str:
    """A connection to a source host; its ARN."""
    account = aws.account.id
    arn = f"arn:aws:codeconnections:{region}:{account}:connection/{stable_uuid(account, region, name)}"
    aws.emulator.store.get(Connections, account, region).shown.append(
        {
            "ConnectionName": name,
            "ConnectionArn": arn,
            "ProviderType": provider,
            "OwnerAccountId": account,
            "ConnectionStatus": status,
        }
    )
    return arn


def action(
    category: str, provider: str, name: str, settings: dict[str, str], owner: str = "AWS", **fields: Any
) -> dict[str, Any]:
    """An action of a pipeline."""
    kind = {"category": category, "owner": owner, "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "configuration": settings, **fields}


def pipeline(aws: Aws, region: str, name: str, role: str, *stages: list[dict[str, Any]]) -> str:
    """A pipeline with these stages, of which there must be two; its ARN."""
    aws.client("codepipeline", region).create_pipeline(
        pipeline={
            "name": name,
            "roleArn": role,
            "artifactStore": {"type": "S3", "location": "artifacts"},
            "stages": [{"name": f"stage-{number}", "actions": actions} for number, actions in enumerate(stages)],
        }
    )
    return f"arn:aws:codepipeline:{region}:{aws.account.id}:{name}"


def state_machine(aws: Aws, region: str, name: str, role: str, states: dict[str, Any]) -> str:
    """A state machine with these states; its ARN."""
    made: dict[str, Any] = aws.client("stepfunctions", region).create_state_machine(
        name=name, roleArn=role, definition=json.dumps({"StartAt": next(iter(states)), "States": states})
    )
    return str(made["stateMachineArn"])


def airflow(aws: Aws, region: str, name: str, role: str, options: dict[str, str] | None = None) -> str:
    """An environment of Airflow; its ARN."""
    arn = f"arn:aws:airflow:{region}:{aws.account.id}:environment/{name}"
    aws.emulator.store.get(Airflow, aws.account.id, region).environments[name] = {
        "Name": name,
        "Arn": arn,
        "Status": "AVAILABLE",
        "ExecutionRoleArn": role,
        "SourceBucketArn": "arn:aws:s3:::workflows",
        "WebserverAccessMode": "PUBLIC_ONLY",
        "AirflowConfigurationOptions": options or {},
    }
    return arn
