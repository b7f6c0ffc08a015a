"""The engine: nothing is asked twice, nothing is lost, and what could not be seen is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nhiscan import engine
from nhiscan.connector import ExportSink, Page, ReadError, Settings, Shard, Sink
from nhiscan.errors import NhiscanError
from nhiscan.evidence import Bundle, open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import Parsed, parse
from tests.fakes import DETAIL, LIST, FakeConnector

START = datetime(2026, 11, 24, tzinfo=UTC)
USERS = ["ada", "ben", "cleo", "dan", "eve"]


def begin(directory: Path, connector: FakeConnector) -> Bundle:
    return engine.begin(directory, {"fake": {"token": "t0p", "place": "here"}}, {"fake": connector}, started=START)


def collect(directory: Path, connector: FakeConnector) -> Parsed:
    bundle = open_bundle(directory)
    engine.collect(bundle, {"fake": connector}, {"fake": {"token": "t0p"}})
    return parse(open_bundle(directory), {"fake": connector})


def facts(inventory: Inventory) -> object:
    return sorted(map(repr, [*inventory.identities.values(), *inventory.scopes.values(), *inventory.gaps]))


def test_every_page_becomes_records(tmp_path: Path) -> None:
    connector = FakeConnector(USERS, scopes=["fake:1", "fake:2"])
    begin(tmp_path, connector)
    parsed = collect(tmp_path, connector)
    assert [i.name for i in parsed.inventory.identities.values()] == USERS * 2
    assert not parsed.inventory.gaps
    assert parsed.tallies["fake:1"].asked == parsed.tallies["fake:1"].answered == 8


def test_secrets_of_settings_and_answers_stay_out_of_the_bundle(tmp_path: Path) -> None:
    connector = FakeConnector(USERS)
    begin(tmp_path, connector)
    collect(tmp_path, connector)
    bundle = open_bundle(tmp_path)
    everything = (tmp_path / "manifest.json").read_text() + repr([bundle.read(s) for s in bundle.manifest.shards])
    assert "t0p" not in everything
    assert "s3cr3t" not in everything
    assert "here" in everything


@pytest.mark.parametrize("at", range(1, 9))
def test_an_interrupted_scan_goes_on_where_it_stopped(tmp_path: Path, at: int) -> None:
    whole = FakeConnector(USERS)
    begin(tmp_path / "whole", whole)
    expected = collect(tmp_path / "whole", whole)

    connector = FakeConnector(USERS)

    def interrupt(call: str) -> None:
        if sum(connector.calls.values()) == at:
            raise NhiscanError("the plug was pulled")

    connector.on_call = interrupt
    begin(tmp_path / "cut", connector)
    with pytest.raises(NhiscanError, match="plug"):
        collect(tmp_path / "cut", connector)
    answered = {call for call, count in connector.calls.items() if count}
    connector.on_call = lambda call: None
    parsed = collect(tmp_path / "cut", connector)
    assert facts(parsed.inventory) == facts(expected.inventory)
    # Only the call that was in the air, and calls beside it, may have been asked a second time.
    assert sum(connector.calls.values()) <= sum(whole.calls.values()) + 8
    assert set(connector.calls) == set(whole.calls) >= answered
    assert connector.calls["list fake:1 0"] <= (2 if at == 1 else 1)


def test_a_finished_bundle_asks_nothing(tmp_path: Path) -> None:
    connector = FakeConnector(USERS)
    begin(tmp_path, connector)
    collect(tmp_path, connector)
    before = connector.calls.copy()
    collect(tmp_path, connector)
    assert connector.calls == before


def test_a_refused_page_is_a_gap_and_keeps_what_came_before(tmp_path: Path) -> None:
    connector = FakeConnector(USERS)
    connector.refused["list"] = "denied"
    begin(tmp_path, connector)

    def refuse(call: str) -> None:
        if call == "list fake:1 2":
            raise ReadError("denied", "no more of them", "AccessDenied")

    connector.refused.clear()
    connector.on_call = refuse
    parsed = collect(tmp_path, connector)
    assert [i.name for i in parsed.inventory.identities.values()] == ["ada", "ben"]
    (gap,) = parsed.inventory.gaps
    assert (gap.operation, gap.reason, gap.permission) == ("fake:ListUsers", "denied", "fake:ListUsers")
    assert gap.hides == "which users exist"
    assert not parsed.inventory.knows("fake:1", "identities")
    assert parsed.inventory.knows("fake:1", "activity")


def test_a_denial_is_not_asked_again_but_a_throttled_call_is(tmp_path: Path) -> None:
    connector = FakeConnector(USERS)
    connector.refused = {"get fake:1 ada": "throttled", "get fake:1 ben": "denied"}
    begin(tmp_path, connector)
    first = collect(tmp_path, connector)
    assert {gap.reason for gap in first.inventory.gaps} == {"throttled", "denied"}
    connector.refused = {}
    second = collect(tmp_path, connector)
    assert [gap.reason for gap in second.inventory.gaps] == ["denied"]
    assert connector.calls["get fake:1 ada"] == 2
    assert connector.calls["get fake:1 ben"] == 1
    assert connector.calls["get fake:1 cleo"] == 1


def test_a_collector_that_raises_blinds_its_shard_until_it_works(tmp_path: Path) -> None:
    connector = FakeConnector(USERS)
    connector.defect = RuntimeError("a defect with token gh" + "p_Zk3Qv9Lw2Xr7Tn5Mb8Yd1Hc6Jf4Gs0Pa3Ue9R")
    begin(tmp_path, connector)
    parsed = collect(tmp_path, connector)
    (gap,) = parsed.inventory.gaps
    assert gap.reason == "failed"
    assert "RuntimeError" in gap.detail
    assert "Zk3Qv9" not in gap.detail
    assert not parsed.inventory.knows("fake:1", "credentials")
    connector.defect = None
    parsed = collect(tmp_path, connector)
    assert not parsed.inventory.gaps
    assert len(parsed.inventory.identities) == len(USERS)


def test_a_parser_that_raises_blinds_its_shard(tmp_path: Path) -> None:
    connector = FakeConnector(USERS)
    begin(tmp_path, connector)
    collect(tmp_path, connector)

    class Broken(FakeConnector):
        def parse(self, shard, evidence):  # type: ignore[no-untyped-def]
            yield from super().parse(shard, evidence)
            raise KeyError("Arn")

    parsed = parse(open_bundle(tmp_path), {"fake": Broken()})
    gap = parsed.inventory.gaps[-1]
    assert gap.operation == "parse"
    assert "KeyError" in gap.detail
    assert not parsed.inventory.knows("fake:1", "identities")


def test_an_unfinished_bundle_says_so(tmp_path: Path) -> None:
    connector = FakeConnector(USERS)
    begin(tmp_path, connector)
    parsed = parse(open_bundle(tmp_path), {"fake": connector})
    assert [gap.reason for gap in parsed.inventory.gaps] == ["failed"]
    assert "--resume" in parsed.inventory.gaps[0].detail


def test_a_connector_that_cannot_start_is_a_gap_of_everything(tmp_path: Path) -> None:
    connector = FakeConnector(USERS)
    connector.down = "the provider did not accept the credentials"
    begin(tmp_path, connector)
    parsed = collect(tmp_path, connector)
    (gap,) = parsed.inventory.gaps
    assert "did not accept" in gap.detail
    assert not parsed.inventory.knows("fake", "identities")
    connector.down = ""
    assert not collect(tmp_path, connector).inventory.gaps


def test_a_page_that_names_itself_as_the_next_ends_as_a_gap(tmp_path: Path) -> None:
    class Loop(FakeConnector):
        def collect(self, settings, shard, sink):  # type: ignore[no-untyped-def]
            from nhiscan.connector import Page
            from tests.fakes import LIST

            list(sink.pages(LIST, lambda token: Page(body={"Users": []}, next="again")))

    connector = Loop(USERS)
    begin(tmp_path, connector)
    parsed = collect(tmp_path, connector)
    assert "this page again" in parsed.inventory.gaps[0].detail


def test_any_executor_can_run_a_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an executor of another process or machine is given is plain data, and opens the bundle by itself."""
    connector = FakeConnector(USERS, scopes=["fake:1", "fake:2"])
    monkeypatch.setattr("nhiscan.plugins.connectors", lambda: {"fake": connector})
    bundle = begin(tmp_path, connector)
    with ThreadPoolExecutor(2) as pool:
        engine.collect(bundle, {"fake": connector}, {}, executor=pool)
    parsed = parse(open_bundle(tmp_path), {"fake": connector})
    assert len(parsed.inventory.identities) == 10


