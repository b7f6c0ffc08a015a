"""Secret values that stood where IAM keeps names and texts: in tags, descriptions and policy documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Evidence
from nhiscan.model import Sighting
from nhiscan_connectors.aws.iam.known import Known
from nhiscan_connectors.aws.iam.operations import OPERATIONS

_WORDS = {"AssumeRolePolicyDocument": "the trust policy", "Description": "the description", "Tags": "a tag"}


def parse_sightings(known: Known) -> Iterator[Sighting]:
    """One sighting for each secret, with the user, role or policy in which it stood."""
    for operation in OPERATIONS:
        for item in known.answers.of(operation):
            for found in item.sightings:
                yield _sighting(known, item, found)


def _sighting(known: Known, item: Evidence, found: dict[str, Any]) -> Sighting:
    subject, where = _place(known, item, found.get("path") or [])
    decoded = found.get("decoded") or {}
    return Sighting(
        detector=str(found.get("detector") or ""),
        fingerprint=str(found.get("fingerprint") or ""),
        last4=str(found.get("last4") or ""),
        subject=subject,
        where=where,
        scope=known.scope,
        ai_provider=str(found.get("ai_provider") or ""),
        decoded={str(key): str(value) for key, value in decoded.items()},
    )


def _place(known: Known, item: Evidence, path: list[str | int]) -> tuple[str, str]:
    """The nearest thing with an ARN on the way to the secret, and where in it the secret stood."""
    user = item.params.get("UserName")
    subject = known.user_named(str(user)) if user else known.scope
    where = f"an answer of {item.operation}"
    here: Any = item.body
    for step in path:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(step, str) and step in _WORDS:
            where = _WORDS[step]
        if isinstance(here, dict):
            subject = str(here.get("Arn") or subject)
            if "PolicyName" in here and "PolicyDocument" in here:
                where = f"policy {here['PolicyName']}"
            elif "Key" in here and "Value" in here:
                where = f"tag {here['Key']}"
            elif "PolicyVersionList" in here:
                where = "the policy's document"
    return subject, where
