"""Calls: paging, batches, patience and refusals, against the emulator over a socket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nhiscan.connector import Shard
from nhiscan_connectors.azure.api import arm, data, graph, resource_graph
from nhiscan_connectors.azure.authorization import role_pages
from nhiscan_connectors.azure.calls import relative
from nhiscan_connectors.azure.plan import SUBSCRIPTIONS
from nhiscan_connectors.azure.services.users import USERS
from nhiscan_connectors.common.patience import ATTEMPTS
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.routing import Request, arm_page, routes_of_a_test
from tests.clouds.azure.routing import data as route_of_a_host
from tests.clouds.azure.seed import READER
from tests.connectors.azure.asking import Ask, Asking, names

OWNERS = graph(
    "applications.owners.list",
    "/applications/{application}/owners",
    permission="Application.Read.All",
    purpose="lists owners",
    hides="owners",
    top=0,
)


def test_all_pages_are_read_and_asked_for_with_the_largest_size(azure: Azure, asking: Asking) -> None:
    for number in range(5):
        azure.tenant.user(f"user {number}")
    azure.emulator.page_size = 2
    assert names(asking.calls) == [f"user {number}" for number in range(5)]
    asked = azure.calls.of("/users")
    assert [call.query["$top"] for call in asked] == ["999"] * 3
    assert asked[0].query["$select"].split(",")[0] == "id"


def test_a_list_that_several_services_need_is_asked_for_once(azure: Azure, asking: Asking) -> None:
    for number in range(3):
        azure.tenant.user(f"user {number}")
    azure.emulator.page_size = 2
    azure.faults.add("slow", "/users", seconds=0.05)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(asking.calls.listed, [USERS] * 4))
    assert [[item["displayName"] for item in items] for items in found] == [[f"user {n}" for n in range(3)]] * 4
    assert azure.calls.count("/users") == 2


def test_a_resumed_scan_goes_on_from_the_page_that_it_has(azure: Azure, asking: Asking) -> None:
    for number in range(6):
        azure.tenant.user(f"user {number}")
    azure.emulator.page_size = 2
    pages = asking.calls.pages(USERS)
    next(pages), next(pages)
    assert len(names(asking.again().calls)) == 6
    assert azure.calls.count("/users") == 3


def test_what_is_throttled_is_asked_again_after_the_time_that_it_names(azure: Azure, asking: Asking) -> None:
    azure.tenant.user("Ada")
    azure.faults.add("throttle", "/users", times=2, retry_after="7")
    assert names(asking.calls) == ["Ada"]
    assert asking.waits == [7.0, 7.0]
    assert asking.problems() == []


def test_nobody_waits_for_ever(azure: Azure, asking: Asking) -> None:
    azure.faults.add("throttle", "/users", retry_after="3600")
    assert names(asking.calls) == []
    assert asking.waits == []
    assert asking.problems() == [("graph:users.list", "throttled", "TooManyRequests")]
    assert azure.calls.count("/users") == 1


def test_a_service_that_is_always_busy_is_asked_a_few_times_only(azure: Azure, asking: Asking) -> None:
    azure.faults.add("throttle", "/users", retry_after="")
    assert names(asking.calls) == []
    assert azure.calls.count("/users") == ATTEMPTS
    assert 0 < sum(asking.waits) < 60


def test_an_error_that_passes_leaves_no_trace(azure: Azure, asking: Asking) -> None:
    azure.tenant.user("Ada")
    azure.faults.add("error", "/users", times=1, status=503, code="ServiceUnavailable")
    azure.faults.add("drop", "/users", times=1)
    assert names(asking.calls) == ["Ada"]
    assert asking.problems() == []


@pytest.mark.parametrize(
    ("effect", "details", "problem"),
    [
        ("deny", {}, ("denied", "Authorization_RequestDenied")),
        ("unlicensed", {}, ("not_licensed", "Authentication_RequestFromNonPremiumTenantOrB2CTenant")),
        ("error", {"status": 400, "code": "BadRequest"}, ("unsupported", "BadRequest")),
        ("error", {"status": 401, "code": "InvalidAuthenticationToken"}, ("denied", "InvalidAuthenticationToken")),
        ("html", {"status": 404}, ("unsupported", "404")),
        ("html", {"status": 200}, ("failed", "NotAnAnswer")),
        ("html", {"status": 302}, ("failed", "302")),
    ],
)
def test_a_refusal_is_a_gap_with_its_reason(
    azure: Azure, asking: Asking, effect: Any, details: dict[str, Any], problem: tuple[str, str]
) -> None:
    azure.faults.add(effect, "/users", **details)
    assert names(asking.calls) == []
    assert asking.problems() == [("graph:users.list", *problem)]


def test_what_is_not_there_is_an_answer(azure: Azure, asking: Asking) -> None:
    assert asking.calls.page(OWNERS, application="00000000-0000-0000-0000-00000000dead") is None
    assert asking.problems() == []


def test_a_batch_is_recorded_as_if_each_call_had_been_made_alone(azure: Azure, asking: Asking, ask: Ask) -> None:
    ada = azure.tenant.user("Ada")
    apps = [azure.tenant.application(f"app {number}") for number in range(45)]
    azure.tenant.relate("applications", apps[3], "owners", ada)
    params = [{"application": app["id"]} for app in apps]
    found = asking.calls.batch(OWNERS, params)
    assert [len(bodies) for bodies in found] == [1] * 45
    assert [item["displayName"] for item in found[3][0]["value"]] == ["Ada"]
    assert azure.calls.count("/$batch") == 3
    assert azure.calls.count("/applications/*/owners") == 45
    alone = ask()
    for item in params:
        alone.calls.page(OWNERS, **item)

    def told(asking: Asking) -> list[tuple[Any, ...]]:
        evidence = asking.evidence()
        return sorted((e.operation, str(e.params), e.page, str(e.body), str(e.next)) for e in evidence)

    assert told(asking) == told(alone)


def test_a_batch_asks_nothing_twice(azure: Azure, asking: Asking) -> None:
    apps = [azure.tenant.application(f"app {number}") for number in range(30)]
    params = [{"application": app["id"]} for app in apps]
    asking.calls.batch(OWNERS, params[:25])
    found = asking.again().calls.batch(OWNERS, params)
    assert [len(bodies) for bodies in found] == [1] * 30
    assert azure.calls.count("/applications/*/owners") == 30


def test_within_a_batch_each_call_has_its_own_fate(azure: Azure, asking: Asking) -> None:
    ada = azure.tenant.user("Ada")
    apps = [azure.tenant.application(f"app {number}") for number in range(4)]
    for app in apps:
        for name in ("a", "b", "c"):
            azure.tenant.relate("applications", app, "owners", {**ada, "id": name})
    azure.emulator.page_size = 2
    azure.faults.add("throttle", f"/applications/{apps[0]['id']}/owners", times=1, retry_after="9")
    azure.faults.add("deny", f"/applications/{apps[1]['id']}/owners")
    params = [{"application": app["id"]} for app in apps] + [{"application": "gone"}]
    found = asking.calls.batch(OWNERS, params)
    assert [[item["id"] for body in bodies for item in body["value"]] for bodies in found] == [
        ["a", "b", "c"],
        [],
        ["a", "b", "c"],
        ["a", "b", "c"],
        [],
    ]
    assert asking.waits == [9.0]
    assert asking.problems() == [("graph:applications.owners.list", "denied", "Authorization_RequestDenied")]


def test_where_there_are_no_batches_each_call_is_made_alone(azure: Azure, asking: Asking) -> None:
    apps = [azure.tenant.application(f"app {number}") for number in range(3)]
    azure.emulator.batches = False
    found = asking.calls.batch(OWNERS, [{"application": app["id"]} for app in apps])
    assert [len(bodies) for bodies in found] == [1, 1, 1]
    assert azure.calls.count("/applications/*/owners") == 3


def test_a_link_to_another_host_does_not_lead_the_token_there() -> None:
    base = "https://graph.example"
    assert relative("https://evil.example/v1.0/users?$skiptoken=x", base) == "/v1.0/users?$skiptoken=x"
    behind = "https://gateway.example/graph"
    assert relative("https://gateway.example/graph/v1.0/users?a=b", behind) == "/v1.0/users?a=b"
    assert relative("https://graph.microsoft.com/v1.0/users?a=b", behind) == "/v1.0/users?a=b"


def test_a_token_goes_to_no_host_that_the_operation_does_not_name(azure: Azure, asking: Asking) -> None:
    assert asking.calls.page(AGENTS, host="acct.services.ai.azure.com.evil.example", project="p") is None
    assert [call for call in azure.calls if call.plane == "data"] == []
    assert asking.problems() == [("foundry:agents.list", "failed", "NotAHost")]


def test_an_id_that_leads_elsewhere_is_not_asked_for(azure: Azure, asking: Asking) -> None:
    assert asking.calls.page(OWNERS, application="..") is None
    assert azure.calls.count("*", plane="graph") == 0
    assert asking.problems() == [("graph:applications.owners.list", "failed", "NotAnId")]


QUESTION = resource_graph(
    "resources.identities",
    "resources | where type =~ 'Microsoft.Web/sites' and isnotempty(identity) | project id, identity | order by id asc",
    permission="*/read",
    purpose="lists identities of resources",
    hides="which resources have an identity",
)


def test_resource_graph_pages_by_a_token_in_the_body(azure: Azure, asking: Asking) -> None:
    for name in ("a", "b"):
        subscription = azure.tenant.subscription(name)
        for number in range(3):
            azure.tenant.resource(
                subscription, "Microsoft.Web/sites", f"site{number}", identity={"type": "SystemAssigned"}
            )
        azure.tenant.resource(subscription, "Microsoft.Web/sites", "bare")
        azure.tenant.resource(subscription, "Microsoft.Storage/storageAccounts", "logs", identity={"type": "None"})
    azure.emulator.page_size = 2
    rows = list(asking.calls.items(QUESTION, "data"))
    assert len(rows) == 6
    assert set(rows[0]) == {"id", "identity"}
    assert azure.calls.count("*", plane="arm", method="POST") == 3


def test_resource_graph_is_asked_for_the_subscription_of_the_shard(azure: Azure, ask: Ask) -> None:
    for name in ("a", "b"):
        subscription = azure.tenant.subscription(name)
        azure.tenant.resource(subscription, "Microsoft.Web/sites", "pay", identity={"type": "SystemAssigned"})
    asking = ask(shard=Shard(connector="azure", scope=subscription["id"], part="subscription"))
    rows = list(asking.calls.items(QUESTION, "data"))
    assert [row["id"].split("/")[2] for row in rows] == [subscription["subscriptionId"]]


AGENTS = data(
    "foundry:agents.list",
    "/api/projects/{project}/agents",
    "v1",
    audience="https://ai.azure.com",
    hosts=(".services.ai.azure.com",),
    permission="Microsoft.CognitiveServices/accounts/AIServices/agents/read",
    purpose="lists agents",
    hides="agents",
)


def test_the_host_of_a_resource_is_asked_with_a_token_of_its_own(azure: Azure, asking: Asking) -> None:
    azure.emulator.page_size = 2
    with routes_of_a_test():

        @route_of_a_host("GET", "/api/projects/{project}/agents")
        def agents(request: Request) -> Any:
            assert request.params == {"host": "acct.services.ai.azure.com", "project": "p 1"}
            return arm_page(request, [{"id": f"agent{number}"} for number in range(3)])

        found = list(asking.calls.items(AGENTS, host="Acct.services.ai.azure.com", project="p 1"))
    assert [item["id"] for item in found] == ["agent0", "agent1", "agent2"]
    assert azure.calls.of("*", plane="data")[0].version == "v1"


def test_a_wrong_secret_is_told_by_entras_own_code(ask: Ask) -> None:
    asking = ask(client_secret="wrong")
    assert list(asking.calls.items(SUBSCRIPTIONS)) == []
    assert asking.problems() == [("Microsoft.Resources:subscriptions.list", "denied", "AADSTS7000215")]


def test_what_reads_a_secret_or_changes_anything_cannot_be_declared() -> None:
    for path in ("/subscriptions/{s}/x/listKeys", "/x/{a}/regenerateKey1", "/x/config/appsettings/list"):
        with pytest.raises(ValueError, match="would read a secret"):
            arm("x:y", path, "2024-01-01", permission="x", purpose="x", hides="x")


def test_the_sdk_reads_scopes_above_subscriptions_too(azure: Azure, asking: Asking) -> None:
    group = "/providers/Microsoft.Management/managementGroups/root"
    azure.tenant.role_assignment(azure.tenant.user("Ada"), READER, group)
    assignments = arm(
        "Microsoft.Authorization:roleAssignments.listForScope",
        "/{+scope}/providers/Microsoft.Authorization/roleAssignments",
        "2022-04-01",
        permission="Microsoft.Authorization/roleAssignments/read",
        purpose="reads assignments above subscriptions",
        hides="assignments above subscriptions",
    )
    bodies = role_pages(asking.calls, assignments, "role_assignments.list_for_scope", group, scope=group)
    assert [item["properties"]["scope"] for body in bodies for item in body["value"]] == [group]
