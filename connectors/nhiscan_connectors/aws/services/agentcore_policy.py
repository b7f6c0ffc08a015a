"""AgentCore policy engines, which decide what a gateway lets through, and the Cedar policies in them.

Attributes of an engine: `status`, `kms_key` (an ARN, or "none"), and, where its policies were read, `policies` (how
many), `enforced` (of those, how many are active and decide), `log_only` and `permit_all` (active and deciding permits
for everybody, every action and no condition).

Attributes of a policy: `status`, `enforcement` (ACTIVE, LOG_ONLY), `language` (cedar, dogwood, generated), `effect`
(permit, forbid, several, unknown), `principals` and `actions` ("any", "some"), `conditions` ("when, unless", or
"none") and `unconditional` ("yes", "no"; missing where the statement was not one that could be read). An engine
without a policy lets nothing through.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Link
from nhiscan_connectors.aws.agentcore.cedar import Head, heads
from nhiscan_connectors.aws.agentcore.places import field_of
from nhiscan_connectors.aws.agentcore.shapes import resource
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text


def _operation(name: str, purpose: str, hides: str) -> Operation:
    return call(
        f"bedrock-agentcore-control:{name}",
        purpose,
        hides,
        permission=f"bedrock-agentcore:{name}",
        blinds=("agents",),
    )


LIST_ENGINES = _operation(
    "ListPolicyEngines",
    "lists the policy engines that decide what gateways let through",
    "which policy engines bind agents",
)
LIST_POLICIES = _operation(
    "ListPolicies", "lists the policies of an engine, with what they say", "what the policy engine lets through"
)


def collect(calls: Calls) -> None:
    """A region without engines costs one call, an engine one more: the list of policies tells what they say."""
    items = calls.items(LIST_ENGINES, "policyEngines")
    ids = [id for item in items if (id := text(item.get("policyEngineId")))]
    calls.each(lambda id: list(calls.pages(LIST_POLICIES, policyEngineId=id)), ids)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Engines, their policies, and which belongs to which."""
    reading = Reading(shard, answers)
    listed = reading.by_param(LIST_POLICIES, "policyEngineId")
    refused = reading.refused(LIST_POLICIES, "policyEngineId")
    arns: dict[str, str] = {}
    for item in reading.items(LIST_ENGINES, "policyEngines", "policyEngineId", "policyEngineArn"):
        id = item["policyEngineId"]
        arn = arns[id] = item["policyEngineArn"]
        policies = [
            policy
            for body in listed.get(id, [])
            for policy in reading.within(LIST_POLICIES, body, "policies", "policyArn", subject=arn)
        ]
        facts = {"status": text(item.get("status")), "kms_key": text(item.get("encryptionKeyArn")) or "none"}
        if id in listed and id not in refused:
            facts |= _counts(policies)
        name = text(item.get("name")) or id
        yield resource(reading, arn, "policy-engine", name, item, facts)
        for policy in policies:
            yield from _policy(reading, policy, arn, name)
    yield from reading.gaps_of_details(LIST_POLICIES, "policyEngineId", arns)
    yield from reading.sightings(LIST_POLICIES, field_of("policyArn"))
    yield from reading.gaps()


def _counts(policies: list[dict[str, Any]]) -> dict[str, str]:
    deciding = [policy for policy in policies if _decides(policy)]
    permits = [
        policy
        for policy in deciding
        if any(head.effect == "permit" and head.unconditional for head in _statement(policy)[1] or ())
    ]
    return {
        "policies": str(len(policies)),
        "enforced": str(len(deciding)),
        "log_only": str(sum(policy.get("enforcementMode") == "LOG_ONLY" for policy in policies)),
        "permit_all": str(len(permits)),
    }


def _decides(policy: dict[str, Any]) -> bool:
    """Whether it counts when the engine decides. A policy without a mode is one that does."""
    return policy.get("status") == "ACTIVE" and policy.get("enforcementMode") != "LOG_ONLY"


def _statement(policy: dict[str, Any]) -> tuple[str, tuple[Head, ...] | None]:
    """The language of a policy, and what it says in short; None where that cannot be read."""
    definition = table(policy.get("definition"))
    for key, language in (("cedar", "cedar"), ("policy", "dogwood")):
        if written := text(table(definition.get(key)).get("statement")):
            return language, heads(written)
    return ("generated" if definition.get("policyGeneration") else ""), None


def _policy(reading: Reading, policy: dict[str, Any], engine: str, title: str) -> Iterator[AnyRecord]:
    arn = policy["policyArn"]
    name = text(policy.get("name")) or arn.rpartition("/")[2]
    language, said = _statement(policy)
    facts = {
        "status": text(policy.get("status")),
        "enforcement": text(policy.get("enforcementMode")),
        "language": language,
        **_said(said),
    }
    yield resource(reading, arn, "cedar-policy", name, policy, facts)
    reason = f"policy {name} stands in policy engine {title}"
    yield Link(source=arn, target=engine, kind="part_of", reason=reason)


def _said(said: tuple[Head, ...] | None) -> dict[str, str]:
    if said is None:
        return {"effect": "unknown"}
    conditions = dict.fromkeys(condition for head in said for condition in head.conditions)
    effects = {head.effect for head in said}
    return {
        "effect": effects.pop() if len(effects) == 1 else "several",
        "principals": "any" if any(head.principals == "any" for head in said) else "some",
        "actions": "any" if any(head.actions == "any" for head in said) else "some",
        "conditions": ", ".join(conditions) or "none",
        "unconditional": "yes" if any(head.unconditional for head in said) else "no",
    }


SERVICE = Service(
    name="agentcore-policy",
    part="region",
    operations=(LIST_ENGINES, LIST_POLICIES),
    collect=collect,
    parse=parse,
)
