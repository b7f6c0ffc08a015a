"""nhiscan blast-radius: what is lost when an identity, workload or agent is stolen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nhiscan.cli._options import DEFAULT_OUTPUT

if TYPE_CHECKING:
    from nhiscan.access.blast import Blast


@click.command(short_help="Show what a thief of an identity, workload or agent could become, do and read.")
@click.argument("identity", metavar="ID")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Show at most so many of a kind.")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_OUTPUT),
    help=f"Bundle, or the report directory of a scan. Default: {DEFAULT_OUTPUT}.",
)
def command(identity: str, limit: int, evidence: Path) -> int:
    """Show everything within reach of whoever steals ID, an identity or a workload.

    For an agent also the narrower answer: what injected text could make the agent and its tools do.
    """
    from nhiscan.access.blast import BlastRadius
    from nhiscan.cli._inventory import actor_called, read_inventory
    from nhiscan.cli._text import heading, lines

    inventory, _ = read_inventory(evidence, access=True)
    id = actor_called(inventory, identity)
    radius = BlastRadius(inventory)
    heading(f"If {id} were stolen")
    _tell(radius.of(id), limit)
    if id in inventory.workloads and inventory.workloads[id].agent:
        click.echo()
        heading("Under prompt injection")
        _tell(radius.under_injection(id), limit)
        lines("Tools that no connector told of are not in this answer.", indent=2)
    return 0


def _tell(blast: Blast, limit: int) -> None:
    from nhiscan.cli._text import lines

    if not blast.held:
        lines("It is not known what it runs as, so what is within reach is unknown.", indent=2)
        return
    _part(
        "It can become",
        [f"{one.id} [{one.degree}]: {one.step.reason or one.step.method}" for one in blast.reached],
        limit,
    )
    if blast.administers:
        lines("Who administers a scope can become every identity in it and read every secret of it.", indent=2)
    secrets = set(blast.secrets)
    for title, chosen in (
        ("It can read secrets", [one for one in blast.grants if one in secrets]),
        ("It can do", [one for one in blast.grants if one not in secrets]),
    ):
        _part(
            title,
            [
                f"[{degree}] {grant.reason or f'{grant.identity}: {grant.capability} on {grant.resource}'}"
                for degree, grant in chosen
            ],
            limit,
        )
    _part("Not readable, so it may be more", [f"the permissions of {id}" for id in blast.unread], limit)
    if not (blast.reached or blast.grants or blast.unread):
        lines("No power that counts is known.", indent=2)


def _part(title: str, sentences: list[str], limit: int) -> None:
    from nhiscan.cli._text import lines

    if not sentences:
        return
    lines(f"{title} ({len(sentences)}):", indent=2)
    for sentence in sentences[:limit]:
        lines(sentence, indent=4)
    if len(sentences) > limit:
        lines(f"{len(sentences) - limit} more; raise --limit to see them.", indent=4)
