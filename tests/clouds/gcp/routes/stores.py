"""Cloud Storage and BigQuery: buckets and data sets, never what is in them."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import not_found
from tests.clouds.gcp.routing import Request, get


@get("storage", "storage/v1/b")
def buckets(request: Request) -> Any:
    """buckets.list."""
    found = [
        asset.data
        for asset in request.state.within(f"projects/{request.one('project')}", "storage.googleapis.com/Bucket")
    ]
    return {"kind": "storage#buckets", **request.page("items", found, most=1000, allow=("project", "maxResults"))}


@get("storage", "storage/v1/b/{bucket}/iam")
def bucket_policy(request: Request) -> Any:
    """buckets.getIamPolicy."""
    name = f"//storage.googleapis.com/{request.params['bucket']}"
    if name not in request.state.assets:
        raise not_found(name)
    bindings = request.state.policies.get(name, [])
    if request.one("optionsRequestedPolicyVersion") != "3":
        bindings = [one for one in bindings if "condition" not in one]
    return {"kind": "storage#policy", "resourceId": f"projects/_/buckets/{name}", "version": 3, "bindings": bindings}


@get("bigquery", "bigquery/v2/projects/{project}/datasets")
def datasets(request: Request) -> Any:
    """datasets.list, which tells names only."""
    found = [
        {key: asset.data[key] for key in ("kind", "id", "datasetReference", "location")}
        for asset in request.state.within(f"projects/{request.params['project']}", "bigquery.googleapis.com/Dataset")
    ]
    page = request.page("datasets", found, most=1000, allow=("all", "maxResults"))
    missing: list[Any] = [one["name"] for one in request.state.lists["unreached bigquery"]]
    return {"kind": "bigquery#datasetList", **page, **({"unreachable": missing} if missing else {})}


@get("bigquery", "bigquery/v2/projects/{project}/datasets/{dataset}")
def dataset(request: Request) -> Any:
    """datasets.get."""
    name = f"//bigquery.googleapis.com/projects/{request.params['project']}/datasets/{request.params['dataset']}"
    if name not in request.state.assets:
        raise not_found(name)
    return request.state.assets[name].data
