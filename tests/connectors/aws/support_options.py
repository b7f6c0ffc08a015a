"""Several services asked over a socket, with options of a scan, and what they amount to when they are put together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from nhiscan import engine
from nhiscan.connector import Connector, Shard
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import Parsed, parse
from nhiscan.sink import BundleSink, Stop
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.connector import AwsConnector
from nhiscan_connectors.aws.service import Service
from nhiscan_connectors.aws.session import Sessions
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import NOW
from tests.connectors.aws.answers import SCOPE


def parsed_with(aws: Aws, directory: Path, asked: Iterable[tuple[Service, str]], *options: str) -> Parsed:
    """What services tell, each in its region ("" for those of the account), in a scan with these options."""
    connectors: dict[str, Connector] = {"aws": AwsConnector()}
    bundle = engine.begin(directory / "bundle", {"aws": {}}, connectors, started=NOW)
    services: dict[tuple[str, str], list[Service]] = {}
    for service, region in asked:
        services.setdefault((service.part, region), []).append(service)
    shards = []
    for (part, region), several in services.items():
        chosen = dict.fromkeys(options, "yes")
        shard = Shard(connector="aws", scope=SCOPE, region=region, part=part, options=chosen)
        sink = BundleSink(bundle, shard, stop=Stop())
        for service in several:
            service.collect(Calls(Sessions({"endpoint_url": aws.endpoint}), shard, sink))
        sink.end()
        sink.close()
        shards.append(shard)
    planned = [msgspec.structs.replace(entry, planned=True) for entry in bundle.manifest.connectors]
    bundle.save(msgspec.structs.replace(bundle.manifest, shards=shards, connectors=planned))
    return parse(open_bundle(directory / "bundle"), connectors)


def joined(service: Service, inventory: Inventory) -> Inventory:
    """The inventory, with what the service sees in the whole of it."""
    assert service.join is not None
    for record in list(service.join(inventory)):
        inventory.add(record)
    return inventory
