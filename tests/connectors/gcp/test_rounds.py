"""One question for many places: when it is given up, what is told of those that were not asked, and what is shared."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence, Operation
from nhiscan.model import Gap, GapReason
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.containers import OPERATIONS, active_projects_of, containers_in, folders_of
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.rounds import HOPELESS, THROTTLED, Round, shared, silences
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services.policies import OF_PROJECT
from nhiscan_connectors.gcp.tree import PROJECT
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import ORGANIZATION_ID
from tests.connectors.gcp.asking import Asking
from tests.connectors.gcp.scanning import inventory_by

PLACES = [{"name": f"projects/p-{number}"} for number in range(60)]


def test_where_some_answer_all_are_asked(gcp: Gcp, asking: Asking) -> None:
    gcp.company.project("p-3")
    found = Round(asking.calls, PROJECT).each(PLACES)
    assert [place["name"] for place, bodies in zip(PLACES, found, strict=True) if bodies] == ["projects/p-3"]
    assert gcp.calls.count("v3/projects/*") == 60


def test_where_all_refuse_the_rest_is_left_alone(gcp: Gcp, asking: Asking) -> None:
    found = Round(asking.calls, PROJECT).each(PLACES)
    assert found == [[]] * 60
    assert gcp.calls.count("v3/projects/*") == HOPELESS


def test_a_used_up_quota_ends_it_although_some_answered(gcp: Gcp, asking: Asking) -> None:
    for number in range(60):
        gcp.company.project(f"p-{number}")
    gcp.faults.add("quota", "v3/projects/*", after=10, retry="3600s")
    found = Round(asking.calls, PROJECT).each(PLACES)
    assert len([bodies for bodies in found if bodies]) == 10
    assert gcp.calls.count("v3/projects/*") == 10 + THROTTLED


def test_a_resumed_round_goes_on_with_those_that_are_left(gcp: Gcp, asking: Asking) -> None:
    for number in range(60):
        gcp.company.project(f"p-{number}")
    gcp.faults.add("quota", "v3/projects/*", after=10, retry="3600s")
    Round(asking.calls, PROJECT).each(PLACES)
    gcp.faults.clear()
    found = Round(asking.again().calls, PROJECT).each(PLACES)
    assert all(found)
    assert gcp.calls.count("v3/projects/*") == 60 + THROTTLED


def refusal(place: str, reason: GapReason = "denied", detail: str = "you may not") -> Evidence:
    return Evidence(operation=OF_PROJECT.name, params={"of": place}, problem=reason, detail=detail)


def told(*evidence: Evidence, root: str = "") -> list[Gap]:
    reading = Reading(Place(part="estate", root="organizations/1").shard(), Answers(evidence))
    return list(silences(reading, OF_PROJECT, "of", {name: f"//{name}" for name in "abcd"}, root=root))


def test_each_reason_is_told_with_the_places_that_it_hides() -> None:
    answered = Evidence(operation=OF_PROJECT.name, params={"of": "a"}, body={})
    denied, throttled = told(answered, refusal("b"), refusal("c", "throttled", "later"))
    assert (denied.reason, denied.subjects, denied.permission) == ("denied", ("//b",), OF_PROJECT.permission)
    assert (throttled.reason, throttled.subjects) == ("throttled", ("//c", "//d"))
    assert throttled.detail.startswith("later; 1 more were not asked")


def test_the_refusal_of_the_root_hides_everything() -> None:
    (gap,) = told(refusal("a"), refusal("b"), root="a")
    assert (gap.subjects, gap.detail) == (
        (),
        "you may not (2 places alike); 2 more were not asked, for the same would be answered",
    )


def test_where_nothing_was_refused_nothing_is_told() -> None:
    assert told() == []
    assert told(Evidence(operation=OF_PROJECT.name, params={"of": "a"}, body={})) == []


def test_what_several_services_need_is_asked_for_once(asking: Asking) -> None:
    made: list[int] = []
    started = threading.Barrier(4)

    def slow(calls: Calls) -> list[int]:
        made.append(1)
        threading.Event().wait(0.05)
        return made

    def ask(_: int) -> list[int]:
        started.wait()
        return shared(asking.calls, slow)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [[1]] * 4


def test_what_raised_is_asked_for_again(asking: Asking) -> None:
    tries: list[int] = []

    def odd(calls: Calls) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("odd")
        return 7

    with pytest.raises(ValueError, match="odd"):
        shared(asking.calls, odd)
    assert shared(asking.calls, odd) == 7


def test_what_one_shard_claims_no_other_asks_for(asking: Asking) -> None:
    assert [asking.sessions.claim(name) for name in ("a", "b", "a")] == [True, True, False]


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize("scope", ["organization", "folder", "project"])
def test_the_containers_of_an_estate_are_those_that_planning_found(
    gcp: Gcp, tmp_path: Path, swept: bool, scope: str
) -> None:
    made = gcp.company
    outer = made.folder("outer")
    inner = made.folder("inner", outer)
    made.project("deep", inner)
    made.project("lab")
    for gone in (made.folder("gone", outer), made.project("left", inner)):
        place = gcp.emulator.state.place(gone)
        for asset in gcp.emulator.state.within(place):
            asset.data["state"] = asset.search["state"] = "DELETE_REQUESTED"
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    heard: dict[str, Any] = {}

    def collect(calls: Calls) -> None:
        before = len(gcp.calls)
        heard["collected"] = [calls.place.root, *folders_of(calls), *active_projects_of(calls)]
        heard["asked"] = len(gcp.calls) - before

    def parse(shard: Any, answers: Answers) -> Any:
        heard["parsed"] = containers_in(Reading(shard, answers))
        return iter(())

    operations: tuple[Operation, ...] = OPERATIONS
    service = Service(name="t", part="estate", operations=operations, collect=collect, parse=parse)  # type: ignore[arg-type]
    organization = f"organizations/{ORGANIZATION_ID}"
    settings: dict[str, Any] = {"organization": {}, "folder": {"scope": (outer,)}, "project": {"scope": ("lab",)}}
    inventory_by(gcp, tmp_path / "b", service, **settings[scope])
    expected = {
        "organization": [organization, outer, inner, "projects/deep", "projects/lab"],
        "folder": [outer, inner, "projects/deep"],
        "project": ["projects/lab"],
    }
    assert heard["collected"] == expected[scope] + (["projects/lab"] if scope == "project" else [])
    assert heard["parsed"] == expected[scope]
    assert heard["asked"] == 0
