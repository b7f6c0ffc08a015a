"""Answers in the shape of AWS's own models, with damage strewn in: no parser of pipelines and jobs breaks on them."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

import botocore.session
import msgspec
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from nhiscan.connector import Evidence, Operation
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.services import (
    cloudformation,
    codebuild,
    codepipeline,
    emr,
    eventbridge,
    eventbridge_pipes,
    eventbridge_schedules,
    glue,
    mwaa,
    sagemaker,
    stepfunctions,
)
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, answer, refused

MODULES = (
    cloudformation, codebuild, codepipeline, emr, eventbridge, eventbridge_pipes, eventbridge_schedules, glue, mwaa,
    sagemaker, stepfunctions,
)  # fmt: skip
SERVICES = [module.SERVICE for module in MODULES]
TEXTS = (
    "x",
    "x",
    "x",
    "",
    "[dropped]",
    f"{IAM}:role/x",
    f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:x-AbCdEf",
    f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:x",
    '{"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "x"}}',
    "2026-01-01T00:00:00Z",
)
DAMAGE: tuple[Any, ...] = (None, 7, -1.5, True, "", [], {}, [None], [[]], {"x": {"x": 7}}, 10**30)
ROUNDS = 100


@lru_cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def made(shape: Shape | None, chance: random.Random, depth: int = 0) -> Any:
    """Something in a shape, now and then something else."""
    if depth and chance.random() < 0.08:
        return chance.choice(DAMAGE)
    match shape:
        case StructureShape():
            members = shape.members.items()
            return {name: made(member, chance, depth + 1) for name, member in members if chance.random() < 0.8}
        case ListShape():
            return [made(shape.member, chance, depth + 1) for _ in range(chance.randrange(3) if depth < 6 else 0)]
        case MapShape():
            return {key: made(shape.value, chance, depth + 1) for key in ("A", "OPENAI_API_KEY")}
        case _:
            return chance.choice(TEXTS)


def evidence(operation: Operation, chance: random.Random) -> list[Evidence]:
    """Three pages of a call about "x", and now and then a refusal."""
    service, _, name = operation.name.partition(":")
    model = _model(service).operation_model(name)
    names = list(model.input_shape.required_members) if model.input_shape else []
    params = dict.fromkeys((*names, "EventBusName", "GroupName", "DomainId"), "x")
    pages = [answer(operation, made(model.output_shape, chance), page=page, **params) for page in range(3)]
    sighting = {"detector": "d", "fingerprint": "f", "last4": "", "path": ["x", 0, "Tags", 7]}
    pages[0] = msgspec.structs.replace(pages[0], sightings=[sighting])
    return [*pages, *([msgspec.structs.replace(refused(operation, **params), page=3)] if chance.random() < 0.3 else [])]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_any_answer_is_parsed(service: Service) -> None:
    seen = 0
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        answers = [item for operation in service.operations for item in evidence(operation, chance)]
        records = list(service.parse(REGION_SHARD, Answers(answers)))
        assert records == list(service.parse(REGION_SHARD, Answers(reversed(answers))))
        seen += len(records)
    assert seen > ROUNDS
