"""What the parts of SageMaker have in common: workloads and their makers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nhiscan.connector import Operation
from nhiscan.model import Ownership, Workload
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment


def workload(
    reading: Reading,
    kind: str,
    arn: str,
    name: str,
    answers: Sequence[Mapping[str, Any]],
    facts: Mapping[str, str],
    *,
    variables: Sequence[str] = (),
    public: bool | None = None,
) -> Workload:
    """Something that trains, tunes or serves. `answers`: what told of it, the richest first, for its dates."""
    return Workload(
        id=arn,
        provider="aws",
        kind=kind,
        name=name,
        scope=reading.scope,
        region=reading.region,
        machine_learning=True,
        created_at=next(filter(None, (moment(answer.get("CreationTime")) for answer in answers)), None),
        updated_at=next(filter(None, (moment(answer.get("LastModifiedTime")) for answer in answers)), None),
        public=public,
        variables=tuple(dict.fromkeys(variables)),
        attributes={key: value for key, value in facts.items() if value},
    )


def maker(subject: str, answer: Mapping[str, Any], operation: Operation) -> Iterator[Ownership]:
    """Who made something, where Studio noted it."""
    by = table(answer.get("CreatedBy"))
    owner = text(by.get("UserProfileName")) or text(table(by.get("IamIdentity")).get("Arn"))
    if owner:
        yield Ownership(subject=subject, owner=owner, kind="creator", source=operation.name)


def distinct(variables: Sequence[tuple[str, object]]) -> list[tuple[str, object]]:
    """Variables, each once: containers that make up one thing often share them."""
    return list({(name, text(value)): (name, value) for name, value in variables}.values())


def joined(values: object) -> str:
    """Texts of a list, for an attribute."""
    return ", ".join(value for value in values if isinstance(value, str)) if isinstance(values, list) else ""


def objects(value: object) -> list[dict[str, Any]]:
    """Objects of a list; nothing for anything else. For parts that tell no more than a detail of their whole."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
