"""What Google's own recommender found: permissions that were used, accounts that were not, and roles that could go.

Of a binding of 90 days or more an insight tells which permissions were exercised in its period, not when. They count as
used when the insight was drawn, which is the latest that it can have been: so nothing in use is taken for idle. What of
a role was never exercised shows in `join`, where the role's permissions are known: one usage record for each service
that the role opens.

Attributes of an insight or a recommendation: "subtype", "severity" or "priority", "member", "role", "resource",
"permissions" (that the binding gives), "used" (of them), "suggested" (roles), "last_authenticated", "observed_since",
"refreshed", "targets" (of lateral movement).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, Policy, Resource, Usage
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.bindings import role_name
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import SERVICE_ACCOUNTS, member_kind, principal_id, service_account_id
from nhiscan_connectors.gcp.service import Answers, Service


def _insights(what: str, kind: str, permission: str, purpose: str, hides: str) -> Api:
    return rest(
        f"recommender:insightTypes.insights.list#{what}",
        f"v1/{{+parent}}/locations/global/insightTypes/{kind}/insights",
        query=(("filter", "stateInfo.state=ACTIVE"),),
        size=1000,
        permission=f"recommender.{permission}.list",
        purpose=purpose,
        hides=hides,
        optional=True,
    )


POLICY = _insights(
    "policies",
    "google.iam.policy.Insight",
    "iamPolicyInsights",
    "tells which of the permissions that a role gives were used",
    "which permissions lie idle",
)
ACCOUNT = _insights(
    "service-accounts",
    "google.iam.serviceAccount.Insight",
    "iamServiceAccountInsights",
    "tells which service accounts Google found idle",
    "which service accounts Google found idle",
)
LATERAL = _insights(
    "lateral-movement",
    "google.iam.policy.LateralMovementInsight",
    "iamPolicyLateralMovementInsights",
    "tells which service accounts may act as those of other projects, by Google's own reckoning",
    "what Google found of impersonation across projects",
)
RECOMMENDATIONS = rest(
    "recommender:recommenders.recommendations.list",
    "v1/{+parent}/locations/global/recommenders/google.iam.policy.Recommender/recommendations",
    query=(("filter", "stateInfo.state=ACTIVE"),),
    size=1000,
    permission="recommender.iamPolicyRecommendations.list",
    purpose="tells which roles Google would take away or replace",
    hides="which roles Google would take away or replace",
    optional=True,
)
_OPERATIONS = (POLICY, ACCOUNT, LATERAL, RECOMMENDATIONS)
_HOST = "//recommender.googleapis.com/"
_DURATION = re.compile(r"(\d{1,9})(?:\.\d{1,9})?s", re.ASCII)
_KIND = "google-policy-insight"
_MEMBERS = "/iamPolicy/bindings/*/members/*"
_ROLE = "/iamPolicy/bindings/*/role"


def collect(calls: Calls) -> None:
    """Four calls for the organization or folder, and for each project in which the recommender is enabled."""
    place = calls.place
    if place.part == "project":
        if place.enabled("recommender"):
            calls.ask(*_OPERATIONS, parent=f"projects/{place.number or place.project}")
    elif not place.root.startswith("projects/"):
        calls.ask(POLICY, LATERAL, RECOMMENDATIONS, parent=place.root)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Insights and recommendations as resources that are about somebody, and the permissions that were exercised."""
    reading = Reading(shard, answers)
    for item in reading.items(POLICY, "insights", "name"):
        yield from _policy(reading, item)
    for item in reading.items(ACCOUNT, "insights", "name"):
        yield from _account(reading, item)
    for item in reading.items(LATERAL, "insights", "name"):
        yield from _lateral(reading, item)
    for item in reading.items(RECOMMENDATIONS, "recommendations", "name"):
        yield from _recommendation(reading, item)
    yield from reading.gaps()


