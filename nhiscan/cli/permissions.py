"""nhiscan permissions: what the scanner must be allowed to do."""

from __future__ import annotations

import click


@click.command(short_help="Print the scanner's least-privilege policy.")
@click.argument("connector")
@click.option("-f", "--format", "form", help="Form of the policy; the connector's first one by default.")
def command(connector: str, form: str | None) -> None:
    """Print the least-privilege policy that CONNECTOR needs, drawn from the calls that it makes."""
    from nhiscan.cli._run import chosen_connectors
    from nhiscan.config import Config
    from nhiscan.errors import UsageError

    chosen = chosen_connectors((connector,), {}, Config())[connector]
    forms = chosen.permission_forms
    if form is not None and form not in forms:
        raise UsageError(f"{connector} has no policy in the form {form!r}; it has {', '.join(forms)}.")
    click.echo(chosen.permission_policy(form or forms[0]).rstrip("\n"))
