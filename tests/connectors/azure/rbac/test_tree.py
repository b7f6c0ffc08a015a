"""The tree of management groups, from answers that contradict themselves or are made up."""

from __future__ import annotations

from typing import Any

from nhiscan_connectors.azure.rbac.tree import Place, Tree

TENANT = "7e57ab1e-0000-4000-8000-000000000001"
GROUPS = "/providers/microsoft.management/managementgroups"
A, B, C = (f"/subscriptions/0000000{number}-0000-4000-9000-000000000000" for number in (1, 2, 3))


def subscription(id: str, *chain: Any) -> dict[str, Any]:
    row = {"id": id, "name": "x", "type": "microsoft.resources/subscriptions"}
    return {**row, "properties": {"managementGroupAncestorsChain": list(chain)}}


def group(name: str, parent: str = "") -> dict[str, Any]:
    details = {"parent": {"name": parent}} if parent else {}
    return {"name": name, "type": "Microsoft.Management/managementGroups", "properties": {"details": details}}


def test_a_circle_is_cut() -> None:
    tree = Tree(TENANT)
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a"), ("self", "self")):
        tree.add_group(group(name, parent))
    tree.add_row(subscription(A, {"name": "a"}))
    tree.close()
    for start in (A, *(scope.id for scope in tree.groups())):
        here, steps = start, 0
        while here != f"azure:{TENANT}":
            here, steps = tree.above(here), steps + 1
            assert steps < 10


def test_a_branch_without_end_is_cut() -> None:
    tree = Tree(TENANT)
    for number in range(1000):
        tree.add_group(group(f"g{number}", f"g{number + 1}"))
    tree.close()
    here, steps = f"{GROUPS}/g0", 0
    while here != f"azure:{TENANT}":
        here, steps = tree.above(here), steps + 1
    assert steps < 100


def test_chains_that_are_none_tell_nothing() -> None:
    tree = Tree(TENANT)
    chains: list[Any] = [7, "x", [7], [{}], [{"name": 7}], None]
    for chain in chains:
        tree.add_row({**subscription(A), "properties": {"managementGroupAncestorsChain": chain}})
    tree.add_row({"id": A, "properties": "x"})
    tree.add_row({})
    tree.add_group(
        {"name": "g", "properties": {"children": [7, {"type": "x"}, {"type": "/subscriptions", "name": "?"}]}}
    )
    tree.close()
    assert not tree.knows(A)
    assert tree.above(A) == f"azure:{TENANT}"
    assert [scope.id for scope in tree.groups()] == [f"{GROUPS}/g"]


def test_children_may_be_nested_as_deep_as_they_like() -> None:
    inner: list[Any] = [{"type": "/subscriptions", "name": A.rpartition("/")[2]}]
    for number in range(5000):
        inner = [{"type": "Microsoft.Management/managementGroups", "name": f"g{number}", "children": inner}]
    tree = Tree(TENANT)
    tree.add_group({"name": "root", "properties": {"children": inner}})
    assert tree.above(A) == f"{GROUPS}/g0"


def test_it_is_asked_where_all_is_seen_with_the_fewest_calls() -> None:
    tree = Tree(TENANT)
    for name, parent in (("root", ""), ("shop", "root"), ("empty", "root")):
        tree.add_group(group(name, parent))
    tree.add_row(subscription(A, {"name": "shop"}, {"name": "root"}))
    tree.add_row(subscription(B, {"name": "secret"}, {"name": "root"}))
    tree.close()
    assert tree.places([A, B, C]) == [
        Place((f"{GROUPS}/empty",), ()),
        Place((B,), (B,)),  # the scanner may not read the group "secret"
        Place((f"{GROUPS}/shop",), (A,)),
        Place((C,), (C,)),  # nobody told what is above it
    ]


def test_a_tenant_without_groups_is_asked_through_one_subscription() -> None:
    tree = Tree(TENANT)
    for id in (A, B):
        tree.add_row(subscription(id))
    tree.close()
    assert tree.knows(A)
    assert tree.above(A) == f"azure:{TENANT}"
    assert tree.places([A, B]) == [Place((A, B), (A, B))]
