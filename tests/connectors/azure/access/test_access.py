"""What identities can do: scopes, groups, deny assignments, conditions, eligible assignments, and what is not known."""

from __future__ import annotations

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.model import Assignment, Gap, Grant, Membership, Scope, administrator_of
from nhiscan_connectors.azure.access.names import GLOBAL_ADMINISTRATOR, GROUPS_ADMINISTRATOR
from nhiscan_connectors.azure.access.scopes import Tree, levels, type_of
from tests.connectors.azure.access.estates import (
    ACCESS_ADMINISTRATOR,
    CONTRIBUTOR,
    MANAGEMENT_GROUP,
    OTHER_RG,
    OWNER,
    PROD,
    READER,
    RG,
    ROOT_GROUP,
    TENANT,
    TEST,
    Estate,
    gained,
    guid,
    held,
    resource,
)

RUN = "Microsoft.Compute/virtualMachines/runCommand/action"
GET = "data:Microsoft.KeyVault/vaults/secrets/getSecret/action"
VM = resource("Microsoft.Compute/virtualMachines", "vm1")
VAULT = resource("Microsoft.KeyVault/vaults", "kv1")


def test_levels_of_scopes() -> None:
    child = f"{VM}/extensions/e"
    assert levels(child) == (child, VM, RG, PROD)
    assert levels(PROD) == (PROD,)
    assert levels("/") == ()
    assert levels(MANAGEMENT_GROUP) == (MANAGEMENT_GROUP,)
    odd = f"{VM}/providers/microsoft.insights/diagnosticsettings/d"
    assert levels(odd) == (odd, VM, RG, PROD)
    assert type_of(child) == "microsoft.compute/virtualmachines/extensions"
    assert type_of(RG) == type_of(PROD) == type_of("/") == type_of(MANAGEMENT_GROUP) == ""


def test_chains_run_up_to_the_root() -> None:
    tree = Tree(Estate().inventory())
    assert tree.chain(VM) == (VM, RG, PROD, MANAGEMENT_GROUP, ROOT_GROUP, "/")
    assert tree.chain(TEST) == (TEST, ROOT_GROUP, "/")
    assert tree.covers(ROOT_GROUP, VM)
    assert not tree.covers(MANAGEMENT_GROUP, TEST)
    assert not tree.covers(RG, f"{PROD}/resourcegroups/app2/providers/a/b/c")
    assert tree.subscriptions(MANAGEMENT_GROUP) == [PROD]
    assert tree.subscriptions("/") == tree.subscriptions(ROOT_GROUP) == [PROD, TEST]


def test_a_ring_of_management_groups_ends() -> None:
    estate = Estate()
    one, two = (f"/providers/microsoft.management/managementgroups/{name}" for name in ("a", "b"))
    estate.add(Scope(id=one, provider="azure", kind="management-group", name="a", parent=two))
    estate.add(Scope(id=two, provider="azure", kind="management-group", name="b", parent=one))
    tree = Tree(estate.inventory())
    assert tree.chain(one) == (one, two, "/")
    assert tree.subscriptions(one) == []


@pytest.mark.parametrize(
    ("role", "scope", "capabilities"),
    [
        (
            OWNER,
            PROD,
            {"administer", "administer_identities", "read_secrets", "read_data", "write_data", "run_code",
             "invoke_models", "change_guardrails", "destroy"},
        ),
        (
            CONTRIBUTOR,
            PROD,
            {"administer_identities", "read_secrets", "read_data", "write_data", "run_code", "invoke_models",
             "change_guardrails", "destroy"},
        ),
        (ACCESS_ADMINISTRATOR, PROD, {"administer", "administer_identities", "change_guardrails"}),
        (READER, PROD, set()),
        (OWNER, RG, {"administer_identities", "read_secrets", "read_data", "write_data", "run_code", "invoke_models",
                     "change_guardrails", "destroy"}),
        (OWNER, VM, {"administer_identities", "run_code", "change_guardrails", "destroy"}),
        (CONTRIBUTOR, VM, {"run_code", "change_guardrails", "destroy"}),
        (OWNER, MANAGEMENT_GROUP, {"administer", "administer_identities", "read_secrets", "read_data", "write_data",
                                   "run_code", "invoke_models", "change_guardrails", "destroy"}),
        (ACCESS_ADMINISTRATOR, "/", {"administer", "administer_identities", "change_guardrails"}),
    ],
)  # fmt: skip
def test_built_in_roles(role: str, scope: str, capabilities: set[str]) -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, role, scope)
    assert held(estate, app) == {(capability, scope, "allowed") for capability in capabilities}


