"""Calls: paging, patience and refusals, over HTTP and gRPC, against servers on a socket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nhiscan.connector import ReadError
from nhiscan_connectors.common.patience import ATTEMPTS
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.errors import QUOTA_PAUSE
from nhiscan_connectors.gcp.services.api_keys import LIST as KEYS
from nhiscan_connectors.gcp.services.service_accounts import LIST as ACCOUNTS
from tests.clouds.gcp.emulator import TOKEN
from tests.clouds.gcp.fixtures import Gcp
from tests.connectors.gcp.asking import Ask, Asking, names
from tests.connectors.gcp.scripted import Said, scripted

PATH = "v2/projects/*/locations/global/keys"
ITSELF = rest("test:things.get", "v1/{+name}", permission="test.things.get", purpose="reads it", hides="it")
REGIONAL = rest(
    "test:things.list",
    "v1/things/{thing}",
    service="{location}-test",
    permission="test.things.list",
    purpose="lists it",
    hides="it",
)


def keys(gcp: Gcp, count: int) -> list[str]:
    """Some API keys in the project "lab"; gives their names."""
    lab = gcp.company.project("lab")
    for number in range(count):
        gcp.company.api_key(lab, f"key {number}")
    return [f"key {number}" for number in range(count)]


def accounts(asking: Asking) -> list[str]:
    """Addresses of the project's service accounts, over gRPC."""
    return [item["email"] for item in asking.calls.items(ACCOUNTS, "accounts", name="projects/lab")]


def test_all_pages_are_read_and_asked_for_with_the_largest_size(gcp: Gcp, asking: Asking) -> None:
    told = keys(gcp, 5)
    gcp.emulator.page_size = 2
    assert names(asking.calls) == told
    asked = gcp.calls.of(PATH)
    assert [call.query["pageSize"] for call in asked] == [["300"]] * 3
    assert [call.query.get("pageToken") for call in asked] == [None, ["page-2"], ["page-4"]]


def test_pages_over_grpc_are_read_too(gcp: Gcp, asking: Asking) -> None:
    lab = gcp.company.project("lab")
    emails = [gcp.company.service_account(lab, f"bot-{number}") for number in range(5)]
    gcp.emulator.page_size = 2
    assert accounts(asking) == emails
    assert gcp.calls.count("ListServiceAccounts/*") == 3


def test_a_list_that_several_services_need_is_asked_for_once(gcp: Gcp, asking: Asking) -> None:
    told = keys(gcp, 3)
    gcp.emulator.page_size = 2
    gcp.faults.add("slow", PATH, seconds=0.05)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: asking.calls.listed(KEYS, "keys"), range(4)))
    assert [[item["displayName"] for item in items] for items in found] == [told] * 4
    assert gcp.calls.count(PATH) == 2


def test_a_resumed_scan_goes_on_from_the_page_that_it_has(gcp: Gcp, asking: Asking) -> None:
    told = keys(gcp, 6)
    gcp.emulator.page_size = 2
    pages = asking.calls.pages(KEYS)
    next(pages), next(pages)
    assert names(asking.again().calls) == told
    assert gcp.calls.count(PATH) == 3


def test_a_quota_is_waited_for_as_long_as_it_says(gcp: Gcp, asking: Asking) -> None:
    told = keys(gcp, 1)
    gcp.faults.add("quota", PATH, times=2, retry="7s")
    assert names(asking.calls) == told
    assert asking.waits == [7.0, 7.0]
    assert asking.problems() == []


def test_a_quota_that_says_nothing_is_waited_for_a_while(gcp: Gcp, asking: Asking) -> None:
    told = keys(gcp, 1)
    gcp.faults.add("quota", PATH, times=3, retry="")
    assert names(asking.calls) == told
    assert asking.waits == [QUOTA_PAUSE] * 3


def test_a_quota_over_grpc_is_waited_for_too(gcp: Gcp, asking: Asking) -> None:
    lab = gcp.company.project("lab")
    email = gcp.company.service_account(lab, "bot")
    gcp.faults.add("quota", "ListServiceAccounts/*", times=1, retry="7s")
    gcp.faults.add("quota", "ListServiceAccounts/*", times=1, retry="")
    assert accounts(asking) == [email]
    assert asking.waits == [7.0, QUOTA_PAUSE]
    assert asking.problems() == []


