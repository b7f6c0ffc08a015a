"""Secrets, buckets and data sets for the emulated organization."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import Item
from tests.clouds.gcp.seed import Company, ago


def secret(
    company: Company,
    project: str,
    id: str,
    *versions: tuple[float, str],
    days: float = 400,
    region: str = "",
    **fields: Any,
) -> str:
    """A secret; gives its full resource name. `versions`: days since each was made, and its state."""
    place = company.state.place(project)
    relative = f"{place}{f'/locations/{region}' if region else ''}/secrets/{id}"
    data: Item = {"name": relative, "createTime": ago(days), "etag": '"1"', **fields}
    if not region:
        data.setdefault("replication", {"automatic": {}})
    name = f"//secretmanager.googleapis.com/{relative}"
    company.asset("secretmanager.googleapis.com/Secret", name, data, project, created=ago(days))
    for number, (age, state) in enumerate(versions or ((days, "ENABLED"),), start=1):
        version: Item = {"name": f"{relative}/versions/{number}", "createTime": ago(age), "state": state}
        company.asset("secretmanager.googleapis.com/SecretVersion", f"{name}/versions/{number}", version, project)
    return name


def bucket(company: Company, project: str, name: str, **fields: Any) -> str:
    """A bucket; gives its full resource name."""
    configuration = {"uniformBucketLevelAccess": {"enabled": True}, "publicAccessPrevention": "inherited"}
    data: Item = {
        "kind": "storage#bucket", "id": name, "name": name, "timeCreated": ago(300), "location": "EU",
        "locationType": "multi-region", "storageClass": "STANDARD", "iamConfiguration": configuration, **fields,
    }  # fmt: skip
    full = f"//storage.googleapis.com/{name}"
    company.asset("storage.googleapis.com/Bucket", full, data, project, location="eu")
    return full


def dataset(company: Company, project: str, id: str, *access: Item, **fields: Any) -> str:
    """A data set; gives its full resource name. `access`: entries as BigQuery has them."""
    bare = project.removeprefix("projects/")
    data: Item = {
        "kind": "bigquery#dataset", "id": f"{bare}:{id}", "creationTime": "1750000000000", "location": "EU",
        "datasetReference": {"datasetId": id, "projectId": bare}, "access": list(access), **fields,
    }  # fmt: skip
    full = f"//bigquery.googleapis.com/projects/{bare}/datasets/{id}"
    company.asset("bigquery.googleapis.com/Dataset", full, data, project, location="EU")
    return full


def kms_key(company: Company, project: str, id: str, **fields: Any) -> str:
    """A key of Cloud KMS; gives its full resource name."""
    relative = f"projects/{project.removeprefix('projects/')}/locations/europe-west3/keyRings/ring/cryptoKeys/{id}"
    data: Item = {"name": relative, "purpose": "ENCRYPT_DECRYPT", "createTime": ago(200), **fields}
    full = f"//cloudkms.googleapis.com/{relative}"
    company.asset("cloudkms.googleapis.com/CryptoKey", full, data, project, location="europe-west3")
    return full