@pytest.mark.parametrize(
    ("action", "capability"),
    [
        ("Microsoft.Authorization/roleDefinitions/write", "administer_identities"),
        (GET, "read_secrets"),
        ("Microsoft.CognitiveServices/accounts/listKeys/action", "read_secrets"),
        ("data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", "read_data"),
        ("data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write", "write_data"),
        (RUN, "run_code"),
        ("data:Microsoft.CognitiveServices/accounts/OpenAI/*", "invoke_models"),
        ("Microsoft.Authorization/policyAssignments/delete", "change_guardrails"),
        ("Microsoft.Storage/storageAccounts/delete", "destroy"),
    ],
)
def test_one_action_gives_its_capability_and_no_other(action: str, capability: str) -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role(action), RG)
    assert held(estate, app) == {(capability, RG, "allowed")}
    control = estate.principal("control")
    estate.assign(control, estate.role(action.removeprefix("data:") if "data:" in action else f"data:{action}"), RG)
    assert held(estate, control) == set()


def test_what_is_held_above_is_not_told_again_below() -> None:
    estate = Estate()
    app, role = estate.principal("app"), estate.role(RUN)
    for scope in (VM, RG, PROD, TEST, OTHER_RG):
        estate.assign(app, role, scope)
    assert held(estate, app) == {("run_code", PROD, "allowed"), ("run_code", TEST, "allowed")}


def test_many_scopes_are_counted() -> None:
    estate = Estate()
    app, role = estate.principal("app"), estate.role(RUN)
    for n in range(20):
        estate.assign(app, role, f"{PROD}/resourcegroups/g{n:02}")
    grants = estate.judged()[0].grants_of(app)
    assert len(grants) == 8
    assert "12 further scopes" in grants[-1].reason


def test_reason_names_role_scope_and_group() -> None:
    estate = Estate()
    ada = estate.user("Ada")
    inner = estate.group("inner", ada)
    outer = estate.group("outer", inner)
    estate.assign(outer, estate.role(RUN, name="Runner"), RG)
    (grant,) = estate.judged()[0].grants_of(ada)
    assert grant.reason == (
        "user Ada may do Microsoft.Compute/virtualMachines/runCommand/action in resource group app"
        " (role Runner at resource group app, through group outer)"
    )


def test_rings_of_groups_end() -> None:
    estate = Estate()
    ada = estate.user("Ada")
    one = estate.group("one", ada)
    two = estate.group("two", one)
    estate.add(Membership(member=two, group=one))
    estate.assign(two, OWNER, PROD)
    assert ("administer", PROD, "allowed") in held(estate, ada)


def test_principal_of_untold_kind_is_whatever_has_its_id() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(f"/directoryObjects/{app.rpartition('/')[2]}", OWNER, PROD)
    assert ("administer", PROD, "allowed") in held(estate, app)


# Deny assignments.


@pytest.mark.parametrize(
    ("scope", "expected"),
    [(PROD, set()), (RG, set()), (MANAGEMENT_GROUP, set()), (OTHER_RG, {("run_code", RG, "allowed")})],
)
def test_deny_for_everybody(scope: str, expected: set[tuple[str, str, str]]) -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role(RUN), RG)
    estate.deny(scope, "Microsoft.Compute/*")
    assert held(estate, app) == expected


def test_deny_of_data_leaves_control() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role(RUN, GET), RG)
    estate.deny(PROD, "data:*")
    assert held(estate, app) == {("run_code", RG, "allowed")}


def test_deny_binds_members_and_spares_the_excluded() -> None:
    estate = Estate()
    ada, bob, eve = (estate.user(name) for name in ("Ada", "Bob", "Eve"))
    denied, spared = estate.group("denied", ada, bob), estate.group("spared", bob)
    for one in (ada, bob, eve):
        estate.assign(one, estate.role(RUN), RG)
    estate.deny(PROD, "*", principals=(denied,), excluded=(spared,))
    assert held(estate, ada) == set()
    assert held(estate, bob) == held(estate, eve) == {("run_code", RG, "allowed")}


