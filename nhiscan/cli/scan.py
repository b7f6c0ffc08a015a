"""nhiscan scan: collect, judge and report."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from nhiscan.cli._options import ConnectorCommand, output_options, talk_options


@click.command(cls=ConnectorCommand, short_help="Scan clouds, and write result.json and report.html.")
@click.argument("connectors", nargs=-1, metavar="[CONNECTOR]...")
@click.option("--export", "exports", multiple=True, metavar="CONNECTOR=PATH", help="Read exported files, not the API.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path, file_okay=False),
    help="Go on with an interrupted scan: its report or evidence directory.",
)
@click.option("--max-workers", type=click.IntRange(1, 256), help="Parts collected at a time. Default: 8.")
@output_options
@talk_options
def command(
    connectors: tuple[str, ...],
    exports: tuple[str, ...],
    resume: Path | None,
    max_workers: int | None,
    output: str | None,
    fail_on: Any,
    require_complete: bool,
    clock: datetime | None,
    config: Path | None,
    quiet: bool,
    log_format: str,
    **given: Any,
) -> int:
    """Scan one or more CONNECTORs, or those that nhiscan.toml names.

    Answers are kept as evidence under the output directory, so that an interrupted scan can go on with --resume and
    any scan can be judged again with `nhiscan analyze`.
    """
    from nhiscan.cli import _run
    from nhiscan.cli._talk import Talk
    from nhiscan.config import load
    from nhiscan.errors import UsageError

    settings = load(config)
    workers = _run.workers_of(max_workers, settings)
    directory = _run.output_directory(output, settings)
    talk = Talk(quiet=quiet, log_format=log_format)
    if resume is not None:
        if connectors or exports:
            raise UsageError("--resume goes on with what the scan was begun with; name no connector and no export.")
        bundle = _run.collect_on(resume, settings, given, workers, talk)
        if output is None and bundle.directory.name.startswith(_run.EVIDENCE):
            directory = bundle.directory.parent
    else:
        files = _run.parse_exports(exports)
        chosen = _run.chosen_connectors(connectors, files, settings)
        place = _run.make_room(directory, talk)
        bundle = _run.collect_new(place, chosen, files, settings, given, workers, talk)
    return _run.judge_and_report(
        bundle,
        directory,
        settings,
        clock=clock,
        fail_on=fail_on,
        require_complete=require_complete,
        quiet=quiet,
        talk=talk,
    )
