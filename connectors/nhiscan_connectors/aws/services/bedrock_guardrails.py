"""Amazon Bedrock guardrails: what filters the talk of agents, and which of them no caller can leave out.

Attributes of a guardrail: `status`, `version`, `cross_region_profile` (ARN of the profile that says in which regions
it filters), `enforced` ("true": the account applies it to every call of a model in this region, whoever makes it),
`enforced_models` (to which models: "ALL", or their ids) and `exempt_models`. Where ListEnforcedGuardrailsConfiguration
was refused, no guardrail is `enforced`, and a gap says so. What a guardrail filters is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Resource
from nhiscan_connectors.aws.bedrock.names import guardrail_arn, short
from nhiscan_connectors.aws.bedrock.resource_policies import resource_policies
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

GUARDRAILS: Final = call(
    "bedrock:ListGuardrails",
    "lists the guardrails",
    "which guardrails exist",
    blinds=(),
)
ENFORCED: Final = call(
    "bedrock:ListEnforcedGuardrailsConfiguration",
    "lists the guardrails that apply to every call of a model",
    "which guardrails apply to every call of a model",
    blinds=(),
)
POLICY: Final = call(
    "bedrock:GetResourcePolicy",
    "reads the policy that a guardrail carries itself",
    "who outside of the account may use a guardrail",
    blinds=("policies",),
)


def collect(calls: Calls) -> None:
    """Two lists, and the policy of each guardrail."""
    for _ in calls.pages(ENFORCED):
        pass
    found = (item for item in calls.items(GUARDRAILS, "guardrails") if isinstance(item, dict))
    calls.each(
        lambda arn: calls.page(POLICY, resourceArn=arn), [arn for item in found if (arn := text(item.get("arn")))]
    )


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One resource a guardrail, those of other accounts that are enforced here too."""
    reading = Reading(shard, answers)
    enforced = {}
    for item in reading.items(ENFORCED, "guardrailsConfig"):
        arn = guardrail_arn(reading, item.get("guardrailArn") or item.get("guardrailId"))
        if arn:
            enforced[arn] = item
    names: dict[str, str] = {}
    for item in reading.items(GUARDRAILS, "guardrails", "arn", "name"):
        names[item["arn"]] = f"guardrail {item['name']}"
        yield _guardrail(reading, item["arn"], item, enforced.get(item["arn"]))
    for arn, item in enforced.items():
        if arn not in names:
            yield _guardrail(reading, arn, {"name": short(arn), "version": item.get("guardrailVersion")}, item)
    yield from resource_policies(reading, POLICY, "resourcePolicy", names)
    yield from reading.gaps()


def _guardrail(reading: Reading, arn: str, item: dict[str, Any], enforced: dict[str, Any] | None) -> Resource:
    models = table(table(enforced).get("modelEnforcement"))
    facts = {
        "status": text(item.get("status")),
        "version": text(item.get("version")),
        "cross_region_profile": text(table(item.get("crossRegionDetails")).get("guardrailProfileArn")),
        "enforced": "true" if enforced is not None else "",
        "enforced_models": ", ".join(_models(reading, models, "includedModels")) or ("ALL" if enforced else ""),
        "exempt_models": ", ".join(_models(reading, models, "excludedModels")),
    }
    return Resource(
        id=arn,
        provider="aws",
        kind="guardrail",
        name=item["name"],
        scope=reading.scope,
        region=reading.region,
        created_at=moment(item.get("createdAt")),
        attributes={key: value for key, value in facts.items() if value},
    )


def _models(reading: Reading, models: dict[str, Any], key: str) -> list[str]:
    return sorted(model for model in reading.texts(ENFORCED, models, key))


SERVICE = Service(
    name="bedrock-guardrails", part="region", operations=(ENFORCED, GUARDRAILS, POLICY), collect=collect, parse=parse
)
