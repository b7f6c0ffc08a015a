"""The sink of a shard: serves what the bundle has, asks for the rest, and writes every answer before it is used."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from nhiscan.connector import (
    JSON,
    AbsentError,
    Evidence,
    ExportSink,
    Fetch,
    Operation,
    Params,
    ReadError,
    Shard,
)
from nhiscan.errors import NhiscanError
from nhiscan.evidence import Bundle, page_key
from nhiscan.redact import Redactor

T = TypeVar("T")
R = TypeVar("R")

RETRIED = frozenset({"throttled", "failed"})
"""Refusals that a resumed scan asks about again; the others are answers."""

PLAN = "plan"
"""Part of the shard that holds what a connector asked while it planned."""

DEFECT = "collect"
"""Operation under which a collector that raised is recorded."""


class StoppedError(NhiscanError):
    """The scan is being stopped; raised out of the next call that would have asked the provider."""


class Stop:
    """A flag that all sinks of a scan look at."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask every shard to stop before its next call."""
        self._event.set()

    def check(self) -> None:
        """Raise StoppedError when the scan is being stopped."""
        if self._event.is_set():
            raise StoppedError("The scan was stopped.")


class BundleSink:
    """See `nhiscan.connector.Sink`. One a shard; its methods may be called from several threads."""

    def __init__(
        self,
        bundle: Bundle,
        shard: Shard,
        *,
        stop: Stop,
        fan_out: int = 8,
        on_page: Callable[[Shard], None] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._now = now
        self._bundle = bundle
        self._shard = shard
        self._stop = stop
        self._fan_out = fan_out
        self._on_page = on_page
        self._redactor = Redactor(bundle.key)
        recorded, ended = bundle.read(shard)
        self._recorded: dict[tuple[str, bytes], list[Evidence]] = defaultdict(list)
        self._refusals: dict[str, str] = {}
        again = False
        for item in recorded:
            if item.problem in RETRIED:
                again = True
            else:
                self._recorded[_key(item.operation, item.params)].append(item)
            if item.problem:
                self._refusals[item.operation] = item.detail
        self._had_defect = DEFECT in self._refusals
        self.ended = ended and not again
        self._writer = None if self.ended else bundle.writer(shard)
        self._others: dict[str, BundleSink] = {}
        self._lock = threading.Lock()

    def of(self, shard: Shard) -> BundleSink:
        """See `Sink.of`."""
        if shard.id == self._shard.id:
            return self
        with self._lock:
            if shard.id not in self._others:
                self._others[shard.id] = BundleSink(
                    self._bundle,
                    shard,
                    stop=self._stop,
                    fan_out=self._fan_out,
                    on_page=self._on_page,
                    now=self._now,
                )
            return self._others[shard.id]

    def pages(self, operation: Operation, fetch: Fetch, params: Params | None = None) -> Iterator[JSON]:
        """See `Sink.pages`."""
        asked = _wire(dict(params or {}))
        key = _key(operation.name, asked)
        token: str | None = None
        number = 0
        for item in sorted(self._recorded.get(key, ()), key=lambda item: item.page):
            if item.body is not None:
                yield item.body
            if item.problem or item.next is None:
                return
            token, number = item.next, item.page + 1
        while True:
            evidence = self._ask(operation, fetch, asked, token, number)
            if evidence.body is not None:
                yield evidence.body
            if evidence.next is None:
                return
            if evidence.next == token:
                self._write(_refused(operation, asked, number + 1, "failed", "", "the next page is this page again"))
                return
            token, number = evidence.next, number + 1

    def page(self, operation: Operation, fetch: Fetch, params: Params | None = None) -> JSON | None:
        """See `Sink.page`."""
        return next(iter(self.pages(operation, fetch, params)), None)

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """See `Sink.each`."""
        todo = list(items)
        if len(todo) < 2:
            return [function(item) for item in todo]
        with ThreadPoolExecutor(max_workers=min(self._fan_out, len(todo)), thread_name_prefix="each") as pool:
            try:
                return list(pool.map(function, todo))
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def refusal(self, operation: Operation) -> str:
        """See `Sink.refusal`."""
        return self._refusals.get(operation.name, "")

    def defect(self, error: Exception) -> None:
        """Record that the collector itself raised: all of the shard is in doubt."""
        detail = self._redactor.redact(f"{type(error).__name__}: {error}"[:300], drop=frozenset())[0]
        self._had_defect = False
        self._write(Evidence(operation=DEFECT, problem="failed", detail=detail))

    def end(self) -> None:
        """Say that the shard is complete."""
        if self._writer is not None and not self.ended:
            if self._had_defect:
                self._write(Evidence(operation=DEFECT))  # overtakes the defect of an earlier attempt
            self._writer.end()
            self.ended = True

    def close(self) -> None:
        """Close this sink and those that `of` made."""
        for other in self._others.values():
            other.close()
        if self._writer is not None:
            self._writer.close()

    def _ask(self, operation: Operation, fetch: Fetch, asked: Params, token: str | None, number: int) -> Evidence:
        self._stop.check()
        try:
            page = fetch(token)
            body, found = self._redactor.redact(page.body, drop=frozenset(operation.drop))
        except AbsentError:
            evidence = Evidence(operation=operation.name, params=dict(asked), page=number)
        except ReadError as error:  # refused, or an answer that is too hostile to be written down
            detail = self._redactor.redact(error.message, drop=frozenset())[0]
            evidence = _refused(operation, asked, number, error.reason, error.code, detail)
        else:
            evidence = Evidence(
                operation=operation.name,
                params=dict(asked),
                page=number,
                body=body,
                next=page.next,
                sightings=[msgspec.to_builtins(item) for item in found],
            )
        return self._write(evidence)

    def _write(self, evidence: Evidence) -> Evidence:
        if self._writer is None:
            raise RuntimeError(f"{self._shard.id} is complete and takes no further pages")
        line = self._writer.add(msgspec.structs.replace(evidence, at=_stamp(self._now())))
        if evidence.problem:
            self._refusals[evidence.operation] = evidence.detail
        if self._on_page is not None:
            self._on_page(self._shard)
        # What the collector sees is what a resumed scan would read: times as text, nothing redacted left.
        return msgspec.json.decode(line, type=Evidence)


class BundleExportSink:
    """See `nhiscan.connector.ExportSink`: puts what exports hold into a bundle."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._redactor = Redactor(bundle.key)
        self._evidence: dict[str, list[Evidence]] = defaultdict(list)
        self._pages: Counter[tuple[str, str, bytes]] = Counter()
        self.shards: dict[str, Shard] = {}

    def add(self, shard: Shard, operation: Operation, body: JSON, params: Params | None = None) -> None:
        """See `ExportSink.add`."""
        redacted, found = self._redactor.redact(body, drop=frozenset(operation.drop))
        self._put(
            shard,
            Evidence(
                operation=operation.name,
                params=_wire(dict(params or {})),
                body=redacted,
                sightings=[msgspec.to_builtins(item) for item in found],
            ),
        )

    def missing(self, shard: Shard, operation: Operation, detail: str) -> None:
        """See `ExportSink.missing`."""
        self._put(shard, _refused(operation, {}, 0, "unsupported", "NotInExport", detail))

    def _put(self, shard: Shard, evidence: Evidence) -> None:
        """Keep a page under the next free number of its call, so that none overtakes another."""
        self.shards.setdefault(shard.id, shard)
        call = (shard.id, *_key(evidence.operation, evidence.params))
        number = self._pages[call]
        self._pages[call] += 1
        # An export does not say when it was made; the moment of reading is the latest that it can be.
        at = _stamp(datetime.now(UTC))
        self._evidence[shard.id].append(msgspec.structs.replace(evidence, page=number, at=at))

    def finish(self) -> list[Shard]:
        """Write all shards to their end; gives them in the order in which they came."""
        for shard in self.shards.values():
            writer = self._bundle.writer(shard)
            for item in self._evidence[shard.id]:
                writer.add(item)
            writer.end()
            writer.close()
        return list(self.shards.values())


_: type[ExportSink] = BundleExportSink


def _refused(operation: Operation, params: Params, page: int, reason: object, code: str, detail: str) -> Evidence:
    return msgspec.convert(
        {
            "operation": operation.name,
            "params": dict(params),
            "page": page,
            "problem": reason,
            "code": code,
            "detail": detail,
        },
        Evidence,
    )


def _wire(params: dict[str, JSON]) -> dict[str, JSON]:
    """Parameters as they will be read back, so that a call is found again."""
    decoded: dict[str, JSON] = msgspec.json.decode(msgspec.json.encode(params))
    return decoded


def _key(operation: str, params: Params) -> tuple[str, bytes]:
    return page_key(operation, params, 0)[:2]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
