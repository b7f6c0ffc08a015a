"""Owners, blueprints, agent users, federated credentials, and the names under which other clouds trust Entra."""

from __future__ import annotations

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.model import Guard, Identity, Link, Ownership, Scope, Trust, administrator_of
from nhiscan_connectors.azure.access import names as n
from nhiscan_connectors.azure.access.directory_methods import OWNED_BY
from tests.connectors.azure.access.estates import OWNER, PROD, TENANT, TENANT_ID, Estate, gained


def owned(estate: Estate, subject: str, owner: str, kind: str = "owner") -> None:
    estate.add(Ownership(subject=subject, owner=owner, kind="owner" if kind == "owner" else "sponsor"))


def test_owner_of_an_application() -> None:
    estate = Estate()
    app, ada, eve = estate.principal("app"), estate.user("Ada"), estate.user("Eve")
    estate.directory_role(app, n.GLOBAL_ADMINISTRATOR)
    owned(estate, app, ada)
    owned(estate, app, eve, "sponsor")
    assert gained(estate, ada) == {("entra-owner-adds-secret", app, "allowed")}
    assert gained(estate, eve) == set()
    inventory, _ = estate.judged()
    verdict, why = admin_verdicts(inventory)[ada]
    assert verdict == "can_become"
    assert why.startswith("user Ada can add a secret to service principal app, which it owns; ")


@pytest.mark.parametrize(
    ("permission", "answer"),
    [
        ("", "conditional"),
        (OWNED_BY, "allowed"),
        ("Application.ReadWrite.All", "allowed"),
        ("Mail.Read", "conditional"),
    ],
)
def test_application_that_owns_another_needs_a_permission(permission: str, answer: str) -> None:
    estate = Estate()
    app, owner = estate.principal("app"), estate.principal("owner")
    estate.assign(app, OWNER, PROD)
    owned(estate, app, owner)
    if permission:
        estate.permission(owner, permission)
    assert ("entra-owner-adds-secret", app, answer) in gained(estate, owner)


def test_nothing_is_gained_of_one_that_holds_nothing() -> None:
    estate = Estate()
    app, ada, managed = estate.principal("app"), estate.user("Ada"), estate.managed("mi")
    estate.assign(managed, OWNER, PROD)
    owned(estate, app, ada)
    owned(estate, managed, ada)  # which takes no secret
    owned(estate, ada, ada)
    assert gained(estate, ada) == set()


def test_owner_of_a_group_that_may_hold_roles() -> None:
    estate = Estate()
    ada, idle = estate.user("Ada"), estate.group("idle")
    group = estate.group("admins")
    estate.directory_role(group, n.GLOBAL_ADMINISTRATOR)
    owned(estate, group, ada)
    owned(estate, idle, ada)
    assert gained(estate, ada) == {("entra-owner-adds-member", group, "allowed")}
    assert admin_verdicts(estate.judged()[0])[ada][0] == "can_become"


def test_owner_is_told_under_the_name_of_the_service_principal() -> None:
    estate = Estate()
    app, ada = estate.principal("app", attributes={"application": "/applications/a1"}), estate.user("Ada")
    estate.assign(app, OWNER, PROD)
    owned(estate, "/applications/a1", ada)
    assert gained(estate, ada) == {("entra-owner-adds-secret", app, "allowed")}


def test_blueprint_acts_for_all_its_agents() -> None:
    estate = Estate()
    blueprint = estate.identity("blueprint", "entra-agent-blueprint")
    agents = [estate.identity(f"agent{number}", "entra-agent-identity") for number in range(3)]
    other = estate.identity("other", "entra-agent-identity")
    for agent in agents:
        estate.add(Link(source=agent, target=blueprint, kind="part_of", reason="made from it"))
    user = estate.identity("agent user", "entra-agent-user")
    estate.add(Link(source=user, target=agents[0], kind="part_of", reason="its user"))
    estate.assign(agents[1], OWNER, PROD)
    ada = estate.user("Ada")
    owned(estate, blueprint, ada)
    assert gained(estate, blueprint) == {("agent-blueprint-creds", agent, "allowed") for agent in agents}
    assert ("agent-user", user, "allowed") in gained(estate, agents[0])
    assert gained(estate, ada) == {("entra-owner-adds-secret", blueprint, "allowed")}
    assert other not in {target for _, target, _ in gained(estate, blueprint)}
    assert admin_verdicts(estate.judged()[0])[ada][0] == "can_become"


