"""What the company's estate is, once it is seeded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from tests.clouds.aws.seed import Account, Role, User
from tests.clouds.aws.seed_organization import Organization

MANAGEMENT: Final = "417203948815"
PRODUCTION: Final = "593817264403"
DEVELOPMENT: Final = "820461957732"

Nature = Literal["human", "legacy_service", "ai_persona"]


@dataclass
class Company:
    """The estate, and what is true of it."""

    organization: Organization
    management: Account
    production: Account
    development: Account
    natures: dict[str, Nature] = field(default_factory=dict)
    """What each identity really is, by ARN, for whoever wants to measure a classifier. Identities that could be either
    are left out."""

    @property
    def accounts(self) -> tuple[Account, Account, Account]:
        """The accounts that are open."""
        return self.management, self.production, self.development

    @property
    def session(self) -> dict[str, str]:
        """Credentials of an auditor in the management account, as environment variables."""
        return self.management.session()

    def is_a(self, nature: Nature, *who: User | Role) -> None:
        """Write down what identities really are."""
        for identity in who:
            self.natures[identity.arn] = nature


def tags(owner: str = "", team: str = "", **more: str) -> dict[str, str]:
    """Tags in the company's own way of writing them; `owner` is the part of an address before the @."""
    found = {"Owner": f"{owner}@harbourline.example"} if owner else {}
    return {**found, **({"Team": team} if team else {}), **more}
