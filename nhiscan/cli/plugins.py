"""nhiscan plugins: what is installed, and what is broken."""

from __future__ import annotations

import click


@click.command(short_help="List connectors, reports and rules.")
def command() -> int:
    """List connectors, reports and rules with where they come from; one that does not load is shown as broken."""
    from nhiscan import plugins
    from nhiscan.errors import ExitCode
    from nhiscan.terminal import clean

    groups = (
        ("connectors", {name: c.title for name, c in plugins.connectors().items()}),
        ("reports", {name: r.title for name, r in plugins.reports().items()}),
        ("rules", {name: f"{r.title} [{r.severity}]" for name, r in plugins.rules().items()}),
    )
    broken = plugins.broken()
    for group, found in groups:
        click.echo(f"{group}:")
        for name, title in sorted(found.items()):
            click.echo(f"  {clean(name):<36} {clean(title)}")
        for plugin in broken:
            if plugin.group == f"nhiscan.{group}":
                click.echo(f"  {clean(plugin.name):<36} BROKEN: {clean(plugin.error)}")
    return ExitCode.FAILURE if broken else ExitCode.CLEAN
