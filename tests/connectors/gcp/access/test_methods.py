"""Each escalation method fires with all of its permissions, and with one of them missing it does not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nhiscan.model import Credential, Gap, administrator_of
from nhiscan_connectors.gcp.access.custom_roles import METHOD as UPDATE_ROLE
from nhiscan_connectors.gcp.access.method import (
    ACCOUNT,
    AGENT,
    APIS_AGENT,
    BOUND_KEY,
    BUILD_AGENT,
    DEFAULT_COMPUTE,
    POOL,
    Method,
)
from nhiscan_connectors.gcp.access.methods import METHODS
from tests.connectors.gcp.access.estates import DEV, FOLDER, ORG, PAY, SERVICES, Estate, gained

SET_POLICY: dict[str, str] = {m.level: m.on[0] for m in METHODS if m.aim == "scope" and not m.note}
SCOPES = {"organization": ORG, "folder": FOLDER, "project": PAY}
HOSTED = [m for m in METHODS if m.aim == "host"]
POOL_PRINCIPAL = "principalSet://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/*"


def target_for(method: Method, estate: Estate, kind: str) -> str:
    """Something of a kind in the estate, and whose identity it gives."""
    if method.requires:
        estate.workload(method.requires, "existing", estate.account("existing", DEV))
    if kind == ACCOUNT:
        return estate.account("target")
    if kind == POOL:
        principal = "principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/subject/x"
        return estate.federated(principal)
    if kind == BOUND_KEY:
        holder = estate.account("bound", DEV)
        id = "//apikeys.googleapis.com/projects/pay-prod/locations/global/keys/1"
        estate.add(Credential(id=id, provider="gcp", kind=BOUND_KEY, holder=holder, scope=PAY))
        return holder
    if kind == BUILD_AGENT:
        return estate.account("42@cloudbuild.gserviceaccount.com", kind="google-service-agent")
    if kind == APIS_AGENT:
        return estate.account("42@cloudservices.gserviceaccount.com", kind="google-service-agent")
    if kind == DEFAULT_COMPUTE:
        return estate.account("42-compute@developer.gserviceaccount.com", attributes={"default": "compute"})
    agent = kind.endswith(AGENT)
    identity = estate.account("service-42@gcp-sa-x.iam.gserviceaccount.com" if agent else "runtime",
                              kind="google-service-agent" if agent else "google-service-account")  # fmt: skip
    estate.workload(kind.removesuffix(AGENT), "thing", identity)
    return identity


def tried(method: Method, permissions: tuple[str, ...], kind: str) -> set[str]:
    """Methods by which somebody with some permissions on the project gains the target."""
    estate = Estate()
    who = estate.user("ada")
    target = target_for(method, estate, kind)
    estate.can(who, PAY, *permissions)
    inventory, _ = estate.judged()
    found = gained(inventory.becomes, who)
    if method.aim == "delegate":
        return {edge.method for edge in found.values() if edge.target.endswith(target)}
    return {word for edge in [found.get(target)] if edge for word in (edge.method, *_told(edge.reason))}


def _told(reason: str) -> set[str]:
    """Other methods that a sentence tells of, by their words."""
    ways = re.search(r"\((?:another way|other ways): (.*?)\)(?:, which acts as .*)?$", reason)
    words = ways[1].split("; ") if ways else []
    return {method.id for method in METHODS if method.can.removeprefix("can ").format(target="it") in words}


@pytest.mark.parametrize("method", HOSTED, ids=lambda m: m.id)
def test_host_method_fires(method: Method) -> None:
    for kind in method.kinds:
        assert method.id in tried(method, method.permissions, kind), kind


@pytest.mark.parametrize("method", HOSTED, ids=lambda m: m.id)
def test_host_method_needs_each_permission(method: Method) -> None:
    for missing in method.permissions:
        rest = tuple(one for one in method.permissions if one != missing)
        assert method.id not in tried(method, rest, method.kinds[0]), missing


@pytest.mark.parametrize("method", HOSTED, ids=lambda m: m.id)
def test_host_method_is_as_sure_as_its_note_says(method: Method) -> None:
    estate = Estate()
    who = estate.user("ada")
    target = target_for(method, estate, method.kinds[0])
    estate.can(who, PAY, *method.permissions)
    edge = estate.gained(who)[target]
    assert edge.answer == ("conditional" if method.note else "allowed")
    assert edge.conditions == ((method.note,) if method.note else ())
    assert edge.fix.startswith("Take role ")
    assert "ada" in edge.reason
    assert "project Pay" in edge.reason


@pytest.mark.parametrize("method", [m for m in HOSTED if m.requires], ids=lambda m: m.id)
def test_what_must_exist_already(method: Method) -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("target")
    estate.can(who, PAY, *method.permissions)
    edges = estate.judged()[0].becomes_of(who)
    assert [edge.answer for edge in edges] == ["latent"]
    estate.add(Gap(connector="gcp", scope=PAY, operation="list", reason="denied", blinds=("workloads",)))
    edges = estate.judged()[0].becomes_of(who)
    assert [(edge.target, edge.answer) for edge in edges] == [(target, "conditional")]


def test_implicit_delegation() -> None:
    method = next(m for m in METHODS if m.aim == "delegate")
    estate = Estate()
    who, middle, last = estate.user("ada"), estate.account("middle"), estate.account("last")
    other = estate.account("other")
    estate.can(who, middle, *method.on)
    estate.can(middle, last, "iam.serviceAccounts.getAccessToken")
    estate.can(middle, other, "iam.serviceAccountKeys.create")
    found = estate.gained(who)
    assert last in found
    assert middle not in found
    assert other not in found
    estate = Estate()
    estate.can(estate.user("ada"), estate.account("middle"), "iam.serviceAccounts.get")
    assert not estate.judged()[0].becomes_of("user:ada@acme.example")


def test_delegation_works_in_chains() -> None:
    estate = Estate()
    who = estate.user("ada")
    one, two, last = (estate.account(name) for name in ("one", "two", "last"))
    estate.can(who, one, "iam.serviceAccounts.implicitDelegation")
    estate.can(one, two, "iam.serviceAccounts.implicitDelegation")
    group = estate.group("tokens", two)
    estate.can(group, last, "iam.serviceAccounts.signJwt")
    found = estate.gained(who)
    assert last in found
    assert not {one, two} & found.keys()


@pytest.mark.parametrize("level", SET_POLICY)
def test_scope_method_administers_its_own_kind(level: str) -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, SCOPES[level], SET_POLICY[level])
    edges = estate.judged()[0].becomes_of(who)
    assert [(edge.target, edge.answer) for edge in edges] == [(administrator_of(SCOPES[level]), "allowed")]
    assert estate.grants(who)["administer", SCOPES[level]].answer == "allowed"


@pytest.mark.parametrize(("level", "scope"), [("organization", FOLDER), ("organization", PAY), ("folder", PAY)])
def test_policies_of_wider_scopes_are_not_written_further_down(level: str, scope: str) -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, scope, SET_POLICY[level])
    assert not estate.judged()[0].becomes_of(who)
    assert not estate.grants(who)


def test_project_policies_of_a_folder() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, ORG, SET_POLICY["project"])
    found = estate.gained(who)
    assert {administrator_of(PAY), administrator_of(DEV)} <= found.keys()
    assert administrator_of(ORG) not in found
    assert administrator_of(FOLDER) not in found
    grant = estate.grants(who)["administer", ORG]
    assert grant.answer == "allowed"
    assert grant.reason.startswith("user ada administers every project of organization acme.example (role test1 at ")
    estate.can(estate.user("bob"), FOLDER, SET_POLICY["folder"], SET_POLICY["project"])
    bob = estate.grants("user:bob@acme.example")
    assert [key for key in bob if key[0] == "administer"] == [("administer", FOLDER)]
    assert bob["administer", FOLDER].reason.startswith("user bob administers folder shop (")


def test_entitlements() -> None:
    method = next(m for m in METHODS if m.id == "gcp-pam-entitlement")
    for missing in ("", *method.on):
        estate = Estate()
        who = estate.user("ada")
        estate.can(who, PAY, *(one for one in method.on if one != missing))
        answers = [(e.target, e.answer) for e in estate.judged()[0].becomes_of(who)]
        assert answers == ([] if missing else [(administrator_of(PAY), "conditional")])


def test_update_role() -> None:
    estate = Estate()
    who = estate.account("ci")
    role = estate.role("storage.objects.get", *UPDATE_ROLE.on, id="projects/pay-prod/roles/ci")
    estate.bind(who, role, PAY)
    edge = estate.judged()[0].becomes_of(who)[0]
    assert (edge.target, edge.method, edge.answer) == (administrator_of(PAY), UPDATE_ROLE.id, "allowed")
    assert "custom role ci" in edge.reason


def test_update_role_needs_a_custom_role_that_it_holds() -> None:
    estate = Estate()
    who, other = estate.account("ci"), estate.account("other")
    estate.can(who, PAY, *UPDATE_ROLE.on)
    estate.bind(other, estate.role("storage.objects.get", id="projects/pay-prod/roles/x"), PAY)
    inventory, _ = estate.judged()
    assert not inventory.becomes_of(who)
    assert not inventory.becomes_of(other)


def test_update_role_of_another_project_gives_nothing() -> None:
    estate = Estate()
    who = estate.account("ci")
    estate.can(who, DEV, *UPDATE_ROLE.on)
    estate.bind(who, estate.role("storage.objects.get", id="projects/pay-prod/roles/x"), PAY)
    assert not estate.judged()[0].becomes_of(who)


def test_update_role_through_a_group_and_at_the_organization() -> None:
    estate = Estate()
    who = estate.account("ci")
    estate.can(estate.group("roles", who), ORG, *UPDATE_ROLE.on)
    estate.bind(who, estate.role("run.jobs.run", id="organizations/1/roles/x"), FOLDER)
    target = administrator_of(FOLDER)
    assert target in estate.gained(who)


@pytest.mark.parametrize("more", [{"eligible": True}, {"condition": "request.time < timestamp('2030')"}])
def test_update_role_that_is_held_on_a_condition(more: dict[str, Any]) -> None:
    estate = Estate()
    who = estate.account("ci")
    estate.can(who, PAY, *UPDATE_ROLE.on)
    estate.bind(who, estate.role("bigquery.jobs.create", id="projects/pay-prod/roles/x"), PAY, **more)
    assert [edge.answer for edge in estate.judged()[0].becomes_of(who)] == ["conditional"]


GRANTED = [m for m in METHODS if m.aim == "grant"]


@pytest.mark.parametrize("method", GRANTED, ids=lambda m: m.id)
def test_grant_method(method: Method) -> None:
    estate = Estate()
    who, other = estate.user("ada"), estate.user("bob")
    estate.can(who, PAY, *method.on)
    estate.can(other, PAY, "resourcemanager.projects.get")
    grant = estate.grants(who)[method.capability, PAY]
    assert grant.answer == "allowed"
    assert grant.reason == f"user ada {method.can.format(target='project Pay')} (role test1 at project Pay)"
    assert not estate.grants(other)


def test_further_ways_are_told_in_words() -> None:
    estate = Estate()
    who, deploy = estate.user("ada"), estate.account("deploy")
    ways = ("getAccessToken", "signJwt", "signBlob", "setIamPolicy")
    estate.can(who, deploy, *(f"iam.serviceAccounts.{way}" for way in ways))
    reason = estate.gained(who)[deploy].reason
    assert reason == (
        "user ada can get access tokens of service account deploy (role test1 at service account deploy)"
        " (other ways: sign tokens as it; sign anything as it, a token too; let itself act as it)"
    )
    estate.can(who, deploy, *(f"iam.serviceAccounts.{way}" for way in ways), "iam.serviceAccountKeys.create")
    assert estate.gained(who)[deploy].reason.endswith("create a key of it; and 1 more)")
    estate = Estate()
    estate.can(estate.user("ada"), PAY, "iam.serviceAccounts.signJwt", "iam.serviceAccounts.signBlob")
    target = estate.account("deploy")
    assert estate.gained(estate.user("ada"))[target].reason.endswith(
        "can sign tokens as service account deploy (role test1 at project Pay)"
        " (another way: sign anything as it, a token too)"
    )


@pytest.mark.parametrize(
    ("where", "more", "deploys"),
    [
        ("account", (), True),
        ("project", (), False),
        ("account", ("iam.serviceAccounts.getAccessToken",), False),
    ],
)
def test_who_deploys_something_by_name_is_told_apart(where: str, more: tuple[str, ...], deploys: bool) -> None:
    estate = Estate()
    who, target = estate.account("ci", DEV), estate.account("api")
    estate.can(who, PAY, "run.jobs.create", "run.jobs.run")
    estate.can(who, target if where == "account" else PAY, "iam.serviceAccounts.actAs", *more)
    assert estate.gained(who)[target].deploys is deploys


def test_every_method_is_told_apart() -> None:
    ids = [method.id for method in METHODS]
    assert len({*ids}) == len(ids)
    assert {m.aim for m in METHODS} == {"scope", "host", "delegate", "role", "grant"}
    kinds = {kind.removesuffix(AGENT) for m in METHODS for kind in (*m.kinds, m.requires) if kind.startswith("google-")}
    assert kinds - {*SERVICES} == {BOUND_KEY, APIS_AGENT}