SUBJECT = "token.actions.githubusercontent.com#repo:acme/app"


@pytest.mark.parametrize(
    ("guards", "answer", "conditions"),
    [
        ((), "allowed", ()),
        ((Guard(kind="audience", key="a:aud", values=("api://AzureADTokenExchange",)),), "allowed", ()),
        ((Guard(kind="subject", key="a:sub", values=("x",)),), "allowed", ()),
        ((Guard(kind="other", key="a:job_workflow_ref", values=("x",)),), "conditional", ("a:job_workflow_ref",)),
        ((Guard(kind="other", key="a:env", values=("*",), confines=False),), "allowed", ()),
    ],
)
def test_outside_identity_becomes_the_service_principal(
    guards: tuple[Guard, ...], answer: str, conditions: tuple[str, ...]
) -> None:
    estate = Estate()
    app = estate.principal("app")
    principal = f"oidc:{SUBJECT}:ref:refs/heads/main"
    estate.add(
        Trust(identity=app, principal=principal, kind="oidc", guards=guards, statement="federated credential ci")
    )
    (edge,) = estate.judged()[0].becomes_of(principal)
    assert (edge.target, edge.method, edge.answer, edge.conditions) == (app, "federated-credential", answer, conditions)
    assert "credential ci" in edge.reason


def test_wide_subject_lets_a_workflow_of_another_connector_in() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, OWNER, PROD)
    workflow = f"oidc:{SUBJECT}:ref:refs/heads/x"
    estate.add(Scope(id="github:acme", provider="github", kind="organization", name="acme"))
    estate.add(Identity(id=workflow, provider="github", kind="workflow", name="x", scope="github:acme"))
    estate.add(Trust(identity=app, principal=f"oidc:{SUBJECT}:*", kind="oidc"))
    assert admin_verdicts(estate.judged()[0])[workflow][0] == "can_become"


def test_managed_identity_that_an_application_trusts() -> None:
    estate = Estate()
    app, managed = estate.principal("app"), estate.managed("mi")
    estate.add(Trust(identity=app, principal=managed, kind="principal"))
    assert gained(estate, managed) == {("federated-credential", app, "allowed")}


@pytest.mark.parametrize(
    ("issuer", "subject", "named"),
    [
        (f"sts.windows.net/{TENANT_ID}/", "{id}", True),
        (f"login.microsoftonline.com/{TENANT_ID}/v2.0", "{id}", True),
        (f"sts.windows.net/{TENANT_ID}/", "*", True),
        (f"sts.windows.net/{TENANT_ID}/", "someone-else", False),
        ("sts.windows.net/00000000-ffff-4000-8000-000000000009/", "{id}", False),
        ("evil.example/sts.windows.net", "{id}", False),
    ],
)
def test_identity_of_entra_that_another_cloud_trusts(issuer: str, subject: str, named: bool) -> None:
    estate = Estate()
    app = estate.principal("app")
    role = "arn:aws:iam::111122223333:role/r"
    object_id = app.rpartition("/")[2]
    estate.add(Identity(id=role, provider="aws", kind="iam-role", name="r", scope="aws:111122223333"))
    estate.add(Trust(identity=role, principal=f"oidc:{issuer}#{subject.format(id=object_id)}", kind="oidc"))
    expected = {("entra-token", f"oidc:{issuer}#{object_id}", "allowed")} if named else set()
    assert gained(estate, app) == expected


def test_path_from_a_workflow_to_the_tenant() -> None:
    """Workflow, application, its host's subscription, managed identity, tenant."""
    estate = Estate()
    app, managed = estate.principal("app"), estate.principal("mi")
    estate.host("Microsoft.Web/sites", "s1", managed)
    estate.assign(app, estate.role("Microsoft.Web/sites/publish/action"), PROD)
    estate.permission(managed, "AppRoleAssignment.ReadWrite.All")
    estate.add(Trust(identity=app, principal=f"oidc:{SUBJECT}:*", kind="oidc"))
    assert gained(estate, f"oidc:{SUBJECT}:*") == {("federated-credential", app, "allowed")}
    assert gained(estate, app) == {("az-web-publish", managed, "allowed")}
    assert ("entra-grant-app-role", administrator_of(TENANT), "allowed") in gained(estate, managed)
    verdict, why = admin_verdicts(estate.judged()[0])[app]
    assert verdict == "can_become"
    assert why.count(";") == 1
