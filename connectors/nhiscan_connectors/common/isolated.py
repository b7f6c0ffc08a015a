"""Services of one shard, asked and read so that the defect of one hides nothing that the others know."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from nhiscan.connector import Operation, Shard
from nhiscan.errors import NhiscanError
from nhiscan.model import AnyRecord, Gap
from nhiscan_connectors.common.answers import Answers

log = logging.getLogger(__name__)

C = TypeVar("C", contravariant=True)


class Asking(Protocol[C]):
    """A service that can be asked."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def collect(self) -> Callable[[C], None]:
        """Asks for everything."""
        ...


class Reading(Protocol):
    """A service whose answers can be read."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The calls that it makes."""
        ...

    @property
    def parse(self) -> Callable[[Shard, Answers], Iterator[AnyRecord]]:
        """Pure: the records that answers amount to."""
        ...


def asked(service: Asking[C], calls: C, shard: Shard) -> Exception | None:
    """Ask one service; gives the defect of a collector that raised."""
    try:
        service.collect(calls)
    except NhiscanError:
        raise  # the scan is being stopped, or cannot go on
    except Exception as error:
        log.exception("collecting %s of %s failed", service.name, shard.id)
        return error
    return None


def parsed(service: Reading, shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """The records of one service. A parser that raises leaves unknown what its service would have told, and no more."""
    try:
        yield from service.parse(shard, answers)
    except Exception as error:
        log.exception("parsing %s of %s failed", service.name, shard.id)
        aspects = {aspect for operation in service.operations for aspect in operation.blinds}
        yield Gap(
            connector=shard.connector,
            scope=shard.scope,
            region=shard.region,
            operation=f"parse:{service.name}",
            reason="failed",
            hides="; ".join(dict.fromkeys(operation.hides for operation in service.operations)),
            detail=f"the parser raised {type(error).__name__}: {error}"[:300],
            blinds=tuple(sorted(aspects)),
        )
