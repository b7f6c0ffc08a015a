"""Options that several commands share, and the options that connectors bring."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from nhiscan.connector import Connector, Option, Settings
from nhiscan.errors import UsageError
from nhiscan.result import SEVERITIES

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_OUTPUT = "nhiscan-report"
PREFIX = "connector_"


class ConnectorCommand(click.Command):
    """A command that also takes the options of every connector; they are looked up when it runs or shows its help."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Our own options, then those of the connectors. One flag that two connectors have goes to both."""
        params = super().get_params(ctx)
        taken = {opt for param in params for opt in param.opts}
        extra: list[click.Parameter] = [
            _click_option(option, names)
            for option, names in _options_by_name().values()
            if _flag(option.name) not in taken
        ]
        return [*params[:-1], *extra, *params[-1:]] if params else extra


def _options_by_name() -> dict[str, tuple[Option, list[str]]]:
    from nhiscan import plugins

    found: dict[str, tuple[Option, list[str]]] = {}
    for name, connector in plugins.connectors().items():
        for option in connector.options:
            found.setdefault(option.name, (option, []))[1].append(name)
    return found


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _click_option(option: Option, connectors: list[str]) -> click.Option:
    default = f" Default: {option.default}." if option.default else ""
    return click.Option(
        [_flag(option.name), PREFIX + option.name],
        help=f"[{', '.join(connectors)}] {option.help}{default}",
        multiple=option.multiple,
        is_flag=option.flag,
        default=() if option.multiple else (False if option.flag else None),
        metavar=None if option.flag else option.metavar,
        envvar=option.envvar or None,
    )


def settings_for(connector: Connector, given: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a connector: its defaults, its table in nhiscan.toml, and what the command line says, in this order.

    Raises UsageError for a key that the connector does not have or a value of the wrong kind.
    """
    options = {option.name: option for option in connector.options}
    for key, value in table.items():
        if key not in options:
            raise UsageError(f"[connectors.{connector.name}] has no option {key!r}; it has {', '.join(options)}.")
        wanted = bool if options[key].flag else list if options[key].multiple else str
        if not isinstance(value, wanted):
            raise UsageError(f"[connectors.{connector.name}] {key} must be a {wanted.__name__}.")
    settings: dict[str, Any] = {}
    for name, option in options.items():
        value = given.get(PREFIX + name)
        if value in (None, (), False):
            value = table.get(name, option.default or (() if option.multiple else False if option.flag else ""))
        settings[name] = list(value) if option.multiple else value
    return settings


def secrets_of(connector: Connector, settings: Settings) -> dict[str, Any]:
    """The settings that no bundle may hold."""
    hidden = {option.name for option in connector.options if option.secret}
    return {key: value for key, value in settings.items() if key in hidden}


def output_options(command: F) -> F:
    """Where reports go, and when a scan counts as failed."""
    for decorate in reversed(
        (
            click.option("-o", "--output", metavar="DIR", help=f"Directory of the reports. Default: {DEFAULT_OUTPUT}."),
            click.option(
                "--fail-on",
                type=click.Choice(SEVERITIES),
                help="Exit with 1 when a finding is at least this severe.",
            ),
            click.option("--require-complete", is_flag=True, help="Exit with 3 when anything could not be read."),
            click.option(
                "--clock",
                metavar="TIME",
                help="Moment that ages are counted to (RFC 3339). Default: when the scan started.",
                callback=parse_clock,
            ),
        )
    ):
        command = decorate(command)
    return command


def talk_options(command: F) -> F:
    """How much nhiscan says, and in which form."""
    for decorate in reversed(
        (
            click.option(
                "--config",
                type=click.Path(path_type=Path, dir_okay=False),
                help="Configuration file. Default: nhiscan.toml, if there.",
            ),
            click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
            click.option(
                "--log-format",
                type=click.Choice(["text", "json"]),
                default="text",
                help="Form of what is said on standard error.",
            ),
        )
    ):
        command = decorate(command)
    return command


def parse_clock(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """An RFC 3339 time as an aware datetime in UTC."""
    if value is None:
        return None
    text = re.sub(r"[zZ]$", "+00:00", value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a time such as 2026-11-24T00:00:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
