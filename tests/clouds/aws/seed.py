"""Seeds: accounts as they would look after years of use, put straight into moto's state.

Nothing here goes over a socket: moto would date everything today, and a thousand users would take a minute.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from tests.clouds.aws.emulator import DEFAULT_ACCOUNT, Emulator
from tests.clouds.aws.ids import stable_id, stable_secret
from tests.clouds.aws.overlays.regions import Regions
from tests.clouds.aws.overlays.root_user import RootKey, RootUser
from tests.clouds.aws.overlays.service_credentials import ServiceCredentials
from tests.clouds.aws.untyped import moto_module

if TYPE_CHECKING:
    from tests.clouds.aws.seed_identity_center import IdentityCenter
    from tests.clouds.aws.seed_organization import Organization

NOW = datetime(2026, 11, 24, tzinfo=UTC)
"""The clock of every estate that is seeded; dates are told as so many days before it."""

Document = Mapping[str, Any] | str


def ago(days: float) -> datetime:
    """So many days before the clock; negative for the future."""
    return NOW - timedelta(days=days)


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions: str, on: str | Sequence[str] = "*", when: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A policy document that allows actions on resources."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": on}
    if when:
        statement["Condition"] = dict(when)
    return document(statement)


def trust(principal: Mapping[str, Any] | str, action: str = "sts:AssumeRole", /, **condition: Any) -> dict[str, Any]:
    """A trust policy; conditions are given as StringEquals={...}."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = condition
    return document(statement)


def trust_service(*services: str, **condition: Any) -> dict[str, Any]:
    """A trust policy for services of AWS, named like "ec2"."""
    names = [service if "." in service else f"{service}.amazonaws.com" for service in services]
    return trust({"Service": names[0] if len(names) == 1 else names}, **condition)


def _text(source: Document) -> str:
    return source if isinstance(source, str) else json.dumps(source)


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@cache
def _aws_policies() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(moto_module("iam.aws_managed_policies").aws_managed_policies_data)
    return found