def test_nobody_waits_for_ever(gcp: Gcp, asking: Asking) -> None:
    keys(gcp, 1)
    gcp.faults.add("quota", PATH, retry="3600s")
    assert names(asking.calls) == []
    assert asking.waits == []
    assert asking.problems() == [(KEYS.name, "throttled", "RESOURCE_EXHAUSTED")]
    assert gcp.calls.count(PATH) == 1


@pytest.mark.parametrize(("effect", "reason"), [("quota", "throttled"), ("error", "failed")])
def test_a_service_that_is_always_busy_is_asked_a_few_times_only(
    gcp: Gcp, asking: Asking, effect: Any, reason: str
) -> None:
    keys(gcp, 1)
    gcp.company.service_account("projects/lab", "bot")
    gcp.faults.add(effect, retry="")
    assert names(asking.calls) == []
    assert accounts(asking) == []
    assert gcp.calls.count(PATH) == ATTEMPTS
    assert gcp.calls.count("ListServiceAccounts/*") == ATTEMPTS
    assert 0 < sum(asking.waits) <= 2 * ATTEMPTS * QUOTA_PAUSE
    assert [(name, problem) for name, problem, _ in asking.problems()] == [(KEYS.name, reason), (ACCOUNTS.name, reason)]


def test_an_error_that_passes_leaves_no_trace(gcp: Gcp, asking: Asking) -> None:
    told = keys(gcp, 1)
    email = gcp.company.service_account("projects/lab", "bot")
    for path in (PATH, "ListServiceAccounts/*"):
        gcp.faults.add("error", path, times=1, status=503)
        gcp.faults.add("drop", path, times=1)
        gcp.faults.add("html", path, times=1)
    assert names(asking.calls) == told
    assert accounts(asking) == [email]
    assert asking.problems() == []


def test_a_connection_that_is_always_lost_is_a_gap(gcp: Gcp, asking: Asking) -> None:
    keys(gcp, 1)
    gcp.faults.add("drop")
    assert names(asking.calls) == []
    assert accounts(asking) == []
    (http, rpc) = asking.problems()
    assert http == (KEYS.name, "failed", "NoAnswer")
    assert rpc[:2] == (ACCOUNTS.name, "failed")
    assert gcp.calls.count(PATH) == ATTEMPTS


@pytest.mark.parametrize(
    ("effect", "problem"),
    [
        ("deny", ("denied", "IAM_PERMISSION_DENIED")),
        ("off", ("unsupported", "SERVICE_DISABLED")),
    ],
)
def test_a_refusal_is_a_gap_with_its_reason_and_is_not_asked_again(
    gcp: Gcp, asking: Asking, effect: Any, problem: tuple[str, str]
) -> None:
    keys(gcp, 1)
    gcp.faults.add(effect)
    assert names(asking.calls) == []
    assert accounts(asking) == []
    assert asking.problems() == [(KEYS.name, *problem), (ACCOUNTS.name, *problem)]
    assert gcp.calls.count(PATH) == gcp.calls.count("ListServiceAccounts/*") == 1
    assert names(asking.again().calls) == []
    assert gcp.calls.count(PATH) == 1


def test_what_is_not_there_is_an_answer(gcp: Gcp, asking: Asking) -> None:
    gcp.faults.add("absent")
    asking.calls.ask(REGIONAL, location="asia-east1", thing="gone")
    assert asking.problems() == []


def test_what_must_be_there_and_is_not_found_is_no_answer(gcp: Gcp, asking: Asking) -> None:
    keys(gcp, 1)
    gcp.faults.add("absent")
    assert names(asking.calls) == []
    assert accounts(asking) == []
    assert asking.problems() == [(KEYS.name, "failed", "NOT_FOUND"), (ACCOUNTS.name, "failed", "NOT_FOUND")]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (Said(200, "<html>sign in</html>"), ("failed", "NotAnAnswer")),
        (Said(200, [1, 2]), ("failed", "NotAnAnswer")),
        (Said(200, "null"), ("failed", "NotAnAnswer")),
        (Said(404, "<html>not found</html>"), ("unsupported", "404")),
        (Said(403, "<html>proxy</html>"), ("denied", "403")),
        (Said(400, {"error": {"status": "INVALID_ARGUMENT", "message": "no"}}), ("unsupported", "INVALID_ARGUMENT")),
    ],
)
def test_an_answer_of_another_kind_is_a_gap(gcp: Gcp, ask: Ask, said: Said, problem: tuple[str, str]) -> None:
    with scripted(said) as server:
        asking = ask(**server.settings)
        assert names(asking.calls) == []
    assert asking.problems() == [(KEYS.name, *problem)]
    assert len(server.heard) == 1


