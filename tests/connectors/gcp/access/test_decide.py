"""Questions about access, their layers, and who reads a resource."""

from __future__ import annotations

import pytest

from nhiscan.access.question import Decision, Question
from nhiscan.model import Gap, Grant
from nhiscan_connectors.gcp.access import decide, readers
from tests.connectors.gcp.access.estates import BUCKET, DEV, FOLDER, ORG, PAY, SECRET, Estate

ACCESS = "secretmanager.versions.access"
LAYERS = ("deny policies", "principal access boundaries", "allow policies")


def ask(estate: Estate, who: str, action: str, resource: str = "*") -> Decision:
    return decide(estate.inventory(), Question(identity=who, action=action, resource=resource))


def read(estate: Estate, resource: str) -> dict[str, Grant]:
    return {grant.identity: grant for grant in readers(estate.inventory(), resource)}


@pytest.mark.parametrize(
    ("scope", "resource", "answer"),
    [
        (ORG, SECRET, "allowed"),
        (FOLDER, SECRET, "allowed"),
        (PAY, SECRET, "allowed"),
        (SECRET, SECRET, "allowed"),
        (SECRET, f"{SECRET}/versions/1", "allowed"),
        (PAY, "//secretmanager.googleapis.com/projects/42/secrets/card", "allowed"),
        (SECRET, "//secretmanager.googleapis.com/projects/42/secrets/card", "allowed"),
        (DEV, SECRET, "denied"),
        (SECRET, PAY, "denied"),
        (SECRET, "//secretmanager.googleapis.com/projects/pay-prod/secrets/cards", "denied"),
        (PAY, "projects/pay-prod", "allowed"),
        (PAY, "projects/42", "allowed"),
        (FOLDER, "folders/2", "allowed"),
    ],
)
def test_where_a_role_holds(scope: str, resource: str, answer: str) -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, scope, ACCESS)
    decision = ask(estate, who, ACCESS, resource)
    assert decision.answer == answer
    assert tuple(layer.name for layer in decision.layers) == LAYERS


@pytest.mark.parametrize(
    ("scope", "permission", "answer"),
    [
        (PAY, "run.services.get", "allowed"),
        (PAY, "RUN.services.get", "allowed"),
        (PAY, "run.services.list", "denied"),
        (SECRET, "run.services.get", "denied"),
    ],
)
def test_permissions_outside_of_the_tables(scope: str, permission: str, answer: str) -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, scope, "run.services.get")
    assert ask(estate, who, permission, scope).answer == answer


def test_the_project_of_an_account_is_meant_by_a_star() -> None:
    estate = Estate()
    who = estate.account("ci")
    estate.can(who, PAY, ACCESS)
    assert ask(estate, who, ACCESS).answer == "allowed"


def test_sentences() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(estate.group("staff", who), FOLDER, ACCESS)
    decision = ask(estate, who, ACCESS, SECRET)
    assert decision.reason == (
        "user ada may use secretmanager.versions.access on secret card: role test1 at folder shop, through group"
        " staff@acme.example allows secretmanager.versions.access"
    )
    assert ask(estate, who, "run.jobs.run", PAY).reason == (
        "user ada may not use run.jobs.run on project Pay: no role allows run.jobs.run on project Pay"
    )


