"""Azure RBAC in a subscription: its custom roles, who holds a role in it, who may activate one, who is denied what.

What the subscription inherits is told by the tenant's shard: see `nhiscan_connectors.azure.rbac`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import AbsentError, Page, ReadError, Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Assignment, Gap, Scope
from nhiscan_connectors.azure.authorization import role_pages
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.ids import tenant_scope
from nhiscan_connectors.azure.plan import SUBSCRIPTION
from nhiscan_connectors.azure.rbac import operations as ops
from nhiscan_connectors.azure.rbac.holders import assignments, classic, damage, denials, eligible
from nhiscan_connectors.azure.rbac.roles import role_policy
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.environment import environment_of
from nhiscan_connectors.common.fields import Fields, text
from nhiscan_connectors.common.gaps import refusal

ASSIGNMENTS, DEFINITIONS = ops.ASSIGNMENTS, ops.DEFINITIONS


def collect(calls: Calls) -> None:
    """Six lists of the subscription."""
    scope = calls.shard.scope
    lists = (
        role_pages(calls, ops.DEFINITIONS, "role_definitions.list", scope, "type eq 'CustomRole'", scope=scope),
        role_pages(calls, ops.ASSIGNMENTS, "role_assignments.list_for_subscription"),
        role_pages(calls, ops.DENIALS, "deny_assignments.list"),
        role_pages(calls, ops.ELIGIBLE, "role_eligibility_schedule_instances.list_for_scope", scope, scope=scope),
        role_pages(calls, ops.ACTIVE, "role_assignment_schedule_instances.list_for_scope", scope, scope=scope),
        _classic_pages(calls),
    )
    for bodies in lists:
        for _ in bodies:
            pass


def _classic_pages(calls: Calls) -> Iterator[dict[str, Any]]:
    """Classic administrators. Azure has retired them: where it no longer knows the call, there are none."""
    ask = calls.fetch(ops.CLASSIC, {})

    def fetch(token: str | None) -> Page:
        try:
            return ask(token)
        except ReadError as error:
            if error.reason == "unsupported" or error.code == "410" or "retired" in str(error).lower():
                raise AbsentError(f"{ops.CLASSIC.name}: {error}") from error
            raise

    return calls.sink.pages(ops.CLASSIC, fetch, {})


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Custom roles as policies, assignments in the subscription, and deny assignments."""
    fields = Fields(shard, answers)
    tenant = shard.options.get("tenant", "")
    inside = f"{shard.scope}/"

    def within(scope: str) -> bool:
        return scope == shard.scope or scope.startswith(inside)

    yield _scope(shard, fields, tenant)
    for definition in fields.items(ops.DEFINITIONS, "value", "id"):
        yield role_policy(definition, tenant_scope(tenant))
    yield from assignments(fields, within, ops.ASSIGNMENTS, ops.ACTIVE)
    yield from eligible(fields, within, ops.ELIGIBLE)
    yield from denials(fields, within, ops.DENIALS, tenant)
    yield from classic(fields, shard.scope, tenant)
    yield from _unknown(shard, answers)
    yield from damage(fields)


def _scope(shard: Shard, fields: Fields, tenant: str) -> Scope:
    """The subscription as it tells of itself, for where the tenant does not list it: its place in the tree is lost."""
    told = next(fields.bodies(SUBSCRIPTION), {})
    name = text(told.get("displayName"))
    return Scope(
        id=shard.scope,
        provider="azure",
        kind="subscription",
        name=name or shard.scope.removeprefix("/subscriptions/"),
        parent=tenant_scope(tenant) if tenant else None,
        environment=environment_of(name),
    )


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Classic administrators as the users that they are: Azure tells of them by address only."""
    found = [assignment for assignment in inventory.assignments if assignment.source == ops.CLASSIC.name]
    if not found:
        return
    users = {
        address.lower(): identity.id
        for identity in inventory.identities.values()
        if identity.provider == "azure" and identity.kind == "entra-user"
        for address in (identity.email or "", identity.attributes.get("userPrincipalName", ""))
        if address
    }
    for assignment in found:
        user = users.get(assignment.principal.removeprefix("/users/"))
        if user is not None:
            yield Assignment(principal=user, role=assignment.role, scope=assignment.scope, source=assignment.source)


def _unknown(shard: Shard, answers: Answers) -> Iterator[Gap]:
    """Schedules that were refused: roles that somebody may activate are not known. Without a licence there are none."""
    for item in answers.of(ops.ELIGIBLE):
        if item.problem is not None and item.problem != "not_licensed":
            yield refusal(shard, ops.ELIGIBLE, item, blinds=("policies",))


SERVICE = Service(
    name="role-assignments",
    part="subscription",
    operations=ops.IN_SUBSCRIPTION,
    collect=collect,
    parse=parse,
    join=join,
)
