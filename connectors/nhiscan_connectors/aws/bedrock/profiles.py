"""Models and inference profiles: what a model id means, and which records stand for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nhiscan.model import Link, llm_provider
from nhiscan_connectors.aws.bedrock.names import guardrail_arn, short
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.common.fields import text

PROFILES = call(
    "bedrock:ListInferenceProfiles",
    "lists inference profiles and the regions that each sends prompts to",
    "which inference profiles exist, and in which regions their models run",
    blinds=(),
)
APPLICATION, SYSTEM = "APPLICATION", "SYSTEM_DEFINED"

_GEOGRAPHIES = frozenset({"us", "eu", "apac", "ap", "global", "us-gov", "jp", "au", "ca", "uk", "in", "sa", "me", "il"})
"""Beginnings of ids of profiles that AWS defined, for when their list could not be read."""
_MODEL_ID = re.compile(r"[A-Za-z0-9][\w.:/-]{0,2047}", re.ASCII)
_FOUNDATION = re.compile(r"arn:aws[a-z-]{0,12}:bedrock:[a-z0-9-]{0,30}::foundation-model/.+")
_REGION_OF_MODEL = re.compile(r"arn:aws[a-z-]{0,12}:bedrock:([a-z0-9-]{0,30}):[0-9]{0,12}:.+")


class Profiles:
    """Inference profiles of one account and region, by id and ARN, and what model ids mean there."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.listed = list(
            reading.items(PROFILES, "inferenceProfileSummaries", "inferenceProfileArn", "inferenceProfileId")
        )
        self._arns: dict[str, str] = {item["inferenceProfileId"]: item["inferenceProfileArn"] for item in self.listed}

    def target(self, model: object) -> str:
        """Id of the record that stands for a model: the ARN of a profile or of a model of the account's own; the LLM
        provider for a model that everybody has; empty for what names no model."""
        name = text(model)
        if not _MODEL_ID.fullmatch(name):
            return ""
        if name.startswith("arn:"):
            return llm_provider("bedrock") if _FOUNDATION.fullmatch(name) else name
        if name in self._arns:
            return self._arns[name]
        if geography_of(name):
            return self._reading.arn("bedrock", f"inference-profile/{name}")
        return llm_provider("bedrock")

    def uses(self, source: str, title: str, model: object) -> Iterator[Link]:
        """The link of something, called `title` in sentences, to the model that it is set up with."""
        target = self.target(model)
        if target:
            yield Link(source=source, target=target, kind="uses_model", reason=f"{title} is set up with model {model}")


def geography_of(model: str) -> str:
    """The geography in the id or ARN of a profile that AWS defined: "us", "eu", "global"; empty for any other."""
    id = model.rpartition("/")[2]
    first, dot, rest = id.partition(".")
    return first if dot and "." in rest and first in _GEOGRAPHIES else ""


def regions_of(reading: Reading, profile: dict[str, Any]) -> list[str]:
    """Regions in which a profile's models run; "*" among them when AWS may choose any."""
    found = set()
    for model in reading.within(PROFILES, profile, "models", "modelArn", subject=profile["inferenceProfileArn"]):
        match = _REGION_OF_MODEL.fullmatch(model["modelArn"])
        if match:
            found.add(match[1] or "*")
    return sorted(found)


def guarded_by(reading: Reading, source: str, title: str, configuration: dict[str, Any]) -> Iterator[Link]:
    """The link of something to the guardrail in its `guardrailConfiguration`."""
    arn = guardrail_arn(reading, configuration.get("guardrailIdentifier"))
    if arn:
        version = text(configuration.get("guardrailVersion"))
        reason = f"{title} is held to guardrail {short(arn)}" + (f", version {version}" if version else "")
        yield Link(source=source, target=arn, kind="governed_by", reason=reason)
