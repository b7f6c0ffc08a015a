"""What an exported entry is, by what stands in it: an asset, a result of a search, or an item that gcloud lists."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, TypeAlias

from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.assets import FOLDER, ORGANIZATION, PROJECT, SERVICE_ACCOUNT
from nhiscan_connectors.gcp.services.api_keys import TYPE as API_KEY
from nhiscan_connectors.gcp.services.roles import TYPE as ROLE
from nhiscan_connectors.gcp.services.service_accounts import KEY

Form: TypeAlias = Literal["asset", "result", "policy-result", "activity", "item", "policy", "ancestor-policy"]

SERVICE: Final = "serviceusage.googleapis.com/Service"
LISTS: Final = frozenset({
    "assets", "results", "accounts", "keys", "roles", "services", "secrets", "projects", "folders", "organizations",
    "activities", "workloadIdentityPools", "workloadIdentityPoolProviders", "workforcePools",
    "workforcePoolProviders", "functions", "jobs", "items",
})  # fmt: skip
"""Fields in which pages of answers hold their lists."""
_BESIDE: Final = frozenset({
    "nextPageToken", "next_page_token", "readTime", "kind", "id", "selfLink", "unreachable", "etag", "totalSize",
    "warning", "unreachables", "apiVersion", "metadata",
})  # fmt: skip
_OF_ASSET: Final = frozenset({
    "iam_policy", "iamPolicy", "org_policy", "orgPolicy", "access_policy", "accessPolicy", "access_level",
    "accessLevel", "service_perimeter", "servicePerimeter", "os_inventory", "osInventory", "related_asset",
    "relatedAsset", "ancestors", "update_time",
})  # fmt: skip
_PLACE: Final = r"projects/[^/]+/(?:locations/[^/]+/)?"
_NAMED: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = tuple(
    (re.compile(pattern), type, host)
    for pattern, type, host in (
        (r"organizations/\d+", ORGANIZATION, "cloudresourcemanager"),
        (r"folders/\d+", FOLDER, "cloudresourcemanager"),
        (r"projects/[^/]+/serviceAccounts/[^/]+/keys/[^/]+", KEY, "iam"),
        (r"projects/[^/]+/serviceAccounts/[^/]+", SERVICE_ACCOUNT, "iam"),
        (r"(?:(?:projects|organizations)/[^/]+/)?roles/[^/]+", ROLE, "iam"),
        (r"projects/[^/]+/services/[^/]+", SERVICE, "serviceusage"),
        (r"projects/[^/]+/locations/global/keys/[^/]+", API_KEY, "apikeys"),
        (rf"{_PLACE}secrets/[^/]+", "secretmanager.googleapis.com/Secret", "secretmanager"),
        (rf"{_PLACE}workloadIdentityPools/[^/]+/providers/[^/]+",
         "iam.googleapis.com/WorkloadIdentityPoolProvider", "iam"),
        (rf"{_PLACE}workloadIdentityPools/[^/]+", "iam.googleapis.com/WorkloadIdentityPool", "iam"),
        (r"locations/global/workforcePools/[^/]+/providers/[^/]+",
         "iam.googleapis.com/WorkforcePoolProvider", "iam"),
        (r"locations/global/workforcePools/[^/]+", "iam.googleapis.com/WorkforcePool", "iam"),
        (r"projects/[^/]+/locations/[^/]+/services/[^/]+", "run.googleapis.com/Service", "run"),
        (r"projects/[^/]+/locations/[^/]+/jobs/[^/]+", "run.googleapis.com/Job", "run"),
        (r"projects/[^/]+/locations/[^/]+/functions/[^/]+", "cloudfunctions.googleapis.com/Function",
         "cloudfunctions"),
    )
)  # fmt: skip
"""Items by the form of their names; the first that fits."""
_LINK: Final = re.compile(
    r"https://[^/]+/(?:compute/)?[^/]+/(projects/[^/]+/(?:(?:zones|regions|locations)/[^/]+/|global/)?"
    r"(instances|instanceTemplates|clusters)/[^/]+)"
)
_LINKED: Final = {
    "instances": ("compute.googleapis.com/Instance", "compute"),
    "instanceTemplates": ("compute.googleapis.com/InstanceTemplate", "compute"),
    "clusters": ("container.googleapis.com/Cluster", "container"),
}
"""Items that have no whole name, by what their links name."""
_RUN_KINDS: Final = {"Service": "services", "Job": "jobs"}


def page_list(value: dict[str, Any], more: frozenset[str] = frozenset()) -> str:
    """The field of a page that holds its list; empty for what is no page. `more`: further such fields."""
    held = [key for key in value if (key in LISTS or key in more) and isinstance(value[key], list)]
    if not held and text(value.get("kind")).endswith("AggregatedList") and isinstance(value.get("items"), dict):
        held = ["items"]
    if len(held) == 1 and all(key in _BESIDE for key in value if key != held[0]):
        return held[0]
    return ""


def entries_of(page: dict[str, Any], field: str) -> list[Any]:
    """Entries of a page; those of Compute Engine may stand apart by zone."""
    if isinstance(page[field], list):
        return list(page[field])
    found: list[Any] = []
    for part in page[field].values():
        for held in table(part).values():
            found += (
                [one for one in held if not isinstance(one, dict) or "code" not in one]
                if isinstance(held, list)
                else []
            )
    return found


def form_of(entry: dict[str, Any]) -> Form | None:
    """How an entry is to be read; None for one that nhiscan does not know."""
    type = text(entry.get("assetType")) or text(entry.get("asset_type"))
    if isinstance(entry.get("resource"), str) and ("policy" in entry or type):
        return "policy-result"
    if type:
        whole = isinstance(entry.get("resource"), dict) or not _OF_ASSET.isdisjoint(entry)
        return "asset" if whole or set(entry) <= {"name", "assetType", "updateTime"} else "result"
    if "fullResourceName" in entry and "activityType" in entry:
        return "activity"
    if isinstance(entry.get("policy"), dict) and entry.get("type") in ("project", "folder", "organization"):
        return "ancestor-policy"
    if "name" not in entry and "metadata" not in entry and ("bindings" in entry or set(entry) <= {"etag", "version"}):
        return "policy" if entry else None
    return "item" if item_of(entry) is not None else None


def item_of(entry: dict[str, Any]) -> tuple[str, str] | None:
    """Type and full resource name of an item that gcloud or an API lists; None for one that is not known."""
    name = text(entry.get("name"))
    if text(entry.get("projectId")) and "email" not in entry and "/serviceAccounts/" not in name:
        return PROJECT, f"//cloudresourcemanager.googleapis.com/projects/{entry['projectId']}"
    if link := _LINK.fullmatch(text(entry.get("selfLink"))):
        type, host = _LINKED[link[2]]
        return type, f"//{host}.googleapis.com/{link[1]}"
    if text(entry.get("apiVersion")).partition("/")[0] in ("serving.knative.dev", "run.googleapis.com"):
        return _run(entry)
    for pattern, type, host in _NAMED:
        if pattern.fullmatch(name):
            if host == "run" and "template" not in entry:
                return None  # Cloud Scheduler and others name theirs in the same way
            if type == "cloudfunctions.googleapis.com/Function" and "serviceConfig" not in entry:
                type = "cloudfunctions.googleapis.com/CloudFunction"  # of the first generation
            return type, f"//{host}.googleapis.com/{name}"
    return None


def _run(entry: dict[str, Any]) -> tuple[str, str] | None:
    """What `gcloud run` lists, in the form of Knative: the project and the region stand among its metadata."""
    told, kind = table(entry.get("metadata")), text(entry.get("kind"))
    place = text(table(told.get("labels")).get("cloud.googleapis.com/location"))
    number, name = text(told.get("namespace")), text(told.get("name"))
    if kind not in _RUN_KINDS or not (place and number and name):
        return None
    full = f"//run.googleapis.com/projects/{number}/locations/{place}/{_RUN_KINDS[kind]}/{name}"
    return f"run.googleapis.com/{kind}", full
