"""nhiscan demo: judge the embedded sample estate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nhiscan.cli._options import output_options, talk_options


@click.command(short_help="Judge the embedded sample estate, to see what a scan gives.")
@output_options
@talk_options
def command(
    output: str | None,
    fail_on: Any,
    require_complete: bool,
    clock: Any,
    config: Path | None,
    quiet: bool,
    log_format: str,
) -> int:
    """Judge the sample estate that comes with nhiscan: a made-up company, read from emulated clouds. No network."""
    from nhiscan.cli import _run
    from nhiscan.cli._talk import Talk
    from nhiscan.config import load
    from nhiscan.demo import ESTATE
    from nhiscan.evidence import open_bundle

    settings = load(config)
    return _run.judge_and_report(
        open_bundle(ESTATE),
        _run.output_directory(output, settings),
        settings,
        clock=clock,
        fail_on=fail_on,
        require_complete=require_complete,
        quiet=quiet,
        talk=Talk(quiet=quiet, log_format=log_format),
    )
