"""Shape and cost on large estates, counted and not timed."""

from __future__ import annotations

from collections import Counter

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.model import CanBecome, Membership, Scope
from nhiscan_connectors.gcp.access.judge import Judge
from nhiscan_connectors.gcp.names import container
from tests.connectors.gcp.access.estates import DEV, FOLDER, ORG, PAY, Estate

TOKEN = "iam.serviceAccounts.getAccessToken"
BIND = ("roles/owner", "roles/editor", "roles/iam.serviceAccountTokenCreator", "roles/run.developer")


def organization(count: int) -> Estate:
    """Projects with accounts and workloads, bindings of their own and of groups, deny rules for some."""
    estate = Estate()
    projects = [container(f"projects/p{n}") for n in range(count // 5)]
    for n, project in enumerate(projects):
        estate.add(Scope(id=project, provider="gcp", kind="project", name=f"p{n}", parent=(ORG, FOLDER)[n % 2]))
    groups = [estate.group(f"g{n}") for n in range(max(2, count // 50))]
    for n, group in enumerate(groups):
        estate.bind(group, BIND[n % 4], projects[n % len(projects)])
    for n in range(count):
        project = projects[n % len(projects)]
        account = estate.account(f"a{n}", project)
        for turn in range(5):
            estate.bind(account, BIND[(n + turn) % 4], projects[(n * 7 + turn) % len(projects)])
        if n % 3 == 0:
            estate.bind(account, BIND[n % 4], (FOLDER, ORG)[n % 2])
        estate.workload("google-cloud-run-service", f"w{n}", account, project)
        estate.add(Membership(member=account, group=groups[n % len(groups)]))
        if n % 50 == 0:
            estate.deny(project, "iam.googleapis.com/serviceAccountKeys.create")
    return estate


def work(count: int) -> tuple[int, int, int]:
    """Places that were looked at, hosts that were handed out, records that came of it."""
    judge = Judge(organization(count).inventory())
    derived = sum(1 for _ in judge.all())
    return judge.levels, judge.hosts.looked, derived


def test_work_grows_with_the_estate() -> None:
    small, large = work(200), work(1600)
    for few, many in zip(small, large, strict=True):
        assert 4 * few < many < 12 * few


@pytest.mark.parametrize("scope", [ORG, FOLDER, PAY])
def test_many_accounts_are_reached_by_the_hierarchy(scope: str) -> None:
    estate = Estate()
    inside = [estate.account(f"t{n}") for n in range(30)]
    outside = [estate.account(f"o{n}", DEV) for n in range(30)]
    people = [estate.user(f"u{n}") for n in range(5)]
    role = estate.role(TOKEN)
    for who in people:
        estate.bind(who, role, scope)
    edges = Counter(e.identity for e in estate.judged()[1] if isinstance(e, CanBecome))
    assert all(edges[who] == 1 for who in people)
    assert sum(edges.values()) < 5 + 60 + 10
    reached = {id for id in estate.gained(people[0]) if id.startswith("//iam.")}
    assert reached == ({*inside, *outside} if scope == ORG else {*inside})


def test_hub_leaves_out_what_is_denied_inside() -> None:
    estate = Estate()
    inside = [estate.account(f"t{n}") for n in range(10)]
    outside = [estate.account(f"o{n}", DEV) for n in range(10)]
    who, spared = estate.user("ada"), estate.user("bob")
    for one in (who, spared):
        estate.can(one, ORG, TOKEN)
    estate.deny(PAY, "iam.googleapis.com/serviceAccounts.*", spared=("principal://goog/subject/bob@acme.example",))
    assert {id for id in estate.gained(who) if id.startswith("//iam.")} == {*outside}
    assert {id for id in estate.gained(spared) if id.startswith("//iam.")} == {*inside, *outside}


def test_hub_keeps_what_another_method_opens_in_spite_of_the_deny() -> None:
    estate = Estate()
    inside = [estate.account(f"t{n}") for n in range(10)]
    who = estate.user("ada")
    estate.can(who, ORG, TOKEN, "iam.serviceAccountKeys.create")
    estate.deny(PAY, "iam.googleapis.com/serviceAccounts.getAccessToken")
    assert {*inside} <= {*estate.gained(who)}


def test_way_through_a_hub_is_found() -> None:
    estate = Estate()
    inside = [estate.account(f"t{n}") for n in range(12)]
    estate.bind(inside[7], "roles/owner", ORG)
    who = estate.user("ada")
    estate.can(who, FOLDER, TOKEN)
    verdict, why = admin_verdicts(estate.judged()[0])[who]
    assert verdict == "can_become"
    assert "can get access tokens of any of the service accounts in folder shop" in why


def test_groups_cost_edges_by_members_and_not_by_members_times_roles() -> None:
    estate = Estate()
    members = [estate.user(f"m{n}") for n in range(100)]
    group = estate.group("g", *members)
    for n in range(50):
        estate.can(group, estate.account(f"t{n}"), TOKEN)
    assert len([e for e in estate.judged()[1] if isinstance(e, CanBecome)]) == 150


def test_many_places_of_one_capability_are_counted() -> None:
    estate = Estate()
    who = estate.user("ada")
    role = estate.role("secretmanager.versions.access")
    for n in range(30):
        estate.bind(who, role, f"//secretmanager.googleapis.com/projects/pay-prod/secrets/s{n}")
    grants = estate.judged()[0].grants_of(who)
    assert len(grants) == 8
    assert "and 22 further places" in grants[-1].reason


def test_owners_of_an_organization_share_what_leads_down() -> None:
    estate = Estate()
    accounts = [estate.account(f"t{n}", (PAY, DEV)[n % 2]) for n in range(20)]
    owners = [estate.user(f"u{n}") for n in range(5)]
    for who in owners:
        estate.bind(who, "roles/resourcemanager.organizationAdmin", ORG)
    derived = estate.judged()[1]
    edges = Counter(e.identity for e in derived if isinstance(e, CanBecome))
    assert all(edges[who] == 1 for who in owners)
    assert {*accounts} <= {*estate.gained(owners[0])}
