"""nhiscan analyze: judge a bundle without any network."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from nhiscan.cli._options import output_options, talk_options


@click.command(short_help="Judge a bundle of evidence, without any network.")
@click.argument("directory", type=click.Path(path_type=Path))
@output_options
@talk_options
def command(
    directory: Path,
    output: str | None,
    fail_on: Any,
    require_complete: bool,
    clock: datetime | None,
    config: Path | None,
    quiet: bool,
    log_format: str,
) -> int:
    """Judge the evidence in DIRECTORY: the same evidence and clock give the same result, byte for byte."""
    from nhiscan.cli import _run
    from nhiscan.cli._talk import Talk
    from nhiscan.config import load
    from nhiscan.evidence import open_bundle

    settings = load(config)
    place = directory if (directory / "manifest.json").exists() else directory / _run.EVIDENCE
    bundle = open_bundle(place if place.exists() else directory)
    return _run.judge_and_report(
        bundle,
        _run.output_directory(output, settings),
        settings,
        clock=clock,
        fail_on=fail_on,
        require_complete=require_complete,
        quiet=quiet,
        talk=Talk(quiet=quiet, log_format=log_format),
    )
