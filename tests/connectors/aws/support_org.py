"""One service asked over a socket, and the inventory that its answers amount to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from nhiscan import engine
from nhiscan.connector import Connector, Evidence, Shard
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import parse
from nhiscan.sink import BundleSink, Stop
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.connector import AwsConnector
from nhiscan_connectors.aws.service import Service
from nhiscan_connectors.aws.session import Sessions
from tests.clouds.aws.seed import NOW
from tests.connectors.aws.answers import SCOPE


def collected(
    service: Service, directory: Path, *, endpoint: str, region: str = "", answered: Sequence[Evidence] = ()
) -> Inventory:
    """What one service tells of the account, in a region where it is a regional one.

    `answered`: what an interrupted scan already knows; it is not asked again.
    """
    connectors: dict[str, Connector] = {"aws": AwsConnector()}
    bundle = engine.begin(directory / "bundle", {"aws": {}}, connectors, started=NOW)
    shard = Shard(connector="aws", scope=SCOPE, region=region, part=service.part)
    if answered:
        writer = bundle.writer(shard)
        for item in answered:
            writer.add(item)
        writer.close()
    sink = BundleSink(bundle, shard, stop=Stop())
    service.collect(Calls(Sessions({"endpoint_url": endpoint}), shard, sink))
    sink.end()
    sink.close()
    planned = [msgspec.structs.replace(entry, planned=True) for entry in bundle.manifest.connectors]
    bundle.save(msgspec.structs.replace(bundle.manifest, shards=[shard], connectors=planned))
    return parse(open_bundle(directory / "bundle"), connectors).inventory
