"""nhiscan tighten: a policy that keeps what an identity used and drops the rest, written to a file."""

from __future__ import annotations

from pathlib import Path

import click

from nhiscan.cli._options import DEFAULT_OUTPUT


@click.command(short_help="Write a policy that keeps what an identity used and drops the rest.")
@click.argument("identity", metavar="ID")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("tightened-policy.json"),
    show_default=True,
    help="File to write; one that is there already is not touched.",
)
@click.option(
    "--unused-days",
    type=click.IntRange(1),
    default=90,
    show_default=True,
    help="Days without use after which a permission is dropped.",
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_OUTPUT),
    help=f"Bundle, or the report directory of a scan. Default: {DEFAULT_OUTPUT}.",
)
def command(identity: str, output: Path, unused_days: int, evidence: Path) -> int:
    """Write a proposed policy for ID that keeps what it used of its permissions, and say what cannot be known.

    It needs usage data (scan with --usage). The policy is written to a file and never applied: read it, and try it
    where a mistake does no harm.
    """
    from datetime import timedelta

    from nhiscan.access.proposal import Window
    from nhiscan.cli._inventory import identity_called, opened, read_inventory
    from nhiscan.cli._text import lines
    from nhiscan.errors import InputError
    from nhiscan.files import write_atomically

    if output.exists():
        raise InputError(f"{output} is there already.", "Give another place with --output, or move it away.")
    inventory, connectors = read_inventory(evidence, access=False)
    id = identity_called(inventory, identity)
    window = Window(clock=opened(evidence).manifest.started, unused=timedelta(days=unused_days))
    proposal = connectors[inventory.identities[id].provider].tighten(inventory, id, window)
    if not proposal.document:
        raise InputError(f"No policy can be proposed for {id}.", ". ".join((*proposal.unknown, *proposal.dropped)))
    for title, sentences in (
        ("Kept", proposal.kept),
        ("Dropped", proposal.dropped),
        ("Not known", proposal.unknown),
    ):
        if sentences:
            lines(f"{title}:")
            for sentence in sentences:
                lines(sentence, indent=2)
    write_atomically(output, proposal.document.encode())
    click.echo(f"\nWrote {output}; nothing was changed anywhere.")
    return 0
