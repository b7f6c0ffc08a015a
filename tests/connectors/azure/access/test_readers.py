"""`readers`: who can read a secret or data, by the id of the thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nhiscan.access.proposal import Window
from nhiscan_connectors.azure.access import readers, tighten
from nhiscan_connectors.azure.access.capabilities import ACCESS_POLICIES
from tests.connectors.azure.access.estates import CONTRIBUTOR, OTHER_RG, OWNER, PROD, RG, Estate, guid, resource

GET = "data:Microsoft.KeyVault/vaults/secrets/getSecret/action"
BLOBS = "data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
KEYS = "Microsoft.Storage/storageAccounts/listKeys/action"
STORE = resource("Microsoft.Storage/storageAccounts", "s1")
CONTAINER = f"{STORE}/blobservices/default/containers/c1"


def told(estate: Estate, on: str) -> set[tuple[str, str, str]]:
    return {(grant.identity, grant.capability, grant.answer) for grant in readers(estate.inventory(), on)}


def test_secret_of_a_vault_that_roles_open() -> None:
    estate = Estate()
    vault = estate.vault("kv1", "rbac")
    secret = f"{vault}/secrets/key"
    reader, above, exact, elsewhere, owner = (estate.principal(name) for name in "abcde")
    estate.assign(reader, estate.role(GET), vault)
    estate.assign(above, estate.role("data:*"), PROD)
    estate.assign(exact, estate.role(GET), secret)
    estate.assign(elsewhere, estate.role(GET), OTHER_RG)
    estate.assign(owner, OWNER, PROD)  # control of the vault reads nothing in it
    assert told(estate, secret) == {(one, "read_secrets", "allowed") for one in (reader, above, exact)}
    assert told(estate, secret.upper().replace("/SUBSCRIPTIONS", "/subscriptions")) == told(estate, secret)
    assert exact not in {identity for identity, _, _ in told(estate, vault)}


def test_secret_of_a_vault_that_access_policies_open() -> None:
    estate = Estate()
    ada, app, writer, byrole = estate.user("Ada"), estate.principal("a"), estate.principal("w"), estate.principal("r")
    group = estate.group("g", ada)
    entries = [{"objectId": one.rpartition("/")[2], "permissions": {"secrets": ["get"]}} for one in (group, app)]
    vault = estate.vault("kv1", "access-policies", *entries)
    estate.assign(writer, estate.role("Microsoft.KeyVault/vaults/accessPolicies/write"), vault)
    estate.assign(byrole, estate.role(GET), vault)
    assert told(estate, f"{vault}/secrets/key") == {(one, "read_secrets", "allowed") for one in (ada, app, writer)}


def test_vault_of_which_it_is_not_known_how_it_decides() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, CONTRIBUTOR, PROD)
    vault = estate.vault("kv1", "")
    (grant,) = readers(estate.inventory(), f"{vault}/secrets/key")
    assert (grant.answer, grant.conditions) == ("conditional", (ACCESS_POLICIES,))


@pytest.mark.parametrize(
    ("action", "capability", "on"),
    [(BLOBS, "read_data", STORE), (BLOBS, "read_data", CONTAINER), (KEYS, "read_secrets", CONTAINER)],
)
def test_data(action: str, capability: str, on: str) -> None:
    estate = Estate()
    ada = estate.user("Ada")
    estate.assign(estate.group("g", ada), estate.role(action, name="Blobs"), RG)
    (grant,) = readers(estate.inventory(), on)
    assert (grant.identity, grant.capability, grant.answer) == (ada, capability, "allowed")
    assert "role Blobs at resource group app, through group g" in grant.reason


def test_deny_condition_activation_and_unread_roles() -> None:
    estate = Estate()
    denied, tied, eligible, unread = (estate.principal(name) for name in "dteu")
    for one in (denied, tied, eligible):
        more = {"condition": "x"} if one == tied else {"eligible": True} if one == eligible else {}
        estate.assign(one, estate.role(KEYS), RG, **more)
    estate.assign(unread, f"/providers/microsoft.authorization/roledefinitions/{guid(999)}", RG)
    estate.deny(PROD, KEYS, principals=(denied,))
    assert told(estate, STORE) == {
        (tied, "read_secrets", "conditional"),
        (eligible, "read_secrets", "conditional"),
        (unread, "read_secrets", "unknown"),
    }


@pytest.mark.parametrize("on", ["arn:aws:s3:::b", "/users/x", PROD, RG, "", "*"])
def test_nothing_for_what_is_no_resource_of_azure(on: str) -> None:
    estate = Estate()
    estate.assign(estate.principal("app"), OWNER, "/")
    assert told(estate, on) == set()


def test_tighten_proposes_nothing_and_says_why() -> None:
    estate = Estate()
    app = estate.principal("app")
    proposal = tighten(estate.inventory(), app, Window(clock=datetime(2026, 1, 1, tzinfo=UTC), unused=timedelta(90)))
    assert proposal.document == ""
    assert "nothing is proposed" in proposal.unknown[0]
