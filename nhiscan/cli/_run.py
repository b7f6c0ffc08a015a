"""The work that `scan`, `collect`, `analyze` and `demo` share."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import click

from nhiscan import engine, plugins
from nhiscan.analyze import Stopwatch, analyze
from nhiscan.cli._options import DEFAULT_OUTPUT, secrets_of, settings_for
from nhiscan.cli._talk import Talk
from nhiscan.config import Config
from nhiscan.connector import Connector
from nhiscan.errors import InputError, NhiscanError, UsageError
from nhiscan.evidence import Bundle, open_bundle
from nhiscan.files import write_atomically
from nhiscan.outcome import exit_code
from nhiscan.result import ScanResult, Severity
from nhiscan.sink import StoppedError

EVIDENCE = "evidence"
"""Where a scan keeps its bundle, inside the report directory."""


def chosen_connectors(named: tuple[str, ...], exports: Mapping[str, Path], config: Config) -> dict[str, Connector]:
    """Connectors of a scan: those that were named, else those of the configuration. Raises UsageError."""
    names = list(dict.fromkeys([*named, *exports])) or config.scan.connectors
    if not names:
        raise UsageError(
            "No connector was named.",
            "Name one (nhiscan scan aws), or set connectors under [scan] in nhiscan.toml.",
        )
    known = plugins.connectors()
    for name in names:
        if name not in known:
            broken = {b.name: b.error for b in plugins.broken() if b.group == "nhiscan.connectors"}
            why = f"it does not load: {broken[name]}" if name in broken else f"there are {', '.join(known) or 'none'}"
            raise UsageError(f"There is no connector {name!r} ({why}).", "`nhiscan plugins` lists them.")
    return {name: known[name] for name in names}


def parse_exports(values: tuple[str, ...]) -> dict[str, Path]:
    """`--export aws=PATH` values. Raises UsageError for one that is not of that form, or a path that is not there."""
    exports: dict[str, Path] = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not equals or not name or not path:
            raise UsageError(f"--export {value!r} is not of the form CONNECTOR=PATH.")
        if name in exports:
            raise UsageError(f"--export names {name} twice; put the files into one directory.")
        exports[name] = Path(path)
        if not exports[name].exists():
            raise InputError(f"{path} does not exist.")
    return exports


def collect_new(
    directory: Path,
    connectors: Mapping[str, Connector],
    exports: Mapping[str, Path],
    config: Config,
    given: Mapping[str, Any],
    workers: int,
    talk: Talk,
) -> Bundle:
    """A new bundle at `directory`, collected from the APIs and filled from the exports."""
    settings = {
        name: {} if name in exports else settings_for(connector, given, config.connectors.get(name, {}))
        for name, connector in connectors.items()
    }
    bundle = engine.begin(directory, settings, connectors, started=datetime.now(UTC).replace(microsecond=0))
    try:
        for name, path in exports.items():
            talk.say(f"reading {path}", connector=name)
            engine.import_exports(bundle, connectors[name], path)
    except NhiscanError:
        # Half an export is no evidence: without this, a resumed scan would take it for the whole.
        shutil.rmtree(directory, ignore_errors=True)
        raise
    secrets = {name: secrets_of(connectors[name], values) for name, values in settings.items()}
    _collect(bundle, connectors, secrets, workers, talk)
    return bundle


def collect_on(directory: Path, config: Config, given: Mapping[str, Any], workers: int, talk: Talk) -> Bundle:
    """Go on with an interrupted bundle, with the settings that it was begun with."""
    bundle = open_bundle(directory if (directory / "manifest.json").exists() else directory / EVIDENCE)
    names = tuple(entry.name for entry in bundle.manifest.connectors)
    connectors = chosen_connectors(names, {}, config)
    secrets = {
        name: secrets_of(connector, settings_for(connector, given, config.connectors.get(name, {})))
        for name, connector in connectors.items()
    }
    _collect(bundle, connectors, secrets, workers, talk)
    return bundle


def _collect(
    bundle: Bundle,
    connectors: Mapping[str, Connector],
    secrets: Mapping[str, Mapping[str, Any]],
    workers: int,
    talk: Talk,
) -> None:
    try:
        with talk, _terminable():
            engine.collect(bundle, connectors, secrets, workers=workers, manner=engine.Manner(progress=talk))
    except (KeyboardInterrupt, StoppedError) as error:
        raise NhiscanError(
            "The scan was interrupted; what was read so far is kept.",
            f"Go on with: nhiscan scan --resume {bundle.directory}",
        ) from error


@contextmanager
def _terminable() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C, so that a stopped job leaves a bundle that says so."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not in the main thread: nobody sends us signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def make_room(output: Path, talk: Talk) -> Path:
    """The place of a new scan's bundle. An earlier one makes room; an unfinished one is moved aside, not lost."""
    directory = output / EVIDENCE
    if not (directory / "manifest.json").exists():
        return directory
    if open_bundle(directory).manifest.finished is None:
        aside = output / f"{EVIDENCE}.unfinished"
        shutil.rmtree(aside, ignore_errors=True)
        directory.rename(aside)
        talk.say(f"an unfinished scan was moved to {aside}; `nhiscan scan --resume {aside}` goes on with it")
    else:
        shutil.rmtree(directory)
    return directory


def judge_and_report(
    bundle: Bundle,
    output: Path,
    config: Config,
    *,
    clock: datetime | None,
    fail_on: Severity | None,
    require_complete: bool,
    quiet: bool,
    talk: Talk,
) -> int:
    """Analyze a bundle, write result.json and report.html, print the summary, and give the exit code."""
    watch = Stopwatch()
    result = analyze(bundle, config, clock=clock, watch=watch)
    with watch.stage("render"):
        written = [write_report(result, name, output / file) for name, file in _FILES.items() if _have(name)]
    talk.note("analyzed", seconds={name: round(seconds, 3) for name, seconds in watch.seconds.items()})
    if not quiet:
        from rich.console import Console

        from nhiscan.terminal import print_summary

        console = Console()
        print_summary(result, console)
        console.print()
        for path in written:
            console.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    for connector in result.scan.connectors:
        if connector.status == "failed":
            from nhiscan.terminal import clean

            click.echo(f"Error: {connector.name} could read nothing: {clean(connector.detail)}", err=True)
    return exit_code(result, fail_on or config.scan.fail_on, require_complete=require_complete)


_FILES = {"json": "result.json", "html": "report.html"}


def _have(name: str) -> bool:
    return name in plugins.reports()


def write_report(result: ScanResult, name: str, path: Path) -> Path:
    """Render a result and write it, whole or not at all. Raises UsageError for a report that is not installed."""
    reports = plugins.reports()
    if name not in reports:
        raise UsageError(f"There is no report {name!r}; there are {', '.join(reports)}.")
    write_atomically(path, reports[name].render(result))
    return path


def output_directory(output: str | None, config: Config) -> Path:
    """Where reports go."""
    return Path(output or config.scan.output or DEFAULT_OUTPUT)


def workers_of(max_workers: int | None, config: Config) -> int:
    """How many parts of a scan are collected at a time."""
    return max_workers or config.scan.max_workers or 8