@pytest.mark.parametrize(
    ("condition", "resource", "answer"),
    [
        ("resource.name.startsWith('projects/42/secrets/card')", SECRET, "allowed"),
        ("resource.name.startsWith('projects/pay-prod/secrets/card')", SECRET, "allowed"),
        ("resource.name.startsWith('projects/42/secrets/other')", SECRET, "denied"),
        ("resource.name == 'projects/42/secrets/card/versions/1'", f"{SECRET}/versions/1", "allowed"),
        ("resource.name == 'projects/42/secrets/card/versions/2'", f"{SECRET}/versions/1", "denied"),
        ("resource.name == 'projects/42/secrets/card/versions/1'", SECRET, "conditional"),
        ("resource.type == 'secretmanager.googleapis.com/SecretVersion'", SECRET, "allowed"),
        ("resource.type == 'secretmanager.googleapis.com/Secret'", SECRET, "denied"),
        ("request.time < timestamp('2020-01-01T00:00:00Z')", SECRET, "conditional"),
        ("resource.matchTag('1/env', 'prod')", SECRET, "conditional"),
        ("not ( a condition", SECRET, "conditional"),
    ],
)
def test_conditions_on_one_resource(condition: str, resource: str, answer: str) -> None:
    estate = Estate()
    estate.secret()
    who = estate.user("ada")
    estate.can(who, PAY, ACCESS, condition=condition)
    decision = ask(estate, who, ACCESS, resource)
    assert decision.answer == answer
    assert bool(decision.conditions) is (answer == "conditional")
    found = read(estate, resource).get(who)
    assert (found.answer if found is not None else "denied") == answer


def test_deny_rule_whose_condition_the_resource_settles() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, PAY, ACCESS)
    estate.deny(PAY, "secretmanager.googleapis.com/versions.access",
                condition="resource.name.startsWith('projects/42/secrets/card')")  # fmt: skip
    assert ask(estate, who, ACCESS, SECRET).answer == "denied"
    other = SECRET.replace("card", "other")
    assert ask(estate, who, ACCESS, other).answer == "allowed"
    assert not read(estate, SECRET)
    assert read(estate, other)[who].answer == "allowed"


def test_eligible() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, PAY, ACCESS, eligible=True)
    decision = ask(estate, who, ACCESS, SECRET)
    assert (decision.answer, decision.conditions) == ("conditional", ("it activates the role first",))
    assert read(estate, SECRET)[who].conditions == ("it activates the role first",)


def test_role_that_nobody_knows() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.bind(who, "roles/nobody.knows", PAY)
    assert ask(estate, who, ACCESS, SECRET).answer == "unknown"
    assert read(estate, SECRET)[who].answer == "unknown"
    estate.can(who, PAY, ACCESS)
    assert ask(estate, who, ACCESS, SECRET).answer == "allowed"
    assert read(estate, SECRET)[who].answer == "allowed"


def test_role_by_reference_says_yes_but_never_no() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.bind(who, "roles/secretmanager.secretAccessor", PAY)
    assert ask(estate, who, ACCESS, SECRET).answer == "allowed"
    assert ask(estate, who, "secretmanager.secrets.delete", SECRET).answer == "unknown"


@pytest.mark.parametrize("scope", [PAY, FOLDER, ORG])
def test_policies_that_could_not_be_read(scope: str) -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.add(Gap(connector="gcp", scope=scope, operation="getIamPolicy", reason="denied", blinds=("policies",)))
    decision = ask(estate, who, ACCESS, SECRET)
    assert decision.answer == "unknown"
    assert "allow policy" in decision.reason or "holds and belongs to" in decision.reason
    estate.can(who, SECRET, ACCESS)
    assert ask(estate, who, ACCESS, SECRET).answer == "allowed"


def test_what_anybody_may() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.bucket()
    estate.can("*", BUCKET, "storage.objects.get")
    estate.can("allAuthenticatedUsers", SECRET, ACCESS)
    assert ask(estate, who, "storage.objects.get", BUCKET).answer == "allowed"
    assert ask(estate, who, ACCESS, SECRET).answer == "allowed"
    assert ask(estate, "*", "storage.objects.get", BUCKET).answer == "allowed"
    assert ask(estate, "*", ACCESS, SECRET).answer == "denied"
    assert {*read(estate, BUCKET)} == {"*"}


def test_who_is_not_there() -> None:
    assert ask(Estate(), "user:nobody@acme.example", ACCESS, SECRET).answer == "unknown"


