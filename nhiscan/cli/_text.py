"""Sentences in a terminal: wrapped at 80 columns, without anything that would move the cursor."""

from __future__ import annotations

import textwrap

import click

from nhiscan.terminal import clean


def lines(text: str, indent: int = 0) -> None:
    """Print a sentence, wrapped and indented."""
    space = " " * indent
    click.echo(
        textwrap.fill(
            clean(text).strip(),
            79,
            initial_indent=space,
            subsequent_indent=space + "  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def heading(text: str) -> None:
    """Print a heading."""
    click.echo(click.style(clean(text), bold=True))
