"""IAM Access Analyzer: where analyzers are, what they find open to the outside, and what identities leave unused.

Calls in an account and region: one, and one more for each analyzer that is active (each 50 to 100 findings or so). With
--usage one more for each identity of which an analyzer finds permissions unused. An analyzer of an organization tells
of the other accounts, too; what it says stands with the resource, whose account may not be among those scanned.

What the findings prove:
- ExternalAccess: a policy lets somebody outside of the account or organization use a resource. A link
  "reachable_from_outside" from the resource to the principal, "*" for everyone. Archived findings are not read:
  somebody looked at them and meant the access.
- UnusedPermission: an identity may take some actions and did not for as many days as the analyzer is set to. IAM's own
  data tell of services, and of actions only when they were used, so `join` adds the actions that were not, where IAM
  tells that actions of that service are seen at all and does not say otherwise. Of whole services IAM says the same
  itself, of today, so the analyzer is not asked.
- UnusedIAMRole, UnusedIAMUserAccessKey, UnusedIAMUserPassword: what IAM's last use of the role and the credential
  report say already. They are counted. So is InternalAccess, which nhiscan finds out by itself.

Attributes of an analyzer: "type" (ACCOUNT, ORGANIZATION_UNUSED_ACCESS ...), "status", "status_reason", "managed_by",
"unused_access_days", "last_analyzed" (a time), "findings" (a number, or "unknown"), a number for each type of finding
("ExternalAccess" ..., "other"), "public", "errors" (resources that AWS could not analyze), and `unused:<identity>` with
what `join` reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Resource, Usage
from nhiscan_connectors.aws.analyzer_findings import EXTERNAL_ACCESS, doors, unused_by_identity, unused_for_good
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.plan import USAGE
from nhiscan_connectors.aws.regional import Reading, call, tags_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

ANALYZERS = call(
    "accessanalyzer:ListAnalyzers",
    "lists the analyzers of the region",
    "whether Access Analyzer watches the region",
    permission="access-analyzer:ListAnalyzers",
    blinds=(),
    optional=True,
)
EXTERNAL = call(
    "accessanalyzer:ListFindings",
    "lists what analyzers find open to the outside, and to whom",
    "what Access Analyzer finds open to the outside",
    permission="access-analyzer:ListFindings",
    blinds=(),
    optional=True,
)
OTHERS = call(
    "accessanalyzer:ListFindingsV2",
    "lists what analyzers find unused, and open within the organization",
    "what Access Analyzer finds unused",
    permission="access-analyzer:ListFindings",
    blinds=(),
    optional=True,
)
DETAILS = call(
    "accessanalyzer:GetFindingV2",
    "tells which actions an identity leaves unused, where --usage asks for it",
    "which actions identities leave unused",
    permission="access-analyzer:GetFinding",
    blinds=(),
    optional=True,
)

_OUTWARD: Final = frozenset({"ACCOUNT", "ORGANIZATION"})
"""Types of analyzers for external access. Only for them is there a list that holds principals."""
_PERMISSIONS: Final = "UnusedPermission"
_TYPES: Final = frozenset({
    EXTERNAL_ACCESS, "InternalAccess", "UnusedIAMRole", "UnusedIAMUserAccessKey", "UnusedIAMUserPassword", _PERMISSIONS,
})  # fmt: skip
_ACTIVE: Final = {"status": {"eq": ["ACTIVE"]}}
_KIND: Final = "access-analyzer"
_UNUSED: Final = "unused:"


def collect(calls: Calls) -> None:
    """The analyzers, the findings of those that are active, and details where usage data are asked for."""
    found = [table(analyzer) for analyzer in calls.items(ANALYZERS, "analyzers")]
    active = [analyzer for analyzer in found if analyzer.get("status") == "ACTIVE" and text(analyzer.get("arn"))]
    unused = [pair for pairs in calls.each(lambda analyzer: _findings(calls, analyzer), active) for pair in pairs]
    if calls.shard.options.get(USAGE):
        calls.each(lambda pair: list(calls.pages(DETAILS, analyzerArn=pair[0], id=pair[1])), unused)


def _findings(calls: Calls, analyzer: dict[str, Any]) -> list[tuple[str, str]]:
    """Ask for the findings of an analyzer; gives those of unused permissions."""
    arn = analyzer["arn"]
    operation = EXTERNAL if analyzer.get("type") in _OUTWARD else OTHERS
    findings = [table(finding) for finding in calls.items(operation, "findings", analyzerArn=arn, filter=_ACTIVE)]
    return [(arn, id) for one in findings if one.get("findingType") == _PERMISSIONS and (id := text(one.get("id")))]


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One resource an analyzer, and a link for each door that it finds open."""
    reading = Reading(shard, answers)
    pages = {
        operation.name: (
            operation,
            reading.by_param(operation, "analyzerArn"),
            reading.refused(operation, "analyzerArn"),
        )
        for operation in (EXTERNAL, OTHERS)
    }
    details = reading.by_param(DETAILS, "analyzerArn")
    for analyzer in reading.items(ANALYZERS, "analyzers", "arn", "name"):
        arn = analyzer["arn"]
        counts: Counter[str] = Counter()
        known = False
        for operation, bodies, refused in pages.values():
            known = known or (arn in bodies and arn not in refused)
            for finding in (one for body in bodies.get(arn, ()) for one in reading.within(operation, body, "findings")):
                if finding.get("status") != "ACTIVE":
                    continue
                # The list of external access has no other findings, and does not say so.
                type_ = EXTERNAL_ACCESS if operation is EXTERNAL else text(finding.get("findingType"))
                counts[type_ if type_ in _TYPES else "other"] += 1
                counts["public"] += finding.get("isPublic") is True
                counts["errors"] += bool(text(finding.get("error")))
                if operation is EXTERNAL:
                    yield from doors(finding)
        yield _analyzer(reading, analyzer, counts if known else None, details.get(arn, []))
    yield from reading.gaps()