@dataclass(frozen=True)
class User:
    """A user that was seeded, for what it is to have."""

    account: Account
    record: Any
    """moto's own record of it."""

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.record.name)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.record.arn)

    @property
    def id(self) -> str:
        """Its unique id, AIDA…"""
        return str(self.record.id)

    def password(
        self,
        changed: datetime | None = None,
        last_used: datetime | None = None,
        reset_required: bool = False,
    ) -> User:
        """Give it a password, last changed when the user was made unless told otherwise."""
        self.record.password = stable_secret(20, self.arn)
        self.record.password_changed = changed or self.record.create_date
        self.record.password_last_used = last_used
        self.record.password_reset_required = reset_required
        return self

    def mfa(self, enabled: datetime | None = None, kind: Literal["virtual", "hardware", "fido"] = "virtual") -> User:
        """Give it a second factor."""
        models = moto_module("iam.models")
        serial = {
            "virtual": self.account.arn(f"mfa/{self.name}"),
            "hardware": f"GAHT{stable_secret(8, self.arn).upper()}",
            "fido": self.account.arn(f"u2f/user/{self.name}/{stable_secret(20, self.arn, 'fido').upper()}"),
        }[kind]
        device = models.MFADevice(serial, "123456", "654321")
        device.enable_date = enabled or self.record.create_date
        self.record.mfa_devices[serial] = device
        if kind == "virtual":
            virtual = models.VirtualMfaDevice(self.account.id, "us-east-1", f"/{self.name}")
            virtual.base32_string_seed = stable_secret(64, self.arn, "seed").upper()
            virtual.qr_code_png = b"\x89PNG" + stable_secret(60, self.arn, "png").encode()
            virtual.enable_date = device.enable_date
            virtual.user = self.record
            virtual.user_attribute = {
                "Path": self.record.path,
                "UserName": self.name,
                "UserId": self.id,
                "Arn": self.arn,
                "CreateDate": self.record.create_date,
            }
            self.account.iam.virtual_mfa_devices[virtual.serial_number] = virtual
        return self

    def key(
        self,
        created: datetime | None = None,
        last_used: datetime | None = None,
        active: bool = True,
        service: str = "s3",
        region: str = "us-east-1",
    ) -> str:
        """Give it an access key; its id."""
        models = moto_module("iam.models")
        number = len(self.record.access_keys)
        key = models.AccessKey(self.name, "AKIA", self.account.id, "Active" if active else "Inactive")
        key.access_key_id = stable_id("AKIA", self.account.id, self.name, str(number))
        key.secret_access_key = stable_secret(40, key.access_key_id)
        key.create_date = created or self.record.create_date
        if last_used is not None:
            key.last_used = models.AccessKeyLastUsed(last_used, service, region)
        self.record.access_keys.append(key)
        self.account.iam.access_keys[key.access_key_id] = key
        return str(key.access_key_id)

    def service_credential(
        self,
        service: str = "bedrock.amazonaws.com",
        created: datetime | None = None,
        expires: datetime | None = None,
        status: str = "Active",
    ) -> str:
        """Give it a credential for one service, such as a Bedrock API key; its id."""
        state = self.account.emulator.store.get(ServiceCredentials, self.account.id)
        made = state.add(self.account.id, self.name, service, created or self.record.create_date, expires, status)
        return made.id

    def ssh_key(self, uploaded: datetime | None = None, active: bool = True) -> str:
        """Give it an SSH key for CodeCommit; its id."""
        key = moto_module("iam.models").SshPublicKey(
            self.name, f"ssh-rsa {stable_secret(120, self.arn, 'ssh')} {self.name}"
        )
        key.ssh_public_key_id = stable_id("APKA", self.account.id, self.name, str(len(self.record.ssh_public_keys)))
        key.upload_date = uploaded or self.record.create_date
        key.status = "Active" if active else "Inactive"
        self.record.ssh_public_keys.append(key)
        return str(key.ssh_public_key_id)

    def signing_certificate(self, uploaded: datetime | None = None, active: bool = True) -> str:
        """Give it a signing certificate; its id."""
        number = len(self.record.signing_certificates)
        id = stable_secret(32, self.arn, "certificate", str(number)).upper()
        body = f"-----BEGIN CERTIFICATE-----\n{stable_secret(64, id)}\n-----END CERTIFICATE-----"
        certificate = moto_module("iam.models").SigningCertificate(id, self.name, body)
        certificate.upload_date = uploaded or self.record.create_date
        certificate.status = "Active" if active else "Inactive"
        self.record.signing_certificates[id] = certificate
        return id


@dataclass(frozen=True)
class Role:
    """A role that was seeded."""

    account: Account
    record: Any
    """moto's own record of it."""

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.record.name)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.record.arn)

    @property
    def id(self) -> str:
        """Its unique id, AROA…"""
        return str(self.record.id)


