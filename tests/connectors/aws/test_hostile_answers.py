"""Every service, over answers of the form of AWS's own models: texts and lists without end, and values of other types.

The answers are made from the output shapes, so a service that is added is tried without anybody adding it here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from types import FrameType
from typing import Any, Final

import botocore.session
import msgspec
import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from nhiscan.connector import Evidence, Operation, Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.connector import AwsConnector
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.bounds import LONGEST
from tests.connectors.aws.answers import ACCOUNT_SHARD, IAM, ORGANIZATION_SHARD, REGION_SHARD, answer

SERVICES: Final = {service.name: service for service in AwsConnector().services}
SHARDS: Final = {"account": ACCOUNT_SHARD, "region": REGION_SHARD, "organization": ORGANIZATION_SHARD}
each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)

WHOLE: Final = frozenset({
    "id", "scope", "parent", "holder", "identity", "principal", "member", "group", "subject", "source", "target",
    "policy", "role", "workload", "key", "document", "statement", "path", "issuer", "audiences", "subjects",
})  # fmt: skip
"""Fields that name another record or hold a document, and so must not be cut."""


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    """Makes a value for every shape."""

    longest: int = 8
    """Characters of each text."""
    number: int = 1
    """Elements of the lists and maps at `level`; all others have one."""
    level: int = 0
    variant: int = 0
    """Which values of enumerations are taken; roles are the ARNs of roles in every other one."""
    wrong: tuple[Any, ...] = ()
    """Values that stand, in turn, in place of texts, numbers, lists and objects."""

    def value(self, shape: Shape | None, field: str = "", index: int = 0, seen: tuple[str, ...] = ()) -> Any:
        """A value of the shape; None where shapes hold themselves too often."""
        if shape is None:
            return {}
        if seen.count(shape.name) > 1 or len(seen) > 16:
            return None
        if self.wrong and seen and (len(seen) + len(field) + self.variant) % 5 == 0:
            return self.wrong[(len(field) + index + self.variant) % len(self.wrong)]
        deeper = (*seen, shape.name)
        inside = sum(1 for name in seen if name.startswith("*"))
        many = self.number if inside == self.level else 1
        match shape:
            case StructureShape():
                return {name: self.value(member, name, index, deeper) for name, member in shape.members.items()}
            case ListShape():
                marked = (*seen, f"*{shape.name}")
                return [self.value(shape.member, field, index + n, marked) for n in range(many)]
            case MapShape():
                marked = (*seen, f"*{shape.name}")
                return {
                    self.text(shape.key, field, index + n): self.value(shape.value, field, index + n, marked)
                    for n in range(many)
                }
        match shape.type_name:
            case "boolean":
                return (index + self.variant) % 2 == 0
            case "timestamp":
                return datetime(2026, 1, 1, tzinfo=UTC)
            case "integer" | "long" | "float" | "double":
                return 10**12
        return self.text(shape, field, index)

    def text(self, shape: Shape, field: str, index: int) -> str:
        """A text that fits the name of the field and is as long as texts may be."""
        choices: list[str] = getattr(shape, "enum", [])
        if choices:
            return choices[(index + self.variant) % len(choices)]
        if "role" in field.lower() and self.variant % 2 == 0:
            return f"{IAM}:role/r{index}"
        start = "arn:aws:lambda:eu-west-1:123456789012:function:" if field.lower().endswith("arn") else ""
        return f"{start}{'x' * self.longest}{index}"


@lru_cache(maxsize=512)
def model_of(name: str) -> OperationModel:
    service, _, call = name.partition(":")
    return botocore.session.get_session().get_service_model(service).operation_model(call)


def told(operation: Operation, maker: Maker, copies: int = 1) -> Iterator[Evidence]:
    """Answers to a call; `copies` of them where it is made once for each thing."""
    model = model_of(operation.name)
    asked = {
        name: shape
        for name, shape in (model.input_shape.members.items() if model.input_shape else ())
        if shape.type_name == "string" and name in model.input_shape.required_members
    }
    for index in range(copies if asked else 1):
        params = {name: maker.text(shape, name, index) for name, shape in asked.items()}
        body = maker.value(model.output_shape, index=index)
        yield msgspec.structs.replace(answer(operation, body), params=params)


def records(service: Service, maker: Maker, copies: int = 1) -> list[AnyRecord]:
    """What a service makes of answers; a parser that raises fails the test."""
    found = [item for operation in service.operations for item in told(operation, maker, copies)]
    shard: Shard = SHARDS[service.part]
    return list(service.parse(shard, Answers(found)))


def endless(value: Any, field: str = "") -> Iterator[str]:
    """Fields of a record that hold a text which is too long."""
    if field in WHOLE:
        return
    if isinstance(value, str) and len(value) > LONGEST:
        yield field
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from endless(key, f"{field} (a key)")
            yield from endless(item, field or key)
    elif isinstance(value, list):
        for item in value:
            yield from endless(item, field)


@each_service
@pytest.mark.parametrize("variant", [0, 1])
def test_texts_without_end(service: Service, variant: int) -> None:
    for record in records(service, Maker(longest=100_000, variant=variant)):
        fields: dict[str, Any] = msgspec.to_builtins(record)
        assert not {f"{type(record).__name__}.{key}" for key, value in fields.items() for _ in endless(value, key)}


OLDER: Final = {"iam"}
"""Its own tests put anything in place of its answers; see `tests.connectors.aws.test_any_answer`."""
WRONG: Final[tuple[Any, ...]] = (
    None,
    7,
    "",
    "text",
    [],
    {},
    [7],
    [None],
    [[]],
    {"x": 7},
    True,
    1.5,
    [{"Name": 7}],
    {"Arn": []},
)


@pytest.mark.parametrize("service", [s for s in SERVICES.values() if s.name not in OLDER], ids=lambda s: str(s.name))
@pytest.mark.parametrize("variant", range(15))
def test_values_of_other_types(service: Service, variant: int) -> None:
    for record in records(service, Maker(variant=variant, wrong=WRONG)):
        # What a record says is what its type says: the inventory reads it without looking again.
        assert msgspec.convert(msgspec.to_builtins(record), type=type(record)) == record


def work(service: Service, maker: Maker, copies: int = 1) -> tuple[int, int]:
    """Calls of Python functions that parsing takes, and the records that it makes."""
    found = Answers(item for operation in service.operations for item in told(operation, maker, copies))
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        made = sum(1 for _ in service.parse(SHARDS[service.part], found))
    finally:
        sys.setprofile(before)
    return calls, made


FEW, MANY = 20, 200
GROWS: Final = {"identity_center", "rolesanywhere", "iam"}
"""What they tell is by its nature a product: each of several people in each of several accounts."""


@pytest.mark.parametrize("service", [s for s in SERVICES.values() if s.name not in GROWS], ids=lambda s: str(s.name))
@pytest.mark.parametrize("level", [0, 1, 2])
def test_lists_take_work_in_proportion(service: Service, level: int) -> None:
    few, _ = work(service, Maker(number=FEW, level=level))
    many, _ = work(service, Maker(number=MANY, level=level))
    assert many < 1.3 * MANY / FEW * few + 5_000


@pytest.mark.parametrize("service", [s for s in SERVICES.values() if s.name not in GROWS], ids=lambda s: str(s.name))
def test_details_take_work_in_proportion(service: Service) -> None:
    few, _ = work(service, Maker(), FEW)
    many, _ = work(service, Maker(), MANY)
    assert many < 1.3 * MANY / FEW * few + 5_000