def test_an_older_service_that_asks_to_wait_is_waited_for(gcp: Gcp, ask: Ask) -> None:
    busy = Said(403, {"error": {"code": 403, "message": "Slow down.", "errors": [{"reason": "rateLimitExceeded"}]}})
    with scripted(busy, Said(200, {"keys": [{"name": "k", "displayName": "one"}]})) as server:
        asking = ask(**server.settings)
        assert names(asking.calls) == ["one"]
    assert asking.waits == [QUOTA_PAUSE]


def test_an_empty_answer_is_one(gcp: Gcp, ask: Ask) -> None:
    with scripted(Said(200)) as server:
        asking = ask(**server.settings)
        assert names(asking.calls) == []
    assert asking.problems() == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_is_not_carried_elsewhere(gcp: Gcp, ask: Ask, status: int) -> None:
    with scripted(Said(200, {"keys": []})) as elsewhere:
        leads = Said(status, headers=[f"Location: {elsewhere.endpoint}/taken"])
        with scripted(leads) as server:
            asking = ask(**server.settings)
            assert names(asking.calls) == []
        assert server.heard[0][2]["authorization"] == f"Bearer {TOKEN}"
    assert elsewhere.heard == []
    assert asking.problems() == [(KEYS.name, "failed", str(status))]


def test_the_next_page_cannot_lead_in_circles(gcp: Gcp, ask: Ask) -> None:
    with scripted(Said(200, {"keys": [{"displayName": "k"}], "nextPageToken": "same"})) as server:
        asking = ask(**server.settings)
        assert names(asking.calls) == ["k", "k"]
    assert [problem for _, problem, _ in asking.problems()] == ["failed"]


@pytest.mark.parametrize("name", ["..", "a/../b", "", "a//b"])
def test_a_name_that_leads_elsewhere_is_not_asked_for(gcp: Gcp, asking: Asking, name: str) -> None:
    assert asking.calls.page(ITSELF, name=name) is None
    assert list(gcp.calls) == []
    assert asking.problems() == [(ITSELF.name, "failed", "NotAName")]


@pytest.mark.parametrize("location", ["evil.example/", "a.b", "A", "", "x" * 90, "é"])
def test_a_token_goes_to_no_host_that_is_not_googles(gcp: Gcp, asking: Asking, location: str) -> None:
    assert asking.calls.page(REGIONAL, location=location, thing="t") is None
    assert list(gcp.calls) == []
    assert asking.problems() == [(REGIONAL.name, "failed", "NotAName")]


def test_a_name_stands_in_a_path_as_one_part(gcp: Gcp, ask: Ask) -> None:
    with scripted(Said(200, {})) as server:
        asking = ask(**server.settings)
        asking.calls.page(REGIONAL, location="europe-west1", thing="a/b?c#d%2F e")
    assert server.heard[0][1] == "/europe-west1-test/v1/things/a%2Fb%3Fc%23d%252F%20e"


def test_a_policy_is_asked_for_in_the_version_that_shows_conditions(gcp: Gcp, asking: Asking) -> None:
    from nhiscan_connectors.gcp.services.policies import OF_PROJECT

    lab = gcp.company.project("lab")
    gcp.company.bind(lab, "viewer", "user:ada@acme.example", condition="request.time < x")
    body = asking.calls.page(OF_PROJECT)
    assert body is not None
    assert body["bindings"][0]["condition"]["expression"] == "request.time < x"


def test_a_refusal_names_what_google_said(gcp: Gcp, asking: Asking) -> None:
    keys(gcp, 1)
    gcp.faults.add("deny", PATH)
    names(asking.calls)
    assert "some.permission.get" in asking.sink.refusal(KEYS)
    with pytest.raises(ReadError, match=r"some\.permission\.get"):
        asking.calls.fetch(KEYS, {})(None)
