"""`python -m tests.clouds.record_demo`: records the embedded sample estate anew, with the real collectors."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

from nhiscan import engine, plugins
from nhiscan.demo import ESTATE
from nhiscan.evidence import create
from tests.clouds.aws.company import REGIONS, company_estate
from tests.clouds.aws.emulator import Emulator
from tests.clouds.aws.estates import client_environment
from tests.clouds.aws.seed import NOW, Seed
from tests.clouds.aws.server import AwsServer

KEY = b"the sample estate has no secrets"


def main() -> None:
    """Replace the bundle under nhiscan/demo/estate."""
    emulator = Emulator()
    company = company_estate(Seed(emulator))
    shutil.rmtree(ESTATE, ignore_errors=True)
    with AwsServer(emulator) as server:
        os.environ.update({**client_environment(), **company.session, "AWS_ENDPOINT_URL": server.endpoint})
        connectors = plugins.connectors()
        settings = {"aws": {"organization": True, "region": list(REGIONS)}}
        manifest = engine.manifest_of(settings, connectors, started=NOW)
        bundle = create(ESTATE, manifest, key=KEY)
        manner = engine.Manner(fan_out=1, now=lambda: NOW + timedelta(minutes=2))
        engine.collect(bundle, connectors, {}, workers=1, manner=manner)
    print(
        f"recorded {len(bundle.manifest.shards)} shards, {sum(f.stat().st_size for f in ESTATE.rglob('*.zst')):,} bytes"
    )


if __name__ == "__main__":
    main()
