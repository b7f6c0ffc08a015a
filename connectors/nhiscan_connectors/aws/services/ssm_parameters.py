"""Systems Manager Parameter Store: parameters that hold secrets, and whether they are encrypted; no value.

Calls: one list for each 50 parameters of a region. Tags are not in it (they are one call a parameter), and AWS tells
nowhere when a parameter was last read.

A parameter is recorded when it is a SecureString, or when its name says that its value is a secret; a name that only
says where one is kept (…_ARN, …_SECRET_NAME, …/endpoint) is none. So `encrypted` False is a secret that everybody who
may read parameters sees in clear text. Public parameters of AWS (/aws/service/…) are left out.

Each write makes a new version, so the value is as old as the last modification; when the parameter itself was created
is known only while it has one version.

Attributes: type (String, StringList, SecureString), ai_evidence (see `llm_keys`), kms_key (SecureString), version,
modified_by (ARN), tier, expires_at (when an expiration policy deletes it), shared_from (account that shares it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.connector import Evidence, Shard
from nhiscan.detectors import names_a_secret
from nhiscan.llm import llm_title
from nhiscan.model import AnyRecord, Link, Secret, llm_provider
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.llm_keys import key_provider
from nhiscan_connectors.aws.regional import Place, Reading, call, named_on_the_way
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PARAMETERS = call(
    "ssm:DescribeParameters",
    "lists parameters, their types and who changed them last; never a value",
    "which secrets stand in Parameter Store, and which of them in clear text",
    blinds=("secrets",),
    drop=("Value",),
)
KIND = "ssm-parameter"

_ARN = re.compile(r"(arn:aws[a-z-]{0,12}:ssm:[a-z0-9-]{1,30}:(\d{12}):parameter)/{1,2}([\w./-]{1,2048})", re.ASCII)
_PUBLIC = "/aws/service/"
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII)


def collect(calls: Calls) -> None:
    """One list."""
    for _ in calls.pages(PARAMETERS):
        pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One secret for each parameter that is one."""
    reading = Reading(shard, answers)
    for item in reading.items(PARAMETERS, "Parameters", "Name"):
        yield from _parameter(reading, item)
    yield from reading.sightings(PARAMETERS, _place(reading))
    yield from reading.gaps()


def _parameter(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    id, account = _id(reading, item)
    name, kind = item["Name"], text(item.get("Type"))
    if name.startswith("arn:"):
        name = id.partition(":parameter")[2]
    secure = kind == "SecureString"
    if name.startswith(_PUBLIC) or not (secure or names_a_secret(name)):
        return
    provider, evidence = key_provider(name, None, text(item.get("Description")))
    modified, version = moment(item.get("LastModifiedDate")), item.get("Version")
    user = text(item.get("LastModifiedUser"))
    facts = {
        "type": kind,
        "ai_evidence": evidence,
        "kms_key": text(item.get("KeyId")),
        "version": str(version) if isinstance(version, int) else "",
        "modified_by": user,
        "tier": text(item.get("Tier")),
        "expires_at": _expiry(reading, item, id),
        "shared_from": account if account != reading.account else "",
    }
    yield Secret(
        id=id,
        provider="aws",
        kind=KIND,
        name=name,
        scope=reading.scope,
        region=reading.region,
        encrypted=secure if kind else None,
        ai_provider=provider,
        created_at=modified if version == 1 else None,
        rotated_at=None if version == 1 else modified,
        rotation=False,  # Parameter Store has none
        owner_hint=_person(user),
        description=text(item.get("Description")),
        attributes={key: value for key, value in facts.items() if value},
    )
    if provider:
        where = "in clear text" if not secure and kind else ""
        reason = (
            f"parameter {name} seems to hold a key of {llm_title(provider)} {where}".rstrip() + f", by its {evidence}"
        )
        yield Link(source=id, target=llm_provider(provider), kind="holds_key_of", reason=reason)


def _id(reading: Reading, item: dict[str, Any]) -> tuple[str, str]:
    """ARN of a parameter, as policies and references write it, and the account that it lies in."""
    for written in (text(item.get("ARN")), item["Name"]):
        if match := _ARN.fullmatch(written):
            return f"{match[1]}/{match[3].lstrip('/')}", match[2]
    return reading.arn("ssm", f"parameter/{item['Name'].lstrip('/')}"), reading.account


def _expiry(reading: Reading, item: dict[str, Any], id: str) -> str:
    """When an expiration policy deletes the parameter, as RFC 3339."""
    for policy in reading.within(PARAMETERS, item, "Policies", subject=id):
        if policy.get("PolicyType") != "Expiration":
            continue
        try:
            written = table(msgspec.json.decode(text(policy.get("PolicyText"))))
        except (msgspec.MsgspecError, RecursionError):
            continue
        at = moment(table(written.get("Attributes")).get("Timestamp"))
        if at:
            return at.isoformat().replace("+00:00", "Z")
    return ""


def _person(user: str) -> str:
    """Whom the last change names: the person behind a session that bears a mail address, else the identity's ARN."""
    if not user.startswith("arn:"):
        return ""
    session = user.rpartition("/")[2]
    return session if _MAIL.fullmatch(session) else user


def _place(reading: Reading) -> Place:
    by_name = named_on_the_way("Name", {"Description": "description", "AllowedPattern": "allowed pattern"})

    def place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
        name, where = by_name(item, path)
        return (_id(reading, {"Name": name})[0] if name else "", where)

    return place


SERVICE = Service(name="ssm-parameters", part="region", operations=(PARAMETERS,), collect=collect, parse=parse)