def _analyzer(
    reading: Reading, analyzer: dict[str, Any], counts: Counter[str] | None, details: list[dict[str, Any]]
) -> Resource:
    age = table(table(analyzer.get("configuration")).get("unusedAccess")).get("unusedAccessAge")
    days = age if isinstance(age, int) and not isinstance(age, bool) and 0 < age <= 3650 else None
    last = moment(analyzer.get("lastResourceAnalyzedAt"))
    facts = {
        "type": text(analyzer.get("type")),
        "status": text(analyzer.get("status")),
        "status_reason": text(table(analyzer.get("statusReason")).get("code")),
        "managed_by": text(analyzer.get("managedBy")),
        "unused_access_days": str(days or ""),
        "last_analyzed": last.isoformat() if last else "",
        "findings": "unknown",
    }
    if counts is not None:
        facts["findings"] = str(sum(counts.values()) - counts["public"] - counts["errors"])
        facts |= {name: str(number) for name, number in sorted(counts.items()) if number}
    unused = unused_by_identity(reading, DETAILS, details, days)
    facts |= {_UNUSED + identity: written for identity, written in unused.items()}
    return Resource(
        id=analyzer["arn"],
        provider="aws",
        kind=_KIND,
        name=analyzer["name"],
        scope=reading.scope,
        region=reading.region,
        created_at=moment(analyzer.get("createdAt")),
        tags=tags_of(analyzer.get("tags")),
        attributes={key: value for key, value in facts.items() if value},
    )


def join(inventory: Inventory) -> Iterator[Usage]:
    """Actions that identities may take and did not, of the services of which IAM tells the others."""
    said: dict[str, list[str]] = {}
    for resource in inventory.resources.values():
        if resource.kind == _KIND and resource.provider == "aws":
            for key, written in resource.attributes.items():
                if key.startswith(_UNUSED) and key.removeprefix(_UNUSED) in inventory.identities:
                    said.setdefault(key.removeprefix(_UNUSED), []).append(written)
    for identity, texts in sorted(said.items()):
        yield from unused_for_good(identity, inventory.usages_of(identity), texts, DETAILS.name)


SERVICE = Service(
    name="access-analyzer",
    part="region",
    operations=(ANALYZERS, EXTERNAL, OTHERS, DETAILS),
    collect=collect,
    parse=parse,
    join=join,
)