def test_exports_become_evidence_and_their_holes_become_gaps(tmp_path: Path) -> None:
    connector = FakeConnector()
    export = tmp_path / "users.txt"
    export.write_text("ada\nben\n")
    bundle = begin(tmp_path / "bundle", connector)
    engine.import_exports(bundle, connector, export)
    parsed = collect(tmp_path / "bundle", connector)
    assert [i.name for i in parsed.inventory.identities.values()] == ["ada", "ben"]
    assert parsed.inventory.gaps[0].reason == "unsupported"
    assert not parsed.inventory.knows("fake:export", "activity")


def test_a_hole_in_an_export_overtakes_no_page_of_it(tmp_path: Path) -> None:
    class Holey(FakeConnector):
        def read_export(self, path: Path, sink: ExportSink) -> None:
            shard = Shard(connector="fake", scope="fake:export", part="all")
            sink.add(shard, LIST, {"Users": [{"Name": "ada"}]})
            sink.add(shard, DETAIL, {"Name": "ada", "Enabled": True}, {"Name": "ada"})
            sink.add(shard, LIST, {"Users": [{"Name": "ben"}]})
            sink.missing(shard, LIST, "the last page is not there")

    connector = Holey()
    bundle = begin(tmp_path, connector)
    engine.import_exports(bundle, connector, tmp_path)
    parsed = collect(tmp_path, connector)
    assert [i.name for i in parsed.inventory.identities.values()] == ["ada", "ben"]
    assert [gap.detail for gap in parsed.inventory.gaps] == ["the last page is not there"]


def test_an_answer_too_hostile_to_write_down_is_a_gap(tmp_path: Path) -> None:
    class Deep(FakeConnector):
        def collect(self, settings: Settings, shard: Shard, sink: Sink) -> None:
            body: object = "x"
            for _ in range(5_000):
                body = [body]
            list(sink.pages(LIST, lambda token: Page(body={"Users": body})))
            list(sink.pages(DETAIL, lambda token: Page(body={"Name": "ada", "Enabled": True})))

    connector = Deep()
    begin(tmp_path, connector)
    parsed = collect(tmp_path, connector)
    assert [(gap.operation, gap.reason) for gap in parsed.inventory.gaps] == [("fake:ListUsers", "failed")]
    assert parsed.tallies["fake:1"].answered == 1
