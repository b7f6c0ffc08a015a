"""Seeds of secret stores and of the credentials of integrations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.clouds.aws.ids import stable_hex, stable_secret, stable_uuid
from tests.clouds.aws.overlays.cognito import Cognito
from tests.clouds.aws.overlays.integrations import Integrations
from tests.clouds.aws.overlays.secret_stores import SecretStores
from tests.clouds.aws.seed import Account, Role, ago


class Stores:
    """Secrets Manager and Parameter Store of an account in a region."""

    def __init__(self, account: Account, region: str = "us-east-1") -> None:
        self._account, self._region = account, region
        self.state = account.emulator.store.get(SecretStores, account.id, region)

    def secret(
        self,
        name: str,
        *,
        tags: Mapping[str, str] | None = None,
        policy: Mapping[str, Any] | None = None,
        created: datetime | None = None,
        **fields: Any,
    ) -> str:
        """Keep a secret; its ARN. `fields`: as the list shows them."""
        suffix = stable_secret(6, self._account.id, self._region, name)
        arn = f"arn:aws:secretsmanager:{self._region}:{self._account.id}:secret:{name}-{suffix}"
        self.state.secrets.append(
            {
                "ARN": arn,
                "Name": name,
                "CreatedDate": created or ago(200),
                "LastChangedDate": created or ago(200),
                "SecretVersionsToStages": {stable_uuid(arn): ["AWSCURRENT"]},
                **({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}),
                **fields,
            }
        )
        if policy is not None:
            self.state.policies[arn] = json.dumps(policy)
        return arn

    def parameter(
        self, name: str, type: str = "SecureString", *, version: int = 1, changed: datetime | None = None, **fields: Any
    ) -> str:
        """Keep a parameter; its ARN."""
        arn = f"arn:aws:ssm:{self._region}:{self._account.id}:parameter/{name.lstrip('/')}"
        self.state.parameters.append(
            {
                "Name": name,
                "ARN": arn,
                "Type": type,
                **({"KeyId": "alias/aws/ssm"} if type == "SecureString" else {}),
                "LastModifiedDate": changed or ago(100),
                "LastModifiedUser": f"arn:aws:iam::{self._account.id}:user/deploy",
                "Version": version,
                "Tier": "Standard",
                "Policies": [],
                "DataType": "text",
                **fields,
            }
        )
        return arn


class Connections:
    """EventBridge connections, AppFlow profiles and API keys of an account in a region."""

    def __init__(self, account: Account, region: str = "us-east-1") -> None:
        self._account, self._region = account, region
        self.state = account.emulator.store.get(Integrations, account.id, region)

    def _arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self._region}:{self._account.id}:{rest}"

    def connection(
        self, name: str, authorization: str = "API_KEY", *, endpoints: Iterable[str] = (), **fields: Any
    ) -> tuple[str, str]:
        """Connect EventBridge to an outside API; the ARNs of the connection and of its secret."""
        id = stable_uuid(self._account.id, self._region, "connection", name)
        arn = self._arn("events", f"connection/{name}/{id}")
        secret = self._arn("secretsmanager", f"secret:events!connection/{name}/{id}/auth-{stable_secret(6, id)}")
        self.state.connections.append(
            {
                "ConnectionArn": arn,
                "Name": name,
                "ConnectionState": "AUTHORIZED",
                "AuthorizationType": authorization,
                "SecretArn": secret,
                "CreationTime": ago(90),
                "LastModifiedTime": ago(80),
                "LastAuthorizedTime": ago(2),
                **fields,
            }
        )
        for number, endpoint in enumerate(endpoints):
            target = f"{name}-{number}"
            self.state.destinations.append(
                {
                    "ApiDestinationArn": self._arn("events", f"api-destination/{target}/{stable_uuid(arn, target)}"),
                    "Name": target,
                    "ApiDestinationState": "ACTIVE",
                    "ConnectionArn": arn,
                    "InvocationEndpoint": endpoint,
                    "HttpMethod": "POST",
                }
            )
        return arn, secret

    def profile(self, name: str, connector: str, properties: Mapping[str, Any], **fields: Any) -> tuple[str, str]:
        """Give AppFlow a credential; the ARNs of the profile and of its secret."""
        arn = self._arn("appflow", f"connectorprofile/{name}")
        secret = self._arn("secretsmanager", f"secret:appflow!{self._account.id}-{name}-{stable_secret(6, arn)}")
        self.state.profiles.append(
            {
                "connectorProfileArn": arn,
                "connectorProfileName": name,
                "connectorType": connector,
                "connectionMode": "Public",
                "credentialsArn": secret,
                "connectorProfileProperties": {connector: dict(properties)},
                "createdAt": ago(70),
                "lastUpdatedAt": ago(60),
                **fields,
            }
        )
        return arn, secret

    def api_key(self, name: str, value: str, **fields: Any) -> str:
        """Make a key of API Gateway; its ARN."""
        id = stable_hex(10, self._account.id, self._region, name)
        self.state.api_keys.append(
            {
                "id": id,
                "name": name,
                "value": value,
                "enabled": True,
                "createdDate": ago(400),
                "lastUpdatedDate": ago(300),
                **fields,
            }
        )
        return f"arn:aws:apigateway:{self._region}::/apikeys/{id}"


class Pools:
    """Cognito of an account in a region."""

    def __init__(self, account: Account, region: str = "us-east-1") -> None:
        self._account, self._region = account, region
        self.state = account.emulator.store.get(Cognito, account.id, region)

    def user_pool(self, name: str, *, scopes: Iterable[str] = (), groups: Mapping[str, str] | None = None) -> str:
        """Make a user pool; its id. `groups`: ARN of the role by the name of the group."""
        id = f"{self._region}_{stable_secret(9, self._account.id, self._region, name)}"
        self.state.user_pools.append({"Id": id, "Name": name, "CreationDate": ago(500)})
        asked = [{"ScopeName": scope, "ScopeDescription": scope} for scope in scopes]
        if asked:
            self.state.servers[id] = [{"UserPoolId": id, "Identifier": "api", "Name": "api", "Scopes": asked}]
        self.state.groups[id] = [
            {"GroupName": group, "UserPoolId": id, "RoleArn": role} for group, role in (groups or {}).items()
        ]
        return id

    def client(self, pool: str, name: str, *, secrets: Iterable[datetime] = ()) -> str:
        """Let an application sign in, with secrets made at these times; its id."""
        id = stable_hex(26, pool, name)
        shown = {"ClientId": id, "UserPoolId": pool, "ClientName": name}
        self.state.clients.setdefault(pool, []).append(shown)
        self.state.secrets[id] = [
            {"ClientSecretId": f"{id}--{int(made.timestamp())}", "ClientSecretCreateDate": made} for made in secrets
        ]
        return id

    def identity_pool(
        self,
        name: str,
        *,
        guests: bool = False,
        signed_in: Role | None = None,
        guest: Role | None = None,
        mappings: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> str:
        """Make an identity pool; its ARN."""
        id = f"{self._region}:{stable_uuid(self._account.id, self._region, name)}"
        self.state.identity_pools.append(
            {"IdentityPoolId": id, "IdentityPoolName": name, "AllowUnauthenticatedIdentities": guests, **fields}
        )
        given = {"authenticated": signed_in, "unauthenticated": guest}
        self.state.roles[id] = {
            "Roles": {kind: role.arn for kind, role in given.items() if role is not None},
            **({"RoleMappings": dict(mappings)} if mappings else {}),
        }
        return f"arn:aws:cognito-identity:{self._region}:{self._account.id}:identitypool/{id}"
