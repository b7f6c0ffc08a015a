"""Policies that AgentCore resources carry themselves: who may call a gateway, a runtime or a memory from outside.

Several services ask for them, each for its own resources; the evidence of a shard holds the answers of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.resource_policies import policy_of
from nhiscan_connectors.common.gaps import refusal

GET_POLICY = call(
    "bedrock-agentcore-control:GetResourcePolicy",
    "reads the policy that a runtime, gateway or memory carries itself",
    "who outside of the account may call runtimes, gateways and memories",
    permission="bedrock-agentcore:GetResourcePolicy",
    blinds=("policies",),
)


def ask_policies(calls: Calls, arns: Iterable[str]) -> None:
    """One call for each resource; AWS answers without a policy, or that there is none, where it carries none."""
    calls.each(lambda arn: calls.page(GET_POLICY, resourceArn=arn), arns)


def resource_policies(reading: Reading, resources: dict[str, str]) -> Iterator[AnyRecord]:
    """The policies of these resources, and a gap for each whose policy was refused.

    `resources`: name by ARN. Answers about other resources are left to the service that asked for them.
    """
    bodies = reading.details(GET_POLICY, "resourceArn")
    refused = reading.refused(GET_POLICY, "resourceArn")
    for arn, name in resources.items():
        yield from policy_of(reading, arn, name, bodies.get(arn, {}).get("policy") or None)
        if arn in refused:
            yield refusal(reading.shard, GET_POLICY, refused[arn], arn)
