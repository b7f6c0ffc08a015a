"""Policies that guardrails and knowledge bases carry themselves: who outside of the account may use them."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Operation
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.aws.resource_policies import policy_of


def resource_policies(reading: Reading, operation: Operation, field: str, names: dict[str, str]) -> Iterator[AnyRecord]:
    """The policies that a call with the parameter `resourceArn` gave, and a gap for each that was refused.

    `field`: where the document stands in the answer. `names`: what people call the resources, by ARN.
    """
    for arn, body in reading.details(operation, "resourceArn").items():
        if arn in names:
            yield from policy_of(reading, arn, names[arn], body.get(field) or None)
    yield from reading.gaps_of_details(operation, "resourceArn", {arn: arn for arn in names})
