"""The company's estate is what it says it is, and the same each time."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.clouds.aws.bench import bench_estate
from tests.clouds.aws.company import company_estate
from tests.clouds.aws.fixtures import Aws


def sweep(aws: Aws, session: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    iam = aws.client("iam", session=session)
    for page in iam.get_paginator("get_account_authorization_details").paginate():
        for key, value in page.items():
            if isinstance(value, list):
                found.setdefault(key, []).extend(value)
    return found


def everything(aws: Aws) -> list[Any]:
    """What a scan could read of the company's IAM, organization and Identity Center."""
    company = company_estate(aws.seed)
    read: list[Any] = [aws.client("organizations", session=company.session).list_accounts()["Accounts"]]
    for account in company.accounts:
        session = account.session()
        iam = aws.client("iam", session=session)
        read += [sweep(aws, session), iam.generate_credential_report()["State"], iam.get_credential_report()["Content"]]
        read.append(iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"])
        read.append(iam.list_virtual_mfa_devices()["VirtualMFADevices"])
        read.append(iam.list_server_certificates()["ServerCertificateMetadataList"])
        read.append(aws.client("rolesanywhere", "eu-west-1", session).list_subjects()["subjects"])
    sso = aws.client("sso-admin", "eu-west-1", company.session)
    (instance,) = sso.list_instances()["Instances"]
    read.append(instance)
    read.append(sso.list_permission_sets(InstanceArn=instance["InstanceArn"])["PermissionSets"])
    store = aws.client("identitystore", "eu-west-1", company.session)
    read.append(store.list_users(IdentityStoreId=instance["IdentityStoreId"])["Users"])
    return read


def test_company_is_the_same_each_time(aws: Aws) -> None:
    first = everything(aws)
    aws.emulator.reset()
    assert everything(aws) == first


def test_company_has_its_people_accounts_and_natures(aws: Aws) -> None:
    company = company_estate(aws.seed)
    accounts = aws.client("organizations", session=company.session).list_accounts()["Accounts"]
    assert {account["Id"] for account in accounts if account["Status"] == "ACTIVE"} == {
        account.id for account in company.accounts
    }
    arns: set[str] = set()
    for account in company.accounts:
        found = sweep(aws, account.session())
        arns |= {item["Arn"] for item in (*found["UserDetailList"], *found["RoleDetailList"])}
    assert company.natures.keys() <= arns
    unsaid = {arn.rpartition("/")[2] for arn in arns - company.natures.keys()}
    assert unsaid == {"OrganizationAccountAccessRole"}
    assert {"human", "legacy_service", "ai_persona"} == set(company.natures.values())


def test_company_is_seeded_from_its_own_clock(aws: Aws) -> None:
    """Nothing is younger than the clock, and nothing was used before it was made."""
    company = company_estate(aws.seed)
    now = aws.emulator.now
    for account in company.accounts:
        for role in account.iam.roles.values():
            assert role.create_date <= now
            assert role.last_used is None or role.create_date <= role.last_used <= now, role.name
        for user in account.iam.users.values():
            assert user.create_date <= now
            for key in user.access_keys:
                assert user.create_date <= key.create_date <= now, user.name
                used = key.last_used.timestamp if key.last_used else now
                assert key.create_date <= used <= now, user.name


def test_bench_estate_is_as_large_as_asked_for(aws: Aws) -> None:
    session = bench_estate(aws.seed, users=90, roles=40, policies=12)
    found = sweep(aws, session)
    assert [len(found[key]) for key in ("UserDetailList", "RoleDetailList", "Policies")] == [90, 40, 12]
    keys = [len(user.access_keys) for user in aws.account.iam.users.values()]
    assert (min(keys), sum(count == 2 for count in keys)) == (1, 30)


@pytest.mark.parametrize("size", [100, 1000])
def test_bench_estate_is_seeded_and_swept_in_seconds(aws: Aws, size: int) -> None:
    """A bound that only a sweep whose cost grows with the square of the estate would break."""
    begun = time.monotonic()
    session = bench_estate(aws.seed)
    assert time.monotonic() - begun < 10
    iam = aws.client("iam", session=session)
    pages = iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": size})
    assert sum(len(page["UserDetailList"]) for page in pages) == 1000
    assert time.monotonic() - begun < 60
