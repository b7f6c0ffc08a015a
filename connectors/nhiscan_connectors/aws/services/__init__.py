"""The AWS services that nhiscan reads: each module holds one `SERVICE`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.regional import bounded
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.services import services_of


def find_services() -> tuple[Service, ...]:
    """Every `SERVICE` in this package, in the order of module names; what they read has no text without end."""
    return tuple(_bounded(service) for service in services_of(__name__, __path__))


def _bounded(service: Service) -> Service:
    def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
        return map(bounded, service.parse(shard, answers))

    return msgspec.structs.replace(service, parse=parse)
