"""nhiscan collect: only collect, for judging elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nhiscan.cli._options import ConnectorCommand, talk_options


@click.command(cls=ConnectorCommand, short_help="Only collect evidence into a bundle.")
@click.argument("connectors", nargs=-1, metavar="[CONNECTOR]...")
@click.option(
    "--evidence",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory of the bundle; one that is unfinished is gone on with.",
)
@click.option("--export", "exports", multiple=True, metavar="CONNECTOR=PATH", help="Read exported files, not the API.")
@click.option("--max-workers", type=click.IntRange(1, 256), help="Parts collected at a time. Default: 8.")
@talk_options
def command(
    connectors: tuple[str, ...],
    evidence: Path,
    exports: tuple[str, ...],
    max_workers: int | None,
    config: Path | None,
    quiet: bool,
    log_format: str,
    **given: Any,
) -> int:
    """Collect from one or more CONNECTORs and judge nothing; `nhiscan analyze` does that, without any network."""
    from nhiscan.cli import _run
    from nhiscan.cli._talk import Talk
    from nhiscan.config import load
    from nhiscan.errors import ExitCode, InputError
    from nhiscan.evidence import open_bundle

    settings = load(config)
    workers = _run.workers_of(max_workers, settings)
    talk = Talk(quiet=quiet, log_format=log_format)
    if (evidence / "manifest.json").exists():
        if open_bundle(evidence).manifest.finished is not None:
            raise InputError(
                f"{evidence} holds a finished bundle.", "Judge it with `nhiscan analyze`, or give another directory."
            )
        bundle = _run.collect_on(evidence, settings, given, workers, talk)
    else:
        files = _run.parse_exports(exports)
        chosen = _run.chosen_connectors(connectors, files, settings)
        bundle = _run.collect_new(evidence, chosen, files, settings, given, workers, talk)
    talk.say(f"wrote {bundle.directory}; judge it with: nhiscan analyze {bundle.directory}")
    failures = [f"{entry.name}: {entry.failure}" for entry in bundle.manifest.connectors if entry.failure]
    for failure in failures:
        click.echo(f"Error: {failure}", err=True)
    return ExitCode.INCOMPLETE if failures else ExitCode.CLEAN
