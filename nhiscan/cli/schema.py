"""nhiscan schema: the JSON Schema of result.json."""

from __future__ import annotations

import click


@click.command(short_help="Print the JSON Schema of result.json.")
def command() -> None:
    """Print the JSON Schema of result.json, for those who read it with a program."""
    from nhiscan.assemble import schema

    click.echo(schema().decode(), nl=False)
