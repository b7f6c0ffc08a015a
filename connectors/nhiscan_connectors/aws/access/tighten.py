"""A narrower policy for an identity, from IAM's last accessed data: services that were used, and their actions.

What it takes: the identity's own policies and its groups', as they are. An Allow keeps its resources and conditions
and loses the actions that were not used; a Deny stays. IAM reports services for every identity, and actions for some
services; it does not report what goes to the data of a service, nor iam:PassRole, which is no call of its own. Those
stay where their service stays.
Source: IAM User Guide, "Refine permissions in AWS using last accessed information".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from nhiscan.access.proposal import Proposal, Window
from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.access.estate import Estate, Holder
from nhiscan_connectors.aws.access.patterns import literal_prefix, matches
from nhiscan_connectors.aws.documents import listed, statements

UNTRACKED: Final = (
    "cloudwatch:PutMetricData", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:PartiQL*", "dynamodb:PutItem",
    "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem", "es:ESHttp*", "execute-api:*", "iam:PassRole",
    "kinesis:GetRecords", "kinesis:PutRecord", "kinesis:PutRecords", "lambda:InvokeFunction*",
    "logs:CreateLogStream", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutLogEvents", "rds-data:*",
    "rds-db:connect", "s3:AbortMultipartUpload", "s3:DeleteObject*", "s3:GetObject*", "s3:ListBucket",
    "s3:ListBucketVersions", "s3:ListMultipartUploadParts", "s3:PutObject*", "s3:RestoreObject", "sns:Publish",
    "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage", "xray:Put*",
)  # fmt: skip
"""Actions on the data of services, whose use IAM does not report."""

_LARGEST: Final = 6144
"""Characters, white space apart, that a managed policy may have."""
_SHOWN: Final = 12


def tighten(inventory: Inventory, identity: str, window: Window) -> Proposal:
    """Propose a policy that keeps what an identity used. Without usage data nothing is proposed."""
    estate = Estate(inventory, frozenset((identity,)))
    holder = estate.holders.get(identity)
    if holder is None:
        return Proposal(identity=identity, document="", unknown=(f"{identity} has no AWS policies of its own",))
    uses = _Uses(inventory, identity, window)
    if not uses.services:
        why = "there are no usage data of it: scan with --usage, with credentials that may read them"
        return Proposal(identity=identity, document="", unknown=(why,))
    return _Writer(inventory, holder, uses, window).proposal()


class _Uses:
    """What the usage data of an identity say."""

    def __init__(self, inventory: Inventory, identity: str, window: Window) -> None:
        self.services: dict[str, datetime | None] = {}
        """Service -> its last use; None for never, as far back as IAM remembers."""
        self.actions: dict[str, set[str]] = defaultdict(set)
        """Service -> actions that were used recently, as IAM writes them."""
        self.reported: set[str] = set()
        """Services of which IAM reports actions for this identity."""
        for use in inventory.usages_of(identity):
            if not use.action:
                self.services[use.service] = use.last_used_at
                continue
            self.reported.add(use.service)
            if window.holds(use.last_used_at):
                self.actions[use.service].add(use.action)
        self.complete = inventory.knows(inventory.identities[identity].scope, "usage", identity)
        self.used = sorted(service for service, last in self.services.items() if window.holds(last))


class _Writer:
    """Writes the proposal for one identity."""

    def __init__(self, inventory: Inventory, holder: Holder, uses: _Uses, window: Window) -> None:
        self._policies = [inventory.policies[id] for id in holder.policies if id in inventory.policies]
        self._holder = holder
        self._uses = uses
        self._window = window
        self._kept: dict[str, list[str]] = {}
        """Statement without its actions, as JSON -> its actions."""
        self._denies: list[dict[str, Any]] = []
        self._whole: set[str] = set()
        """Services of which only the service is known, so that all that was granted stays."""
        self._data: set[str] = set()
        """Patterns that stay because their use is not reported."""
        self._unreported: set[str] = set()
        """Services that a policy names and the usage data do not."""

    def proposal(self) -> Proposal:
        for policy in self._policies:
            if policy.document is not None and not policy.problem:
                for _, statement in statements(policy.document):
                    self._statement(statement)
        document = self._document()
        return Proposal(
            identity=self._holder.id,
            document=document,
            kept=tuple(self._told_kept()),
            dropped=tuple(self._told_dropped()),
            unknown=tuple(self._told_unknown(document)),
        )

    def _statement(self, statement: dict[str, Any]) -> None:
        if statement.get("Effect") == "Deny":
            self._denies.append({key: value for key, value in statement.items() if key != "Sid"})
            return
        rest = {key: statement[key] for key in ("Resource", "NotResource", "Condition") if key in statement}
        if "NotAction" in statement:
            actions = list(self._but(listed(statement["NotAction"])))
        else:
            actions = [kept for pattern in listed(statement.get("Action")) for kept in self._narrowed(pattern)]
        if actions:
            self._kept.setdefault(json.dumps(rest, sort_keys=True), []).extend(actions)

    def _narrowed(self, pattern: str) -> Iterator[str]:
        """What is left of one pattern of an Allow."""
        service = "*" if pattern == "*" else pattern.partition(":")[0].lower()
        if "*" not in service and "?" not in service and service not in self._uses.services:
            self._unreported.add(service)
            yield pattern
            return
        for used in self._uses.used:
            if matches(service, used, "text"):
                yield from self._of_service(
                    used, f"{used}:*" if pattern == "*" else f"{used}:{pattern.partition(':')[2]}"
                )

    def _of_service(self, service: str, pattern: str) -> Iterator[str]:
        """What is left of a pattern that names one service that was used."""
        if service not in self._uses.reported:
            self._whole.add(service)
            yield pattern
            return
        lowered = pattern.lower()
        yield from sorted(a for a in self._uses.actions[service] if matches(lowered, a.lower(), "text"))
        for untracked in UNTRACKED:
            if untracked.partition(":")[0] == service and _overlap(lowered, untracked.lower()):
                kept = untracked if matches(lowered, untracked.lower(), "text") else pattern
                self._data.add(kept)
                yield kept

    def _but(self, excluded: list[str]) -> Iterator[str]:
        """What is left of an Allow of everything but some actions."""
        lowered = [pattern.lower() for pattern in excluded]
        for service in self._uses.used:
            touching = [pattern for pattern in lowered if _overlap(pattern, f"{service}:*")]
            if any(matches(pattern, f"{service}:*", "text") for pattern in touching):
                continue
            if service not in self._uses.reported:
                if not touching:
                    self._whole.add(service)
                    yield f"{service}:*"
                else:
                    self._unreported.add(service)
                continue
            for action in self._of_service(service, f"{service}:*"):
                if not any(_overlap(pattern, action.lower()) for pattern in touching):
                    yield action

    def _document(self) -> str:
        made = [
            {"Effect": "Allow", "Action": sorted(set(actions), key=str.lower), **json.loads(rest)}
            for rest, actions in self._kept.items()
        ]
        if not made:
            return ""
        return json.dumps({"Version": "2012-10-17", "Statement": [*made, *self._denies]}, indent=2) + "\n"

    def _told_kept(self) -> Iterator[str]:
        for service in self._uses.used:
            last = self._uses.services[service]
            actions = sorted(self._uses.actions[service])
            detail = f": {', '.join(actions[:_SHOWN])}" if actions else ""
            more = f" and {len(actions) - _SHOWN} more" if len(actions) > _SHOWN else ""
            yield f"{service} was used on {last.date().isoformat() if last else ''}{detail}{more}"

    def _told_dropped(self) -> Iterator[str]:
        days = self._window.unused.days
        for service, last in sorted(self._uses.services.items()):
            if service not in self._uses.used:
                when = f"since {last.date().isoformat()}" if last else "in the time that IAM remembers"
                yield f"{service} was not used {when}, and not in the last {days} days"

    def _told_unknown(self, document: str) -> Iterator[str]:
        for policy in self._policies:
            if policy.document is None or policy.problem:
                yield f"policy {policy.name} could not be read, so nothing of it is in the proposal"
        if not self._uses.complete:
            yield "the usage data of the identity are not complete, so more may be in use"
        if self._whole:
            yield f"IAM tells of {_some(self._whole)} that it was used, not which actions: all that was granted stays"
        if self._data:
            yield f"IAM does not report the use of {_some(self._data)}: they stay where their service was used"
        if self._unreported:
            yield f"the usage data do not speak of {_some(self._unreported)}: review those by hand"
        if document and len("".join(document.split())) > _LARGEST:
            yield f"the proposal is longer than the {_LARGEST:,} characters of a managed policy: split it"
        yield "IAM reports attempts, also those that were denied, of the last 400 days at most"
        yield "what the identity does less often than that, in an emergency or at the end of a year, is not in the data"


def _overlap(a: str, b: str) -> bool:
    """Whether two patterns of actions may have something in common. Errs towards True."""
    first, second = literal_prefix(a), literal_prefix(b)
    return first.startswith(second) if len(first) > len(second) else second.startswith(first)


def _some(names: set[str]) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
    return ", ".join(ordered[:_SHOWN]) + more
