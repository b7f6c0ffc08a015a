"""nhiscan explain: one identity, in sentences."""

from __future__ import annotations

from pathlib import Path

import click

from nhiscan.cli._options import DEFAULT_OUTPUT


@click.command(short_help="Say in sentences what one identity is, holds and can become.")
@click.argument("id")
@click.option(
    "--result",
    "place",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_OUTPUT),
    help=f"result.json, or its directory. Default: {DEFAULT_OUTPUT}.",
)
def command(id: str, place: Path) -> int:
    """Explain ID: what it is, why we believe it, what it holds, who owns it, who can become it, what is wrong.

    ID may be the whole id, or a name or the end of an id that only one thing has.
    """
    from nhiscan.cli._result import read_result
    from nhiscan.cli._text import heading, lines
    from nhiscan.errors import InputError
    from nhiscan.explain import explain, find

    result = read_result(place)
    found = find(result, id)
    if not found:
        raise InputError(f"Nothing in the result is called {id!r}.", "Give a whole id; the CSV report lists them.")
    if len(found) > 1:
        some = "\n".join(f"  {candidate}" for candidate in found[:20])
        raise InputError(f"{len(found)} things are called {id!r}:", f"{some}\nGive the whole id.")
    for number, section in enumerate(explain(result, found[0])):
        if number:
            click.echo()
        heading(section.title)
        for line in section.lines:
            lines(line, indent=2 + len(line) - len(line.lstrip()))
    return 0
