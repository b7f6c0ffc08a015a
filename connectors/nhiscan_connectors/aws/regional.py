"""What services that live in a region share: how calls are declared, and how answers become workloads and their keys.

A module under `services` declares its calls with `call`, asks through `Calls`, and parses with a `Reading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nhiscan.connector import Evidence, Operation, Shard
from nhiscan.detectors import llm_name, names_a_secret
from nhiscan.llm import llm_title
from nhiscan.model import Aspect, Gap, Link, RunsAs, Sighting, llm_provider
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.gaps import refusal

Place = Callable[[Evidence, list[str | int]], tuple[str, str]]
"""From one page and the way to a secret in it: the id of the record in which it stood, and where in it."""

_ROLE = re.compile(r"arn:aws[a-z-]{0,12}:iam::\d{12}:role/[\w+=,.@/-]{1,600}", re.ASCII)
_SECRET = re.compile(r"(arn:aws[a-z-]{0,12}:secretsmanager:[a-z0-9-]{1,30}:\d{12}:secret:[^:\s]{1,600})(?::.*)?")
_PARAMETER = re.compile(
    r"(arn:aws[a-z-]{0,12}:ssm:[a-z0-9-]{1,30}:\d{12}:parameter/[\w./-]{1,1011})(?::\d+)?", re.ASCII
)
_RESOLVED = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]{1,1000})\}\}")


def call(
    name: str,
    purpose: str,
    hides: str,
    *,
    permission: str = "",
    blinds: tuple[Aspect, ...] = ("workloads",),
    about: str = "",
    drop: tuple[str, ...] = (),
    optional: bool = False,
) -> Operation:
    """An operation of a regional service. `permission` is given where IAM writes it other than "service:Call"."""
    return Operation(
        name=name,
        permission=permission or name,
        purpose=purpose,
        hides=hides,
        blinds=blinds,
        about=about,
        drop=drop,
        optional=optional,
    )


class Reading(Fields):
    """The answers of one service in one shard, and the records that many services make alike.

    Ask `gaps` last: it tells what had to be left out because an answer was damaged.
    """

    def __init__(self, shard: Shard, answers: Answers) -> None:
        super().__init__(shard, answers)
        self.shard = shard
        self.answers = answers
        self.scope = shard.scope
        self.region = shard.region
        self.account = shard.scope.removeprefix("aws:")

    @property
    def partition(self) -> str:
        """The partition that the region lies in: "aws", "aws-cn", "aws-us-gov"."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    def arn(self, service: str, resource: str) -> str:
        """ARN of something of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def details(self, operation: Operation, param: str, key: str = "") -> dict[str, dict[str, Any]]:
        """The answers of a call that was made once for each thing, by the parameter that named it.

        `key`: the field in which the answer itself stands; empty: it is the body. What was refused is not in it.
        """
        found: dict[str, dict[str, Any]] = {}
        for name, bodies in self.by_param(operation, param).items():
            found[name] = table(bodies[0].get(key)) if key else bodies[0]
        return found

    def refused(self, operation: Operation, param: str) -> dict[str, Evidence]:
        """Calls that were refused, by the parameter that named the thing asked about."""
        return {
            str(item.params.get(param) or ""): item for item in self.answers.of(operation) if item.problem is not None
        }

    def runs_as(
        self, workload: str, role: object, detail: str = "execution role", *, by_platform: bool = False
    ) -> Iterator[RunsAs]:
        """`workload` acts as `role`, which must be the ARN of one; nothing for anything else."""
        arn = role_arn(role)
        if arn:
            yield RunsAs(workload=workload, identity=arn, detail=detail, by_platform=by_platform)

    def environment(
        self, workload: str, title: str, variables: Iterable[tuple[str, object]], *, what: str = "variable"
    ) -> Iterator[Link]:
        """What names and kept values of environment variables say: secrets that are read, LLM keys that are held.

        `variables`: name and redacted value, or the reference that stands in place of a value. `title`: how a sentence
        begins, "function pay".
        """
        for name, value in variables:
            secret = self.secret_id(value)
            if secret:
                reason = f"{title} takes {what} {name} from {secret}"
                yield Link(source=workload, target=secret, kind="reads_secret", reason=reason)
            provider = llm_name(name)
            if provider and (names_a_secret(name) or secret):
                reason = f"{title} is set up with a key of {llm_title(provider)} in {what} {name}"
                yield Link(source=workload, target=llm_provider(provider), kind="holds_key_of", reason=reason)

    def secret_id(self, value: object, *, bare: str = "") -> str:
        """Id of the secret or parameter that a value refers to; empty when it refers to none.

        `bare`: what a name without ARN is, "parameter" where the service says that it stands for one.
        """
        reference = text(value)
        for pattern in (_SECRET, _PARAMETER):
            if match := pattern.fullmatch(reference):
                return match[1]
        if match := _RESOLVED.fullmatch(reference):
            if match[1] == "secretsmanager":
                return self.secret_id(match[2])
            return self.arn("ssm", f"parameter/{match[2].partition(':')[0].lstrip('/')}")
        if bare == "parameter" and re.fullmatch(r"[\w./-]{1,1011}", reference, re.ASCII):
            return self.arn("ssm", f"parameter/{reference.lstrip('/')}")
        return ""

    def sightings(self, operation: Operation, place: Place) -> Iterator[Sighting]:
        """One sighting for each secret value that stood in the answers of a call."""
        for item in self.answers.of(operation):
            for found in item.sightings:
                subject, where = place(item, list(found.get("path") or []))
                yield Sighting(
                    detector=text(found.get("detector")),
                    fingerprint=text(found.get("fingerprint")),
                    last4=text(found.get("last4")),
                    subject=subject or self.scope,
                    where=where or f"an answer of {item.operation}",
                    scope=self.scope,
                    ai_provider=text(found.get("ai_provider")),
                    decoded={str(key): str(value) for key, value in table(found.get("decoded")).items()},
                )

    def gaps_of_details(
        self, operation: Operation, param: str, subjects: dict[str, str], blinds: tuple[Aspect, ...] = ()
    ) -> Iterator[Gap]:
        """For calls made once for each thing: a gap for each that was refused, naming the record it leaves unknown.

        `subjects`: the record's id by the parameter that named the thing. `blinds`: aspects; those of the operation
        when empty.
        """
        for name, item in self.refused(operation, param).items():
            known = (subjects[name],) if name in subjects else ()
            yield refusal(self.shard, operation, item, *known, blinds=blinds or None)


def role_arn(value: object) -> str:
    """The ARN of a role as it is; empty for anything else."""
    found = text(value)
    return found if _ROLE.fullmatch(found) else ""


def tags_of(value: object, key: str = "Key", inner: str = "Value") -> dict[str, str]:
    """Tags, as a map of texts or as a list of keys and values; what is neither is left out."""
    if isinstance(value, dict):
        return {str(name): item for name, item in value.items() if isinstance(item, str)}
    if not isinstance(value, list):
        return {}
    pairs = (item for item in value if isinstance(item, dict))
    return {item[key]: text(item.get(inner)) for item in pairs if isinstance(item.get(key), str)}


def variables_of(value: object, name: str = "name", inner: str = "value") -> list[tuple[str, object]]:
    """Environment variables as pairs of name and redacted value: from a map, or from a list of objects."""
    if isinstance(value, dict):
        return [(str(key), item) for key, item in value.items()]
    if not isinstance(value, list):
        return []
    return [(item[name], item.get(inner)) for item in value if isinstance(item, dict) and text(item.get(name))]


def walked(body: Any, path: list[str | int]) -> Iterator[tuple[str | int, Any]]:
    """Each step of a way into an answer, with what stands there; ends where the way does not lead on."""
    here = body
    for step in path:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return
        yield step, here


def named_on_the_way(id_key: str, wheres: dict[str, str] | None = None) -> Place:
    """The usual `Place`: the last object on the way that has `id_key`, and the variable or tag the secret stood in."""
    words = wheres or {}

    def place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
        subject, where = text(table(item.body).get(id_key)), ""
        inside = False
        for step, here in walked(item.body, path):
            if inside and isinstance(step, str) and not where.startswith("environment variable"):
                where = f"environment variable {step}"
            if step in _VARIABLE_FIELDS:
                inside = not isinstance(here, dict) or not _VARIABLE_FIELDS.intersection(here)
            if isinstance(step, str) and step in words:
                where = words[step]
            if isinstance(here, dict):
                subject = text(here.get(id_key)) or subject
                label = text(here.get("name")) or text(here.get("Name"))
                if inside and label and "value" in {key.lower() for key in here}:
                    where = f"environment variable {label}"
                if "Key" in here and "Value" in here:
                    where = f"tag {here['Key']}"
        return subject, where

    return place


_VARIABLE_FIELDS = frozenset(
    {
        "Variables",
        "environment",
        "environmentVariables",
        "Environment",
        "variables",
        "RuntimeEnvironmentVariables",
        "env",
    }
)
