"""Policies that resources carry themselves, as records: read, unreadable, or not asked for.

A resource whose policy is not known keeps a policy without a document, so that the evaluator answers "unknown" for it
and does not take "not read" for "has none". A resource that is known to have none has no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation
from nhiscan.model import AnyRecord, Policy, PolicyUse
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.regional import Reading


def policy_of(reading: Reading, arn: str, name: str, written: Any) -> Iterator[AnyRecord]:
    """The policy of a resource, as the service wrote it; nothing where it wrote none."""
    if written is not None:
        yield from _filed(reading, arn, name, *document_text(written))


def unread_policy(reading: Reading, arn: str, name: str, why: str) -> Iterator[AnyRecord]:
    """The policy of a resource that was not read: nothing is wrong with it, so the record names no problem."""
    yield from _filed(reading, arn, name, None, "", unread=why)


def asked_policy(
    reading: Reading, operation: Operation, param: str, key: str, resources: dict[str, tuple[str, str]]
) -> Iterator[AnyRecord]:
    """Policies that were asked for one by one, and a gap for each that was refused.

    `param`: parameter that named the resource. `key`: field of the answer with the policy. `resources`: ARN and name
    by the value of the parameter.
    """
    written, refused = reading.details(operation, param), reading.refused(operation, param)
    asked = {str(item.params.get(param) or "") for item in reading.answers.of(operation)}
    for value, (arn, name) in resources.items():
        if value in refused:
            yield from unread_policy(reading, arn, name, f"it could not be read ({refused[value].problem})")
        elif value in written:
            yield from policy_of(reading, arn, name, written[value].get(key))
        elif value not in asked:
            yield from unread_policy(reading, arn, name, "it was not asked for")
    yield from reading.gaps_of_details(operation, param, {value: arn for value, (arn, _) in resources.items()})


def _filed(
    reading: Reading, arn: str, name: str, document: str | None, problem: str, *, unread: str = ""
) -> Iterator[AnyRecord]:
    id = f"{arn}/policy/resource"
    yield Policy(
        id=id,
        provider="aws",
        kind="resource",
        name=f"resource policy of {name}",
        scope=reading.scope,
        document=document,
        problem=problem,
        attributes={"unread": unread} if unread else {},
    )
    yield PolicyUse(policy=id, target=arn, use="resource")
