"""A provider that lives in memory, for tests of the core: pages, refusals and defects to order."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from nhiscan.access.proposal import Proposal, Window
from nhiscan.access.question import Decision, Question
from nhiscan.connector import (
    JSON,
    Evidence,
    ExportSink,
    Operation,
    Option,
    Page,
    ReadError,
    Settings,
    Shard,
    Sink,
)
from nhiscan.errors import NothingReadError
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, GapReason, Grant, Identity, Scope

LIST = Operation(
    name="fake:ListUsers",
    permission="fake:ListUsers",
    purpose="lists users",
    hides="which users exist",
    blinds=("identities",),
    drop=("Seed",),
)
DETAIL = Operation(
    name="fake:GetUser",
    permission="fake:GetUser",
    purpose="reads a user",
    hides="whether a user is enabled",
    blinds=("activity",),
)


class FakeConnector:
    """`users` in pages of two, one detail call each; everything that is asked is counted."""

    name = "fake"
    title = "Fake provider"
    operations = (LIST, DETAIL)
    never = ("fake:GetSecret",)
    options = (Option(name="token", help="Token.", secret=True), Option(name="place", help="Where."))
    permission_forms = ("json",)

    def __init__(self, users: Iterable[str] = (), scopes: Iterable[str] = ("fake:1",)) -> None:
        self.users = list(users)
        self.scopes = list(scopes)
        self.calls: Counter[str] = Counter()
        self.refused: dict[str, GapReason] = {}
        """Refusals by "<operation>" or "<operation> <user>"."""
        self.on_call: Callable[[str], None] = lambda call: None
        self.defect: Exception | None = None
        self.down = ""
        self._lock = threading.Lock()

    def _called(self, call: str) -> None:
        with self._lock:
            self.calls[call] += 1
        self.on_call(call)
        for key in (call, call.split()[0]):
            if key in self.refused:
                raise ReadError(self.refused[key], f"{key} is {self.refused[key]}", "Code")

    def plan(self, settings: Settings, sink: Sink) -> Iterator[Shard]:
        """See `Connector.plan`."""
        if self.down:
            raise NothingReadError(self.down)
        for scope in self.scopes:
            yield Shard(connector=self.name, scope=scope, part="all")

    def collect(self, settings: Settings, shard: Shard, sink: Sink) -> None:
        """See `Connector.collect`."""
        if self.defect is not None:
            raise self.defect

        def users(token: str | None) -> Page:
            start = int(token or 0)
            self._called(f"list {shard.scope} {start}")
            if "list" in self.refused and start >= 2:
                raise ReadError(self.refused["list"], "no more")
            rows = [{"Name": name, "Seed": "s3cr3t-seed-value"} for name in self.users[start : start + 2]]
            more = start + 2 < len(self.users)
            return Page(body={"Users": rows}, next=str(start + 2) if more else None)

        names = [user["Name"] for body in sink.pages(LIST, users) for user in body["Users"]]

        def detail(name: str) -> JSON:
            def fetch(token: str | None) -> Page:
                self._called(f"get {shard.scope} {name}")
                return Page(body={"Name": name, "Enabled": True})

            return sink.page(DETAIL, fetch, {"Name": name})

        sink.each(detail, names)

    def read_export(self, path: Path, sink: ExportSink) -> None:
        """See `Connector.read_export`."""
        shard = Shard(connector=self.name, scope="fake:export", part="all")
        sink.add(shard, LIST, {"Users": [{"Name": line} for line in path.read_text().split()]})
        sink.missing(shard, DETAIL, "an export holds no details")

    def parse(self, shard: Shard, evidence: Iterable[Evidence]) -> Iterator[AnyRecord]:
        """See `Connector.parse`."""
        if shard.part == "plan":
            return
        yield Scope(id=shard.scope, provider="fake", kind="account", name=shard.scope)
        enabled = {}
        names = []
        for item in evidence:
            if item.operation == LIST.name and item.body:
                names += [user["Name"] for user in item.body["Users"]]
            if item.operation == DETAIL.name and item.body:
                enabled[item.body["Name"]] = item.body["Enabled"]
        for name in names:
            yield Identity(
                id=f"{shard.scope}/{name}",
                provider="fake",
                kind="user",
                name=name,
                scope=shard.scope,
                enabled=enabled.get(name),
            )

    def join(self, inventory: Inventory) -> Iterator[AnyRecord]:
        """See `Connector.join`."""
        yield from ()

    def access(self, inventory: Inventory) -> Iterator[AnyRecord]:
        """See `Connector.access`."""
        return iter(())

    def readers(self, inventory: Inventory, resource: str) -> Iterator[Grant]:
        """See `Connector.readers`."""
        yield from ()

    def tighten(self, inventory: Inventory, identity: str, window: Window) -> Proposal:
        """See `Connector.tighten`."""
        return Proposal(identity=identity, document="")

    def decide(self, inventory: Inventory, question: Question) -> Decision:
        """See `Connector.decide`."""
        return Decision(question=question, answer="unknown")

    def permission_policy(self, form: str) -> str:
        """See `Connector.permission_policy`."""
        return "{}"
