"""Service accounts as identities, whoever tells of them: their own project, or a policy that names them."""

from __future__ import annotations

from datetime import datetime

from nhiscan.model import Activity, Identity
from nhiscan_connectors.gcp.names import default_account, is_service_agent, service_account_id


def account_of(
    email: str,
    *,
    scope: str,
    name: str = "",
    description: str = "",
    enabled: bool | None = None,
    created_at: datetime | None = None,
    activity: Activity | None = None,
    attributes: dict[str, str] | None = None,
    listed: bool = False,
) -> Identity:
    """A service account by its address. Those that Google made for its own services are Google's.

    `listed`: whether it lives in a project that is scanned. None of Google's agents does.
    """
    low = email.strip().lower()
    agent = not listed and is_service_agent(low)
    facts = {**(attributes or {}), "default": default_account(low)}
    return Identity(
        id=service_account_id(low),
        provider="gcp",
        kind="google-service-agent" if agent else "google-service-account",
        name=low.partition("@")[0] if not agent else low,
        scope=scope,
        created_at=created_at,
        enabled=enabled,
        activity=activity,
        managed_by_provider=agent,
        email=low,
        description=" - ".join(part for part in (name, description) if part),
        attributes={key: value for key, value in facts.items() if value},
    )
