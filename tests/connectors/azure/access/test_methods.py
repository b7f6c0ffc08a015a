"""Every method of Azure Resource Manager fires with all that it needs, with nothing less, and where its thing is."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan.model import CanBecome, Gap, RunsAs, administrator_of
from nhiscan_connectors.azure.access.method import Method
from nhiscan_connectors.azure.access.methods import CARRIERS, METHODS, USER_ASSIGNED
from tests.connectors.azure.access.estates import OTHER_RG, OWNER, PROD, RG, TEST, Estate, gained, resource

HOSTED = [method for method in METHODS if method.aim == "host"]
SCOPED = [method for method in METHODS if method.aim == "scope"]


def needed(method: Method) -> list[str]:
    """A smallest set of actions by which a method fires."""
    return [*method.on, *(method.anywhere[0] if method.anywhere else ())]


def tenant_for(method: Method, kind: str) -> tuple[Estate, str, str]:
    """A tenant with one thing that the method can take over, its identity, and somebody who will try."""
    estate = Estate()
    identity = estate.managed("target") if kind == USER_ASSIGNED else estate.principal("target")
    if kind != USER_ASSIGNED:
        estate.host(kind, "/".join(["h"] * kind.count("/")), identity)
    return estate, identity, estate.principal("app")


def answer(method: Method) -> str:
    return "conditional" if method.note else "allowed"


def by(method: Method, edges: set[tuple[str, str, str]]) -> set[tuple[str, str]]:
    return {(target, sure) for id, target, sure in edges if id == method.id}


@pytest.mark.parametrize("method", HOSTED, ids=lambda m: m.id)
def test_fires_on_every_kind(method: Method) -> None:
    for kind in method.kinds:
        estate, identity, app = tenant_for(method, kind)
        estate.assign(app, estate.role(*needed(method)), RG)
        assert by(method, gained(estate, app)) == {(identity, answer(method))}


@pytest.mark.parametrize("method", HOSTED, ids=lambda m: m.id)
def test_does_not_fire_with_one_action_missing(method: Method) -> None:
    for missing in needed(method):
        estate, _, app = tenant_for(method, method.kinds[0])
        rest = [action for action in needed(method) if action != missing]
        estate.assign(app, estate.role(*rest), RG)
        assert not by(method, gained(estate, app))


@pytest.mark.parametrize("method", HOSTED, ids=lambda m: m.id)
def test_needs_its_kind_of_action(method: Method) -> None:
    """An action on data does not do for one of control, nor the other way round."""
    estate, _, app = tenant_for(method, method.kinds[0])
    turned = [a.removeprefix("data:") if a.startswith("data:") else f"data:{a}" for a in needed(method)]
    estate.assign(app, estate.role(*turned), RG)
    assert not by(method, gained(estate, app))


@pytest.mark.parametrize("method", HOSTED, ids=lambda m: m.id)
@pytest.mark.parametrize("scope", [OTHER_RG, TEST, f"{PROD}/resourcegroups/ap"])
def test_does_not_reach_out_of_its_scope(method: Method, scope: str) -> None:
    estate, identity, app = tenant_for(method, method.kinds[0])
    estate.assign(app, estate.role(*needed(method)), scope)
    assert identity not in {target for _, target, _ in gained(estate, app)}


@pytest.mark.parametrize("method", HOSTED, ids=lambda m: m.id)
def test_latent_without_a_host(method: Method) -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role(*needed(method)), RG)
    (edge,) = estate.judged()[0].becomes_of(app)
    assert (edge.target, edge.answer) == (administrator_of(PROD), "latent")
    assert "nothing there that it could take over has an identity" in edge.reason


def test_unknown_where_workloads_were_not_read() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role("Microsoft.Web/sites/write"), RG)
    estate.add(Gap(connector="azure", scope=PROD, operation="x", reason="denied", blinds=("workloads",)))
    (edge,) = estate.judged()[0].becomes_of(app)
    assert edge.answer == "unknown"


def test_unknown_in_a_management_group_that_nobody_listed() -> None:
    estate = Estate()
    app = estate.principal("app")
    group = "/providers/microsoft.management/managementgroups/hidden"
    estate.assign(app, estate.role("Microsoft.Web/sites/write"), group)
    (edge,) = estate.judged()[0].becomes_of(app)
    assert (edge.target, edge.answer) == (administrator_of(group), "unknown")


@pytest.mark.parametrize("method", SCOPED, ids=lambda m: m.id)
def test_scope_methods(method: Method) -> None:
    estate = Estate()
    app, other = estate.principal("app"), estate.principal("other")
    estate.assign(app, estate.role(*method.on), PROD)
    estate.assign(other, estate.role("Microsoft.Authorization/roleAssignments/read"), PROD)
    assert gained(estate, app) == {(method.id, administrator_of(PROD), answer(method))}
    assert gained(estate, other) == set()


def test_role_assignments_below_a_subscription_give_what_is_hosted_there() -> None:
    estate = Estate()
    inside, outside = estate.principal("inside"), estate.principal("outside")
    estate.host("Microsoft.Web/sites", "s1", inside)
    estate.host("Microsoft.Web/sites", "s2", outside, group=OTHER_RG)
    app = estate.principal("app")
    estate.assign(app, estate.role("Microsoft.Authorization/roleAssignments/write"), RG)
    assert gained(estate, app) == {("az-roleassign", inside, "allowed")}


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda c: c[0])
def test_identity_can_be_attached_to_any_carrier(carrier: tuple[str, ...]) -> None:
    estate = Estate()
    identity, app = estate.managed("target"), estate.principal("app")
    assign = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
    estate.assign(app, estate.role(assign), RG)
    estate.assign(app, estate.role(*carrier), TEST)
    assert gained(estate, app) == {("az-assign", identity, "allowed")} | {
        edge for edge in gained(estate, app) if edge[0] != "az-assign"
    }
    assert ("az-assign", identity, "allowed") in gained(estate, app)
    alone = estate.principal("alone")
    estate.assign(alone, estate.role(*carrier), RG)
    assert ("az-assign", identity, "allowed") not in gained(estate, alone)


RUNBOOK = next(method for method in METHODS if method.id == "az-automation-runbook")


def test_actions_of_several_roles_along_a_scope_add_up() -> None:
    estate, identity, app = tenant_for(RUNBOOK, RUNBOOK.kinds[0])
    first, *rest = RUNBOOK.on
    estate.assign(app, estate.role(first), PROD)
    estate.assign(app, estate.role(*rest), RG)
    assert gained(estate, app) == {(RUNBOOK.id, identity, "allowed")}


def test_actions_of_a_group_and_ones_own_add_up() -> None:
    estate, identity, app = tenant_for(RUNBOOK, RUNBOOK.kinds[0])
    first, *rest = RUNBOOK.on
    one, two = estate.group("one", app), estate.group("two", app)
    estate.assign(one, estate.role(first), PROD)
    estate.assign(two, estate.role(*rest), RG)
    assert gained(estate, app) == {(RUNBOOK.id, identity, "allowed")}
    assert gained(estate, one) == gained(estate, two) == set()
    apart, _, lonely = tenant_for(RUNBOOK, RUNBOOK.kinds[0])
    apart.assign(lonely, apart.role(first), OTHER_RG)
    apart.assign(apart.group("g", lonely), apart.role(*rest), RG)
    assert gained(apart, lonely) == set()


def test_what_a_group_gains_is_told_of_the_group() -> None:
    estate = Estate()
    target, ada = estate.principal("target"), estate.user("Ada")
    estate.host("Microsoft.Web/sites", "s1", target)
    inner = estate.group("inner", ada)
    outer = estate.group("outer", inner)
    estate.assign(outer, estate.role("Microsoft.Web/sites/write"), RG)
    assert gained(estate, ada) == {("member-of", inner, "allowed")}
    assert gained(estate, inner) == {("member-of", outer, "allowed")}
    assert gained(estate, outer) == {("az-web-write", target, "allowed")}


def test_member_that_is_denied_more_than_its_group_is_judged_alone() -> None:
    estate = Estate()
    target, ada, bob = estate.principal("target"), estate.user("Ada"), estate.user("Bob")
    estate.host("Microsoft.Web/sites", "s1", target)
    group = estate.group("g", ada, bob)
    estate.assign(group, estate.role("Microsoft.Web/sites/write"), RG)
    estate.deny(PROD, "Microsoft.Web/*", principals=(ada,))
    assert gained(estate, ada) == set()
    assert gained(estate, bob) == {("member-of", group, "allowed")}


def test_member_that_is_spared_what_its_group_is_denied() -> None:
    estate = Estate()
    target, ada = estate.principal("target"), estate.user("Ada")
    estate.host("Microsoft.Web/sites", "s1", target)
    group = estate.group("g", ada)
    estate.assign(group, estate.role("Microsoft.Web/sites/write"), RG)
    estate.deny(PROD, "*", excluded=(ada,))
    assert gained(estate, group) == set()
    assert gained(estate, ada) == {("az-web-write", target, "allowed")}


def test_conditions_and_activation_go_into_the_edge() -> None:
    estate, identity, app = tenant_for(RUNBOOK, RUNBOOK.kinds[0])
    estate.assign(app, estate.role(*RUNBOOK.on), RG, eligible=True, condition="@Environment[a] StringEquals 'b'")
    (edge,) = estate.judged()[0].becomes_of(app)
    assert edge.target == identity
    assert edge.conditions == ("@Environment[a] StringEquals 'b'", "it activates what it is eligible for")


def test_two_conditional_roles_together() -> None:
    estate, identity, app = tenant_for(RUNBOOK, RUNBOOK.kinds[0])
    first, *rest = RUNBOOK.on
    estate.assign(app, estate.role(first), RG, condition="a")
    estate.assign(app, estate.role(*rest), RG, condition="b")
    (edge,) = estate.judged()[0].becomes_of(app)
    assert (edge.target, edge.answer, edge.conditions) == (identity, "conditional", ("a", "b"))


def test_sentences() -> None:
    estate = Estate()
    target, ada = estate.principal("target"), estate.user("Ada")
    estate.host("Microsoft.Compute/virtualMachines", "vm1", target)
    estate.assign(ada, estate.role(*next(m for m in METHODS if m.id == "az-vm-run-command").on, name="Runner"), RG)
    (edge,) = estate.judged()[0].becomes_of(ada)
    assert edge.reason == (
        "user Ada can run commands on virtualmachines vm1 (role Runner at resource group app), which acts as target"
    )
    assert edge.fix == (
        "Take role Runner at resource group app from user Ada, or give it a role without"
        " Microsoft.Compute/virtualMachines/runCommand/action."
    )


def test_owner_reaches_all_hosts_and_the_scope() -> None:
    estate = Estate()
    target, app = estate.principal("target"), estate.principal("app")
    estate.host("Microsoft.App/containerApps", "a", target)
    estate.assign(app, OWNER, PROD)
    assert gained(estate, app) == {
        ("az-roleassign", administrator_of(PROD), "allowed"),
        ("az-container-app", target, "allowed"),
    } | {edge for edge in gained(estate, app) if edge[1] == administrator_of(PROD)}


def test_what_the_platform_uses_is_not_gained() -> None:
    estate = Estate()
    target, app = estate.principal("target"), estate.principal("app")
    where = resource("Microsoft.App/containerApps", "a")
    estate.add(RunsAs(workload=where, identity=target, by_platform=True))
    estate.assign(app, estate.role("Microsoft.App/containerApps/write"), RG)
    assert {edge[2] for edge in gained(estate, app)} == {"latent"}


def test_every_method_says_what_it_does_and_what_breaks_it() -> None:
    ids = [method.id for method in METHODS]
    assert len(ids) == len(set(ids))
    for method in METHODS:
        assert method.can.startswith("can ")
        assert method.fix.endswith(".")
        assert "{target}" in method.can
        assert bool(method.kinds) is (method.aim == "host")


def test_a_host_does_not_gain_itself() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.host("Microsoft.Web/sites", "s1", app)
    estate.assign(app, estate.role("Microsoft.Web/sites/write"), RG)
    assert [e for e in estate.judged()[1] if isinstance(e, CanBecome) and e.target == app] == []


@pytest.mark.parametrize("more", [{}, {"eligible": True}, {"condition": "c"}])
def test_what_is_gained_above_is_not_told_again_below(more: dict[str, Any]) -> None:
    estate, identity, app = tenant_for(RUNBOOK, RUNBOOK.kinds[0])
    role = estate.role(*RUNBOOK.on)
    for scope in (PROD, RG):
        estate.assign(app, role, scope, **more)
    assert [edge.target for edge in estate.judged()[0].becomes_of(app)] == [identity]


def test_what_is_gained_for_sure_below_is_told_beside_the_condition_above() -> None:
    estate, _, app = tenant_for(RUNBOOK, RUNBOOK.kinds[0])
    role = estate.role(*RUNBOOK.on)
    estate.assign(app, role, PROD, eligible=True)
    estate.assign(app, role, RG)
    assert sorted(edge.answer for edge in estate.judged()[0].becomes_of(app)) == ["allowed", "conditional"]
