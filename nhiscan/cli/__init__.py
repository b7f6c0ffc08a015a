"""The command line: one module a command, each loaded when it is used."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from typing import NoReturn

import click

from nhiscan import __version__
from nhiscan.errors import ExitCode, NhiscanError


class Commands(click.Group):
    """Finds commands by looking into this package; modules whose name starts with an underscore are none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in order."""
        return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="nhiscan")
def cli() -> None:
    """Find every non-human identity in your clouds, and what is wrong with it.

    nhiscan only reads. It never asks for the value of a secret.
    """


def main() -> NoReturn:
    """Run the command line, print errors in one place, and exit with a code of the documented table."""
    try:
        code = cli(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else ExitCode.CLEAN)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except NhiscanError as error:
        _say(error.diagnostics())
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.exceptions.Abort):
        _say("Interrupted.")
        sys.exit(ExitCode.FAILURE)
    except BrokenPipeError:
        # The reader of our output went away (`| head`); what is left has no place to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.CLEAN)
    except MemoryError:
        _say("There is not enough memory for this estate.\nScan fewer accounts at a time, or use a larger machine.")
        sys.exit(ExitCode.FAILURE)
    except Exception as error:
        if os.environ.get("NHISCAN_DEBUG"):
            raise
        _say(
            f"A defect in nhiscan: {type(error).__name__}: {error}\n"
            "Run again with NHISCAN_DEBUG=1 for the details, and report them."
        )
        sys.exit(ExitCode.FAILURE)


def _say(text: str) -> None:
    from nhiscan.terminal import clean

    first, *rest = clean(text).splitlines() or [""]
    click.echo("\n".join([f"Error: {first}", *rest]), err=True)
