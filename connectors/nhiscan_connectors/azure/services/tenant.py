"""The tenant, its management groups and subscriptions as scopes; its roles, and who holds them above subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Gap, Scope
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.authorization import role_pages
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.ids import resource_id, subscription_scope
from nhiscan_connectors.azure.plan import ORGANIZATION, SUBSCRIPTIONS
from nhiscan_connectors.azure.rbac import operations as ops
from nhiscan_connectors.azure.rbac.holders import assignments, damage, denials, eligible
from nhiscan_connectors.azure.rbac.roles import role_policy
from nhiscan_connectors.azure.rbac.tree import Place, Tree
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.environment import environment_of
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.gaps import refusal

_ABOVE: tuple[tuple[Api, str], ...] = (
    (ops.ASSIGNMENTS_ABOVE, "role_assignments.list_for_scope"),
    (ops.DENIALS_ABOVE, "deny_assignments.list_for_scope"),
    (ops.ELIGIBLE_ABOVE, "role_eligibility_schedule_instances.list_for_scope"),
    (ops.ACTIVE_ABOVE, "role_assignment_schedule_instances.list_for_scope"),
)
_TRIES = 3
"""Subscriptions that are asked for one thing, when one refuses."""


def collect(calls: Calls) -> None:
    """The tenant, the tree under it, its roles, and what is assigned above its subscriptions."""
    calls.ask(ORGANIZATION)
    subscriptions = list(calls.items(SUBSCRIPTIONS))
    tree = _collected_tree(calls, subscriptions)
    roles = list(calls.items(ops.ROLES, "data"))
    if not any(text(table(table(role).get("properties")).get("type")) == "BuiltInRole" for role in roles):
        # They are the same everywhere: the first subscription that answers will do.
        for subscription in _ours(subscriptions, calls.tenant)[:_TRIES]:
            how = ("role_definitions.list", subscription, "type eq 'BuiltInRole'")
            if sum(1 for _ in role_pages(calls, ops.BUILT_IN, *how, scope=subscription)):
                break
    calls.each(lambda place: _ask_above(calls, place), tree.places(_ours(subscriptions, calls.tenant)))


def _collected_tree(calls: Calls, subscriptions: list[Any]) -> Tree:
    """The tree by Resource Graph; where that leaves a subscription without a place, by the groups' own list."""
    tree = Tree(calls.tenant)
    for row in calls.items(ops.CONTAINERS, "data"):
        tree.add_row(table(row))
    if not all(tree.knows(subscription) for subscription in _ours(subscriptions, calls.tenant)):
        groups = [table(group) for group in calls.items(ops.GROUPS)]
        names = [text(group.get("name")) for group in groups if text(group.get("name"))]
        for group in groups:
            tree.add_group(group)
        # The root first: it tells of all the others.
        for name in sorted(names, key=lambda name: (name.lower() != calls.tenant, name)):
            if not tree.knows(f"/providers/microsoft.management/managementgroups/{name.lower()}"):
                tree.add_group(calls.page(ops.GROUP, group=name) or {})
    tree.close()
    return tree


def _ask_above(calls: Calls, place: Place) -> None:
    for scope in place.asked[:_TRIES]:
        answered = [_asked(calls, operation, method, scope) for operation, method in _ABOVE]
        if answered[0]:
            return


