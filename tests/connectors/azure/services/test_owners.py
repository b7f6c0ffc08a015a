"""Owners: of applications and service principals, however many there are."""

from __future__ import annotations

from pathlib import Path

from tests.clouds.azure.fixtures import Azure
from tests.connectors.azure.scanning import inventory_of


def test_owners_of_an_application_answer_for_its_service_principal(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    ada, bob = tenant.user("Ada"), tenant.user("Bob")
    app = tenant.application("pay")
    pay = tenant.service_principal("pay", application=app)
    robot = tenant.service_principal("robot")
    alone = tenant.application("alone")
    tenant.relate("applications", app, "owners", ada)
    tenant.relate("servicePrincipals", pay, "owners", bob)
    tenant.relate("servicePrincipals", robot, "owners", pay)
    tenant.relate("applications", alone, "owners", robot)
    found = inventory_of(azure, tmp_path / "b")
    told = {(item.subject, item.owner, item.source) for item in found.ownerships}
    of_app, of_principal = "graph:applications.owners.sweep", "graph:servicePrincipals.owners.sweep"
    assert told == {
        (f"/servicePrincipals/{pay['id']}", f"/users/{ada['id']}", of_app),
        (f"/servicePrincipals/{pay['id']}", f"/users/{bob['id']}", of_principal),
        (f"/servicePrincipals/{robot['id']}", f"/servicePrincipals/{pay['id']}", of_principal),
        (f"/applications/{alone['id']}", f"/servicePrincipals/{robot['id']}", of_app),
    }


def test_many_owners_are_read_to_the_end(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    pay, plain = tenant.service_principal("pay"), tenant.service_principal("plain")
    people = [tenant.user(f"Person {number}") for number in range(25)]
    for person in people:
        tenant.relate("servicePrincipals", pay, "owners", person)
    tenant.relate("servicePrincipals", plain, "owners", people[0])
    azure.emulator.page_size = 10
    found = inventory_of(azure, tmp_path / "b")
    owners = [item.owner for item in found.ownerships_of(f"/servicePrincipals/{pay['id']}")]
    assert sorted(owners) == sorted(f"/users/{person['id']}" for person in people)
    assert len(found.ownerships_of(f"/servicePrincipals/{plain['id']}")) == 1
    assert azure.calls.count("/servicePrincipals/*/owners") == 3  # three pages, of that one alone


def test_a_refused_end_of_a_list_blinds_to_that_one_alone(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    pay, plain = tenant.service_principal("pay"), tenant.service_principal("plain")
    for number in range(20):
        tenant.relate("servicePrincipals", pay, "owners", tenant.user(f"Person {number}"))
    azure.faults.add("deny", "/servicePrincipals/*/owners")
    found = inventory_of(azure, tmp_path / "b")
    assert len(found.ownerships_of(f"/servicePrincipals/{pay['id']}")) == 20
    (gap,) = found.gaps
    assert gap.blinds == ("owners",)
    scope = f"azure:{tenant.id}"
    assert found.knows(scope, "owners", f"/servicePrincipals/{plain['id']}")
    assert not found.knows(scope, "owners", f"/servicePrincipals/{pay['id']}")


def test_owners_of_groups_are_told_as_they_may_join_them(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    ada, robot = tenant.user("Ada"), tenant.service_principal("robot")
    admins = tenant.group("Admins", isAssignableToRole=True)
    letters = tenant.group("Letters", securityEnabled=False)
    for group in (admins, letters):
        tenant.relate("groups", group, "owners", ada)
    tenant.relate("groups", admins, "owners", robot)
    found = inventory_of(azure, tmp_path / "b")
    assert {(item.subject, item.owner) for item in found.ownerships} == {
        (f"/groups/{admins['id']}", f"/users/{ada['id']}"),
        (f"/groups/{admins['id']}", f"/servicePrincipals/{robot['id']}"),
    }