class Account:
    """One AWS account of an estate."""

    def __init__(self, emulator: Emulator, id: str) -> None:
        self.emulator = emulator
        self.id = id

    @property
    def iam(self) -> Any:
        """moto's own IAM of the account."""
        return moto_module("iam.models").iam_backends[self.id]["aws"]

    def arn(self, resource: str) -> str:
        """ARN of an IAM resource of the account, such as "user/ci"."""
        return f"arn:aws:iam::{self.id}:{resource}"

    def alias(self, name: str) -> None:
        """Set the alias of the account."""
        self.iam.account_aliases = [name]

    def session(self, role: str = "nhiscan-audit", name: str = "nhiscan") -> dict[str, str]:
        """Credentials of a session in the account, as environment variables. No role of that name needs to exist."""
        sts = moto_module("sts.models")
        key = moto_module("iam.models").AccessKey(None, "ASIA", self.id)
        key.access_key_id = stable_id("ASIA", self.id, role, name)
        key.secret_access_key = stable_secret(40, key.access_key_id)
        self.iam.access_keys[key.access_key_id] = key
        session = sts.AssumedRole(self.id, "us-east-1", key, name, self.arn(f"role/{role}"), "", 43200, "")
        session.session_token = stable_secret(64, key.access_key_id, "token")
        sts.sts_backends[self.id]["aws"].assumed_roles.append(session)
        return {
            "AWS_ACCESS_KEY_ID": key.access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
            "AWS_SESSION_TOKEN": session.session_token,
        }

    def root(
        self,
        password_last_used: datetime | None = None,
        mfa: bool = True,
        keys: Iterable[RootKey] = (),
        created: datetime | None = None,
    ) -> None:
        """Say what the root user has and did."""
        state = self.emulator.store.get(RootUser, self.id)
        state.password_last_used, state.mfa, state.keys = password_last_used, mfa, list(keys)
        state.created = created or state.created
        self.iam.account_summary._account_access_keys_present = int(bool(state.keys))
        self.iam.account_summary._account_mfa_enabled = int(mfa)

    def policy(
        self,
        name: str,
        content: Document,
        created: datetime | None = None,
        path: str = "/",
        tags: Mapping[str, str] | None = None,
        description: str = "",
        former: Iterable[Document] = (),
    ) -> str:
        """Make a managed policy; its ARN. `former` are its older versions, oldest first."""
        born = created or ago(400)
        documents = [*former, content]
        made = moto_module("iam.models").ManagedPolicy(
            name, self.id, "us-east-1", description=description, document=_text(documents[0]), path=path,
            create_date=born, update_date=born, tags={tag["Key"]: tag for tag in _tags(tags or {})},
        )  # fmt: skip
        made.id = stable_id("ANPA", self.id, "policy", name)
        self.iam.managed_policies[made.arn] = made
        for index, text in enumerate(documents[1:], 2):
            version = self.iam.create_policy_version(made.arn, _text(text), "true")
            version.create_date = born + timedelta(days=index)
        return str(made.arn)

    def aws_policy(self, name: str) -> str:
        """Have a managed policy of AWS; its ARN."""
        name = name.rpartition("/")[2]
        made = moto_module("iam.models").AWSManagedPolicy.from_data(name, self.id, "us-east-1", _aws_policies()[name])
        if made.arn not in self.iam.managed_policies:
            made.id = stable_id("ANPA", "000000000000", "policy", name)
            self.iam.managed_policies[made.arn] = made
        return str(made.arn)

    def group(
        self,
        name: str,
        attach: Iterable[str] = (),
        inline: Mapping[str, Document] | None = None,
        created: datetime | None = None,
        path: str = "/",
    ) -> str:
        """Make a group; its ARN."""
        made = self.iam.create_group(name, path)
        made.create_date = created or ago(400)
        self._permit(made, attach, inline)
        return str(made.arn)

    def user(
        self,
        name: str,
        created: datetime | None = None,
        tags: Mapping[str, str] | None = None,
        groups: Iterable[str] = (),
        attach: Iterable[str] = (),
        inline: Mapping[str, Document] | None = None,
        boundary: str = "",
        path: str = "/",
    ) -> User:
        """Make a user. `attach` are ARNs of managed policies, or names of AWS's own."""
        made = self.iam.create_user("us-east-1", name, path, _tags(tags or {}))
        made.create_date = created or ago(400)
        self._permit(made, attach, inline)
        if boundary:
            made.permissions_boundary = _boundary(self._policy_arn(boundary))
        for group in groups:
            self.iam.groups[group].users.append(made)
        return User(self, made)

    def role(
        self,
        name: str,
        trusts: Document,
        created: datetime | None = None,
        last_used: datetime | None = None,
        tags: Mapping[str, str] | None = None,
        attach: Iterable[str] = (),
        inline: Mapping[str, Document] | None = None,
        boundary: str = "",
        path: str = "/",
        description: str = "",
        max_session: int = 3600,
        region: str = "us-east-1",
    ) -> Role:
        """Make a role. `attach` are ARNs of managed policies, or names of AWS's own."""
        made = moto_module("iam.models").Role(
            self.id, "aws", stable_id("AROA", self.id, "role", name), name, _text(trusts), path,
            self._policy_arn(boundary) if boundary else None, description, _tags(tags or {}), str(max_session),
        )  # fmt: skip
        made.create_date = created or ago(400)
        made.last_used, made.last_used_region = last_used, region if last_used else None
        self._permit(made, attach, inline)
        self.iam.roles[made.id] = made
        return Role(self, made)

    def service_linked_role(
        self,
        service: str,
        name: str,
        created: datetime | None = None,
        last_used: datetime | None = None,
        attach: Iterable[str] = (),
    ) -> Role:
        """Make a role that belongs to a service of AWS."""
        host = service if "." in service else f"{service}.amazonaws.com"
        return self.role(
            name, trust_service(host), created, last_used, attach=attach, path=f"/aws-service-role/{host}/"
        )

    def instance_profile(self, name: str, role: Role | None = None, created: datetime | None = None) -> str:
        """Make an instance profile; its ARN."""
        made = self.iam.create_instance_profile(name, "/", [role.record.name] if role else [], tags=[])
        made.id = stable_id("AIPA", self.id, "profile", name)
        made.create_date = created or ago(400)
        return str(made.arn)

    def oidc(self, url: str, audiences: Sequence[str] = ("sts.amazonaws.com",), created: datetime | None = None) -> str:
        """Trust an outside token issuer; the ARN of the provider."""
        full = url if url.startswith("https://") else f"https://{url}"
        made = self.iam.create_open_id_connect_provider(full, ["9" * 40], list(audiences), [])
        made.create_date = created or ago(400)
        return str(made.arn)

    def saml(self, name: str, created: datetime | None = None, valid_until: datetime | None = None) -> str:
        """Trust a SAML provider; its ARN."""
        made = self.iam.create_saml_provider(name, f"<EntityDescriptor entityID='{name}'/>" + " " * 1000)
        made.create_date = created or ago(400)
        made.valid_until = valid_until or ago(-3000)
        return str(made.arn)

    def server_certificate(self, name: str, uploaded: datetime | None = None, expires: datetime | None = None) -> str:
        """Have a server certificate; its ARN."""
        body = f"-----BEGIN CERTIFICATE-----\n{stable_secret(64, self.id, name)}\n-----END CERTIFICATE-----"
        made = self.iam.upload_server_certificate(name, body, stable_secret(40, name), None, "/")
        made.uploaded = uploaded or ago(400)
        made.expires = expires or made.uploaded + timedelta(days=398)
        return str(made.arn)

    def regions(self, *names: str, opted_in: Iterable[str] = ()) -> None:
        """Say which regions the account has without opt-in, fewer than AWS's for speed, and which it opted into."""
        state = self.emulator.store.get(Regions, self.id)
        state.always, state.opted_in = names or state.always, set(opted_in)

    def identity_center(self, region: str = "us-east-1") -> IdentityCenter:
        """Identity Center of the organization, which lives in this account and region."""
        from tests.clouds.aws.seed_identity_center import IdentityCenter

        return IdentityCenter(self, region)

    def _policy_arn(self, name: str) -> str:
        if name.startswith("arn:aws:iam::aws:") or not name.startswith("arn:"):
            return self.aws_policy(name)
        return name

    def _permit(self, holder: Any, attach: Iterable[str], inline: Mapping[str, Document] | None) -> None:
        for name in attach:
            self.iam.managed_policies[self._policy_arn(name)].attach_to(holder)
        for name, content in (inline or {}).items():
            holder.policies[name] = _text(content)


def _boundary(arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}


class Seed:
    """Where a test starts to make an estate."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def account(self, id: str = DEFAULT_ACCOUNT) -> Account:
        """An account. It needs no making: whatever is put into it makes it."""
        return Account(self.emulator, id)

    def organization(self, management: Account) -> Organization:
        """Make an organization that `management` is the first account of."""
        from tests.clouds.aws.seed_organization import Organization

        return Organization(management)
