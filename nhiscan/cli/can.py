"""nhiscan can: may this identity do this here, and why."""

from __future__ import annotations

from pathlib import Path

import click

from nhiscan.cli._options import DEFAULT_OUTPUT


@click.command(short_help="Say whether an identity may do an action, and which statements decide.")
@click.argument("identity")
@click.argument("action")
@click.argument("resource", default="*")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_OUTPUT),
    help=f"Bundle, or the report directory of a scan. Default: {DEFAULT_OUTPUT}.",
)
@click.option("--context", "context", multiple=True, metavar="KEY=VALUE", help="A condition key whose value is known.")
def command(identity: str, action: str, resource: str, evidence: Path, context: tuple[str, ...]) -> int:
    """Say whether IDENTITY may do ACTION on RESOURCE: allowed, denied, conditional or unknown, layer by layer.

    ACTION is the provider's own word, s3:GetObject for example. Condition keys that are not given stay open.
    """
    from nhiscan.access.question import Question
    from nhiscan.cli._inventory import identity_called, read_inventory
    from nhiscan.cli._text import lines
    from nhiscan.errors import UsageError

    known: dict[str, tuple[str, ...]] = {}
    for item in context:
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise UsageError(f"--context {item!r} is not of the form KEY=VALUE.")
        known[key] = (*known.get(key, ()), value)
    inventory, connectors = read_inventory(evidence, access=False)
    id = identity_called(inventory, identity)
    question = Question(identity=id, action=action, resource=resource, context=known)
    decision = connectors[inventory.identities[id].provider].decide(inventory, question)
    lines(f"{decision.answer.upper()}: {decision.reason}")
    if decision.conditions:
        lines(f"it depends on this: {', '.join(decision.conditions)}", indent=2)
    for layer in decision.layers:
        lines(f"{layer.name}: {layer.answer}", indent=2)
        for statement in layer.statements:
            lines(statement, indent=4)
        for document in layer.missing:
            lines(f"not readable: {document}", indent=4)
    return 0
