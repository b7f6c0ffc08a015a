"""Shape and cost on large estates, counted and not timed."""

from __future__ import annotations

from collections import Counter

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.model import CanBecome, Membership
from nhiscan_connectors.azure.access.judge import Judge
from tests.connectors.azure.access.estates import (
    CONTRIBUTOR,
    MANAGEMENT_GROUP,
    OTHER_RG,
    OWNER,
    PROD,
    RG,
    Estate,
    gained,
    resource,
)

SITES = "Microsoft.Web/sites"
WRITE = "Microsoft.Web/sites/write"


def tenant(count: int) -> Estate:
    """Principals with roles of their own and of groups, hosts in many resource groups, deny assignments, owners."""
    estate = Estate()
    roles = [estate.role(WRITE, name="w"), CONTRIBUTOR, OWNER, estate.role("*/read", name="r")]
    groups = [estate.group(f"g{n}") for n in range(max(2, count // 50))]
    for n, group in enumerate(groups):
        estate.assign(group, roles[n % 4], f"{PROD}/resourcegroups/rg{n}")
    for n in range(count):
        app = estate.principal(f"app{n}")
        for turn in range(5):
            estate.assign(app, roles[(n + turn) % 4], f"{PROD}/resourcegroups/rg{(n * 7 + turn) % (count // 5)}")
        if n % 3 == 0:
            estate.assign(app, roles[n % 4], (PROD, MANAGEMENT_GROUP, "/")[n % 9 // 3])
        estate.host(SITES, f"site{n}", app, group=f"{PROD}/resourcegroups/rg{n % (count // 5)}")
        estate.add(Membership(member=app, group=groups[n % len(groups)]))
        if n % 10 == 0:
            estate.deny(f"{PROD}/resourcegroups/rg{n % (count // 5)}", "Microsoft.Web/*")
    return estate


def work(count: int) -> tuple[int, int, int]:
    """Scopes that were looked at, hosts that were handed out, records that came of it."""
    judge = Judge(tenant(count).inventory())
    derived = sum(1 for _ in judge.all())
    return judge.levels, judge.hosts.looked, derived


def test_work_grows_with_the_estate() -> None:
    small, large = work(200), work(1600)
    for few, many in zip(small, large, strict=True):
        assert 4 * few < many < 12 * few


@pytest.mark.parametrize("scope", [PROD, MANAGEMENT_GROUP, "/"])
def test_many_hosts_are_reached_by_the_tree_of_scopes(scope: str) -> None:
    estate = Estate()
    hosted = [estate.principal(f"h{n}") for n in range(30)]
    for n, one in enumerate(hosted):
        estate.host(SITES, f"s{n}", one, group=(RG, OTHER_RG)[n % 2])
    last = estate.principal("last")
    estate.host("Microsoft.App/containerApps", "a1", last)
    apps = [estate.principal(f"app{n}") for n in range(5)]
    role = estate.role(WRITE)
    for app in apps:
        estate.assign(app, role, scope)
    inventory, derived = estate.judged()
    edges = Counter(e.identity for e in derived if isinstance(e, CanBecome))
    assert all(edges[app] == 1 for app in apps)
    assert sum(edges.values()) < 5 + 30 + 10
    hub = inventory.becomes_of(apps[0])[0].target
    assert hub == f"any-of:azure:microsoft.web.sites:{scope}"
    assert reach(inventory.becomes, apps[0]) == {*hosted}
    assert last not in reach(inventory.becomes, apps[0])


def reach(edges: list[CanBecome], start: str) -> set[str]:
    """Service principals that can be become, over all steps."""
    out: dict[str, list[str]] = {}
    for edge in edges:
        out.setdefault(edge.identity, []).append(edge.target)
    seen, waiting = {start}, [start]
    while waiting:
        for target in out.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return {id for id in seen if id.startswith("/servicePrincipals/")} - {start}


def test_hub_leaves_out_what_is_denied_inside() -> None:
    estate = Estate()
    hosted = {group: [estate.principal(f"{group[-3:]}{n}") for n in range(10)] for group in (RG, OTHER_RG)}
    for group, identities in hosted.items():
        for n, one in enumerate(identities):
            estate.host(SITES, f"s{n}", one, group=group)
    app, spared = estate.principal("app"), estate.principal("spared")
    for one in (app, spared):
        estate.assign(one, estate.role(WRITE), PROD)
    first = resource(SITES, "s0", OTHER_RG)
    estate.deny(RG, "Microsoft.Web/*", excluded=(spared,))
    estate.deny(first, "*", excluded=(spared,))
    inventory, _ = estate.judged()
    assert reach(inventory.becomes, app) == {*hosted[OTHER_RG][1:]}
    assert reach(inventory.becomes, spared) == {*hosted[RG], *hosted[OTHER_RG]}


def test_hub_keeps_what_another_method_opens_in_spite_of_the_deny() -> None:
    estate = Estate()
    hosted = [estate.principal(f"h{n}") for n in range(10)]
    for n, one in enumerate(hosted):
        estate.host(SITES, f"s{n}", one)
    app = estate.principal("app")
    estate.assign(app, estate.role(WRITE, "Microsoft.Web/sites/publish/action"), PROD)
    estate.deny(RG, WRITE)
    assert reach(estate.judged()[0].becomes, app) == {*hosted}


@pytest.mark.parametrize("how", ["activation", "note"])
def test_what_is_closed_to_one_method_may_be_open_to_another_under_a_condition(how: str) -> None:
    estate = Estate()
    inside, outside = estate.principal("inside"), estate.principal("outside")
    estate.host(SITES, "s1", inside)
    estate.host(SITES, "s2", outside, group=OTHER_RG)
    app = estate.principal("app")
    estate.assign(app, estate.role(WRITE), PROD)
    more = {"eligible": True} if how == "activation" else {}
    action = "Microsoft.Web/sites/publishxml/action" if how == "note" else "Microsoft.Web/sites/publish/action"
    estate.assign(app, estate.role(action), PROD, **more)
    estate.deny(RG, WRITE)
    edges = {(edge.target, edge.answer) for edge in estate.judged()[0].becomes_of(app)}
    assert edges >= {(outside, "allowed"), (inside, "conditional")}
    assert (inside, "allowed") not in edges


def test_owner_of_a_subscription_reaches_every_kind_of_host() -> None:
    estate = Estate()
    kinds = [SITES, "Microsoft.App/containerApps", "Microsoft.Compute/virtualMachines", "Microsoft.Logic/workflows"]
    hosted = [estate.principal(f"h{n}") for n in range(20)]
    for n, one in enumerate(hosted):
        estate.host(kinds[n % 4], f"s{n}", one)
    users = [estate.managed(f"u{n}") for n in range(3)]
    owner, assigner = estate.principal("owner"), estate.principal("assigner")
    estate.assign(owner, OWNER, PROD)
    estate.assign(assigner, estate.role("Microsoft.Authorization/roleAssignments/write"), PROD)
    inventory, _ = estate.judged()
    assert reach(inventory.becomes, owner) == reach(inventory.becomes, assigner) == {*hosted, *users}
    assert len(gained(estate, owner)) <= 3


def test_way_through_a_hub_is_found() -> None:
    estate = Estate()
    hosted = [estate.principal(f"h{n}") for n in range(12)]
    for n, one in enumerate(hosted):
        estate.host(SITES, f"s{n}", one)
    estate.permission(hosted[7], "RoleManagement.ReadWrite.Directory")
    app = estate.principal("app")
    estate.assign(app, estate.role(WRITE), MANAGEMENT_GROUP)
    verdict, why = admin_verdicts(estate.judged()[0])[app]
    assert verdict == "can_become"
    assert "can change what any web app in management group Corp runs" in why


def test_groups_cost_edges_by_members_and_not_by_members_times_roles() -> None:
    estate = Estate()
    members = [estate.principal(f"m{n}") for n in range(100)]
    group = estate.group("g", *members)
    for n in range(50):
        target = estate.principal(f"t{n}")
        estate.host(SITES, f"s{n}", target, group=f"{PROD}/resourcegroups/r{n}")
        estate.assign(group, estate.role(WRITE), f"{PROD}/resourcegroups/r{n}")
    edges = [e for e in estate.judged()[1] if isinstance(e, CanBecome)]
    assert len(edges) == 150


def test_what_binds_groups_is_found_once_a_group_and_not_once_a_member() -> None:
    estate = Estate()
    members = [estate.user(f"m{n}") for n in range(100)]
    groups = [estate.group("g0", *members)]
    for n in range(1, 20):
        groups.append(estate.group(f"g{n}", groups[-1]))
    estate.assign(groups[-1], OWNER, PROD)
    estate.deny(OTHER_RG, "Microsoft.Web/*", principals=(groups[3],))
    judge = Judge(estate.inventory())
    edges = [edge for edge in judge.all() if isinstance(edge, CanBecome)]
    assert judge.estate.denies.asked == len(members) + len(groups)
    assert len(edges) < 1000
