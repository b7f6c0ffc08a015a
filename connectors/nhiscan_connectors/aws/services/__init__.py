"""The AWS services that nhiscan reads: each module holds one `SERVICE`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.regional import bounded
from nhiscan_connectors.aws.service import Answers, Service


def find_services() -> tuple[Service, ...]:
    """Every `SERVICE` in this package, in the order of module names; what they read has no text without end."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(_bounded(importlib.import_module(f"{__name__}.{name}").SERVICE) for name in names)


def _bounded(service: Service) -> Service:
    def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
        return map(bounded, service.parse(shard, answers))

    return msgspec.structs.replace(service, parse=parse)