def test_bucket_of_which_nobody_tells_the_project() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, DEV, "storage.objects.get")
    assert ask(estate, who, "storage.objects.get", BUCKET).answer == "unknown"
    estate.bucket()
    assert ask(estate, who, "storage.objects.get", BUCKET).answer == "allowed"
    assert ask(estate, who, "storage.objects.get", f"{BUCKET}/objects/a/b").answer == "allowed"
    assert read(estate, BUCKET)[who].resource == BUCKET


@pytest.mark.parametrize("condition", ["resource.name.startsWith('projects/_/buckets/acme-data/objects/in/')"])
def test_objects_of_a_bucket(condition: str) -> None:
    estate = Estate()
    estate.bucket()
    who = estate.user("ada")
    estate.can(who, BUCKET, "storage.objects.get", condition=condition)
    assert ask(estate, who, "storage.objects.get", BUCKET).answer == "conditional"
    assert ask(estate, who, "storage.objects.get", f"{BUCKET}/objects/in/a").answer == "allowed"
    assert ask(estate, who, "storage.objects.get", f"{BUCKET}/objects/out/a").answer == "denied"


@pytest.mark.parametrize(
    ("permission", "resource", "capability"),
    [
        (ACCESS, SECRET, "read_secrets"),
        ("secretmanager.secrets.setIamPolicy", SECRET, "read_secrets"),
        ("storage.objects.get", BUCKET, "read_data"),
        ("storage.buckets.setIamPolicy", BUCKET, "read_data"),
        ("bigquery.tables.getData", "//bigquery.googleapis.com/projects/dev/datasets/d", "read_data"),
        ("bigquery.tables.getData", "//bigquery.googleapis.com/projects/dev/datasets/d/tables/t", "read_data"),
    ],
)
def test_readers(permission: str, resource: str, capability: str) -> None:
    estate = Estate()
    estate.bucket()
    who, group_member, other = estate.account("ci"), estate.user("ada"), estate.user("bob")
    estate.can(who, ORG, permission)
    estate.can(estate.group("g", group_member), resource, permission)
    estate.can(other, resource, "storage.buckets.get")
    found = read(estate, resource)
    assert {*found} == {who, group_member}
    assert {grant.capability for grant in found.values()} == {capability}
    assert {grant.resource for grant in found.values()} == {resource}
    assert "through group" in found[group_member].reason


@pytest.mark.parametrize("resource", ["arn:aws:s3:::b", "/subscriptions/1", PAY, ORG, "", "principal://x/y",
                                      "//run.googleapis.com/projects/pay-prod/locations/eu/services/s"])  # fmt: skip
def test_nothing_to_read(resource: str) -> None:
    estate = Estate()
    estate.bind(estate.user("ada"), "roles/owner", ORG)
    assert not read(estate, resource)


@pytest.mark.parametrize(("scope", "subjects"), [(ORG, ()), (PAY, ()), (ORG, (PAY,)), (ORG, (FOLDER,))])
def test_deny_policies_that_nobody_read(scope: str, subjects: tuple[str, ...]) -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, PAY, ACCESS)
    estate.can(who, DEV, ACCESS)
    gap = Gap(
        connector="gcp", scope=scope, operation="list", reason="denied", blinds=("organization",), subjects=subjects
    )
    estate.add(gap)
    assert ask(estate, who, ACCESS, PAY).answer == "unknown"
    assert ask(estate, who, ACCESS, DEV).answer == ("unknown" if scope == ORG and not subjects else "allowed")
    grant = estate.grants(who)["read_secrets", PAY]
    assert grant.answer == "allowed"
    assert "could not all be read" in grant.reason


def test_allow_policy_of_one_project_that_nobody_read() -> None:
    estate = Estate()
    who = estate.user("ada")
    gap = Gap(connector="gcp", scope=ORG, operation="x", reason="denied", blinds=("policies",), subjects=(PAY,))
    estate.add(gap)
    assert ask(estate, who, ACCESS, SECRET).answer == "unknown"
    assert ask(estate, who, ACCESS, DEV).answer == "denied"
