"""Policies that AgentCore resources carry themselves: who may call a gateway, a runtime or a memory from outside.

Several services ask for them, each for its own resources; the evidence of a shard holds the answers of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nhiscan.model import AnyRecord, Gap, Policy, PolicyUse
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.regional import Reading, call

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
        id = f"{arn}/policy/resource"
        written = bodies.get(arn, {}).get("policy")
        if written:
            document, problem = document_text(written)
            yield Policy(
                id=id,
                provider="aws",
                kind="resource",
                name=f"resource policy of {name}",
                scope=reading.scope,
                document=document,
                problem=problem,
            )
            yield PolicyUse(policy=id, target=arn, use="resource")
        if arn in refused:
            item = refused[arn]
            yield Gap(
                connector=reading.shard.connector,
                scope=reading.scope,
                region=reading.region,
                operation=GET_POLICY.name,
                reason=item.problem or "failed",
                permission=GET_POLICY.permission if item.problem == "denied" else "",
                hides=GET_POLICY.hides,
                detail=item.detail,
                blinds=GET_POLICY.blinds,
                subjects=(arn,),
            )
