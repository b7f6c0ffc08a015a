"""What stands around SageMaker and has roles of its own: MLflow servers and apps, HyperPod clusters, partners' apps.

Attributes of an MLflow server or app: status, version, artifacts (the bucket), active.

Attributes of a cluster: status, groups (of machines), scripts (where the start scripts of its machines lie).

Attributes of a partner's app: type (lakera-guard, comet ...), status, auth (IAM, IDC), tier, url.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.sagemaker.shapes import maker, objects, workload
from nhiscan_connectors.common.fields import table, text

SERVERS = call(
    "sagemaker:ListMlflowTrackingServers", "lists MLflow tracking servers", "which MLflow tracking servers exist"
)
SERVER = call(
    "sagemaker:DescribeMlflowTrackingServer",
    "reads the role of an MLflow tracking server and who made it",
    "what an MLflow tracking server runs as",
)
APPS = call("sagemaker:ListMlflowApps", "lists MLflow apps", "which MLflow apps exist")
APP = call(
    "sagemaker:DescribeMlflowApp", "reads the role of an MLflow app and who made it", "what an MLflow app runs as"
)
CLUSTERS = call("sagemaker:ListClusters", "lists HyperPod clusters", "which HyperPod clusters exist")
CLUSTER = call(
    "sagemaker:DescribeCluster",
    "reads the roles of the machines of a HyperPod cluster",
    "what the machines of a HyperPod cluster run as",
)
PARTNERS = call("sagemaker:ListPartnerApps", "lists the apps of partners", "which apps of partners run")
PARTNER = call(
    "sagemaker:DescribePartnerApp",
    "reads the role of a partner's app",
    "what a partner's app runs as",
    drop=("Arguments",),
)
OPERATIONS = (SERVERS, SERVER, APPS, APP, CLUSTERS, CLUSTER, PARTNERS, PARTNER)


def collect_servers(calls: Calls) -> None:
    """One list, and one call a server: the list has no roles."""
    _each(calls, SERVERS, "TrackingServerSummaries", "TrackingServerName", SERVER, "TrackingServerName")


def collect_apps(calls: Calls) -> None:
    """One list, and one call an app: the list has no roles."""
    _each(calls, APPS, "Summaries", "Arn", APP, "Arn")


def collect_clusters(calls: Calls) -> None:
    """One list, and one call a cluster: the list has no roles."""
    _each(calls, CLUSTERS, "ClusterSummaries", "ClusterName", CLUSTER, "ClusterName")


def collect_partners(calls: Calls) -> None:
    """One list, and one call an app: the list has no roles."""
    _each(calls, PARTNERS, "Summaries", "Arn", PARTNER, "Arn")


def _each(calls: Calls, listing: Operation, key: str, field: str, describing: Operation, param: str) -> None:
    names = [name for item in calls.items(listing, key) if (name := text(table(item).get(field)))]
    calls.each(lambda name: calls.page(describing, **{param: name}), names)


def parse(reading: Reading) -> Iterator[AnyRecord]:
    """Servers, apps and clusters as workloads."""
    yield from _servers(reading)
    yield from _apps(reading)
    yield from _clusters(reading)
    yield from _partners(reading)


def _servers(reading: Reading) -> Iterator[AnyRecord]:
    details = reading.details(SERVER, "TrackingServerName")
    arns: dict[str, str] = {}
    for server in reading.items(SERVERS, "TrackingServerSummaries", "TrackingServerArn", "TrackingServerName"):
        arn, name = server["TrackingServerArn"], server["TrackingServerName"]
        arns[name] = arn
        detail = details.get(name, {})
        status = text(server.get("TrackingServerStatus"))
        yield from _mlflow(reading, "sagemaker-mlflow", arn, name, (detail, server), status)
        yield from maker(arn, detail, SERVER)
    yield from reading.gaps_of_details(SERVER, "TrackingServerName", arns)


def _apps(reading: Reading) -> Iterator[AnyRecord]:
    details = reading.details(APP, "Arn")
    arns: dict[str, str] = {}
    for app in reading.items(APPS, "Summaries", "Arn"):
        arn, name = app["Arn"], text(app.get("Name")) or app["Arn"].rpartition("/")[2]
        arns[arn] = arn
        detail = details.get(arn, {})
        status = text(app.get("Status"))
        yield from _mlflow(reading, "sagemaker-mlflow-app", arn, name, (detail, app), status)
        yield from maker(arn, detail, APP)
    yield from reading.gaps_of_details(APP, "Arn", arns)


def _mlflow(
    reading: Reading, kind: str, arn: str, name: str, answers: tuple[dict[str, Any], dict[str, Any]], status: str
) -> Iterator[AnyRecord]:
    detail, listed = answers
    facts = {
        "status": status,
        "version": text(detail.get("MlflowVersion")) or text(listed.get("MlflowVersion")),
        "artifacts": text(detail.get("ArtifactStoreUri")),
        "active": text(listed.get("IsActive")),
    }
    yield workload(reading, kind, arn, name, answers, facts)
    yield from reading.runs_as(arn, detail.get("RoleArn"))


def _clusters(reading: Reading) -> Iterator[AnyRecord]:
    details = reading.details(CLUSTER, "ClusterName")
    arns: dict[str, str] = {}
    for cluster in reading.items(CLUSTERS, "ClusterSummaries", "ClusterArn", "ClusterName"):
        arn, name = cluster["ClusterArn"], cluster["ClusterName"]
        arns[name] = arn
        detail = details.get(name, {})
        groups = [
            group
            for key in ("InstanceGroups", "RestrictedInstanceGroups")
            for group in reading.within(CLUSTER, detail, key, subject=arn)
        ]
        scripts = (text(table(group.get("LifeCycleConfig")).get("SourceS3Uri")) for group in groups)
        facts = {
            "status": text(cluster.get("ClusterStatus")),
            "groups": ", ".join(text(group.get("InstanceGroupName")) for group in objects(groups)),
            "scripts": ", ".join(dict.fromkeys(script for script in scripts if script)),
        }
        yield workload(reading, "sagemaker-cluster", arn, name, (detail, cluster), facts)
        for role in dict.fromkeys(text(group.get("ExecutionRole")) for group in groups):
            yield from reading.runs_as(arn, role, "execution role of its machines")
    yield from reading.gaps_of_details(CLUSTER, "ClusterName", arns)


def _partners(reading: Reading) -> Iterator[AnyRecord]:
    details = reading.details(PARTNER, "Arn")
    arns: dict[str, str] = {}
    for app in reading.items(PARTNERS, "Summaries", "Arn"):
        arn, name = app["Arn"], text(app.get("Name")) or app["Arn"].rpartition("/")[2]
        arns[arn] = arn
        detail = details.get(arn, {})
        facts = {
            "type": text(app.get("Type")),
            "status": text(app.get("Status")),
            "auth": text(detail.get("AuthType")),
            "tier": text(detail.get("Tier")),
            "url": text(detail.get("BaseUrl")),
        }
        yield workload(reading, "sagemaker-partner-app", arn, name, (detail, app), facts)
        yield from reading.runs_as(arn, detail.get("ExecutionRoleArn"))
    yield from reading.gaps_of_details(PARTNER, "Arn", arns)
