"""Harbourline's tenant: the directory that the company's people sign in to, and two subscriptions.

The company of `tests.clouds.aws.company`, with the same people under the same addresses. It came to Azure for mail and
documents; some freight systems followed, and then AI. Everything follows from names and from one clock, so each run
gives the same.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from tests.clouds.azure.company_agents import seed_agents
from tests.clouds.azure.company_applications import seed_applications
from tests.clouds.azure.company_people import seed_people
from tests.clouds.azure.company_resources import seed_resources
from tests.clouds.azure.seed import Tenant, ago
from tests.clouds.azure.state import Item, State

TENANT: Final = "3d2f0c51-6a5b-4e0e-9f0e-5b1d7c1a9b10"
"""The issuer that the company's Identity Center in AWS trusts."""
_GROUPS: Final = {
    "Microsoft.App": "freight-apps",
    "Microsoft.Web": "freight-apps",
    "Microsoft.ManagedIdentity": "freight-apps",
    "Microsoft.CognitiveServices": "ai",
    "Microsoft.MachineLearningServices": "ai",
    "Microsoft.BotService": "ai",
    "Microsoft.Storage": "freight-data",
    "Microsoft.Compute": "build",
}
"""Resource groups by namespace."""


class CompanyState(State):
    """A state whose ids look like those that Entra makes, and are the same in every run."""

    def __init__(self) -> None:
        super().__init__()
        self.tenant_id = TENANT

    def guid(self) -> str:
        """See `State.guid`."""
        return str(uuid5(NAMESPACE_URL, f"harbourline:{super().guid()}"))


class CompanyTenant(Tenant):
    """A tenant that puts resources where the company keeps their kind."""

    def resource(
        self,
        subscription: Item,
        kind: str,
        name: str,
        /,
        *,
        group: str = "",
        properties: Item | None = None,
        **fields: Any,
    ) -> Item:
        """See `Tenant.resource`."""
        group = group or _GROUPS.get(kind.partition("/")[0], "shared")
        return super().resource(subscription, kind, name, group=group, properties=properties, **fields)


def company_tenant(state: State) -> Tenant:
    """Seed the company."""
    tenant = CompanyTenant(state, "Harbourline", "harbourline.example")
    tenant.state.table("organization")[tenant.id]["createdDateTime"] = ago(2230)
    people = seed_people(tenant)
    production, development = seed_resources(tenant, people)
    applications = seed_applications(tenant, people, production, development)
    seed_agents(tenant, people, production, applications)
    return tenant
