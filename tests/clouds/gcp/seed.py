"""An organization to fill the emulator with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.clouds.gcp.answers import Item
from tests.clouds.gcp.roles import PREDEFINED
from tests.clouds.gcp.state import Asset, State

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""When the emulated world stands still."""
ORGANIZATION_ID = "123456789012"
RM = "cloudresourcemanager.googleapis.com"
NEVER = "9999-12-31T23:59:59Z"


def ago(days: float) -> str:
    """A time in the past."""
    return stamp(NOW - timedelta(days=days))


def ahead(days: float) -> str:
    """A time to come."""
    return stamp(NOW + timedelta(days=days))


def stamp(moment: datetime) -> str:
    """As Google writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Company:
    """Builds an organization. Names of containers are relative: "folders/1", "projects/<id>"."""

    def __init__(self, state: State, organization: str = ORGANIZATION_ID, domain: str = "acme.example") -> None:
        self.state = state
        self.domain = domain
        self.organization = f"organizations/{organization}"
        for name, title, permissions in PREDEFINED:
            state.roles.setdefault(
                name, {"name": name, "title": title, "stage": "GA", "includedPermissions": sorted(permissions)}
            )
        data = {"name": self.organization, "displayName": domain, "state": "ACTIVE"}
        self._homes: dict[str, str] = {}
        """Ids of projects by the addresses of their service accounts."""
        self._ancestors: dict[str, list[str]] = {self.organization: [self.organization]}
        self._contain("Organization", self.organization, data, "", domain)

    def _contain(self, type: str, name: str, data: Item, parent: str, title: str, **search: Any) -> None:
        place = self.state.place(name)
        found = {
            "displayName": title,
            "state": "ACTIVE",
            "parentFullResourceName": f"//{RM}/{parent}" if parent else "",
            **search,
        }
        asset = Asset(f"//{RM}/{name}", f"{RM}/{type}", data, self._ancestors[place], ago(900), search=found)
        self.state.add(asset)

    def folder(self, title: str, parent: str = "") -> str:
        """A folder; gives its name."""
        above = parent or self.organization
        name = f"folders/{self.state.number()}"
        self._ancestors[name] = [name, *self._ancestors[self.state.place(above)]]
        data = {"name": name, "parent": above, "displayName": title, "state": "ACTIVE"}
        self._contain("Folder", name, data, above, title)
        return name

    def project(
        self, id: str, parent: str = "", *, labels: dict[str, str] | None = None, services: tuple[str, ...] = ()
    ) -> str:
        """A project; gives its name by id. `services`: those that are enabled, "aiplatform"."""
        above = parent or self.organization
        number = self.state.number()
        self.state.aliases[id] = number
        name = f"projects/{number}"
        self._ancestors[name] = [name, *self._ancestors[self.state.place(above)]]
        data: Item = {"name": name, "parent": above, "projectId": id, "state": "ACTIVE", "displayName": id}
        if labels:
            data["labels"] = labels
        self._contain(
            "Project", f"projects/{id}", data, above, id, labels=labels or {}, additionalAttributes={"projectId": id}
        )
        for service in services:
            self.enable(f"projects/{id}", service)
        return f"projects/{id}"

    def enable(self, project: str, service: str) -> None:
        """Enable a service in a project."""
        place = self.state.place(project)
        relative = f"{place}/services/{service}.googleapis.com"
        data = {"name": relative, "parent": place, "state": "ENABLED",
                "config": {"name": f"{service}.googleapis.com"}}  # fmt: skip
        self.asset("serviceusage.googleapis.com/Service", f"//serviceusage.googleapis.com/{relative}", data, project,
                   search={"state": "ENABLED"})  # fmt: skip

    def asset(self, type: str, name: str, data: Item, parent: str, **details: Any) -> Asset:
        """Any resource. `name`: its full resource name. `parent`: the project, folder or organization it lies in."""
        asset = Asset(name, type, data, self._ancestors[self.state.place(parent)], **{"created": ago(400), **details})
        return self.state.add(asset)

    def service_account(self, project: str, name: str, *, days: float = 400, **fields: Any) -> str:
        """A service account; gives its address. `fields`: further ones of IAM, such as description."""
        id = project.removeprefix("projects/")
        email = name if "@" in name else f"{name}@{id}.iam.gserviceaccount.com"
        unique = f"1{self.state.number().rjust(20, '0')}"
        self.state.aliases[email] = unique
        self._homes[email] = id
        data = {
            "name": f"projects/{id}/serviceAccounts/{email}",
            "projectId": id,
            "uniqueId": unique,
            "email": email,
            "oauth2ClientId": unique,
            **fields,
        }
        self.asset("iam.googleapis.com/ServiceAccount", self.account_name(email, id), data, project, created=ago(days))
        return email

    def account_name(self, email: str, project: str = "") -> str:
        """Full resource name of a service account as Cloud Asset Inventory has it."""
        id = project or email.partition("@")[2].partition(".")[0]
        return f"//iam.googleapis.com/projects/{id}/serviceAccounts/{self.state.aliases[email]}"

    def _project_of(self, email: str) -> str:
        return self._homes[email]

    def key(
        self, email: str, *, days: float = 30, lasts: float | None = None, system: bool = False, **fields: Any
    ) -> str:
        """A key of a service account; gives its id. `lasts`: days from now until it ends; None: it has no end."""
        id = self.state.number().rjust(40, "a")
        project = self._project_of(email)
        data = {
            "name": f"projects/{project}/serviceAccounts/{email}/keys/{id}",
            "validAfterTime": ago(days),
            "validBeforeTime": NEVER if lasts is None else ahead(lasts),
            "keyAlgorithm": "KEY_ALG_RSA_2048",
            "keyOrigin": "GOOGLE_PROVIDED",
            "keyType": "SYSTEM_MANAGED" if system else "USER_MANAGED",
            **fields,
        }
        self.asset(
            "iam.googleapis.com/ServiceAccountKey",
            f"{self.account_name(email, project)}/keys/{id}",
            data,
            f"projects/{project}",
            created=ago(days),
        )
        return id

    def used(self, email: str, days: float | None, *, key: str = "", seen: float = 380) -> None:
        """When an account, or one of its keys, last signed in; None: not since `seen` days ago."""
        project = self._project_of(email)
        place = self.state.place(f"projects/{project}")
        kind = "serviceAccountKeyLastAuthentication" if key else "serviceAccountLastAuthentication"
        name = f"//iam.googleapis.com/projects/{project}/serviceAccounts/{email}"
        told: Item = {"serviceAccount": {"projectNumber": place.partition("/")[2], "fullResourceName": name}}
        if days is not None:
            told["lastAuthenticatedTime"] = ago(days)
        self.state.lists[f"policyanalyzer {place} {kind}"].append(
            {
                "fullResourceName": f"{name}/keys/{key}" if key else name,
                "activityType": kind,
                "observationPeriod": {"startTime": ago(seen), "endTime": ago(1)},
                "activity": told,
            }
        )

    def bind(self, where: str, role: str, *members: str, condition: str = "") -> None:
        """A binding. `where`: "organizations/…", "folders/…", "projects/<id>", the address of a service account, or a
        full resource name. `role`: "roles/owner" or a short "owner". `members`: "user:ada@acme.example" and so on; an
        address of a service account alone is one."""
        if where.startswith("//"):
            name = where
        elif "@" in where:
            name = self.account_name(where, self._project_of(where))
        else:
            name = f"//{RM}/{where}"
        full = role if "/" in role else f"roles/{role}"
        whom = [one if ":" in one or one.startswith("all") else f"serviceAccount:{one}" for one in members]
        binding: Item = {"role": full, "members": whom}
        if condition:
            binding["condition"] = {"title": "condition", "expression": condition}
        self.state.policies[name].append(binding)

    def role(self, parent: str, id: str, *permissions: str, title: str = "", **fields: Any) -> str:
        """A custom role of the organization or a project; gives its name."""
        name = f"{parent}/roles/{id}"
        data = {"name": name, "title": title or id, "includedPermissions": list(permissions), "stage": "GA", **fields}
        self.asset("iam.googleapis.com/Role", f"//iam.googleapis.com/{name}", data, parent)
        return name

    def api_key(
        self,
        project: str,
        title: str,
        *,
        services: tuple[str, ...] = (),
        account: str = "",
        days: float = 300,
        **more: Any,
    ) -> str:
        """An API key; gives its full resource name. `services`: those that it may call; none: all of them."""
        place = self.state.place(project)
        uid = self.state.number().rjust(24, "k")
        relative = f"{place}/locations/global/keys/{uid}"
        data: Item = {"name": relative, "uid": uid, "displayName": title, "createTime": ago(days), **more}
        restrictions = dict(data.get("restrictions", {}))
        if services:
            restrictions["apiTargets"] = [{"service": f"{service}.googleapis.com"} for service in services]
        if restrictions:
            data["restrictions"] = restrictions
        if account:
            data["serviceAccountEmail"] = account
        self.asset("apikeys.googleapis.com/Key", f"//apikeys.googleapis.com/{relative}", data, project)
        return f"//apikeys.googleapis.com/{relative}"
