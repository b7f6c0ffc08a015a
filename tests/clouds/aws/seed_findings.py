"""Seeds of what AWS itself says of an account: findings of Access Analyzer, and events of CloudTrail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.clouds.aws.ids import stable_uuid
from tests.clouds.aws.overlays.access_analyzer import Analyzers
from tests.clouds.aws.overlays.cloudtrail_events import EventHistory
from tests.clouds.aws.seed import Account, ago


class Analyzer:
    """An analyzer of an account in a region."""

    def __init__(
        self,
        account: Account,
        name: str,
        type: str = "ACCOUNT",
        *,
        region: str = "eu-west-1",
        status: str = "ACTIVE",
        days: int | None = None,
        **fields: Any,
    ) -> None:
        self.state = account.emulator.store.get(Analyzers, account.id, region)
        self.arn = f"arn:aws:access-analyzer:{region}:{account.id}:analyzer/{name}"
        self._account = account
        settings = {"configuration": {"unusedAccess": {"unusedAccessAge": days}}} if days else {}
        self.state.analyzers.append(
            {"arn": self.arn, "name": name, "type": type, "createdAt": ago(200), "status": status, **settings, **fields}
        )
        self.state.findings[self.arn] = []

    def finds(self, type: str, resource: str, resource_type: str, *details: Mapping[str, Any], **fields: Any) -> str:
        """A finding with its details, by the name of the structure; its id."""
        findings = self.state.findings[self.arn]
        id = stable_uuid(self.arn, str(len(findings)))
        findings.append(
            {
                "id": id,
                "findingType": type,
                "resource": resource,
                "resourceType": resource_type,
                "resourceOwnerAccount": self._account.id,
                "status": "ACTIVE",
                "createdAt": ago(40),
                "updatedAt": ago(2),
                "analyzedAt": ago(1),
                "findingDetails": list(details),
                **fields,
            }
        )
        return id

    def open(self, resource: str, resource_type: str, principal: Mapping[str, str], **fields: Any) -> str:
        """A finding of external access."""
        known = ("error", "status", "resourceOwnerAccount")
        details = {"isPublic": False, "condition": {}, "action": ["sts:AssumeRole"], "principal": dict(principal)}
        details |= {key: value for key, value in fields.items() if key not in known}
        more = {key: value for key, value in fields.items() if key in known}
        return self.finds("ExternalAccess", resource, resource_type, {"externalAccessDetails": details}, **more)

    def unused(self, identity: str, actions: Mapping[str, Mapping[str, datetime | None]], **fields: Any) -> str:
        """A finding of permissions that an identity leaves unused: service -> action -> last use."""
        details = [
            {
                "unusedPermissionDetails": {
                    "serviceNamespace": service,
                    "actions": [
                        {"action": action, **({"lastAccessed": last} if last else {})} for action, last in named.items()
                    ],
                }
            }
            for service, named in actions.items()
        ]
        kind = "AWS::IAM::User" if ":user/" in identity else "AWS::IAM::Role"
        return self.finds("UnusedPermission", identity, kind, *details, **fields)


def happened(
    account: Account,
    source: str,
    name: str,
    who: Mapping[str, Any],
    response: Any,
    *,
    region: str = "us-east-1",
    at: datetime | None = None,
    **fields: Any,
) -> None:
    """Put an event into the history of a region, with a request and other things that events hold."""
    history = account.emulator.store.get(EventHistory, account.id, region)
    time = at or ago(10)
    id = stable_uuid(account.id, region, name, str(len(history.events)))
    event = {
        "eventVersion": "1.11",
        "userIdentity": dict(who),
        "eventTime": time.isoformat().replace("+00:00", "Z"),
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2",
        "requestParameters": {"description": "made by hand"},
        "responseElements": response,
        "requestID": id,
        "eventID": id,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "recipientAccountId": account.id,
        **fields,
    }
    history.events.append(
        {
            "EventId": id,
            "EventName": name,
            "EventSource": source,
            "EventTime": time,
            "ReadOnly": "false",
            "Username": "somebody",
            "Resources": [],
            "CloudTrailEvent": json.dumps(event),
        }
    )


def user_caller(account: Account, name: str) -> dict[str, Any]:
    """A user of IAM, as events name it."""
    arn = account.arn(f"user/{name}")
    return {"type": "IAMUser", "arn": arn, "accountId": account.id, "userName": name}


def role_caller(account: Account, role: str, session: str, *, source: str = "", **fields: Any) -> dict[str, Any]:
    """A session of a role, as events name it. `role`: with its path."""
    name = role.rpartition("/")[2]
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{account.id}:assumed-role/{name}/{session}",
        "accountId": account.id,
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "arn": account.arn(f"role/{role}"), "userName": name},
            "attributes": {"mfaAuthenticated": "false"},
            **({"sourceIdentity": source} if source else {}),
        },
        **fields,
    }