def _asked(calls: Calls, operation: Api, method: str, scope: str) -> bool:
    """Whether a list was answered."""
    return sum(1 for _ in role_pages(calls, operation, method, scope, "atScope()", scope=scope)) > 0


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Scopes from the tenant down to its subscriptions, roles, and who holds them above subscriptions."""
    fields = Fields(shard, answers)
    tenant = shard.scope.removeprefix("azure:")
    subscriptions = list(fields.items(SUBSCRIPTIONS, "value", "subscriptionId"))
    tree = _parsed_tree(fields, tenant)
    yield _tenant(shard, fields)
    yield from tree.groups()
    for subscription in subscriptions:
        if _is_ours(subscription, tenant):
            yield _subscription(tree, subscription)
    yield from _roles(shard, answers, fields)
    yield from assignments(fields, _is_above, ops.ASSIGNMENTS_ABOVE, ops.ACTIVE_ABOVE)
    yield from eligible(fields, _is_above, ops.ELIGIBLE_ABOVE)
    yield from denials(fields, _is_above, ops.DENIALS_ABOVE, tenant)
    yield from _unknown(shard, answers, tree.places(_ours(subscriptions, tenant)))
    yield from damage(fields)


def _roles(shard: Shard, answers: Answers, fields: Fields) -> Iterator[AnyRecord]:
    built_in = False
    for operation, key in ((ops.ROLES, "data"), (ops.BUILT_IN, "value")):
        for role in fields.items(operation, key, "id"):
            if _is_ours(role, shard.scope.removeprefix("azure:")):
                policy = role_policy(role, shard.scope)
                built_in = built_in or policy.managed_by_provider
                yield policy
    why = next((item for item in answers.of(ops.BUILT_IN) if item.problem is not None), None)
    if why is not None and not built_in:
        yield refusal(shard, ops.BUILT_IN, why, blinds=("policies",))


def _parsed_tree(fields: Fields, tenant: str) -> Tree:
    tree = Tree(tenant)
    for row in fields.items(ops.CONTAINERS, "data", "id"):
        tree.add_row(row)
    for group in fields.items(ops.GROUPS, "value", "name"):
        tree.add_group(group)
    for body in fields.bodies(ops.GROUP):
        tree.add_group(body)
    tree.close()
    return tree


def _tenant(shard: Shard, fields: Fields) -> Scope:
    """The tenant, told of even where its name is not known."""
    found: dict[str, Any] = next(fields.items(ORGANIZATION, "value", "id"), {})
    domains = list(fields.within(ORGANIZATION, found, "verifiedDomains", "name"))
    first = next((text(domain.get("name")) for domain in domains if domain.get("isDefault") is True), "")
    return Scope(
        id=shard.scope,
        provider="azure",
        kind="tenant",
        name=text(found.get("displayName")) or first or shard.scope.removeprefix("azure:"),
        attributes={"domain": first} if first else {},
    )


def _subscription(tree: Tree, subscription: dict[str, Any]) -> Scope:
    state = text(subscription.get("state"))
    name = text(subscription.get("displayName")) or subscription["subscriptionId"]
    id = subscription_scope(subscription["subscriptionId"])
    return Scope(
        id=id,
        provider="azure",
        kind="subscription",
        name=name,
        parent=tree.above(id),
        environment=environment_of(name),
        attributes={"state": state} if state else {},
    )


def _ours(subscriptions: Iterable[Any], tenant: str) -> list[str]:
    """Scopes of the subscriptions that lie in the tenant and can be asked."""
    found = [table(subscription) for subscription in subscriptions]
    return sorted(
        subscription_scope(subscription["subscriptionId"])
        for subscription in found
        if text(subscription.get("subscriptionId"))
        and _is_ours(subscription, tenant)
        and text(subscription.get("state")) != "Deleted"
    )


def _is_ours(entry: dict[str, Any], tenant: str) -> bool:
    """Whether a subscription or row lies in the tenant: who serves customers sees theirs too."""
    return text(entry.get("tenantId")).lower() in ("", tenant)


def _is_above(scope: str) -> bool:
    """Whether the tenant's shard tells of a scope; what is in a subscription, the subscription's own does."""
    return not scope.startswith("/subscriptions/")


def _unknown(shard: Shard, answers: Answers, places: list[Place]) -> Iterator[Gap]:
    """What is not known of whom where nobody told what is assigned above."""
    for operation, _ in _ABOVE:
        # Without a licence for it nobody is eligible, and nothing ends by itself.
        problems = [item for item in answers.of(operation) if item.problem not in (None, "not_licensed")]
        refused = {str(item.params.get("scope") or ""): item for item in problems}
        told = {str(item.params.get("scope")) for item in answers.of(operation) if item.problem is None}
        if "" in refused:  # an export does not hold it
            yield refusal(shard, operation, refused[""], blinds=("policies",))
        for place in places:
            whys = [refused[scope] for scope in place.asked if scope in refused]
            if whys and not any(scope in told - refused.keys() for scope in place.asked):
                subjects = {resource_id(scope) for scope in (*place.asked[:_TRIES], *place.covers)}
                yield refusal(shard, operation, whys[0], *sorted(subjects), blinds=("policies",))


SERVICE = Service(
    name="tenant",
    part="tenant",
    operations=(ORGANIZATION, SUBSCRIPTIONS, *ops.IN_TENANT),
    collect=collect,
    parse=parse,
)