@pytest.mark.parametrize("how", ["rbac", "directory"])
def test_a_group_between_that_is_denied_does_not_hide_what_the_outer_one_gives(how: str) -> None:
    estate = Estate()
    ada = estate.user("Ada")
    target = estate.managed("target")
    inner = estate.group("inner", ada)
    outer = estate.group("outer", inner)
    if how == "rbac":
        estate.host("Microsoft.Compute/virtualMachines", "vm1", target)
        estate.assign(outer, estate.role(RUN), RG)
    else:
        estate.directory_role(outer, GLOBAL_ADMINISTRATOR)
    estate.deny(PROD, "Microsoft.Compute/*", principals=(inner,), excluded=(ada,))
    expected = target if how == "rbac" else administrator_of(TENANT)
    assert expected in {target for _, target, answer in gained(estate, ada) if answer == "allowed"}
    assert inner not in {target for _, target, _ in gained(estate, ada)}


def test_whoever_joins_a_group_that_is_denied_gains_what_is_left_of_the_outer_one() -> None:
    estate = Estate()
    eve = estate.user("Eve")
    open_to_inner, closed_to_inner = estate.managed("open"), estate.managed("closed")
    inner = estate.group("inner")
    outer = estate.group("outer", inner)
    estate.assign(outer, estate.role(RUN), PROD)
    estate.host("Microsoft.Compute/virtualMachines", "vm1", closed_to_inner)
    estate.host("Microsoft.Compute/virtualMachines", "vm2", open_to_inner, group=OTHER_RG)
    estate.deny(RG, "Microsoft.Compute/*", principals=(inner,))
    estate.directory_role(eve, GROUPS_ADMINISTRATOR)
    inventory, _ = estate.judged()
    assert inner in {edge.target for edge in inventory.becomes_of(eve)}
    reached, waiting = set[str](), [inner]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += [edge.target for edge in inventory.becomes_of(one)]
    assert open_to_inner in reached
    assert closed_to_inner not in reached


def test_deny_that_stays_at_its_scope_takes_nothing_from_what_lies_in_it() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role(RUN), RG)
    estate.deny(PROD, "*", below=False)
    assert held(estate, app) == {("run_code", RG, "allowed")}


def test_deny_under_a_condition_takes_nothing_for_sure() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role(RUN), RG)
    estate.deny(PROD, "*", condition="@Request[x] StringEquals 'y'")
    assert held(estate, app) == {("run_code", RG, "allowed")}


def test_deny_that_cannot_be_read_is_said() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role(RUN), RG)
    estate.unread(estate.deny(PROD, "*"))
    (grant,) = estate.judged()[0].grants_of(app)
    assert grant.answer == "allowed"
    assert grant.reason.endswith("(deny assignment lock was not readable)")


# Conditions and eligible assignments.


def test_condition_binds_the_actions_that_it_names() -> None:
    estate = Estate()
    app = estate.principal("app")
    condition = (
        "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR"
        " (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {x}))"
    )
    estate.assign(app, estate.role("Microsoft.Authorization/roleAssignments/write", RUN), RG, condition=condition)
    grants = {g.capability: g for g in estate.judged()[0].grants_of(app)}
    assert grants["run_code"].answer == "allowed"
    assert grants["administer_identities"].answer == "conditional"
    assert grants["administer_identities"].conditions == (condition,)
    assert condition in grants["administer_identities"].reason


def test_other_conditions_bind_everything() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, OWNER, PROD, condition="@Environment[utcNow] DateTimeLessThan '2030'")
    assert {answer for _, _, answer in held(estate, app)} == {"conditional"}
    assert admin_verdicts(estate.judged()[0])[app][0] == "conditional"


def test_eligible_depends_on_activation() -> None:
    estate = Estate()
    ada = estate.user("Ada")
    estate.assign(ada, OWNER, PROD, eligible=True)
    grant = next(g for g in estate.judged()[0].grants_of(ada) if g.capability == "administer")
    assert (grant.answer, grant.conditions) == ("conditional", ("it activates what it is eligible for",))


def test_standing_assignment_outdoes_the_eligible_one() -> None:
    estate = Estate()
    ada = estate.user("Ada")
    estate.assign(ada, OWNER, PROD, eligible=True)
    estate.assign(ada, OWNER, PROD)
    assert {answer for _, _, answer in held(estate, ada)} == {"allowed"}


