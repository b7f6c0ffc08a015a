"""Services, jobs and worker pools of Cloud Run in one form.

The second version of the API describes them in one way; Cloud Asset Inventory, in the way of Knative and Kubernetes, as
the first version does. In that one a secret of another project stands behind an alias, which an annotation explains.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.assets import labels_of
from nhiscan_connectors.gcp.compute.asking import objects
from nhiscan_connectors.gcp.compute.exposure import Ingress

_INGRESS: Final[dict[str, Ingress]] = {
    "": "all",
    "all": "all",
    "internal": "internal",
    "internal-and-cloud-load-balancing": "load-balancer",
    "none": "none",
    "INGRESS_TRAFFIC_ALL": "all",
    "INGRESS_TRAFFIC_INTERNAL_ONLY": "internal",
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": "load-balancer",
    "INGRESS_TRAFFIC_NONE": "none",
}
_FUNCTION: Final = {"FUNCTIONAL_TYPE_AGENT": "agent", "FUNCTIONAL_TYPE_MCP_SERVER": "mcp-server"}
_RUN: Final = "run.googleapis.com/"


class RunSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One of them, whichever way it was described."""

    account: str
    containers: list[dict[str, Any]]
    volumes: list[dict[str, Any]]
    labels: dict[str, str]
    aliases: dict[str, str]
    """Secrets by the name that the template gives them, where that is not their own."""
    ingress: Ingress
    open_to_all: bool
    """No caller is asked who it is."""
    iap: bool
    """Callers go through Google's sign-in page first."""
    url: str
    creator: str
    executor: str
    """Service account with which Cloud Build made it from source, where it did."""
    function: str
    """agent or mcp-server, where somebody said that it is one."""
    identity: str
    """Identity of its own, where it has one."""
    created_at: datetime | None
    updated_at: datetime | None

    def secret_of(self, variable: dict[str, Any]) -> str:
        """The secret that a variable is taken from, as written; empty where it has a value of its own."""
        source = table(variable.get("valueSource")) or table(variable.get("valueFrom"))
        reference = table(source.get("secretKeyRef"))
        written = text(reference.get("secret")) or text(reference.get("name"))
        written = written or text(table(reference.get("localObjectReference")).get("name"))
        return self.aliases.get(written, written)

    @property
    def mounted(self) -> list[str]:
        """Secrets among its files, as written."""
        found = []
        for volume in self.volumes:
            secret = table(volume.get("secret"))
            written = text(secret.get("secret")) or text(secret.get("secretName"))
            found.append(self.aliases.get(written, written))
        return [one for one in found if one]


def run_spec(data: dict[str, Any]) -> RunSpec:
    """What the data of an asset, or an entry of a list, describe."""
    return _of_knative(data) if isinstance(data.get("spec"), dict) else _of_second_version(data)


def _of_second_version(data: dict[str, Any]) -> RunSpec:
    template = table(data.get("template"))
    template = table(template.get("template")) or template  # a job's tasks
    identity = table(template.get("workloadIdentityConfig"))
    written = text(data.get("ingress"))
    return RunSpec(
        account=text(template.get("serviceAccount")),
        containers=objects(template.get("containers")),
        volumes=objects(template.get("volumes")),
        labels=labels_of(data),
        aliases={},
        ingress=_INGRESS.get(written, ""),
        open_to_all=data.get("invokerIamDisabled") is True,
        iap=data.get("iapEnabled") is True,
        url=text(data.get("uri")),
        creator=text(data.get("creator")),
        executor=text(table(data.get("buildConfig")).get("serviceAccount")),
        function=_FUNCTION.get(text(data.get("functionalType")), ""),
        identity=text(identity.get("identity")),
        created_at=moment(data.get("createTime")),
        updated_at=moment(data.get("updateTime")),
    )


def _of_knative(data: dict[str, Any]) -> RunSpec:
    about = table(data.get("metadata"))
    template = table(table(data.get("spec")).get("template"))
    within = table(template.get("spec"))
    if isinstance(within.get("template"), dict):  # a job: its executions have a template of tasks
        within = table(table(within.get("template")).get("spec"))
    notes = {**table(table(template.get("metadata")).get("annotations")), **table(about.get("annotations"))}
    status = table(data.get("status"))
    return RunSpec(
        account=text(within.get("serviceAccountName")),
        containers=objects(within.get("containers")),
        volumes=objects(within.get("volumes")),
        labels={key: value for key, value in labels_of(about).items() if not key.startswith("cloud.googleapis.com/")},
        aliases=_aliases(text(notes.get(f"{_RUN}secrets"))),
        ingress=_INGRESS.get(text(notes.get(f"{_RUN}ingress")), ""),
        open_to_all=text(notes.get(f"{_RUN}invoker-iam-disabled")).lower() == "true",
        iap=text(notes.get(f"{_RUN}iap-enabled")).lower() == "true",
        url=text(status.get("url")) or text(table(status.get("address")).get("url")),
        creator=text(notes.get("serving.knative.dev/creator")) or text(notes.get(f"{_RUN}creator")),
        executor=text(notes.get(f"{_RUN}build-service-account")),
        function=_FUNCTION.get(text(notes.get(f"{_RUN}functional-type")), ""),
        identity="",
        created_at=moment(about.get("creationTimestamp")),
        updated_at=None,
    )


def _aliases(written: str) -> dict[str, str]:
    """ "alias:projects/1/secrets/name,other:projects/1/secrets/more" as a table."""
    pairs = (part.partition(":") for part in written.split(","))
    return {alias.strip(): secret.strip() for alias, colon, secret in pairs if colon and alias.strip()}
