"""The engine: plans shards, runs them on an executor, and leaves a bundle that a resumed scan goes on from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
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


def begin(
    directory: Path, chosen: Mapping[str, Settings], connectors: Mapping[str, Connector], *, started: datetime
) -> Bundle:
    """Make the bundle of a new scan over the chosen connectors."""
    asked = [
        ConnectorSettings(name=name, settings=_writable(connectors[name], settings))
        for name, settings in sorted(chosen.items())
    ]
    manifest = Manifest(format=FORMAT, nhiscan_version=__version__, started=started, connectors=asked, shards=[])
    return create(directory, manifest)


def collect(
    bundle: Bundle,
    connectors: Mapping[str, Connector],
    secrets: Mapping[str, Settings],
    *,
    workers: int = 16,
    fan_out: int = 8,
    executor: Executor | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> None:
    """Collect what the bundle does not have yet, for every connector that its manifest names.

    `secrets` adds the secret options, which no bundle holds. Without an `executor`, threads of this process do the
    work; any other `concurrent.futures.Executor` (Dask's, for one) is given `collect_shard` with picklable arguments.
    Raises NhiscanError when the scan cannot go on; what was collected so far stays.
    """
    progress = progress or Progress()
    stop = stop or Stop()
    for entry in bundle.manifest.connectors:
        if not entry.planned:
            _plan(bundle, connectors[entry.name], entry, secrets.get(entry.name, {}), stop, fan_out)
    settings = {entry.name: {**entry.settings, **secrets.get(entry.name, {})} for entry in bundle.manifest.connectors}
    shards = [shard for shard in bundle.manifest.shards if shard.part != PLAN]
    progress.planned(len(shards))
    jobs: list[Callable[[Executor], Future[None]]] = []
    for shard in shards:
        if executor is None:
            jobs.append(
                _local_job(
                    bundle, connectors[shard.connector], settings[shard.connector], shard, fan_out, stop, progress
                )
            )
        else:
            jobs.append(_remote_job(bundle.directory, settings[shard.connector], shard, fan_out))
    if executor is not None:
        _run(executor, jobs, stop)
    else:
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="shard") as pool:
            _run(pool, jobs, stop)
    bundle.save(msgspec.structs.replace(bundle.manifest, finished=datetime.now(UTC)))


def collect_shard(directory: str, settings: dict[str, Any], shard: Shard, fan_out: int) -> None:
    """Collect one shard into the bundle at `directory`: the unit of work that any executor can run."""
    bundle = open_bundle(Path(directory))
    _collect_shard(bundle, plugins.connectors()[shard.connector], settings, shard, fan_out, Stop(), Progress())


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


def _plan(
    bundle: Bundle,
    connector: Connector,
    entry: ConnectorSettings,
    secrets: Settings,
    stop: Stop,
    fan_out: int,
) -> None:
    """Ask a connector for its shards and write them to the manifest."""
    start = Shard(connector=connector.name, scope=connector.name, part=PLAN)
    sink = BundleSink(bundle, start, stop=stop, fan_out=fan_out)
    failure = ""
    shards: list[Shard] = []
    try:
        shards = list(connector.plan({**entry.settings, **secrets}, sink))
    except NothingReadError as error:
        failure = error.diagnostics()
    finally:
        sink.close()
    if not failure:
        _end(bundle, start, stop)
    entries = [
        msgspec.structs.replace(other, planned=not failure, failure=failure) if other.name == entry.name else other
        for other in bundle.manifest.connectors
    ]
    known = [shard for shard in bundle.manifest.shards if shard.connector != connector.name]
    bundle.save(msgspec.structs.replace(bundle.manifest, connectors=entries, shards=[*known, start, *shards]))


def _end(bundle: Bundle, shard: Shard, stop: Stop) -> None:
    sink = BundleSink(bundle, shard, stop=stop)
    sink.end()
    sink.close()


def _local_job(
    bundle: Bundle,
    connector: Connector,
    settings: Settings,
    shard: Shard,
    fan_out: int,
    stop: Stop,
    progress: Progress,
) -> Callable[[Executor], Future[None]]:
    return lambda pool: pool.submit(_collect_shard, bundle, connector, settings, shard, fan_out, stop, progress)


def _remote_job(
    directory: Path, settings: dict[str, Any], shard: Shard, fan_out: int
) -> Callable[[Executor], Future[None]]:
    return lambda pool: pool.submit(collect_shard, str(directory), settings, shard, fan_out)


def _collect_shard(
    bundle: Bundle,
    connector: Connector,
    settings: Settings,
    shard: Shard,
    fan_out: int,
    stop: Stop,
    progress: Progress,
) -> None:
    stop.check()
    sink = BundleSink(bundle, shard, stop=stop, fan_out=fan_out, on_page=progress.page)
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
        progress.done(shard)
    finally:
        sink.close()


def _run(pool: Executor, jobs: list[Callable[[Executor], Future[None]]], stop: Stop) -> None:
    """Run all jobs; the first error stops the others, before their next call, and is raised."""
    futures = [job(pool) for job in jobs]
    pending = set(futures)
    try:
        while pending:
            # Short waits, so that a signal is heard while threads work.
            finished, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
    except BaseException:
        stop.set()
        for future in futures:
            future.cancel()
        wait(futures)
        raise
