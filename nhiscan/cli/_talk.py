"""What nhiscan says while it works: a progress line for people, JSON lines for machines, or nothing."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from nhiscan.connector import Shard
from nhiscan.engine import Progress
from nhiscan.terminal import clean

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One JSON object a line."""
        entry: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        entry.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            entry["error"] = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        return json.dumps(entry, ensure_ascii=True)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One line, without anything that would move the cursor."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        return clean(text).replace("\n", " ")


class Talk(Progress):
    """Tells on standard error how a scan goes on. A context manager; methods may be called from any thread."""

    def __init__(self, *, quiet: bool, log_format: str) -> None:
        self._quiet = quiet
        self._json = log_format == "json"
        self._lock = threading.Lock()
        self._shards = self._done = self._pages = 0
        self._bar: Bar | None = None
        self._task: Any = None
        self._told = time.monotonic()
        self._log = logging.getLogger("nhiscan")
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_JsonLines() if self._json else _Text())
        self._log.handlers[:] = [handler]
        self._log.propagate = False
        self._log.setLevel(logging.ERROR if quiet else logging.INFO)

    def __enter__(self) -> Talk:
        if not self._quiet and not self._json and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[pages]} answers"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("planning", total=None, pages=0)
            self._bar.start()
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, message: str, **fields: Any) -> None:
        """Say one thing; `fields` go into the JSON form."""
        self._log.info(message, extra={"fields": fields})

    def note(self, message: str, **fields: Any) -> None:
        """Say something that only machines want to know."""
        if self._json:
            self.say(message, **fields)

    def planned(self, shards: int) -> None:
        """See `Progress.planned`."""
        self._shards = shards
        if self._bar is not None:
            self._bar.update(self._task, description="collecting", total=shards)
        else:
            self.say(f"collecting {shards} parts", shards=shards)

    def page(self, shard: Shard) -> None:
        """See `Progress.page`."""
        with self._lock:
            self._pages += 1
            if self._bar is not None:
                self._bar.update(self._task, pages=self._pages)
            elif time.monotonic() - self._told > 10:
                self._told = time.monotonic()
                self.say(
                    f"{self._pages} answers, {self._done} of {self._shards} parts complete",
                    answers=self._pages,
                    done=self._done,
                    shards=self._shards,
                )

    def done(self, shard: Shard) -> None:
        """See `Progress.done`."""
        with self._lock:
            self._done += 1
            if self._bar is not None:
                self._bar.update(self._task, completed=self._done)
