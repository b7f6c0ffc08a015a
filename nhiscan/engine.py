"""The engine: plans shards, runs them on an executor, and leaves a bundle that a resumed scan goes on from."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import msgspec

from nhiscan import __version__, plugins
from nhiscan.connector import Connector, Settings, Shard
from nhiscan.errors import NhiscanError, NothingReadError
from nhiscan.evidence import FORMAT, Bundle, ConnectorSettings, Manifest, create, open_bundle
from nhiscan.sink import PLAN, BundleExportSink, BundleSink, Stop

log = logging.getLogger(__name__)


class Progress:
    """What the engine tells while it works; the command line draws it. Methods may be called from any thread."""

    def planned(self, shards: int) -> None:
        """So many shards are to be collected."""

    def page(self, shard: Shard) -> None:
        """One more answer was written."""

    def done(self, shard: Shard) -> None:
        """A shard is complete."""


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How shards are collected in this process."""

    fan_out: int = 8
    """Calls at a time within one shard."""
    stop: Stop = msgspec.field(default_factory=Stop)
    progress: Progress = msgspec.field(default_factory=Progress)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The clock by which answers are dated."""

    def sink(self, bundle: Bundle, shard: Shard) -> BundleSink:
        """The sink of a shard."""
        return BundleSink(bundle, shard, stop=self.stop, fan_out=self.fan_out, on_page=self.progress.page, now=self.now)


def manifest_of(chosen: Mapping[str, Settings], connectors: Mapping[str, Connector], *, started: datetime) -> Manifest:
    """The manifest of a new scan over the chosen connectors, without their secret settings."""
    asked = [
        ConnectorSettings(name=name, settings=_writable(connectors[name], settings))
        for name, settings in sorted(chosen.items())
    ]
    return Manifest(format=FORMAT, nhiscan_version=__version__, started=started, connectors=asked, shards=[])


def begin(
    directory: Path, chosen: Mapping[str, Settings], connectors: Mapping[str, Connector], *, started: datetime
) -> Bundle:
    """Make the bundle of a new scan over the chosen connectors."""
    return create(directory, manifest_of(chosen, connectors, started=started))


def collect(
    bundle: Bundle,
    connectors: Mapping[str, Connector],
    secrets: Mapping[str, Settings],
    *,
    workers: int = 8,
    executor: Executor | None = None,
    manner: Manner | None = None,
) -> None:
    """Collect what the bundle does not have yet, for every connector that its manifest names.

    `secrets` adds the secret options, which no bundle holds. Without an `executor`, threads of this process do the
    work; any other `concurrent.futures.Executor` (Dask's, for one) is given `collect_shard` with picklable arguments.
    Raises NhiscanError when the scan cannot go on; what was collected so far stays.
    """
    manner = manner or Manner()
    for entry in bundle.manifest.connectors:
        if not entry.planned:
            _plan(bundle, connectors[entry.name], entry, secrets.get(entry.name, {}), manner)
    settings = {entry.name: {**entry.settings, **secrets.get(entry.name, {})} for entry in bundle.manifest.connectors}
    shards = [shard for shard in bundle.manifest.shards if shard.part != PLAN]
    manner.progress.planned(len(shards))

    def here(pool: Executor, shard: Shard) -> Future[None]:
        name = shard.connector
        return pool.submit(_collect_shard, bundle, connectors[name], settings[name], shard, manner)

    def elsewhere(pool: Executor, shard: Shard) -> Future[None]:
        return pool.submit(collect_shard, str(bundle.directory), settings[shard.connector], shard, manner.fan_out)

    if executor is not None:
        _run(executor, elsewhere, shards, manner.stop)
    else:
        with _seldom_collected(), ThreadPoolExecutor(max_workers=workers, thread_name_prefix="shard") as pool:
            _run(pool, here, shards, manner.stop)
    bundle.save(msgspec.structs.replace(bundle.manifest, finished=manner.now()))


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let the cyclic collector run seldom: an SDK makes clients of very many small objects, and each round walks all.

    Measured on 17 regions with 37 services: half of the time that making the clients takes, for 30 MB more.
    """
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def collect_shard(directory: str, settings: dict[str, Any], shard: Shard, fan_out: int) -> None:
    """Collect one shard into the bundle at `directory`: the unit of work that any executor can run."""
    bundle = open_bundle(Path(directory))
    _collect_shard(bundle, plugins.connectors()[shard.connector], settings, shard, Manner(fan_out=fan_out))


def import_exports(bundle: Bundle, connector: Connector, path: Path) -> None:
    """Fill the bundle from exported files instead of an API. Raises InputError naming the file and the place."""
    sink = BundleExportSink(bundle)
    connector.read_export(path, sink)
    shards = sink.finish()
    entries = [
        msgspec.structs.replace(entry, planned=True) if entry.name == connector.name else entry
        for entry in bundle.manifest.connectors
    ]
    bundle.save(msgspec.structs.replace(bundle.manifest, connectors=entries, shards=[*bundle.manifest.shards, *shards]))


def _writable(connector: Connector, settings: Settings) -> dict[str, Any]:
    hidden = {option.name for option in connector.options if option.secret}
    return {key: value for key, value in settings.items() if key not in hidden and value not in (None, "", ())}


def _plan(bundle: Bundle, connector: Connector, entry: ConnectorSettings, secrets: Settings, manner: Manner) -> None:
    """Ask a connector for its shards and write them to the manifest."""
    start = Shard(connector=connector.name, scope=connector.name, part=PLAN)
    sink = manner.sink(bundle, start)
    failure = ""
    shards: list[Shard] = []
    try:
        shards = list(connector.plan({**entry.settings, **secrets}, sink))
        if len({shard.id for shard in shards}) < len(shards):
            # Two that write the pages of one shard would mix them.
            raise RuntimeError(f"{connector.name} planned one part of the scan twice")
    except NothingReadError as error:
        failure = error.diagnostics()
    finally:
        sink.close()
    if not failure:
        _end(bundle, start, manner)
    entries = [
        msgspec.structs.replace(other, planned=not failure, failure=failure) if other.name == entry.name else other
        for other in bundle.manifest.connectors
    ]
    known = [shard for shard in bundle.manifest.shards if shard.connector != connector.name]
    bundle.save(msgspec.structs.replace(bundle.manifest, connectors=entries, shards=[*known, start, *shards]))


def _end(bundle: Bundle, shard: Shard, manner: Manner) -> None:
    sink = manner.sink(bundle, shard)
    sink.end()
    sink.close()


def _collect_shard(bundle: Bundle, connector: Connector, settings: Settings, shard: Shard, manner: Manner) -> None:
    manner.stop.check()
    sink = manner.sink(bundle, shard)
    try:
        if not sink.ended:
            try:
                connector.collect(settings, shard, sink)
            except NhiscanError:
                raise
            except Exception as error:  # a defect of one collector must not end the scan, nor look like an empty shard
                log.exception("collecting %s failed", shard.id)
                sink.defect(error)
            sink.end()
        manner.progress.done(shard)
    finally:
        sink.close()


def _run(pool: Executor, submit: Callable[[Executor, Shard], Future[None]], shards: list[Shard], stop: Stop) -> None:
    """Run all shards; the first error stops the others, before their next call, and is raised."""
    futures = [submit(pool, shard) for shard in shards]
    finished: SimpleQueue[Future[None]] = SimpleQueue()
    for future in futures:
        future.add_done_callback(finished.put)  # waiting for any of thousands would look at each of them every time
    try:
        left = len(futures)
        while left:
            # Short waits, so that a signal is heard while threads work.
            try:
                future = finished.get(timeout=0.5)
            except Empty:
                continue
            future.result()
            left -= 1
    except BaseException:
        stop.set()
        for future in futures:
            future.cancel()
        wait(futures)
        raise
