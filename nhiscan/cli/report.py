"""nhiscan report: render a result again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Render a result again: html, json, csv ...")
@click.argument("result", type=click.Path(path_type=Path))
@click.option("-f", "--format", "form", required=True, help="Report to make; `nhiscan plugins` lists them.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Default: standard output."
)
def command(result: Path, form: str, output: Path | None) -> None:
    """Render RESULT, a result.json or the directory of one, in another form."""
    from nhiscan import plugins
    from nhiscan.cli._result import read_result
    from nhiscan.cli._run import write_report
    from nhiscan.errors import UsageError

    if form not in plugins.reports():
        raise UsageError(f"There is no report {form!r}; there are {', '.join(plugins.reports())}.")
    scan = read_result(result)
    if output is not None:
        write_report(scan, form, output)
        return
    for piece in plugins.reports()[form].render(scan):
        click.echo(piece, nl=False)
