"""The emulator: what the real SDKs make of it, and that it refuses what the real ones refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import ClientSecretCredential
from azure.mgmt.authorization import AuthorizationManagementClient

from tests.clouds.azure.calls import Call
from tests.clouds.azure.fixtures import Azure, azure, azure_server
from tests.clouds.azure.https import Asked, Reply
from tests.clouds.azure.routing import Request, arm, graph, routes_of_a_test
from tests.clouds.azure.seed import OWNER, READER
from tests.clouds.azure.specs import MISSING, Specs
from tests.clouds.azure.state import CLIENT_ID, CLIENT_SECRET, TENANT_ID

__all__ = ["azure", "azure_server"]


def credential(azure: Azure, secret: str = CLIENT_SECRET) -> ClientSecretCredential:
    return ClientSecretCredential(
        TENANT_ID,
        CLIENT_ID,
        secret,
        authority=azure.endpoint,
        disable_instance_discovery=True,
        connection_verify=azure.server.ca,
    )


def token(azure: Azure, audience: str = "https://graph.microsoft.com") -> dict[str, str]:
    found = credential(azure).get_token(f"{audience}/.default").token
    return {"authorization": f"Bearer {found}"}


def asked(azure: Azure, target: str, headers: dict[str, str], method: str = "GET", body: Any = None) -> Reply:
    content = json.dumps(body).encode() if body is not None else b""
    return azure.emulator(Asked(method, target, headers, content))


def test_the_sdk_reads_role_assignments_page_by_page(azure: Azure) -> None:
    subscription = azure.tenant.subscription("lab")
    people = [azure.tenant.user(f"user {number}") for number in range(3)]
    for person in people:
        azure.tenant.role_assignment(person, READER, subscription["id"])
    azure.emulator.page_size = 2
    with AuthorizationManagementClient(
        credential(azure),
        subscription["subscriptionId"],
        base_url=azure.endpoint,
        connection_verify=azure.server.ca,
    ) as client:
        found = list(client.role_assignments.list_for_subscription())
        roles = {role.name: role for role in client.role_definitions.list(subscription["id"])}
    assert [item.principal_id for item in found] == [person["id"] for person in people]
    assert roles[OWNER].permissions[0].actions == ["*"]


def test_a_subscription_that_is_not_there_is_an_error(azure: Azure) -> None:
    with (
        AuthorizationManagementClient(
            credential(azure), "nowhere", base_url=azure.endpoint, connection_verify=azure.server.ca
        ) as client,
        pytest.raises(HttpResponseError, match="SubscriptionNotFound"),
    ):
        list(client.role_assignments.list_for_subscription())


def test_a_wrong_secret_gives_no_token(azure: Azure) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        credential(azure, "wrong").get_token("https://graph.microsoft.com/.default")


def test_a_token_for_one_plane_does_not_open_another(azure: Azure) -> None:
    for audience, target in (
        ("https://management.azure.com", "/v1.0/users"),
        ("https://graph.microsoft.com", "/subscriptions?api-version=2022-12-01"),
        ("https://graph.microsoft.com", "/data/acct.services.ai.azure.com/api/projects/p/agents"),
    ):
        assert asked(azure, target, token(azure, audience)).status == 401
    assert asked(azure, "/v1.0/users", {}).status == 401


def test_what_graph_refuses_is_refused(azure: Azure) -> None:
    headers = token(azure)
    assert asked(azure, "/v1.0/users?$top=1000", headers).status == 400
    assert asked(azure, "/v1.0/users?$filter=x", headers).status == 400
    assert asked(azure, "/v1.0/nothing", headers).status == 400
    assert asked(azure, "/v1.0/users/microsoft.graph.nobody", headers).status == 400
    many = {"requests": [{"id": str(n), "method": "GET", "url": "/users"} for n in range(21)]}
    assert asked(azure, "/v1.0/$batch", headers, "POST", many).status == 400
    arm = token(azure, "https://management.azure.com")
    assert asked(azure, "/subscriptions", arm).status == 400
    azure.emulator.defects.clear()  # the descriptions, where they are there, said so too


def test_resources_are_listed_by_type_and_by_parent(azure: Azure) -> None:
    subscription = azure.tenant.subscription("lab")
    account = azure.tenant.resource(subscription, "Microsoft.CognitiveServices/accounts", "acct", kind="OpenAI")
    azure.tenant.resource(subscription, "Microsoft.CognitiveServices/accounts/projects", "acct/one")
    azure.tenant.resource(subscription, "Microsoft.Storage/storageAccounts", "logs")
    headers, version = token(azure, "https://management.azure.com"), "?api-version=2025-01-01"

    def listed(path: str) -> list[str]:
        body = json.loads(asked(azure, path + version, headers).content)
        return [item["name"] for item in body["value"]]

    assert listed(f"{subscription['id']}/providers/Microsoft.CognitiveServices/accounts") == ["acct"]
    assert listed(f"{account['id']}/projects") == ["acct/one"]
    assert listed(f"{account['id']}/deployments") == []
    assert listed(f"{subscription['id']}/resources") == ["acct", "logs"]
    assert json.loads(asked(azure, account["id"].upper() + version, headers).content)["kind"] == "OpenAI"
    assert asked(azure, f"{account['id']}x/projects{version}", headers).status == 404


def test_a_route_that_raises_is_a_defect(azure: Azure) -> None:
    azure.emulator.state.put("roleAssignments", {"id": "broken"})
    subscription = azure.tenant.subscription("lab")
    path = f"{subscription['id']}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"
    assert asked(azure, path, token(azure, "https://management.azure.com")).status == 500
    with pytest.raises(AssertionError, match="KeyError"):
        azure.emulator.check()
    azure.emulator.defects.clear()


@pytest.mark.parametrize(
    ("query", "body", "problem"),
    [
        ({"$top": "999"}, {"value": [{"id": "a", "accountEnabled": True}]}, ""),
        ({"$top": "5000"}, {"value": []}, "$top=5000"),
        ({"$select": "id,shoeSize"}, {"value": []}, "shoeSize"),
        ({"$odd": "1"}, {"value": []}, "$odd"),
        ({}, {"value": [{"id": 1}]}, "not of type"),
        ({}, {"items": []}, "'value' is a required property"),
    ],
)
def test_calls_are_held_against_microsofts_descriptions(
    query: dict[str, str], body: dict[str, Any], problem: str
) -> None:
    specs = Specs.from_environment()
    if not specs:
        pytest.skip(MISSING)
    call = Call("graph", "GET", "/users", "v1.0", query)
    found = "\n".join(specs.problems(call, Reply(200, json.dumps(body).encode())))
    assert (problem in found) if problem else not found
    assert specs.checked == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/planets/{id}/moons", "/planets/{planet}/moons"),
        ("/planets/{id}/moons", "/PLANETS/{+rest}/moons"),
        ("/planets/{id}/ab", "/planets/ab/{id}"),
        ("/planets/{+all}/moons", "/planets/abc{+t}ons"),
    ],
)
def test_two_routes_that_fit_one_path_are_not_equally_exact(first: str, second: str) -> None:
    with routes_of_a_test():
        graph("GET", first)(_nothing)
        with pytest.raises(ValueError, match="neither is more exact"):
            graph("GET", second)(_nothing)
        # Another plane, another method, and a more exact path.
        arm("GET", second)(_nothing)
        graph("POST", second)(_nothing)
        graph("GET", second + "/more")(_nothing)


@pytest.mark.parametrize(
    "second", ["/planets/{id}/rings", "/planets/{id}/x/moon", "/planetz/{id}/moons", "/planets/moon/{id}/s"]
)
def test_two_routes_without_a_common_path_stand_beside_each_other(second: str) -> None:
    with routes_of_a_test():
        graph("GET", "/planets/{id}/moons")(_nothing)
        graph("GET", second)(_nothing)


def _nothing(request: Request) -> Any:
    return {}