# What is not known.


@pytest.mark.parametrize("known", [True, False])
def test_role_that_was_not_read_is_unknown(known: bool) -> None:
    estate = Estate()
    app = estate.principal("app")
    missing = f"/providers/microsoft.authorization/roledefinitions/{guid(999)}"
    estate.assign(app, missing, RG)
    if known:
        estate.assign(app, READER, PROD)
    inventory, _ = estate.judged()
    (grant,) = inventory.grants_of(app)
    assert (grant.capability, grant.resource, grant.answer) == ("administer", RG, "unknown")
    assert guid(999) in grant.reason
    assert admin_verdicts(inventory)[app][0] == "unknown"


def test_classic_administrators_administer() -> None:
    estate = Estate()
    ada = estate.user("Ada")
    id = "/providers/microsoft.authorization/classicadministrators"
    estate._role(id, "Classic administrator", [{"actions": ["*"]}], built_in=True)
    estate.assign(ada, id, PROD)
    assert ("administer", PROD, "allowed") in held(estate, ada)


def test_assignments_of_other_clouds_are_left_alone() -> None:
    estate = Estate()
    estate.add(Assignment(principal="arn:aws:iam::1:user/x", role="arn:aws:sso:::permissionSet/p", scope="aws:1"))
    assert estate.judged()[1] == []


def test_verdicts() -> None:
    estate = Estate()
    owner, none, above = estate.principal("owner"), estate.principal("none"), estate.principal("above")
    estate.assign(owner, OWNER, PROD)
    estate.assign(none, READER, PROD)
    estate.assign(above, OWNER, ROOT_GROUP)
    verdicts = admin_verdicts(estate.judged()[0])
    assert [verdicts[one][0] for one in (owner, none, above)] == ["is", "no", "is"]
    assert (
        verdicts[owner][1] == "service principal owner administers subscription Prod (role Owner at subscription Prod)"
    )


# Key vaults.


def entry(principal: str, **permissions: list[str]) -> dict[str, object]:
    return {"objectId": principal.rpartition("/")[2], "tenantId": TENANT, "permissions": permissions}


def test_access_policies_of_vaults() -> None:
    estate = Estate()
    app, ada = estate.principal("app"), estate.user("Ada")
    group = estate.group("readers", ada)
    bad: dict[str, object] = {"objectId": 7, "permissions": None}
    vault = estate.vault(
        "kv1", "access-policies", entry(app, secrets=["Get", "List"]), entry(group, secrets=["Set"], keys=["all"]), bad
    )
    assert held(estate, app) == {("read_secrets", vault, "allowed")}
    assert held(estate, ada) == {("write_data", vault, "allowed"), ("read_data", vault, "allowed")}


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("access-policies", {("read_secrets", RG, "allowed")}),
        ("rbac", set()),
        ("", {("read_secrets", RG, "conditional")}),
    ],
)
def test_writing_access_policies_opens_only_vaults_that_decide_by_them(
    authorization: str, expected: set[tuple[str, str, str]]
) -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.vault("kv1", authorization)
    estate.assign(app, estate.role("Microsoft.KeyVault/vaults/accessPolicies/write"), RG)
    assert held(estate, app) == expected


def test_grants_are_all_of_this_cloud() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, OWNER, PROD)
    assert {g.identity for g in estate.judged()[1] if isinstance(g, Grant)} == {app}


def test_documents_that_cannot_be_used_are_gaps() -> None:
    estate = Estate()
    app = estate.principal("app")
    held_role, idle = estate.role(RUN, name="held"), estate.role(RUN, name="idle")
    estate.assign(app, held_role, RG)
    estate.assign(app, f"/providers/microsoft.authorization/roledefinitions/{guid(999)}", RG)  # which the call hid
    vault = estate.vault("kv1", "access-policies", {})
    for policy in (held_role, idle, estate.deny(PROD, "*"), f"{vault}/policy/access"):
        estate.unread(policy)
    gaps = [record for record in estate.judged()[1] if isinstance(record, Gap)]
    assert {(gap.hides, gap.subjects) for gap in gaps} == {
        ("what role held allows", (app,)),
        ("what deny assignment lock takes away", ()),
        ("whom the kv1 let in", ()),
    }
    assert not estate.judged()[0].knows(TENANT, "policies", app)