def _policy(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    content = table(item.get("content"))
    member, role = text(content.get("member")), text(content.get("role"))
    if not member or not role:
        reading.leave_out(POLICY, f"{item['name'][:200]} names no member or no role")
        return
    used = _permissions(content.get("exercisedPermissions"))
    principal = principal_id(member)
    since, refreshed = _period(item)
    yield _resource(
        reading,
        item,
        _KIND,
        member=principal,
        role=role_name(reading, role),
        permissions=str(content.get("currentTotalPermissionsCount") or ""),
        used=str(len(used)),
    )
    yield _about(reading, item, principal)
    if member_kind(member) in ("user", "service-account"):
        for permission in used:
            yield Usage(
                identity=principal,
                service=permission.partition(".")[0],
                action=permission,
                last_used_at=refreshed,
                observed_since=since,
                source=_SOURCE,
            )


def _permissions(value: object) -> list[str]:
    """Names of permissions, which stand alone or in an object each."""
    found = [text(one) or text(table(one).get("permission")) for one in value] if isinstance(value, list) else []
    return sorted({one for one in found if "." in one})


def _account(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    content = table(item.get("content"))
    email = text(content.get("email"))
    if "@" not in email:
        reading.leave_out(ACCOUNT, f"{item['name'][:200]} names no service account")
        return
    account = service_account_id(email)
    used = moment(content.get("lastAuthenticatedTime"))
    yield _resource(
        reading,
        item,
        "google-account-insight",
        member=account,
        last_authenticated=used.isoformat() if used is not None else "",
    )
    yield _about(reading, item, account)


def _lateral(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    content = table(item.get("content"))
    actor = table(content.get("impersonator"))
    policy = table(content.get("impersonationPolicy"))
    email = text(actor.get("serviceAccount"))
    if "@" not in email:
        reading.leave_out(LATERAL, f"{item['name'][:200]} names nobody who could act as others")
        return
    told = content.get("targetServiceAccounts")
    targets = [text(one) for one in told if "@" in text(one)] if isinstance(told, list) else []
    account = service_account_id(email)
    yield _resource(
        reading,
        item,
        "google-lateral-movement-insight",
        member=account,
        role=role_name(reading, text(policy.get("role"))),
        resource=reading.resource(text(policy.get("resource"))),
        targets=str(len(targets)) if targets else "",
    )
    yield _about(reading, item, account)
    for target in targets:
        id = service_account_id(target)
        reason = f"Google found that {email} may act as {target}, which is of another project"
        yield Link(source=account, target=id, kind="may_act_as_by_google", reason=reason)


def _recommendation(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    members: set[str] = set()
    removed: set[str] = set()
    suggested: set[str] = set()
    resources: set[str] = set()
    groups = table(item.get("content")).get("operationGroups")
    for group in groups if isinstance(groups, list) else ():
        steps = table(group).get("operations")
        for step in (table(one) for one in steps) if isinstance(steps, list) else ():
            filters = table(step.get("pathFilters"))
            role = role_name(reading, text(filters.get(_ROLE)))
            resources.add(reading.resource(text(step.get("resource"))))
            match text(step.get("action")):
                case "remove":
                    members.add(text(filters.get(_MEMBERS)))
                    removed.add(role)
                case "add":
                    members.add(text(step.get("value")) or text(filters.get(_MEMBERS)))
                    suggested.add(role)
    principals = sorted(principal_id(member) for member in members - {""})
    yield _resource(
        reading,
        item,
        "google-iam-recommendation",
        member=",".join(principals),
        role=",".join(sorted(removed - {""})),
        suggested=",".join(sorted(suggested - {""})),
        resource=",".join(sorted(resources - {""})),
        priority=text(item.get("priority")),
    )
    for principal in principals:
        yield _about(reading, item, principal)


def _resource(reading: Reading, item: dict[str, Any], kind: str, **facts: str) -> Resource:
    since, refreshed = _period(item)
    target = next((text(one) for one in item.get("targetResources") or () if text(one)), "")
    told = {
        "resource": reading.resource(target) if target else "",
        "subtype": text(item.get("insightSubtype")) or text(item.get("recommenderSubtype")),
        "severity": text(item.get("severity")),
        "observed_since": since.isoformat() if since is not None else "",
        "refreshed": refreshed.isoformat() if refreshed is not None else "",
        **{key: value for key, value in facts.items() if value},
    }
    return Resource(
        id=_id(reading, item),
        provider="gcp",
        kind=kind,
        name=text(item.get("description"))[:300] or item["name"].rpartition("/")[2],
        scope=reading.shard.scope,
        region="global",
        attributes={key: value for key, value in told.items() if value},
    )


def _id(reading: Reading, item: dict[str, Any]) -> str:
    return reading.resource(f"{_HOST}{item['name']}")


def _about(reading: Reading, item: dict[str, Any], principal: str) -> Link:
    reason = text(item.get("description"))[:300] or "Google's recommender speaks of it"
    return Link(source=_id(reading, item), target=principal, kind="about", reason=reason)


def _period(item: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Begin and end of what an insight is drawn from."""
    ends, lasts = moment(item.get("lastRefreshTime")), _DURATION.fullmatch(text(item.get("observationPeriod")))
    try:
        begins = ends - timedelta(seconds=int(lasts[1])) if ends is not None and lasts is not None else None
    except OverflowError:
        begins = None
    return begins, ends


_SOURCE = POLICY.name


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """For whom an insight tells all that was exercised, each service that the role opens: used, or not."""
    opened: dict[str, frozenset[str] | None] = {}
    held: dict[str, dict[str, datetime | None]] = defaultdict(dict)
    for resource in inventory.resources.values():
        if resource.kind != _KIND:
            continue
        member, role = resource.attributes.get("member", ""), resource.attributes.get("role", "")
        if member not in inventory.identities or not member.startswith((SERVICE_ACCOUNTS, "user:")):
            continue
        if role not in opened:
            opened[role] = _services(inventory.policies.get(role))
        since = moment(resource.attributes.get("observed_since"))
        for service in opened[role] or ():
            # Of two insights the shorter memory counts: what lies before it is not known of both.
            known = held[member].get(service)
            held[member][service] = max(known, since) if known is not None and since is not None else known or since
    for member in sorted(held):
        used: dict[str, datetime | None] = {}
        for one in inventory.usages_of(member):
            if one.source == _SOURCE and one.action:
                used[one.service] = one.last_used_at
        for service, since in sorted(held[member].items()):
            yield Usage(
                identity=member,
                service=service,
                last_used_at=used.get(service),
                observed_since=since,
                source=_SOURCE,
            )


def _services(role: Policy | None) -> frozenset[str] | None:
    """Services that a role opens; None where its permissions are not known."""
    if role is None or role.document is None:
        return None
    try:
        found = json.loads(role.document)
    except (ValueError, RecursionError):
        return None
    names = found.get("includedPermissions") if isinstance(found, dict) else None
    if not isinstance(names, list):
        return None
    return frozenset(name.partition(".")[0] for name in names if isinstance(name, str) and "." in name)


SERVICE = Service(
    name="insights",
    part="any",
    operations=_OPERATIONS,
    collect=collect,
    parse=parse,
    join=join,
)
