"""Cognito over a socket: client secrets without their values, identity pools and the roles that they hand out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import RunsAs
from nhiscan_connectors.aws.connector import AwsConnector
from nhiscan_connectors.aws.services import cognito
from nhiscan_connectors.aws.services.cognito import SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import Role, ago
from tests.clouds.aws.seed_secrets import Pools
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, document, parse, trusts
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"


def gather(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def role(aws: Aws, name: str) -> Role:
    federated = {"Federated": "cognito-identity.amazonaws.com"}
    return aws.account.role(name, document(trusts(federated, "sts:AssumeRoleWithWebIdentity")))


def test_secrets_of_clients(aws: Aws, tmp_path: Path) -> None:
    pools = Pools(aws.account, REGION)
    machines, people = pools.user_pool("machines", scopes=["orders.read"]), pools.user_pool("people")
    batch = pools.client(machines, "batch", secrets=[ago(300), ago(5)])
    web = pools.client(people, "web", secrets=[ago(700)])
    pools.client(people, "phone")
    inventory = gather(aws, tmp_path)
    by_client: dict[str, list[Any]] = {}
    for secret in inventory.secrets.values():
        by_client.setdefault(secret.name, []).append(secret)
    assert set(by_client) == {"batch", "web"}  # the phone's client is a public one
    old, new = sorted(by_client["batch"], key=lambda secret: str(secret.created_at))
    base = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{machines}/client/{batch}"
    assert (old.created_at, new.created_at) == (ago(300), ago(5))
    assert old.id == f"{base}/secret/{batch}--{int(ago(300).timestamp())}"
    assert (old.kind, old.region, old.rotation, old.activity) == ("cognito-client-secret", REGION, False, None)
    assert old.attributes == {
        "client_id": batch,
        "client": "batch",
        "user_pool": "machines",
        "user_pool_id": machines,
        "machine_sign_in": "possible",
        "secrets": "2",
    }
    (only,) = by_client["web"]
    assert (only.attributes["client_id"], only.attributes["machine_sign_in"]) == (web, "no-scope")
    assert not inventory.gaps
    assert aws.calls.count("cognito-idp", "DescribeUserPoolClient") == 0
    assert aws.calls.count("cognito-idp") == 1 + 2 * 2 + 3


def test_the_call_that_returns_the_secret_is_never_made() -> None:
    assert {"cognito-idp:DescribeUserPoolClient", "cognito-idp:DescribeIdentityProvider"} <= set(AwsConnector().never)


def test_clients_that_moto_keeps(aws: Aws, tmp_path: Path) -> None:
    client = aws.client("cognito-idp", REGION)
    pool = client.create_user_pool(PoolName="people")["UserPool"]["Id"]
    made = client.create_user_pool_client(UserPoolId=pool, ClientName="web", GenerateSecret=True)["UserPoolClient"]
    inventory = gather(aws, tmp_path)
    assert aws.calls.count("cognito-idp", "ListUserPoolClientSecrets") == 1
    assert not inventory.gaps
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert made["ClientSecret"].encode() not in held


def test_an_identity_pool_with_guests(aws: Aws, tmp_path: Path) -> None:
    pools = Pools(aws.account, REGION)
    users = pools.user_pool("people", groups={"admins": f"{IAM}:role/admins", "readers": f"{IAM}:role/readers"})
    provider = f"cognito-idp.{REGION}.amazonaws.com/{users}"
    chosen = {"Claim": "team", "MatchType": "Equals", "Value": "ops", "RoleARN": f"{IAM}:role/ops"}
    arn = pools.identity_pool(
        "app",
        guests=True,
        signed_in=role(aws, "signed-in"),
        guest=role(aws, "guest"),
        mappings={
            f"{provider}:client1": {"Type": "Token", "AmbiguousRoleResolution": "Deny"},
            "accounts.google.com": {"Type": "Rules", "RulesConfiguration": {"Rules": [chosen]}},
            "cognito-idp.us-west-2.amazonaws.com/us-west-2_elsewhere:client2": {"Type": "Token"},
        },
        AllowClassicFlow=True,
        CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": "client1"}],
        SupportedLoginProviders={"accounts.google.com": "app-id"},
        IdentityPoolTags={"Team": "web"},
    )
    inventory = gather(aws, tmp_path)
    pool = inventory.workloads[arn]
    assert (pool.kind, pool.name, pool.region, pool.public) == ("cognito-identity-pool", "app", REGION, True)
    assert pool.tags == {"Team": "web"}
    assert pool.attributes == {
        "guests": "true",
        "guest_role": f"{IAM}:role/guest",
        "signed_in_role": f"{IAM}:role/signed-in",
        "classic_flow": "true",
        "signs_in_with": f"accounts.google.com, {provider}",
    }
    assert inventory.runs_as == [
        RunsAs(workload=arn, identity=f"{IAM}:role/signed-in", detail="role of signed-in users"),
        RunsAs(workload=arn, identity=f"{IAM}:role/guest", detail="role of guests"),
        RunsAs(workload=arn, identity=f"{IAM}:role/ops", detail="role of users that a rule chooses"),
        RunsAs(workload=arn, identity=f"{IAM}:role/admins", detail="role of a group of users"),
        RunsAs(workload=arn, identity=f"{IAM}:role/readers", detail="role of a group of users"),
    ]
    assert not inventory.gaps
    assert aws.calls.count("cognito-idp", "ListGroups") == 1


def test_an_identity_pool_without_guests(aws: Aws, tmp_path: Path) -> None:
    pools = Pools(aws.account, REGION)
    arn = pools.identity_pool("app", signed_in=role(aws, "signed-in"))
    pool = gather(aws, tmp_path).workloads[arn]
    assert pool.public is False
    assert (pool.attributes["guests"], "guest_role" in pool.attributes) == ("false", False)


def test_pages(aws: Aws, tmp_path: Path) -> None:
    pools = Pools(aws.account, REGION)
    pools.state.page = 2
    ids = [pools.user_pool(f"p{number}") for number in range(3)]
    for number in range(5):
        pools.client(ids[2], f"c{number}", secrets=[ago(number)])
        pools.identity_pool(f"i{number}")
    inventory = gather(aws, tmp_path)
    assert len(inventory.secrets) == 5
    assert len(inventory.workloads) == 5
    assert aws.calls.count("cognito-idp", "ListUserPools") == 2
    assert aws.calls.count("cognito-idp", "ListUserPoolClients") == 1 + 1 + 3
    assert aws.calls.count("cognito-identity", "ListIdentityPools") == 3
    assert aws.calls.count("cognito-identity", "DescribeIdentityPool") == 5


def test_a_region_without_pools_costs_two_calls(aws: Aws, tmp_path: Path) -> None:
    inventory = gather(aws, tmp_path)
    assert not inventory.secrets
    assert not inventory.workloads
    assert not inventory.gaps
    assert (aws.calls.count("cognito-idp"), aws.calls.count("cognito-identity")) == (1, 1)


def test_refused_lists(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("cognito-idp", "ListUserPools")
    aws.faults.deny("cognito-identity", "ListIdentityPools")
    inventory = gather(aws, tmp_path)
    assert {gap.permission for gap in inventory.gaps} == {
        "cognito-idp:ListUserPools",
        "cognito-identity:ListIdentityPools",
    }
    assert not inventory.knows(SCOPE, "secrets")
    assert not inventory.knows(SCOPE, "workloads")


def test_refused_secrets_of_clients_leave_secrets_unknown(aws: Aws, tmp_path: Path) -> None:
    pools = Pools(aws.account, REGION)
    users = pools.user_pool("people")
    for number in range(3):
        pools.client(users, f"web-{number}", secrets=[ago(1)])
    aws.faults.deny("cognito-idp", "ListUserPoolClientSecrets")
    inventory = gather(aws, tmp_path)
    (gap,) = inventory.gaps
    assert (gap.permission, gap.subjects) == ("cognito-idp:ListUserPoolClientSecrets", ())
    assert not inventory.knows(SCOPE, "secrets")


def test_refused_settings_and_groups_leave_single_pools_unknown(aws: Aws, tmp_path: Path) -> None:
    pools = Pools(aws.account, REGION)
    users = pools.user_pool("people", groups={"admins": f"{IAM}:role/admins"})
    by_group = {f"cognito-idp.{REGION}.amazonaws.com/{users}:c": {"Type": "Token"}}
    closed, open_ = pools.identity_pool("closed", guests=True), pools.identity_pool("open", guests=True)
    led = [pools.identity_pool(name, mappings=by_group) for name in ("led", "led-too")]
    aws.faults.deny("cognito-identity", "DescribeIdentityPool", params={"IdentityPoolId": closed.partition("/")[2]})
    aws.faults.deny("cognito-idp", "ListGroups")
    inventory = gather(aws, tmp_path)
    assert {gap.operation: gap.subjects for gap in inventory.gaps} == {
        "cognito-identity:DescribeIdentityPool": (closed,),
        "cognito-idp:ListGroups": tuple(led),
    }
    assert inventory.workloads[closed].public is None
    assert inventory.workloads[open_].public is True
    assert inventory.knows(SCOPE, "workloads", open_)
    assert not inventory.knows(SCOPE, "workloads", led[1])


def test_refused_scopes_are_told(aws: Aws, tmp_path: Path) -> None:
    pools = Pools(aws.account, REGION)
    pools.client(pools.user_pool("people", scopes=["read"]), "batch", secrets=[ago(1)])
    aws.faults.deny("cognito-idp", "ListResourceServers")
    inventory = gather(aws, tmp_path)
    assert [gap.permission for gap in inventory.gaps] == ["cognito-idp:ListResourceServers"]
    (secret,) = inventory.secrets.values()
    assert "machine_sign_in" not in secret.attributes


def test_what_machines_may_do_stays_unknown_where_scopes_were_not_read() -> None:
    found = [
        answer(cognito.USER_POOLS, {"UserPools": [{"Id": "p", "Name": "people"}]}),
        answer(cognito.CLIENTS, {"UserPoolClients": [{"ClientId": "c", "UserPoolId": "p"}]}, UserPoolId="p"),
        answer(cognito.CLIENT_SECRETS, {"ClientSecrets": [{"ClientSecretId": "c--1"}]}, UserPoolId="p", ClientId="c"),
    ]
    (secret,) = parse(REGION_SHARD, found).secrets.values()
    assert (secret.name, "machine_sign_in" in secret.attributes) == ("c", False)


@pytest.mark.parametrize("value", [3, "x", {"a": 1}, [7]])
def test_damaged_answers(value: Any) -> None:
    pools = {"IdentityPools": [value, {"IdentityPoolId": "p", "IdentityPoolName": "p"}]}
    settings = {
        "AllowUnauthenticatedIdentities": "yes",
        "CognitoIdentityProviders": value,
        "SamlProviderARNs": value,
        "SupportedLoginProviders": value,
        "IdentityPoolTags": value,
    }
    mappings = {"x": value, "y": {"RulesConfiguration": {"Rules": value}}}
    handed = {"Roles": {"authenticated": value, "unauthenticated": "no ARN"}, "RoleMappings": mappings}
    found = [
        answer(cognito.USER_POOLS, {"UserPools": [value]}),
        answer(cognito.CLIENTS, {"UserPoolClients": [value, {"ClientId": "c", "UserPoolId": "p"}]}, UserPoolId="p"),
        answer(cognito.CLIENT_SECRETS, {"ClientSecrets": [value]}, UserPoolId="p", ClientId="c"),
        answer(cognito.SERVERS, {"ResourceServers": value}, UserPoolId="p"),
        answer(cognito.IDENTITY_POOLS, pools),
        answer(cognito.IDENTITY_POOL, settings, IdentityPoolId="p"),
        answer(cognito.ROLES, handed, IdentityPoolId="p"),
    ]
    inventory = parse(REGION_SHARD, found)
    (pool,) = inventory.workloads.values()
    assert pool.public is None
    assert not inventory.secrets
    assert not inventory.runs_as
    told = {gap.operation for gap in inventory.gaps}
    assert {
        "cognito-idp:ListUserPools",
        "cognito-idp:ListUserPoolClients",
        "cognito-identity:ListIdentityPools",
    } <= told
