"""nhiscan paths: how identities come to administer something, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nhiscan.cli._options import DEFAULT_OUTPUT


@click.command(short_help="Show how identities can come to administer an account, hop by hop.")
@click.option("--from", "start", metavar="ID", help="Only paths of this identity.")
@click.option(
    "--to",
    "goal",
    default="admin",
    show_default=True,
    metavar="GOAL",
    help="Where paths lead: admin, an identity, secret:NAME or data:ID of what holds the data.",
)
@click.option(
    "--class",
    "class_",
    type=click.Choice(["human", "legacy_service", "ai_persona", "unknown"]),
    help="Only paths of identities of this class.",
)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Show at most so many.")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_OUTPUT),
    help=f"Bundle, or the report directory of a scan. Default: {DEFAULT_OUTPUT}.",
)
def command(start: str | None, goal: str, class_: Any, limit: int, evidence: Path) -> int:
    """Show paths to administration, or to another goal: each hop with the statement behind it, and what breaks the
    path for least.

    A path is `allowed` with what is there now, `conditional` when a condition cannot be settled from the evidence,
    `latent` when what a method needs is not there, `unknown` when something that decides was not readable.
    """
    from nhiscan.access.paths import Paths
    from nhiscan.access.reach import Reach
    from nhiscan.classify import classify
    from nhiscan.cli._inventory import goal_called, identity_called, read_inventory
    from nhiscan.cli._text import heading, lines

    inventory, connectors = read_inventory(evidence, access=True)
    chosen = [identity_called(inventory, start)] if start else sorted(inventory.identities)
    aim = None if goal == "admin" else goal_called(inventory, connectors, goal)
    paths = Paths(inventory, Reach(inventory, aim))
    shown = more = 0
    for id in chosen:
        path = paths.of(id)
        if path is None or not (path.hops or (aim is not None and path.reason)):
            continue  # who administers already is a goal, not on the way to one
        if class_ and classify(inventory.identities[id], inventory.signals_of(id)).class_ != class_:
            continue
        if shown == limit:
            more += 1
            continue
        if shown:
            click.echo()
        shown += 1
        heading(f"{id} [{path.degree}]")
        for number, hop in enumerate(path.hops, start=1):
            lines(f"{number}. {hop.reason or hop.method}", indent=2)
        if path.reason:
            lines(path.reason, indent=2)
        if path.fix:
            lines(f"To break it: {path.fix}" + (" (leaves no other way)" if path.breaks_all else ""), indent=2)
    if more:
        click.echo(f"\n{more} more; raise --limit to see them.")
    if not shown:
        what = "administration, beside those that administer already" if aim is None else goal
        click.echo(f"No identity has a known path to {what}.")
    return 0
