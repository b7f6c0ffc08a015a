"""Services: the parts that a connector is made of, and all that connectors made of them have in common.

A connector of this kind holds one module for each service of its provider. It plans shards, hands each shard to the
services that live in it, and leaves what they may do to its access engine. The defect of one service hides nothing that
the others know.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from nhiscan.access.proposal import Proposal, Window
from nhiscan.access.question import Decision, Question
from nhiscan.connector import Evidence, Operation, Settings, Shard, Sink
from nhiscan.errors import NhiscanError
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Gap, Grant
from nhiscan.sink import PLAN
from nhiscan_connectors.common.answers import Answers
from nhiscan_connectors.common.bounds import bounded

log = logging.getLogger(__name__)

O = TypeVar("O", bound=Operation)  # noqa: E741
C = TypeVar("C")


class Service(msgspec.Struct, Generic[O, C], frozen=True, kw_only=True):
    """What one service of a provider contributes: the calls it may make, how it asks, and how answers become records.

    `O` is how the provider's operations are declared, `C` what makes the calls.
    """

    name: str
    part: str
    """Which shards it is asked in: those of the same `Shard.part`; "any": all but the planning's."""
    operations: tuple[O, ...]
    collect: Callable[[C], None]
    """Ask for everything; every call goes through `C`."""
    parse: Callable[[Shard, Answers], Iterator[AnyRecord]]
    """Pure: the records that the answers of one shard amount to."""
    join: Callable[[Inventory], Iterator[AnyRecord]] | None = None
    """Pure: facts that show only when all shards are put together; None when there are none."""
    never: tuple[str, ...] = ()
    """Calls of this service that return a secret, which nhiscan must never make, named as `Operation.name` is."""


def services_of(package: str, path: Iterable[str]) -> Iterator[Any]:
    """The `SERVICE` of every module in a package, in the order of module names. `path`: its `__path__`.

    What they parse has no text without end; see `bounds`.
    """
    for name in sorted(module.name for module in pkgutil.iter_modules(path)):
        yield _bounded(importlib.import_module(f"{package}.{name}").SERVICE)


def _bounded(service: Service[Any, Any]) -> Service[Any, Any]:
    def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
        return map(bounded, service.parse(shard, answers))

    return msgspec.structs.replace(service, parse=parse)


class Engine(Protocol):
    """What judges access in one provider; a module is one. Each function is as the one of `Connector` is."""

    @property
    def access(self) -> Callable[[Inventory], Iterator[AnyRecord]]:
        """See `Connector.access`."""
        ...

    @property
    def decide(self) -> Callable[[Inventory, Question], Decision]:
        """See `Connector.decide`."""
        ...

    @property
    def readers(self) -> Callable[[Inventory, str], Iterator[Grant]]:
        """See `Connector.readers`."""
        ...

    @property
    def tighten(self) -> Callable[[Inventory, str, Window], Proposal]:
        """See `Connector.tighten`."""
        ...


S = TypeVar("S")


class ServiceConnector(ABC, Generic[O, C, S]):
    """A connector that is made of services; see `nhiscan.connector.Connector`.

    `S` is what holds the credentials and clients of a scan. It is made once, when it is first needed.
    """

    plan_operations: ClassVar[tuple[Operation, ...]]
    """Calls that planning makes."""
    plan_never: ClassVar[tuple[str, ...]]
    """Calls that return a secret and belong to no service."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: S | None = None

    @cached_property
    @abstractmethod
    def services(self) -> tuple[Service[O, C], ...]:
        """Every service of the provider, by name."""

    @property
    @abstractmethod
    def engine(self) -> Engine:
        """What judges access. It is large and is loaded only when it is asked for."""

    @abstractmethod
    def connect(self, settings: Settings) -> S:
        """Credentials and clients by these settings. Nothing is asked yet."""

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """See `Connector.operations`."""
        declared = dict.fromkeys(self.plan_operations)  # the plan and a service may share an operation
        for service in self.services:
            declared.update(dict.fromkeys(service.operations))
        return tuple(declared)

    @cached_property
    def never(self) -> tuple[str, ...]:
        """See `Connector.never`."""
        return tuple(sorted({*self.plan_never, *(name for service in self.services for name in service.never)}))

    def parse(self, shard: Shard, evidence: Iterable[Evidence]) -> Iterator[AnyRecord]:
        """See `Connector.parse`."""
        answers = Answers(evidence)
        for service in self._of(shard):
            yield from _parsed(service, shard, answers)

    def join(self, inventory: Inventory) -> Iterator[AnyRecord]:
        """See `Connector.join`."""
        for service in self.services:
            if service.join is not None:
                yield from service.join(inventory)

    def access(self, inventory: Inventory) -> Iterator[AnyRecord]:
        """See `Connector.access`."""
        return self.engine.access(inventory)

    def decide(self, inventory: Inventory, question: Question) -> Decision:
        """See `Connector.decide`."""
        return self.engine.decide(inventory, question)

    def readers(self, inventory: Inventory, resource: str) -> Iterator[Grant]:
        """See `Connector.readers`."""
        return self.engine.readers(inventory, resource)

    def tighten(self, inventory: Inventory, identity: str, window: Window) -> Proposal:
        """See `Connector.tighten`."""
        return self.engine.tighten(inventory, identity, window)

    def sessions(self, settings: Settings) -> S:
        """What `connect` gave, the same for all shards."""
        with self._lock:
            if self._made is None:
                self._made = self.connect(settings)
            return self._made

    def ask_services(self, calls: C, shard: Shard, sink: Sink, *, together: bool = True) -> None:
        """Ask every service that lives in a shard. Raises the first defect, after all the others were asked.

        `together`: at the same time. Where most have nothing to ask, threads for each shard cost more than they save.
        """

        def ask(service: Service[O, C]) -> Exception | None:
            return _asked(service, calls, shard)

        for defect in sink.each(ask, self._of(shard)) if together else [*map(ask, self._of(shard))]:
            if defect is not None:
                raise defect

    def _of(self, shard: Shard) -> list[Service[O, C]]:
        everywhere = "any" if shard.part != PLAN else PLAN
        return [service for service in self.services if service.part in (shard.part, everywhere)]


def _asked(service: Service[O, C], calls: C, shard: Shard) -> Exception | None:
    """Ask one service; gives the defect of a collector that raised."""
    try:
        service.collect(calls)
    except NhiscanError:
        raise  # the scan is being stopped, or cannot go on
    except Exception as error:
        log.exception("collecting %s of %s failed", service.name, shard.id)
        return error
    return None


def _parsed(service: Service[O, C], shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
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
