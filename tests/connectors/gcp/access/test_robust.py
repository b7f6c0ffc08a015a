"""Whatever policies say, judging them ends, and in records."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nhiscan.access.question import Question
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Assignment, CanBecome, Gap, Grant, Link, Membership, Policy, PolicyUse, Scope
from nhiscan_connectors.gcp.access import access, decide, readers
from tests.connectors.gcp.access.estates import DEV, FOLDER, ORG, PAY, SECRET, Estate

NAMES = (
    "", "*", "//", "///", "user:", "user:ada@acme.example", "group:g@acme.example", "domain:acme.example",
    "projectOwner:pay-prod", "projectOwner:", "allAuthenticatedUsers", "deleted:user:x?uid=1", "serviceAccount:x",
    "principal://", "principalSet://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/p/*",
    "principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/p/subject/s",
    "principalSet://cloudresourcemanager.googleapis.com/projects/42", "principalSet://goog/public:all",
    "principalSet://goog/group/g@acme.example", "//cloudresourcemanager.googleapis.com/organizations/1",
    "//iam.googleapis.com/projects/-/serviceAccounts/", "//iam.googleapis.com/projects/-/serviceAccounts/a@b",
    "//iam.googleapis.com/projects/-/serviceAccounts/pay-prod.svc.id.goog[a/b]", ORG, FOLDER, PAY, DEV, SECRET,
    "//storage.googleapis.com/", "//storage.googleapis.com/b/c", "//x/projects/pay-prod/a/b/c/d/e",
)  # fmt: skip
ROLES = ("roles/", "roles/owner", "roles/editor", "projects/pay-prod/roles/x", "organizations/1/roles/", "x", "/roles/")
CONDITIONS = (
    "",
    "true",
    "false",
    "resource.name == 'x'",
    "resource.type.startsWith('secret')",
    "((",
    "request.time < 1",
)
KEYS = (
    "rules", "denyRule", "deniedPrincipals", "deniedPermissions", "exceptionPrincipals", "denialCondition",
    "expression", "details", "resources", "condition", "includedPermissions", "stage",
)  # fmt: skip
names = st.one_of(st.sampled_from(NAMES), st.text(max_size=12))
jsons = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), names),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)
assignments = st.builds(
    Assignment,
    principal=names,
    role=st.sampled_from(ROLES),
    scope=names,
    condition=st.sampled_from(CONDITIONS),
    eligible=st.booleans(),
)
memberships = st.builds(Membership, member=names, group=names)
scopes = st.builds(
    lambda id, parent, number: Scope(
        id=id, provider="gcp", kind="folder", name=id, parent=parent, attributes={"number": number}
    ),
    names,
    names,
    st.sampled_from(("", "42", "43")),
)


def policies(document: Any, use: str, target: str) -> list[AnyRecord]:
    """A deny policy or a boundary, or a role, with any document."""
    kind = "role-definition" if use == "role" else "organization"
    id = "projects/pay-prod/roles/x" if use == "role" else f"{use} {target}"
    text = json.dumps(document)
    found: list[AnyRecord] = [
        Policy(id=id, provider="gcp", kind=kind, name="p", scope=ORG, document=text)  # type: ignore[arg-type]
    ]
    if use != "role":
        found.append(PolicyUse(policy=id, target=target, use=use))  # type: ignore[arg-type]
    return found


others = st.builds(policies, jsons, st.sampled_from(("role", "organization-limit", "boundary")), names)


@given(
    st.lists(assignments, max_size=8),
    st.lists(memberships, max_size=4),
    st.lists(scopes, max_size=3),
    st.lists(others, max_size=3),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything_is_judged(
    bound: list[Assignment], members: list[Membership], places: list[Scope], more: list[list[AnyRecord]]
) -> None:
    estate = Estate()
    estate.account("a")
    estate.secret()
    inventory = Inventory([*places, *estate.records, *bound, *members, *(one for some in more for one in some)])
    found = list(access(inventory))
    assert all(isinstance(record, Grant | CanBecome | Link | Gap) for record in found)
    list(readers(inventory, SECRET))
    for one in bound[:2]:
        question = Question(identity=one.principal, action="secretmanager.versions.access", resource=one.scope)
        assert decide(inventory, question).answer in ("allowed", "denied", "conditional", "unknown")
