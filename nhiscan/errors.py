"""The errors that nhiscan shows to a person, and the exit codes that they lead to."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells the shell; the table in docs/exit-codes.md is drawn from here."""

    CLEAN = 0
    """Everything that was asked for was read, and no finding reaches --fail-on."""

    FINDINGS = 1
    """At least one finding reaches the severity given by --fail-on."""

    USAGE = 2
    """The command line or the configuration file is wrong; nothing was done."""

    INCOMPLETE = 3
    """Nothing at all could be read, or --require-complete was given and something could not be read."""

    FAILURE = 4
    """nhiscan could not do what was asked: bad input, no credentials, a full disk, a defect."""


class NhiscanError(Exception):
    """What happened, in words for the person who runs nhiscan.

    `advice` says what to do about it; it may be empty.
    """

    exit_code = ExitCode.FAILURE

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def diagnostics(self) -> str:
        """One or two sentences: what happened, and what to do."""
        return f"{self.message}\n{self.advice}" if self.advice else self.message


class UsageError(NhiscanError):
    """The command line or the configuration asks for something that cannot be."""

    exit_code = ExitCode.USAGE


class InputError(NhiscanError):
    """A file that was given cannot be read as what it should be; names the file and the place."""


class NothingReadError(NhiscanError):
    """A connector could not start, so not one identity could have been seen."""

    exit_code = ExitCode.INCOMPLETE
