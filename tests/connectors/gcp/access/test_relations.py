"""Trust in outside issuers, owners of groups, delegation for people, and names in other clouds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nhiscan.access.proposal import Window
from nhiscan.access.reach import admin_verdicts
from nhiscan.model import CanBecome, Gap, Guard, Identity, Link, Ownership, Scope, Secret, Trust, Usage
from nhiscan_connectors.gcp.access import tighten
from tests.connectors.gcp.access.estates import DEV, ORG, PAY, Estate

GITHUB = "oidc:token.actions.githubusercontent.com#repo:acme/web:*"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WINDOW = Window(clock=NOW, unused=timedelta(days=90))


def trust(identity: str, principal: str = GITHUB, **more: object) -> Trust:
    return Trust(identity=identity, principal=principal, kind="oidc", statement="pool ci", **more)  # type: ignore[arg-type]


def test_federation_leads_to_the_account() -> None:
    estate = Estate()
    account = estate.account("deploy")
    estate.bind(account, "roles/owner", PAY)
    estate.add(trust(account))
    edge = next(e for e in estate.judged()[1] if isinstance(e, CanBecome) and e.identity == GITHUB)
    assert (edge.target, edge.method, edge.answer) == (account, "gcp-workload-identity-federation", "allowed")
    assert "pool ci" in edge.reason


def test_guards_of_a_trust_are_conditions() -> None:
    estate = Estate()
    account = estate.account("deploy")
    guard = Guard(kind="other", key="attribute.environment", operator="==", values=("prod",))
    subject = Guard(kind="subject", key="google.subject", operator="==", values=("x",))
    loose = Guard(kind="tag", key="attribute.any", confines=False)
    estate.add(trust(account, guards=(guard, subject, loose)))
    edge = next(e for e in estate.judged()[1] if isinstance(e, CanBecome) and e.identity == GITHUB)
    assert (edge.answer, edge.conditions) == ("conditional", ("attribute.environment",))


@pytest.mark.parametrize(("kind", "answers"), [("unknown", ["unknown"]), ("deleted", []), ("principal", ["allowed"])])
def test_kinds_of_trust(kind: str, answers: list[str]) -> None:
    estate = Estate()
    account = estate.account("deploy")
    estate.add(Trust(identity=account, principal="x:y", kind=kind))  # type: ignore[arg-type]
    assert [e.answer for e in estate.judged()[1] if isinstance(e, CanBecome) and e.identity == "x:y"] == answers


def test_trusts_of_other_clouds_are_left_alone() -> None:
    estate = Estate()
    estate.add(Scope(id="aws:1", provider="aws", kind="account", name="a"))
    estate.add(Identity(id="arn:aws:iam::1:role/x", provider="aws", kind="iam-role", name="x", scope="aws:1"))
    estate.add(trust("arn:aws:iam::1:role/x"))
    assert not estate.judged()[1]


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("oidc:accounts.google.com#1234567890", True),
        ("oidc:accounts.google.com#*", True),
        ("oidc:accounts.google.com#123*", True),
        ("oidc:https://accounts.google.com#1234567890", True),
        ("oidc:accounts.google.com#99", False),
        ("oidc:accounts.google.com.evil.example#1234567890", False),
        ("oidc:token.actions.githubusercontent.com#1234567890", False),
    ],
)
def test_names_in_other_clouds(principal: str, named: bool) -> None:
    estate = Estate()
    account = estate.account("ci", attributes={"unique_id": "1234567890"})
    role = "arn:aws:iam::1:role/x"
    estate.add(Scope(id="aws:1", provider="aws", kind="account", name="a"))
    estate.add(Identity(id=role, provider="aws", kind="iam-role", name="x", scope="aws:1"), trust(role, principal))
    edges = estate.judged()[0].becomes_of(account)
    assert [edge.method for edge in edges] == (["gcp-identity-token"] if named else [])
    if named:
        begin = principal.partition("#")[0]
        assert edges[0].target == f"{begin}#1234567890"


def test_no_name_in_other_clouds_without_a_trust() -> None:
    estate = Estate()
    estate.account("ci", attributes={"unique_id": "1234567890"})
    assert not estate.judged()[1]


def test_way_to_another_cloud() -> None:
    estate = Estate()
    who, account = estate.user("ada"), estate.account("ci", attributes={"unique_id": "7"})
    estate.bind(who, "roles/iam.serviceAccountTokenCreator", account)
    role, principal = "arn:aws:iam::1:role/x", "oidc:accounts.google.com#7"
    estate.add(Scope(id="aws:1", provider="aws", kind="account", name="a"))
    estate.add(Identity(id=role, provider="aws", kind="iam-role", name="x", scope="aws:1"), trust(role, principal))
    assert principal in estate.gained(who)
    estate.add(CanBecome(identity=principal, target="administrator:aws:1", method="sts", answer="allowed"))
    assert admin_verdicts(estate.judged()[0])[who][0] == "can_become"


@pytest.mark.parametrize("worth", [True, False])
def test_owner_of_a_group(worth: bool) -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    group = estate.group("admins")
    if worth:
        estate.can(group, target, "iam.serviceAccounts.getAccessToken")
    estate.add(Ownership(subject=group, owner=who))
    assert ([e.method for e in estate.judged()[0].becomes_of(who)] == ["gcp-group-owner"]) is worth
    assert (target in estate.gained(who)) is worth


def test_domain_wide_delegation() -> None:
    estate = Estate()
    account = estate.account("mail", attributes={"domain_wide_delegation": "true"})
    plain = estate.account("plain", attributes={"oauth2_client_id": "1", "domain_wide_delegation": "false"})
    people = {estate.user("ada"), estate.user("bob")}
    found = estate.gained(account)
    assert people <= {*found}
    assert {edge.answer for edge in estate.judged()[0].becomes_of(account)} == {"conditional"}
    assert not estate.gained(plain)


def test_domain_wide_delegation_without_known_people_is_latent() -> None:
    estate = Estate()
    account = estate.account("mail", attributes={"domain_wide_delegation": "true"})
    assert [edge.answer for edge in estate.judged()[0].becomes_of(account)] == ["latent"]


# A narrower role.


def use(who: str, action: str, *, days: int | None, service: str = "") -> Usage:
    last = NOW - timedelta(days=days) if days is not None else None
    return Usage(identity=who, service=service or action.partition(".")[0], action=action, last_used_at=last)


def test_nothing_is_proposed_without_usage() -> None:
    estate = Estate()
    who = estate.account("ci")
    estate.can(who, PAY, "run.jobs.run")
    proposal = tighten(estate.inventory(), who, WINDOW)
    assert not proposal.document
    assert "Google Cloud does not tell" in proposal.unknown[0]


def test_used_permissions_are_kept() -> None:
    estate = Estate()
    who = estate.account("ci")
    estate.can(who, PAY, "run.jobs.run", "run.jobs.create", "storage.objects.get", "pubsub.topics.publish")
    estate.bind(who, "roles/nobody.knows", PAY)
    estate.add(
        use(who, "run.jobs.run", days=3),
        use(who, "run.jobs.create", days=300),
        use(who, "run.jobs.delete", days=1),
        use(who, "", days=1, service="storage"),
    )
    proposal = tighten(estate.inventory(), who, WINDOW)
    assert '"includedPermissions": [\n    "run.jobs.run",\n    "storage.objects.get"\n  ]' in proposal.document
    assert len(proposal.kept) == 2
    assert {one.partition(":")[0] for one in proposal.dropped} == {"pubsub.topics.publish", "run.jobs.create"}
    assert [text for text in proposal.unknown if "nobody.knows" in text]
    assert [text for text in proposal.unknown if "of storage only the use as a whole" in text]


def test_nothing_used() -> None:
    estate = Estate()
    who = estate.account("ci")
    estate.can(who, ORG, "run.jobs.run")
    estate.add(use(who, "run.jobs.run", days=None))
    estate.add(Gap(connector="gcp", scope=PAY, operation="insights", reason="denied", blinds=("usage",)))
    proposal = tighten(estate.inventory(), who, WINDOW)
    assert not proposal.document
    assert "incomplete" in " ".join(proposal.unknown)


# Keys of LLM providers.


def llm_key(estate: Estate, name: str, project: str = PAY) -> str:
    id = f"//secretmanager.googleapis.com/{project.partition('.com/')[2]}/secrets/{name}"
    estate.add(
        Secret(
            id=id, provider="gcp", kind="google-secret-manager-secret", name=name, scope=project, ai_provider="openai"
        )
    )
    return id


def links(estate: Estate) -> set[tuple[str, str]]:
    return {(one.source, one.target) for one in estate.judged()[1] if isinstance(one, Link)}


@pytest.mark.parametrize("permission", ["secretmanager.versions.access", "secretmanager.secrets.setIamPolicy"])
def test_who_reads_keys_of_llm_providers(permission: str) -> None:
    estate = Estate()
    estate.secret()
    key, other = llm_key(estate, "openai"), llm_key(estate, "claude", DEV)
    wide, narrow, member = estate.account("wide"), estate.account("narrow"), estate.user("ada")
    group = estate.group("g", member)
    estate.can(wide, ORG, permission)
    estate.can(narrow, key, permission)
    estate.can(group, DEV, permission)
    assert links(estate) == {(wide, key), (wide, other), (narrow, key), (group, other)}


def test_many_keys_share_a_hub() -> None:
    estate = Estate()
    keys = {llm_key(estate, f"k{n}") for n in range(10)}
    denied = {llm_key(estate, f"d{n}", DEV) for n in range(10)}
    estate.can(estate.account("a"), ORG, "secretmanager.versions.access")
    estate.can(estate.account("b"), ORG, "secretmanager.versions.access")
    estate.deny(DEV, "secretmanager.googleapis.com/*")
    found = links(estate)
    assert {target for _, target in found} >= keys
    assert not {target for _, target in found} & denied
    assert len(found) == 2 + 2 + 10


def test_callers_of_an_aws_account() -> None:
    estate = Estate()
    account = estate.account("deploy")
    role, other = "arn:aws:iam::123456789012:role/ci", "arn:aws:iam::210987654321:role/ci"
    for number, arn in (("123456789012", role), ("210987654321", other)):
        estate.add(Scope(id=f"aws:{number}", provider="aws", kind="account", name=number))
        estate.add(Identity(id=arn, provider="aws", kind="iam-role", name="ci", scope=f"aws:{number}"))
    estate.add(Trust(identity=account, principal="aws:123456789012", kind="account"))
    assert account in estate.gained(role)
    assert account not in estate.gained(other)


def test_a_trust_in_oneself_leads_nowhere() -> None:
    estate = Estate()
    pool = "principalSet://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/*"
    estate.add(Trust(identity=pool, principal=pool, kind="unknown"))
    assert not estate.judged()[1]
