"""Seeds of an organization: its accounts, units and control policies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from tests.clouds.aws.ids import stable_hex, stable_id
from tests.clouds.aws.overlays.iam_outside import Outside
from tests.clouds.aws.seed import Account, ago, trust
from tests.clouds.aws.untyped import moto_module

ACCESS_ROLE: Final = "OrganizationAccountAccessRole"
"""Role that Organizations puts into each account it makes, for the management account to get in."""


class Organization:
    """An organization whose first account is `management`."""

    def __init__(self, management: Account, name: str = "Management", created: datetime | None = None) -> None:
        self.management = management
        self._backend: Any = moto_module("organizations.models").organizations_backends[management.id]["aws"]
        self.id = f"o-{stable_hex(10, management.id, 'organization')}"
        root = f"r-{stable_hex(4, management.id, 'root')}"
        with _fixed_ids(make_random_org_id=self.id, make_random_root_id=root, make_random_account_id=management.id):
            self._backend.create_organization("us-east-1", FeatureSet="ALL")
        self.root: str = self._backend.org.root_id
        first = self._backend.accounts[0]
        self._date(first, name, f"aws+{management.id}@example.com", created or ago(2000), "INVITED")
        # moto gives the management account the role too, which AWS does not.
        roles = management.iam.roles
        for id in [id for id, role in roles.items() if role.name == ACCESS_ROLE]:
            del roles[id]
        state = management.emulator.store.get(Outside, management.id)
        state.organization = self.id

    def account(
        self,
        id: str,
        name: str,
        unit: str = "",
        created: datetime | None = None,
        suspended: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> Account:
        """Add a member account, with the role by which the management account gets in."""
        tagged = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
        with _fixed_ids(make_random_account_id=id):
            self._backend.create_account(AccountName=name, Email=f"aws+{name.lower()}@example.com", Tags=tagged)
        born = created or ago(1500)
        record = self._backend.accounts[-1]
        self._date(record, name, f"aws+{id}@example.com", born, "CREATED")
        record.parent_id = unit or self.root
        if suspended:
            record.close()
        account = Account(self.management.emulator, id)
        account.iam.roles.clear()
        administrator = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        account.role(
            ACCESS_ROLE,
            trust({"AWS": self.management.arn("root")}),
            created=born,
            inline={"AdministratorAccess": {"Version": "2012-10-17", "Statement": [administrator]}},
        )
        return account

    def unit(self, name: str, parent: str = "") -> str:
        """Add an organizational unit; its id."""
        id = f"ou-{self.root[2:]}-{stable_hex(8, self.id, name)}"
        with _fixed_ids(make_random_ou_id=id):
            self._backend.create_organizational_unit(ParentId=parent or self.root, Name=name)
        return id

    def control(
        self,
        name: str,
        content: Mapping[str, Any],
        targets: Iterable[str],
        kind: str = "SERVICE_CONTROL_POLICY",
        description: str = "",
    ) -> str:
        """Add a control policy and put it on units and accounts; its id."""
        root = next(unit for unit in self._backend.ou if unit.id == self.root)
        if all(enabled["Type"] != kind for enabled in root.policy_types):
            root.add_policy_type(kind)
        id = f"p-{stable_hex(8, self.id, name)}"
        with _fixed_ids(make_random_policy_id=id):
            self._backend.create_policy(
                Name=name, Description=description or name, Type=kind, Content=json.dumps(content), Tags=[]
            )
        for target in targets:
            self._backend.attach_policy(PolicyId=id, TargetId=target)
        return id

    def root_features(self, *features: str) -> None:
        """Turn on central features for root users: RootCredentialsManagement, RootSessions."""
        self.management.emulator.store.get(Outside, self.management.id).features = list(features)

    def _date(self, record: Any, name: str, email: str, created: datetime, joined: str) -> None:
        record.name, record.email, record.joined_method = name, email, joined
        record.create_time = created.replace(tzinfo=None)  # moto subtracts a bare date from it
        record.create_account_status_id = f"car-{stable_id('AROA', record.id, 'status').lower()}"


@contextmanager
def _fixed_ids(**made: str) -> Iterator[None]:
    """Have moto's makers of random ids make these, for as long as it takes to make one thing."""
    utils = moto_module("organizations.utils")
    former = {name: getattr(utils, name) for name in made}
    for name, value in made.items():
        setattr(utils, name, lambda *_, value=value: value)
    try:
        yield
    finally:
        for name, function in former.items():
            setattr(utils, name, function)
