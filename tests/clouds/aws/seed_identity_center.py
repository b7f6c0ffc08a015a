"""Seeds of Identity Center: people, groups, permission sets, assignments and applications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.clouds.aws.ids import stable_hex, stable_uuid
from tests.clouds.aws.overlays.identity_center import Application, IdentityCenterState
from tests.clouds.aws.seed import Account, Document, Role, ago, trust
from tests.clouds.aws.untyped import moto_module


class IdentityCenter:
    """The Identity Center of an account in a region."""

    def __init__(self, account: Account, region: str) -> None:
        stores = moto_module("identitystore.models")
        self.account, self.region = account, region
        self._sso: Any = moto_module("ssoadmin.models").ssoadmin_backends[account.id][region]
        instance = self._sso.instances[0]
        instance.identity_store_id = self.store = f"d-{stable_hex(10, account.id, region, 'store')}"
        self.instance = f"arn:aws:sso:::instance/ssoins-{stable_hex(16, account.id, region)}"
        instance.instance_arn = self.instance
        instance.created_date = ago(1200).timestamp()
        backend = stores.identitystore_backends[account.id][region]
        self._people: Any = backend.identity_stores.setdefault(self.store, stores.IdentityStoreData())
        self._state = account.emulator.store.get(IdentityCenterState, account.id, region)
        self._state.here = True

    def person(self, name: str, email: str, title: str = "", user_type: str = "") -> str:
        """Add a person, by full name; the id of the user."""
        models = moto_module("identitystore.models")
        id = stable_uuid(self.store, "user", email)
        given, _, family = name.partition(" ")
        self._people.users[id] = models.User(
            id, self.store, email, models.Name(None, family or given, given, None, None, None), name, "", "",
            [{"Value": email, "Type": "work", "Primary": True}], [], [], user_type, title, "", "", "",
        )  # fmt: skip
        return id

    def group(self, name: str, members: Iterable[str] = (), description: str = "") -> str:
        """Add a group of users, by id; the id of the group."""
        id = stable_uuid(self.store, "group", name)
        self._people.groups[id] = moto_module("identitystore.models").Group(id, name, [], description, self.store)
        for user in members:
            membership = stable_uuid(self.store, id, user)
            self._people.group_memberships[membership] = {
                "IdentityStoreId": self.store,
                "MembershipId": membership,
                "GroupId": id,
                "MemberId": {"UserId": user},
            }
        return id

    def permission_set(
        self,
        name: str,
        managed: Iterable[str] = (),
        inline: str = "",
        session: str = "PT8H",
        created: datetime | None = None,
    ) -> str:
        """Add a permission set with managed policies of AWS, by name; its ARN."""
        models = moto_module("ssoadmin.models")
        made = models.PermissionSet(name, f"{name} for people", self.instance, session, "", [])
        made.permission_set_arn = f"{self.instance.replace(':instance/', ':permissionSet/')}/ps-{stable_hex(16, name)}"
        made.created_date = (created or ago(1100)).timestamp()
        made.inline_policy = inline
        made.managed_policies = [
            models.ManagedPolicy(self.account.aws_policy(policy), policy.rpartition("/")[2]) for policy in managed
        ]
        self._sso.permission_sets.append(made)
        return str(made.permission_set_arn)

    def assign(self, principal: str, permission_set: str, account: Account) -> Role:
        """Give a user or a group, by id, a permission set in an account; the role that AWS makes there for it."""
        kind = "GROUP" if principal in self._people.groups else "USER"
        made = moto_module("ssoadmin.models").AccountAssignment(
            self.instance, account.id, "AWS_ACCOUNT", permission_set, kind, principal
        )
        made.created_date = ago(900).timestamp()
        made.request_id = stable_uuid(principal, permission_set, account.id)
        self._sso.account_assignments.append(made)
        definition = next(item for item in self._sso.permission_sets if item.permission_set_arn == permission_set)
        name = f"AWSReservedSSO_{definition.name}_{stable_hex(16, permission_set, account.id)}"
        existing = next((role for role in account.iam.roles.values() if role.name == name), None)
        if existing is not None:
            return Role(account, existing)
        provider = f"AWSSSO_{stable_hex(16, account.id, 'provider')}_DO_NOT_DELETE"
        if account.arn(f"saml-provider/{provider}") not in account.iam.saml_providers:
            account.saml(provider, created=ago(900))
        return account.role(
            name,
            trust(
                {"Federated": account.arn(f"saml-provider/{provider}")},
                "sts:AssumeRoleWithSAML",
                StringEquals={"SAML:aud": "https://signin.aws.amazon.com/saml"},
            ),
            created=ago(900),
            last_used=ago(1),
            path=f"/aws-reserved/sso.amazonaws.com/{self.region}/",
            attach=[policy.arn for policy in definition.managed_policies],
            inline={"AwsSSOInlinePolicy": definition.inline_policy} if definition.inline_policy else {},
            max_session=43200,
        )

    def application(
        self,
        name: str,
        provider: str = "custom",
        grants: Sequence[Mapping[str, Any]] = (),
        scopes: Sequence[str] = (),
        actor: Document | None = None,
        assigned: Iterable[str] = (),
        created: datetime | None = None,
        enabled: bool = True,
    ) -> str:
        """Add an application; its ARN."""
        id = stable_hex(16, self.instance, name)
        arn = f"arn:aws:sso::{self.account.id}:application/{self.instance.rpartition('/')[2]}/apl-{id}"
        summary = {
            "ApplicationArn": arn,
            "ApplicationProviderArn": f"arn:aws:sso::aws:applicationProvider/{provider}",
            "Name": name,
            "ApplicationAccount": self.account.id,
            "InstanceArn": self.instance,
            "Status": "ENABLED" if enabled else "DISABLED",
            "CreatedDate": created or ago(300),
        }
        methods = [{"AuthenticationMethodType": "IAM", "AuthenticationMethod": {"Iam": {"ActorPolicy": actor}}}]
        self._state.applications.append(
            Application(
                summary,
                grants=[dict(grant) for grant in grants],
                scopes=[{"Scope": scope} for scope in scopes],
                methods=methods if actor else [],
                assignments=[
                    {
                        "ApplicationArn": arn,
                        "PrincipalId": principal,
                        "PrincipalType": "GROUP" if principal in self._people.groups else "USER",
                    }
                    for principal in assigned
                ],
            )
        )
        return arn

    def trusted_issuer(self, name: str, url: str) -> str:
        """Trust an outside issuer whose tokens are exchanged; its ARN."""
        instance = self.instance.rpartition("/")[2]
        arn = f"arn:aws:sso::{self.account.id}:trustedTokenIssuer/{instance}/tti-{stable_uuid(self.instance, name)}"
        self._state.issuers.append(
            {
                "TrustedTokenIssuerArn": arn,
                "Name": name,
                "TrustedTokenIssuerType": "OIDC_JWT",
                "TrustedTokenIssuerConfiguration": {
                    "OidcJwtConfiguration": {
                        "IssuerUrl": url,
                        "ClaimAttributePath": "email",
                        "IdentityStoreAttributePath": "emails.value",
                        "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
                    }
                },
            }
        )
        return arn
