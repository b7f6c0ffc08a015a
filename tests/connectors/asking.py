"""Calls of one shard against an emulator, without a whole scan, and with a clock that does not make a test wait."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from nhiscan.connector import Connector, Evidence, Shard
from nhiscan.engine import manifest_of
from nhiscan.evidence import Bundle, create
from nhiscan.sink import BundleSink, Stop

C = TypeVar("C")


class AskingShard(ABC, Generic[C]):
    """Calls of one shard into a bundle."""

    def __init__(
        self, directory: Path, connector: Connector, settings: Mapping[str, Any], shard: Shard, started: datetime
    ) -> None:
        self.waits: list[float] = []
        self.now = 0.0
        self.shard = shard
        manifest = manifest_of({shard.connector: settings}, {shard.connector: connector}, started=started)
        self.bundle: Bundle = create(directory, manifest)
        self._open()

    def _open(self) -> None:
        self.sink = BundleSink(self.bundle, self.shard, stop=Stop(), fan_out=1)
        self.calls: C = self.made()

    @abstractmethod
    def made(self) -> C:
        """The calls, through `self.sink`."""

    def sleep(self, seconds: float) -> None:
        """Wait, as the calls believe."""
        self.waits.append(seconds)
        self.now += seconds

    def again(self) -> Self:
        """The same, as a resumed scan finds it."""
        self.sink.close()
        self._open()
        return self

    def evidence(self) -> list[Evidence]:
        """All that was written."""
        self.sink.close()
        return self.bundle.read(self.shard)[0]

    def problems(self) -> list[tuple[str, str | None, str]]:
        """Operation, reason and code of every refusal."""
        return [(item.operation, item.problem, item.code) for item in self.evidence() if item.problem]
