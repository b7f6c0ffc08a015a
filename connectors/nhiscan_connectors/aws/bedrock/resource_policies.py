"""Policies that guardrails and knowledge bases carry themselves: who outside of the account may use them."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Operation
from nhiscan.model import AnyRecord, Policy, PolicyUse
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.regional import Reading


def resource_policies(reading: Reading, operation: Operation, field: str, names: dict[str, str]) -> Iterator[AnyRecord]:
    """The policies that a call with the parameter `resourceArn` gave, and a gap for each that was refused.

    `field`: where the document stands in the answer. `names`: what people call the resources, by ARN.
    """
    for arn, body in reading.details(operation, "resourceArn").items():
        written = body.get(field)
        if written and arn in names:
            document, problem = document_text(written)
            id = f"{arn}/policy/resource"
            yield Policy(
                id=id,
                provider="aws",
                kind="resource",
                name=f"resource policy of {names[arn]}",
                scope=reading.scope,
                document=document,
                problem=problem,
            )
            yield PolicyUse(policy=id, target=arn, use="resource")
    yield from reading.gaps_of_details(operation, "resourceArn", {arn: arn for arn in names})
