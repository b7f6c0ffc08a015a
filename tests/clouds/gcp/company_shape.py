"""What the company's organization is, once its containers are there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from tests.clouds.gcp.answers import Item
from tests.clouds.gcp.seed import Company
from tests.clouds.gcp.state import Asset, State

ORGANIZATION: Final = "481273905566"
DOMAIN: Final = "harbourline.example"
SHIPPING: Final = "projects/harbourline-shipping-prod"
CUSTOMS: Final = "projects/harbourline-customs-prod"
WAREHOUSE: Final = "projects/harbourline-warehouse-prod"
WEBSITE: Final = "projects/harbourline-website-prod"
SHIPPING_DEV: Final = "projects/harbourline-shipping-dev"
ML_LAB: Final = "projects/harbourline-ml-lab"
CICD: Final = "projects/harbourline-cicd"
STUDIO: Final = "projects/gen-lang-client-0481920375"
_ANY_IMAGE: Final = "europe-west1-docker.pkg.dev/acme/app:1"
"""What the seeds put into every container."""


class CompanyState(State):
    """A state whose numbers look like those that Google gives, and are the same in every run."""

    def number(self) -> str:
        """See `State.number`."""
        return str(10**11 + _made_up(super().number()).int % (9 * 10**11))


def _made_up(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"harbourline google cloud {name}")


class HarbourlineCompany(Company):
    """An organization whose keys have ids like Google's."""

    def key(
        self, email: str, *, days: float = 30, lasts: float | None = None, system: bool = False, **fields: Any
    ) -> str:
        """See `Company.key`."""
        made = super().key(email, days=days, lasts=lasts, system=system, **fields)
        (old,) = [name for name in self.state.assets if name.endswith(f"/keys/{made}")]
        id = f"{_made_up(made).hex}{_made_up(email).hex[:8]}"
        self._rename(old, made, id)
        return id

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
        """See `Company.api_key`."""
        name = super().api_key(project, title, services=services, account=account, days=days, **more)
        made, uid = name.rpartition("/")[2], str(_made_up(name))
        self.state.assets[name].data["uid"] = uid
        return self._rename(name, made, uid)

    def _rename(self, name: str, old: str, new: str) -> str:
        asset: Asset = self.state.assets.pop(name)
        asset.name = asset.name.replace(old, new)
        asset.data["name"] = asset.data["name"].replace(old, new)
        self.state.assets[asset.name] = asset  # the index holds it already
        return asset.name


def own_images(state: State) -> None:
    """Put the company's images where the seeds put one of another company."""
    for name, asset in state.assets.items():
        if _ANY_IMAGE in (text := json.dumps(asset.data)):
            asset.data = json.loads(text.replace(_ANY_IMAGE, _image(name)))
    for key, found in state.lists.items():
        if _ANY_IMAGE in (text := json.dumps(found)):
            state.lists[key] = json.loads(text.replace(_ANY_IMAGE, _image(key)))


def _image(name: str) -> str:
    return f"europe-west1-docker.pkg.dev/harbourline-cicd/images/{name.rpartition('/')[2]}:release"


@dataclass
class Estate:
    """The organization and what its parts are called."""

    company: HarbourlineCompany
    production: str
    development: str
    shared: str
    accounts: dict[str, str] = field(default_factory=dict)
    """Addresses of service accounts by the name before the @."""

    def account(
        self,
        project: str,
        name: str,
        days: float,
        used: float | None,
        title: str = "",
        *,
        key: tuple[float, float | None] | None = None,
        **fields: Any,
    ) -> str:
        """A service account: made and last used so many days ago. `key`: age and last use of one that a person made."""
        given: Item = {"displayName": title} if title else {}
        email = self.company.service_account(project, name, days=days, **given, **fields)
        self.company.used(email, used)
        if key is not None:
            made, last = key
            self.company.used(email, last, key=self.company.key(email, days=made))
        self.accounts[email.partition("@")[0]] = email
        return email

    def label(self, job: str, marks: dict[str, str]) -> None:
        """Labels on a job of Cloud Run, in both forms in which Google tells of it."""
        state = self.company.state
        state.assets[job].data["metadata"]["labels"] = marks
        for listed in state.lists[f"run {job}"]:
            listed["labels"] = marks


def labels(owner: str = "", team: str = "", environment: str = "production", **more: str) -> dict[str, str]:
    """Labels in the company's own way; `owner` is the part of an address before the @, for labels take no such sign."""
    found = {"owner": owner.replace(".", "-")} if owner else {}
    return {**found, **({"team": team} if team else {}), "environment": environment, **more}


def person(address: str) -> str:
    """A member of a policy: one of the company's people."""
    return f"user:{address}@{DOMAIN}"


def team(name: str) -> str:
    """A member of a policy: a group of the directory."""
    return f"group:gcp-{name}@{DOMAIN}"
