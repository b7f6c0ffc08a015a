"""Builds small organizations as the connector's parsers would describe them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from nhiscan.inventory import Inventory
from nhiscan.model import (
    AnyRecord,
    Assignment,
    CanBecome,
    Gap,
    Grant,
    Group,
    Identity,
    Link,
    Membership,
    Policy,
    PolicyUse,
    Resource,
    RunsAs,
    Scope,
    Secret,
    Workload,
)
from nhiscan_connectors.gcp.access import access
from nhiscan_connectors.gcp.names import container, service_account_id

ORG = container("organizations/1")
FOLDER = container("folders/2")
PAY = container("projects/pay-prod")
DEV = container("projects/dev")
PEOPLE = "user:{}@acme.example"
SECRET = "//secretmanager.googleapis.com/projects/pay-prod/secrets/card"
BUCKET = "//storage.googleapis.com/acme-data"


class Estate:
    """Records under construction: an organization with project dev, and a folder in it with project pay-prod."""

    def __init__(self) -> None:
        self.records: list[AnyRecord] = [
            Scope(id=ORG, provider="gcp", kind="organization", name="acme.example"),
            Scope(id=FOLDER, provider="gcp", kind="folder", name="shop", parent=ORG),
            Scope(id=PAY, provider="gcp", kind="project", name="Pay", parent=FOLDER, attributes={"number": "42"}),
            Scope(id=DEV, provider="gcp", kind="project", name="Dev", parent=ORG, attributes={"number": "43"}),
        ]
        self._next = 0

    def add(self, *records: AnyRecord) -> None:
        """Add records as they are."""
        self.records += records

    def account(self, name: str, project: str = PAY, **more: Any) -> str:
        """A service account."""
        email = name if "@" in name else f"{name}@{project.rpartition('/')[2]}.iam.gserviceaccount.com"
        id = service_account_id(email)
        more.setdefault("kind", "google-service-account")
        self.add(Identity(id=id, provider="gcp", name=name, scope=project, **more))
        return id

    def user(self, name: str) -> str:
        """A person."""
        id = PEOPLE.format(name)
        self.add(Identity(id=id, provider="gcp", kind="google-user", name=name, scope=ORG))
        return id

    def federated(self, id: str) -> str:
        """A principal of a pool."""
        self.add(Identity(id=id, provider="gcp", kind="google-federated-principal", name=id, scope=PAY))
        return id

    def group(self, name: str, *members: str) -> str:
        """A group and its members."""
        id = f"group:{name}@acme.example"
        self.add(Group(id=id, provider="gcp", name=f"{name}@acme.example", scope=ORG))
        self.add(*(Membership(member=member, group=id) for member in members))
        return id

    def role(self, *permissions: str, id: str = "", **document: Any) -> str:
        """A role that allows some permissions: predefined unless its id is another."""
        self._next += 1
        id = id or f"roles/test{self._next}"
        text = json.dumps({"includedPermissions": list(permissions), "stage": "GA", **document})
        google = id.startswith("roles/")
        self.add(
            Policy(
                id=id, provider="gcp", kind="role-definition", name=id, scope=ORG, document=text,
                managed_by_provider=google,
            )
        )  # fmt: skip
        return id

    def bind(self, who: str, role: str, scope: str, **more: Any) -> None:
        """A binding of an allow policy."""
        self.add(Assignment(principal=who, role=role, scope=scope, source="getIamPolicy", **more))

    def can(self, who: str, scope: str, *permissions: str, **more: Any) -> str:
        """A role of its own for somebody."""
        role = self.role(*permissions)
        self.bind(who, role, scope, **more)
        return role

    def deny(
        self,
        scope: str,
        *permissions: str,
        principals: Iterable[str] = ("principalSet://goog/public:all",),
        spared: Iterable[str] = (),
        spares: Iterable[str] = (),
        condition: str = "",
        document: str | None = "",
    ) -> str:
        """A deny policy with one rule."""
        self._next += 1
        rule = {
            "deniedPrincipals": list(principals),
            "exceptionPrincipals": list(spared),
            "deniedPermissions": list(permissions),
            "exceptionPermissions": list(spares),
            **({"denialCondition": {"expression": condition}} if condition else {}),
        }
        id = f"//iam.googleapis.com/policies/{scope[2:]}/denypolicies/d{self._next}"
        text = json.dumps({"displayName": "d", "rules": [{"denyRule": rule}]}) if document == "" else document
        self.add(
            Policy(id=id, provider="gcp", kind="organization", name=f"d{self._next}", scope=scope, document=text),
            PolicyUse(policy=id, target=scope, use="organization-limit"),
        )
        return id

    def boundary(self, principals: str, *scopes: str, condition: str = "", read: bool = True) -> None:
        """A principal access boundary that is bound to a set of principals."""
        self._next += 1
        id = f"organizations/1/locations/global/policyBindings/b{self._next}"
        document = {
            "policy": "organizations/1/locations/global/principalAccessBoundaryPolicies/p",
            "details": {"rules": [{"effect": "ALLOW", "resources": list(scopes)}], "enforcementVersion": "latest"},
            "target": {"principalSet": principals},
            **({"condition": {"expression": condition}} if condition else {}),
        }
        self.add(
            Policy(
                id=id, provider="gcp", kind="organization", name=f"b{self._next}", scope=ORG,
                document=json.dumps(document) if read else None, problem="" if read else "denied",
            ),
            PolicyUse(policy=id, target=principals, use="boundary"),
        )  # fmt: skip

    def bucket(self, project: str = DEV) -> str:
        """The bucket, whose name does not say which project it lies in."""
        self.add(Resource(id=BUCKET, provider="gcp", kind="google-storage-bucket", name="acme-data", scope=project))
        return BUCKET

    def secret(self) -> str:
        """The secret."""
        self.add(Secret(id=SECRET, provider="gcp", kind="google-secret-manager-secret", name="card", scope=PAY))
        return SECRET

    def workload(self, kind: str, name: str, identity: str, project: str = PAY, place: str = "") -> str:
        """Something that runs as an identity."""
        service = SERVICES[kind]
        short = project.removeprefix("//cloudresourcemanager.googleapis.com/")
        id = place or f"//{service}/{short}/locations/eu/things/{name}"
        self.add(
            Workload(id=id, provider="gcp", kind=kind, name=name, scope=project),
            RunsAs(workload=id, identity=identity),
        )
        return id

    def inventory(self) -> Inventory:
        """What was built so far."""
        return Inventory(self.records)

    def judged(self) -> tuple[Inventory, list[Grant | CanBecome | Link | Gap]]:
        """The inventory with what the evaluator finds, and just that."""
        derived = list(access(self.inventory()))
        return Inventory([*self.records, *derived]), derived

    def gained(self, who: str) -> dict[str, CanBecome]:
        """What somebody can become, by target, over all steps; the surest and first edge to each."""
        return gained(self.judged()[0].becomes, who)

    def grants(self, who: str) -> dict[tuple[str, str], Grant]:
        """What somebody can do, by capability and place."""
        return {(grant.capability, grant.resource): grant for grant in self.judged()[0].grants_of(who)}


def gained(edges: Iterable[CanBecome], who: str, answers: Iterable[str] = ()) -> dict[str, CanBecome]:
    """What can be become over all steps, by target."""
    out: dict[str, list[CanBecome]] = {}
    for edge in edges:
        if not answers or edge.answer in answers:
            out.setdefault(edge.identity, []).append(edge)
    found: dict[str, CanBecome] = {}
    waiting = [who]
    while waiting:
        for edge in out.get(waiting.pop(), ()):
            if edge.target not in found and edge.target != who:
                found[edge.target] = edge
                waiting.append(edge.target)
    return found


SERVICES = {
    "google-cloud-run-service": "run.googleapis.com",
    "google-cloud-run-job": "run.googleapis.com",
    "google-cloud-function": "cloudfunctions.googleapis.com",
    "google-compute-instance": "compute.googleapis.com",
    "google-workbench-instance": "notebooks.googleapis.com",
    "google-gke-cluster": "container.googleapis.com",
    "google-gke-service-account": "container.googleapis.com",
    "google-cloud-build-trigger": "cloudbuild.googleapis.com",
    "google-reasoning-engine": "aiplatform.googleapis.com",
    "google-cloud-scheduler-job": "cloudscheduler.googleapis.com",
    "google-workflow": "workflows.googleapis.com",
    "google-dataflow-job": "dataflow.googleapis.com",
    "google-dataproc-cluster": "dataproc.googleapis.com",
    "google-composer-environment": "composer.googleapis.com",
    "google-app-engine-service": "appengine.googleapis.com",
}
