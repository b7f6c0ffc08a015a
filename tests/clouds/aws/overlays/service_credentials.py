"""IAM's service-specific credentials: Bedrock API keys, CodeCommit passwords and their like."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.ids import stable_id, stable_secret
from tests.clouds.aws.overlay import Context, answers, iam_page

_LIMIT: Final = 2
"""Credentials that a user may have for one service."""

KEY_SERVICES: Final = frozenset({
    "bedrock.amazonaws.com", "aws-external-anthropic.amazonaws.com", "logs.amazonaws.com",
})  # fmt: skip
"""Services whose credential is a key with an alias; the others have a user name and a password."""


@dataclass
class ServiceCredential:
    """A credential for one service."""

    user: str
    service: str
    id: str
    name: str
    """Alias of a key, user name of a password."""
    created: datetime
    expires: datetime | None = None
    status: str = "Active"

    def metadata(self) -> dict[str, Any]:
        """The credential as a list shows it."""
        return {
            "UserName": self.user,
            "Status": self.status,
            "ServiceCredentialAlias" if self.service in KEY_SERVICES else "ServiceUserName": self.name,
            "CreateDate": self.created,
            **({"ExpirationDate": self.expires} if self.expires else {}),
            "ServiceSpecificCredentialId": self.id,
            "ServiceName": self.service,
        }


@dataclass
class ServiceCredentials:
    """The credentials of an account."""

    items: list[ServiceCredential] = field(default_factory=list)

    def add(
        self, account: str, user: str, service: str, created: datetime, expires: datetime | None, status: str = "Active"
    ) -> ServiceCredential:
        """Make a credential with an id and a name that follow from whose it is and how many there are."""
        number = sum(item.user == user and item.service == service for item in self.items) + 1
        suffix = f"-{number}" if number > 1 else ""
        credential = ServiceCredential(
            user=user,
            service=service,
            id=stable_id("ACCA", account, user, service, str(number)),
            name=f"{user}{suffix}-at-{account}",
            created=created,
            expires=expires,
            status=status,
        )
        self.items.append(credential)
        return credential


@answers("iam", "ListServiceSpecificCredentials")
def _list(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    items = context.state(ServiceCredentials).items
    everyone = str(params.get("AllUsers", "")).lower() == "true"
    user, service = params.get("UserName"), params.get("ServiceName")
    if everyone and user:
        raise ServiceError("ValidationError", "UserName and AllUsers cannot be specified together.")
    if not everyone:
        user = _existing_user(context, user)
    chosen = [item for item in items if (everyone or item.user == user) and service in (None, item.service)]
    return iam_page("ServiceSpecificCredentials", [item.metadata() for item in chosen], params)


@answers("iam", "CreateServiceSpecificCredential")
def _create(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.state(ServiceCredentials)
    user, service = _existing_user(context, params["UserName"]), params["ServiceName"]
    if sum(item.user == user and item.service == service for item in state.items) >= _LIMIT:
        raise ServiceError("LimitExceeded", f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {_LIMIT}", 409)
    days = params.get("CredentialAgeDays")
    expires = context.now + timedelta(days=int(days)) if days else None
    credential = state.add(context.account, user, service, context.now, expires)
    secret = stable_secret(110, credential.id)
    key = service in KEY_SERVICES
    return {
        "ServiceSpecificCredential": {
            **credential.metadata(),
            "ServiceCredentialSecret" if key else "ServicePassword": f"ABSK{secret}" if key else f"{secret[:42]}=",
        }
    }


def _existing_user(context: Context, name: str | None) -> str:
    from moto.iam.models import iam_backends

    backend = iam_backends[context.account]["aws"]
    if name is None:
        user = backend.get_user_from_access_key_id(context.access_key)
        if user is None:
            raise ServiceError("ValidationError", "Must specify userName when calling with non-User credentials")
        return str(user.name)
    if name not in backend.users:
        raise ServiceError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return name
