"""What findings of IAM Access Analyzer say: who gets in from outside, and which actions an identity leaves unused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from nhiscan.connector import Operation
from nhiscan.model import EVERYONE, Link, Usage
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

EXTERNAL_ACCESS: Final = "ExternalAccess"
_ACCOUNT: Final = re.compile(r"(?:arn:aws[a-z-]{0,12}:iam::)?(\d{12})(?::root)?")
_OIDC: Final = re.compile(r"arn:aws[a-z-]{0,12}:iam::\d{12}:oidc-provider/(.{1,1000})")
_SAML: Final = re.compile(r"arn:aws[a-z-]{0,12}:iam::\d{12}:saml-provider/.{1,200}")
_HOST: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}")
_IDENTITY: Final = re.compile(r"arn:aws[a-z-]{0,12}:iam::\d{12}:(?:role|user)/.{1,1024}")
_ACTION: Final = re.compile(r"(?:([a-z0-9-]{1,63}):)?([A-Za-z0-9]{1,128})")
_SERVICE: Final = re.compile(r"[a-z0-9-]{1,63}")
_SHOWN: Final = 6
"""Actions and condition keys that a sentence names; the rest is counted."""


# Doors to the outside


def doors(finding: dict[str, Any]) -> Iterator[Link]:
    """Who outside can use the resource of an external access finding: one link a principal."""
    resource = text(finding.get("resource"))
    if not resource:
        return
    principals = table(finding.get("principal"))
    named = sorted({_principal(str(kind), text(name)) for kind, name in principals.items() if text(name)})
    public = finding.get("isPublic") is True
    if public and EVERYONE not in named:
        named = [EVERYONE]  # AWS found it open to all, whatever the policy calls them
    for principal in named:
        yield Link(
            source=resource,
            target=principal,
            kind="reachable_from_outside",
            reason=_sentence(finding, principal, public=public),
        )


def _principal(kind: str, name: str) -> str:
    """A principal under the name that trusts give it."""
    if name == EVERYONE:
        return EVERYONE
    if account := _ACCOUNT.fullmatch(name):
        return f"aws:{account[1]}"
    if kind == "Federated":
        if provider := _OIDC.fullmatch(name):
            return f"oidc:{provider[1]}#*"
        if _SAML.fullmatch(name):
            return f"saml:{name}"
        return f"oidc:{name}#*" if _HOST.fullmatch(name) else name
    if kind == "Service":
        return f"service:{name.lower()}"
    return name


def _sentence(finding: dict[str, Any], principal: str, *, public: bool) -> str:
    who = "everyone" if principal == EVERYONE else principal
    conditions = sorted(str(key) for key in table(finding.get("condition")))
    narrowed = f" under conditions on {_some(conditions)}" if conditions else ""
    if principal == EVERYONE and not public:
        # AWS counts it as not public: the conditions leave only some.
        who = "whoever meets the conditions"
    actions = finding.get("action")
    named = sorted(action for action in actions if isinstance(action, str)) if isinstance(actions, list) else []
    owner = text(finding.get("resourceOwnerAccount"))
    of = f" of account {owner}" if owner else ""
    kind = text(finding.get("resourceType")).rpartition("::")[2].lower() or "resource"
    doubt = {
        "APPLICABLE": "; a resource control policy that was not looked at may forbid it",
        "FAILED_TO_EVALUATE_RCP": "; whether a resource control policy forbids it could not be told",
    }.get(text(finding.get("resourceControlPolicyRestriction")), "")
    return (
        f"IAM Access Analyzer finds that {who} can reach {kind} {text(finding.get('resource'))}{of} from outside"
        f"{narrowed}{f' ({_some(named)})' if named else ''}{doubt}"
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(name[:128] for name in names[:_SHOWN]) + more


# Unused permissions


class _Unused(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one analyzer says that an identity leaves unused, as an attribute keeps it."""

    since: datetime | None
    """Begin of the time in which the analyzer saw no use; None when it is not told."""
    actions: dict[str, datetime | None]
    """Action, "s3:PutObject", and its last use before that; None for none that is remembered."""


def unused_by_identity(
    reading: Reading, operation: Operation, details: Iterable[dict[str, Any]], days: int | None
) -> dict[str, str]:
    """By the ARN of an identity, the actions that it leaves unused, as text for `unused_for_good`.

    `details`: pages of findings. `days`: for how long an action must rest for the analyzer to tell.
    """
    actions: dict[str, dict[str, datetime | None]] = {}
    since: dict[str, datetime | None] = {}
    for page in details:
        identity = text(page.get("resource"))
        if page.get("status") != "ACTIVE" or not _IDENTITY.fullmatch(identity):
            continue
        looked = moment(page.get("analyzedAt"))
        since[identity] = looked - timedelta(days=days) if looked and days else None
        for entry in reading.within(operation, page, "findingDetails", subject=identity):
            unused = table(entry.get("unusedPermissionDetails"))
            service = text(unused.get("serviceNamespace")).lower()
            if not _SERVICE.fullmatch(service):
                continue
            for item in reading.within(operation, unused, "actions", "action", subject=identity):
                if match := _ACTION.fullmatch(item["action"]):
                    name = f"{match[1] or service}:{match[2]}"
                    actions.setdefault(identity, {})[name] = moment(item.get("lastAccessed"))
    return {
        identity: msgspec.json.encode(_Unused(since.get(identity), dict(sorted(found.items())))).decode()
        for identity, found in sorted(actions.items())
    }


def unused_for_good(identity: str, known: Iterable[Usage], texts: Iterable[str], source: str) -> Iterator[Usage]:
    """Usage records of actions that analyzers say an identity leaves unused, and IAM's own data do not speak of.

    `known`: IAM's data of the identity. Only services of whose actions IAM tells are kept: for the others it says when
    the service was used and nothing of its actions, and one unused action must not look like the whole of them.
    """
    iam = [usage for usage in known if usage.action]
    reported = {usage.service for usage in iam}
    spoken_of = {usage.action.lower() for usage in iam}
    found: dict[str, tuple[datetime | None, datetime | None]] = {}
    for written in texts:
        unused = msgspec.json.decode(written, type=_Unused)
        for action, last in unused.actions.items():
            if action.partition(":")[0] not in reported or action.lower() in spoken_of:
                continue
            if action not in found or _longer(unused.since, found[action][0]):
                found[action] = (unused.since, last)
    for action, (since, last) in sorted(found.items()):
        yield Usage(
            identity=identity,
            service=action.partition(":")[0],
            action=action,
            last_used_at=last,
            observed_since=since,
            source=source,
        )


def _longer(since: datetime | None, than: datetime | None) -> bool:
    """Whether an analyzer looked back further."""
    return since is not None and (than is None or since < than)
